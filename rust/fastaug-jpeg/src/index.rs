//! Seek index: where to begin reading when only the lower part of a picture is wanted.
//!
//! Entropy-coded data can be read from their beginning only. Whoever has been through them once can note what is needed to
//! begin at a row of MCUs: the bit, and what the first coefficients are predicted from. That is 16 bytes for each row noted.
//! An index knows the length of its file and a hash of it, and a checksum of itself: one that was damaged or belongs to
//! another file is an error or not used. (It is no protection against somebody who writes a false one on purpose, with all
//! sums in order: then the pixels are wrong, and nothing worse.)

use crate::{Decoder, Error, ErrorKind};

/// What is needed to begin at a row of MCUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The byte of the file that holds the next bit.
    pub byte: usize,
    /// The bit of it, first one 0.
    pub bit: u8,
    /// What the first coefficients of each component are predicted from.
    pub predictors: [i16; 4],
}

/// The places of one file at which reading can begin.
///
/// ```
/// use fastaug_jpeg::encode::{Picture, PixelFormat, encode};
/// use fastaug_jpeg::{Decoder, Options, Region, SeekIndex, Workspace};
///
/// let (height, width) = (400, 100);
/// let pixels: Vec<u8> = (0..height * width * 3).map(|index| (index / 40 % 256) as u8).collect();
/// let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb)?;
/// let file = encode(picture, &Default::default(), fearless_simd::Level::new())?;
///
/// // Once for each file; to be kept beside it. This one may take 300 bytes.
/// let index = SeekIndex::build(&file, Some(300))?.expect("one scan without damage");
/// let kept = index.to_bytes();
/// assert!(kept.len() <= 300);
///
/// // The bottom of the picture, without the bits above it.
/// let index = SeekIndex::from_bytes(&kept)?;
/// let region = Region { x: 20, y: 380, width: 50, height: 20 };
/// let options = Options { region: Some(region), ..Options::default() };
/// let decoder = Decoder::new(&file)?;
/// let mut part = vec![0; 20 * 50 * 3];
/// let mut workspace = Workspace::default();
/// decoder.decode_indexed(Some(&index), &options, &mut part, 3 * 50, &mut workspace)?;
///
/// let mut same = vec![0; part.len()];
/// decoder.decode(&options, &mut same, 3 * 50, &mut workspace)?;
/// assert_eq!(part, same);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeekIndex {
    /// Bytes of the file.
    length: u64,
    /// A hash of them.
    hash: u64,
    /// Rows of MCUs from one state to the next; the first state stands before row `spacing`.
    spacing: usize,
    states: Vec<State>,
}

/// Begins the bytes of an index; the last one is the version of the format.
const MAGIC: [u8; 4] = *b"FAI\x01";

/// Bytes of an index without states: what it begins with, spacing, count, length, hash, checksum.
const FRAME: usize = 4 + 4 + 4 + 8 + 8 + 8;

/// Bytes of a state.
const STATE: usize = 16;

impl SeekIndex {
    /// Reads through a file and notes places, as many as fit into `budget` bytes, or every row of MCUs. `None` for a file that
    /// cannot have an index: one of several scans, or one whose data are damaged.
    pub fn build(bytes: &[u8], budget: Option<usize>) -> Result<Option<Self>, Error> {
        let decoder = Decoder::new(bytes)?;
        let rows = decoder.mcu_rows();
        let wanted = budget.map_or(usize::MAX, |budget| budget.saturating_sub(FRAME) / STATE);
        let spacing = if wanted == 0 { rows } else { rows.div_ceil(wanted.saturating_add(1)).max(1) };
        let states = decoder.states(spacing)?;
        Ok(states.map(|states| Self { length: bytes.len() as u64, hash: hash(bytes), spacing, states }))
    }

    /// Whether it was built from this file.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        self.length == bytes.len() as u64 && self.hash == hash(bytes)
    }

    /// Places that it holds.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The last state at or above a row of MCUs, with its row.
    pub(crate) fn before(&self, row: usize) -> Option<(usize, &State)> {
        let number = (row / self.spacing).min(self.states.len());
        Some((number * self.spacing, self.states.get(number.checked_sub(1)?)?))
    }

    /// The index as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAME + STATE * self.states.len());
        bytes.extend(MAGIC);
        bytes.extend((self.spacing as u32).to_le_bytes());
        bytes.extend((self.states.len() as u32).to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.hash.to_le_bytes());
        for state in &self.states {
            bytes.extend((state.byte as u32).to_le_bytes());
            bytes.extend(u32::from(state.bit).to_le_bytes());
            state.predictors.iter().for_each(|predictor| bytes.extend(predictor.to_le_bytes()));
        }
        let checksum = hash(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::new(ErrorKind::Argument, format!("not a seek index: {reason}"));
        let Some((content, checksum)) = bytes.split_last_chunk::<8>() else {
            return Err(refuse("it is too short"));
        };
        if !content.starts_with(&MAGIC[..3]) {
            return Err(refuse("it does not begin like one"));
        }
        if content.get(3) != Some(&MAGIC[3]) {
            return Err(refuse("its format is of another version"));
        }
        if hash(content) != u64::from_le_bytes(*checksum) {
            return Err(refuse("it is damaged"));
        }
        let (Some(head), Some(rest)) = (content.first_chunk::<{ FRAME - 8 }>(), content.get(FRAME - 8..)) else {
            return Err(refuse("it is too short"));
        };
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let (spacing, count, length, hash) = (word(4) as usize, word(8) as usize, long(12), long(20));
        let (states, left) = rest.as_chunks::<STATE>();
        if spacing == 0 || states.len() != count || !left.is_empty() {
            return Err(refuse("its parts contradict each other"));
        }
        let states: Vec<State> = states
            .iter()
            .map(|state| State {
                byte: u32::from_le_bytes([state[0], state[1], state[2], state[3]]) as usize,
                bit: state[4],
                predictors: std::array::from_fn(|index| {
                    i16::from_le_bytes([state[8 + 2 * index], state[9 + 2 * index]])
                }),
            })
            .collect();
        let inside = |state: &State| (state.byte as u64) < length && state.bit < 8;
        if !states.iter().all(inside) || !states.is_sorted_by_key(|state| (state.byte, state.bit)) {
            return Err(refuse("it names places that are not in its file"));
        }
        Ok(Self { length, hash, spacing, states })
    }
}

