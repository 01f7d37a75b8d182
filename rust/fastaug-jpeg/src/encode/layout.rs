//! How an image is cut into components, blocks and units. A *unit* (the standard's MCU) is the smallest rectangle of
//! pixels that fills whole blocks of every component; a *band* is one row of units.

use super::Subsampling;

/// One component's share of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// Blocks beside each other in a unit.
    pub horizontal: usize,
    /// Blocks above each other in a unit.
    pub vertical: usize,
    /// Blocks beside each other in whole units.
    pub blocks_wide: usize,
    /// Blocks above each other in whole units.
    pub blocks_high: usize,
    /// Blocks beside each other that hold pixels.
    pub used_wide: usize,
    /// Blocks above each other that hold pixels.
    pub used_high: usize,
}

impl Component {
    /// Blocks in one band.
    pub fn band_blocks(&self) -> usize {
        self.blocks_wide * self.vertical
    }
}

/// The whole image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of a unit.
    pub unit_width: usize,
    /// Rows of a unit.
    pub unit_height: usize,
    /// Units beside each other.
    pub units_wide: usize,
    /// Units above each other: bands.
    pub units_high: usize,
    /// Gray or luma, then both chroma.
    pub components: Vec<Component>,
}

impl Layout {
    /// Cuts an image; `None` stands for gray.
    pub fn new(width: usize, height: usize, subsampling: Option<Subsampling>) -> Self {
        let (horizontal, vertical) = subsampling.map_or((1, 1), Subsampling::luma_blocks);
        let (unit_width, unit_height) = (8 * horizontal, 8 * vertical);
        let (units_wide, units_high) = (width.div_ceil(unit_width), height.div_ceil(unit_height));
        let component = |across: usize, down: usize| Component {
            horizontal: across,
            vertical: down,
            blocks_wide: units_wide * across,
            blocks_high: units_high * down,
            used_wide: (width * across).div_ceil(unit_width),
            used_high: (height * down).div_ceil(unit_height),
        };
        let mut components = vec![component(horizontal, vertical)];
        if subsampling.is_some() {
            components.extend([component(1, 1); 2]);
        }
        Self { unit_width, unit_height, units_wide, units_high, components }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_beyond_the_image_fill_units() {
        let layout = Layout::new(17, 9, Some(Subsampling::S420));
        assert_eq!((layout.units_wide, layout.units_high), (2, 1));
        let [luma, blue, red] = layout.components[..] else { panic!("three components") };
        assert_eq!((luma.blocks_wide, luma.blocks_high, luma.used_wide, luma.used_high), (4, 2, 3, 2));
        assert_eq!((blue.blocks_wide, blue.blocks_high, blue.used_wide, blue.used_high), (2, 1, 2, 1));
        assert_eq!(blue, red);
        let gray = Layout::new(17, 9, None);
        assert_eq!((gray.units_wide, gray.units_high, gray.components.len()), (3, 2, 1));
    }
}
