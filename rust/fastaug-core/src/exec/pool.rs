//! Threads: one pool per process, built on first use, never at import.
//!
//! A forked child has none of its parent's threads, so the pool is kept under the process's number: a child finds its
//! parent's number there, forgets that pool without touching it, and builds its own.

use arc_swap::ArcSwapOption;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Pools of one process, by their numbers of threads: callers that ask for different numbers in turn do not build a pool each
/// time.
struct Pools {
    process: u32,
    pools: Vec<Arc<ThreadPool>>,
}

/// So many numbers of threads are remembered.
const MOST_POOLS: usize = 4;

static POOLS: ArcSwapOption<Pools> = ArcSwapOption::const_empty();
/// What the user asked for; 0 is "as many as this process may use".
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// The CPUs this process may use, by its affinity and its control group's quota.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// The number of threads that batches run on.
pub fn num_threads() -> usize {
    match WANTED.load(Ordering::Relaxed) {
        0 => available_threads(),
        wanted => wanted,
    }
}

/// Sets the number of threads; 0 means as many as this process may use.
pub fn set_num_threads(threads: usize) {
    WANTED.store(threads, Ordering::Relaxed);
}

/// Runs `work` for every index below `count`, on `threads` threads (0: the set number); with one thread, right here.
///
/// Each thread of the pool takes one index after the other, and then looks for other callers' work: none ever waits for
/// another one within a call. (With a parallel iterator it does, and takes other callers' work meanwhile, so that a batch may
/// have to wait for the end of the one behind it.)
pub fn for_each(count: usize, threads: usize, work: impl Fn(usize) + Send + Sync) {
    let threads = if threads == 0 { num_threads() } else { threads };
    if threads <= 1 || count <= 1 {
        (0..count).for_each(work);
        return;
    }
    // If no thread could be started (a limit of the system): slower, but right.
    let Some(pool) = pool(threads) else { return (0..count).for_each(work) };
    let next = AtomicUsize::new(0);
    let work_through = || {
        while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&index| index < count) {
            work(index);
        }
    };
    pool.in_place_scope_fifo(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn_fifo(|_| work_through());
        }
    });
}

fn pool(threads: usize) -> Option<Arc<ThreadPool>> {
    let process = std::process::id();
    let current = POOLS.load_full();
    let own = current.as_ref().filter(|current| current.process == process);
    let mut pools = own.map_or_else(Vec::new, |own| own.pools.clone());
    if let Some(pool) = pools.iter().find(|pool| pool.current_num_threads() == threads) {
        return Some(Arc::clone(pool));
    }
    let name = |index| format!("fastaug-{index}");
    let fresh = Arc::new(ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build().ok()?);
    if pools.len() == MOST_POOLS {
        pools.remove(0);
    }
    pools.push(Arc::clone(&fresh));
    let old = POOLS.swap(Some(Arc::new(Pools { process, pools })));
    // Dropping the pools of another process would wait for threads that the fork left behind.
    [old, current].into_iter().flatten().filter(|pools| pools.process != process).for_each(std::mem::forget);
    Some(fresh)
}
