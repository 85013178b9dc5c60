use super::reserved_topic::topics;
use super::{Context, Finding, Rule};
use crate::text::quoted;

/// A topic with the separators of MQTT.
pub struct MqttTopic;

impl Rule for MqttTopic {
    fn id(&self) -> &'static str {
        "mqtt-topic"
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for entry in &context.entries {
            for (field, _) in topics(entry).into_iter().filter(|(field, _)| has_separators(&field.text)) {
                let message = format!(
                    "{} has `/` in it, which separates nothing in NATS: to it, that is one part",
                    quoted(&field.text)
                );
                let meant = in_nats(&field.text);
                let help = format!(
                    "write {}: what MQTT clients send to {} arrives there",
                    quoted(&meant),
                    quoted(&field.text)
                );
                found.push(entry.wrong(&field, message).advise(help).as_warning());
            }
        }
        found
    }
}

/// Whether a subject is written as MQTT writes topics. `//` is how NATS writes a dot of an MQTT topic, and a part that is
/// only `/` an empty level.
fn has_separators(subject: &str) -> bool {
    subject.split('.').any(|part| part != "/" && part.replace("//", "").contains('/'))
}

/// How NATS writes an MQTT topic.
fn in_nats(topic: &str) -> String {
    let parts = topic.split('/').map(|part| match part {
        "" => "/".to_owned(),
        part => part.replace('.', "//"),
    });
    parts.collect::<Vec<_>>().join(".").replace('+', "*").replace('#', ">")
}

#[cfg(test)]
mod tests {
    use super::in_nats;
    use crate::check::rules::testing::found_with;

    #[test]
    fn topics_of_mqtt_are_written_as_nats_writes_them() {
        for (topic, subject) in
            [("a/b", "a.b"), ("/a//b/", "/.a./.b./"), ("v1.0/+/temp", "v1//0.*.temp"), ("a/#", "a.>")]
        {
            assert_eq!(in_nats(topic), subject);
        }
    }

    #[test]
    fn a_habit_of_mqtt_is_told_and_what_nats_writes_is_right() {
        assert_eq!(
            found_with(&["source_topic: truck/raw"]),
            [
                "7:19 mqtt-topic: `truck/raw` has `/` in it, which separates nothing in NATS: to it, that is one part (write \
                 `truck.raw`: what MQTT clients send to `truck/raw` arrives there)"
            ]
        );
        let listed = found_with(&["source_topic: [truck/raw, b]"]);
        assert!(listed.iter().any(|one| one.starts_with("7:20 mqtt-topic: `truck/raw`")), "{listed:?}");
        for topic in ["spBv1//0.plant1", "/.a", "a./.b", "a//b//c"] {
            assert_eq!(found_with(&[&format!("source_topic: '{topic}'")]).len(), 0, "{topic}");
        }
    }
}
