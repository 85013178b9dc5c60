//! A project in the toy language whose compiler waits until it may go on: what happens while something compiles.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::process::wait_until;
use super::{Place, Running, group, tools, toy};

const WORKFLOW: &str = "\
project_name: Slow
tasks:
  - name: Slow
    type: processor_nats
    language: toy
    code: slow
    targets: [edge]
    source_topic: a
    dest_topic: b
    component_name: slow
    version: 1.0.0
";

/// A project with one component, `slow`, whose compiler writes its process group into `begun` and waits for `go-on`.
pub struct Slow {
    pub place: Place,
}

impl Slow {
    pub fn new() -> Self {
        let place = toy::place().with_own_cache();
        toy::pack(&place.path("language-packs"), &[], |manifest| manifest);
        place.write("workflow.yaml", WORKFLOW);
        place.write("tasks/slow/task.toy", "exec_task echo\n");
        let bin = place.above().join("bin");
        fs::rename(bin.join("toyc"), bin.join("real-toyc")).unwrap();
        let above = place.above();
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" != --version ]; then echo $$ > '{0}/new'; mv '{0}/new' '{0}/begun'; \
             while [ ! -e '{0}/go-on' ]; do sleep 0.02; done; fi\nexec \"$(dirname \"$0\")/real-toyc\" \"$@\"\n",
            above.display()
        );
        fs::write(bin.join("toyc"), script).unwrap();
        fs::set_permissions(bin.join("toyc"), PermissionsExt::from_mode(0o755)).unwrap();
        Self { place }
    }

    /// The same with Go on PATH, too.
    pub fn with_go(self) -> Self {
        let path = format!(
            "{}:{}:/usr/bin:/bin",
            self.place.above().join("bin").display(),
            tools::go_bin().display()
        );
        Self { place: self.place.env("PATH", path) }
    }

    fn begun(&self) -> PathBuf {
        self.place.above().join("begun")
    }

    pub fn compiles(&self) -> bool {
        self.begun().exists()
    }

    /// Waits until it compiles in a build that runs.
    #[track_caller]
    pub fn wait(&self, build: &mut Running) {
        wait_until("the compiler begins", || self.compiles() || build.has_ended());
        assert!(self.compiles(), "the build ended before it compiled: {}", build.err());
    }

    /// From now on compilers do not wait.
    pub fn go_on(&self) {
        fs::write(self.place.above().join("go-on"), "").unwrap();
    }

    /// From now on compilers wait again.
    pub fn hold(&self) {
        fs::remove_file(self.place.above().join("go-on")).unwrap();
    }

    /// Whether processes of the compiler that began last have not ended.
    pub fn compiler_runs(&self) -> bool {
        group::runs(fs::read_to_string(self.begun()).unwrap().trim())
    }

    /// The built component.
    pub fn artifact(&self) -> PathBuf {
        self.place.path("gen/slow/slow.wasm")
    }
}
