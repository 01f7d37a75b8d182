//! Many samples at once: settled on all threads, then, when the sizes of all are known, written into common arrays.

use crate::{
    arrays::{ArrayOut, Likeness},
    callbacks::Functions,
    errors::{ShapeError, is_of_a_sample, to_python},
    pipeline::{Column, Sample, at},
};
use fastaug_core::{
    Error, Result,
    exec::{
        Layout, Output, pool,
        sample::{Finished, Prepared},
    },
    image::Format,
    policy::Policy,
};
use numpy::PyUntypedArray;
use pyo3::{prelude::*, types::PyList};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

/// How samples are run.
pub struct Run<'r> {
    /// What is done to them.
    pub policy: &'r Policy,
    /// What its `Lambda`s call.
    pub functions: &'r [Py<PyAny>],
    /// What is said of each pixel target.
    pub columns: &'r [Column],
    /// Whether it is kept what was applied.
    pub record: bool,
    /// How many threads; 0 lets the core decide.
    pub threads: usize,
    /// Whether failures are collected: otherwise the first one ends everything.
    pub collected: bool,
    /// Nanoseconds that threads were at work, all together.
    pub busy: AtomicU64,
    /// Whether something was raised that ends everything, so that no further sample is begun.
    pub is_ended: AtomicBool,
}

/// Why a sample failed, and what a `Lambda` raised, if it was that.
struct Failure {
    error: Error,
    raised: Option<PyErr>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, raised: None }
    }
}

impl Failure {
    /// The exception that says where it happened, and what was raised as its cause.
    fn into_python(self, py: Python<'_>) -> PyErr {
        let error = to_python(&self.error);
        if self.raised.is_some() {
            error.set_cause(py, self.raised);
        }
        error
    }
}

/// What was made.
pub struct Made {
    /// Each column's images.
    pub arrays: Vec<Py<PyAny>>,
    /// What was settled, of the samples that did not fail.
    pub finished: Vec<Option<Finished>>,
    /// Why the others failed.
    pub failures: Vec<(usize, PyErr)>,
}

