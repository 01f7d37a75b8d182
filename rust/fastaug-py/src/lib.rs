//! The bindings: translate between Python objects and the core, and release the GIL. They never name a transform.
//!
//! The only crate with `unsafe`; every block says which invariant it rests on.

mod arrays;
mod batch;
mod callbacks;
mod codec;
mod errors;
mod files;
mod indexes;
mod memory;
mod order;
mod pipeline;
mod segments;

use pyo3::prelude::*;

/// fastaug's compiled core.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::codec::{decode_info, decode_planes, imdecode, imencode, imread};
    #[pymodule_export]
    use super::errors::{DecodeError, PolicyError, ShapeError, TargetError};
    #[pymodule_export]
    use super::files::{FileBytes, FilePart, OpenFile, read_ahead};
    #[pymodule_export]
    use super::indexes::{IndexWriter, SeekIndex};
    #[pymodule_export]
    use super::order::{draws, permuted};
    #[pymodule_export]
    use super::pipeline::{Pipeline, check_transform, get_num_threads, set_num_threads, simd_level, transform_names};
    #[pymodule_export]
    use super::segments::{paint_polygon, paint_runs};
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        fastaug_core::simd::check_cap().map_err(|error| errors::to_python(&error))?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("FORMAT_VERSION", fastaug_core::policy::FORMAT_VERSION)?;
        module.add("DRAWS_VERSION", fastaug_core::policy::DRAWS_VERSION)
    }
}
