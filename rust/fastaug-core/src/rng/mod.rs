//! Randomness that depends on nothing but `(seed, epoch, sample)` and the node of the policy that draws.
//!
//! [`Philox4x32`] is a counter-based generator: the n-th number is a function of key and counter, so a draw can be made
//! for any sample, node or pixel without making the ones before it. A [`Stream`] is one node's row of numbers; noise
//! over pixels is drawn from [`PixelNoise`], which is numbered by pixel so that tiles can be made in any order.

mod permutation;
mod philox;
mod rows;
mod stream;

pub use permutation::{Order, Permutation};
pub use philox::Philox4x32;
pub use rows::{NORMALS, WORDS};
pub use stream::{PixelNoise, Seeds, Stream};
