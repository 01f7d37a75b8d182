//! The order of an epoch: a permutation of any length whose entries are computed one by one, without a list of them.

use super::{Philox4x32, stream::key_of_epoch};

/// Which numbers of the generator belong to the rounds' offsets, to their decisions, and to draws that stand alone.
const OFFSETS: u32 = 0;
const DECISIONS: u32 = 1;
const DRAWS: u32 = 2;

/// Orders have a key of their own beside that of the pixels.
const ORDER: u64 = 0x6F72_6465_7200_0001;

/// Rounds of swapping, beside four for each bit of the length: far more than any statistic can tell from chance.
const LEAST_ROUNDS: u32 = 32;

/// The randomness of one epoch's order.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    generator: Philox4x32,
}

impl Order {
    /// The order of an epoch under a seed.
    pub fn new(seed: u64, epoch: u64) -> Self {
        Self { generator: Philox4x32::from_seed(key_of_epoch(seed ^ ORDER, epoch)) }
    }

    /// A number of 0…1, 1 excluded, for a place.
    pub fn draw(&self, place: u64) -> f64 {
        let [low, high, ..] = self.generator.block([place as u32, (place >> 32) as u32, 0, DRAWS]);
        let bits = (u64::from(high) << 32 | u64::from(low)) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }

    /// The permutation of so many entries.
    pub fn permutation(&self, length: u64) -> Permutation {
        let bits = u64::BITS - length.leading_zeros();
        let offsets = (0..LEAST_ROUNDS + 4 * bits).map(|round| {
            let [low, high, ..] = self.generator.block([0, 0, round, OFFSETS]);
            let word = u64::from(high) << 32 | u64::from(low);
            ((u128::from(word) * u128::from(length)) >> 64) as u64
        });
        Permutation { offsets: offsets.collect(), length, generator: self.generator }
    }
}

/// A permutation (Hoang, Morris, Rogaway: "An enciphering scheme based on a card shuffle", CRYPTO 2012): in each round every
/// entry has a partner, and a coin that both see alike decides whether they change places.
#[derive(Clone, Debug)]
pub struct Permutation {
    offsets: Vec<u64>,
    length: u64,
    generator: Philox4x32,
}

impl Permutation {
    /// What stands at a place below the length.
    pub fn at(&self, place: u64) -> u64 {
        debug_assert!(place < self.length);
        let mut entry = place;
        for (round, &offset) in (0_u32..).zip(&self.offsets) {
            let partner = if entry <= offset { offset - entry } else { offset + (self.length - entry) };
            let greater = entry.max(partner);
            let [coin, ..] = self.generator.block([greater as u32, (greater >> 32) as u32, round, DECISIONS]);
            if coin & 1 == 1 {
                entry = partner;
            }
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn every_entry_stands_once() {
        for length in [1, 2, 3, 4, 5, 16, 17, 1000, 65_537] {
            let permutation = Order::new(7, 3).permutation(length);
            let mut seen: Vec<u64> = (0..length).map(|place| permutation.at(place)).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..length), "{length}");
        }
    }

    #[test]
    fn great_lengths_stay_within() {
        for length in [u64::from(u32::MAX) + 5, u64::MAX] {
            let permutation = Order::new(1, 0).permutation(length);
            assert!((0..1000).all(|place| permutation.at(place) < length));
            assert!((length - 1000..length).all(|place| permutation.at(place) < length));
        }
    }

    /// All 24 orders of four entries come about equally often.
    #[test]
    fn small_orders_are_uniform() {
        const TRIALS: usize = 48_000;
        let mut counts = std::collections::HashMap::new();
        for epoch in 0..TRIALS as u64 {
            let permutation = Order::new(11, epoch).permutation(4);
            let order: Vec<u64> = (0..4).map(|place| permutation.at(place)).collect();
            *counts.entry(order).or_insert(0_usize) += 1;
        }
        assert_eq!(counts.len(), 24);
        let expected = TRIALS as f64 / 24.0;
        let statistic: f64 = counts.values().map(|&count| (count as f64 - expected).powi(2) / expected).sum();
        // 23 degrees of freedom: more than 60 once in 30,000 seeds.
        assert!(statistic < 60.0, "{statistic}");
    }

    /// Where an entry goes, and where its neighbour goes relative to it, is spread evenly.
    #[test]
    fn places_are_uniform() {
        const LENGTH: u64 = 100;
        const TRIALS: u64 = 20_000;
        let (mut first, mut distance) = (vec![0_u32; 100], vec![0_u32; 100]);
        for epoch in 0..TRIALS {
            let permutation = Order::new(5, epoch).permutation(LENGTH);
            let (a, b) = (permutation.at(41), permutation.at(42));
            first[a as usize] += 1;
            distance[((b + LENGTH - a) % LENGTH) as usize] += 1;
        }
        let chi = |counts: &[u32], expected: f64| -> f64 {
            counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum()
        };
        // 99 and 98 degrees of freedom: more than 170 less than once in 50,000 seeds.
        assert!(chi(&first, TRIALS as f64 / 100.0) < 170.0);
        assert_eq!(distance[0], 0);
        assert!(chi(&distance[1..], TRIALS as f64 / 99.0) < 170.0);
    }

    #[test]
    fn epochs_and_seeds_differ() {
        let order = |seed, epoch| -> Vec<u64> {
            let permutation = Order::new(seed, epoch).permutation(50);
            (0..50).map(|place| permutation.at(place)).collect()
        };
        assert_eq!(order(0, 0), order(0, 0));
        assert_ne!(order(0, 0), order(0, 1));
        assert_ne!(order(0, 0), order(1, 0));
    }

    #[test]
    fn draws_are_spread_over_the_unit() {
        let order = Order::new(3, 1);
        let mean = (0..10_000).map(|place| order.draw(place)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.015, "{mean}");
        assert!((0..10_000).all(|place| (0.0..1.0).contains(&order.draw(place))));
    }
}
