use super::*;

fn hex(digit: char) -> Digest {
    Digest::new(&format!("sha256:{}", digit.to_string().repeat(64))).unwrap()
}

fn locked(version: &str, digit: char) -> Locked {
    Locked {
        version: Version::parse(version).unwrap(),
        content: hex(digit),
        artifact: hex('a'),
        manifest: hex('b'),
        registry: "r.org/team".to_owned(),
    }
}

fn map(entries: &[(&str, Locked)]) -> BTreeMap<String, Locked> {
    entries.iter().map(|(name, locked)| ((*name).to_owned(), locked.clone())).collect()
}

fn update(text: &str, entries: &[(&str, Locked)], in_workflow: &[&str]) -> String {
    updated(text, &map(entries), &in_workflow.iter().copied().collect()).unwrap()
}

fn error(text: &str) -> (String, Option<(usize, usize)>) {
    let problem = parse(text).unwrap_err();
    (problem.message.clone(), problem.position())
}

#[test]
fn what_is_written_is_read_again() {
    let entries = [("b", locked("1.0.0", '1')), ("a-b.c", locked("2.0.0-rc.1", '2'))];
    let text = update("", &entries, &["a-b.c", "b"]);
    let a = "a".repeat(64);
    let b = "b".repeat(64);
    assert_eq!(
        text,
        format!(
            "# Records what was pushed, added and fetched. Written by PELATO; commit this file.\nschema = 1\n\n\
             [components.\"a-b.c\"]\nversion = \"2.0.0-rc.1\"\ncontent = \"sha256:{}\"\nartifact = \"sha256:{a}\"\n\
             manifest = \"sha256:{b}\"\nregistry = \"r.org/team\"\n\n\
             [components.b]\nversion = \"1.0.0\"\ncontent = \"sha256:{}\"\nartifact = \"sha256:{a}\"\n\
             manifest = \"sha256:{b}\"\nregistry = \"r.org/team\"\n",
            "2".repeat(64),
            "1".repeat(64)
        )
    );
    assert_eq!(parse(&text).unwrap().components, map(&entries));
    assert_eq!(update(&text, &entries, &["a-b.c", "b"]), text, "nothing new changes nothing");
}

#[test]
fn comments_and_what_others_wrote_stay_and_stale_entries_go() {
    let entries = [("a", locked("1.0.0", '1')), ("gone", locked("1.0.0", '1'))];
    let text = update("", &entries, &["a", "gone"])
        .replace("schema = 1", "schema = 1 # the first\n\n[team]\nowner = \"me\"")
        .replace("[components.a]", "# ours\n[components.a] # live")
        .replace("version = \"1.0.0\"", "version = \"1.0.0\" # careful");
    let new = update(&text, &[("a", locked("1.0.1", '1'))], &["a"]);
    assert!(!new.contains("gone"), "{new}");
    for kept in [
        "schema = 1 # the first",
        "[team]\nowner = \"me\"",
        "# ours\n[components.a] # live",
        "\"1.0.1\" # careful",
    ] {
        assert!(new.contains(kept), "{kept}: {new}");
    }
}

#[test]
fn an_inline_table_is_as_good() {
    let mut text = update("", &[("a", locked("1.0.0", '1'))], &["a"]);
    let body = text.split_off(text.find("[components").unwrap());
    let fields: Vec<_> = body.lines().skip(1).collect();
    text.push_str(&format!("[components]\na = {{ {} }}\n", fields.join(", ")));
    let new = update(&text, &[("a", locked("1.0.1", '1'))], &["a"]);
    assert_eq!(parse(&new).unwrap().components, map(&[("a", locked("1.0.1", '1'))]));
}

#[test]
fn what_is_wrong_is_pointed_at() {
    let text = update("", &[("a", locked("1.0.0", '1'))], &["a"]);
    let with = |old: &str, new: &str| {
        assert!(text.contains(old));
        error(&text.replace(old, new))
    };
    assert_eq!(with("schema = 1", "schema = 2"), (NEWER.to_owned(), Some((2, 10))));
    assert_eq!(with("schema = 1", "schema = 0").1, Some((2, 10)));
    assert_eq!(with("schema = 1\n", ""), ("has no `schema`".to_owned(), None));
    assert_eq!(with("\"1.0.0\"", "\"1.0\"").1, Some((5, 11)));
    let (message, place) = with("sha256:1", "sha1:1");
    assert_eq!((message.as_str(), place), ("not `sha256:` and 64 hexadecimal digits", Some((6, 11))));
    assert_eq!(with("registry =", "registrar =").1, Some((9, 1)));
    assert_eq!(with("[components.a]", "<<<<<<< HEAD\n[components.a]").1.map(|(line, _)| line), Some(4));
    assert_eq!(error("schema = 1\ncomponents = 3\n").1, Some((2, 14)));
}

#[test]
fn a_file_of_others_only_is_no_mistake() {
    assert_eq!(parse("").unwrap().components, BTreeMap::new());
    assert_eq!(parse("[team]\nowner = 1\n").unwrap().components, BTreeMap::new());
}

#[test]
fn a_newer_file_is_left_alone_whatever_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "schema = 7\n[components.a]\nnew = true\n";
    std::fs::write(folder.path().join(FILE), text).unwrap();
    let error = LockFile::read(folder.path()).unwrap_err();
    assert_eq!(error.to_string(), NEWER);
    assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_no_file_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere/pelato.lock", folder.path().join(FILE)).unwrap();
    let error = LockFile::read(folder.path()).unwrap_err();
    assert!(matches!(error, LockFileError::Unreadable { .. }), "{error:?}");
}
