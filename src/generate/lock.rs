//! One operation at a time works in a project's `gen/`.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::files;
use crate::progress::{Event, Progress};

/// The file that is locked; it stays there, empty.
pub const FILE: &str = ".lock";

/// How long between two attempts to take it.
const PAUSE: Duration = Duration::from_millis(20);

/// Held while `gen/` is worked in; given back when dropped, also when the process is killed.
#[derive(Debug)]
pub struct Lock {
    /// Another operation had it before, and may have changed what was read meanwhile.
    pub waited: bool,
    _file: File,
}

impl Lock {
    /// Takes the lock of a `gen/` folder that exists; waits, and says so, while another operation has it, in this
    /// process or in another. Nothing if it was cancelled before that.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn take(folder: &Path, cancel: &Cancel, progress: &dyn Progress) -> std::io::Result<Option<Self>> {
        let file = files::open_lock(folder, &folder.join(FILE))?;
        let mut waited = false;
        // Whoever waits in `lock` cannot be cancelled.
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::WouldBlock if cancel.is_cancelled() => return Ok(None),
                TryLockError::WouldBlock => {}
                TryLockError::Error(error) => return Err(error),
            }
            if !waited {
                progress.report(Event::WaitingForProject);
            }
            waited = true;
            std::thread::sleep(PAUSE);
        }
        Ok(Some(Self { waited, _file: file }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Heard(Mutex<Vec<Event>>);
    impl Progress for Heard {
        fn report(&self, event: Event) {
            self.0.lock().unwrap().push(event);
        }
    }

    #[test]
    fn the_second_says_that_it_waits_and_then_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let heard = Heard::default();
        let cancel = Cancel::default();
        let first = Lock::take(folder.path(), &cancel, &heard).unwrap().unwrap();
        assert!(heard.0.lock().unwrap().is_empty());
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(folder.path(), &cancel, &heard).unwrap().unwrap());
            while heard.0.lock().unwrap().is_empty() {
                std::thread::yield_now();
            }
            assert!(!second.is_finished());
            drop(first);
            assert!(second.join().unwrap().waited);
        });
    }

    #[test]
    fn waiting_can_be_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let (cancel, heard) = (Cancel::default(), Heard::default());
        let _first = Lock::take(folder.path(), &cancel, &heard).unwrap().unwrap();
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(folder.path(), &cancel, &heard).unwrap());
            while heard.0.lock().unwrap().is_empty() {
                std::thread::yield_now();
            }
            cancel.cancel();
            assert!(second.join().unwrap().is_none());
        });
    }
}
