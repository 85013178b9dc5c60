//! This test program, started again to be a program of a rig: one more program would link the whole engine once more.

use std::process::Command;

/// Says which one a process is to be.
const ROLE: &str = "PELATO_TEST_ROLE";
/// Its arguments, as JSON: on the command line they would be those of the test harness.
const ARGUMENTS: &str = "PELATO_TEST_ROLE_ARGUMENTS";

/// The command that starts a role.
pub fn command(role: &str, arguments: &[String]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "support::role::play", "--ignored", "--nocapture"]);
    command.env(ROLE, role).env(ARGUMENTS, serde_json::to_string(arguments).unwrap());
    command
}

/// Plays the role that this process was started for, if it was: a program without the test harness calls it first.
pub fn play_if_asked() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let arguments: Vec<String> = serde_json::from_str(&std::env::var(ARGUMENTS).unwrap()).unwrap();
    match &*role {
        super::cluster::keeper::ROLE => super::cluster::keeper::serve(&arguments),
        super::cluster::operator_stand_in::ROLE => super::cluster::operator_stand_in::serve(&arguments),
        unknown => panic!("there is no role {unknown:?}"),
    }
}

#[test]
#[ignore = "a program of the rigs, which `command` starts"]
fn play() {
    play_if_asked();
}
