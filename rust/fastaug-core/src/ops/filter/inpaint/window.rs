//! The part of an image around some holes: its pixels, what is known of them, and when the front reaches them.

use super::{InpaintMethod, Picture, front::Front, navier_stokes, telea};
use crate::image::{Rect, Scratch, Shape, View, ViewMut};
use std::ops::Range;

/// How far from a hole pixels are looked at: those within the radius, and for differences their neighbours.
pub(super) const MARGIN: usize = RADIUS + 1;

/// How far from a pixel others count.
const RADIUS: usize = 3;

/// How many these are.
pub(super) const MOST_NEAR: usize = 28;

/// All pixels within the radius but the centre, row by row: how far below and to the right of it.
const DISC: [(i32, i32); MOST_NEAR] = disc();

const fn disc() -> [(i32, i32); MOST_NEAR] {
    let radius = RADIUS as i32;
    let mut disc = [(0, 0); MOST_NEAR];
    let mut count = 0;
    let mut down = -radius;
    while down <= radius {
        let mut right = -radius;
        while right <= radius {
            let square = down * down + right * right;
            if square > 0 && square <= radius * radius {
                disc[count] = (down, right);
                count += 1;
            }
            right += 1;
        }
        down += 1;
    }
    disc
}

/// The time of what the front does not reach.
const NEVER: f32 = 1e6;

/// What is known of a pixel.
mod state {
    /// Has its value.
    pub const KNOWN: u8 = 0;
    /// In a hole, not reached yet.
    pub const HOLE: u8 = 1;
    /// Around a hole: has its value, but no time yet.
    pub const RING: u8 = 2;
    /// Next to a hole: the front starts here.
    pub const EDGE: u8 = 3;
    /// Not in the image.
    pub const BEYOND: u8 = 4;
}

/// Pixels around holes, with a margin that may reach beyond the image.
pub(super) struct Window {
    image: Shape,
    /// Where the window begins, counted from a margin above and left of the image.
    top: usize,
    left: usize,
    height: usize,
    width: usize,
    /// Values of all channels; beyond the image those of its border.
    pixels: Vec<u8>,
    states: Vec<u8>,
    /// When the front reaches a pixel; negative outside holes.
    times: Vec<f32>,
    front: Front,
}

/// A known pixel that counts for one to be filled.
#[derive(Clone, Copy)]
pub(super) struct Near {
    /// Where it is.
    pub at: usize,
    /// How far below the pixel to be filled.
    pub down: i32,
    /// How far to the right of it.
    pub right: i32,
    /// The square of the distance.
    pub square: usize,
    /// Which of its neighbours are known.
    pub known: Sides<bool>,
    /// Where it and its neighbours are read for differences. The outermost rows and columns of an image are seen from
    /// inside as if they were one pixel further in.
    pub seen: Seen,
}

/// Something of each of the four neighbours.
#[derive(Clone, Copy)]
pub(super) struct Sides<T> {
    pub above: T,
    pub below: T,
    pub left: T,
    pub right: T,
}

/// Places to take differences of.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// The pixel itself, unless it is in the first row or column.
    pub centre: usize,
    /// The pixel itself, unless it is in the last row or the first column.
    pub centre_by_last_row: usize,
    /// The pixel itself, unless it is in the first row or the last column.
    pub centre_by_last_column: usize,
    /// Its neighbours.
    pub beside: Sides<usize>,
}

impl Window {
    /// The surroundings of holes, which lie inside the image.
    pub fn take<T: Picture>(holes: &[Rect], source: View<'_, T>, method: InpaintMethod, scratch: &mut Scratch) -> Self {
        let image = source.shape();
        let top = holes.iter().map(|hole| hole.y).min().unwrap_or(0);
        let left = holes.iter().map(|hole| hole.x).min().unwrap_or(0);
        let height = holes.iter().map(|hole| hole.y + hole.height).max().unwrap_or(0) - top + 2 * MARGIN;
        let width = holes.iter().map(|hole| hole.x + hole.width).max().unwrap_or(0) - left + 2 * MARGIN;
        let area = height * width;
        // The edges of all holes, as long as they are outside.
        let edges = holes.iter().map(|hole| 2 * (hole.height + hole.width + 4 * MARGIN)).sum();
        let mut window = Self {
            image,
            top,
            left,
            height,
            width,
            pixels: scratch.take(area * image.channels),
            states: scratch.take(area),
            times: scratch.take(area),
            front: Front::take(area, edges, scratch),
        };
        window.times[..area].fill(NEVER);
        window.read(source);
        window.mark(holes, method);
        window
    }

    /// Gives the memory back.
    pub fn give(self, scratch: &mut Scratch) {
        scratch.give(self.pixels);
        scratch.give(self.states);
        scratch.give(self.times);
        self.front.give(scratch);
    }

