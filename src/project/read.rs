//! From the bytes of `workflow.yaml` to a [`Workflow`], with everything in it that has the wrong shape.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_yaml::Value;

use super::document::without_bom;
use super::shape::Reader;
use super::workflow::{FILE, MAX_BYTES, Workflow};
use crate::files::{self, Refusal};
use crate::remedy::{Argument, Operation};
use crate::report::{Problem, Report, Source};

/// The fields that every task may have, whatever its template.
pub const TASK_FIELDS: [&str; 18] = [
    "name",
    "type",
    "code",
    "targets",
    "target",
    "component_name",
    "version",
    "language",
    "replicas",
    "placement",
    "prefer",
    "scope",
    "delivery",
    "max_deliver",
    "dead_letter_topic",
    "http",
    "env",
    "logs",
];

/// How many lists and mappings may be nested, even in texts and comments.
const DEEPEST: usize = 100;
const LEVELS: &str = "a workflow needs three levels: the file, its tasks, their fields";

/// Why there is no workflow to speak of.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReadError {
    #[error("there is no {FILE} in {folder}")]
    #[diagnostic(code(pelato::workflow::missing), help(
        "go to the folder of a project, name it with {}, or make one with {}",
        Argument::Project.with("DIR"),
        Operation::New.on("NAME")
    ))]
    Missing { folder: String },
    #[error("cannot read {path}")]
    #[diagnostic(
        code(pelato::workflow::unreadable),
        help("check that it is a file and that you have read permission")
    )]
    Unreadable { path: String, source: std::io::Error },
    /// The file is larger than any workflow.
    #[error("{path} has more than {MAX_BYTES} bytes")]
    #[diagnostic(
        code(pelato::workflow::too_large),
        help("is this really a workflow? keep data in other files")
    )]
    TooLarge { path: String },
    /// The file is not UTF-8 text.
    #[error("{path} is not UTF-8 text: byte {offset} (line {line})")]
    #[diagnostic(code(pelato::workflow::not_text), help("save it as UTF-8"))]
    NotText {
        path: String,
        /// The first byte that is none, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
}

/// Reads the workflow of the project in `root`. The report has what is wrong with its shape.
///
/// # Errors
/// When there is no file that could be a workflow.
pub fn read(root: &Path) -> Result<(Workflow, Report), ReadError> {
    let path = root.join(FILE);
    let text = text(&path)?;
    Ok(parse(&path, &text))
}

fn text(path: &Path) -> Result<String, ReadError> {
    let shown = path.display().to_string();
    let unreadable = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => {
            ReadError::Missing { folder: path.parent().unwrap_or(Path::new(".")).display().to_string() }
        }
        _ => ReadError::Unreadable { path: shown.clone(), source },
    };
    let root = path.parent().unwrap_or(Path::new("."));
    let content = files::read(root, path, MAX_BYTES).map_err(|error| match Refusal::of(&error) {
        Some(Refusal::TooLarge { .. }) => ReadError::TooLarge { path: shown.clone() },
        Some(Refusal::NotAFile) => unreadable(std::io::Error::other("it is not a file")),
        None if error.kind() == std::io::ErrorKind::IsADirectory => {
            unreadable(std::io::Error::other("it is not a file"))
        }
        _ => unreadable(error),
    })?;
    String::from_utf8(content).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..offset];
        ReadError::NotText {
            path: shown,
            offset,
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })
}

/// Reads a workflow from text; `path` is where it stands or will stand.
pub fn parse(path: &Path, text: &str) -> (Workflow, Report) {
    let mut workflow = Workflow {
        path: path.to_owned(),
        source: Source::new(FILE, text),
        project_name: None,
        http_hosts: Vec::new(),
        env: BTreeMap::new(),
        logs: None,
        tasks: Vec::new(),
        document: OnceCell::new(),
        env_file: OnceCell::new(),
    };
    let mut report = Report::default();
    if let Some(at) = too_deep(text) {
        let problem = Problem::error(
            "syntax",
            &workflow.source,
            format!("values are nested too deeply: more than {DEEPEST} levels"),
        );
        report.push(problem.at(Some(at..at + 1)).advise(LEVELS));
        return (workflow, report);
    }
    let body = without_bom(text);
    let merged =
        serde_yaml::from_str::<Value>(body).and_then(|mut value| value.apply_merge().map(|()| value));
    match merged {
        Ok(value) => {
            let content = Reader { workflow: &workflow, report: &mut report }.workflow(value);
            workflow.project_name = content.project_name;
            workflow.env = content.env;
            workflow.logs = content.logs;
            workflow.http_hosts = content.http_hosts;
            workflow.tasks = content.tasks;
        }
        Err(error) => report.push(syntax(&workflow.source, text.len() - body.len(), &error)),
    }
    (workflow, report)
}

