//! JPEG decoding for training pipelines.
#![forbid(unsafe_code)]
