//! Third-party modules of a Go task that is a single file are found and pinned in a container as on this machine.

use super::engine::engines;
use super::place::{InContainers, example};
use crate::support::Place;
use crate::support::module_proxy::{self, PLAY};

/// Where the containers of the Go pack see a part of PELATO's cache, which needs no network.
const PROXY: &str = "file:///pelato/cache/GOMODCACHE/proxy";

fn with_play() -> Place {
    let place = example();
    module_proxy::fill(&place.above().join("cache/packs/go/GOMODCACHE/proxy"));
    place.write("tasks/play.go", PLAY);
    let workflow = place.read("workflow.yaml");
    let task = "  - name: play\n    type: processor_nats\n    code: play.go\n    targets: [edge]\n    source_topic: play.in\n    \
                dest_topic: play.out\n    component_name: play\n    version: 1.0.0\n";
    place.write("workflow.yaml", format!("{}\n{task}", workflow.trim_end()));
    // The checksum database cannot be asked about it.
    place.env("GOPROXY", PROXY).env("GONOSUMDB", "example.org/*")
}

#[test]
fn those_of_a_single_file_are_pinned_beside_it() {
    for engine in engines() {
        let place = with_play().on(&engine);
        let build = ["build", "play", "--builder", "container"];
        let said = place.ran(&[&build[..], &["--offline"]].concat()).code(4).err;
        assert!(
            said.contains("tasks/play.go:3:8: no required module provides package example.org/units"),
            "{said}"
        );
        let help = "help: run `pelato build play` once without `--offline`: it finds the modules and pins them in \
                    `tasks/play.go.mod` and `tasks/play.go.sum`\n";
        assert!(said.contains(help), "{said}");
        assert!(!place.path("tasks/play.go.mod").exists());

        let said = place.ran(&build).success().err;
        let note = "the third-party modules of `play` are pinned in `tasks/play.go.mod` and `tasks/play.go.sum`: commit these files";
        assert!(said.contains(note), "{said}");
        assert!(place.read("tasks/play.go.mod").contains("require example.org/units v1.0.0"));
        assert!(place.read("tasks/play.go.sum").contains("example.org/units v1.0.0 h1:"));

        // Pinned: the same modules without asking anybody, and the same component.
        let pinned = place.bytes("gen/play/play.wasm");
        place.edit("tasks/play.go", "Kelvin(arg)", "Kelvin(arg + \"0\")");
        place.ran(&[&build[..], &["--offline"]].concat()).success();
        assert_ne!(place.bytes("gen/play/play.wasm"), pinned);
        place.edit("tasks/play.go", "Kelvin(arg + \"0\")", "Kelvin(arg)");
        place.ran(&["build", "play", "--builder", "local", "--offline"]).success();
        assert_eq!(place.bytes("gen/play/play.wasm"), pinned);
        assert_eq!(engine.ours(), [] as [String; 0], "nothing is left");
    }
}

#[test]
fn a_module_that_cannot_be_found_is_named() {
    for engine in engines() {
        let place = with_play().on(&engine);
        place.edit("tasks/play.go", "example.org/units", "example.org/nowhere");
        let said = place.ran(&["build", "play", "--builder", "container"]).code(4).err;
        assert!(said.contains("example.org/nowhere") && !said.contains("/pelato/source"), "{said}");
        assert!(!place.path("tasks/play.go.mod").exists());
    }
}
