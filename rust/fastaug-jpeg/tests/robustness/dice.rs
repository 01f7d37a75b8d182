//! Numbers that look random and are the same in every run: `SplitMix64`.

use std::ops::Range;

/// A sequence of numbers that follows from a seed.
pub struct Dice(u64);

impl Dice {
    /// The sequence with a number among those of a seed.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ number);
        dice.0 = dice.next();
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number of a range, which must not be empty.
    pub fn within(&mut self, range: Range<usize>) -> usize {
        range.start + (self.next() % (range.end - range.start) as u64) as usize
    }

    /// Whether one of `count` equal chances came true.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.within(0..count) == 0
    }

    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.within(0..values.len())]
    }
}
