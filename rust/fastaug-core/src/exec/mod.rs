//! Carrying out what was sampled.

pub mod bands;
pub mod explain;
pub mod output;
pub mod plain;
pub mod pool;
mod run;
pub mod sample;
mod store;

pub use output::{Layout, Output, Slot};
pub use run::{run, run_to_buffer};
