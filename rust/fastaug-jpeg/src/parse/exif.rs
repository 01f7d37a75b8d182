//! The one thing of EXIF that changes how an image looks: its orientation.

/// The orientation in the content of an APP1 segment, if it is EXIF and holds one.
pub fn orientation(content: &[u8]) -> Option<u8> {
    let tiff = content.strip_prefix(b"Exif\0\0")?;
    let big = match tiff.get(..4)? {
        [b'M', b'M', 0, 42] => true,
        [b'I', b'I', 42, 0] => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = tiff.get(at..)?.first_chunk::<2>()?;
        Some(if big { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) })
    };
    let long = |at: usize| {
        let bytes = tiff.get(at..)?.first_chunk::<4>()?;
        Some(if big { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) })
    };
    let directory = long(4)? as usize;
    let entries = usize::from(short(directory)?);
    (0..entries).find_map(|entry| {
        let at = directory.checked_add(2 + 12 * entry)?;
        if short(at)? != 0x0112 {
            return None;
        }
        // Written as a short, in the first two of the four bytes of its value.
        let value = short(at + 8)?;
        (1..=8).contains(&value).then_some(value as u8)
    })
}

#[cfg(test)]
mod tests {
    use super::orientation;

    fn exif(big: bool, value: u16) -> Vec<u8> {
        let short = |value: u16| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let long = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let mut bytes = b"Exif\0\0".to_vec();
        bytes.extend(if big { b"MM" } else { b"II" });
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(2));
        for (tag, value) in [(0x010F, 7), (0x0112, value)] {
            bytes.extend(short(tag));
            bytes.extend(short(3));
            bytes.extend(long(1));
            bytes.extend(short(value));
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn both_byte_orders_are_read() {
        for value in 1..=8 {
            assert_eq!(orientation(&exif(true, value)), Some(value as u8));
            assert_eq!(orientation(&exif(false, value)), Some(value as u8));
        }
    }

    #[test]
    fn nonsense_is_no_orientation() {
        assert_eq!(orientation(&exif(true, 0)), None);
        assert_eq!(orientation(&exif(true, 9)), None);
        let whole = exif(false, 6);
        for end in 0..whole.len() {
            if end < whole.len() - 2 {
                assert_eq!(orientation(&whole[..end]), None, "cut at {end}");
            }
        }
        let mut far = whole;
        far[10..14].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(orientation(&far), None);
    }
}
