//! Vectors that the inverse transform and the conversion of colours are written in: one block of eight columns, or two
//! blocks side by side where vectors are twice as wide. Whatever mixes lanes stays within a block.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{Avx2, i16x16, i32x8};
use fearless_simd::{Simd, i16x8, i32x4, prelude::*, u8x16};
use std::ops::{Add, Shr, Sub};

/// Eight 16-bit numbers for each block.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Shr<u32, Output = Self> {
    /// Four 32-bit numbers for each block.
    type Wide: Copy + Add<Output = Self::Wide> + Sub<Output = Self::Wide>;

    /// The same number everywhere.
    fn same(self, value: i16) -> Self;
    /// The upper 16 bits of products.
    fn times_high(self, factor: i16) -> Self;
    /// The lower halves, one number of each in turn.
    fn zip_lower(self, other: Self) -> Self;
    fn zip_upper(self, other: Self) -> Self;
    /// Sums of the products of neighbours.
    fn dot(self, factors: [i16; 2]) -> Self::Wide;
    /// Shifted to the right, saturated and joined.
    fn narrow<const SHIFT: u32>(low: Self::Wide, high: Self::Wide) -> Self;
    /// Zips of pairs and of fours of numbers.
    fn zip_pairs(self, other: Self) -> [Self; 2];
    fn zip_fours(self, other: Self) -> [Self; 2];
    /// Whether two bits to the left and back again leaves all numbers as they are.
    fn fits_14_bits(self) -> bool;
}

impl<S: Simd> Lanes for i16x8<S> {
    type Wide = i32x4<S>;

    #[inline(always)]
    fn same(self, value: i16) -> Self {
        Self::splat(self.simd, value)
    }

    #[inline(always)]
    fn times_high(self, factor: i16) -> Self {
        let (low, high) = self.widening_mul(Self::splat(self.simd, factor));
        (low >> 16).saturating_narrow(high >> 16)
    }

    #[inline(always)]
    fn zip_lower(self, other: Self) -> Self {
        self.zip_low(other)
    }

    #[inline(always)]
    fn zip_upper(self, other: Self) -> Self {
        self.zip_high(other)
    }

    #[inline(always)]
    fn dot(self, [a, b]: [i16; 2]) -> Self::Wide {
        self.pairwise_dot_product(i16x8::simd_from(self.simd, [a, b, a, b, a, b, a, b]))
    }

    #[inline(always)]
    fn narrow<const SHIFT: u32>(low: Self::Wide, high: Self::Wide) -> Self {
        (low >> SHIFT).saturating_narrow(high >> SHIFT)
    }

    #[inline(always)]
    fn zip_pairs(self, other: Self) -> [Self; 2] {
        let (a, b): (i32x4<S>, i32x4<S>) = (self.bitcast(), other.bitcast());
        [a.zip_low(b).bitcast(), a.zip_high(b).bitcast()]
    }

    #[inline(always)]
    fn zip_fours(self, other: Self) -> [Self; 2] {
        let (a, b): (fearless_simd::i64x2<S>, fearless_simd::i64x2<S>) = (self.bitcast(), other.bitcast());
        [a.zip_low(b).bitcast(), a.zip_high(b).bitcast()]
    }

    #[inline(always)]
    fn fits_14_bits(self) -> bool {
        ((self << 2) >> 2).simd_eq(self).all_true()
    }
}

