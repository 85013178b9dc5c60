use super::*;

fn all() -> Vec<Remedy> {
    let arguments = Argument::ALL.iter().map(|argument| Remedy::from(*argument));
    let operations = Operation::ALL.iter().map(|operation| Remedy::from(*operation));
    let mut all: Vec<_> = arguments.chain(operations).collect();
    all.extend([
        Argument::Input.with("{\"a `b`\": 100 %20}\n= c"),
        Operation::Bump.on("temp_filter"),
        Operation::PackAdd.on("../my pack").and(Argument::User, None),
        Operation::Build.with(Argument::NoInstall).and(Argument::Setting, Some("ENABLE_METRICS=True")),
        Remedy::parameter("dest_topic"),
        Remedy::parameter_with("dest_topic", "a b"),
    ]);
    all
}

#[test]
fn what_is_written_into_a_message_is_found_in_it() {
    for remedy in all() {
        let message = format!("do `this`, {remedy}; or not");
        let expected = [Part::Text("do `this`, "), Part::Remedy(remedy.clone()), Part::Text("; or not")];
        assert_eq!(parts(&message), expected, "{message}");
    }
}

#[test]
fn a_front_puts_its_own_words_in() {
    let message = format!("{} or {}", Argument::Force, Operation::Push.on("a"));
    assert_eq!(message, "`argument:force` or `operation:push a`");
    let word = |remedy: &Remedy| match remedy {
        Remedy::Argument(given) => given.argument.name().to_uppercase(),
        other => format!("{other:?}").len().min(1).to_string(),
    };
    assert_eq!(render(&message, word), "`FORCE` or `1`");
}

#[test]
fn other_text_stays_as_it_is() {
    for text in ["", "`", "a `b` c", "`argument:nothing`", "`operation:`", "argument:force"] {
        assert_eq!(render(text, |_| "wrong".to_owned()), text);
    }
    assert_eq!(render("it's a ` then `argument:force`", |_| "x".to_owned()), "it's a ` then `x`");
}

#[test]
fn names_are_unique() {
    let names: std::collections::BTreeSet<_> = Argument::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(names.len(), Argument::ALL.len());
    let names: std::collections::BTreeSet<_> = Operation::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(names.len(), Operation::ALL.len());
}
