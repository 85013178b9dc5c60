//! The limit on an instance's memory.

use std::sync::Arc;

use wasmtime::ResourceLimiter;

use super::record::Record;

/// The assumed size of a table's element, in bytes.
const ELEMENT: usize = size_of::<usize>();

/// Counts the memory of all parts of one instance, and enforces the limit.
pub(super) struct MemoryGuard {
    limit: u64,
    taken: u64,
    record: Arc<Record>,
}

impl MemoryGuard {
    pub fn new(limit: u64, record: Arc<Record>) -> Self {
        Self { limit, taken: 0, record }
    }

    fn grow(&mut self, current: usize, desired: usize, size: usize) -> bool {
        let more = (desired.saturating_sub(current) as u64).saturating_mul(size as u64);
        if self.taken.saturating_add(more) > self.limit {
            self.record.refuse_memory();
            return false;
        }
        self.taken += more;
        true
    }
}

impl ResourceLimiter for MemoryGuard {
    // The allocation fails, as on a real platform, and the function may handle that. If it traps instead, the record
    // has the reason.
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, 1))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(current, desired, ELEMENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_share_one_limit() {
        let record = Arc::new(Record::default());
        let mut guard = MemoryGuard::new(300, Arc::clone(&record));
        assert!(guard.memory_growing(0, 100, None).expect("no error"));
        assert!(guard.memory_growing(0, 100, None).expect("no error"));
        assert!(!record.memory_refused());
        assert!(!guard.memory_growing(100, 201, None).expect("no error"));
        assert!(record.memory_refused());
        assert!(guard.memory_growing(100, 200, None).expect("no error"), "what was refused is not counted");
    }
}
