//! Where code may be, and which files belong to it.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::project::{GO, check, found, task, with, workflow};

#[test]
fn a_file_or_a_folder_is_found_with_its_files() {
    let folder = with(&[
        ("tasks/flat.go", GO),
        ("tasks/deep/one.go", GO),
        ("tasks/convert/main.go", GO),
        ("tasks/convert/main_test.go", "package main"),
        ("tasks/convert/data/table.csv", "1,2"),
        ("tasks/convert/.git/config", "x"),
        ("tasks/convert/.DS_Store", "x"),
    ]);
    let codes = ["flat.go", "./deep//one.go", "convert/"];
    let tasks: Vec<_> = codes.iter().enumerate().map(|(i, code)| task(i, code, "a", "b")).collect();
    let (report, components) = check(folder.path(), &workflow(&tasks));
    assert_eq!(report.errors(), 0, "{report:?}");
    let code = |index: usize| {
        let code = &components[index].code;
        (code.shown.as_str(), code.files.join(" "), code.folder.join(&code.files[0]).is_file())
    };
    assert_eq!(code(0), ("tasks", "flat.go".into(), true));
    assert_eq!(code(1), ("tasks/deep", "one.go".into(), true));
    assert_eq!(code(2), ("tasks/convert", "data/table.csv main.go".into(), true));
}

#[test]
fn ways_out_of_the_project_are_refused() {
    let folder = with(&[("tasks/a.go", GO), ("tasks/dir/a.go", GO), ("outside.go", GO)]);
    let tasks = folder.path().join("tasks");
    symlink("../outside.go", tasks.join("link.go")).unwrap();
    symlink("/etc", tasks.join("etc")).unwrap();
    symlink("../../outside.go", tasks.join("dir/b.go")).unwrap();
    let expected = [
        ("../outside.go", "code-path: `../outside.go` contains `..`, which could leave `tasks/`"),
        ("a/../a.go", "code-path: `a/../a.go` contains `..`"),
        ("/etc/passwd", "code-path: `/etc/passwd` is an absolute path"),
        ("'.'", "code-path: `.` does not name a file or folder"),
        ("'a\\b.go'", "code-path: `a\\b.go` contains a backslash"),
        ("link.go", "code-path: `link.go` points outside of `tasks/` through a link"),
        ("etc/passwd", "code-path: `etc/passwd` points outside of `tasks/` through a link"),
        ("dir", "code-files: `tasks/dir/b.go` is a link that points outside of `tasks/`"),
    ];
    for (code, words) in expected {
        let found = found(folder.path(), code);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("5:11 {words}")), "{found:?}");
    }
}

#[test]
fn links_that_stay_inside_are_followed_but_not_into_folders() {
    let folder = with(&[("tasks/a.go", GO), ("tasks/dir/x.go", "package main\n"), ("tasks/loop/a.go", GO)]);
    let tasks = folder.path().join("tasks");
    symlink("../a.go", tasks.join("dir/a.go")).unwrap();
    assert_eq!(found(folder.path(), "dir"), [] as [&str; 0]);
    symlink(".", tasks.join("loop/self")).unwrap();
    assert!(found(folder.path(), "loop")[0].contains("`tasks/loop/self` is a link to a folder"));
    symlink("nowhere", tasks.join("dangling.go")).unwrap();
    assert!(found(folder.path(), "dangling.go")[0].contains("code-missing"));
}

#[test]
fn a_test_is_no_function() {
    let folder = with(&[("tasks/a_test.go", GO)]);
    assert_eq!(
        found(folder.path(), "a_test.go"),
        ["5:11 code-files: `tasks/a_test.go` is excluded by its language pack, as tests are \
          (name the file that has the function)"]
    );
}

#[test]
fn a_tasks_folder_that_is_missing_or_elsewhere_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = workflow(&[task(1, "a.go", "in", "x"), task(2, "a.go", "x", "out")]);
    let (report, components) = check(folder.path(), &text);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(report.problems[0].message, "the project has no folder `tasks`");
    assert!(components.is_empty());
    let outside = with(&[("tasks/a.go", GO)]);
    symlink(outside.path().join("tasks"), folder.path().join("tasks")).unwrap();
    let (report, _) = check(folder.path(), &text);
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].message.contains("points outside of the project"), "{report:?}");
}

#[test]
fn a_missing_file_is_guessed() {
    let folder = with(&[("tasks/convert.go", GO)]);
    for (code, help) in [
        ("convrt.go", "did you mean `convert.go`?"),
        ("tasks/convert.go", "write `convert.go`: the path is relative to `tasks/`"),
        ("something_else", "put the function's source file there, or name another"),
        ("convert.go/x", "did you mean `convert.go`?"),
    ] {
        let found = found(folder.path(), code);
        assert_eq!(found, [format!("5:11 code-missing: there is no `tasks/{code}` ({help})")]);
    }
    let long = "x".repeat(3000);
    assert_eq!(found(folder.path(), &long).len(), 1);
}

#[test]
fn empty_and_odd_folders_are_refused() {
    let folder = with(&[("tasks/hidden/.keep", ""), ("tasks/pipes/a.go", GO)]);
    assert!(found(folder.path(), "hidden")[0].contains("`tasks/hidden` has no files in it"));
    let tasks = folder.path().join("tasks");
    for pipe in ["pipe.go", "pipes/pipe"] {
        let made = std::process::Command::new("mkfifo").arg(tasks.join(pipe)).status();
        assert!(made.unwrap().success());
    }
    assert!(found(folder.path(), "pipe.go")[0].contains("`tasks/pipe.go` is neither a file nor a folder"));
    assert!(found(folder.path(), "pipes")[0].contains("`tasks/pipes/pipe` is neither a file nor a folder"));
    fs::remove_file(tasks.join("pipes/pipe")).unwrap();
    fs::write(tasks.join("pipes").join(std::ffi::OsStr::from_bytes(b"\xff.go")), GO).unwrap();
    assert!(found(folder.path(), "pipes")[0].contains("is not named in UTF-8"));
}

