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

struct Pool {
    process: u32,
    threads: usize,
    pool: ThreadPool,
}

static POOL: ArcSwapOption<Pool> = ArcSwapOption::const_empty();
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
pub fn for_each(count: usize, threads: usize, work: impl Fn(usize) + Send + Sync) {
    let threads = if threads == 0 { num_threads() } else { threads };
    if threads <= 1 || count <= 1 {
        (0..count).for_each(work);
        return;
    }
    match pool(threads) {
        Some(pool) => pool.pool.install(|| {
            use rayon::prelude::*;
            (0..count).into_par_iter().with_max_len(1).for_each(work);
        }),
        // No thread could be started (a limit of the system): slower, but right.
        None => (0..count).for_each(work),
    }
}

fn pool(threads: usize) -> Option<Arc<Pool>> {
    let process = std::process::id();
    let current = POOL.load_full();
    if let Some(pool) = &current
        && pool.process == process
        && pool.threads == threads
    {
        return current;
    }
    let pool =
        ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("fastaug-{index}")).build().ok()?;
    let fresh = Arc::new(Pool { process, threads, pool });
    let old = POOL.swap(Some(Arc::clone(&fresh)));
    if let Some(old) = old
        && old.process != process
    {
        // Dropping it would wait for threads that the fork left behind.
        std::mem::forget(old);
    }
    if let Some(current) = current
        && current.process != process
    {
        std::mem::forget(current);
    }
    Some(fresh)
}