impl Run<'_> {
    /// Runs the samples that are there; those that could not even be looked at come as errors.
    pub fn run(
        &self,
        py: Python<'_>,
        samples: Vec<PyResult<Option<Sample>>>,
        out: Option<&Bound<'_, PyUntypedArray>>,
    ) -> PyResult<Made> {
        let mut failures: Vec<(usize, PyErr)> = Vec::new();
        let mut waiting = Vec::with_capacity(samples.len());
        for (number, sample) in samples.into_iter().enumerate() {
            match sample {
                Ok(mut sample) => {
                    // Whoever collects failures knows better names.
                    if let Some(sample) = sample.as_mut().filter(|_| !self.collected) {
                        sample.name = Some(format!("sample {number}"));
                    }
                    waiting.push(sample);
                }
                Err(error) if !is_of_a_sample(py, &error) => return Err(error),
                Err(error) if self.collected => {
                    failures.push((number, error));
                    waiting.push(None);
                }
                Err(error) => return Err(at_sample(py, number, &error)),
            }
        }
        let likenesses: Vec<Option<Vec<Likeness>>> =
            waiting.iter().map(|sample| sample.as_ref().map(Sample::likenesses)).collect();
        let places: Vec<Option<String>> =
            waiting.iter().map(|sample| sample.as_ref().and_then(Sample::place)).collect();
        let mut failed = Vec::new();
        let prepared = py.detach(|| sort(self.prepare_all(&mut waiting), &mut failed));
        if let Some(error) = self.end(py, &mut failed) {
            return Err(error);
        }
        let rooms = self.rooms(py, &prepared, &likenesses, out)?;
        let finished = py.detach(|| sort(self.finish_all(prepared, &rooms, &places), &mut failed));
        failed.sort_by_key(|(number, _)| *number);
        if let Some(error) = self.end(py, &mut failed) {
            return Err(error);
        }
        failures.extend(failed.into_iter().map(|(number, failure)| (number, failure.into_python(py))));
        let arrays = rooms.into_iter().map(|room| room.into_python(py)).collect::<PyResult<_>>()?;
        Ok(Made { arrays, finished, failures })
    }

    /// What ends everything, if anything does: what no sample is to blame for, and, unless failures are collected, the first
    /// thing that a `Lambda` raised or else the first failure.
    fn end(&self, py: Python<'_>, failed: &mut [(usize, Failure)]) -> Option<PyErr> {
        let is_final = |error: &mut PyErr| !is_of_a_sample(py, error);
        let ending = failed.iter_mut().find_map(|(_, failure)| failure.raised.take_if(is_final));
        if ending.is_some() || self.collected {
            return ending;
        }
        let raised = failed.iter_mut().find_map(|(_, failure)| failure.raised.take());
        raised.or_else(|| failed.first().map(|(_, failure)| to_python(&failure.error)))
    }

    /// Reads, settles and plans all samples that are there.
    fn prepare_all<'s>(&self, samples: &'s mut [Option<Sample>]) -> Vec<Option<Result<Prepared<'s>, Failure>>> {
        let waiting = samples.iter_mut().map(Option::as_mut).collect();
        self.each(waiting, |_, sample: &'s mut Sample| {
            let functions = Functions::new(self.functions);
            let prepared = sample.prepare(self.policy, self.columns, self.record, Some(&functions));
            prepared.map_err(|error| {
                let raised = functions.raised();
                if raised.as_ref().is_some_and(|raised| Python::attach(|py| !is_of_a_sample(py, raised))) {
                    self.is_ended.store(true, Ordering::Relaxed);
                }
                Failure { error, raised }
            })
        })
    }

    /// Room for every column. A sample may have fewer images than there are columns: the last ones are then missing.
    fn rooms(
        &self,
        py: Python<'_>,
        prepared: &[Option<Prepared<'_>>],
        likenesses: &[Option<Vec<Likeness>>],
        out: Option<&Bound<'_, PyUntypedArray>>,
    ) -> PyResult<Vec<Room>> {
        let formats: Vec<Option<Vec<Format>>> =
            prepared.iter().map(|sample| sample.as_ref().map(|sample| sample.outputs().collect())).collect();
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(index, column)| {
                let of_column: Vec<Option<(Format, Likeness)>> = formats
                    .iter()
                    .zip(likenesses)
                    .map(|(formats, likenesses)| {
                        Some((*formats.as_ref()?.get(index)?, *likenesses.as_ref()?.get(index)?))
                    })
                    .collect();
                Room::new(py, *column, &of_column, if index == 0 { out } else { None })
            })
            .collect()
    }

    /// Writes all samples into their places.
    fn finish_all(
        &self,
        prepared: Vec<Option<Prepared<'_>>>,
        rooms: &[Room],
        places: &[Option<String>],
    ) -> Vec<Option<Result<Finished, Failure>>> {
        self.each(prepared, |number, sample: Prepared<'_>| {
            let count = sample.outputs().count();
            // SAFETY: each number comes once, and each room has a slot of its own for it, since the sample is there and
            // has an image for each of the first `count` rooms.
            let outputs = rooms.iter().take(count).map(|room| unsafe { room.slot(number) }).collect();
            sample.finish(outputs).map_err(|error| at(places[number].as_ref(), error).into())
        })
    }

    /// Does something with all things that are there, on many threads.
    fn each<T: Send, R: Send>(
        &self,
        things: Vec<Option<T>>,
        work: impl Fn(usize, T) -> Result<R, Failure> + Sync,
    ) -> Vec<Option<Result<R, Failure>>> {
        let there: Vec<bool> = things.iter().map(Option::is_some).collect();
        let cells: Vec<Mutex<Option<T>>> = things.into_iter().map(Mutex::new).collect();
        let results: Vec<Mutex<Option<Result<R, Failure>>>> = cells.iter().map(|_| Mutex::new(None)).collect();
        pool::for_each(cells.len(), self.threads, |number| {
            if self.is_ended.load(Ordering::Relaxed) {
                return;
            }
            let begin = Instant::now();
            let thing = cells[number].lock().unwrap_or_else(PoisonError::into_inner).take();
            let result = thing.map(|thing| work(number, thing));
            *results[number].lock().unwrap_or_else(PoisonError::into_inner) = result;
            self.busy.fetch_add(begin.elapsed().as_nanos() as u64, Ordering::Relaxed);
        });
        let lost = || Error::External("a sample was lost because its thread failed".into()).into();
        results
            .into_iter()
            .zip(there)
            .map(|(cell, there)| {
                let result = cell.into_inner().unwrap_or_else(PoisonError::into_inner);
                there.then(|| result.unwrap_or_else(|| Err(lost())))
            })
            .collect()
    }
}

