//! A policy as Python holds it: compiled once, run any number of times from any thread.

use crate::{
    arrays::{ArrayOut, Input, Likeness, OutputType},
    batch,
    callbacks::Functions,
    errors::{ShapeError, to_python},
    indexes::SeekIndex,
};
use fastaug_core::{
    Error, Result,
    codec::Database,
    exec::{
        Layout,
        explain::{Explained, explain},
        pool,
        sample::{Callbacks, Finished, Inputs, PixelTarget, Prepared, Source, prepare},
    },
    image::{DType, Format, Shape},
    ops::Role,
    policy::{Policy, Sampled},
    rng::Seeds,
    targets::Label,
};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArray};
use pyo3::{prelude::*, types::PyList};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Checks the parameters of one transform; raises `PolicyError` naming the argument.
#[pyfunction]
pub fn check_transform(name: &str, params: &str) -> PyResult<()> {
    fastaug_core::policy::check_transform(name, params).map_err(|error| to_python(&error))
}

/// The names of all transforms that the core knows.
#[pyfunction]
pub fn transform_names() -> Vec<&'static str> {
    fastaug_core::transforms::NAMES.to_vec()
}

/// The number of threads that batches run on.
#[pyfunction]
pub fn get_num_threads() -> usize {
    pool::num_threads()
}

/// Sets the number of threads that batches run on; 0 means as many as this process may use.
#[pyfunction]
pub fn set_num_threads(threads: usize) {
    pool::set_num_threads(threads);
}

/// The SIMD level that kernels run at.
#[pyfunction]
pub fn simd_level() -> &'static str {
    fastaug_core::simd::name(fastaug_core::simd::level())
}

/// What the caller says of one pixel target.
#[derive(Clone, Copy)]
pub struct Column {
    pub role: Role,
    pub layout: Layout,
    pub wanted: OutputType,
}

/// `(role, layout, dtype)` as Python gives them.
type RawColumn = (u8, u8, Option<String>);

fn layout(raw: u8) -> Layout {
    if raw == 0 { Layout::Hwc } else { Layout::Chw }
}

fn columns(raw: &[RawColumn]) -> PyResult<Vec<Column>> {
    raw.iter()
        .map(|(role, layout, dtype)| {
            Ok(Column {
                role: if *role == 0 { Role::Image } else { Role::Mask },
                layout: self::layout(*layout),
                wanted: OutputType::from_name(dtype.as_deref())?,
            })
        })
        .collect()
}

/// One sample as it came from Python.
pub struct Sample {
    pixels: Vec<Input>,
    boxes: Vec<[f64; 4]>,
    labels: Option<Vec<Label>>,
    keypoints: Vec<Vec<f64>>,
    seeds: Seeds,
    /// Which of many it is, for messages.
    pub name: Option<String>,
    /// Whether the oracle does the work.
    plain: bool,
    /// Seek indexes of files.
    indexes: Option<Arc<Database>>,
}

/// Labels of boxes as Python gives them.
type RawLabels = Option<Vec<Option<RawLabel>>>;

/// One label; what is neither a word nor a number comes as `None`.
#[derive(FromPyObject)]
enum RawLabel {
    Word(String),
    Number(f64),
}

fn label(raw: Option<RawLabel>) -> Label {
    match raw {
        Some(RawLabel::Word(word)) => Label::Word(word),
        Some(RawLabel::Number(number)) => Label::Number(number),
        None => Label::Other(()),
    }
}

type Rows<'py> = Option<PyReadonlyArray2<'py, f64>>;

impl Sample {
    fn new(
        pixels: &Bound<'_, PyList>,
        names: &[String],
        columns: &[Column],
        boxes: Rows<'_>,
        labels: RawLabels,
        keypoints: Rows<'_>,
        seeds: Seeds,
    ) -> PyResult<Self> {
        let pixels = pixels
            .iter()
            .zip(columns)
            .zip(names)
            .map(|((object, column), name)| Input::new(&object, column.role, name))
            .collect::<PyResult<_>>()?;
        let boxes = boxes.map_or_else(Vec::new, |rows| {
            rows.as_array().rows().into_iter().map(|row| std::array::from_fn(|column| row[column])).collect()
        });
        let keypoints = keypoints
            .map_or_else(Vec::new, |rows| rows.as_array().rows().into_iter().map(|row| row.to_vec()).collect());
        let labels = labels.map(|labels| labels.into_iter().map(label).collect());
        Ok(Self { pixels, boxes, labels, keypoints, seeds, name: None, plain: false, indexes: None })
    }

    /// What the results must have in common with the inputs.
    pub fn likenesses(&self) -> Vec<Likeness> {
        self.pixels.iter().map(Input::likeness).collect()
    }

