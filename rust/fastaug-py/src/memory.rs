//! The memory of large arrays, used again. What comes fresh from the system is cleared by it page by page when it is first
//! touched, which takes an eighth of the time of a batch; a training loop that drops one batch while it asks for the next
//! gets the same memory over and over.

use memmap2::MmapMut;
use pyo3::prelude::*;
use std::sync::Mutex;

/// Bytes from which on memory is kept here. For less, the C library has some at hand, which is more likely to be in a cache.
pub const LEAST: usize = 512 << 10;

/// Memory is taken in multiples of so many bytes, so that pieces fit images of similar sizes.
const STEP: usize = 64 << 10;

/// Bytes that are kept at most while nobody uses them.
const MOST_KEPT: usize = 512 << 20;

/// Pieces that are kept at most: few enough to be looked through.
const MOST_PIECES: usize = 64;

/// What nobody uses at the moment. Whoever finds it locked does without: a forked child may have been born while another
/// thread held the lock.
static SPARE: Mutex<Vec<MmapMut>> = Mutex::new(Vec::new());

/// Memory that an array lies in; it is kept when the array is gone.
#[pyclass(frozen, module = "fastaug._core")]
pub struct Memory(Option<MmapMut>);

impl Memory {
    /// At least so many bytes, whose values are anything, and where they begin; none if the system has no more.
    pub fn take(bytes: usize) -> Option<(Self, *mut u8)> {
        let mut map = spare(bytes).or_else(|| fresh(bytes))?;
        let begin = map.as_mut_ptr();
        Some((Self(Some(map)), begin))
    }
}

/// Memory that was given back: the smallest piece that is large enough, and not much larger; of several the last that was
/// used, which may still be in a cache.
fn spare(bytes: usize) -> Option<MmapMut> {
    let mut spare = SPARE.try_lock().ok()?;
    let fits = |map: &MmapMut| (bytes..=bytes + bytes / 4 + STEP).contains(&map.len());
    let number =
        (0..spare.len()).rev().filter(|&number| fits(&spare[number])).min_by_key(|&number| spare[number].len())?;
    Some(spare.remove(number))
}

fn fresh(bytes: usize) -> Option<MmapMut> {
    let map = MmapMut::map_anon(bytes.checked_next_multiple_of(STEP)?).ok()?;
    // Fewer and larger pages, where the system has them; it makes no difference to anything else.
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    Some(map)
}

impl Drop for Memory {
    fn drop(&mut self) {
        let (Some(map), Ok(mut spare)) = (self.0.take(), SPARE.try_lock()) else { return };
        spare.push(map);
        // The oldest ones go back to the system.
        let mut kept: usize = spare.iter().map(|map| map.len()).sum();
        while kept > MOST_KEPT || spare.len() > MOST_PIECES {
            kept -= spare.remove(0).len();
        }
    }
}
