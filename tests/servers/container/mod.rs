//! Builds in containers of real engines. `.ci/run` starts Docker and Podman, imports the test image into both and names
//! their sockets in PELATO_TEST_DOCKER and PELATO_TEST_PODMAN; see docs/contributing/containers.md.

mod doctor;
mod engine;
mod faults;
mod install;
mod interrupted;
mod kept;
mod lock;
mod own;
mod place;
mod proxy;
mod sweep;

use engine::{docker, engines};
use place::{Place, digests};

use crate::support::registry::Registry;

#[test]
fn containers_give_the_same_bytes_as_this_machine() {
    for engine in engines() {
        let here = Place::new();
        here.pelato(&["build", "--builder", "local"]).success();
        let there = Place::new().on(&engine);
        let said = there.pelato(&["build", "--builder", "container", "-v"]).success().stderr;
        assert!(
            said.contains(&format!("compiler: docker.io/library/golang:1.27 in {}", engine.address)),
            "{said}"
        );
        assert_eq!(digests(&there), digests(&here), "{}", engine.name);
        assert_eq!(engine.ours(), [] as [String; 0], "nothing is left");
    }
}

#[test]
fn outputs_belong_to_the_caller_and_unchanged_sources_need_no_container() {
    use std::os::unix::fs::MetadataExt;
    for engine in engines() {
        let place = Place::new().on(&engine);
        place.pelato(&["build", "--builder", "container"]).success();
        let artifact = place.path("gen/temp_filter/temp_filter.wasm").metadata().unwrap();
        assert_eq!(artifact.uid(), place.path("workflow.yaml").metadata().unwrap().uid());
        let again = place.pelato(&["build", "--builder", "container"]).success();
        assert_eq!(again.stdout.matches(" unchanged ").count(), 2, "{}", again.stdout);
        // The version of the compiler decides, not where it runs.
        let local = place.pelato(&["build", "--builder", "local"]).success();
        assert_eq!(local.stdout.matches(" unchanged ").count(), 2, "{}", local.stdout);
    }
}

#[test]
fn auto_takes_an_engine_where_there_is_no_compiler() {
    for engine in engines().into_iter().take(1) {
        let place = Place::new().on(&engine).without_go();
        let said = place.pelato(&["build", "-v"]).success().stderr;
        let why = format!(
            "builder: container, because no compatible go is installed and a container engine answers at {}",
            engine.address
        );
        assert!(said.contains(&why), "{said}");
        let with_go = Place::new().on(&engine).pelato(&["build", "-v"]).success().stderr;
        assert!(with_go.contains("builder: local, because a compatible go is installed"), "{with_go}");
    }
}

#[test]
fn an_image_that_is_not_there_is_fetched_from_its_registry() {
    // Podman wants https even on the loopback.
    for engine in docker() {
        let registry = Registry::start();
        let image = format!("127.0.0.1:{}/golang:1.27", registry.port());
        engine.push("docker.io/library/golang:1.27", &image);
        let place = Place::new().on(&engine).with_image(&image);
        let forbidden = place.pelato(&["build", "--builder", "container", "--no-install"]).code(4).stderr;
        let wanted =
            format!("the engine does not have the image {image}, and --no-install forbids to fetch it");
        assert!(forbidden.contains(&wanted), "{forbidden}");
        let said = place.pelato(&["build", "--builder", "container"]).success().stderr;
        assert!(said.contains(&format!("fetching the toolchain image {image}, once")), "{said}");
        engine.forget(&image);
    }
}
