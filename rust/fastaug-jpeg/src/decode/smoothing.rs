//! Progressive files that end before all detail is there: libjpeg guesses the coarsest missing coefficients of a block from
//! the brightness of the blocks around it, and so do we.

use crate::{entropy::block::Block, parse::Scan, transform::Multipliers};

/// Coefficients that are guessed, in zigzag order and with the first one.
const GUESSED: usize = 10;

/// Around a block: two to each side.
type Window = [i32; 25];

/// How a coefficient is guessed.
struct Guess {
    /// Where it stands in a block.
    place: usize,
    /// Weights when nothing but the first coefficients is known.
    coarse: Window,
    /// Weights when more is known; without any the coefficient is left as it is.
    fine: Option<Window>,
}

#[rustfmt::skip]
const GUESSES: [Guess; GUESSED - 1] = [
    Guess {
        place: 1,
        coarse: [
            -1, -1, 0, 1, 1,
            -3, 13, 0, -13, 3,
            -3, 38, 0, -38, 3,
            -3, 13, 0, -13, 3,
            -1, -1, 0, 1, 1,
        ],
        fine: Some([
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
            -7, 50, 0, -50, 7,
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
        ]),
    },
    Guess {
        place: 8,
        coarse: [
            -1, -3, -3, -3, -1,
            -1, 13, 38, 13, -1,
            0, 0, 0, 0, 0,
            1, -13, -38, -13, 1,
            1, 3, 3, 3, 1,
        ],
        fine: Some([
            0, 0, -7, 0, 0,
            0, 0, 50, 0, 0,
            0, 0, 0, 0, 0,
            0, 0, -50, 0, 0,
            0, 0, 7, 0, 0,
        ]),
    },
    Guess {
        place: 16,
        coarse: [
            0, 0, 1, 0, 0,
            0, 2, 7, 2, 0,
            0, -5, -14, -5, 0,
            0, 2, 7, 2, 0,
            0, 0, 1, 0, 0,
        ],
        fine: Some([
            0, 0, -1, 0, 0,
            0, 0, 13, 0, 0,
            0, 0, -24, 0, 0,
            0, 0, 13, 0, 0,
            0, 0, -1, 0, 0,
        ]),
    },
    Guess {
        place: 9,
        coarse: [
            -1, 0, 0, 0, 1,
            0, 9, 0, -9, 0,
            0, 0, 0, 0, 0,
            0, -9, 0, 9, 0,
            1, 0, 0, 0, -1,
        ],
        fine: Some([
            0, -1, 0, 1, 0,
            -1, 10, 0, -10, 1,
            0, 0, 0, 0, 0,
            1, -10, 0, 10, -1,
            0, 1, 0, -1, 0,
        ]),
    },
    Guess {
        place: 2,
        coarse: [
            0, 0, 0, 0, 0,
            0, 2, -5, 2, 0,
            1, 7, -14, 7, 1,
            0, 2, -5, 2, 0,
            0, 0, 0, 0, 0,
        ],
        fine: Some([
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
            -1, 13, -24, 13, -1,
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
        ]),
    },
    Guess {
        place: 3,
        coarse: [
            0, 0, 0, 0, 0,
            0, 1, 0, -1, 0,
            0, 2, 0, -2, 0,
            0, 1, 0, -1, 0,
            0, 0, 0, 0, 0,
        ],
        fine: None,
    },
    Guess {
        place: 10,
        coarse: [
            0, 0, 0, 0, 0,
            0, 1, -3, 1, 0,
            0, 0, 0, 0, 0,
            0, -1, 3, -1, 0,
            0, 0, 0, 0, 0,
        ],
        fine: None,
    },
    Guess {
        place: 17,
        coarse: [
            0, 0, 0, 0, 0,
            0, 1, 0, -1, 0,
            0, -3, 0, 3, 0,
            0, 1, 0, -1, 0,
            0, 0, 0, 0, 0,
        ],
        fine: None,
    },
    Guess {
        place: 24,
        coarse: [
            0, 0, 0, 0, 0,
            0, 1, 2, 1, 0,
            0, 0, 0, 0, 0,
            0, -1, -2, -1, 0,
            0, 0, 0, 0, 0,
        ],
        fine: None,
    },
];

/// Weights of the first coefficient itself, when nothing else is known.
#[rustfmt::skip]
const FIRST: Window = [
    -2, -6, -8, -6, -2,
    -6, 6, 42, 6, -6,
    -8, 42, 152, 42, -8,
    -6, 6, 42, 6, -6,
    -2, -6, -8, -6, -2,
];

/// Bits of a component's coefficients that are still missing: −1 for all.
#[derive(Clone, Copy, Debug)]
struct Missing([i32; 64]);

/// What scans have told so far, and the scan before the last.
#[derive(Clone, Debug)]
pub struct Progress {
    now: Vec<Missing>,
    before: Vec<Missing>,
    scans: usize,
    /// The last row of MCUs for which there were data.
    pub last_good_row: usize,
}

