//! One process at a time works in a project's `gen/`.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::progress::{Event, Progress};

/// The file that is locked; it stays there, empty.
pub const FILE: &str = ".lock";

/// Held while `gen/` is worked in; given back when dropped, also when the process is killed.
#[derive(Debug)]
pub struct Lock {
    /// Another process had it before, and may have changed what was read meanwhile.
    pub waited: bool,
    _file: File,
}

impl Lock {
    /// Takes the lock of a `gen/` folder that exists; waits, and says so, while another process has it.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn take(folder: &Path, progress: &dyn Progress) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(FILE))?;
        let waited = match file.try_lock() {
            Ok(()) => false,
            Err(TryLockError::WouldBlock) => {
                progress.report(Event::Note("waiting for another PELATO process in this project".to_owned()));
                file.lock()?;
                true
            }
            Err(TryLockError::Error(error)) => return Err(error),
        };
        Ok(Self { waited, _file: file })
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
        let first = Lock::take(folder.path(), &heard).unwrap();
        assert!(heard.0.lock().unwrap().is_empty());
        std::thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(folder.path(), &heard).unwrap());
            while heard.0.lock().unwrap().is_empty() {
                std::thread::yield_now();
            }
            assert!(!second.is_finished());
            drop(first);
            assert!(second.join().unwrap().waited);
        });
    }
}
