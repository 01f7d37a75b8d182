//! Segments of objects as COCO annotates them, polygons and run lengths, painted into masks.
//!
//! COCO's masks are defined column by column: a mask is a list of runs, of zeros and ones in turn, down the first column, then
//! down the second. A polygon is walked on a grid five times as fine as the pixels, and changes inside to outside wherever it
//! passes the middle of a column. Datasets are annotated, and results are scored, with exactly these pixels, so every rounding
//! here is the one that COCO's own tools make.

use crate::{Error, Result};

/// Steps of the grid that polygons are walked on, to a pixel.
const FINE: i64 = 5;

/// Where the middle of a column is passed: between this step of the grid and the next.
const MIDDLE: i64 = FINE / 2;

/// No image is this large, and steps of polygons up to here are exact in `f64`.
const FARTHEST: f64 = 1e8;

/// A mask that segments are painted into: whatever they cover becomes one, the rest stays.
#[derive(Debug)]
pub struct Mask<'a> {
    pixels: &'a mut [u8],
    height: usize,
    width: usize,
}

impl<'a> Mask<'a> {
    /// A mask of rows of `width` pixels.
    pub fn new(pixels: &'a mut [u8], width: usize) -> Self {
        let height = pixels.len().checked_div(width).unwrap_or(0);
        Self { pixels, height, width }
    }

    /// Paints what a polygon encloses: corners x, y, x, y.
    pub fn paint_polygon(&mut self, corners: &[f64]) -> Result<()> {
        if corners.len() < 6 || !corners.len().is_multiple_of(2) {
            return Err(Error::Target(format!(
                "a polygon must have three corners or more, of two numbers each; got {} numbers",
                corners.len()
            )));
        }
        let steps = corners.iter().map(|&value| on_grid(value)).collect::<Result<Vec<_>>>()?;
        if self.pixels.is_empty() {
            return Ok(());
        }
        let corner = |number: usize| Point { x: steps[2 * number], y: steps[2 * number + 1] };
        let count = steps.len() / 2;
        let mut changes = Vec::new();
        for number in 0..count {
            self.cross(corner(number), corner((number + 1) % count), &mut changes);
        }
        changes.sort_unstable();
        for pair in changes.chunks(2) {
            let end = pair.get(1).copied().unwrap_or(self.pixels.len());
            self.paint_run(pair[0], end);
        }
        Ok(())
    }

    /// Paints every second run: zeros, ones, zeros, down the columns.
    pub fn paint_runs(&mut self, runs: &[u32]) -> Result<()> {
        let total: u64 = runs.iter().map(|&run| u64::from(run)).sum();
        if total != self.pixels.len() as u64 {
            return Err(Error::Target(format!(
                "the runs of a mask of {}×{} must have {} pixels together, got {total}",
                self.height,
                self.width,
                self.pixels.len()
            )));
        }
        let mut start = 0;
        for (number, &run) in runs.iter().enumerate() {
            let end = start + run as usize;
            if number % 2 == 1 {
                self.paint_run(start, end);
            }
            start = end;
        }
        Ok(())
    }

    /// Notes where a side of a polygon passes the middles of columns, as numbers of pixels down the columns.
    fn cross(&self, from: Point, to: Point, changes: &mut Vec<usize>) {
        let (across, down) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let is_flat = across >= down;
        let is_backward = if is_flat { from.x > to.x } else { from.y > to.y };
        let (from, to) = if is_backward { (to, from) } else { (from, to) };
        let first = div_ceil(from.x.min(to.x) - MIDDLE, FINE).max(0);
        let last = (from.x.max(to.x) - MIDDLE - 1).div_euclid(FINE).min(self.width as i64 - 1);
        for column in first..=last {
            let before = FINE * column + MIDDLE;
            let y = if is_flat {
                let slope = (to.y - from.y) as f64 / across as f64;
                let step = before - from.x;
                walked(from.y, slope, step).min(walked(from.y, slope, step + 1))
            } else {
                let slope = (to.x - from.x) as f64 / down as f64;
                from.y + first_beyond(from.x, slope, before, down) - 1
            };
            let row = div_ceil(y - MIDDLE, FINE).clamp(0, self.height as i64);
            changes.push(column as usize * self.height + row as usize);
        }
    }

