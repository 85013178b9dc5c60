//! Runs jobs on a few threads, and the first of a kind alone while its cache is cold.
//!
//! Compilers share a cache, but not work in progress: twenty cold builds at once compile the standard library
//! twenty times (126 s instead of 15 s on two cores, see `docs/decisions`). So an empty cache is primed by one build.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Runs `work` for every item on at most `threads` threads and gives the results in the order of the items.
///
/// Of the items for which `cold` names a cache, the first of each cache runs before everything else, alone.
pub fn run<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    cold: impl Fn(&T) -> Option<String>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let put = |index: usize| {
        let result = work(&items[index]);
        *results[index].lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(result);
    };
    let mut primed = BTreeSet::new();
    let (first, rest): (Vec<usize>, Vec<usize>) =
        (0..items.len()).partition(|index| cold(&items[*index]).is_some_and(|cache| primed.insert(cache)));
    first.into_iter().for_each(put);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, rest.len().max(1)) {
            scope.spawn(|| {
                while let Some(index) = rest.get(next.fetch_add(1, Ordering::Relaxed)) {
                    put(*index);
                }
            });
        }
    });
    let take =
        |result: Mutex<Option<R>>| result.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_iter().filter_map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_keep_the_order_and_no_more_than_the_threads_run() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items: Vec<usize> = (0..20).collect();
        let results = run(
            &items,
            3,
            |_| None,
            |item| {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(5));
                now.fetch_sub(1, Ordering::SeqCst);
                item * 2
            },
        );
        assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 3);
    }

    #[test]
    fn a_cold_cache_is_primed_by_one_job_alone() {
        let order = Mutex::new(Vec::new());
        let cold = |item: &usize| (*item != 0).then(|| "go".to_owned());
        run(&[0, 1, 2, 3], 4, cold, |item| {
            order.lock().unwrap().push(("in", *item));
            thread::sleep(Duration::from_millis(5));
            order.lock().unwrap().push(("out", *item));
        });
        let order = order.into_inner().unwrap();
        assert_eq!(order[..2], [("in", 1), ("out", 1)]);
        assert_eq!(order.len(), 8);
    }

    #[test]
    fn nothing_to_do_is_nothing() {
        assert!(run(&[] as &[u8], 4, |_| None, |item| *item).is_empty());
    }
}
