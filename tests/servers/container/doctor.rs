//! What `pelato doctor` says about engines and images. That it fetches them: see `lock.rs`.

use super::engine::engines;
use super::place::{InContainers, example};
use crate::support::{Place, Ran};

/// A run that waits for the engine as long as a busy machine needs. Columns are as wide as their widest cell: one space
/// stands for what is between them.
pub fn doctor(place: &Place, arguments: &[&str]) -> Ran {
    let mut ran = place.ran(&[&["doctor", "--timeout", "5m"], arguments].concat());
    let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
    ran.out = ran.out.lines().map(plain).collect();
    ran
}

#[test]
fn an_engine_serves_where_there_is_no_compiler() {
    for engine in engines() {
        let place = example().warm().on(&engine).without_go();
        let found = doctor(&place, &["--offline"]).success().out;
        let title = if engine.name == "podman" { "Podman" } else { "Docker" };
        let builder = format!(
            "ok builder go: container, because no compatible go is installed and a container engine answers at {}\n",
            engine.address
        );
        assert!(found.contains(&builder), "{found}");
        assert!(found.contains(&format!("ok engine {title} ")), "{found}");
        let image = "ok engine the engine has the image docker.io/library/golang:1.27 (sha256:";
        assert!(found.contains(image), "{found}");
    }
}

#[test]
fn an_image_that_is_not_there_is_a_problem_only_where_containers_build() {
    for engine in engines() {
        let image = "127.0.0.1:1/golang:1.27";
        let place = example().warm().on(&engine).with_image(image);
        let found = doctor(&place, &[]).success().out;
        let note = format!(
            "the engine does not have the image {image}; it is not needed to build on this machine\n"
        );
        assert!(found.contains(&note), "{found}");
        let ran = doctor(&place, &["--builder", "container"]).code(8);
        assert!(
            ran.out.contains(&format!("problem engine the engine does not have the image {image}\n")),
            "{ran:?}"
        );
        assert!(ran.err.contains("`pelato doctor --fix` fixes 1 of them"), "{ran:?}");
        let ran = doctor(&place, &["--builder", "container", "--no-install"]).code(8);
        assert!(
            ran.out.contains(&format!("→ fetch it: `docker pull {image}`, or leave `--no-install` out")),
            "{ran:?}"
        );
        // Nobody is at that registry.
        let ran = doctor(&place, &["--builder", "container", "--fix"]).code(8);
        assert!(ran.err.contains(&format!("warning: the image {image} cannot be fetched: ")), "{ran:?}");
    }
}