    fn paint_run(&mut self, start: usize, end: usize) {
        let mut place = start;
        while place < end {
            let (column, row) = (place / self.height, place % self.height);
            let rows = (self.height - row).min(end - place);
            for pixel in self.pixels[row * self.width + column..].iter_mut().step_by(self.width).take(rows) {
                *pixel = 1;
            }
            place += rows;
        }
    }
}

#[derive(Clone, Copy)]
struct Point {
    x: i64,
    y: i64,
}

fn on_grid(value: f64) -> Result<i64> {
    if value.abs() <= FARTHEST {
        Ok((FINE as f64 * value + 0.5) as i64)
    } else {
        Err(Error::Target(format!("a polygon's coordinates must be within ±{FARTHEST}, got {value}")))
    }
}

fn div_ceil(value: i64, divisor: i64) -> i64 {
    -(-value).div_euclid(divisor)
}

/// Where a side is after some steps along its longer direction.
fn walked(start: i64, slope: f64, step: i64) -> i64 {
    (start as f64 + slope * step as f64 + 0.5) as i64
}

/// The first step of a steep side that is on the other side of a column's middle.
fn first_beyond(start: i64, slope: f64, before: i64, steps: i64) -> i64 {
    let is_beyond = |step| (walked(start, slope, step) > before) == (slope > 0.0);
    let near = (before as f64 + 0.5 - start as f64) / slope;
    let mut step = (near.ceil() as i64).clamp(0, steps);
    while step > 0 && is_beyond(step - 1) {
        step -= 1;
    }
    while step < steps && !is_beyond(step) {
        step += 1;
    }
    step
}

