//! New projects and tasks, on disk.

mod full_disk;
mod interrupted;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pelato::catalog::{Catalog, Folder, Origin, Pack, Template};
use pelato::files::FileError;
use pelato::project::{self, settings};
use pelato::scaffold::{self, NewProject, NewTask, SCHEMA_FILE, ScaffoldError};
use proptest::prelude::*;

const STARTER: &str = "// {{ task_name }} of {{ project_name }}\nmodule {{ component_name }}\n";

/// A pack of our own: these tests are about what is done with a starter, not about Go's.
fn pack(folder: &Path) -> Pack {
    fs::create_dir_all(folder.join("starter/inner")).unwrap();
    fs::write(folder.join("pack.toml"), include_str!("../../../language-packs/go/pack.toml")).unwrap();
    fs::write(folder.join("starter/main.go.liquid"), STARTER).unwrap();
    fs::write(folder.join("starter/inner/raw.txt"), "{{ raw }}").unwrap();
    Pack::load(Folder::Disk(folder.to_owned()), Origin::User).unwrap()
}

fn task<'a>(template: &'a Template, pack: &'a Pack) -> NewTask<'a> {
    let parameters = [("source_topic", "room.*.celsius"), ("dest_topic", "kelvin")];
    NewTask {
        title: "Temp data conversion".into(),
        component_name: None,
        template,
        pack,
        parameters: parameters.map(|(name, value)| (name.into(), value.into())).into(),
        targets: vec!["edge".into()],
        version: None,
    }
}

/// Everything below a folder, as relative paths.
fn tree(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, base: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => walk(&entry.path(), base, found),
                false => found.push(entry.path().strip_prefix(base).unwrap().to_string_lossy().into_owned()),
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

struct Rig {
    root: tempfile::TempDir,
    catalog: Catalog,
    pack: Pack,
}

impl Rig {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let pack = pack(&root.path().join("pack"));
        Self { root, catalog: Catalog::built_in(), pack }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("project")
    }

    fn task(&self) -> NewTask<'_> {
        task(self.catalog.templates.get("http_producer_nats").unwrap(), &self.pack)
    }

    fn project<'a>(&'a self, task: Option<NewTask<'a>>) -> NewProject<'a> {
        NewProject { name: "Temperature: data".into(), folder: self.folder(), task, schema: "{}" }
    }
}

#[test]
fn a_new_project_is_whole_and_can_be_read() {
    let rig = Rig::new();
    let plan = scaffold::new(&rig.project(Some(rig.task()))).unwrap();
    assert!(!rig.folder().exists(), "a plan writes nothing");
    let text = plan.text("workflow.yaml").unwrap().to_owned();
    plan.apply().unwrap();
    assert_eq!(
        tree(&rig.folder()),
        [
            ".env.template",
            ".gitignore",
            SCHEMA_FILE,
            "README.md",
            "tasks/temp_data_conversion/inner/raw.txt",
            "tasks/temp_data_conversion/main.go",
            "workflow.yaml",
        ]
    );
    assert_eq!(fs::read_to_string(rig.folder().join("workflow.yaml")).unwrap(), text);
    let hint = format!("# yaml-language-server: $schema={SCHEMA_FILE}");
    assert_eq!(text.lines().next(), Some(hint.as_str()));
    let (workflow, report) = project::read(&rig.folder()).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    assert_eq!(workflow.project_name.unwrap().text, "Temperature: data");
    let task = &workflow.tasks[0];
    let is = |field: &Option<project::Field>, text: &str| assert_eq!(field.as_ref().unwrap().text, text);
    is(&task.name, "Temp data conversion");
    is(&task.template, "http_producer_nats");
    is(&task.code, "temp_data_conversion");
    is(&task.component_name, "temp_data_conversion");
    is(&task.version, "0.1.0");
    is(&task.language, "go");
    assert_eq!(task.targets[0].text, "edge");
    assert_eq!(task.parameters["source_topic"].text, "room.*.celsius");
    let code = rig.folder().join("tasks/temp_data_conversion");
    assert_eq!(
        fs::read_to_string(code.join("main.go")).unwrap(),
        "// Temp data conversion of Temperature: data\nmodule temp_data_conversion\n"
    );
    assert_eq!(fs::read_to_string(code.join("inner/raw.txt")).unwrap(), "{{ raw }}");
}