/// A hash of bytes: quick, and different for files that differ by accident. No secret is kept by it.
fn hash(bytes: &[u8]) -> u64 {
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

#[cfg(test)]
mod tests {
    use super::SeekIndex;
    use crate::{
        Decoder, Options, Region, Workspace,
        encode::{self, Picture, PixelFormat, Subsampling},
    };
    use fearless_simd::Level;

    fn file(height: usize, width: usize, subsampling: Subsampling, restart_interval: u16) -> Vec<u8> {
        let mut state = 5u32;
        let pixels: Vec<u8> = (0..height * width * 3)
            .map(|index| {
                state = state.wrapping_mul(1664525).wrapping_add(1013904223);
                ((index * 7 / 3 % 200) as u32 + (state >> 26)) as u8
            })
            .collect();
        let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb).unwrap();
        let options = encode::Options { subsampling, restart_interval, quality: 92, ..encode::Options::default() };
        encode::encode(picture, &options, Level::new()).unwrap()
    }

    fn decode(bytes: &[u8], index: Option<&SeekIndex>, region: Region) -> (Vec<u8>, usize) {
        let options = Options { region: Some(region), ..Options::default() };
        let mut pixels = vec![0; region.width * region.height * 3];
        let decoder = Decoder::new(bytes).unwrap();
        let report =
            decoder.decode_indexed(index, &options, &mut pixels, region.width * 3, &mut Workspace::default()).unwrap();
        (pixels, report.warnings.count)
    }

    #[test]
    fn regions_are_the_same_with_an_index_and_without() {
        for subsampling in [Subsampling::S444, Subsampling::S420, Subsampling::S422, Subsampling::S440] {
            for restart_interval in [0, 1, 3, 7, 50] {
                let bytes = file(210, 150, subsampling, restart_interval);
                for budget in [None, Some(60), Some(100), Some(0)] {
                    let index = SeekIndex::build(&bytes, budget).unwrap().unwrap();
                    assert!(budget.is_none_or(|budget| index.to_bytes().len() <= budget.max(36)));
                    assert_eq!(SeekIndex::from_bytes(&index.to_bytes()).unwrap(), index);
                    for y in (0..200).step_by(13) {
                        let region = Region { x: y / 2, y, width: 40, height: 10 };
                        let expected = decode(&bytes, None, region);
                        assert_eq!(decode(&bytes, Some(&index), region), expected, "{y} {restart_interval}");
                    }
                }
            }
        }
    }

    #[test]
    fn large_files_are_tracked_through_their_chunks() {
        let bytes = file(700, 900, Subsampling::S420, 0);
        assert!(bytes.len() > 200_000);
        let index = SeekIndex::build(&bytes, None).unwrap().unwrap();
        assert_eq!(index.len(), 700usize.div_ceil(16) - 1);
        for y in (0..690).step_by(31) {
            let region = Region { x: 800, y, width: 100, height: 9 };
            assert_eq!(decode(&bytes, Some(&index), region), decode(&bytes, None, region));
        }
    }

    #[test]
    fn a_changed_index_is_refused() {
        let bytes = file(64, 48, Subsampling::S420, 0);
        let index = SeekIndex::build(&bytes, None).unwrap().unwrap().to_bytes();
        for place in 0..index.len() {
            for change in [1, 0x80, 0xFF] {
                let mut changed = index.clone();
                changed[place] ^= change;
                assert!(SeekIndex::from_bytes(&changed).is_err(), "byte {place}");
            }
            assert!(SeekIndex::from_bytes(&index[..place]).is_err());
        }
    }

    #[test]
    fn an_index_of_another_file_is_not_used() {
        let (bytes, other) = (file(64, 48, Subsampling::S420, 0), file(64, 48, Subsampling::S444, 0));
        let index = SeekIndex::build(&other, None).unwrap().unwrap();
        let region = Region { x: 3, y: 50, width: 40, height: 10 };
        let (pixels, warnings) = decode(&bytes, Some(&index), region);
        assert_eq!((pixels, 1), (decode(&bytes, None, region).0, warnings));
    }
}
