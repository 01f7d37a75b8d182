//! Policies: a tree of transforms read from JSON, sampled for one image at a time.

mod json;
mod node;
mod sampler;

pub use json::{DRAWS_VERSION, FORMAT_VERSION, check_transform};
pub use sampler::{Applied, Pixels, Rules, Sampled, Sampler};

use crate::{
    Result,
    image::Format,
    param::{Interpolation, Probability},
    plan::Decode,
    rng::Seeds,
    targets::{BoxParams, KeypointParams, Label},
};
use node::{Node, Visit};
use serde::Deserialize;
use serde_json::Value;

/// Everything a policy's JSON holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Version of the format.
    pub fastaug: u32,
    /// Version of the draws.
    pub draws: u32,
    /// The seed; where it is absent, whoever runs the policy brings one.
    pub seed: Option<u64>,
    /// Probability that the policy is applied at all.
    pub p: Probability,
    /// The transforms.
    pub transforms: Vec<Value>,
    /// How boxes are read and kept.
    pub bbox_params: Option<BoxParams>,
    /// How keypoints are read and kept.
    pub keypoint_params: Option<KeypointParams>,
    /// Further targets: their names and what they are.
    pub additional_targets: std::collections::BTreeMap<String, String>,
    /// The interpolation of all masks, in place of each transform's own.
    pub mask_interpolation: Option<Interpolation>,
    /// Whether all targets must have one size.
    pub is_check_shapes: bool,
    /// Whether unknown targets are an error.
    pub strict: bool,
    /// Whether what was drawn is given back.
    pub save_applied_params: bool,
    /// Whether neighbouring geometric operations become one resampling, which changes bytes.
    pub merge_geometry: bool,
    /// How files are decoded.
    #[serde(default)]
    pub decode: Decode,
}

/// What a policy is sampled for.
#[derive(Debug)]
pub struct Subject {
    /// The image's shape and type.
    pub format: Format,
    /// Rows of boxes, as the policy's parameters say they are written.
    pub boxes: Vec<[f64; 4]>,
    /// What each box is, if that is known.
    pub labels: Option<Vec<Label>>,
    /// Rows of keypoints, likewise.
    pub keypoints: Vec<Vec<f64>>,
}

/// A policy, ready to be sampled any number of times from any thread.
#[derive(Debug)]
pub struct Policy {
    /// Everything beside the tree.
    pub settings: Settings,
    rules: Rules,
    root: Node,
}

impl Policy {
    /// Reads a policy.
    pub fn from_json(text: &str) -> Result<Self> {
        let (settings, children) = json::policy(text)?;
        let root = Node {
            id: 0,
            path: String::new(),
            name: "Compose".into(),
            p: settings.p.get(),
            replay: None,
            kind: node::Kind::Sequential(children),
        };
        let rules = Rules {
            boxes: settings.bbox_params.clone(),
            keypoints: settings.keypoint_params.clone(),
            mask_interpolation: settings.mask_interpolation,
        };
        Ok(Self { settings, rules, root })
    }

    /// Whether anything in it draws.
    pub fn is_random(&self) -> bool {
        self.root.is_random()
    }

    /// Settles everything random for one sample. `record` asks for what was drawn.
    pub fn sample(&self, seeds: Seeds, subject: Subject, record: bool, pixels: &mut dyn Pixels) -> Result<Sampled> {
        let shape = subject.format.shape;
        let boxes = match &self.rules.boxes {
            Some(params) => params.read_all(&subject.boxes, shape)?,
            None => Vec::new(),
        };
        let keypoints = match &self.rules.keypoints {
            Some(params) => params.read_all(&subject.keypoints, shape)?,
            None => Vec::new(),
        };
        let mut sampler = Sampler::new(seeds, subject.format, boxes, keypoints, &self.rules, record, pixels);
        sampler.labels = subject.labels;
        self.root.sample(&mut sampler, Visit { chosen: false, number: 0 })?;
        Ok(sampler.finish())
    }
}
