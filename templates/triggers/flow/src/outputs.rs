//! Results that go to topics: to all of a task's topics, to those that the function names, or in parts.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::deliver::{Destination, Failure};
use crate::json::{content, object};
use crate::protocol::{DEST_TOPIC, DEST_TOPICS, topics};
use crate::setting::required;
use crate::{Platform, publish};

/// The topics to which each result goes, in this order.
pub(crate) struct Topics(String);

impl Topics {
    /// As the task's settings say.
    pub(crate) fn of(platform: &impl Platform) -> Result<Self, Failure> {
        required(platform, DEST_TOPIC).map(Self)
    }

    fn send(&self, platform: &impl Platform, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        topics(&self.0).try_fold(body, |body, topic| publish::result(platform, topic, body))
    }
}

impl Destination for Topics {
    fn take(&self, platform: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        self.send(platform, result)
    }
}

/// The topics to which each element of a result goes: it is a JSON array. A text goes without its quotes; an empty one,
/// as an empty result, is not sent.
pub(crate) struct Elements(pub(crate) Topics);

impl Destination for Elements {
    fn take(&self, platform: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        // All of them first: nothing is sent of a result that is wrong somewhere.
        for body in elements(&result)? {
            self.0.send(platform, body)?;
        }
        Ok(result)
    }
}

fn elements(result: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let wrong =
        |cause: serde_json::Error| Failure::Output(format!("the result is not a JSON array: {cause}"));
    let elements: Vec<&RawValue> = serde_json::from_slice(result).map_err(wrong)?;
    let bodies = elements.into_iter().map(|element| content(element).map(Cow::into_owned).map_err(wrong));
    bodies.filter(|body| !matches!(body, Ok(body) if body.is_empty())).collect()
}

/// The topics that a result may name: it is `{"topic": …, "data": …}`, or a JSON array of such objects.
pub(crate) struct Routes(String);

impl Routes {
    /// As the task's settings say.
    pub(crate) fn of(platform: &impl Platform) -> Result<Self, Failure> {
        required(platform, DEST_TOPICS).map(Self)
    }

    fn routed<'r>(&self, result: &'r str) -> Result<Vec<Sent<'r>>, Failure> {
        let wrong = |cause: &dyn core::fmt::Display| {
            Failure::Output(format!(
                "the result is not of the form {{\"topic\": …, \"data\": …}}, or a list of such: {cause}"
            ))
        };
        let routes: Vec<Route<'_>> = match result.trim_start().starts_with('[') {
            true => {
                let elements: Vec<&RawValue> = serde_json::from_str(result).map_err(|cause| wrong(&cause))?;
                let routes = elements.into_iter().map(|element| object(element.get()));
                routes.collect::<Result<_, _>>().map_err(|cause| wrong(&cause))?
            }
            false => vec![object(result).map_err(|cause| wrong(&cause))?],
        };
        let mut routed = Vec::with_capacity(routes.len());
        for Route { topic, data } in routes {
            if !topics(&self.0).any(|known| known == topic) {
                return Err(Failure::Output(format!(
                    "the result names the topic {topic:?}, which is not one of the task's {DEST_TOPICS}: {}",
                    topics(&self.0).collect::<Vec<_>>().join(", ")
                )));
            }
            let body = content(data).map_err(|cause| wrong(&cause))?.into_owned();
            if !body.is_empty() {
                routed.push((topic, body));
            }
        }
        Ok(routed)
    }
}

/// A topic, and the body of a message to it.
type Sent<'r> = (Cow<'r, str>, Vec<u8>);

impl Destination for Routes {
    fn take(&self, platform: &impl Platform, result: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let text = core::str::from_utf8(&result)
            .map_err(|_| Failure::Output("the result is not valid UTF-8".to_owned()))?;
        for (topic, body) in self.routed(text)? {
            publish::result(platform, &topic, body)?;
        }
        Ok(result)
    }
}

/// A message with its topic: another field would be lost silently.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Route<'a> {
    #[serde(borrow)]
    topic: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}
