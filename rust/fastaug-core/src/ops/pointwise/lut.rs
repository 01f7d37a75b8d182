//! Replaces each value by looking it up in a table of 256 entries.

use super::{Place, PointwiseOp, Rows};
use crate::ops::{
    Context, Role,
    arithmetic::planes::{self, BLOCK},
};
use fearless_simd::{Level, Simd, dispatch};
use fearless_simd_macros::simd;
use std::fmt;

/// One table of 256 entries for all channels, or one for each; channels beyond the last table take the last. A
/// floating-point image is looked up at the nearest of the 256 levels between 0 and 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Lut {
    label: &'static str,
    tables: Vec<[u8; 256]>,
    formula: Option<Formula>,
}

impl Lut {
    /// Looks up in one table, or in one per channel; the label says what the tables do.
    pub fn new(label: &'static str, tables: Vec<[u8; 256]>) -> Self {
        let formula = Formula::of(&tables);
        Self { label, tables, formula }
    }

    /// What the tables do.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// The table of a channel.
    pub fn table(&self, channel: usize) -> &[u8; 256] {
        &self.tables[channel.min(self.tables.len() - 1)]
    }

    /// How many channels have a table of their own.
    pub fn channels(&self) -> usize {
        self.tables.len()
    }
}

impl fmt::Display for Lut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "look-up ({})", self.label)
    }
}

impl PointwiseOp for Lut {
    fn any_channels(&self) -> bool {
        self.tables.len() == 1
    }

    fn depends_on_position(&self) -> bool {
        false
    }

    fn run(&self, rows: Rows<'_>, place: Place, _role: Role, context: &mut Context<'_>) {
        let channels = place.shape.channels;
        let used = &self.tables[..self.tables.len().min(channels)];
        match rows {
            Rows::U8(values) => match &self.formula {
                Some(formula) if PERIOD.is_multiple_of(channels) => formula.run(values, channels, context.level),
                _ => look_up(values, channels, used, context.level),
            },
            Rows::F32(values) => {
                let last = used.len() - 1;
                let tables: Vec<[f32; 256]> =
                    used.iter().map(|table| table.map(|value| f32::from(value) / 255.0)).collect();
                for pixel in values.chunks_exact_mut(channels) {
                    for (channel, value) in pixel.iter_mut().enumerate() {
                        let level = (*value * 255.0).round_ties_even() as u8;
                        *value = tables[channel.min(last)][level as usize];
                    }
                }
            }
            _ => unreachable!("a look-up table was sampled for an image that is neither uint8 nor float32"),
        }
    }

    fn runs_from_elsewhere(&self) -> bool {
        true
    }

    fn run_from(&self, source: &[u8], target: &mut [u8], place: Place, context: &mut Context<'_>) {
        let channels = place.shape.channels;
        let used = &self.tables[..self.tables.len().min(channels)];
        match &self.formula {
            Some(formula) if PERIOD.is_multiple_of(channels) => {
                formula.run_from(source, target, channels, context.level);
            }
            _ => look_up_from(source, target, channels, used, context.level),
        }
    }
}

/// Chooses the fastest way to the same bytes.
fn look_up(values: &mut [u8], channels: usize, tables: &[[u8; 256]], level: Level) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let Some(avx2) = level.as_avx2() {
        match (tables, channels) {
            ([table], _) => return nibbles::single(avx2, values, table),
            ([red, green, blue], 3) => return nibbles::rgb(avx2, values, [red, green, blue]),
            ([red, green], 3) => return nibbles::rgb(avx2, values, [red, green, green]),
            _ => {}
        }
    }
    look_up_each(values, channels, tables);
}

/// The same for values that are read elsewhere.
fn look_up_from(source: &[u8], target: &mut [u8], channels: usize, tables: &[[u8; 256]], level: Level) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if let (Some(avx2), [table]) = (level.as_avx2(), tables) {
        return nibbles::single_from(avx2, source, target, table);
    }
    // In parts that stay in the cache between reading and looking up.
    let part = TOGETHER * channels;
    for (source, target) in source.chunks(part).zip(target.chunks_mut(part)) {
        target.copy_from_slice(source);
        look_up(target, channels, tables, level);
    }
}