#[test]
fn the_template_of_the_settings_names_each_of_them() {
    let rig = Rig::new();
    scaffold::new(&rig.project(None)).unwrap().apply().unwrap();
    let template = rig.folder().join(".env.template");
    let text = fs::read_to_string(&template).unwrap();
    for key in settings::ALL {
        assert!(text.contains(&format!("\n# {}\n{}=", key.about.trim(), key.name)), "{}\n{text}", key.name);
    }
    fs::copy(template, rig.folder().join(".env")).unwrap();
    let all = settings::Settings::load(Some(&rig.folder()), |_| None, &[]).unwrap();
    assert!(all.warnings.is_empty(), "{:?}", all.warnings);
    for setting in all.iter() {
        assert_eq!(setting.value.as_deref(), setting.key.default, "{}", setting.key.name);
    }
}

#[test]
fn a_project_without_a_task_takes_one_later() {
    let rig = Rig::new();
    scaffold::new(&rig.project(None)).unwrap().apply().unwrap();
    let readme = fs::read_to_string(rig.folder().join("README.md")).unwrap();
    assert!(readme.contains("pelato add-task") && !readme.contains("pelato call"), "{readme}");
    let (workflow, report) = project::read(&rig.folder()).unwrap();
    assert!(report.problems.is_empty(), "{report:?}");
    let added = scaffold::add_task(&workflow, &rig.task()).unwrap();
    assert!(added.diff().contains("\n+  - name: Temp data conversion\n"), "{}", added.diff());
    assert!(!rig.folder().join("tasks").exists(), "a plan writes nothing");
    added.apply().unwrap();
    let (workflow, _) = project::read(&rig.folder()).unwrap();
    assert_eq!(workflow.tasks.len(), 1);
    assert_eq!(workflow.source.text, added.workflow);
    assert!(rig.folder().join("tasks/temp_data_conversion/main.go").exists());
}

#[test]
fn a_task_is_added_once() {
    let rig = Rig::new();
    scaffold::new(&rig.project(Some(rig.task()))).unwrap().apply().unwrap();
    let before = tree(&rig.folder());
    let (workflow, _) = project::read(&rig.folder()).unwrap();
    let again = scaffold::add_task(&workflow, &rig.task()).unwrap_err();
    assert!(matches!(again, ScaffoldError::NameTaken { .. }), "{again:?}");
    fs::create_dir(rig.folder().join("tasks/mine")).unwrap();
    let taken = NewTask { component_name: Some("mine".into()), ..rig.task() };
    let error = scaffold::add_task(&workflow, &taken).unwrap_err();
    assert!(matches!(error, ScaffoldError::CodeExists { .. }), "{error:?}");
    let other = NewTask { title: "Other".into(), ..rig.task() };
    let planned = scaffold::add_task(&workflow, &other).unwrap();
    fs::write(rig.folder().join("workflow.yaml"), "project_name: mine now\n").unwrap();
    let error = planned.apply().unwrap_err();
    assert!(matches!(error, FileError::Changed { .. }), "{error:?}");
    assert_eq!(tree(&rig.folder()), before);
    assert_eq!(fs::read_to_string(rig.folder().join("workflow.yaml")).unwrap(), "project_name: mine now\n");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let rig = Rig::new();
    fs::create_dir(rig.folder()).unwrap();
    fs::write(rig.folder().join("mine"), "").unwrap();
    let error = scaffold::new(&rig.project(None)).unwrap_err();
    assert!(matches!(error, ScaffoldError::NotEmpty { .. }), "{error:?}");
    fs::remove_file(rig.folder().join("mine")).unwrap();
    let plan = scaffold::new(&rig.project(None)).unwrap();
    fs::write(rig.folder().join("mine"), "").unwrap();
    assert!(matches!(plan.apply(), Err(FileError::Exists { .. })), "it came between plan and act");
    assert_eq!(tree(&rig.folder()), ["mine"]);
}

