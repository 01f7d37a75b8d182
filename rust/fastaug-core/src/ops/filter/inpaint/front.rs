//! The order in which a front reaches pixels.

use crate::image::Scratch;
use std::collections::BinaryHeap;

/// Pixels that the front has reached and not left; the earliest comes first, of equals the one that came first.
pub(super) struct Front {
    /// Time and number, inverted since the greatest comes first. The bits of floats from 0 on are ordered as they are.
    keys: BinaryHeap<u64>,
    /// The pixel of each number.
    places: Vec<u32>,
    pushed: usize,
}

impl Front {
    /// A front that reaches at most `most` pixels, and is at about `length` of them at a time.
    pub fn take(most: usize, length: usize, scratch: &mut Scratch) -> Self {
        let mut keys = scratch.take(length);
        keys.clear();
        Self { keys: keys.into(), places: scratch.take(most), pushed: 0 }
    }

    /// Gives the memory back.
    pub fn give(self, scratch: &mut Scratch) {
        let mut keys = self.keys.into_vec();
        // What is recycled is chosen by its length.
        keys.resize(keys.capacity(), 0);
        scratch.give(keys);
        scratch.give(self.places);
    }

    /// Reaches a pixel at a time from 0 on.
    pub fn push(&mut self, time: f32, place: usize) {
        self.keys.push(!(u64::from(time.to_bits()) << 32 | self.pushed as u64));
        self.places[self.pushed] = place as u32;
        self.pushed += 1;
    }

    /// The next pixel.
    pub fn pop(&mut self) -> Option<usize> {
        let key = !self.keys.pop()?;
        Some(self.places[(key & u64::from(u32::MAX)) as usize] as usize)
    }

    /// Every pixel that was reached since the last `clear`.
    pub fn reached(&self) -> &[u32] {
        &self.places[..self.pushed]
    }

    /// Starts anew.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.pushed = 0;
    }
}