/// The samples of a block from its columns.
#[inline(always)]
pub fn rows_of<S: Simd>(simd: S, columns: [i16x8<S>; 8]) -> [u8x16<S>; 4] {
    let middle = u8x16::splat(simd, 128);
    let [c0, c1, c2, c3, c4, c5, c6, c7] = columns;
    let x0 = c0.saturating_narrow(c2).bitcast::<u8x16<S>>() + middle;
    let y0 = c1.saturating_narrow(c3).bitcast::<u8x16<S>>() + middle;
    let x1 = c4.saturating_narrow(c6).bitcast::<u8x16<S>>() + middle;
    let y1 = c5.saturating_narrow(c7).bitcast::<u8x16<S>>() + middle;
    let (a, b): (i16x8<S>, i16x8<S>) = (x0.zip_low(y0).bitcast(), x0.zip_high(y0).bitcast());
    let (c, d): (i16x8<S>, i16x8<S>) = (x1.zip_low(y1).bitcast(), x1.zip_high(y1).bitcast());
    let (low0, high0) = (a.zip_low(b), a.zip_high(b));
    let (low1, high1) = (c.zip_low(d), c.zip_high(d));
    let [r01, r23] = Lanes::zip_pairs(low0, low1);
    let [r45, r67] = Lanes::zip_pairs(high0, high1);
    [r01.bitcast(), r23.bitcast(), r45.bitcast(), r67.bitcast()]
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod avx2 {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::*;
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::*;

    macro_rules! intrinsics {
        ($($name:ident = $intrinsic:ident;)*) => {$(
            fearless_simd::kernel!(
                #[inline(always)]
                pub fn $name(avx2: Avx2, a: __m256i, b: __m256i) -> __m256i {
                    $intrinsic(a, b)
                }
            );
        )*};
    }

    intrinsics! {
        zip_low_16 = _mm256_unpacklo_epi16;
        zip_high_16 = _mm256_unpackhi_epi16;
        zip_low_32 = _mm256_unpacklo_epi32;
        zip_high_32 = _mm256_unpackhi_epi32;
        zip_low_64 = _mm256_unpacklo_epi64;
        zip_high_64 = _mm256_unpackhi_epi64;
        zip_low_8 = _mm256_unpacklo_epi8;
        zip_high_8 = _mm256_unpackhi_epi8;
        narrow_32 = _mm256_packs_epi32;
        narrow_16 = _mm256_packs_epi16;
        dot = _mm256_madd_epi16;
        mul_high = _mm256_mulhi_epi16;
    }

    fearless_simd::kernel!(
        /// The fours of bytes of two blocks, row by row instead of block by block.
        #[inline(always)]
        pub fn rows_together(avx2: Avx2, a: __m256i) -> __m256i {
            _mm256_permute4x64_epi64::<0xD8>(a)
        }
    );
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Lanes for i16x16<Avx2> {
    type Wide = i32x8<Avx2>;

    #[inline(always)]
    fn same(self, value: i16) -> Self {
        Self::splat(self.simd, value)
    }

    #[inline(always)]
    fn times_high(self, factor: i16) -> Self {
        let factor = Self::splat(self.simd, factor);
        avx2::mul_high(self.simd, self.into(), factor.into()).simd_into(self.simd)
    }

    #[inline(always)]
    fn zip_lower(self, other: Self) -> Self {
        avx2::zip_low_16(self.simd, self.into(), other.into()).simd_into(self.simd)
    }

    #[inline(always)]
    fn zip_upper(self, other: Self) -> Self {
        avx2::zip_high_16(self.simd, self.into(), other.into()).simd_into(self.simd)
    }

    #[inline(always)]
    fn dot(self, [a, b]: [i16; 2]) -> Self::Wide {
        let factors = i32x8::splat(self.simd, (i32::from(b) << 16) | i32::from(a as u16));
        avx2::dot(self.simd, self.into(), factors.into()).simd_into(self.simd)
    }

    #[inline(always)]
    fn narrow<const SHIFT: u32>(low: Self::Wide, high: Self::Wide) -> Self {
        let simd = low.simd;
        avx2::narrow_32(simd, (low >> SHIFT).into(), (high >> SHIFT).into()).simd_into(simd)
    }

    #[inline(always)]
    fn zip_pairs(self, other: Self) -> [Self; 2] {
        [
            avx2::zip_low_32(self.simd, self.into(), other.into()).simd_into(self.simd),
            avx2::zip_high_32(self.simd, self.into(), other.into()).simd_into(self.simd),
        ]
    }

    #[inline(always)]
    fn zip_fours(self, other: Self) -> [Self; 2] {
        [
            avx2::zip_low_64(self.simd, self.into(), other.into()).simd_into(self.simd),
            avx2::zip_high_64(self.simd, self.into(), other.into()).simd_into(self.simd),
        ]
    }

    #[inline(always)]
    fn fits_14_bits(self) -> bool {
        ((self << 2) >> 2).simd_eq(self).all_true()
    }
}

/// Saturated bytes of 32 numbers.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub fn bytes_of(simd: Avx2, low: i16x16<Avx2>, high: i16x16<Avx2>) -> fearless_simd::u8x32<Avx2> {
    avx2::rows_together(simd, avx2::narrow_16(simd, low.into(), high.into())).simd_into(simd)
}

/// The samples of two blocks from their columns: each result holds two rows, both blocks' samples side by side.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub fn rows_of_pair(simd: Avx2, columns: [i16x16<Avx2>; 8]) -> [fearless_simd::u8x32<Avx2>; 4] {
    use fearless_simd::u8x32;
    let middle = u8x32::splat(simd, 128);
    let [c0, c1, c2, c3, c4, c5, c6, c7] = columns;
    let x0 = avx2::narrow_16(simd, c0.into(), c2.into());
    let y0 = avx2::narrow_16(simd, c1.into(), c3.into());
    let x1 = avx2::narrow_16(simd, c4.into(), c6.into());
    let y1 = avx2::narrow_16(simd, c5.into(), c7.into());
    let (a, b) = (avx2::zip_low_8(simd, x0, y0), avx2::zip_high_8(simd, x0, y0));
    let (c, d) = (avx2::zip_low_8(simd, x1, y1), avx2::zip_high_8(simd, x1, y1));
    let (low0, high0) = (avx2::zip_low_16(simd, a, b), avx2::zip_high_16(simd, a, b));
    let (low1, high1) = (avx2::zip_low_16(simd, c, d), avx2::zip_high_16(simd, c, d));
    let rows = [
        avx2::zip_low_32(simd, low0, low1),
        avx2::zip_high_32(simd, low0, low1),
        avx2::zip_low_32(simd, high0, high1),
        avx2::zip_high_32(simd, high0, high1),
    ];
    let mut samples = [middle; 4];
    for index in 0..4 {
        let rows: u8x32<Avx2> = avx2::rows_together(simd, rows[index]).simd_into(simd);
        samples[index] += rows;
    }
    samples
}

/// Whether the level shuffles bytes in one instruction, and gives zero for an index of 128.
#[inline(always)]
pub fn shuffles<S: Simd>(simd: S) -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        simd.level().as_sse4_2().is_some()
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    {
        !simd.level().is_fallback()
    }
}
