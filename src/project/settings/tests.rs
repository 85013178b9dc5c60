//! Where values come from, and what they are.

use super::*;

fn load(file: &str, environment: &[(&str, &str)], flags: &[Flag]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(ENV_FILE), file).unwrap();
    let look_up = |name: &str| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::load(Some(folder.path()), look_up, flags)
}

#[test]
fn flags_beat_the_environment_beats_the_file_beats_the_default() {
    let flag = [Flag { key: NATS_PORT, name: "--nats-port", value: "4".into() }];
    let file = "NATS_PORT=2\nNATS_HOST=\"file\"\n# REGISTRY_USER=x\nREGISTRY_URL=\n";
    let all = load(file, &[("NATS_PORT", "3"), ("REGISTRY_USER", "u")], &flag).unwrap();
    assert_eq!(all.text(NATS_PORT), Some("4"));
    assert_eq!(all.text(NATS_HOST), Some("file"));
    assert_eq!(all.text(REGISTRY_USER), Some("u"));
    assert_eq!(all.text(REGISTRY_URL), None, "empty counts as not set");
    assert_eq!(all.text(PARALLEL_BUILD), Some("True"));
    assert_eq!(all.nats_url(), "nats://file:4");
}

#[test]
fn the_originals_truth_values_are_read() {
    assert!(!load("PARALLEL_BUILD=False\n", &[], &[]).unwrap().is_on(PARALLEL_BUILD));
    assert!(load("ENABLE_METRICS='True'\n", &[], &[]).unwrap().is_on(ENABLE_METRICS));
    let error = load("ENABLE_METRICS=maybe\n", &[], &[]).unwrap_err();
    assert_eq!(error.to_string(), "ENABLE_METRICS is `maybe` (.env), which is not a boolean");
}

#[test]
fn secrets_are_never_shown() {
    let all = load("REGISTRY_PASSWORD=hunter2\n", &[], &[]).unwrap();
    assert!(!format!("{all:?}").contains("hunter2"));
    let error = load("REGISTRY_PASSWORD='hunter2\n", &[], &[]).unwrap_err();
    assert!(!format!("{error:?}{error}").contains("hunter2"), "{error:?}");
}

#[test]
fn slips_in_the_file_are_noticed() {
    let all = load("REGISTRY_ULR=x\nOTHER=1\n", &[], &[]).unwrap();
    assert_eq!(all.warnings.len(), 1);
    assert_eq!(all.warnings[0].help.as_deref(), Some("did you mean `REGISTRY_URL`?"));
}

#[test]
fn a_value_is_shown_as_it_is_unless_it_has_a_login() {
    let all = load("NATS_HOST=h\nPOSTGRES_URL=postgres://me:hunter2@db/x\n", &[], &[]).unwrap();
    let shown = |name: &str| {
        let found = all.iter().find(|one| one.key.name == name).unwrap();
        found.shown().map(|text| text.into_owned())
    };
    assert_eq!(shown("NATS_HOST").as_deref(), Some("h"));
    assert_eq!(shown("REGISTRY_URL"), None);
    assert!(shown("POSTGRES_URL").unwrap().contains(MASK));
}

#[test]
fn the_database_is_the_one_that_is_named_else_that_of_the_settings() {
    let of = |file: &str, url: Option<&str>| {
        let server = load(file, &[], &[]).unwrap().postgres(url).unwrap();
        server.map(|server| server.to_string())
    };
    let file = "POSTGRES_URL=postgres://me:hunter2@one.example.org/x\n";
    assert_eq!(of("", None), None);
    assert!(of(file, None).unwrap().contains("one.example.org"));
    assert!(of(file, Some("postgres://two.example.org/x")).unwrap().contains("two.example.org"));
    assert!(load("", &[], &[]).unwrap().postgres(Some("no address")).is_err());
}