    /// The pixel of the window at a place of the image.
    fn place(&self, y: usize, x: usize) -> usize {
        (y + MARGIN - self.top) * self.width + x + MARGIN - self.left
    }

    /// The rows or columns of the image that lie in the window, which begins at `start` and has this length.
    fn seen(start: usize, length: usize, image: usize) -> Range<usize> {
        start.saturating_sub(MARGIN)..(start + length - MARGIN).min(image)
    }

    fn read<T: Picture>(&mut self, source: View<'_, T>) {
        let Shape { height, width, channels } = self.image;
        let columns = Self::seen(self.left, self.width, width);
        for (index, row) in self.pixels.chunks_exact_mut(self.width * channels).take(self.height).enumerate() {
            let y = (self.top + index).saturating_sub(MARGIN).min(height - 1);
            let from = &source.row(y)[columns.start * channels..columns.end * channels];
            let before = (columns.start + MARGIN - self.left) * channels;
            let after = before + from.len();
            for (value, from) in row[before..after].iter_mut().zip(from) {
                *value = from.to_byte();
            }
            for at in (0..before).rev() {
                row[at] = row[at + channels];
            }
            for at in after..row.len() {
                row[at] = row[at - channels];
            }
        }
    }

    /// Marks what is known, and starts the front.
    fn mark(&mut self, holes: &[Rect], method: InpaintMethod) {
        let area = self.height * self.width;
        self.states[..area].fill(state::BEYOND);
        let rows = Self::seen(self.top, self.height, self.image.height);
        let columns = Self::seen(self.left, self.width, self.image.width);
        self.paint(rows, columns, state::KNOWN);
        if method == InpaintMethod::Telea {
            holes.iter().for_each(|hole| self.paint_around(hole, RADIUS, RADIUS, state::RING));
        }
        for hole in holes {
            self.paint_around(hole, 1, 0, state::EDGE);
            self.paint_around(hole, 0, 1, state::EDGE);
        }
        holes.iter().for_each(|hole| self.paint_around(hole, 0, 0, state::HOLE));
        self.start();
        if method == InpaintMethod::Telea {
            self.march_outwards();
            self.front.clear();
            self.start();
        }
    }

    /// Marks a rectangle grown by so many rows and columns, as far as it lies in the image.
    fn paint_around(&mut self, hole: &Rect, rows: usize, columns: usize, state: u8) {
        let bottom = (hole.y + hole.height + rows).min(self.image.height);
        let right = (hole.x + hole.width + columns).min(self.image.width);
        self.paint(hole.y.saturating_sub(rows)..bottom, hole.x.saturating_sub(columns)..right, state);
    }

    fn paint(&mut self, rows: Range<usize>, columns: Range<usize>, state: u8) {
        for y in rows {
            let start = self.place(y, columns.start);
            self.states[start..start + columns.len()].fill(state);
        }
    }

    /// Puts the edges of holes on the front, row by row.
    fn start(&mut self) {
        for at in 0..self.height * self.width {
            if self.states[at] == state::EDGE {
                self.times[at] = 0.0;
                self.front.push(0.0, at);
            }
        }
    }

    /// The four neighbours, in the order in which the front reaches them.
    fn neighbours(&self, at: usize) -> [usize; 4] {
        [at - self.width, at - 1, at + self.width, at + 1]
    }

    /// Finds the times around the holes; they are negative there.
    fn march_outwards(&mut self) {
        while let Some(at) = self.front.pop() {
            for next in self.neighbours(at) {
                if self.states[next] == state::RING {
                    let time = self.arrival(next, state::RING);
                    self.times[next] = time;
                    self.states[next] = state::KNOWN;
                    self.front.push(time, next);
                }
            }
        }
        for &at in self.front.reached() {
            self.times[at as usize] *= -1.0;
        }
    }

    /// Fills the holes.
    pub fn fill(&mut self, method: InpaintMethod) {
        while let Some(at) = self.front.pop() {
            for next in self.neighbours(at) {
                if self.states[next] == state::HOLE {
                    let time = self.arrival(next, state::HOLE);
                    self.times[next] = time;
                    match method {
                        InpaintMethod::Telea => telea::fill(self, next),
                        InpaintMethod::NavierStokes => navier_stokes::fill(self, next),
                    }
                    self.states[next] = state::KNOWN;
                    self.front.push(time, next);
                }
            }
        }
    }

    /// When the front reaches a pixel: the earliest that any two neighbours around a corner say. Those in the state
    /// `waiting` have no time yet.
    fn arrival(&self, at: usize, waiting: u8) -> f32 {
        let [above, left, below, right] =
            self.neighbours(at).map(|next| (f64::from(self.times[next]), self.states[next] != waiting));
        let pairs = [(above, left), (below, left), (above, right), (below, right)];
        pairs.into_iter().map(|(one, other)| meet(one, other) as f32).fold(f32::INFINITY, f32::min)
    }

