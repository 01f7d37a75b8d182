//! Streams of draws.

use super::Philox4x32;
use crate::param::Interval;

/// The key of an epoch's numbers. For one seed this is a bijection, so no two (epoch, sample, node, block) of a training run
/// share a pair of key and counter.
pub(super) fn key_of_epoch(seed: u64, epoch: u64) -> u64 {
    mix(seed).wrapping_add(epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Who draws: every number of a run follows from this and the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The policy's seed.
    pub seed: u64,
    /// The epoch.
    pub epoch: u64,
    /// The sample's index in the data set, or the number of the call.
    pub sample: u64,
}

impl Seeds {
    /// The stream of a node of the policy; `visit` tells apart repeated visits within one sample.
    pub fn stream(&self, node: u32, visit: u32) -> Stream {
        Stream {
            generator: Philox4x32::from_seed(key_of_epoch(self.seed, self.epoch)),
            // A visit draws at most 2²⁰ blocks; noise over pixels has generators of its own.
            counter: [visit << 20, node, self.sample as u32, (self.sample >> 32) as u32],
            block: [0; 4],
            used: 4,
        }
    }
}

/// A bijection of 64-bit words in which every input bit reaches every output bit (the finalizer of `SplitMix64`).
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// The numbers of one node for one sample.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: Philox4x32,
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Stream {
    /// 32 random bits.
    pub fn word(&mut self) -> u32 {
        if self.used == 4 {
            self.block = self.generator.block(self.counter);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        let word = self.block[self.used];
        self.used += 1;
        word
    }

    /// 64 random bits.
    pub fn seed(&mut self) -> u64 {
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.seed() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A number in a range; exactly its end where the range is a single value.
    pub fn uniform(&mut self, range: Interval) -> f64 {
        let unit = self.unit();
        range.low + (range.high - range.low) * unit
    }

    /// A whole number from `low` to `high`, both included, each equally likely.
    ///
    /// # Panics
    /// If `low` is above `high`.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "no whole number lies between {low} and {high}");
        let span = (high as u64).wrapping_sub(low as u64).wrapping_add(1);
        if span == 0 {
            return self.seed() as i64;
        }
        // Lemire's multiplication; the 128-bit product makes its bias (span / 2⁶⁴) smaller than any test could see.
        let offset = ((u128::from(self.seed()) * u128::from(span)) >> 64) as u64;
        low.wrapping_add(offset as i64)
    }

    /// An index below `length`.
    ///
    /// # Panics
    /// If `length` is zero.
    pub fn index(&mut self, length: usize) -> usize {
        self.integer(0, length as i64 - 1) as usize
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index drawn with probability proportional to its weight.
    ///
    /// # Panics
    /// If no weight is above zero.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        assert!(total > 0.0, "no weight is above zero");
        let mut left = self.unit() * total;
        for (index, &weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        // Rounding can leave a crumb: it belongs to the last index that can be drawn.
        weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0)
    }

    /// The numbers 0…length−1 in random order.
    pub fn permutation(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.index(last + 1));
        }
        order
    }

    /// A number from the standard normal distribution (Box–Muller, by `libm`, so equal on every platform).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

/// Random words numbered by position, for noise over pixels: tiles can be made in any order, on any thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelNoise {
    generator: Philox4x32,
}

impl PixelNoise {
    /// The noise of a drawn seed.
    pub const fn new(seed: u64) -> Self {
        Self { generator: Philox4x32::from_seed(seed) }
    }

    /// The key of the generator.
    pub(super) const fn key(self) -> [u32; 2] {
        self.generator.key()
    }

    /// The four words numbered `4 · block … 4 · block + 3`.
    #[inline(always)]
    pub const fn words(&self, block: u64) -> [u32; 4] {
        self.generator.block([block as u32, (block >> 32) as u32, 0, 0])
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Seeds};

    fn seeds() -> Seeds {
        Seeds { seed: 7, epoch: 1, sample: 2 }
    }

    #[test]
    fn streams_differ_in_every_coordinate() {
        let base = seeds();
        let mut firsts: Vec<u64> = vec![
            base.stream(0, 0).seed(),
            base.stream(1, 0).seed(),
            Seeds { seed: 8, ..base }.stream(0, 0).seed(),
            Seeds { epoch: 2, ..base }.stream(0, 0).seed(),
            Seeds { sample: 3, ..base }.stream(0, 0).seed(),
            Seeds { sample: 2 | 1 << 32, ..base }.stream(0, 0).seed(),
        ];
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 6);
    }

    #[test]
    fn integers_cover_their_range_evenly() {
        let mut stream = seeds().stream(0, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[(stream.integer(-3, 3) + 3) as usize] += 1;
        }
        assert!(counts.iter().all(|&count| (9_500..10_500).contains(&count)), "{counts:?}");
    }

    #[test]
    fn a_single_value_is_drawn_exactly() {
        let mut stream = seeds().stream(0, 0);
        for value in [0.1, -0.3, 1e-300, 255.0] {
            assert_eq!(stream.uniform(Interval::exactly(value)), value);
        }
    }

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut stream = seeds().stream(0, 0);
        assert!((0..10_000).all(|_| stream.weighted(&[0.0, 1.0, 0.0, 3.0, 0.0]) % 2 == 1));
    }

    #[test]
    fn normal_has_mean_zero_and_deviation_one() {
        let mut stream = seeds().stream(0, 0);
        let values: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let mean = values.iter().sum::<f64>() / 1e5;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}
