//! Builds in containers of real engines. `.ci/run` starts Docker and Podman, imports the test image into both and names
//! their sockets in PELATO_TEST_DOCKER and PELATO_TEST_PODMAN; see docs/contributing/containers.md.

mod doctor;
mod engine;
mod faults;
mod install;
mod interrupted;
mod kept;
mod lock;
mod modules;
mod own;
mod place;
mod proxy;
mod sweep;

use engine::{docker, engines};
use place::{InContainers, digests, example};

use crate::support::registry::Registry;
use crate::support::shared;

#[test]
fn containers_give_the_same_bytes_as_this_machine() {
    let here = example().warm();
    here.ran(&["build", "--builder", "local"]).success();
    // What compiles in containers has nothing that this machine has compiled.
    let cache = shared::temporary("container-cache-of-engines");
    for engine in engines() {
        let there = example().env("PELATO_CACHE", &cache).on(&engine);
        let said = there.ran(&["build", "--builder", "container", "-v"]).success().err;
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
        let place = example().warm().on(&engine);
        place.ran(&["build", "--builder", "container"]).success();
        let artifact = place.path("gen/temp_filter/temp_filter.wasm").metadata().unwrap();
        assert_eq!(artifact.uid(), place.path("workflow.yaml").metadata().unwrap().uid());
        let again = place.ran(&["build", "--builder", "container"]).success();
        assert_eq!(again.out.matches(" unchanged ").count(), 2, "{}", again.out);
        // The version of the compiler decides, not where it runs.
        let local = place.ran(&["build", "--builder", "local"]).success();
        assert_eq!(local.out.matches(" unchanged ").count(), 2, "{}", local.out);
    }
}

#[test]
fn auto_takes_an_engine_where_there_is_no_compiler() {
    for engine in engines().into_iter().take(1) {
        let place = example().warm().on(&engine).without_go();
        let said = place.ran(&["build", "-v"]).success().err;
        let why = format!(
            "builder: container, because no compatible go is installed and a container engine answers at {}",
            engine.address
        );
        assert!(said.contains(&why), "{said}");
        let with_go = example().warm().on(&engine).ran(&["build", "-v"]).success().err;
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
        let place = example().warm().on(&engine).with_image(&image);
        let forbidden = place.ran(&["build", "--builder", "container", "--no-install"]).code(4).err;
        let wanted =
            format!("the engine does not have the image {image}, and `--no-install` forbids fetching it");
        assert!(forbidden.contains(&wanted), "{forbidden}");
        let said = place.ran(&["build", "--builder", "container"]).success().err;
        assert!(said.contains(&format!("fetching the toolchain image {image}, once")), "{said}");
        engine.forget(&image);
    }
}
