//! A factor and a summand for each channel, laid out for kernels that walk over interleaved values.

use fearless_simd::{Simd, f32x8, prelude::*};

/// Values that are whole vectors, and whole pixels of the usual channel counts.
pub const LENGTH: usize = 24;

/// A factor and a summand per channel. The last of each serves all further channels.
#[derive(Clone, Copy, Debug)]
pub struct Factors<'a> {
    scale: &'a [f32],
    offset: &'a [f32],
    channels: usize,
    repeated: Option<([f32; LENGTH], [f32; LENGTH])>,
}

impl<'a> Factors<'a> {
    /// The factors for images with this many channels.
    pub fn new(scale: &'a [f32], offset: &'a [f32], channels: usize) -> Self {
        let mut factors = Self { scale, offset, channels, repeated: None };
        if LENGTH.is_multiple_of(channels) {
            let mut repeated = ([0.0; LENGTH], [0.0; LENGTH]);
            for channel in 0..channels {
                let (scale, offset) = factors.channel(channel);
                for index in (channel..LENGTH).step_by(channels) {
                    (repeated.0[index], repeated.1[index]) = (scale, offset);
                }
            }
            factors.repeated = Some(repeated);
        }
        factors
    }

    /// How many channels a pixel has.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Factors and summands of [`LENGTH`] values, if they are whole pixels.
    #[inline(always)]
    pub fn repeated(&self) -> Option<(&[f32; LENGTH], &[f32; LENGTH])> {
        self.repeated.as_ref().map(|(scale, offset)| (scale, offset))
    }

    /// Factor and summand of one channel.
    #[inline(always)]
    pub fn channel(&self, channel: usize) -> (f32, f32) {
        let pick = |values: &[f32]| values.get(channel).or(values.last()).copied().unwrap_or(0.0);
        (pick(self.scale), pick(self.offset))
    }

    /// The factors and summands of [`LENGTH`] values, if they are whole pixels.
    #[inline(always)]
    pub fn vectors<S: Simd>(&self, simd: S) -> Option<[(f32x8<S>, f32x8<S>); LENGTH / 8]> {
        let (scale, offset) = self.repeated.as_ref()?;
        let (scale, offset) = (scale.as_chunks::<8>().0, offset.as_chunks::<8>().0);
        Some([
            (f32x8::load_array_ref(simd, &scale[0]), f32x8::load_array_ref(simd, &offset[0])),
            (f32x8::load_array_ref(simd, &scale[1]), f32x8::load_array_ref(simd, &offset[1])),
            (f32x8::load_array_ref(simd, &scale[2]), f32x8::load_array_ref(simd, &offset[2])),
        ])
    }
}
