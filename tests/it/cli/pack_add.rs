//! `pelato pack add` and `pelato pack remove`: consent, pins, and what is done with repositories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use snapbox::str;

use crate::support::terminal::Terminal;
use crate::support::toy::{self, SOUND};
use crate::support::{Place, tree};

const WORKFLOW: &str = "\
project_name: p
tasks:
  - name: Echo
    type: processor_nats
    code: echo
    targets: [edge]
    source_topic: a
    dest_topic: b
    component_name: echo
    version: 1.0.0
";

/// A project with one task in Toy, and the pack in a folder beside it.
fn project() -> Place {
    let place = toy::place().without("PELATO_TRUST");
    place.write("workflow.yaml", WORKFLOW);
    place.write("tasks/echo/task.toy", "exec_task echo\n");
    toy::pack(&place.above().join("packs/language-packs"), SOUND, |manifest| manifest);
    place
}

fn git(folder: &Path, words: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.c",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "protocol.file.allow=always",
    ]);
    let output = git.args(words).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The folder beside the project, as a repository; its address.
fn repository(place: &Place) -> (PathBuf, String) {
    let folder = place.above().join("packs");
    git(&folder, &["init", "--quiet"]);
    commit(&folder);
    let url = format!("file://{}", folder.display());
    (folder, url)
}

