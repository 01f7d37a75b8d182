//! Threads that several callers share.

use fastaug_core::exec::pool;
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

/// Long enough for any machine; whoever waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something that is said once and waited for once, from any threads.
struct Signal(Sender<()>, Mutex<Receiver<()>>);

impl Signal {
    fn new() -> Self {
        let (sender, receiver) = channel();
        Self(sender, Mutex::new(receiver))
    }

    fn say(&self) {
        self.0.send(()).unwrap();
    }

    fn is_heard(&self) -> bool {
        self.1.lock().unwrap().recv_timeout(PATIENCE).is_ok()
    }
}

#[test]
fn every_index_comes_once() {
    for (count, threads) in [(0, 2), (1, 2), (2, 2), (3, 2), (1000, 2), (5, 8), (100, 3), (7, 1)] {
        let seen: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
        pool::for_each(count, threads, |index| {
            seen[index].fetch_add(1, Ordering::Relaxed);
        });
        assert!(seen.iter().all(|times| times.load(Ordering::Relaxed) == 1), "{count} on {threads} threads");
    }
}

#[test]
fn a_call_within_a_call_ends() {
    let sum = AtomicUsize::new(0);
    pool::for_each(8, 2, |outer| {
        pool::for_each(8, 2, |inner| {
            sum.fetch_add(8 * outer + inner, Ordering::Relaxed);
        });
    });
    assert_eq!(sum.into_inner(), (0..64).sum::<usize>());
}

/// One thread is ready with its part of the first call, and takes the second one; the first call's last part must be enough
/// for its end.
#[test]
fn a_call_does_not_wait_for_the_one_behind_it() {
    let [both_run, first_runs, second_runs, first_ended] = std::array::from_fn(|_| Signal::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            pool::for_each(2, 2, |index| {
                if index == 0 {
                    assert!(both_run.is_heard());
                } else {
                    both_run.say();
                    first_runs.say();
                    assert!(second_runs.is_heard(), "no thread was free for the second call");
                }
            });
            first_ended.say();
        });
        scope.spawn(|| {
            assert!(first_runs.is_heard());
            let said = Mutex::new(false);
            pool::for_each(2, 2, |index| {
                if !std::mem::replace(&mut *said.lock().unwrap(), true) {
                    second_runs.say();
                }
                if index == 0 {
                    assert!(first_ended.is_heard(), "the first call waits for the second one");
                }
            });
        });
    });
}
