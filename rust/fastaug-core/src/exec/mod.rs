//! Carrying out what was sampled.

pub mod plain;
