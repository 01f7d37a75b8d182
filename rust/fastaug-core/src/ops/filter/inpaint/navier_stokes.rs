//! Weights that follow lines of equal brightness, after M. Bertalmio, A. Bertozzi and G. Sapiro, "Navier-Stokes, fluid
//! dynamics, and image and video inpainting", 2001, in the form that OpenCV gave the idea.

use super::window::{MOST_NEAR, Window};

/// What a distance counts, by its square.
const NEARNESS: [f32; 10] = nearness();

const fn nearness() -> [f32; 10] {
    let mut nearness = [0.0; 10];
    let mut square = 0;
    while square < nearness.len() {
        nearness[square] = 1.0 / (square * square + 1) as f32;
        square += 1;
    }
    nearness
}

/// What a known pixel adds.
#[derive(Clone, Copy, Default)]
struct Part {
    at: usize,
    x: f32,
    y: f32,
    square: f32,
    nearness: f32,
    /// Three pixels below each other; how much they differ counts. One that is unknown is replaced by that opposite.
    column: [usize; 3],
    /// The same beside each other.
    row: [usize; 3],
}

/// Fills a pixel.
pub(super) fn fill(window: &mut Window, at: usize) {
    let mut parts = [Part::default(); MOST_NEAR];
    let mut count = 0;
    window.each_near(at, |near| {
        let (x, y) = (near.right as f32, near.down as f32);
        let seen = near.seen;
        let three = |before: usize, knows_before: bool, centre: usize, after: usize, knows_after: bool| match (
            knows_before,
            knows_after,
        ) {
            (true, true) => [before, centre, after],
            (true, false) => [before, centre, before],
            (false, true) => [after, centre, after],
            (false, false) => [centre; 3],
        };
        let (beside, known) = (seen.beside, near.known);
        parts[count] = Part {
            at: near.at,
            x,
            y,
            square: x * x + y * y,
            nearness: NEARNESS[near.square],
            column: three(beside.above, known.above, seen.centre_by_last_row, beside.below, known.below),
            row: three(beside.left, known.left, seen.centre, beside.right, known.right),
        };
        count += 1;
    });
    for channel in 0..window.channels() {
        let mut sum = 0.0_f32;
        let mut weights = 1e-20_f32;
        for part in &parts[..count] {
            let variation = |three: [usize; 3]| {
                let [before, centre, after] = three.map(|at| window.value(at, channel));
                ((after - centre).abs() + (centre - before).abs()) as f32
            };
            // At right angles to the slope.
            let (x, y) = (-variation(part.column), variation(part.row));
            let along = part.x * x + part.y * y;
            let direction =
                if along.abs() <= 0.01 { 0.000_001 } else { (along / (part.square * (x * x + y * y)).sqrt()).abs() };
            let weight = part.nearness * direction;
            sum += weight * window.value(part.at, channel) as f32;
            weights += weight;
        }
        let value = f64::from(sum) / f64::from(weights);
        window.set_value(at, channel, value.round_ties_even() as u8);
    }
}