fn commit(folder: &Path) -> String {
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "x"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn nothing_is_added_without_consent() {
    let place = project();
    place.run_in_vain(&["pack", "add", "../packs"]).code(2).stdout_eq("").stderr_eq(str![[r#"
language pack              toy
summary                    Toy functions
from                       ../packs
content                    sha256:[..]
into                       this project
build.offline.TOY_OFFLINE  1
toolchain.program          toyc
toolchain.check            toyc --version
toolchain.inherit          TOY_NET
build.command              toyc {output}
error: missing value: consent
  help: give it, as with `--trust`; on a terminal, and without `--no-input`, PELATO asks for it

"#]]);
    for (answer, code) in [("n\r", 1), ("\r", 1), ("\x1b", 1), ("y\r", 0)] {
        let mut terminal = Terminal::open(&place, &["pack", "add", "../packs"]);
        terminal.see("build.command").see("toyc {output}").see("(y/N)").press(answer);
        let (rest, ended) = terminal.end();
        assert_eq!(ended, code, "{answer:?}: {rest}");
        assert_eq!(place.path("language-packs/toy").exists(), code == 0);
        assert_eq!(place.path("pelato.lock").exists(), code == 0);
    }
}

#[test]
fn a_folder_is_added_pinned_and_used() {
    let place = project();
    place.run(&["build"]).code(3);
    place.run(&["pack", "add", "../packs", "--trust", "-q"]).code(0).stdout_eq("").stderr_eq("");
    let lock = place.read("pelato.lock");
    assert!(lock.starts_with("# Records what was pushed, added and fetched. Written by PELATO; commit this file.\nschema = 1\n\n[packs.toy]\nsource = \"../packs\"\ncontent = \"sha256:"), "{lock}");
    let files: Vec<_> = lock.lines().skip_while(|line| *line != "[packs.toy.files]").skip(1).collect();
    assert_eq!(files.len(), 2 + SOUND.len(), "{lock}");
    assert!(files[0].starts_with("\"conformance/bytes/task.toy\" = \"sha256:"), "{lock}");
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["pack", "add", "../packs"]).code(0).stderr_eq(str![[r#"
   Unchanged language pack `toy` is what was added

"#]]);
}

#[test]
fn a_pack_that_was_changed_is_not_used() {
    let place = project();
    place.run(&["pack", "add", "../packs", "--trust", "-q"]).code(0);
    place.edit("language-packs/toy/pack.toml", "\"{output}\"", "\"{output}\", \"more\"");
    for command in [&["build"][..], &["build", "--dry-run"], &["call", "echo", "x"], &["run"]] {
        place.run(command).code(3).stderr_eq(str![[r#"
error: the language pack `toy` has changed since it was added: `pack.toml` was changed
  help: `pelato pack add ../packs` adds it again, without the changes; to keep them as your own, remove [packs.toy] from pelato.lock

"#]]);
    }
    let doctor = place.ran(&["doctor", "--offline"]).code(8);
    let row = "\nproblem  toolchain   the language pack `toy` has changed since it was added: `pack.toml` was changed\n";
    assert!(doctor.out.contains(row), "{doctor:#?}");
    place.run_in_vain(&["pack", "remove", "toy"]).code(3).stderr_eq(str![[r#"
error: the language pack `toy` has changed since it was added: `pack.toml` was changed
  help: `--force` removes it anyway; the changes are lost

"#]]);
    place.run(&["pack", "add", "../packs", "--trust"]).code(0).stderr_eq(str![[r#"
...
warning: the existing pack has changed since it was added, and the changes will be lost: `pack.toml` was changed
       Added language pack `toy` in [PROJECT]/language-packs/toy

"#]]);
    place.run(&["build", "-q"]).code(0);
    // One more file is a change, too; and a pack that is gone is not replaced by another in silence.
    place.write("language-packs/toy/more", "");
    fs::remove_file(place.path("language-packs/toy/starter/task.toy")).unwrap();
    let changed = place.ran(&["build"]).code(3);
    let words = "has changed since it was added: `more` was added, `starter/task.toy` was removed\n";
    assert!(changed.err.contains(words), "{changed:#?}");
    fs::rename(place.path("language-packs"), place.above().join("pelato-home")).ok();
    fs::create_dir_all(place.above().join("pelato-home/language-packs")).unwrap();
    toy::pack(&place.above().join("pelato-home/language-packs"), SOUND, |manifest| manifest);
    fs::remove_dir_all(place.path("language-packs")).ok();
    place.run(&["build"]).code(3).stderr_eq(str![[r#"
error: the language pack `toy` is pinned in pelato.lock but missing from the project, and another one of this name would be used
  help: `pelato pack add ../packs` restores it; `pelato pack remove toy` removes it from pelato.lock

"#]]);
    place.run(&["pack", "remove", "toy", "-q"]).code(0);
    place.run(&["build", "-q"]).code(0);
}

#[test]
fn a_clone_with_other_line_ends_and_files_of_file_managers_has_the_same_pack() {
    let place = project();
    place.run(&["pack", "add", "../packs", "--trust", "-q"]).code(0);
    // The compiler of Toy takes the end of a line for a part of the word.
    place.write(".gitattributes", "tasks/** -text\n");
    git(place.project(), &["init", "--quiet"]);
    commit(place.project());
    let clone = place.above().join("clone");
    let project = place.project().display().to_string();
    git(
        &place.above(),
        &["clone", "--quiet", "--config", "core.autocrlf=true", &project, &clone.display().to_string()],
    );
    for file in ["language-packs/toy/pack.toml", "pelato.lock", "workflow.yaml"] {
        assert!(fs::read_to_string(clone.join(file)).unwrap().contains("\r\n"), "{file}");
    }
    for name in [".DS_Store", "Thumbs.db", "desktop.ini", "starter/._task.toy"] {
        fs::write(clone.join("language-packs/toy").join(name), "x").unwrap();
    }
    place.run(&["-C", "../clone", "build", "-q"]).code(0).stderr_eq("");
    let doctor = place.ran(&["-C", "../clone", "doctor", "--offline"]);
    doctor.printed(&["ok toolchain toyc 1.2.3"]);
    fs::write(clone.join("language-packs/toy/starter/task.toy"), "exec_task empty\r\n").unwrap();
    let changed = place.ran(&["-C", "../clone", "build"]).code(3);
    assert!(changed.err.contains("since it was added: `starter/task.toy` was changed\n"), "{changed:#?}");
}

#[test]
fn a_pin_without_digests_of_files_holds() {
    let place = project();
    place.run(&["pack", "add", "../packs", "--trust", "-q"]).code(0);
    let lock = place.read("pelato.lock");
    place.write("pelato.lock", lock.split("\n[packs.toy.files]").next().unwrap());
    place.run(&["build", "-q"]).code(0);
    place.write("language-packs/toy/more", "");
    let changed = place.ran(&["build"]).code(3);
    let words = "has changed since it was added: its files do not match their digest in pelato.lock\n";
    assert!(changed.err.contains(words), "{changed:#?}");
    fs::remove_file(place.path("language-packs/toy/more")).unwrap();
    place.run(&["pack", "add", "../packs", "--trust", "-q"]).code(0);
    assert_eq!(place.read("pelato.lock"), lock, "adding it again writes them");
}

#[test]
fn ones_own_pack_is_used_as_it_is_and_left_alone() {
    let place = project();
    toy::pack(&place.path("language-packs"), SOUND, |manifest| manifest);
    place.run(&["build", "-q"]).code(2);
    place.run(&["trust", "allow", "--own", "language-packs/toy"]).code(0);
    place.run(&["build", "-q"]).code(0);
    place.run_in_vain(&["pack", "add", "../packs", "--trust"]).code(2).stderr_eq(str![[r#"
error: [PROJECT]/language-packs/toy already exists and was not added by PELATO
  help: it is your own pack: move or delete it yourself; PELATO does not overwrite what you wrote

"#]]);
    place.run_in_vain(&["pack", "remove", "toy", "--force"]).code(2);
    place.run_in_vain(&["pack", "remove", "zed"]).code(3).stderr_eq(str![[r#"
error: there is no language pack `zed` in [PROJECT]/language-packs
  help: `pelato pack list` shows where packs are: built-in packs cannot be removed, and `--user` removes a pack of the user's folder

"#]]);
}

#[test]
fn a_revision_of_a_repository_is_pinned_by_its_commit() {
    let place = project();
    let (folder, url) = repository(&place);
    git(&folder, &["tag", "v1"]);
    let first = git(&folder, &["rev-parse", "HEAD"]);
    fs::write(folder.join("language-packs/toy/README.md"), "new").unwrap();
    let second = commit(&folder);
    for (revision, commit) in
        [("@v1", &first), ("", &second), (&format!("@{first}"), &first), ("@main", &second)]
    {
        place.run(&["pack", "add", &format!("{url}{revision}"), "--trust", "-q"]).code(0).stderr_eq("");
        let lock = place.read("pelato.lock");
        assert!(lock.contains(&format!("commit = \"{commit}\"")), "{revision}: {lock}");
        assert_eq!(lock.contains("revision = "), !revision.is_empty(), "{lock}");
        assert_eq!(place.path("language-packs/toy/README.md").exists(), *commit == second);
    }
    assert!(!place.path("language-packs/toy/.git").exists());
    place.run(&["build", "-q"]).code(0);
    let refused = place.run_in_vain(&["pack", "add", &format!("{url}@no-such-tag"), "--trust"]).code(6);
    let words = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(words.contains("no-such-tag") && words.contains("git ls-remote"), "{words}");
    for address in ["ext::sh -c touch% owned", "--upload-pack=touch owned", "http://127.0.0.1:1/x", "-u"] {
        place.run_in_vain(&["pack", "add", address, "--trust"]).code(2);
    }
}

#[test]
fn nothing_of_a_repository_is_run() {
    let place = project();
    let (folder, url) = repository(&place);
    let owned = place.above().join("owned");
    let hook = format!("#!/bin/sh\ntouch '{}'\n", owned.display());
    // Hooks that git would copy into every repository, and a submodule.
    let hooks = place.above().join("template/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for name in ["post-checkout", "reference-transaction", "post-index-change"] {
        fs::write(hooks.join(name), &hook).unwrap();
        fs::set_permissions(hooks.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    git(&folder, &["submodule", "--quiet", "add", &url, "language-packs/toy/sub"]);
    let link = folder.join("language-packs/toy/link");
    std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    commit(&folder);
    let place = place.env("GIT_TEMPLATE_DIR", place_path(&hooks)).env("GIT_DIR", "/nowhere");
    let refused = place.ran(&["pack", "add", &url, "--trust", "-q"]).code(3);
    assert!(refused.err.contains("link is a link, or no file"), "{refused:#?}");
    fs::remove_file(link).unwrap();
    commit(&folder);
    place.run(&["pack", "add", &url, "--trust", "-q"]).code(0).stderr_eq("");
    assert!(!owned.exists(), "a hook was run");
    let tree = tree::of(&place.path("language-packs/toy"));
    assert!(tree.keys().all(|name| !name.starts_with("sub/")), "{tree:?}");
}

fn place_path(hooks: &Path) -> PathBuf {
    hooks.parent().unwrap().to_owned()
}

#[test]
fn one_of_several_has_to_be_chosen() {
    let place = project();
    let second = place.above().join("packs/language-packs/zed");
    fs::create_dir_all(&second).unwrap();
    let manifest = fs::read_to_string(place.above().join("packs/language-packs/toy/pack.toml")).unwrap();
    fs::write(second.join("pack.toml"), manifest.replace("\"toy\"", "\"zed\"")).unwrap();
    place.run_in_vain(&["pack", "add", "../packs", "--trust"]).code(2).stderr_eq(str![[r#"
error: there are several language packs in ../packs: toy, zed
  help: choose one: `--pack toy`

"#]]);
    place.run(&["pack", "add", "../packs", "--pack", "zed", "--trust", "-q"]).code(0);
    assert!(place.path("language-packs/zed/pack.toml").is_file());
    place.run_in_vain(&["pack", "add", "../packs", "--pack", "tyo", "--trust"]).code(2).stderr_eq(str![[
        r#"
error: there is no language pack `tyo` in ../packs
  help: did you mean `toy`?

"#
    ]]);
    place.run_in_vain(&["pack", "add", "../nowhere", "--trust"]).code(2);
    place.run_in_vain(&["pack", "add", "../bin", "--trust"]).code(3).stderr_eq(str![[r#"
error: there is no language pack in ../bin
  help: a pack is a folder with a pack.toml: at the top, or below language-packs/

"#]]);
}

#[test]
fn a_pack_of_the_users_is_for_all_projects() {
    let place = project();
    place.run_in_vain(&["pack", "add", "../packs", "--user", "--trust", "-q"]).code(0);
    let home = place.above().join("pelato-home");
    assert!(home.join("language-packs/toy/pack.toml").is_file());
    assert!(fs::read_to_string(home.join("pelato.lock")).unwrap().contains("[packs.toy]"));
    place.run(&["build", "-q"]).code(0);
    fs::write(home.join("language-packs/toy/more"), "").unwrap();
    place.run(&["build"]).code(3).stderr_eq(str![[r#"
error: the language pack `toy` has changed since it was added: `more` was added
  help: `pelato pack add ../packs --user` adds it again, without the changes; to keep them as your own, remove [packs.toy] from pelato.lock

"#]]);
    place.run(&["pack", "remove", "toy", "--user", "--force", "-q"]).code(0);
    assert!(!home.join("language-packs/toy").exists());
    assert_eq!(fs::read_dir(&home).unwrap().count(), 2, "the folder of packs, and pelato.lock");
    let elsewhere = Place::empty();
    elsewhere.run_in_vain(&["pack", "add", "x", "--trust"]).code(2).stderr_eq(str![[r#"
error: this folder is not in a project
  help: go to a project, or add `--user`

"#]]);
}

#[test]
fn a_pack_that_hides_a_built_in_one_says_so() {
    let place = project();
    let manifest = place.above().join("packs/language-packs/toy/pack.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("name = \"toy\"", "name = \"go\"")).unwrap();
    let shown = place.run_in_vain(&["pack", "add", "../packs"]).code(2);
    let words = String::from_utf8(shown.get_output().stderr.clone()).unwrap();
    assert!(words.contains("warning: it replaces the built-in pack `go`"), "{words}");
}
