//! Reads bits from bytes that hold no markers and no stuffing any more.

/// Bytes that must follow the last one that counts, so that nothing looks for the end inside an MCU.
pub const MARGIN: usize = 4096;

/// A place in a buffer of bytes, with the next bits at hand.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'s> {
    data: &'s [u8],
    /// The next byte to be loaded.
    position: usize,
    /// The next bits, first bit on top; what lies below `count` bits is not to be relied on.
    buffer: u64,
    /// Bits in the buffer.
    count: u32,
}

/// A place between two bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitPosition(pub usize);

impl<'s> Bits<'s> {
    /// Begins at a bit of the buffer.
    #[inline(always)]
    pub fn at(data: &'s [u8], place: BitPosition) -> Self {
        let mut bits = Self { data, position: place.0 / 8, buffer: 0, count: 0 };
        bits.refill();
        bits.drop((place.0 % 8) as u32);
        bits
    }

    /// The next bit to be read.
    #[inline(always)]
    pub fn place(&self) -> BitPosition {
        BitPosition(self.position * 8 - self.count as usize)
    }

    /// Makes at least 56 bits available. Beyond the end of the buffer all bits are 0.
    #[inline(always)]
    pub fn refill(&mut self) {
        let next = match self.data.get(self.position..) {
            Some(rest) if rest.len() >= 8 => {
                u64::from_be_bytes([rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]])
            }
            _ => 0,
        };
        self.buffer |= next >> self.count;
        self.position += (63 - self.count as usize) >> 3;
        self.count |= 0b11_1000;
    }

    /// The next bits as a number, without taking them; `count` between 1 and 32.
    #[inline(always)]
    pub fn peek(&self, count: u32) -> u32 {
        (self.buffer >> (64 - count)) as u32
    }

    /// The next bits, the first one on top.
    #[inline(always)]
    pub fn buffer(&self) -> u64 {
        self.buffer
    }

    /// Takes bits that were looked at.
    #[inline(always)]
    pub fn drop(&mut self, count: u32) {
        self.buffer <<= count;
        self.count -= count;
    }

    /// Takes bits, 0 to 16 of them.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u32 {
        // Two shifts, since one by 64 would be none.
        let value = (self.buffer >> 1 >> (63 - count)) as u32;
        self.drop(count);
        value
    }

    /// Takes a signed number of `size` bits as the standard codes them: a leading 0 stands for a negative one.
    #[inline(always)]
    pub fn take_signed(&mut self, size: u32) -> i32 {
        let negative = !((self.buffer as i64) >> 63) as i32;
        let value = self.take(size) as i32;
        value + (negative & ((-1 << size) + 1))
    }

    /// Makes at least one bit available.
    #[inline(always)]
    pub fn need_one(&mut self) {
        if self.count == 0 {
            self.refill();
        }
    }

    /// Takes one bit.
    #[inline(always)]
    pub fn take_one(&mut self) -> bool {
        let bit = (self.buffer as i64) < 0;
        self.drop(1);
        bit
    }
}
