//! The file of what is allowed. It is read strictly: what is not understood allows nothing, and is an error.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::closed;
use super::{Entry, Grant, Identity, TrustError};
use crate::files;
use crate::report::{Problem, Source};

pub const FILE: &str = "trust.toml";

const SCHEMA: u32 = 1;
const HEADER: &str = "# What you allow PELATO to do with the projects of others. Written by PELATO.\n";
/// Many times what anybody allows.
const LARGEST: u64 = 4 << 20;
/// Others must not be able to write it.
const OTHERS_WRITE: u32 = 0o022;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: u32,
    #[serde(default)]
    allowed: Vec<Row>,
}

/// One grant: `kind` says which fields it has.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    since: String,
}

/// Reads the file; one that is not there allows nothing.
///
/// # Errors
/// When it cannot be read, others may write it, or anything in it is wrong.
pub fn read(path: &Path) -> Result<Vec<Entry>, TrustError> {
    let file = match files::open(files::anywhere(), path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(TrustError::io("read", path)(error)),
    };
    let metadata = file.metadata().map_err(TrustError::io("read", path))?;
    closed(path, &metadata, OTHERS_WRITE)?;
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(TrustError::io("read", path))?;
    if text.len() as u64 > LARGEST {
        let source = io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 4 MiB");
        return Err(TrustError::io("read", path)(source));
    }
    parse(&path.display().to_string(), &text).map_err(|problem| TrustError::Broken(Box::new(problem)))
}

fn parse(name: &str, text: &str) -> Result<Vec<Entry>, Problem> {
    let source = Source::new(name, text);
    let wrong = |words: String| {
        Problem::error("trust", &source, words)
            .advise("fix it, or delete the file: then nothing is allowed, and you are asked again")
    };
    let document: Document = toml_edit::de::from_str(text).map_err(|error| {
        wrong(error.message().lines().next().unwrap_or_default().to_owned()).at(error.span())
    })?;
    if document.schema != SCHEMA {
        return Err(wrong(format!(
            "schema {} is not that of this version of PELATO, {SCHEMA}",
            document.schema
        )));
    }
    let mut entries = Vec::new();
    for (index, row) in document.allowed.into_iter().enumerate() {
        let kind = row.kind.clone();
        let entry = entry(row);
        entries.push(entry.ok_or_else(|| {
            let span = toml_edit::Document::parse(text)
                .ok()
                .and_then(|document| document.get("allowed")?.as_array_of_tables()?.get(index)?.span());
            wrong(format!("`{}` is not a kind, or has not the fields of one", kind.escape_debug())).at(span)
        })?);
    }
    Ok(entries)
}

fn entry(row: Row) -> Option<Entry> {
    let Row { kind, name, folder, mark, address, content, since } = row;
    let grant = match (kind.as_str(), name, folder, mark, address, content) {
        ("pack", Some(name), None, None, None, Some(content)) => Grant::Pack { name, content },
        ("task", Some(component), Some(project), None, None, Some(content)) => {
            Grant::Task { component, project, content }
        }
        ("folder", None, Some(path), Some(mark), None, None) => Grant::Folder(Identity { path, mark }),
        ("secret", Some(setting), None, None, Some(address), None) => Grant::Secret { setting, address },
        _ => return None,
    };
    Some(Entry { grant, since })
}

fn row(entry: &Entry) -> Row {
    let row = Row { kind: entry.grant.kind().to_owned(), since: entry.since.clone(), ..Row::default() };
    match entry.grant.clone() {
        Grant::Pack { name, content } => Row { name: Some(name), content: Some(content), ..row },
        Grant::Task { component, project, content } => {
            Row { name: Some(component), folder: Some(project), content: Some(content), ..row }
        }
        Grant::Folder(Identity { path, mark }) => Row { folder: Some(path), mark: Some(mark), ..row },
        Grant::Secret { setting, address } => Row { name: Some(setting), address: Some(address), ..row },
    }
}

/// The bytes of the file.
fn text(entries: &[Entry]) -> io::Result<String> {
    let allowed = entries.iter().map(row).collect();
    let text =
        toml_edit::ser::to_string_pretty(&Document { schema: SCHEMA, allowed }).map_err(io::Error::other)?;
    Ok(format!("{HEADER}{text}"))
}

/// Writes the file whole, closed to others.
///
/// # Errors
/// When it cannot be written; it is then as it was.
pub fn write(path: &Path, entries: &[Entry]) -> Result<(), TrustError> {
    let text = text(entries).map_err(TrustError::io("write", path))?;
    Ok(files::replace_private(files::anywhere(), path, text.as_bytes())?)
}

/// Makes the folder of the file, closed to others.
///
/// # Errors
/// When it cannot be made.
pub fn prepare(folder: &Path) -> Result<(), TrustError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(TrustError::io("create the folder", folder))?;
    let metadata = fs::metadata(folder).map_err(TrustError::io("read", folder))?;
    closed(folder, &metadata, OTHERS_WRITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let owned = str::to_owned;
        let content = format!("sha256:{}", "1".repeat(64));
        let grants = [
            Grant::Pack { name: owned("zig"), content: content.clone() },
            Grant::Task { component: owned("c"), project: owned("/p \"q\"\n"), content },
            Grant::Folder(Identity { path: owned("/p"), mark: owned("1-2") }),
            Grant::Secret { setting: owned("NATS_PASSWORD"), address: owned("nats://h:4222") },
        ];
        grants.map(|grant| Entry { grant, since: owned("2026-11-30T12:00:00Z") }).to_vec()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = text(&entries()).unwrap();
        assert_eq!(parse("trust.toml", &text).unwrap(), entries(), "{text}");
        assert_eq!(parse("trust.toml", "schema = 1\n").unwrap(), []);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let row = "[[allowed]]\nkind = \"pack\"\nname = \"zig\"\ncontent = \"c\"\nsince = \"s\"\n";
        for (text, line) in [
            ("schema = 2\n".to_owned(), None),
            ("schema = 1\nallowed = 3\n".to_owned(), Some(2)),
            (format!("schema = 1\n{row}extra = 1\n"), Some(7)),
            (format!("schema = 1\n{}", row.replace("pack", "root")), Some(2)),
            (format!("schema = 1\n{row}folder = \"/\"\n"), Some(2)),
            ("schema = 1\n[[allow]]\n".to_owned(), Some(2)),
            ("schema = ".to_owned(), Some(1)),
        ] {
            let problem = parse("trust.toml", &text).unwrap_err();
            let found = problem.position().map(|(line, _)| line);
            assert!(found == line || line.is_none(), "{text}: {problem:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_or_folder_that_others_may_write_allows_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("a/state");
        prepare(&folder).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let path = folder.join(FILE);
        write(&path, &entries()).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(read(&path), Err(TrustError::Exposed { mode: 0o666, .. })));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(prepare(&folder), Err(TrustError::Exposed { .. })));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_a_cut_one_is_never_more(at in 0usize..700, instead in ".{0,12}") {
            let whole = text(&entries()).unwrap();
            let at = (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
            let _ = parse("trust.toml", &format!("{}{instead}", &whole[..at]));
            if let Ok(read) = parse("trust.toml", &whole[..at]) {
                proptest::prop_assert!(read.len() <= entries().len());
            }
        }
    }
}