#[test]
fn sources_that_are_no_text_or_have_no_function_are_named() {
    let folder = with(&[
        ("tasks/none.go", "package main\n\n// func execTask is not here\n"),
        ("tasks/two/a.go", "package main\n"),
        ("tasks/two/b.go", "package main\n"),
    ]);
    fs::write(folder.path().join("tasks/latin.go"), b"package main // caf\xe9\n").unwrap();
    let none = found(folder.path(), "none.go");
    assert!(
        none[0].starts_with("5:11 code-requires: no function `exec_task` in `tasks/none.go`"),
        "{none:?}"
    );
    assert!(found(folder.path(), "two")[0].contains("no function `exec_task` in `tasks/two`"));
    assert!(found(folder.path(), "latin.go")[0].contains("`tasks/latin.go` is not UTF-8 text"));
}

#[test]
fn languages_are_guessed_told_or_asked_for() {
    let other = include_str!("../../../language-packs/go/pack.toml")
        .replace("name = \"go\"", "name = \"gopher\"")
        .replace("extensions = [\"go\"]", "extensions = [\"gopher\"]");
    let folder = with(&[
        ("language-packs/gopher/pack.toml", &other),
        ("tasks/a.go", GO),
        ("tasks/a.rb", ""),
        ("tasks/both/a.go", GO),
        ("tasks/both/b.gopher", GO),
    ]);
    let with_language = |code: &str, language: &str| {
        let text = workflow(&[format!("{}    language: {language}\n", task(1, code, "in", "out"))]);
        let (report, components) = check(folder.path(), &text);
        let names: Vec<_> = components.iter().map(|c| c.pack.manifest.name.clone()).collect();
        (report.problems.iter().map(super::project::show).collect::<Vec<_>>(), names)
    };
    let unknown = found(folder.path(), "a.rb");
    assert!(unknown[0].starts_with(
        "5:11 language: no language pack compiles `tasks/a.rb` (the known file extensions are "
    ));
    assert!(unknown[0].contains("`.gopher`, ") && unknown[0].contains("`.go`, "), "{unknown:?}");
    assert_eq!(
        found(folder.path(), "both"),
        ["5:11 language: several language packs could compile `tasks/both`: `gopher` and `go` \
          (choose one: add `language: gopher` to the task)"]
    );
    assert_eq!(with_language("both", "go").1, ["go"]);
    assert_eq!(
        with_language("a.go", "gopher").0,
        ["11:15 language: the language is `gopher`, but `tasks/a.go` is in another language \
          (write `language: go`, or remove the line: the file extension decides)"]
    );
    assert_eq!(
        with_language("a.go", "goo").0,
        ["11:15 language: there is no language pack `goo` (did you mean `go`?)"]
    );
}

#[test]
fn a_broken_pack_is_shown_where_it_is_broken() {
    let folder = with(&[("language-packs/go/pack.toml", "schema = 1\nnme = \"go\"\n"), ("tasks/a.go", GO)]);
    let text = workflow(&[task(1, "a.go", "in", "x"), task(2, "a.go", "x", "out")]);
    let (report, components) = check(folder.path(), &text);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].source.name.ends_with("language-packs/go/pack.toml"));
    assert!(components.is_empty());
}

#[test]
fn too_many_and_too_large_files_are_refused() {
    let folder = with(&[("tasks/large/a.go", GO), ("tasks/many/a.go", GO), ("tasks/tests/a.go", GO)]);
    let tasks = folder.path().join("tasks");
    let sparse = fs::File::create(tasks.join("large/data")).unwrap();
    sparse.set_len(65 << 20).unwrap();
    assert!(found(folder.path(), "large")[0].contains("`tasks/large` has more than 64 MiB"));
    for index in 0..10_001 {
        fs::write(tasks.join(format!("many/{index}")), "").unwrap();
        fs::write(tasks.join(format!("tests/{index}_test.go")), "").unwrap();
    }
    assert!(found(folder.path(), "many")[0].contains("`tasks/many` has more than 10000 files"));
    let passed_over = found(folder.path(), "tests");
    assert_eq!(passed_over, [] as [&str; 0], "what the pack passes over does not count");
}

#[test]
fn a_language_by_another_name_is_suggested() {
    let folder = with(&[("tasks/play.js", "export function exec_task(text) { return text; }\n")]);
    let workflow = |language: &str| {
        let text = format!(
            "project_name: P\ntasks:\n  - name: A\n    type: processor_nats\n    code: play.js\n    language: {language}\n    \
             targets: [edge]\n    source_topic: a\n    dest_topic: b\n    component_name: a\n    version: 1.0.0\n"
        );
        let (workflow, report) = pelato::project::parse(&folder.path().join("workflow.yaml"), &text);
        let (report, _) = pelato::check::run(&workflow, report, &pelato::catalog::Catalog::built_in());
        report.problems[0].help.clone().unwrap()
    };
    for (language, meant) in
        [("js", "javascript"), ("JS", "javascript"), ("golang", "go"), ("py", "python"), ("rs", "rust")]
    {
        assert_eq!(workflow(language), format!("did you mean `{meant}`?"), "{language}");
    }
    assert!(workflow("cobol").starts_with("there is `c`"), "{}", workflow("cobol"));
}