/// Pixels that are copied before they are looked up.
const TOGETHER: usize = 4096;

/// The definition.
fn look_up_each(values: &mut [u8], channels: usize, tables: &[[u8; 256]]) {
    match tables {
        [table] => {
            for value in values {
                *value = table[*value as usize];
            }
        }
        tables => {
            let last = tables.len() - 1;
            for pixel in values.chunks_exact_mut(channels) {
                for (channel, value) in pixel.iter_mut().enumerate() {
                    *value = tables[channel.min(last)][*value as usize];
                }
            }
        }
    }
}

/// Values after which the channels of whole vectors begin anew, for the usual channel counts.
const PERIOD: usize = 96;

/// Byte arithmetic that gives what all tables give, six times as fast as looking up; two parameters for each table.
#[derive(Clone, Debug, PartialEq)]
struct Formula {
    kind: FormulaKind,
    parameters: Vec<[u8; 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum FormulaKind {
    Bits,
    Shift,
    Fold,
}

impl Formula {
    /// The formula of constants, masks and inversions, of shifts, or of solarizations, if all tables are of one kind.
    fn of(tables: &[[u8; 256]]) -> Option<Self> {
        type Parameters = fn(&[u8; 256]) -> Option<[u8; 2]>;
        let kinds: [(FormulaKind, Parameters); 3] = [
            (FormulaKind::Bits, Bits::parameters),
            (FormulaKind::Shift, Shift::parameters),
            (FormulaKind::Fold, Fold::parameters),
        ];
        kinds.into_iter().find_map(|(kind, parameters)| {
            Some(Self { kind, parameters: tables.iter().map(parameters).collect::<Option<_>>()? })
        })
    }

    /// The parameters of each value of a period.
    fn parameters(&self, channels: usize) -> [[u8; PERIOD]; 2] {
        // This is done anew for every tile: it must cost little beside a few thousand values.
        let last = self.parameters.len() - 1;
        let [mut first, mut second] = self.parameters[last].map(|parameter| [parameter; PERIOD]);
        for (channel, parameters) in self.parameters[..last.min(channels)].iter().enumerate() {
            for index in (channel..PERIOD).step_by(channels) {
                [first[index], second[index]] = *parameters;
            }
        }
        [first, second]
    }

    fn run(&self, values: &mut [u8], channels: usize, level: Level) {
        let [first, second] = self.parameters(channels);
        dispatch!(level, simd => match self.kind {
            FormulaKind::Bits => compute::<_, Bits>(simd, values, &first, &second),
            FormulaKind::Shift => compute::<_, Shift>(simd, values, &first, &second),
            FormulaKind::Fold => compute::<_, Fold>(simd, values, &first, &second),
        });
    }

    fn run_from(&self, source: &[u8], target: &mut [u8], channels: usize, level: Level) {
        if let [[first, second]] = self.parameters[..] {
            dispatch!(level, simd => match self.kind {
                FormulaKind::Bits => compute_alike_from::<_, Bits>(simd, source, target, first, second),
                FormulaKind::Shift => compute_alike_from::<_, Shift>(simd, source, target, first, second),
                FormulaKind::Fold => compute_alike_from::<_, Fold>(simd, source, target, first, second),
            });
            return;
        }
        let [first, second] = self.parameters(channels);
        dispatch!(level, simd => match self.kind {
            FormulaKind::Bits => compute_from::<_, Bits>(simd, source, target, &first, &second),
            FormulaKind::Shift => compute_from::<_, Shift>(simd, source, target, &first, &second),
            FormulaKind::Fold => compute_from::<_, Fold>(simd, source, target, &first, &second),
        });
    }
}

/// One kind of formula.
trait Kind {
    /// The value that stands for `value`.
    fn apply(value: u8, first: u8, second: u8) -> u8;

    /// The only parameters that can give the table, found from a few of its entries.
    fn guess(table: &[u8; 256]) -> [u8; 2];

    /// The parameters of a table, if it is of this kind.
    fn parameters(table: &[u8; 256]) -> Option<[u8; 2]> {
        let [first, second] = Self::guess(table);
        let equal = |value: u8| Self::apply(value, first, second) == table[value as usize];
        if ![0, 255, 128, 127, 60, 200].into_iter().all(equal) {
            return None;
        }
        // Without an early exit the comparison is vectorized.
        let difference =
            (0..=255).fold(0, |found, value: u8| found | (Self::apply(value, first, second) ^ table[value as usize]));
        (difference == 0).then_some([first, second])
    }
}

/// `(value & mask) ^ flip`: constants, posterizations, inversions.
struct Bits;

impl Kind for Bits {
    #[inline(always)]
    fn apply(value: u8, mask: u8, flip: u8) -> u8 {
        (value & mask) ^ flip
    }

    fn guess(table: &[u8; 256]) -> [u8; 2] {
        [table[255] ^ table[0], table[0]]
    }
}

/// `(value + add) − subtract`, saturated.
struct Shift;

impl Kind for Shift {
    #[inline(always)]
    fn apply(value: u8, add: u8, subtract: u8) -> u8 {
        value.saturating_add(add).saturating_sub(subtract)
    }

    fn guess(table: &[u8; 256]) -> [u8; 2] {
        [table[0], 255 - table[255]]
    }
}

/// `255 − value` from a threshold on: solarizations.
struct Fold;

impl Kind for Fold {
    #[inline(always)]
    fn apply(value: u8, threshold: u8, flip: u8) -> u8 {
        value ^ if value >= threshold { flip } else { 0 }
    }

    fn guess(table: &[u8; 256]) -> [u8; 2] {
        let threshold = (0..=255).find(|&value| table[value as usize] != value);
        [threshold.unwrap_or(255), if threshold.is_some() { 255 } else { 0 }]
    }
}

#[simd]
fn compute<S: Simd, K: Kind>(_: S, values: &mut [u8], first: &[u8; PERIOD], second: &[u8; PERIOD]) {
    let (blocks, rest) = values.as_chunks_mut::<PERIOD>();
    for block in blocks {
        for index in 0..PERIOD {
            block[index] = K::apply(block[index], first[index], second[index]);
        }
    }
    for (index, value) in rest.iter_mut().enumerate() {
        *value = K::apply(*value, first[index], second[index]);
    }
}

#[simd]
fn compute_from<S: Simd, K: Kind>(_: S, source: &[u8], target: &mut [u8], first: &[u8; PERIOD], second: &[u8; PERIOD]) {
    let (sources, source_rest) = source.as_chunks::<PERIOD>();
    let (targets, target_rest) = target.as_chunks_mut::<PERIOD>();
    for (source, target) in sources.iter().zip(targets) {
        for index in 0..PERIOD {
            target[index] = K::apply(source[index], first[index], second[index]);
        }
    }
    for (index, (source, target)) in source_rest.iter().zip(target_rest).enumerate() {
        *target = K::apply(*source, first[index], second[index]);
    }
}

/// The same parameters for all channels stay in registers.
#[simd]
fn compute_alike_from<S: Simd, K: Kind>(_: S, source: &[u8], target: &mut [u8], first: u8, second: u8) {
    for (source, target) in source.iter().zip(target) {
        *target = K::apply(*source, first, second);
    }
}

/// Sixteen shuffles of sixteen bytes instead of a load for each value: 2.5 times as fast under AVX2.
///
/// Row `k` of the table is replaced by its difference (exclusive or) from row `k − 1`. For an index below 128, sixteen is
/// taken away for each further row; a shuffle gives zero once the index is negative, so the differences add up to the row
/// that the index began in. The upper half of the table is done likewise, with the top bit flipped.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod nibbles {
    use super::{BLOCK, planes};
    use fearless_simd::{Avx2, prelude::*, u8x16, u8x32};

    type Rows = [[u8; 16]; 16];

    /// Each row's difference from the one before.
    fn differences(table: &[u8; 256]) -> Rows {
        let mut rows = [[0; 16]; 16];
        for (row, values) in table.as_chunks::<16>().0.iter().enumerate() {
            rows[row] = *values;
            if row % 8 != 0 {
                for (difference, before) in rows[row].iter_mut().zip(&table[row * 16 - 16..]) {
                    *difference ^= before;
                }
            }
        }
        rows
    }

    /// One table for all values.
    pub fn single(avx2: Avx2, values: &mut [u8], table: &[u8; 256]) {
        single_kernel(avx2, values, table, &differences(table));
    }

    fearless_simd::kernel!(
        fn single_kernel(avx2: Avx2, values: &mut [u8], table: &[u8; 256], rows: &Rows) {
            let (blocks, rest) = values.as_chunks_mut::<128>();
            for block in blocks {
                let mut vectors = load(avx2, block);
                look_up_vectors(avx2, &mut vectors, rows);
                store(vectors, block);
            }
            for value in rest {
                *value = table[*value as usize];
            }
        }
    );

    /// The same for values that are read elsewhere.
    pub fn single_from(avx2: Avx2, source: &[u8], target: &mut [u8], table: &[u8; 256]) {
        single_from_kernel(avx2, source, target, table, &differences(table));
    }

    fearless_simd::kernel!(
        fn single_from_kernel(avx2: Avx2, source: &[u8], target: &mut [u8], table: &[u8; 256], rows: &Rows) {
            let (sources, source_rest) = source.as_chunks::<128>();
            let (targets, target_rest) = target.as_chunks_mut::<128>();
            for (source, target) in sources.iter().zip(targets) {
                let mut vectors = load(avx2, source);
                look_up_vectors(avx2, &mut vectors, rows);
                store(vectors, target);
            }
            for (source, target) in source_rest.iter().zip(target_rest) {
                *target = table[*source as usize];
            }
        }
    );

    #[inline(always)]
    fn load(avx2: Avx2, block: &[u8; 128]) -> [u8x32<Avx2>; 4] {
        [
            u8x32::from_slice(avx2, &block[..32]),
            u8x32::from_slice(avx2, &block[32..64]),
            u8x32::from_slice(avx2, &block[64..96]),
            u8x32::from_slice(avx2, &block[96..]),
        ]
    }

    #[inline(always)]
    fn store(vectors: [u8x32<Avx2>; 4], block: &mut [u8; 128]) {
        vectors[0].store_slice(&mut block[..32]);
        vectors[1].store_slice(&mut block[32..64]);
        vectors[2].store_slice(&mut block[64..96]);
        vectors[3].store_slice(&mut block[96..]);
    }

    /// A table for each channel of RGB pixels.
    pub fn rgb(avx2: Avx2, values: &mut [u8], tables: [&[u8; 256]; 3]) {
        rgb_kernel(avx2, values, tables, &tables.map(differences));
    }

    fearless_simd::kernel!(
        fn rgb_kernel(avx2: Avx2, values: &mut [u8], tables: [&[u8; 256]; 3], rows: &[Rows; 3]) {
            let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
            for block in blocks {
                let [red, green, blue] = planes::split_vectors(avx2, block);
                let mut planes = [[red], [green], [blue]];
                look_up_vectors(avx2, &mut planes[0], &rows[0]);
                look_up_vectors(avx2, &mut planes[1], &rows[1]);
                look_up_vectors(avx2, &mut planes[2], &rows[2]);
                planes::join_vectors(avx2, [planes[0][0], planes[1][0], planes[2][0]], block);
            }
            for pixel in rest.as_chunks_mut::<3>().0 {
                for (value, table) in pixel.iter_mut().zip(tables) {
                    *value = table[*value as usize];
                }
            }
        }
    );

    #[inline(always)]
    fn look_up_vectors<const N: usize>(avx2: Avx2, vectors: &mut [u8x32<Avx2>; N], rows: &Rows) {
        let top = u8x32::splat(avx2, 128);
        let sixteen = u8x32::splat(avx2, 16);
        let mut found = [u8x32::splat(avx2, 0); N];
        for half in rows.as_chunks::<8>().0 {
            let mut index = *vectors;
            for row in half {
                let row = u8x16::load_array_ref(avx2, row);
                let row = row.combine(row);
                for lane in 0..N {
                    found[lane] ^= row.swizzle_dyn_within_blocks(index[lane]);
                    index[lane] = subtract(avx2, index[lane], sixteen);
                }
            }
            for vector in vectors.iter_mut() {
                *vector ^= top;
            }
        }
        *vectors = found;
    }

    fearless_simd::kernel!(
        /// Saturating subtraction of signed bytes: what is negative stays so.
        #[inline(always)]
        fn subtract(avx2: Avx2, left: u8x32<Avx2>, right: u8x32<Avx2>) -> u8x32<Avx2> {
            #[cfg(target_arch = "x86")]
            use std::arch::x86::_mm256_subs_epi8;
            #[cfg(target_arch = "x86_64")]
            use std::arch::x86_64::_mm256_subs_epi8;
            _mm256_subs_epi8(left.into(), right.into()).simd_into(avx2)
        }
    );
}

#[cfg(test)]
mod tests {
    use super::{Formula, Lut};
    use crate::ops::{Role, pointwise::twins};

