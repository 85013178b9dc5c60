//! The entry of a key-value bucket that a message becomes, for calling a function without its trigger.

use serde_json::{Value, json};

/// What a function is given whose template stores entries: the message, if it is an entry with a key; else an entry of
/// it with the topic as its key. It is what the trigger makes of it (`templates/triggers/flow/src/keyvalue.rs`).
///
/// # Errors
/// When the message is not text: then the trigger does not call the function either.
pub fn input(topic: &str, message: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(message)
        .map_err(|_| "was not called: the message is not UTF-8 text".to_owned())?;
    let made = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) if fields.contains_key("data") => match fields.get("key") {
            Some(Value::String(_)) => return Ok(message.to_vec()),
            None => format!("{{\"key\":{},{}", json!(topic), text.trim_start().split_at(1).1),
            Some(_) => format!("{{\"key\":{},\"data\":{}}}", json!(topic), text.trim()),
        },
        Ok(_) => format!("{{\"key\":{},\"data\":{}}}", json!(topic), text.trim()),
        Err(_) => format!("{{\"key\":{},\"data\":{}}}", json!(topic), json!(text)),
    };
    Ok(made.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::input;

    #[test]
    fn a_message_becomes_an_entry_unless_it_is_one() {
        let made = |message: &str| String::from_utf8(input("a.b", message.as_bytes()).unwrap()).unwrap();
        assert_eq!(made(r#"{"key": "k", "data": 1, "x": 2}"#), r#"{"key": "k", "data": 1, "x": 2}"#);
        assert_eq!(made(r#" {"data": 1.50}"#), r#"{"key":"a.b","data": 1.50}"#);
        assert_eq!(made(r#"{"room": "kitchen"}"#), r#"{"key":"a.b","data":{"room": "kitchen"}}"#);
        assert_eq!(made(" 21.50\n"), r#"{"key":"a.b","data":21.50}"#);
        assert_eq!(made("warm"), r#"{"key":"a.b","data":"warm"}"#);
        assert_eq!(made(""), r#"{"key":"a.b","data":""}"#);
        assert_eq!(made(r#"{"key": null, "data": 1}"#), r#"{"key":"a.b","data":{"key": null, "data": 1}}"#);
        assert!(input("a", b"\xff").is_err());
    }
}
