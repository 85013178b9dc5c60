//! One control plane for all tests of a run, each of which has namespaces of its own: it takes seconds to start.
//!
//! A process of its own keeps it, started by the first test that needs one. Tests hold a lock on a file as long as they
//! use it; when nobody has held it for a while, the keeper ends, and the control plane with it.

use std::fs::{self, File, TryLockError};
use std::net::SocketAddrV4;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::PATIENCE;
use super::control_plane::ControlPlane;
use super::objects::Objects;
use super::rig::Rig;
use crate::support::process::wait_until;
use crate::support::role;
use crate::support::shared::{Turn, digest_of, temporary};

pub const ROLE: &str = "keeper";
/// So long it waits for the next test.
const IDLE: Duration = Duration::from_secs(20);

/// The control plane of all. It stays as long as this value.
pub struct Shared {
    pub api: SocketAddrV4,
    pub folder: PathBuf,
    _user: File,
}

/// Where the keepers of these definitions have their files: others may still be in use.
fn folder() -> PathBuf {
    temporary("control-planes").join(digest_of(&["tests/support/cluster", "tests/control-plane"]))
}

fn lock_file(folder: &Path, name: &str) -> File {
    fs::create_dir_all(folder).unwrap();
    File::options().create(true).append(true).open(folder.join(name)).unwrap()
}

fn is_free(file: &File) -> bool {
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(error)) => panic!("{error}"),
    }
}

impl Shared {
    /// Joins the control plane of this run, or starts it.
    pub fn join() -> Self {
        let folder = folder();
        let _one_at_a_time = Turn::alone("control-plane");
        let user = lock_file(&folder, "users");
        // A keeper that is about to end has this lock until its control plane is gone.
        user.lock_shared().unwrap();
        let state = folder.join("state");
        let mut keeper: Option<Child> = None;
        let end = Instant::now() + PATIENCE;
        let kept = loop {
            if keeper.is_none() && is_free(&lock_file(&folder, "keeper")) {
                let _ = fs::remove_file(&state);
                keeper = Some(start_keeper(&folder));
            }
            if let Ok(kept) = fs::read_to_string(&state) {
                break kept;
            }
            let ended = keeper.as_mut().and_then(|keeper| keeper.try_wait().unwrap());
            let log = || fs::read_to_string(folder.join("keeper.log")).unwrap_or_default();
            assert!(ended.is_none() && Instant::now() < end, "there is no control plane: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        };
        let (api, files) = kept.split_once(' ').unwrap();
        Self { api: api.parse().unwrap(), folder: files.into(), _user: user }
    }
}

/// It outlives this process.
fn start_keeper(folder: &Path) -> Child {
    let log = File::create(folder.join("keeper.log")).unwrap();
    let mut command = role::command(ROLE, &[folder.display().to_string()]);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
    command.spawn().unwrap()
}

/// The keeper's process.
pub fn serve(arguments: &[String]) {
    let folder = Path::new(&arguments[0]);
    let alive = lock_file(folder, "keeper");
    alive.lock().unwrap();
    let data = folder.join("data");
    let _ = fs::remove_dir_all(&data);
    let mut control_plane = ControlPlane::start(Rig::find().expect("the rig is there"), &data);
    define(&control_plane.folder().join("admin.yaml"));
    let state = format!("{} {}", control_plane.api(), control_plane.folder().display());
    fs::write(folder.join("state.new"), state).unwrap();
    fs::rename(folder.join("state.new"), folder.join("state")).unwrap();
    let users = lock_file(folder, "users");
    let mut used = Instant::now();
    loop {
        std::thread::sleep(Duration::from_millis(200));
        if let Some(log) = control_plane.ended() {
            let _ = fs::remove_file(folder.join("state"));
            panic!("a part has ended:\n{log}");
        }
        if !is_free(&users) {
            used = Instant::now();
        } else if used.elapsed() > IDLE {
            // With the lock: whoever comes waits until all is gone.
            let _ = fs::remove_file(folder.join("state"));
            drop(control_plane);
            return;
        } else {
            users.unlock().unwrap();
        }
    }
}

/// Brings the resource definitions, which are in force when this returns.
pub fn define(kubeconfig: &Path) {
    let objects = Objects::connect(kubeconfig);
    objects.apply_all("", include_str!("definitions.yaml"));
    let established = |object: &serde_json::Value| {
        let conditions = super::conditions(object);
        conditions.get("Established").is_some_and(|(status, _)| status == "True")
    };
    wait_until("the definitions are established", || {
        objects.list("", "customresourcedefinitions").iter().all(established)
    });
}
