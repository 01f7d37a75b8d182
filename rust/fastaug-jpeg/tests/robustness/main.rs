//! What must hold for any file, healthy or not, checked on many: pictures made by the crate's own encoder, a few small
//! files of other encoders in `tests/data`, and mutants of both.

mod cut;
mod dice;
mod files;
mod limits;
mod memory;
mod mutants;
mod orientation;
mod pieces;
mod pixels;
mod planes;
mod regions;

/// A number that a variable of the environment may set.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, got {value:?}"))
    })
}