    /// Whether a pixel beside the present one has its value, or lies beyond the image.
    pub fn is_known(&self, at: usize) -> bool {
        self.states[at] != state::HOLE
    }

    /// The time of a pixel.
    pub fn time(&self, at: usize) -> f32 {
        self.times[at]
    }

    /// How fast the front's time grows at a pixel: to the right and downwards.
    pub fn slope_of_time(&self, at: usize) -> (f32, f32) {
        let slope = |before: usize, after: usize| match (self.is_known(before), self.is_known(after)) {
            (true, true) => (self.times[after] - self.times[before]) * 0.5,
            (false, true) => self.times[after] - self.times[at],
            (true, false) => self.times[at] - self.times[before],
            (false, false) => 0.0,
        };
        (slope(at - 1, at + 1), slope(at - self.width, at + self.width))
    }

    /// Calls `visit` for every known pixel within the radius, row by row.
    pub fn each_near(&self, at: usize, mut visit: impl FnMut(Near)) {
        // Counted from the margin, as the window is.
        let (y, x) = (self.top + at / self.width, self.left + at % self.width);
        let inner = (2 * MARGIN..self.image.height).contains(&y) && (2 * MARGIN..self.image.width).contains(&x);
        for &(down, right) in &DISC {
            let place = (at as isize + down as isize * self.width as isize + right as isize) as usize;
            if matches!(self.states[place], state::HOLE | state::BEYOND) {
                continue;
            }
            let known = Sides {
                above: self.is_known(place - self.width),
                below: self.is_known(place + self.width),
                left: self.is_known(place - 1),
                right: self.is_known(place + 1),
            };
            let seen = if inner {
                self.seen_within(place)
            } else {
                let y = y.wrapping_add_signed(down as isize) - MARGIN;
                self.seen_at(place, y, x.wrapping_add_signed(right as isize) - MARGIN)
            };
            let square = (down * down + right * right) as usize;
            visit(Near { at: place, down, right, square, known, seen });
        }
    }

    /// Where a pixel and its neighbours are read, all of them inside the image.
    fn seen_within(&self, at: usize) -> Seen {
        let [above, left, below, right] = self.neighbours(at);
        Seen {
            centre: at,
            centre_by_last_row: at,
            centre_by_last_column: at,
            beside: Sides { above, below, left, right },
        }
    }

    /// Where a pixel at this place of the image and its neighbours are read.
    fn seen_at(&self, at: usize, y: usize, x: usize) -> Seen {
        let Shape { height, width, .. } = self.image;
        let row = self.width;
        let from_top = if height > 1 && y == 0 { row } else { 0 };
        let from_bottom = if height > 1 && y + 1 == height { row } else { 0 };
        let from_left = usize::from(width > 1 && x == 0);
        let from_right = usize::from(width > 1 && x + 1 == width);
        let centre = at + from_top + from_left;
        let centre_by_last_row = at - from_bottom + from_left;
        let centre_by_last_column = at + from_top - from_right;
        Seen {
            centre,
            centre_by_last_row,
            centre_by_last_column,
            beside: Sides {
                above: centre - row,
                below: centre_by_last_row + row,
                left: centre - 1,
                right: centre_by_last_column + 1,
            },
        }
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.image.channels
    }

    /// One channel of a pixel.
    pub fn value(&self, at: usize, channel: usize) -> i32 {
        i32::from(self.pixels[at * self.image.channels + channel])
    }

    /// Fills one channel of a pixel.
    pub fn set_value(&mut self, at: usize, channel: usize, value: u8) {
        self.pixels[at * self.image.channels + channel] = value;
    }

    /// Writes the holes into an image.
    pub fn write<T: Picture>(&self, holes: &[Rect], target: &mut ViewMut<'_, T>) {
        let channels = self.image.channels;
        for hole in holes {
            for y in hole.y..hole.y + hole.height {
                let from = &self.pixels[self.place(y, hole.x) * channels..][..hole.width * channels];
                let row = &mut target.row_mut(y)[hole.x * channels..][..from.len()];
                for (value, &byte) in row.iter_mut().zip(from) {
                    *value = T::from_byte(byte);
                }
            }
        }
    }
}

/// When a front of speed 1 arrives that has reached two neighbours around a corner at these times, if it has.
fn meet((one, has_one): (f64, bool), (other, has_other): (f64, bool)) -> f64 {
    let difference = one - other;
    match (has_one, has_other) {
        (true, true) if difference.abs() < 1.0 => (one + other + (2.0 - difference * difference).sqrt()) * 0.5,
        (true, false) => 1.0 + one,
        (false, true) => 1.0 + other,
        _ => 1.0 + one.min(other),
    }
}