    fn squares() -> [u8; 256] {
        std::array::from_fn(|value| (value * value / 255) as u8)
    }

    fn scramble() -> [u8; 256] {
        std::array::from_fn(|value| (value * 167 + 13) as u8)
    }

    fn check(tables: Vec<[u8; 256]>) {
        let lut = Lut::new("test", tables.clone());
        twins::check::<u8>(&lut, [1, 2, 3, 4, 5, 9], Role::Image, |_, _, _, pixel| {
            for (channel, value) in pixel.iter_mut().enumerate() {
                *value = tables[channel.min(tables.len() - 1)][*value as usize];
            }
        });
        twins::check::<f32>(&lut, [1, 3], Role::Image, |_, _, _, pixel| {
            for (channel, value) in pixel.iter_mut().enumerate() {
                let level = (*value * 255.0).round_ties_even().clamp(0.0, 255.0) as usize;
                *value = f32::from(tables[channel.min(tables.len() - 1)][level]) / 255.0;
            }
        });
    }

    #[test]
    fn any_table() {
        check(vec![scramble()]);
        check(vec![squares()]);
    }

    #[test]
    fn a_table_per_channel() {
        check(vec![scramble(), squares(), std::array::from_fn(|value| 255 - value as u8)]);
        check(vec![scramble(), squares()]);
    }

    #[test]
    fn tables_that_are_computed() {
        let shifts = [-300, -100, -1, 0, 1, 20, 127, 300];
        let shifted = shifts.map(|shift| std::array::from_fn(|value| (value as i32 + shift).clamp(0, 255) as u8));
        let masked = [0x80, 0xE0, 0xF0, 0xFE, 0x01].map(|mask| std::array::from_fn(|value| value as u8 & mask));
        let inverted = std::array::from_fn(|value| 255 - value as u8);
        let constant = [[0; 256], [7; 256], [255; 256]];
        let solarized = [1, 64, 128, 200, 255].map(|threshold| {
            std::array::from_fn(|value| if value >= threshold { 255 - value as u8 } else { value as u8 })
        });
        let tables: Vec<[u8; 256]> =
            shifted.into_iter().chain(masked).chain([inverted]).chain(constant).chain(solarized).collect();
        for table in &tables {
            assert!(Formula::of(&[*table]).is_some(), "no formula for {table:?}");
            check(vec![*table]);
        }
        for three in tables.windows(3) {
            check(three.to_vec());
        }
        assert_eq!(Formula::of(&[squares()]), None);
        assert_eq!(Formula::of(&[inverted, squares()]), None);
    }
}
