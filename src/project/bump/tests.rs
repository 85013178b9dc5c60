use super::next::Level;
use super::*;
use proptest::prelude::*;

fn workflow(text: &str) -> Workflow {
    let (workflow, report) = super::super::parse(Path::new("/p/workflow.yaml"), text);
    assert!(report.problems.is_empty(), "{text}\n{report:?}");
    workflow
}

fn named(names: &[&str]) -> Selection {
    Selection::Components(names.iter().map(|name| (*name).to_owned()).collect())
}

const TEXT: &str = "project_name: p\ntasks:\n  - component_name: a # 1.0.0\n    version: \"1.0.0\"  # note 1.0.0\n\
                    \n  - {component_name: b, version: '1.0.0', x: 1.0.0}\n  - version:   1.0.0\r\n    \
                    component_name: c\n  - name: nameless\n    \"version\" : 0.1.0-rc.1";

#[test]
fn only_the_versions_change() {
    let workflow = workflow(TEXT);
    let bumps = plan(&workflow, &named(&["c", "a", "c"]), &Kind::Level(Level::Minor), false).unwrap();
    let shown: Vec<_> = bumps.iter().map(|b| format!("{} {} {}", b.component, b.old, b.new)).collect();
    assert_eq!(shown, ["c 1.0.0 1.1.0", "a 1.0.0 1.1.0"]);
    let new = apply(&workflow, &bumps).unwrap();
    let expected = TEXT.replace("\"1.0.0\"", "\"1.1.0\"").replace("  1.0.0\r", "  1.1.0\r");
    assert_eq!(new, expected);
    let all = plan(&workflow, &Selection::All, &Kind::Set(Version::new(12, 0, 0)), false).unwrap();
    assert_eq!(all[3].component, "nameless");
    let new = apply(&workflow, &all).unwrap();
    assert!(new.contains("version: '12.0.0', x: 1.0.0}") && new.ends_with("\"version\" : 12.0.0"), "{new}");
    let diff = file_plan(&workflow, &bumps).unwrap().diff();
    assert!(diff.contains("\n+    version: \"1.1.0\"  # note 1.0.0\n"), "{diff}");
}

#[test]
fn backwards_only_if_told() {
    let workflow = workflow("project_name: p\ntasks:\n- component_name: a\n  version: 1.0.0-rc.2\n");
    for (kind, direction) in [
        (Kind::Set(Version::new(0, 9, 0)), "back to"),
        (Kind::Set(Version::parse("1.0.0-rc.2").unwrap()), "to the same"),
        (Kind::Pre("beta".into(), None), "back to"),
    ] {
        match plan(&workflow, &Selection::All, &kind, false) {
            Err(BumpError::Backwards { direction: found, .. }) => assert_eq!(found, direction),
            other => panic!("{kind:?}: {other:?}"),
        }
        let bumps = plan(&workflow, &Selection::All, &kind, true).unwrap();
        let new = apply(&workflow, &bumps).unwrap();
        assert!(new.ends_with(&format!("  version: {}\n", bumps[0].new)));
    }
}

#[test]
fn whom_it_cannot_help_is_named() {
    let text = "project_name: p\ntasks:\n- {component_name: alpha, version: 1.10}\n- {component_name: beta}\n\
                - {component_name: two, version: 1.0.0}\n- {component_name: two, version: 1.0.0}\n";
    let workflow = workflow(text);
    let failed = |selection| plan(&workflow, &selection, &Kind::Level(Level::Patch), false).unwrap_err();
    let unknown = failed(named(&["alhpa"]));
    assert!(
        matches!(&unknown, BumpError::Unknown { help, .. } if help == "did you mean `alpha`?"),
        "{unknown:?}"
    );
    assert!(failed(named(&["alpha"])).to_string().starts_with("`alpha` has the version `1.10`, which is no"));
    assert_eq!(failed(named(&["beta"])).to_string(), "`beta` has no version");
    assert!(matches!(failed(named(&["two"])), BumpError::Ambiguous { .. }));
    assert!(matches!(failed(named(&[])), BumpError::NothingNamed));
    match failed(Selection::All) {
        BumpError::Multiple(errors) => assert_eq!(errors.len(), 2),
        other => panic!("{other:?}"),
    }
    let huge = format!("project_name: p\ntasks: [{{component_name: a, version: 1.0.{}}}]\n", u64::MAX);
    let error = plan(
        &super::super::parse(Path::new("w"), &huge).0,
        &Selection::All,
        &Kind::Level(Level::Patch),
        false,
    );
    assert!(matches!(error, Err(BumpError::Highest { .. })), "{error:?}");
    let build = Kind::Set(Version::parse("1.0.0+1").unwrap());
    assert!(matches!(plan(&workflow, &named(&["two"]), &build, false), Err(BumpError::Kind(_))));
}

