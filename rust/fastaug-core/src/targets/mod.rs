//! Boxes and keypoints: what moves along with the pixels.

mod boxes;
mod erased;
mod keypoints;
mod labels;

pub use boxes::{BBox, BoxFormat, BoxParams, BoxType, TrackedBox};
pub use keypoints::{Keypoint, KeypointFormat, KeypointParams, TrackedKeypoint};
pub use labels::Label;