    /// Reads what is to be read, settles what is random, and plans.
    pub fn prepare(
        &mut self,
        policy: &Policy,
        columns: &[Column],
        record: bool,
        callbacks: Option<&dyn Callbacks>,
    ) -> Result<Prepared<'_>> {
        // A file that cannot be read is named by its own message.
        self.pixels.iter_mut().try_for_each(Input::load).map_err(|error| at(self.name.as_ref(), error))?;
        let place = self.place();
        let pixels = self
            .pixels
            .iter()
            .zip(columns)
            .map(|(input, column)| PixelTarget {
                source: input.source(column.role, self.indexes.as_deref()),
                role: column.role,
            })
            .collect();
        let inputs = Inputs {
            pixels,
            boxes: std::mem::take(&mut self.boxes),
            labels: self.labels.take(),
            keypoints: std::mem::take(&mut self.keypoints),
            plain: self.plain,
        };
        prepare(policy, self.seeds, inputs, record, callbacks).map_err(|error| at(place.as_ref(), error))
    }

    /// Which sample this is and which file it comes from, for messages.
    pub fn place(&self) -> Option<String> {
        let label = self.pixels.first().and_then(Input::label);
        match (&self.name, label) {
            (Some(name), Some(label)) => Some(format!("{name} ({label})")),
            (name, label) => name.clone().or(label),
        }
    }
}

/// An error with the sample it belongs to, if that has a name.
pub fn at(place: Option<&String>, error: Error) -> Error {
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}

/// A policy, compiled.
#[pyclass(frozen, module = "fastaug._core")]
pub struct Pipeline {
    policy: Policy,
    functions: Vec<Py<PyAny>>,
}

/// Rows that are left, and the rows of the input that they came from.
type Answer<'py> = Option<(Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<i64>>)>;

/// What comes back for many samples: arrays, what is small of each that did not fail, failures, seconds of decoding and of
/// everything.
type BatchOut<'py> = (Vec<Py<PyAny>>, Vec<Option<PointsOut<'py>>>, Vec<(usize, Py<PyAny>)>, (f64, f64));

/// What comes back for one sample: arrays, boxes, keypoints, and what was applied as JSON.
type SampleOut<'py> = (Vec<Py<PyAny>>, Answer<'py>, Answer<'py>, Option<String>);

#[pymethods]
impl Pipeline {
    /// Compiles a policy's JSON; `functions` are what its `Lambda`s call.
    #[new]
    fn new(policy: &str, functions: Vec<Py<PyAny>>) -> PyResult<Self> {
        Ok(Self { policy: Policy::from_json(policy).map_err(|error| to_python(&error))?, functions })
    }

    /// Whether anything in the policy draws.
    #[getter]
    fn is_random(&self) -> bool {
        self.policy.is_random()
    }

