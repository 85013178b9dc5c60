use super::*;

fn values() -> liquid::Object {
    liquid::object!({ "name": "a.b", "list": ["x", "y", "z"], "nothing": [], "n": 2 })
}

fn rendered(text: &str) -> Result<String, String> {
    render(text.as_bytes(), &values()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[track_caller]
fn gives(text: &str, expected: &str) {
    assert_eq!(rendered(text).as_deref(), Ok(expected), "{text}");
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let shown: String = text.chars().take(80).collect();
    let error = rendered(text).unwrap_err();
    assert!(error.contains(expected), "{shown}: {error}");
}

#[test]
fn what_packs_write_is_filled_in() {
    gives("{{ name | replace: \".\", \"-\" | upcase }}", "A-B");
    gives(
        "{% for i in list %}{{ forloop.index }}{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}",
        "1x,2y,3z",
    );
    gives("{% for i in (1..n) reversed %}{{ i }}{% endfor %}", "21");
    gives("{% for i in list limit: 1 offset: 1 %}{{ i }}{% else %}none{% endfor %}", "y");
    gives(
        "{% for i in nothing %}{{ i }}{% else %}none{% endfor %}{% for i in (3..1) %}x{% endfor %}",
        "none",
    );
    gives("{% for i in list %}{% if i == \"y\" %}{% break %}{% endif %}{{ i }}{% endfor %}", "x");
    gives("{% for i in list %}{% if i == \"y\" %}{% continue %}{% endif %}{{ i }}{% endfor %}", "xz");
    gives(
        "{% for i in list %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{% endfor %}{% endfor %}",
        "112233",
    );
    gives("{% assign a = name | append: \"c\" %}{{ a }}{% raw %}{{ x }}{% endraw %}", "a.bc{{ x }}");
    gives("{%- case n -%} {%- when 2 -%} two {%- else -%} other {%- endcase -%}", "two");
}

#[test]
fn mistakes_are_told() {
    refused("{% for i in name %}{% endfor %}", "not a list");
    refused("{% for i in (1..name) %}{% endfor %}", "not a whole number");
    refused("{% for i in list to: 3 %}{% endfor %}", "`limit:`, `offset:` or `reversed` is expected");
    refused("{% assign a %}", "`=` is expected");
    refused("{% capture a %}x{% endcapture %}", "capture");
    refused("{% comment %}{% for i in list %}", "`for` has no `endfor`");
    refused("{% comment %}{% endfor %}{% for i in list %}{% endcomment %}", "line 1: `endfor` ends no `for`");
    gives("{% raw %}{% if %}{% endif %}{% endraw %}", "{% if %}{% endif %}");
    assert_eq!(render(b"\xff", &values()), Err("is not UTF-8 text".to_owned()));
}

#[test]
fn loops_have_an_end() {
    const TOO_MUCH: &str = "do more than a template may";
    refused("{% for i in (1..100000000000) %}{% endfor %}", TOO_MUCH);
    refused("{% for i in (-999999999999999999..999999999999999999) %}{% endfor %}", TOO_MUCH);
    let nested = "{% for i in (1..1000) %}".repeat(20) + &"{% endfor %}".repeat(20);
    refused(&nested, TOO_MUCH);
    gives("{% for i in (1..100000000000) limit: 2 %}{{ i }}{% endfor %}", "12");
}

#[test]
fn texts_do_not_grow_without_end() {
    let doubled = "{% assign a = name %}".to_owned() + &"{% assign a = a | append: a %}".repeat(60);
    refused(&doubled, "a value of more than 16 KiB");
    let replaced =
        "{% assign a = name %}".to_owned() + &"{% assign a = a | replace: \"a\", \"aaaaaaaa\" %}".repeat(60);
    refused(&replaced, "a value of more than 16 KiB");
    let long = "x".repeat(10_000);
    refused(&format!("{{% for i in (1..2500) %}}{long}{{% endfor %}}"), "more than 16 MiB");
    let mut large = values();
    large.insert("large".into(), liquid::model::Value::scalar("x".repeat(MOST_VALUE + 1)));
    assert!(render(b"", &large).unwrap_err().contains("`large`"));
}

#[test]
fn nesting_has_an_end() {
    const TOO_DEEP: &str = "line 1: more than 50 levels are nested";
    refused(&("{% if n == 2 %}".repeat(20_000) + &"{% endif %}".repeat(20_000)), "more than 256 KiB");
    refused(&("{% if n %}".repeat(9_000) + &"{% endif %}".repeat(9_000)), TOO_DEEP);
    refused(&"{%-if n %}".repeat(60), TOO_DEEP);
    refused(&format!("{{{{ list{} }}}}", "[list".repeat(50_000)), TOO_DEEP);
    refused(&("\n".repeat(3) + &"{% for a in b %}".repeat(60)), "line 4: more than 50 levels");
    refused(&" ".repeat(100_000), "blanks in a row");
    refused(&"x".repeat(300_000), "has more than 256 KiB");
    refused("{{ 99999999999999999999 }}", "line 1: a number has more than 18 digits");
    refused(
        &format!("{{% if n %}}{}{{% endif %}}", "{% elsif n %}".repeat(8_000)),
        "more than 500 times `elsif`",
    );
    refused(&format!("{{% if n{} %}}x{{% endif %}}", " and n".repeat(8_000)), "more than 500 times `elsif`");
    refused("{{ name | slice: 1, 999999999999999999 }}", "a filter is given a number above");
    gives("99999999999999999999 elsif and or", "99999999999999999999 elsif and or");
    gives(&("{% if n %}".repeat(50) + "x" + &"{% endif %}".repeat(50)), "x");
    gives(&"{% if n %}x{% endif %}".repeat(500), &"x".repeat(500));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_last(
        text in "(\\{% (for i in (list|\\(1\\.\\.9999999\\))|endfor|if n|endif|else|break|assign a = a|raw|endraw|comment) %\\}|\\{\\{ (a|i|name|list\\[0\\]) (\\| (append: a|join: \"x\"|split: \"\"|slice: 1, 9{1,20}))? \\}\\}|x|\n| |\\[|\\{|%|\\}){0,30}"
    ) {
        let _ = rendered(&text);
    }
}

#[test]
fn a_text_with_values_only_has_a_limit_too() {
    let values = liquid::object!({ "topic": "a.b", "long": "x".repeat(16 << 10) });
    assert_eq!(fill("{{ topic }}|{{topic}}", &values).unwrap(), "a.b|a.b");
    assert_eq!(fill("no value", &values).unwrap(), "no value");
    assert!(fill("{{ topics }}", &values).is_err());
    assert!(fill("{% assign a = 1 %}", &values).is_err() && fill("{{ topic | upcase }}", &values).is_err());
    let many = "{{ long }}".repeat(1025);
    assert_eq!(fill(&many, &values).unwrap_err(), "its output has more than 16 MiB");
}
