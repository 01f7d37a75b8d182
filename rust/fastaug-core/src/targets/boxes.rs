//! Boxes: formats, checks, and which are kept.

use super::erased::visible_part;
use crate::{
    Error, Result,
    image::{Rect, Shape},
    param::{NonNegative, Probability},
};
use serde::{Deserialize, Serialize};

/// A box in pixels of the current image: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BBox {
    /// Left edge.
    pub x_min: f64,
    /// Top edge.
    pub y_min: f64,
    /// Right edge.
    pub x_max: f64,
    /// Bottom edge.
    pub y_max: f64,
}

impl BBox {
    /// A box from its edges.
    pub const fn new(x_min: f64, y_min: f64, x_max: f64, y_max: f64) -> Self {
        Self { x_min, y_min, x_max, y_max }
    }

    /// Pixels across.
    pub fn width(&self) -> f64 {
        self.x_max - self.x_min
    }

    /// Pixels down.
    pub fn height(&self) -> f64 {
        self.y_max - self.y_min
    }

    /// Pixels covered.
    pub fn area(&self) -> f64 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// The part inside an image.
    #[must_use]
    pub fn clipped(&self, shape: Shape) -> Self {
        let (width, height) = (shape.width as f64, shape.height as f64);
        Self {
            x_min: self.x_min.clamp(0.0, width),
            y_min: self.y_min.clamp(0.0, height),
            x_max: self.x_max.clamp(0.0, width),
            y_max: self.y_max.clamp(0.0, height),
        }
    }
}

/// How a box is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxFormat {
    /// Left, top, width, height in pixels.
    Coco,
    /// Left, top, right, bottom in pixels.
    PascalVoc,
    /// Left, top, right, bottom as shares of the image.
    Albumentations,
    /// Centre x, centre y, width, height as shares of the image.
    Yolo,
    /// Centre x, centre y, width, height in pixels.
    Cxcywh,
}

impl BoxFormat {
    /// The box that a row means.
    pub fn read(self, row: [f64; 4], shape: Shape) -> BBox {
        let [a, b, c, d] = row;
        let (width, height) = (shape.width as f64, shape.height as f64);
        match self {
            Self::PascalVoc => BBox::new(a, b, c, d),
            Self::Coco => BBox::new(a, b, a + c, b + d),
            Self::Albumentations => BBox::new(a * width, b * height, c * width, d * height),
            Self::Yolo => around(a * width, b * height, c * width, d * height),
            Self::Cxcywh => around(a, b, c, d),
        }
    }

    /// The row that means a box.
    pub fn write(self, bbox: BBox, shape: Shape) -> [f64; 4] {
        let BBox { x_min, y_min, x_max, y_max } = bbox;
        let (width, height) = (shape.width as f64, shape.height as f64);
        let centre = [(x_min + x_max) / 2.0, (y_min + y_max) / 2.0];
        match self {
            Self::PascalVoc => [x_min, y_min, x_max, y_max],
            Self::Coco => [x_min, y_min, bbox.width(), bbox.height()],
            Self::Albumentations => [x_min / width, y_min / height, x_max / width, y_max / height],
            Self::Yolo => [centre[0] / width, centre[1] / height, bbox.width() / width, bbox.height() / height],
            Self::Cxcywh => [centre[0], centre[1], bbox.width(), bbox.height()],
        }
    }
}

fn around(x: f64, y: f64, width: f64, height: f64) -> BBox {
    BBox::new(x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
}

/// What lies within the boxes' edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoxType {
    /// Boxes along the axes.
    Hbb,
}

/// How boxes are written and which of them are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxParams {
    /// How a box is written.
    pub coord_format: BoxFormat,
    /// Names of the label lists; Python carries them.
    pub label_fields: Option<Vec<String>>,
    /// Fewer visible pixels: dropped.
    pub min_area: NonNegative,
    /// A smaller visible share: dropped.
    pub min_visibility: Probability,
    /// Narrower: dropped.
    pub min_width: NonNegative,
    /// Lower: dropped.
    pub min_height: NonNegative,
    /// Whether boxes are clipped and dropped after each transform, or only at the end.
    pub check_each_transform: bool,
    /// Whether boxes that reach out of the image are clipped instead of refused.
    pub clip_bboxes_on_input: bool,
    /// Whether boxes are clipped to the image once transformed.
    pub clip_after_transform: bool,
    /// Whether wrong boxes are dropped instead of refused.
    pub filter_invalid_bboxes: bool,
    /// A longer side more than this many times the shorter: dropped.
    pub max_accept_ratio: Option<NonNegative>,
    /// What kind of boxes.
    pub bbox_type: BoxType,
}

