//! What a transform sees while it is sampled: the image's format so far, its random stream, the boxes and keypoints, and
//! the list of operations that it adds to.

use crate::{
    Error, Result,
    image::{DType, Format, Image, Rect, Shape},
    ops::{Op, Role},
    param::{Interpolation, Interval},
    rng::{Seeds, Stream},
    targets::{BBox, BoxParams, Keypoint, KeypointParams, Label, TrackedBox, TrackedKeypoint},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The way to the pixels, for the few transforms that cannot draw without them. Whoever runs the policy implements it;
/// asking for it is a barrier: everything sampled so far is carried out first.
pub trait Pixels {
    /// Carries out operations on every target.
    fn run(&mut self, ops: &[Op]) -> Result<()>;

    /// The image as it is now.
    fn image(&self) -> Result<Image<'_>>;

    /// The first mask as it is now, if there is one.
    fn mask(&self) -> Result<Option<Image<'_>>>;

    /// Hands every target to a callback outside the core; answers with the image's new format.
    fn call(&mut self, callback: u32, boxes: &mut [BBox], keypoints: &mut [Keypoint]) -> Result<Format>;
}

/// What a policy says of all its targets.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// How boxes are read and kept.
    pub boxes: Option<BoxParams>,
    /// How keypoints are read and kept.
    pub keypoints: Option<KeypointParams>,
    /// The interpolation of all masks, in place of each transform's own.
    pub mask_interpolation: Option<Interpolation>,
}

/// What one transform drew: enough to do the same again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Applied {
    /// The transform's name.
    pub name: String,
    /// The node's path in the policy.
    pub path: String,
    /// What it drew, by name.
    pub drawn: Map<String, Value>,
    /// What was applied inside it.
    pub children: Vec<Applied>,
}

/// Everything that sampling settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// The operations that have not been carried out yet.
    pub ops: Vec<Op>,
    /// The format of the image after them.
    pub format: Format,
    /// Boxes after them, and the rows they came from.
    pub boxes: Vec<TrackedBox>,
    /// Keypoints after them, and the rows they came from.
    pub keypoints: Vec<TrackedKeypoint>,
    /// What was drawn, if that was asked for.
    pub applied: Vec<Applied>,
}