    /// Augments one sample. `plain` has the oracle do it: one operation after the other, whole images, scalar code.
    #[pyo3(signature = (seeds, pixels, names, columns, boxes, labels, keypoints, record, plain = false, index = None))]
    #[allow(clippy::too_many_arguments, reason = "one call per sample, made by Compose only")]
    fn run<'py>(
        &self,
        py: Python<'py>,
        seeds: (u64, u64, u64),
        pixels: &Bound<'py, PyList>,
        names: Vec<String>,
        columns: Vec<RawColumn>,
        boxes: Rows<'py>,
        labels: RawLabels,
        keypoints: Rows<'py>,
        record: bool,
        plain: bool,
        index: Option<&Bound<'py, SeekIndex>>,
    ) -> PyResult<SampleOut<'py>> {
        let columns = self::columns(&columns)?;
        let seeds = Seeds { seed: seeds.0, epoch: seeds.1, sample: seeds.2 };
        let (has_boxes, has_keypoints) = (boxes.is_some(), keypoints.is_some());
        let mut sample = Sample::new(pixels, &names, &columns, boxes, labels, keypoints, seeds)?;
        sample.plain = plain;
        sample.indexes = SeekIndex::database_of(index)?;
        let (likenesses, place) = (sample.likenesses(), sample.place());
        let functions = Functions::new(&self.functions);
        let prepared = py.detach(|| sample.prepare(&self.policy, &columns, record, Some(&functions)));
        let prepared = prepared.map_err(|error| functions.raised().unwrap_or_else(|| to_python(&error)))?;
        let formats: Vec<Format> = prepared.outputs().collect();
        let arrays = formats
            .iter()
            .zip(&columns)
            .zip(&likenesses)
            .map(|((format, column), likeness)| {
                let dimensions = likeness.dimensions(column.role);
                ArrayOut::new(py, *format, column.wanted, column.layout, dimensions, None)
            })
            .collect::<PyResult<Vec<ArrayOut>>>()?;
        let finished = py
            .detach(|| {
                // SAFETY: one slot per freshly made array.
                let outputs = arrays.iter().map(|array| unsafe { array.slot(0) }).collect();
                prepared.finish(outputs)
            })
            .map_err(|error| to_python(&at(place.as_ref(), error)))?;
        let arrays = arrays
            .into_iter()
            .zip(&likenesses)
            .map(|(array, likeness)| array.into_array(py, likeness.type_name()))
            .collect::<PyResult<_>>()?;
        let (boxes, keypoints, applied) =
            points_out(py, &self.policy, &finished.sampled, has_boxes, has_keypoints, record)?;
        Ok((arrays, boxes, keypoints, applied))
    }

    /// Augments one image that has nothing beside it: what [`run`](Self::run) does, in half the time that a call takes
    /// beside its pixels.
    #[pyo3(signature = (seeds, image, layout, index = None))]
    fn run_image(
        &self,
        py: Python<'_>,
        seeds: (u64, u64, u64),
        image: &Bound<'_, PyAny>,
        layout: u8,
        index: Option<&Bound<'_, SeekIndex>>,
    ) -> PyResult<Py<PyAny>> {
        let column = Column { role: Role::Image, layout: self::layout(layout), wanted: OutputType::Natural };
        let mut sample = Sample {
            pixels: vec![Input::new(image, Role::Image, "image")?],
            boxes: Vec::new(),
            labels: None,
            keypoints: Vec::new(),
            seeds: Seeds { seed: seeds.0, epoch: seeds.1, sample: seeds.2 },
            name: None,
            plain: false,
            indexes: SeekIndex::database_of(index)?,
        };
        let (likeness, place) = (sample.pixels[0].likeness(), sample.place());
        let functions = Functions::new(&self.functions);
        let prepared = py.detach(|| sample.prepare(&self.policy, &[column], false, Some(&functions)));
        let prepared = prepared.map_err(|error| functions.raised().unwrap_or_else(|| to_python(&error)))?;
        let Some(format) = prepared.outputs().next() else { unreachable!("one image makes one") };
        let array = ArrayOut::new(py, format, column.wanted, column.layout, likeness.dimensions(column.role), None)?;
        // SAFETY: the only slot of a freshly made array.
        py.detach(|| prepared.finish(vec![unsafe { array.slot(0) }]))
            .map_err(|error| to_python(&at(place.as_ref(), error)))?;
        array.into_array(py, likeness.type_name())
    }

    /// Augments many samples on many threads. Every column becomes one array where all its images come out alike, else
    /// a list of arrays. `None` stands for a sample that is not there. A sample may have fewer pixel targets than
    /// `columns`: the last ones are then missing.
    ///
    /// The first sample to fail is an error. If failures are `collected`, those that fail are told with their numbers
    /// instead, and with what a `Lambda` raised as their cause; what their places in the arrays hold is then anything.
    /// What no sample is to blame for, `KeyboardInterrupt` and the like, is raised in any case.
    ///
    /// The last answer is the seconds that decoding took, and that everything took, of all threads together.
    #[pyo3(signature = (seeds, samples, names, columns, boxes, labels, keypoints, record, out, threads, index = None, collected = false))]
    #[allow(clippy::too_many_arguments, reason = "one call per batch, made by Compose only")]
    fn run_batch<'py>(
        &self,
        py: Python<'py>,
        seeds: Vec<(u64, u64, u64)>,
        samples: Vec<Option<Bound<'py, PyList>>>,
        names: Vec<String>,
        columns: Vec<RawColumn>,
        boxes: Option<Vec<Rows<'py>>>,
        labels: Option<Vec<RawLabels>>,
        keypoints: Option<Vec<Rows<'py>>>,
        record: bool,
        out: Option<Bound<'py, PyUntypedArray>>,
        threads: usize,
        index: Option<&Bound<'py, SeekIndex>>,
        collected: bool,
    ) -> PyResult<BatchOut<'py>> {
        let columns = self::columns(&columns)?;
        let indexes = SeekIndex::database_of(index)?;
        let (has_boxes, has_keypoints) = (boxes.is_some(), keypoints.is_some());
        let mut boxes = boxes.map(Vec::into_iter);
        let mut labels = labels.map(Vec::into_iter);
        let mut keypoints = keypoints.map(Vec::into_iter);
        let samples = samples.iter().zip(&seeds).map(|(pixels, seeds)| {
            let boxes = boxes.as_mut().and_then(Iterator::next).flatten();
            let labels = labels.as_mut().and_then(Iterator::next).flatten();
            let keypoints = keypoints.as_mut().and_then(Iterator::next).flatten();
            let Some(pixels) = pixels else { return Ok(None) };
            let seeds = Seeds { seed: seeds.0, epoch: seeds.1, sample: seeds.2 };
            let mut sample = Sample::new(pixels, &names, &columns, boxes, labels, keypoints, seeds)?;
            sample.indexes.clone_from(&indexes);
            Ok(Some(sample))
        });
        let run = batch::Run {
            policy: &self.policy,
            functions: &self.functions,
            columns: &columns,
            record,
            threads,
            collected,
            busy: AtomicU64::new(0),
            is_ended: AtomicBool::new(false),
        };
        let made = run.run(py, samples.collect(), out.as_ref())?;
        let points = made
            .finished
            .iter()
            .map(|finished| {
                let answer = |finished: &Finished| {
                    points_out(py, &self.policy, &finished.sampled, has_boxes, has_keypoints, record)
                };
                finished.as_ref().map(answer).transpose()
            })
            .collect::<PyResult<_>>()?;
        let decoding: f64 = made.finished.iter().flatten().map(|finished| finished.decoding.as_secs_f64()).sum();
        let failures = made.failures.into_iter().map(|(number, error)| (number, error.into_value(py).into_any()));
        let busy = run.busy.load(Ordering::Relaxed) as f64 / 1e9;
        Ok((made.arrays, points, failures.collect(), (decoding, busy)))
    }

    /// A readable plan for an image of this height, width, number of channels and whether it holds floats.
    fn explain(&self, seeds: (u64, u64, u64), size: (usize, usize, usize, bool)) -> PyResult<String> {
        let (height, width, channels, is_float) = size;
        let dtype = if is_float { DType::F32 } else { DType::U8 };
        self.explained(seeds, Explained::Pixels(Format::new(Shape::new(height, width, channels), dtype)))
    }

    /// A readable plan for an image file.
    #[pyo3(signature = (seeds, file, index = None))]
    fn explain_file(
        &self,
        seeds: (u64, u64, u64),
        file: &Bound<'_, PyAny>,
        index: Option<&Bound<'_, SeekIndex>>,
    ) -> PyResult<String> {
        let mut input = Input::new(file, Role::Image, "image")?;
        input.load().map_err(|error| to_python(&error))?;
        let indexes = SeekIndex::database_of(index)?;
        match input.source(Role::Image, indexes.as_deref()) {
            Source::Encoded(file) => self.explained(seeds, Explained::File(file)),
            Source::Pixels(image) => self.explained(seeds, Explained::Pixels(image.format())),
        }
    }
}