/// Where a text is nested too deeply, in brackets or by indentation. This is found out before anything is parsed: YAML
/// readers go through all that is open at each further level, and some end the program where it is too much.
pub(crate) fn too_deep(text: &str) -> Option<usize> {
    // The columns at which the blocks that are open have begun.
    let (mut columns, mut open, mut at) = (Vec::new(), 0usize, 0);
    for line in text.split_inclusive('\n') {
        let mut rest = line.trim_start_matches(' ');
        if !rest.trim_end().is_empty() {
            let column = |rest: &str| line.len() - rest.len();
            columns.retain(|open: &usize| *open < column(rest));
            loop {
                columns.push(column(rest));
                // Several levels can begin in one line: `- - a: b`, `? - a`.
                let Some(inner) = rest.strip_prefix(['-', '?', ':']) else { break };
                let blanks = inner.len() - inner.trim_start_matches([' ', '\t']).len();
                if blanks == 0 || columns.len() > DEEPEST {
                    break;
                }
                rest = &inner[blanks..];
            }
        }
        for (offset, byte) in line.bytes().enumerate() {
            match byte {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            if columns.len() + open > DEEPEST {
                return Some(at + offset);
            }
        }
        at += line.len();
    }
    None
}

fn syntax(source: &Arc<Source>, skipped: usize, error: &serde_yaml::Error) -> Problem {
    let words = error.to_string();
    let span = error.location().map(|place| {
        let at = (skipped + place.index()).min(source.text.len());
        at..at
    });
    // The place is shown by the snippet; the words need not repeat it.
    let message = words.split(" at line ").next().unwrap_or(&words);
    if message.contains("as u128") || message.contains("as i128") {
        let message = "this is not valid YAML: an integer has more than 64 bits";
        return Problem::error("syntax", source, message).at(span).advise("put it in quotes");
    }
    let help = match message {
        m if m.contains("repetition limit") => "write the values out instead of repeating anchors (`*name`)",
        m if m.contains("recursion limit") => LEVELS,
        m if m.contains("more than one document") => "keep one workflow in a file: remove the `---` lines",
        m if m.contains("duplicate") => "remove one of the two entries",
        _ => "`operation:explain workflow` shows an example; put strings that contain `: ` or ` #` in quotes",
    };
    Problem::error("syntax", source, format!("this is not valid YAML: {message}")).at(span).advise(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let (_, report) = parse(Path::new("/p/workflow.yaml"), text);
        let show = |problem: &Problem| {
            let at = problem.position().map_or(String::new(), |(line, column)| format!("{line}:{column} "));
            format!("{at}{}", problem.message)
        };
        report.problems.iter().map(show).collect()
    }

    #[test]
    fn the_originals_form_is_read() {
        let text = "project_name: Temperature data analysis\ntasks:\n  - name: A b\n    type: processor_nats\n    \
                    code: convert.go\n    target: edge\n    source_topic: a\n    version: 1.10\n";
        let (workflow, report) = parse(Path::new("/p/workflow.yaml"), text);
        assert!(report.problems.is_empty(), "{report:?}");
        let task = &workflow.tasks[0];
        assert_eq!(task.targets[0].text, "edge");
        assert_eq!(task.parameters["source_topic"].text, "a");
        assert_eq!(task.version.as_ref().unwrap().text, "1.10", "as written, not as a number");
    }

    #[test]
    fn fields_of_every_template_are_no_parameters_of_one() {
        let fields = [
            "name",
            "type",
            "code",
            "component_name",
            "version",
            "language",
            "replicas",
            "placement",
            "prefer",
            "scope",
        ];
        let fields = [&fields[..], &["delivery", "max_deliver", "dead_letter_topic"]].concat();
        let lines = fields.iter().map(|field| format!("    {field}: the {field}\n"));
        let text = format!("project_name: p\ntasks:\n  - own: 1\n{}", lines.collect::<String>());
        let (workflow, _) = parse(Path::new("/p/workflow.yaml"), &text);
        let task = &workflow.tasks[0];
        let read = [
            &task.name,
            &task.template,
            &task.code,
            &task.component_name,
            &task.version,
            &task.language,
            &task.replicas,
            &task.placement,
            &task.prefer,
            &task.scope,
            &task.delivery,
            &task.max_deliver,
            &task.dead_letter_topic,
        ];
        for (field, read) in fields.iter().zip(read) {
            assert_eq!(read.as_ref().map(|read| read.text.clone()), Some(format!("the {field}")), "{field}");
        }
        assert_eq!(task.parameters.keys().collect::<Vec<_>>(), ["own"]);
    }

    #[test]
    fn everything_of_a_wrong_shape_is_reported_at_once() {
        let text = "project_nam: x\ntasks:\n  - 3\n  - name: [a]\n    code:\n    http: {prt: 1}\n";
        assert_eq!(
            problems(text),
            [
                "1:1 unknown field `project_nam`",
                "3:5 a task must consist of `field: value` lines, found a number",
                "4:11 expected a string, found a list",
                "5:5 this field has no value",
                "6:12 unknown field `prt`",
                "the workflow has no `project_name`",
            ]
        );
    }

    #[test]
    fn what_is_no_yaml_is_one_problem_with_its_place() {
        assert_eq!(problems("tasks: [\n").len(), 1);
        assert!(problems("a: b: c\n")[0].contains("this is not valid YAML"));
        assert!(problems("tasks: []\ntasks: []\n")[0].contains("duplicate"));
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &(0..9).map(|i| {
                let (new, old) = ((b'b' + i) as char, (b'a' + i) as char);
                format!("{new}: &{new} [*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old},*{old}]\n")
            }).collect::<String>();
        assert!(problems(&bomb)[0].contains("repetition limit"), "{:?}", problems(&bomb));
        assert_eq!(problems(""), ["a workflow must consist of `field: value` lines, found nothing"]);
    }

    #[test]
    fn what_to_do_about_it_depends_on_what_is_wrong() {
        let help = |text: &str| {
            let (_, report) = parse(Path::new("/p/workflow.yaml"), text);
            report.problems[0].help.clone().unwrap()
        };
        assert_eq!(help("tasks: []\ntasks: []\n"), "remove one of the two entries");
        assert!(help("a: 1\n---\nb: 2\n").starts_with("keep one workflow in a file"));
        assert!(help("a: b: c\n").contains("shows an example"));
        assert_eq!(help(&"[".repeat(10_000)), LEVELS);
    }

    #[test]
    fn a_workflow_is_read_from_its_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path()), Err(ReadError::Missing { .. })));
        std::fs::write(folder.path().join(FILE), "project_name: from a file\ntasks: []\n").unwrap();
        let (workflow, report) = read(folder.path()).unwrap();
        assert_eq!(workflow.project_name.unwrap().text, "from a file");
        assert!(report.problems.is_empty(), "{report:?}");
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_whatever_it_is_made_of() {
        let lists = |count: usize| "- ".repeat(count) + "x\n";
        let mappings: String = (0..201).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        let keys = "? ".repeat(254) + "x\n";
        let mixed = "- ".repeat(120) + &"[".repeat(120);
        let brackets = "[".repeat(500) + &"]".repeat(500);
        for text in [lists(254), lists(100_000), mappings, keys, mixed, brackets] {
            let shown = &text[..text.len().min(60)];
            assert_eq!(problems(&text).len(), 1, "{shown}");
            assert!(problems(&text)[0].contains("nested too deeply"), "{shown}: {:?}", problems(&text));
        }
        assert!(too_deep(&lists(90)).is_none());
        assert!(too_deep(&"a:\n  - b: [1, {c: 2}]\n".repeat(1000)).is_none());
    }

    #[test]
    fn a_mark_at_the_beginning_moves_no_place() {
        assert_eq!(problems("\u{feff}tasks: []\nproject_name: a\nz: 1\n"), ["3:1 unknown field `z`"]);
        assert_eq!(problems("\u{feff}p: q\na: b: c\n"), problems("p: q\na: b: c\n"));
    }

    #[test]
    fn merged_mappings_give_what_a_task_does_not_say() {
        let text = "x-edge: &edge\n  targets: [edge]\n  version: 1.10\nproject_name: p\ntasks:\n  - <<: *edge\n    \
                    name: a\n  - <<: *edge\n    version: 2.0.0\n";
        let (workflow, report) = parse(Path::new("/p/workflow.yaml"), text);
        assert!(report.problems.is_empty(), "{report:?}");
        let version = |index: usize| workflow.tasks[index].version.as_ref().unwrap();
        assert_eq!((version(0).text.as_str(), version(1).text.as_str()), ("1.10", "2.0.0"));
        assert_eq!(&text[workflow.span(&version(0).place).unwrap()], "1.10");
        assert_eq!(workflow.tasks[1].targets[0].text, "edge");
        assert!(problems("project_name: p\ntasks:\n  - <<: 3\n")[0].contains("merging"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            parse(Path::new("/p/workflow.yaml"), &text);
        }

        #[test]
        fn no_workflow_like_text_makes_it_panic(text in "(tasks|name|  - |- |\\? |<<|: |\\[|\\{|\\]|\\}|,|&a |\\*a|\n|'|\"|x|1|\u{feff}){0,40}") {
            parse(Path::new("/p/workflow.yaml"), &text);
        }
    }
}
