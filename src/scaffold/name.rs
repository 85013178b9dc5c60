//! Names of components: they become folders, parts of image names, and queue groups.

use crate::scaffold::ScaffoldError;

/// The longest name of a component, in bytes: what a label of a host name may have.
pub const MAX_NAME: usize = 63;

/// Whether a component can have a name: lower-case letters and digits, with single `.`, `_` or `-` between them.
pub fn is_component_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let parts = || name.split(['.', '_', '-']);
    name.len() <= MAX_NAME && parts().all(|part| !part.is_empty() && part.bytes().all(is_plain))
}

/// The component's name that a title suggests; none if it has no letter or digit to make one of.
pub fn component_name_from(title: &str) -> Option<String> {
    let mut name = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        let plain = without_accent(c);
        if !plain.is_empty() {
            name.push_str(plain);
        } else if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with(['_', '.', '-']) && c != '\'' && !is_mark(c) {
            name.push(if matches!(c, '.' | '-') { c } else { '_' });
        }
    }
    name.truncate(MAX_NAME);
    let name = name.trim_end_matches(['_', '.', '-']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// A combining accent, as some systems write `é`.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36F)
}

fn without_accent(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' => "o",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ū' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => "",
    }
}

/// The name that was given, or the one the title suggests.
pub(super) fn choose(given: Option<&str>, title: &str) -> Result<String, ScaffoldError> {
    let example = |text: &str| component_name_from(text).unwrap_or_else(|| "celsius_to_kelvin".to_owned());
    let rules = "lower-case letters and digits, with single `_`, `-` or `.` between them, 63 at most";
    match given {
        Some(name) if is_component_name(name) => Ok(name.to_owned()),
        Some(name) => {
            let help = format!("use {rules}: `--component-name {}`", example(name));
            Err(ScaffoldError::Name { name: name.to_owned(), help })
        }
        None => component_name_from(title).ok_or_else(|| {
            let help = format!(
                "the title has no letter to make one of; use {rules}: `--component-name {}`",
                example("")
            );
            ScaffoldError::Name { name: title.to_owned(), help }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn titles_become_names() {
        for (title, name) in [
            ("Temp data conversion", "temp_data_conversion"),
            ("  Température (salon) – °C ", "temperature_salon_c"),
            ("Straße 5", "strasse_5"),
            ("e\u{301}te\u{301}", "ete"),
            ("don't", "dont"),
            ("--x--", "x"),
            ("a - b", "a_b"),
            ("v1.2-beta", "v1.2-beta"),
            ("already_fine", "already_fine"),
        ] {
            assert_eq!(component_name_from(title).as_deref(), Some(name), "{title:?}");
        }
        assert_eq!(component_name_from("温度"), None);
        assert_eq!(component_name_from("..."), None);
    }

    #[test]
    fn wrong_names_are_refused_with_a_right_one() {
        for wrong in ["A", "a b", "_a", "a_", "a__b", "", "ü", "a/b", "../a", &"a".repeat(64)] {
            assert!(!is_component_name(wrong), "{wrong:?}");
        }
        let error = choose(Some("My Task"), "").unwrap_err();
        assert!(
            matches!(&error, ScaffoldError::Name { help, .. } if help.contains("--component-name my_task"))
        );
        assert_eq!(choose(None, "My Task").unwrap(), "my_task");
    }

    proptest! {
        #[test]
        fn whatever_the_title_the_name_can_be_used(title in any::<String>()) {
            if let Some(name) = component_name_from(&title) {
                prop_assert!(is_component_name(&name), "{}", name);
                prop_assert_eq!(component_name_from(&name), Some(name.clone()));
            }
        }
    }
}
