//! Telea's weights: A. Telea, "An image inpainting technique based on the fast marching method", 2004.

use super::window::{MOST_NEAR, Window};

/// What a distance counts, by its square: one over its cube.
const NEARNESS: [f32; 10] =
    [0.0, 1.0, 0.35355338, 0.19245009, 0.125, 0.08944272, 0.068041384, 0.053994924, 0.044194173, 0.037037037];

/// What a known pixel adds.
#[derive(Clone, Copy, Default)]
struct Part {
    at: usize,
    weight: f32,
    /// The difference that is taken as slope to the right, and what it counts.
    across: [usize; 2],
    across_factor: f32,
    /// The same downwards.
    down: [usize; 2],
    down_factor: f32,
}

/// Fills a pixel whose time is known.
pub(super) fn fill(window: &mut Window, at: usize) {
    let mut parts = [Part::default(); MOST_NEAR];
    let mut count = 0;
    let (slope_x, slope_y) = window.slope_of_time(at);
    let time = window.time(at);
    window.each_near(at, |near| {
        // From the known pixel to the one to be filled.
        let (x, y) = (-near.right as f32, -near.down as f32);
        let level = (1.0 / (1.0 + f64::from((window.time(near.at) - time).abs()))) as f32;
        let along = x * slope_x + y * slope_y;
        let direction = if along.abs() <= 0.01 { 0.000_001 } else { along };
        let seen = near.seen;
        let (across, across_scale) = match (near.known.left, near.known.right) {
            (true, true) => ([seen.beside.left, seen.beside.right], 2.0),
            (false, true) => ([seen.centre, seen.beside.right], 1.0),
            (true, false) => ([seen.beside.left, seen.centre_by_last_column], 1.0),
            (false, false) => ([near.at; 2], 0.0),
        };
        let (down, down_scale) = match (near.known.above, near.known.below) {
            (true, true) => ([seen.beside.above, seen.beside.below], 2.0),
            (false, true) => ([seen.centre, seen.beside.below], 1.0),
            (true, false) => ([seen.beside.above, seen.centre_by_last_row], 1.0),
            (false, false) => ([near.at; 2], 0.0),
        };
        parts[count] = Part {
            at: near.at,
            weight: (NEARNESS[near.square] * level * direction).abs(),
            across,
            across_factor: across_scale * x,
            down,
            down_factor: down_scale * y,
        };
        count += 1;
    });
    for channel in 0..window.channels() {
        let mut sum = 0.0_f32;
        let mut weights = 1e-20_f32;
        let (mut slope_x, mut slope_y) = (0.0_f32, 0.0_f32);
        for part in &parts[..count] {
            let difference = |[from, to]: [usize; 2]| (window.value(to, channel) - window.value(from, channel)) as f32;
            sum += part.weight * window.value(part.at, channel) as f32;
            slope_x -= part.weight * (difference(part.across) * part.across_factor);
            slope_y -= part.weight * (difference(part.down) * part.down_factor);
            weights += part.weight;
        }
        let length = (slope_x * slope_x + slope_y * slope_y).sqrt();
        let value = sum / weights + (slope_x + slope_y) / (length + 1e-20) + 0.5;
        window.set_value(at, channel, value.round_ties_even() as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::NEARNESS;

    #[test]
    fn nearness_is_one_over_the_cube() {
        for (square, nearness) in NEARNESS.iter().enumerate().skip(1) {
            let square = square as f64;
            assert_eq!(*nearness, (1.0 / (square * square.sqrt())) as f32);
        }
    }
}
