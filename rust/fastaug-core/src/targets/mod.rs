//! Boxes, keypoints and segments: what belongs to the pixels.

mod boxes;
mod erased;
mod keypoints;
mod labels;
mod segments;

pub use boxes::{BBox, BoxFormat, BoxParams, BoxType, TrackedBox};
pub use keypoints::{Keypoint, KeypointFormat, KeypointParams, TrackedKeypoint};
pub use labels::Label;
pub use segments::{Mask, runs_of_text};