impl Pipeline {
    fn explained(&self, seeds: (u64, u64, u64), subject: Explained<'_>) -> PyResult<String> {
        let seeds = Seeds { seed: seeds.0, epoch: seeds.1, sample: seeds.2 };
        explain(&self.policy, seeds, subject).map_err(|error| to_python(&error))
    }
}

/// Boxes, keypoints and what was applied, of one sample.
type PointsOut<'py> = (Answer<'py>, Answer<'py>, Option<String>);

fn points_out<'py>(
    py: Python<'py>,
    policy: &Policy,
    sampled: &Sampled,
    has_boxes: bool,
    has_keypoints: bool,
    record: bool,
) -> PyResult<PointsOut<'py>> {
    let settings = &policy.settings;
    let boxes = settings.bbox_params.as_ref().filter(|_| has_boxes).map(|params| {
        let rows = params.write_all(&sampled.boxes, sampled.format.shape);
        let sources = sampled.boxes.iter().map(|tracked| tracked.row);
        answer(py, rows.iter().map(|row| &row[..]), 4, sources)
    });
    let keypoints = settings.keypoint_params.as_ref().filter(|_| has_keypoints).map(|params| {
        let rows = params.write_all(&sampled.keypoints);
        let sources = sampled.keypoints.iter().map(|tracked| tracked.row);
        answer(py, rows.iter().map(|row| &row[..]), params.coord_format.width(), sources)
    });
    let applied = record
        .then(|| serde_json::to_string(&sampled.applied))
        .transpose()
        .map_err(|error| ShapeError::new_err(error.to_string()))?;
    Ok((boxes.transpose()?, keypoints.transpose()?, applied))
}

fn answer<'py, 'r>(
    py: Python<'py>,
    rows: impl Iterator<Item = &'r [f64]>,
    columns: usize,
    sources: impl Iterator<Item = usize>,
) -> PyResult<(Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<i64>>)> {
    let sources: Vec<i64> = sources.map(|row| row as i64).collect();
    let values: Vec<f64> = rows.flatten().copied().collect();
    let rows = PyArray1::from_vec(py, values).reshape([sources.len(), columns])?;
    Ok((rows, PyArray1::from_vec(py, sources)))
}