/// The state of sampling.
pub struct Sampler<'a> {
    pub(super) seeds: Seeds,
    pub(super) stream: Stream,
    pub(super) format: Format,
    pub(super) ops: Vec<Op>,
    boxes: Vec<TrackedBox>,
    keypoints: Vec<TrackedKeypoint>,
    /// What the box of each row of the input is, if that is known.
    pub(super) labels: Option<Vec<Label>>,
    rules: &'a Rules,
    /// Recorded draws of the node being sampled, if it is a replay.
    pub(super) replay: Option<&'a Map<String, Value>>,
    /// What the node being sampled drew, if that is recorded.
    pub(super) drawn: Option<Map<String, Value>>,
    pub(super) applied: Vec<Applied>,
    /// Within some channels of the image, nothing else moves and pixels cannot be asked for.
    pub(super) inside_subset: bool,
    pixels: &'a mut dyn Pixels,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(
        seeds: Seeds,
        format: Format,
        boxes: Vec<TrackedBox>,
        keypoints: Vec<TrackedKeypoint>,
        rules: &'a Rules,
        record: bool,
        pixels: &'a mut dyn Pixels,
    ) -> Self {
        Self {
            seeds,
            stream: seeds.stream(0, 0),
            format,
            ops: Vec::new(),
            boxes,
            keypoints,
            labels: None,
            rules,
            replay: None,
            drawn: record.then(Map::new),
            applied: Vec::new(),
            inside_subset: false,
            pixels,
        }
    }

    pub(super) fn finish(mut self) -> Sampled {
        self.settle(true);
        Sampled {
            ops: self.ops,
            format: self.format,
            boxes: self.boxes,
            keypoints: self.keypoints,
            applied: self.applied,
        }
    }

    /// The image's shape so far.
    pub fn shape(&self) -> Shape {
        self.format.shape
    }

    /// The type of the image's values so far.
    pub fn dtype(&self) -> DType {
        self.format.dtype
    }

    /// Shape and type.
    pub fn format(&self) -> Format {
        self.format
    }

    /// A value drawn under a name. A replay gives the recorded value instead, so whatever is drawn must be asked for
    /// here: the name is what the user finds in `applied_transforms`.
    pub fn value<T: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        draw: impl FnOnce(&mut Stream) -> T,
    ) -> Result<T> {
        let value = match self.replay.and_then(|replay| replay.get(name)) {
            Some(recorded) => T::deserialize(recorded).map_err(|error| Error::Policy {
                path: name.to_owned(),
                reason: format!("the recorded value {recorded} cannot be used: {error}"),
            })?,
            None => draw(&mut self.stream),
        };
        if let Some(drawn) = &mut self.drawn {
            let json = serde_json::to_value(&value).map_err(|error| Error::Policy {
                path: name.to_owned(),
                reason: format!("the drawn value cannot be recorded: {error}"),
            })?;
            drawn.insert(name.to_owned(), json);
        }
        Ok(value)
    }

    /// A number from a range.
    pub fn uniform(&mut self, name: &str, range: Interval) -> Result<f64> {
        self.value(name, |stream| stream.uniform(range))
    }

    /// A whole number from `low` to `high`, both included.
    pub fn integer(&mut self, name: &str, low: i64, high: i64) -> Result<i64> {
        self.value(name, |stream| stream.integer(low, high))
    }

    /// An index below `length`.
    pub fn index(&mut self, name: &str, length: usize) -> Result<usize> {
        self.value(name, |stream| stream.index(length))
    }

    /// True with this probability.
    pub fn chance(&mut self, name: &str, probability: f64) -> Result<bool> {
        self.value(name, |stream| stream.chance(probability))
    }

    /// A seed for noise that is made when the operation runs.
    pub fn seed(&mut self, name: &str) -> Result<u64> {
        self.value(name, Stream::seed)
    }

    /// Boxes in pixels of the image as it is now, and the rows they came from.
    pub fn boxes(&self) -> &[TrackedBox] {
        &self.boxes
    }

    /// What the box of each row of the input is, if that is known.
    pub fn labels(&self) -> Option<&[Label]> {
        self.labels.as_deref()
    }

    /// Adds an operation; boxes and keypoints move at once.
    pub fn push(&mut self, op: impl Into<Op>) {
        let mut op = op.into();
        if let Op::Geometry(geometry) = &mut op {
            if let Some(interpolation) = self.rules.mask_interpolation {
                geometry.set_mask_interpolation(interpolation);
            }
            if !self.inside_subset {
                let operation = geometry.operation();
                let shape = self.format.shape;
                for tracked in &mut self.boxes {
                    tracked.bbox = operation.map_box(shape, tracked.bbox);
                }
                for tracked in &mut self.keypoints {
                    tracked.keypoint = operation.map_keypoint(shape, tracked.keypoint);
                }
            }
        }
        self.format = op.output(self.format, Role::Image);
        self.ops.push(op);
    }

    /// Takes erased rectangles out of boxes and keypoints.
    pub fn erase(&mut self, holes: &[Rect]) {
        if self.inside_subset || holes.is_empty() {
            return;
        }
        if let Some(params) = &self.rules.boxes {
            params.erase(&mut self.boxes, holes);
        }
        if let Some(params) = &self.rules.keypoints {
            params.erase(&mut self.keypoints, holes);
        }
    }

    /// Drops what a transform has moved out of the image; `last` at the end of the policy.
    pub(super) fn settle(&mut self, last: bool) {
        let shape = self.format.shape;
        if let Some(params) = self.rules.boxes.as_ref().filter(|params| last || params.check_each_transform) {
            params.settle(&mut self.boxes, shape);
        }
        if let Some(params) = self.rules.keypoints.as_ref().filter(|params| last || params.check_each_transform) {
            params.settle(&mut self.keypoints, shape);
        }
    }

    /// Carries out everything so far and gives access to the pixels.
    pub fn pixels(&mut self) -> Result<&mut dyn Pixels> {
        if self.inside_subset {
            return Err(Error::Shape("looks at whole images, so it cannot run on selected channels".into()));
        }
        self.pixels.run(&std::mem::take(&mut self.ops))?;
        Ok(self.pixels)
    }

    /// Hands everything to a callback outside the core.
    pub(super) fn call(&mut self, callback: u32) -> Result<()> {
        self.pixels()?;
        let mut boxes: Vec<BBox> = self.boxes.iter().map(|tracked| tracked.bbox).collect();
        let mut keypoints: Vec<Keypoint> = self.keypoints.iter().map(|tracked| tracked.keypoint).collect();
        self.format = self.pixels.call(callback, &mut boxes, &mut keypoints)?;
        for (tracked, bbox) in self.boxes.iter_mut().zip(boxes) {
            tracked.bbox = bbox;
        }
        for (tracked, keypoint) in self.keypoints.iter_mut().zip(keypoints) {
            tracked.keypoint = keypoint;
        }
        Ok(())
    }

    /// The error of a transform that needs a larger image.
    pub fn too_small(&self, height: usize, width: usize) -> Error {
        let shape = self.format.shape;
        Error::Shape(format!(
            "needs an image of at least {height}×{width} pixels (height × width), got {}×{}; resize before it, or set pad_if_needed=True",
            shape.height, shape.width
        ))
    }
}
