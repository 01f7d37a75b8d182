//! Seek index: where to begin reading when only a part of a picture is wanted.
//!
//! Entropy-coded data can be read from their beginning only. Whoever has been through them once can note what is needed to
//! go on at an MCU: the bit, and what the first coefficients are predicted from. An index holds that for MCUs at even
//! distances: so many rows apart, or in every row so many columns apart. What lies above a region, and then what lies
//! beside it, need not be read any more. (Behind restart markers predictions begin anew, and bits are counted anew: files that
//! have them are noted by rows.)
//!
//! An index knows the length of its file and a hash of it, and a checksum of itself: one that was damaged or belongs to
//! another file is an error or not used. (It is no protection against somebody who writes a false one on purpose, with all
//! sums in order: then the pixels are wrong, and nothing worse.)

mod database;
mod fingerprint;
mod writer;

use crate::{Decoder, Error, ErrorKind};
pub use database::{Answer, Database, NoIndex, examine};
pub use fingerprint::Fingerprint;
use fingerprint::hash;
pub use writer::DatabaseWriter;

/// What is needed to go on at an MCU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The byte of the file that holds the next bit.
    pub byte: usize,
    /// Bits before it, without stuffing, from the beginning of the scan or from the last restart on.
    pub bits: usize,
    /// What the first coefficients of each component are predicted from.
    pub predictors: [i16; 4],
}

impl State {
    /// The next bit of its byte, first one 0.
    pub fn bit(&self) -> usize {
        self.bits % 8
    }
}

/// The MCUs that have a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grid {
    /// MCUs of the picture, across and down.
    mcus: (usize, usize),
    /// Rows from one state to the next.
    rows: usize,
    /// Columns from one state to the next, which are those of the whole picture where rows are left out.
    columns: usize,
}

impl Grid {
    /// The closest one that has at most so many states.
    fn new(mcus: (usize, usize), most: usize, by_rows: bool) -> Self {
        let (wide, high) = mcus;
        // The first MCU needs no state.
        let per_row = if by_rows { 1 } else { (most.saturating_add(1) / high).clamp(1, wide) };
        let rows = if most.saturating_add(1) >= high { 1 } else { high.div_ceil(most + 1) };
        Self { mcus, rows, columns: wide.div_ceil(per_row) }
    }

    fn per_row(&self) -> usize {
        self.mcus.0.div_ceil(self.columns)
    }

    fn len(&self) -> usize {
        self.mcus.1.div_ceil(self.rows) * self.per_row() - 1
    }

    /// The MCU of a state.
    fn place(&self, number: usize) -> usize {
        let (row, column) = ((number + 1) / self.per_row(), (number + 1) % self.per_row());
        row * self.rows * self.mcus.0 + column * self.columns
    }

    /// The last state at or before an MCU.
    fn before(&self, place: usize) -> Option<usize> {
        let (row, column) = (place / self.mcus.0, place % self.mcus.0);
        let in_row = if row.is_multiple_of(self.rows) { column / self.columns } else { self.per_row() - 1 };
        (row / self.rows * self.per_row() + in_row).checked_sub(1)
    }

    fn places(self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(move |number| self.place(number))
    }
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
    /// The file.
    fingerprint: Fingerprint,
    grid: Grid,
    states: Vec<State>,
}

/// Begins the bytes of an index; the last one is the version of the format.
const MAGIC: [u8; 4] = *b"FAI\x02";

/// Bytes of an index without states: what it begins with, length, hash, MCUs, spacing, checksum.
const FRAME: usize = 4 + 8 + 8 + 4 * 4 + 8;

/// Bytes of a state.
const STATE: usize = 16;

impl SeekIndex {
    /// Reads through a file and notes places, as many as fit into `budget` bytes, or every row of MCUs. `None` for a file that
    /// cannot have an index: one of several scans, or one whose data are damaged.
    pub fn build(bytes: &[u8], budget: Option<usize>) -> Result<Option<Self>, Error> {
        let decoder = Decoder::new(bytes)?;
        // Places are written in four bytes.
        if bytes.len() >= u32::MAX as usize / 8 {
            return Ok(None);
        }
        let mcus = decoder.mcus();
        let most = budget.map_or(mcus.1 - 1, |budget| budget.saturating_sub(FRAME) / STATE);
        let grid = Grid::new(mcus, most, decoder.has_restarts());
        let states = decoder.states(grid.places())?;
        Ok(states.map(|states| Self { fingerprint: decoder.fingerprint(), grid, states }))
    }

    /// The file that it was built from.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Whether a new look at a file finds the same places.
    pub fn is_right(&self, bytes: &[u8]) -> bool {
        self.fingerprint == Fingerprint::of(bytes)
            && Decoder::new(bytes)
                .and_then(
                    |decoder| if self.fits(decoder.mcus()) { decoder.states(self.grid.places()) } else { Ok(None) },
                )
                .is_ok_and(|states| states.is_some_and(|states| states == self.states))
    }

    /// Places that it holds.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Whether it is one for a picture of so many MCUs.
    pub(crate) fn fits(&self, mcus: (usize, usize)) -> bool {
        self.grid.mcus == mcus
    }

    /// The last state at or before an MCU, with its own.
    pub(crate) fn before(&self, place: usize) -> Option<(usize, &State)> {
        let number = self.grid.before(place)?;
        Some((self.grid.place(number), self.states.get(number)?))
    }

    /// The index as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAME + STATE * self.states.len());
        bytes.extend(MAGIC);
        bytes.extend(self.fingerprint.length.to_le_bytes());
        bytes.extend(self.fingerprint.hash.to_le_bytes());
        for number in [self.grid.mcus.0, self.grid.mcus.1, self.grid.rows, self.grid.columns] {
            bytes.extend((number as u32).to_le_bytes());
        }
        for state in &self.states {
            bytes.extend((state.byte as u32).to_le_bytes());
            bytes.extend((state.bits as u32).to_le_bytes());
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
        let number = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize;
        let long = |at: usize| (0..8).fold(0, |value, byte| value | u64::from(head[at + byte]) << (8 * byte));
        let fingerprint = Fingerprint { length: long(4), hash: long(12) };
        let [wide, high, rows, columns] =
            [20, 24, 28, 32].map(|at| number(&[head[at], head[at + 1], head[at + 2], head[at + 3]]));
        let grid = Grid { mcus: (wide, high), rows, columns };
        let (states, left) = rest.as_chunks::<STATE>();
        let sensible = |number: usize| (1..=1 << 16).contains(&number);
        if ![wide, high, rows, columns].into_iter().all(sensible) || states.len() != grid.len() || !left.is_empty() {
            return Err(refuse("its parts contradict each other"));
        }
        let states: Vec<State> = states
            .iter()
            .map(|state| {
                let (words, predictors) = (state.as_chunks::<4>().0, state[8..].as_chunks::<2>().0);
                State {
                    byte: number(&words[0]),
                    bits: number(&words[1]),
                    predictors: std::array::from_fn(|index| i16::from_le_bytes(predictors[index])),
                }
            })
            .collect();
        if !states.iter().all(|state| (state.byte as u64) < fingerprint.length)
            || !states.is_sorted_by_key(|state| state.byte)
        {
            return Err(refuse("it names places that are not in its file"));
        }
        Ok(Self { fingerprint, grid, states })
    }
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
                for budget in [None, Some(60), Some(100), Some(0), Some(500), Some(3000), Some(usize::MAX)] {
                    let index = SeekIndex::build(&bytes, budget).unwrap().unwrap();
                    assert!(budget.is_none_or(|budget| index.to_bytes().len() <= budget.max(super::FRAME)));
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
