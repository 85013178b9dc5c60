use super::{Context, Finding, Rule};
use crate::catalog::{Flow, Kind};
use crate::check::Entry;
use crate::nats::subject::validate;
use crate::project::Field;
use crate::text::quoted;

/// A topic that belongs to NATS or wasmCloud.
pub struct ReservedTopic;

/// The first part of subjects that are not for messages between tasks, what they are, and whether nothing good can come
/// of writing there.
const RESERVED: [(&str, &str, bool); 9] = [
    ("$JS", "the API of JetStream: a message there can create, change or delete streams", true),
    ("$SYS", "the NATS server's own: a message there can reach every account", true),
    ("$NRG", "the NATS servers' own, which keep their copies in step there", true),
    ("_INBOX", "for replies: only who has sent a request knows the subject of its reply", true),
    ("wasmbus", "wasmCloud's own: a message there can start and stop components", true),
    ("wadm", "wadm's own: a message there can deploy and delete applications", true),
    ("$KV", "where NATS keeps the entries of key-value buckets", false),
    ("$O", "where NATS keeps the objects of object stores", false),
    ("$MQTT", "where NATS keeps the sessions of MQTT clients", false),
];

impl Rule for ReservedTopic {
    fn id(&self) -> &'static str {
        "reserved-topic"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            found.extend(
                topics(entry).into_iter().filter_map(|(field, writes)| reserved(entry, &field, writes)),
            );
        }
        found
    }
}

/// The topics of a task, each of a list, and whether it writes them.
pub(super) fn topics(entry: &Entry<'_>) -> Vec<(Field, bool)> {
    let parameters = entry.template.iter().flat_map(|template| template.manifest.parameters.iter());
    let subjects = parameters.filter(|(_, parameter)| parameter.kind == Kind::Subject);
    let of_template = subjects.flat_map(|(name, parameter)| {
        let writes = parameter.flow == Some(Flow::Writes);
        entry.values_of(name, parameter).into_iter().map(move |field| (field, writes))
    });
    let dead_letters = entry.task.dead_letter_topic.iter().map(|field| (field.clone(), true));
    // What is not a valid NATS subject at all has been reported as that.
    of_template.chain(dead_letters).filter(|(field, _)| validate(&field.text).is_ok()).collect()
}

fn reserved(entry: &Entry<'_>, field: &Field, writes: bool) -> Option<Finding> {
    let first = field.text.split('.').next()?;
    let (_, what, is_harmful) = RESERVED.iter().find(|(name, ..)| *name == first)?;
    let message = format!("{} is no topic for tasks: `{first}.…` is {what}", quoted(&field.text));
    let help = match first {
        "$KV" => "to store results in a bucket, use the template `nats_to_nats_kv`; else use another topic",
        _ => "use another topic, such as `home.living_room`",
    };
    let found = entry.wrong(field, message).advise(help);
    Some(if writes && *is_harmful { found } else { found.as_warning() })
}

#[cfg(test)]
mod tests {
    use crate::check::rules::testing::found_with;

    #[test]
    fn what_belongs_to_nats_and_wasmcloud_is_told() {
        assert_eq!(
            found_with(&["dest_topic: $JS.API.STREAM.DELETE.x"]),
            [
                "8:17 reserved-topic: `$JS.API.STREAM.DELETE.x` is no topic for tasks: `$JS.…` is the API of JetStream: a \
                 message there can create, change or delete streams (use another topic, such as `home.living_room`)"
            ]
        );
        for topic in
            ["$SYS.REQ.x", "wasmbus.ctl.v1.default", "_INBOX.a", "$KV.b.k", "wadm.api.default", "$O.b"]
        {
            for field in ["source_topic", "dest_topic"] {
                let found = found_with(&[&format!("{field}: {topic}")]);
                assert!(
                    found.len() == 1 && found[0].contains("reserved-topic"),
                    "{field} {topic}: {found:?}"
                );
            }
        }
        for topic in ["a.$JS", "$JSX.a", "wasmbuses.a", "$X"] {
            assert_eq!(found_with(&[&format!("dest_topic: {topic}")]).len(), 0, "{topic}");
        }
    }
}
