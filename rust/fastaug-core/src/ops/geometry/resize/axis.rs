//! Where the values along one axis of the output come from: OpenCV's coordinates, to the last bit.

/// Source pixels per output pixel. Two divisions, since OpenCV inverts the inverse and the last bit decides ties.
pub fn step(from: usize, to: usize) -> f64 {
    1.0 / (to as f64 / from as f64)
}

/// How the coordinate of an output pixel is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinates {
    /// Pixel centres stay over pixel centres.
    Centres,
    /// Left edges stay over left edges: what `Area` means where it enlarges.
    Edges,
}

impl Coordinates {
    /// The source pixel at or before output pixel `index`, and the weight of the next one. The pixel may lie one before
    /// the first.
    #[inline]
    pub fn position(self, index: usize, from: usize, to: usize) -> (isize, f32) {
        let step = step(from, to);
        match self {
            Self::Centres => {
                let at = ((index as f64 + 0.5) * step - 0.5) as f32;
                let floor = at.floor();
                (floor as isize, at - floor)
            }
            Self::Edges => {
                let floor = (index as f64 * step).floor();
                let weight = ((index + 1) as f64 - (floor + 1.0) * (to as f64 / from as f64)) as f32;
                (floor as isize, if weight <= 0.0 { 0.0 } else { weight - weight.floor() })
            }
        }
    }

    /// The same, moved onto the first or last pixel where it lies outside them.
    #[inline]
    pub fn position_inside(self, index: usize, from: usize, to: usize) -> (usize, f32) {
        match self.position(index, from, to) {
            (..0, _) => (0, 0.0),
            (pixel, _) if pixel as usize >= from - 1 => (from - 1, 0.0),
            (pixel, weight) => (pixel as usize, weight),
        }
    }
}

/// The source pixel that [`Interpolation::Nearest`](crate::param::Interpolation::Nearest) takes.
#[inline]
pub fn nearest(index: usize, from: usize, to: usize) -> usize {
    ((index as f64 * step(from, to)).floor() as usize).min(from - 1)
}

/// The source pixel whose area holds the centre of the output pixel.
#[inline]
pub fn nearest_exact(index: usize, from: usize, to: usize) -> usize {
    (((2 * index as u64 + 1) * from as u64) / (2 * to as u64)) as usize
}
