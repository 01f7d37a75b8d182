//! Small floats to integers, without the checks that `as` makes for values that cannot occur.

/// Added to a value between −2²² and 2²², it leaves the nearest whole number, ties to even, in the lowest bits; taken away
/// again, as a number.
pub const MAGIC: f32 = 12_582_912.0;

/// The nearest byte, ties to even, of any value that is a number.
#[inline(always)]
pub fn nearest_byte(value: f32) -> u8 {
    (value.clamp(0.0, 255.0) + MAGIC).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::nearest_byte;

    #[test]
    fn equal_to_the_checked_conversion() {
        for step in -300_000..300_000 {
            let value = step as f32 / 1000.0;
            assert_eq!(nearest_byte(value), value.round_ties_even() as u8, "{value}");
        }
    }
}