/// A box on its way, and the row it came from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackedBox {
    /// Where it is.
    pub bbox: BBox,
    /// Which row of the input it was.
    pub row: usize,
}

/// How far, as a share of the image's side, a box may reach out of the image and still be taken for one that ends at its
/// border: `float32` shares of a side are exact to 6e-8, and files often hold fewer digits.
const BORDER_TOLERANCE: f64 = 1e-4;

/// Below this many pixels there is no area.
const NO_AREA: f64 = 1e-7;

impl BoxParams {
    /// Reads and checks rows.
    pub fn read_all(&self, rows: &[[f64; 4]], shape: Shape) -> Result<Vec<TrackedBox>> {
        let mut boxes = Vec::with_capacity(rows.len());
        for (row, numbers) in rows.iter().enumerate() {
            match self.read(*numbers, shape) {
                Ok(bbox) => boxes.push(TrackedBox { bbox, row }),
                Err(_) if self.filter_invalid_bboxes => {}
                Err(reason) => {
                    return Err(Error::Target(format!(
                        "bboxes[{row}] = {numbers:?} ({}) {reason} (image {}×{}); correct it, or use \
                         BboxParams(…, filter_invalid_bboxes=True) to drop such boxes or clip_bboxes_on_input=True to clip them",
                        self.format_name(),
                        shape.height,
                        shape.width
                    )));
                }
            }
        }
        Ok(boxes)
    }

    fn format_name(&self) -> &'static str {
        match self.coord_format {
            BoxFormat::Coco => "coco",
            BoxFormat::PascalVoc => "pascal_voc",
            BoxFormat::Albumentations => "albumentations",
            BoxFormat::Yolo => "yolo",
            BoxFormat::Cxcywh => "cxcywh",
        }
    }

    fn read(&self, row: [f64; 4], shape: Shape) -> std::result::Result<BBox, &'static str> {
        if row.iter().any(|value| !value.is_finite()) {
            return Err("holds a value that is not a finite number");
        }
        let mut bbox = self.coord_format.read(row, shape);
        if self.clip_bboxes_on_input {
            bbox = bbox.clipped(shape);
        }
        if bbox.x_max <= bbox.x_min {
            return Err("has no width: its right edge is not right of its left edge");
        }
        if bbox.y_max <= bbox.y_min {
            return Err("has no height: its bottom edge is not below its top edge");
        }
        let (across, down) = (shape.width as f64 * BORDER_TOLERANCE, shape.height as f64 * BORDER_TOLERANCE);
        let inside = bbox.x_min >= -across
            && bbox.y_min >= -down
            && bbox.x_max <= shape.width as f64 + across
            && bbox.y_max <= shape.height as f64 + down;
        if !inside {
            return Err("reaches out of the image");
        }
        Ok(bbox.clipped(shape))
    }

    /// The rows of boxes.
    pub fn write_all(&self, boxes: &[TrackedBox], shape: Shape) -> Vec<[f64; 4]> {
        boxes.iter().map(|tracked| self.coord_format.write(tracked.bbox, shape)).collect()
    }

    /// Drops boxes that are no longer worth keeping, and clips the rest.
    pub fn settle(&self, boxes: &mut Vec<TrackedBox>, shape: Shape) {
        boxes.retain_mut(|tracked| {
            let clipped = tracked.bbox.clipped(shape);
            let kept = self.accepts(tracked.bbox.area(), clipped);
            if self.clip_after_transform {
                tracked.bbox = clipped;
            }
            kept
        });
    }

    /// Whether the visible part of a box of some area is enough.
    fn accepts(&self, area: f64, visible: BBox) -> bool {
        let (width, height) = (visible.width(), visible.height());
        let ratio = (width / (height + NO_AREA)).max(height / (width + NO_AREA));
        area >= NO_AREA
            && visible.area() > 0.0
            && visible.area() >= self.min_area.get() - NO_AREA
            && visible.area() / (area + NO_AREA) >= self.min_visibility.get()
            && width >= self.min_width.get() - NO_AREA
            && height >= self.min_height.get() - NO_AREA
            && self.max_accept_ratio.is_none_or(|greatest| ratio <= greatest.get())
    }

    /// Shrinks boxes to what erased rectangles leave of them, and drops those of which too little is left.
    pub fn erase(&self, boxes: &mut Vec<TrackedBox>, holes: &[Rect]) {
        boxes.retain_mut(|tracked| {
            let Some((visible, area)) = visible_part(tracked.bbox, holes) else { return false };
            let before = tracked.bbox.area();
            tracked.bbox = visible;
            area >= self.min_area.get() - NO_AREA && area / (before + NO_AREA) >= self.min_visibility.get()
        });
    }
}
