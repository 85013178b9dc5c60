//! Registries that are gone, slow, full or out of order.

use snapbox::str;

use super::project::{built, words};
use crate::support::Place;
use crate::support::disk::Disk;
use crate::support::fake::{Failing, Proxy, nobody, silent};
use crate::support::place::PATIENCE;
use crate::support::process::wait_within;
use crate::support::registry::{How, Registry};

fn at(address: &str) -> Place {
    built().env("REGISTRY_URL", format!("{address}/team")).env("REGISTRY_INSECURE", "127.0.0.1")
}

#[test]
fn a_registry_that_is_gone() {
    let place = at(&nobody());
    place.run(&["build"]).code(6).stdout_eq(str![[r#"
COMPONENT  VERSION  SIZE     WORK       [TIME]WHY
double     1.0.0    [SIZE]  unchanged  [TIME]
play       0.3.0    [SIZE]  unchanged  [TIME]

"#]]);
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
        Note the registry at 127.0.0.1:[PORT] cannot be reached: Connection refused (os error 111); trying again
error: the registry at 127.0.0.1:[PORT] cannot be reached: Connection refused (os error 111)
  help: check that it is running and that REGISTRY_URL is correct: `pelato config` shows the settings in effect

"#]]);
}

#[test]
fn a_host_that_has_no_address() {
    let (code, said) = words(&at("registry.invalid"), &["push"]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("error: the registry at registry.invalid cannot be reached: "), "{said}");
}

#[test]
fn a_registry_that_says_nothing() {
    let place = at(&silent());
    place.run_in_vain(&["push"]).code(6).stdout_eq("").stderr_eq(str![[r#"
        Note the registry at 127.0.0.1:[PORT] did not answer within [..]; trying again
error: the registry at 127.0.0.1:[PORT] did not answer within [..]
  help: check whether it is overloaded, or another program listens there; try again later

"#]]);
}

#[test]
fn a_fake_proxy_that_fails_first_only_costs_time() {
    let times = 2;
    for failing in
        [Failing::Closing, Failing::Answering("503 Service Unavailable"), Failing::Answering("429 Busy")]
    {
        let registry = Registry::start();
        let proxy = Proxy::failing_first(times, failing, registry.port());
        let place = at(&proxy.address);
        let (code, said) = words(&place, &["push", "play"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("; trying again"), "{said}");
        assert_eq!(registry.repositories(), serde_json::json!(["team/play"]));
    }
}

#[test]
fn a_fake_proxy_that_forbids_is_not_asked_twice() {
    let registry = Registry::start();
    let proxy = Proxy::failing_first(1000, Failing::Answering("403 Forbidden"), registry.port());
    let place = at(&proxy.address);
    place.run_in_vain(&["push", "play"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry does not allow anonymous users to read 127.0.0.1:[PORT]/team/play:0.3.0
  help: ask the registry's administrator for permission to push there, or choose another place with REGISTRY_URL

"#]]);
    assert!(proxy.connections() <= 4, "{}", proxy.connections());
}

#[test]
fn a_fake_proxy_that_never_gets_well_is_given_up() {
    let registry = Registry::start();
    let proxy = Proxy::failing_first(1000, Failing::Answering("502 Bad Gateway"), registry.port());
    let place = at(&proxy.address);
    place.run_in_vain(&["push", "play", "-q"]).code(6).stdout_eq("").stderr_eq(str![[r#"
error: the registry at 127.0.0.1:[PORT] cannot read 127.0.0.1:[PORT]/team/play:0.3.0: it answers 502
  help: see the registry's log; push again when the registry works

"#]]);
}

#[test]
fn a_registry_without_room() {
    let folder = tempfile::tempdir().unwrap();
    // Room for one component, and not for two.
    let Some(disk) = Disk::small(folder.path(), 4000) else {
        assert!(std::env::var_os("CI").is_none(), "in CI this has to be tested");
        return;
    };
    let registry = Registry::start_as(&How { storage: Some(folder.path()), ..How::default() });
    let place = at(&registry.host());
    let (code, said) = words(&place, &["push"]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains(&format!("the registry at {} has no space left: ", registry.host())), "{said}");
    assert!(said.contains("free space on the registry's disk, and push again"), "{said}");
    // What was pushed is remembered, what was not is not.
    let lock = std::fs::read_to_string(place.path("pelato.lock")).unwrap_or_default();
    for component in ["double", "play"] {
        let line = format!("PUT /v2/team/{component}/manifests");
        match lock.contains(&format!("[components.{component}]")) {
            // The registry answers before it writes its log.
            true => wait_within(PATIENCE, &line, || registry.log().contains(&line).then_some(())),
            false => assert!(!registry.log().contains(&line), "{component}: {lock}"),
        }
    }
    drop((registry, disk));
}

#[test]
fn a_registry_that_may_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::bound(folder.path()) else {
        assert!(std::env::var_os("CI").is_none(), "in CI this has to be tested");
        return;
    };
    disk.make_read_only();
    let registry = Registry::start_as(&How { storage: Some(folder.path()), ..How::default() });
    let place = at(&registry.host());
    let (code, said) = words(&place, &["push", "play"]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("cannot push ") && said.contains("it answers 500"), "{said}");
    assert!(!place.path("pelato.lock").exists());
    drop((registry, disk));
}
