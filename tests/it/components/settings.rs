//! The settings component, asked in a real instance.

use crate::support::instance::Running;
use pelato::build::{SettingsError, interfaces, settings_component};
use proptest::prelude::*;
use std::collections::BTreeMap;

const SETTINGS: &str = "pelato:task/settings@0.1.0";
const JOURNAL: &str = "pelato:task/journal@0.1.0";

fn component(settings: &[(&str, &str)]) -> Vec<u8> {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    settings_component(&settings).unwrap()
}

#[test]
fn values_come_back_and_the_rest_is_nothing() {
    let mut running =
        Running::new(&component(&[("", "no key"), ("a", ""), ("ab", "\0\"'\\\n"), ("ä€🦀", "ß\u{10FFFF}")]));
    for (key, value) in
        [("", Some("no key")), ("a", Some("")), ("ab", Some("\0\"'\\\n")), ("ä€🦀", Some("ß\u{10FFFF}"))]
    {
        assert_eq!(running.get_of(SETTINGS, key).as_deref(), value);
    }
    for key in ["b", "abc", "A", "\0"] {
        assert_eq!(running.get_of(SETTINGS, key), None);
    }
}

#[test]
fn no_settings_at_all() {
    let component = component(&[]);
    assert!(component.len() < 1800, "{} bytes", component.len());
    assert_eq!(Running::new(&component).get_of(SETTINGS, ""), None);
}

#[test]
fn it_imports_nothing_and_exports_settings_and_a_journal_only() {
    let interfaces = interfaces(&component(&[("a", "b")])).unwrap();
    assert_eq!(
        (interfaces.imports, interfaces.exports),
        (vec![], vec![SETTINGS.to_owned(), JOURNAL.to_owned()])
    );
}

#[test]
fn large_values_and_large_keys() {
    let (large, other) = ("v".repeat(1 << 20), "w".repeat((1 << 20) + 1));
    let mut running = Running::new(&component(&[("large", &large), ("other", &other), (&large, "found")]));
    // Keys far beyond the memory that the component starts with, again and again.
    for _ in 0..20 {
        assert!(running.get_of(SETTINGS, "large").as_ref() == Some(&large));
        assert!(running.get_of(SETTINGS, "other").as_ref() == Some(&other));
        assert_eq!(running.get_of(SETTINGS, &large).as_deref(), Some("found"));
        assert_eq!(running.get_of(SETTINGS, &"k".repeat(5 << 20)), None);
    }
}

#[test]
fn too_much_is_refused() {
    let settings = BTreeMap::from([("few".into(), "x".into()), ("many".into(), "x".repeat(17 << 20))]);
    let error = settings_component(&settings).unwrap_err();
    assert!(matches!(error, SettingsError::TooLarge { ref largest, .. } if largest == "many"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::support::soak::cases(48), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_texts(settings in proptest::collection::btree_map(".{0,9}|[ab]{0,3}", "(?s).{0,80}", 0..40), others in proptest::collection::vec("[ab]{0,4}", 5)) {
        let component = settings_component(&settings).unwrap();
        prop_assert_eq!(&component, &settings_component(&settings.clone()).unwrap());
        let mut running = Running::new(&component);
        for key in settings.keys().chain(&others) {
            prop_assert_eq!(running.get_of(SETTINGS, key), settings.get(key).cloned());
        }
    }
}
