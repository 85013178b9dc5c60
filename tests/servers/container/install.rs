//! A compiler that the image has not got: installed in it once, and used from then on.

use std::fs;

use super::engine::engines;
use super::place::{InContainers, example};
use crate::support::Place;

/// The Go pack, but its program is a script that `install` writes; it wants what `env` says, and the image's own Go.
fn with_installed_compiler(place: &Place) {
    let script = "#!/bin/sh\\\\n[ \\\"$TOY\\\" = /pelato/toolchain/toy ] && exec go \\\"$@\\\"\\\\n";
    let commands = format!(
        "busybox mkdir {{dir}}/programs && printf '{script}' > {{dir}}/programs/toy && \
         busybox chmod +x {{dir}}/programs/toy && echo installed >> {{dir}}/log"
    );
    let path = place.path("language-packs/go/pack.toml");
    let manifest = fs::read_to_string(&path).unwrap();
    let install = manifest.lines().find(|line| line.starts_with("install = ")).unwrap();
    let manifest = manifest
        .replace(install, &format!("install = [\"sh\", \"-c\", \"{commands}\"]\ninstall_in_image = true"))
        .replace("program = \"go\"", "program = \"toy\"\nenv = { TOY = \"{dir}/toy\" }")
        .replace("check = [\"go\"", "check = [\"toy\"")
        .replace("bin = \"go/bin\"", "bin = \"programs\"")
        .replace("command = [\"go\"", "command = [\"toy\"");
    fs::write(path, manifest).unwrap();
}

#[test]
fn the_compiler_is_installed_in_the_image_once() {
    for engine in engines() {
        let place = example().on(&engine).without_go().with_image("docker.io/library/golang:1.27");
        let cache = place.path("cache").display().to_string();
        let place = place.env("PELATO_CACHE", &cache);
        with_installed_compiler(&place);

        let ran = place.ran(&["build", "--builder", "container", "--no-install"]).code(4);
        let refused =
            "toy is not installed for the image docker.io/library/golang:1.27, and `--no-install` forbids";
        assert!(ran.err.contains(refused), "{}: {}", engine.name, ran.err);

        let ran = place.ran(&["build", "--builder", "container"]).success();
        let told = "installing toy in the image docker.io/library/golang:1.27, once: sh -c ";
        assert!(ran.err.contains(told), "{}: {}", engine.name, ran.err);
        let toolchains: Vec<_> = fs::read_dir(place.path("cache/toolchains")).unwrap().flatten().collect();
        assert_eq!(toolchains.len(), 1, "{toolchains:?}");
        assert_eq!(fs::read_to_string(toolchains[0].path().join("log")).unwrap(), "installed\n");

        fs::remove_dir_all(place.path("gen")).unwrap();
        let ran = place.ran(&["build", "--builder", "container", "--no-install"]).success();
        assert!(!ran.err.contains("installing"), "{}", ran.err);
        assert_eq!(fs::read_to_string(toolchains[0].path().join("log")).unwrap(), "installed\n");
        assert_eq!(engine.ours(), Vec::<String>::new());
    }
}

#[test]
fn what_goes_wrong_then_is_told() {
    for engine in engines() {
        let place = example().on(&engine).without_go().with_image("docker.io/library/golang:1.27");
        let cache = place.path("cache").display().to_string();
        let place = place.env("PELATO_CACHE", &cache);
        with_installed_compiler(&place);
        place.edit(
            "language-packs/go/pack.toml",
            "busybox mkdir {dir}/programs",
            "echo no network >&2; exit 3",
        );
        let ran = place.ran(&["build", "--builder", "container"]).code(4);
        let told = "installing toy in the image docker.io/library/golang:1.27 failed\nno network\n";
        assert!(ran.err.contains(told), "{}: {}", engine.name, ran.err);
        assert_eq!(fs::read_dir(place.path("cache/toolchains")).unwrap().count(), 0);
    }
}