/// Separates what was made from what failed.
fn sort<R>(results: Vec<Option<Result<R, Failure>>>, failed: &mut Vec<(usize, Failure)>) -> Vec<Option<R>> {
    let made = results.into_iter().enumerate().map(|(number, result)| match result? {
        Ok(made) => Some(made),
        Err(failure) => {
            failed.push((number, failure));
            None
        }
    });
    made.collect()
}

fn at_sample(py: Python<'_>, number: usize, error: &PyErr) -> PyErr {
    let message = format!("sample {number}: {}", error.value(py));
    PyErr::from_type(error.get_type(py), message)
}

/// Room for one column of a batch.
enum Room {
    /// All images alike: one array.
    Together(ArrayOut, Option<&'static str>),
    /// One array each, for those that there are.
    Apart(Vec<Option<(ArrayOut, Option<&'static str>)>>),
}

impl Room {
    fn new(
        py: Python<'_>,
        column: Column,
        images: &[Option<(Format, Likeness)>],
        out: Option<&Bound<'_, PyUntypedArray>>,
    ) -> PyResult<Self> {
        // A file and an array may come out alike; only what the result has in common with its input counts.
        let kind = |(format, likeness): &(Format, Likeness)| {
            let flat = column.layout == Layout::Hwc && format.shape.channels == 1;
            (*format, if flat { likeness.dimensions(column.role) } else { 3 }, likeness.type_name())
        };
        let mut there = images.iter().flatten();
        let alike = there.next().filter(|first| there.all(|image| kind(image) == kind(first)));
        match (alike, out) {
            (Some((format, likeness)), None) => {
                let (layout, wanted, dimensions) = (column.layout, column.wanted, likeness.dimensions(column.role));
                let array = ArrayOut::new(py, *format, wanted, layout, dimensions, Some(images.len()))?;
                Ok(Self::Together(array, likeness.type_name()))
            }
            (Some((format, likeness)), Some(out)) => {
                let (layout, wanted, dimensions) = (column.layout, column.wanted, likeness.dimensions(column.role));
                let array = ArrayOut::given(out, *format, wanted, layout, dimensions, images.len())?;
                Ok(Self::Together(array, None))
            }
            (None, Some(_)) => {
                let sizes: Vec<_> = images
                    .iter()
                    .flatten()
                    .take(4)
                    .map(|(format, ..)| {
                        format!("{}×{}×{}", format.shape.height, format.shape.width, format.shape.channels)
                    })
                    .collect();
                Err(ShapeError::new_err(format!(
                    "out needs all images to come out with one size, got {}…: end the policy with a crop or resize to a fixed size",
                    sizes.join(", ")
                )))
            }
            (None, None) => images
                .iter()
                .map(|image| {
                    let Some((format, likeness)) = image else { return Ok(None) };
                    let dimensions = likeness.dimensions(column.role);
                    let array = ArrayOut::new(py, *format, column.wanted, column.layout, dimensions, None)?;
                    Ok(Some((array, likeness.type_name())))
                })
                .collect::<PyResult<_>>()
                .map(Self::Apart),
        }
    }

    /// # Safety
    /// No two live slots may have the same index, the index must be below the batch size, and the image of that index must
    /// have been there when the room was made.
    unsafe fn slot(&self, index: usize) -> Output<'_> {
        match self {
            // SAFETY: the caller's promise is the one that `ArrayOut::slot` asks for.
            Self::Together(array, _) => unsafe { array.slot(index) },
            Self::Apart(arrays) => {
                let Some((array, _)) = &arrays[index] else { unreachable!("the image was there") };
                // SAFETY: the only slot of this array, and nobody else asks for this index.
                unsafe { array.slot(0) }
            }
        }
    }

    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Together(array, name) => array.into_array(py, name),
            Self::Apart(arrays) => {
                let arrays = arrays
                    .into_iter()
                    .map(|array| array.map(|(array, name)| array.into_array(py, name)).transpose())
                    .collect::<PyResult<Vec<_>>>()?;
                Ok(PyList::new(py, arrays)?.into_any().unbind())
            }
        }
    }
}
