//! Carrying out what was sampled.

pub mod output;
pub mod plain;
mod run;
mod store;

pub use output::{Layout, Output, Slot};
pub use run::{run, run_to_buffer};
