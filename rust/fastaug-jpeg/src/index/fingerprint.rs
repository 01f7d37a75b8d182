//! What a file is recognised by.

/// What a file is recognised by, whatever its name: its length and a hash of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// A hash of the bytes.
    pub(super) hash: u64,
    /// How many there are.
    pub(super) length: u64,
}

impl Fingerprint {
    /// The hash alone.
    pub fn hash(self) -> u64 {
        self.hash
    }

    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { hash: hash(bytes), length: bytes.len() as u64 }
    }
}

/// A hash of bytes: quick, and different for files that differ by accident. No secret is kept by it.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut lanes = [1u64, 2, 3, 4].map(|lane| lane.wrapping_mul(FACTOR));
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = (lane.rotate_left(29) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        }
    }
    for (index, &byte) in rest.iter().enumerate() {
        let lane = &mut lanes[index % 4];
        *lane = (lane.rotate_left(29) ^ u64::from(byte) ^ 0x100).wrapping_mul(FACTOR);
    }
    let mut sum = bytes.len() as u64;
    for lane in lanes {
        sum = (sum.rotate_left(23) ^ lane ^ lane >> 32).wrapping_mul(FACTOR);
    }
    sum ^ sum >> 29
}