#[test]
fn versions_that_others_share_are_left_alone() {
    let of = |text: &str, names: &[&str]| {
        let workflow = workflow(&format!("project_name: p\ntasks:\n{text}"));
        match apply(&workflow, &plan(&workflow, &named(names), &Kind::Level(Level::Patch), false).unwrap()) {
            Err(BumpError::NotReplaceable { reason, .. }) => Err(reason),
            other => Ok(other.unwrap()),
        }
    };
    let shared = "- {component_name: a, version: &v 1.0.0}\n- {component_name: b, version: *v }\n";
    assert_eq!(of(shared, &["a"]), Err(NotReplaceable::Shared));
    assert_eq!(of(shared, &["b"]), Err(NotReplaceable::Alias));
    assert_eq!(of(shared, &["a", "b"]), Err(NotReplaceable::Alias));
    let alone = of("- component_name: a\n  version: &v '1.0.0' # c\n", &["a"]).unwrap();
    assert!(alone.ends_with("version: &v '1.0.1' # c\n"), "{alone}");
    let long = "- component_name: a\n  version: >-\n    1.0.0\n";
    assert_eq!(of(long, &["a"]), Err(NotReplaceable::Form));
    let same = "- &t {component_name: a, version: 1.0.0}\n- *t\n";
    let workflow = workflow(&format!("project_name: p\ntasks:\n{same}"));
    let bumps = plan(&workflow, &Selection::All, &Kind::Level(Level::Patch), false).unwrap();
    assert!(matches!(apply(&workflow, &bumps), Err(BumpError::NotReplaceable { .. })));
    assert!(matches!(apply(&workflow, &bumps[..1]), Err(BumpError::NotReplaceable { .. })));
    assert!(matches!(apply(&workflow, &bumps[1..]), Err(BumpError::NotReplaceable { .. })));
}

proptest! {
    #[test]
    fn nothing_but_the_selected_versions_changes(
        tasks in prop::collection::vec((0..50u64, prop::sample::select(vec!["", "\"", "'"]), any::<bool>(),
            prop::sample::select(vec!["", " # 1.0.0", "\n    # version: 1.0.0", "\n    x: |\n      version: 1.0.0"]),
            prop::sample::select(vec![" ", "    ", "\n      "])), 1..5),
        newline in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let render = |picked: u64| {
            let entries = tasks.iter().enumerate().map(|(index, (patch, quote, pick, tail, gap))| {
                let patch = patch + if *pick { picked } else { 0 };
                format!("  - component_name: t{index}\n    version:{gap}{quote}1.0.{patch}{quote}{tail}\n")
            });
            format!("project_name: p\ntasks:\n{}# end", entries.collect::<String>()).replace('\n', newline)
        };
        let picked: Vec<_> =
            tasks.iter().enumerate().filter(|(_, task)| task.2).map(|(index, _)| format!("t{index}")).collect();
        if picked.is_empty() {
            return Ok(());
        }
        let workflow = workflow(&render(0));
        let bumps = plan(&workflow, &Selection::Components(picked), &Kind::Level(Level::Patch), false).unwrap();
        prop_assert_eq!(apply(&workflow, &bumps).unwrap(), render(1));
    }
}
