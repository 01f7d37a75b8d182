//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).

/// A key; [`block`](Self::block) turns a counter into four random words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Philox4x32 {
    key: [u32; 2],
}

impl Philox4x32 {
    pub(super) const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    pub(super) const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    pub(super) const ROUNDS: usize = 10;

    /// A generator with this key.
    pub const fn new(key: [u32; 2]) -> Self {
        Self { key }
    }

    /// The key of a 64-bit seed.
    pub const fn from_seed(seed: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32] }
    }

    /// The key.
    pub const fn key(&self) -> [u32; 2] {
        self.key
    }

    /// Four random words for a counter.
    #[inline(always)]
    pub const fn block(&self, counter: [u32; 4]) -> [u32; 4] {
        let [mut a, mut b, mut c, mut d] = counter;
        let [mut k0, mut k1] = self.key;
        let mut round = 0;
        while round < Self::ROUNDS {
            let left = a as u64 * Self::MULTIPLIERS[0] as u64;
            let right = c as u64 * Self::MULTIPLIERS[1] as u64;
            (a, b, c, d) = ((right >> 32) as u32 ^ b ^ k0, right as u32, (left >> 32) as u32 ^ d ^ k1, left as u32);
            k0 = k0.wrapping_add(Self::WEYL[0]);
            k1 = k1.wrapping_add(Self::WEYL[1]);
            round += 1;
        }
        [a, b, c, d]
    }
}

#[cfg(test)]
mod tests {
    use super::Philox4x32;

    // The known answers published with the Random123 library (kat_vectors, philox4x32 10).
    #[test]
    fn known_answers() {
        let cases: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(Philox4x32::new(key).block(counter), expected);
        }
    }
}