/// The runs that COCO wrote as text: each character holds five bits and whether more follow; from the fourth run on, numbers
/// are differences to the run before the last.
pub fn runs_of_text(text: &[u8]) -> Result<Vec<u32>> {
    let wrong = |reason: &str| Error::Target(format!("run lengths as text: {reason}"));
    let mut runs: Vec<u32> = Vec::new();
    let mut left = text.iter();
    while !left.as_slice().is_empty() {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let &character = left.next().ok_or_else(|| wrong("they end within a number"))?;
            let bits = match character {
                48..=111 => i64::from(character - 48),
                _ => return Err(wrong(&format!("there is a byte of {character}, they are between 48 and 111"))),
            };
            if shift > 35 {
                return Err(wrong("a number has too many digits"));
            }
            value |= (bits & 31) << shift;
            shift += 5;
            if bits & 32 == 0 {
                if bits & 16 != 0 {
                    value |= -1 << shift;
                }
                break;
            }
        }
        if runs.len() > 2 {
            value += i64::from(runs[runs.len() - 2]);
        }
        runs.push(u32::try_from(value).map_err(|_| wrong(&format!("a run has a length of {value}")))?);
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(height: usize, width: usize, corners: &[f64]) -> Vec<u8> {
        let mut pixels = vec![0; height * width];
        Mask::new(&mut pixels, width).paint_polygon(corners).unwrap();
        pixels
    }

    #[test]
    fn a_rectangle_covers_its_pixels() {
        let painted = polygon(4, 5, &[1.0, 1.0, 4.0, 1.0, 4.0, 3.0, 1.0, 3.0]);
        assert_eq!(painted, [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_reaches_out_is_cut_off() {
        assert_eq!(polygon(3, 3, &[-9.0, -9.0, 20.0, -9.0, 20.0, 20.0, -9.0, 20.0]), [1; 9]);
        assert_eq!(polygon(3, 3, &[9.0, 9.0, 20.0, 9.0, 20.0, 20.0]), [0; 9]);
        assert_eq!(polygon(0, 0, &[9.0, 9.0, 20.0, 9.0, 20.0, 20.0]), [0; 0]);
    }

    /// The slow twin: every step along the sides, one after another.
    fn step_by_step(height: usize, width: usize, corners: &[f64]) -> Vec<u8> {
        let steps: Vec<i64> = corners.iter().map(|&value| on_grid(value).unwrap()).collect();
        let count = steps.len() / 2;
        let mut walk = Vec::new();
        for number in 0..count {
            let [x0, y0] = [steps[2 * number], steps[2 * number + 1]];
            let next = (number + 1) % count;
            let [x1, y1] = [steps[2 * next], steps[2 * next + 1]];
            let (across, down) = ((x1 - x0).abs(), (y1 - y0).abs());
            let longest = across.max(down);
            let is_backward = if across >= down { x0 > x1 } else { y0 > y1 };
            let [left, top, right, bottom] = if is_backward { [x1, y1, x0, y0] } else { [x0, y0, x1, y1] };
            for step in 0..=longest {
                let step = if is_backward { longest - step } else { step };
                walk.push(if across >= down {
                    let slope = if across == 0 { 0.0 } else { (bottom - top) as f64 / across as f64 };
                    (left + step, walked(top, slope, step))
                } else {
                    (walked(left, (right - left) as f64 / down as f64, step), top + step)
                });
            }
        }
        let mut flips = vec![0_u8; height * width + 1];
        for pair in walk.windows(2) {
            let before = pair[0].0.min(pair[1].0);
            let column = (before - MIDDLE).div_euclid(FINE);
            let is_middle = (before - MIDDLE).rem_euclid(FINE) == 0;
            if pair[0].0 != pair[1].0 && is_middle && (0..width as i64).contains(&column) {
                let row = div_ceil(pair[0].1.min(pair[1].1) - MIDDLE, FINE).clamp(0, height as i64);
                flips[column as usize * height + row as usize] ^= 1;
            }
        }
        let mut pixels = vec![0; height * width];
        let mut inside = 0;
        for place in 0..height * width {
            inside ^= flips[place];
            pixels[place % height * width + place / height] = inside;
        }
        pixels
    }

    #[test]
    fn it_is_the_walk_step_by_step() {
        let mut state = 1_u64;
        let mut draw = |least: f64, most: f64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let share = (state >> 33) as f64 / (1_u64 << 31) as f64;
            ((least + (most - least) * share) * 4.0).round() / 4.0
        };
        for round in 0..2000 {
            let (height, width) = (1 + round % 23, 1 + round % 31);
            let count = 3 + round % 9;
            let corners: Vec<f64> = (0..2 * count).map(|_| draw(-12.0, 40.0)).collect();
            assert_eq!(polygon(height, width, &corners), step_by_step(height, width, &corners), "{corners:?}");
        }
    }

    #[test]
    fn corners_that_cannot_be_are_refused() {
        let mut pixels = vec![0; 6];
        let mut mask = Mask::new(&mut pixels, 3);
        for corners in [&[1.0, 2.0, 3.0, 4.0][..], &[0.0; 7], &[0.0, 0.0, f64::NAN, 1.0, 2.0, 2.0], &[1e9; 6]] {
            assert!(mask.paint_polygon(corners).is_err());
        }
    }

    #[test]
    fn runs_go_down_the_columns() {
        let mut pixels = vec![0; 6];
        Mask::new(&mut pixels, 3).paint_runs(&[1, 2, 3]).unwrap();
        assert_eq!(pixels, [0, 1, 0, 1, 0, 0]);
        assert!(Mask::new(&mut pixels, 3).paint_runs(&[1, 2]).is_err());
        assert!(Mask::new(&mut pixels, 3).paint_runs(&[1, 2, u32::MAX]).is_err());
    }

    #[test]
    fn text_holds_runs() {
        assert_eq!(runs_of_text(b"123").unwrap(), [1, 2, 3]);
        assert_eq!(runs_of_text(b"1231").unwrap(), [1, 2, 3, 3]);
        assert_eq!(runs_of_text(b"123O").unwrap(), [1, 2, 3, 1]);
        assert_eq!(runs_of_text(b"R4").unwrap(), [130]);
        assert_eq!(runs_of_text(b"").unwrap(), [0_u32; 0]);
        for wrong in [&b"12 "[..], b"P", b"PPPPPPPPPP1", b"12\xff", b"1O", b"123A"] {
            assert!(runs_of_text(wrong).is_err(), "{wrong:?}");
        }
    }
}