impl Progress {
    /// Nothing is known.
    pub fn new(components: usize) -> Self {
        let nothing = vec![Missing([-1; 64]); components];
        Self { now: nothing.clone(), before: nothing, scans: 0, last_good_row: 0 }
    }

    /// A scan begins.
    pub fn begin(&mut self, scan: &Scan) {
        self.scans += 1;
        for part in &scan.components {
            let (now, before) = (&mut self.now[part.component].0, &mut self.before[part.component].0);
            for k in scan.first.min(1)..=scan.last.max(9) {
                before[k] = if self.scans > 1 { now[k] } else { 0 };
            }
            now[scan.first..=scan.last].fill(scan.low as i32);
        }
    }

    /// Whether coefficients are to be guessed: something is missing, and what guesses rest on is there.
    pub fn is_incomplete<'m>(&self, multipliers: impl Iterator<Item = Option<&'m Multipliers>>) -> bool {
        let mut missing = false;
        for (now, multipliers) in self.now.iter().zip(multipliers) {
            let Some(multipliers) = multipliers else { return false };
            if multipliers[0] == 0 || GUESSES.iter().any(|guess| multipliers[guess.place] == 0) || now.0[0] < 0 {
                return false;
            }
            missing |= now.0[1..GUESSED].iter().any(|&bits| bits != 0);
        }
        missing
    }

    /// Bits that are missing of a component in a row of MCUs.
    pub fn missing(&self, component: usize, mcu_row: usize) -> [i32; GUESSED] {
        let mut missing = [0; GUESSED];
        if mcu_row > self.last_good_row {
            missing[1..].copy_from_slice(&self.before[component].0[1..GUESSED]);
            if self.scans <= 1 {
                missing[1..].fill(-1);
            }
        } else {
            missing.copy_from_slice(&self.now[component].0[..GUESSED]);
        }
        missing
    }
}

/// Blocks around those of a row: two rows above, its own, two below.
pub struct Surroundings<'b> {
    rows: [&'b [Block]; 5],
}

impl<'b> Surroundings<'b> {
    /// From the rows of blocks, each as long as the component is wide.
    pub fn new(rows: [&'b [Block]; 5]) -> Self {
        Self { rows }
    }

    fn around(&self, column: usize) -> Window {
        let last = self.rows[2].len() - 1;
        let mut window = [0; 25];
        for (y, row) in self.rows.iter().enumerate() {
            for x in 0..5 {
                window[5 * y + x] = i32::from(row[(column + x).saturating_sub(2).min(last)][0]);
            }
        }
        window
    }

    /// The block of a column with its missing coefficients guessed.
    pub fn guess(&self, column: usize, missing: &[i32; GUESSED], multipliers: &Multipliers) -> Block {
        let mut block = self.rows[2][column];
        let window = self.around(column);
        // Where all is even there is nothing to guess: so is most of what a file claims without saying anything.
        if window.iter().all(|&value| value == window[12]) {
            return block;
        }
        let coarse = missing[1..].iter().all(|&bits| bits == -1);
        let multiplier = |place: usize| i64::from(multipliers[place] as u16);
        let sum = |weights: &Window| {
            multiplier(0) * window.iter().zip(weights).map(|(&value, &weight)| i64::from(value * weight)).sum::<i64>()
        };
        for (guess, &bits) in GUESSES.iter().zip(&missing[1..]) {
            let weights = if coarse { Some(&guess.coarse) } else { guess.fine.as_ref() };
            let Some(weights) = weights else { continue };
            if bits == 0 || block[guess.place] != 0 {
                continue;
            }
            let mut value = divided(sum(weights).abs(), multiplier(guess.place));
            // The upper bits were told to be zero.
            if bits > 0 {
                value = value.min((1 << bits) - 1);
            }
            block[guess.place] = if sum(weights) >= 0 { value as i16 } else { (-value) as i16 };
        }
        if coarse {
            let value = divided(sum(&FIRST).abs(), multiplier(0));
            block[0] = if sum(&FIRST) >= 0 { value as i16 } else { (-value) as i16 };
        }
        block
    }
}

/// Weights add up to 256; rounded.
fn divided(sum: i64, multiplier: i64) -> i32 {
    (((multiplier << 7) + sum) / (multiplier << 8)) as i32
}

#[cfg(test)]
mod tests {
    use super::{FIRST, GUESSES};

    #[test]
    fn nothing_is_guessed_where_all_is_even() {
        assert_eq!(FIRST.iter().sum::<i32>(), 256);
        for guess in &GUESSES {
            assert_eq!(guess.coarse.iter().sum::<i32>(), 0);
            assert_eq!(guess.fine.unwrap_or([0; 25]).iter().sum::<i32>(), 0);
        }
    }
}
