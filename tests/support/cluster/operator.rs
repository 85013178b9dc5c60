//! The operator: a stand-in, or wasmCloud's own where `PELATO_TEST_OPERATOR` names its program.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::operator_stand_in;
use super::rig::Rig;
use crate::support::lattice::Program;
use crate::support::role;

/// An operator for two namespaces; it ends with this value.
pub struct Operator {
    how: How,
    process: Program,
}

/// How an operator is started.
pub struct How {
    pub rig: &'static Rig,
    /// Of a user with the rights of the operator.
    pub kubeconfig: PathBuf,
    pub nats: String,
    /// Where it looks for workloads.
    pub namespace: String,
    /// Where it keeps the hosts.
    pub own_namespace: String,
    /// More flags, of those that the stand-in has, too.
    pub flags: Vec<String>,
    /// The stand-in's long times are divided by it.
    pub haste: u32,
    pub folder: PathBuf,
    pub started: usize,
}

impl Operator {
    pub fn start(mut how: How) -> Self {
        let process = how.launch();
        Self { how, process }
    }

    #[allow(dead_code, reason = "the tests without servers stop no operator")]
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends it a signal: `-STOP`, and it does nothing until `-CONT`.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Starts it again.
    pub fn restart(&mut self) {
        self.kill();
        self.process = self.how.launch();
    }

    /// Whether it is the stand-in, which can be hasty.
    pub fn is_stand_in(&self) -> bool {
        self.how.rig.operator.is_none()
    }

    /// What it has written since its last start.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

impl How {
    fn launch(&mut self) -> Program {
        self.started += 1;
        let mut flags: Vec<_> = ["-nats-url", &self.nats, "-watch-namespaces", &self.namespace]
            .map(str::to_owned)
            .into_iter()
            .collect();
        // A machine that runs tests is always busy.
        flags.extend(
            ["-cpu-backpressure-threshold=101", "-memory-backpressure-threshold=101"].map(str::to_owned),
        );
        flags.extend(self.flags.iter().cloned());
        let mut command = match &self.rig.operator {
            Some(program) => own(program, &flags),
            None => role::command(operator_stand_in::ROLE, &flags),
        };
        command.env("KUBECONFIG", &self.kubeconfig).env("OPERATOR_NAMESPACE", &self.own_namespace);
        command.env(operator_stand_in::HASTE, self.haste.to_string()).env("RUST_BACKTRACE", "0");
        command.current_dir(&self.folder);
        Program::start(&format!("operator-{}", self.started), command, &self.folder)
    }
}

/// wasmCloud's operator, without what needs ports, and without artifacts, which the definitions do not have.
fn own(program: &Path, flags: &[String]) -> Command {
    let mut command = Command::new(program);
    command.args(flags).arg("-disable-artifact-controller");
    command.args(["-metrics-bind-address", "0", "-health-probe-bind-address", "0"]);
    command
}