#[test]
fn wrong_parameters_name_their_flags() {
    let rig = Rig::new();
    let with = |parameters: &[(&str, &str)]| {
        let parameters: BTreeMap<_, _> =
            parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        scaffold::new(&rig.project(Some(NewTask { parameters, ..rig.task() }))).unwrap_err()
    };
    let shown = |error: ScaffoldError| {
        let help = miette::Diagnostic::help(&error).map(|help| help.to_string()).unwrap_or_default();
        format!("{error} | {help}")
    };
    assert_eq!(
        shown(with(&[("source_topic", "a")])),
        "the template `http_producer_nats` needs `parameter:dest_topic` | add\n`parameter:dest_topic=…`: Topic to write to"
    );
    assert_eq!(
        shown(with(&[("dst_topic", "a")])),
        "the template `http_producer_nats` has no parameter `dst_topic` | did you mean `parameter:dest_topic`?"
    );
    assert!(
        shown(with(&[("source_topic", "a b"), ("dest_topic", "c")])).contains("`parameter:source_topic`")
    );
    assert!(
        with(&[("source_topic", ""), ("dest_topic", "")])
            .to_string()
            .ends_with("`parameter:source_topic` and `parameter:dest_topic`")
    );
}

#[test]
fn a_broken_starter_names_its_file() {
    let rig = Rig::new();
    fs::write(rig.root.path().join("pack/starter/x.liquid"), "{{ nobody }}").unwrap();
    let error = scaffold::new(&rig.project(Some(rig.task()))).unwrap_err();
    assert!(
        matches!(&error, ScaffoldError::Starter { file, .. } if file.ends_with("starter/x.liquid")),
        "{error:?}"
    );
    fs::remove_dir_all(rig.root.path().join("pack/starter")).unwrap();
    let error = scaffold::new(&rig.project(Some(rig.task()))).unwrap_err();
    assert!(matches!(error, ScaffoldError::Starter { .. }), "{error:?}");
}

#[test]
fn a_task_without_name_or_target_is_refused() {
    let rig = Rig::new();
    let refused = |task: NewTask<'_>| scaffold::new(&rig.project(Some(task))).unwrap_err();
    assert!(matches!(refused(NewTask { title: " ".into(), ..rig.task() }), ScaffoldError::Title { .. }));
    assert!(matches!(refused(NewTask { title: "温度".into(), ..rig.task() }), ScaffoldError::Name { .. }));
    assert!(matches!(refused(NewTask { targets: vec![], ..rig.task() }), ScaffoldError::NoTarget));
    assert!(matches!(
        refused(NewTask { targets: vec!["a b".into()], ..rig.task() }),
        ScaffoldError::Target { .. }
    ));
    let component_name = Some("../up".to_owned());
    assert!(matches!(refused(NewTask { component_name, ..rig.task() }), ScaffoldError::Name { .. }));
    assert!(matches!(refused(NewTask { title: "a\nb".into(), ..rig.task() }), ScaffoldError::Title { .. }));
    let nameless = NewProject { name: "\n".into(), ..rig.project(None) };
    assert!(matches!(scaffold::new(&nameless), Err(ScaffoldError::Empty { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::support::soak::cases(64)))]

    #[test]
    fn whatever_the_names_they_are_read_back(name in any::<String>(), title in "\\PC{0,200}|[-:#'\"\\[{& *!]{1,100}x".prop_filter("characters that are seen", |title| title.chars().all(pelato::text::is_safe)), target in "[a-zA-Z0-9]([a-zA-Z0-9._-]{0,5}[a-zA-Z0-9])?") {
        prop_assume!(!name.trim().is_empty() && !title.trim().is_empty());
        let rig = Rig::new();
        let component_name = Some("x".to_owned());
        let task = NewTask { title: title.clone(), component_name, targets: vec![target.clone()], ..rig.task() };
        let project = NewProject { name: name.clone(), ..rig.project(Some(task)) };
        let plan = scaffold::new(&project).unwrap();
        let path = rig.folder().join("workflow.yaml");
        let (workflow, report) = project::parse(&path, plan.text("workflow.yaml").unwrap());
        prop_assert!(report.problems.is_empty(), "{:?}", report);
        prop_assert_eq!(&workflow.project_name.as_ref().unwrap().text, &name);
        prop_assert_eq!(&workflow.tasks[0].name.as_ref().unwrap().text, &title);
        prop_assert_eq!(&workflow.tasks[0].targets[0].text, &target);
        let code = plan.text("tasks/x/main.go").unwrap();
        prop_assert_eq!(code.lines().count(), 2, "a comment stays one line: {:?}", code);
    }
}
