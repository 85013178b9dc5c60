//! Names of components: they become folders, parts of image names, and queue groups.

use super::ScaffoldError;
use crate::check::values::{self, NAME_BYTES};
use crate::remedy::Argument;

/// The longest name of a component, in bytes.
pub const MAX_NAME: usize = NAME_BYTES;

/// Whether a component can have a name.
pub fn is_component_name(name: &str) -> bool {
    values::component_name(name).is_ok()
}

/// Whether a component can have a name.
///
/// # Errors
/// When it cannot.
pub fn check_component_name(name: &str) -> Result<(), ScaffoldError> {
    choose(Some(name), "").map(drop)
}

/// The component's name derived from a title; none if it contains no letter or digit.
pub fn component_name_from(title: &str) -> Option<String> {
    let mut name = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        let plain = without_accent(c);
        if !plain.is_empty() {
            name.push_str(plain);
        } else if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with(['_', '-']) && c != '\'' && !is_mark(c) {
            name.push(if c == '-' { '-' } else { '_' });
        }
    }
    name.truncate(MAX_NAME);
    let name = name.trim_end_matches(['_', '-']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// A combining accent, as in a decomposed `é`.
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

/// The given name, or the one derived from the title.
pub(super) fn choose(given: Option<&str>, title: &str) -> Result<String, ScaffoldError> {
    let chosen = match given {
        Some(name) => name.to_owned(),
        None => component_name_from(title).ok_or_else(|| ScaffoldError::Name {
            name: title.to_owned(),
            help: format!(
                "it contains no letter from a to z: choose a name, such as {}",
                Argument::ComponentName.with("celsius_to_kelvin")
            ),
        })?,
    };
    match values::component_name(&chosen) {
        Ok(_) => Ok(chosen),
        Err(wrong) => {
            let example = component_name_from(&chosen).unwrap_or_else(|| "celsius_to_kelvin".to_owned());
            // It may begin with the same example.
            let rule = wrong.help.split_once("`: ").map_or(wrong.help.as_str(), |(_, rule)| rule);
            let help = format!("choose another, such as {}: {rule}", Argument::ComponentName.with(example));
            Err(ScaffoldError::Name { name: chosen, help })
        }
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
            ("v1.2-beta", "v1_2-beta"),
            ("already_fine", "already_fine"),
        ] {
            assert_eq!(component_name_from(title).as_deref(), Some(name), "{title:?}");
        }
        assert_eq!(component_name_from("温度"), None);
        assert_eq!(component_name_from("..."), None);
    }

    #[test]
    fn wrong_names_are_refused_with_a_right_one() {
        for wrong in ["A", "a b", "_a", "a_", "a_-b", "", "ü", "a.b", "a/b", "../a", &"a".repeat(64)] {
            assert!(!is_component_name(wrong), "{wrong:?}");
        }
        let error = choose(Some("My Task"), "").unwrap_err();
        assert!(
            matches!(&error, ScaffoldError::Name { help, .. } if help.contains("component_name=my_task"))
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
