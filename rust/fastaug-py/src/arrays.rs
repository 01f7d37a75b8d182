//! numpy arrays as the core's images: read in place where rows are contiguous, allocated without being cleared.

use crate::{
    errors::{DecodeError, ShapeError},
    files::{Contents, FileBytes, Stored},
    memory::{self, Memory},
};
use fastaug_core::{
    codec::{ColourMode, Database},
    exec::{
        Layout, Output, Slot,
        sample::{Encoded, Source},
    },
    image::{DType, Format, Image, Shape, View},
    ops::Role,
};
use half::f16;
use numpy::{
    Element, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods,
    ndarray::{ArrayViewD, IxDyn},
};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyDict, PyTuple},
};

/// A numpy array that the core may read, and what is needed to give back one like it.
pub struct ArrayIn {
    /// Keeps the memory alive; a packed copy where the caller's own rows were not contiguous.
    _array: Py<PyUntypedArray>,
    data: *const u8,
    shape: Shape,
    stride: isize,
    dtype: DType,
    likeness: Likeness,
}

/// What a result must have in common with what came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// An array of this many dimensions (gray images come with two or three) and, where the core's type differs
    /// (`bool`, `int32`, …), numpy's name of its type.
    Array(usize, Option<&'static str>),
    /// A decoded file.
    File,
}

impl Likeness {
    /// How many dimensions the result has.
    pub fn dimensions(self, role: Role) -> usize {
        match self {
            Self::Array(dimensions, _) => dimensions,
            Self::File if role == Role::Mask => 2,
            Self::File => 3,
        }
    }

    /// numpy's name of the result's type, where the core's differs.
    pub fn type_name(self) -> Option<&'static str> {
        match self {
            Self::Array(_, type_name) => type_name,
            Self::File => None,
        }
    }
}

// SAFETY: the pointer is into the array's memory, which `_array` keeps alive; the core only reads it.
unsafe impl Send for ArrayIn {}
// SAFETY: as above; shared reading from many threads is what `Image` does.
unsafe impl Sync for ArrayIn {}

/// The core's type for a numpy type, and numpy's name if it must be restored at the end.
fn element_type(kind: u8, size: usize) -> Option<(DType, Option<&'static str>)> {
    Some(match (kind, size) {
        (b'u', 1) => (DType::U8, None),
        (b'b', 1) => (DType::U8, Some("bool")),
        (b'i', 1) => (DType::U8, Some("int8")),
        (b'u', 2) => (DType::U16, None),
        (b'i', 2) => (DType::U16, Some("int16")),
        (b'u', 4) => (DType::U32, None),
        (b'i', 4) => (DType::U32, Some("int32")),
        (b'u', 8) => (DType::U64, None),
        (b'i', 8) => (DType::U64, Some("int64")),
        (b'f', 8) => (DType::U64, Some("float64")),
        (b'f', 4) => (DType::F32, None),
        _ => return None,
    })
}

impl ArrayIn {
    /// Looks at an array. `name` is the target's, for messages.
    pub fn new(array: &Bound<'_, PyUntypedArray>, role: Role, name: &str) -> PyResult<Self> {
        let py = array.py();
        let descriptor = array.dtype();
        let (kind, size) = (descriptor.kind(), descriptor.itemsize());
        let found = element_type(kind, size);
        let accepted = match role {
            Role::Image => found.filter(|(dtype, name)| name.is_none() && matches!(dtype, DType::U8 | DType::F32)),
            Role::Mask => found,
        };
        let Some((dtype, type_name)) = accepted else {
            return Err(ShapeError::new_err(match role {
                Role::Image => format!(
                    "{name} has dtype {descriptor}; images are uint8 (0…255) or float32 (0…1): convert it with .astype(numpy.uint8) or .astype(numpy.float32), scaled to that range"
                ),
                Role::Mask => format!(
                    "{name} has dtype {descriptor}; masks are bool, (u)int8, (u)int16, (u)int32, (u)int64, float32 or float64"
                ),
            }));
        };
        let (dimensions, extents) = (array.ndim(), array.shape());
        let shape = match *extents {
            [height, width] => Shape::new(height, width, 1),
            [height, width, channels] => Shape::new(height, width, channels),
            _ => {
                return Err(ShapeError::new_err(format!(
                    "{name} has {dimensions} dimensions and shape {extents:?}; expected height × width or height × width × channels"
                )));
            }
        };
        if shape.is_empty() {
            return Err(ShapeError::new_err(format!("{name} has no pixels: its shape is {extents:?}")));
        }
        let strides = array.strides();
        let item = size as isize;
        let packed_pixels = dimensions == 2 || shape.channels == 1 || strides[2] == item;
        let packed_rows = shape.width == 1 || strides[1] == item * shape.channels as isize;
        let whole_rows = shape.height == 1 || strides[0] % item == 0;
        // SAFETY: reading the header of an array object that is alive.
        let data = unsafe { (*array.as_array_ptr()).fields.data.cast::<u8>().cast_const() };
        let aligned = (data as usize).is_multiple_of(size) && descriptor.is_native_byteorder() != Some(false);
        if !(packed_pixels && packed_rows && whole_rows && aligned) {
            let numpy = py.import("numpy")?;
            let native = descriptor.call_method1("newbyteorder", ("=",))?;
            // Always a copy: `ascontiguousarray` gives back an unaligned array as it is, and this would never end.
            let options = PyDict::new(py);
            options.set_item("copy", true)?;
            options.set_item("order", "C")?;
            let packed = numpy.call_method("array", (array, native), Some(&options))?.cast_into::<PyUntypedArray>()?;
            return Self::new(&packed, role, name);
        }
        let stride = if shape.height == 1 { shape.row_len() as isize } else { strides[0] / item };
        Ok(Self {
            _array: array.clone().unbind(),
            data,
            shape,
            stride,
            dtype,
            likeness: Likeness::Array(dimensions, type_name),
        })
    }

    /// The pixels.
    pub fn image(&self) -> Image<'_> {
        match self.dtype {
            DType::U8 => Image::U8(self.view()),
            DType::U16 => Image::U16(self.view()),
            DType::U32 => Image::U32(self.view()),
            DType::U64 => Image::U64(self.view()),
            DType::F32 => Image::F32(self.view()),
        }
    }

    fn view<T: fastaug_core::image::Element>(&self) -> View<'_, T> {
        let rows_between = (self.shape.height - 1) as isize * self.stride;
        let length = rows_between.unsigned_abs() + self.shape.row_len();
        let start = (-rows_between).max(0) as usize;
        // SAFETY: numpy guarantees that every element addressed by shape and strides lies in one allocation, which
        // `self._array` keeps alive. `new` made sure that elements are of type `T`'s size, aligned to it (the data
        // pointer is, and strides are multiples of it), and that any bit pattern is a value of `T` (an unsigned
        // integer or a float). The first value lies `start` elements after the lowest address and the slice spans
        // the lowest to the highest row. Writing from another Python thread meanwhile is a race of the caller's that
        // no reader of numpy memory can rule out.
        let data = unsafe { std::slice::from_raw_parts(self.data.cast::<T>().sub(start), length) };
        View::strided(data, start, self.stride, self.shape)
    }
}

/// Anything that a target can be given as.
pub enum Input {
    /// Pixels.
    Array(ArrayIn),
    /// The bytes of an image file.
    Bytes(BytesIn),
    /// An image file, and its bytes once read.
    File(Stored, Contents),
    /// An image file that was read ahead.
    Read(Py<FileBytes>),
}

/// A bytes object that the core may read.
pub struct BytesIn {
    /// Keeps the memory alive.
    _bytes: Py<PyBytes>,
    data: *const u8,
    length: usize,
}

// SAFETY: the pointer is into an immutable bytes object, which `_bytes` keeps alive.
unsafe impl Send for BytesIn {}
// SAFETY: as above.
unsafe impl Sync for BytesIn {}

impl BytesIn {
    fn new(bytes: &Bound<'_, PyBytes>) -> Self {
        let contents = bytes.as_bytes();
        Self { _bytes: bytes.clone().unbind(), data: contents.as_ptr(), length: contents.len() }
    }

    fn contents(&self) -> &[u8] {
        // SAFETY: pointer and length were those of the object's contents, which never change nor move while
        // `self._bytes` keeps it alive.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }
}

impl Input {
    /// Looks at an argument.
    pub fn new(object: &Bound<'_, PyAny>, role: Role, name: &str) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyUntypedArray>() {
            return ArrayIn::new(array, role, name).map(Self::Array);
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self::Bytes(BytesIn::new(bytes)));
        }
        if let Ok(file) = object.cast::<FileBytes>() {
            return Ok(Self::Read(file.clone().unbind()));
        }
        if let Ok(file) = object.extract() {
            return Ok(Self::File(file, Contents::default()));
        }
        Err(PyTypeError::new_err(format!(
            "{name} must be a numpy array, the bytes of an image file or a path, not {}",
            object.get_type().name()?
        )))
    }

    /// Reads a file; the GIL need not be held.
    pub fn load(&mut self) -> fastaug_core::Result<()> {
        if let Self::File(file, bytes) = self {
            *bytes = file.load()?;
        }
        Ok(())
    }

    /// What the core is to read.
    pub fn source<'a>(&'a self, role: Role, indexes: Option<&'a Database>) -> Source<'a> {
        let mode = match role {
            Role::Image => ColourMode::Rgb,
            Role::Mask => ColourMode::Labels,
        };
        match self {
            Self::Array(array) => Source::Pixels(array.image()),
            Self::Bytes(bytes) => Source::Encoded(Encoded { bytes: bytes.contents(), mode, indexes }),
            Self::File(_, bytes) => Source::Encoded(Encoded { bytes, mode, indexes }),
            Self::Read(file) => Source::Encoded(Encoded { bytes: file.get().contents(), mode, indexes }),
        }
    }

    /// What the result must have in common with this.
    pub fn likeness(&self) -> Likeness {
        match self {
            Self::Array(array) => array.likeness,
            Self::Bytes(_) | Self::File(..) | Self::Read(_) => Likeness::File,
        }
    }

    /// Its name in a message about a sample.
    pub fn label(&self) -> Option<String> {
        match self {
            Self::File(file, _) => Some(file.label()),
            Self::Read(file) => Some(file.get().label().to_owned()),
            Self::Array(_) | Self::Bytes(_) => None,
        }
    }
}

/// The type that an output is wanted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputType {
    /// Whatever the policy makes.
    Natural,
    /// 8-bit.
    U8,
    /// Single precision.
    F32,
    /// Half precision.
    F16,
    /// Half precision with the exponents of single precision.
    Bf16,
}

impl OutputType {
    /// The type of this name.
    pub fn from_name(name: Option<&str>) -> PyResult<Self> {
        match name {
            None => Ok(Self::Natural),
            Some("uint8") => Ok(Self::U8),
            Some("float32") => Ok(Self::F32),
            Some("float16") => Ok(Self::F16),
            Some("bfloat16") => Ok(Self::Bf16),
            Some(other) => {
                Err(ShapeError::new_err(format!("dtype must be uint8, float32, float16 or bfloat16, got {other}")))
            }
        }
    }
}

/// A freshly made array and the way into its memory.
pub struct ArrayOut {
    array: Py<PyAny>,
    data: *mut u8,
    values: usize,
    kind: Kind,
    layout: Layout,
}

// SAFETY: the memory belongs to an array that nobody else knows yet; each slot is written by one thread.
unsafe impl Send for ArrayOut {}
// SAFETY: as above; `slot` hands out disjoint ranges, see there.
unsafe impl Sync for ArrayOut {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    U8,
    U16,
    U32,
    U64,
    F32,
    F16,
    Bf16,
}

fn kind_of(format: Format, wanted: OutputType) -> Kind {
    match (wanted, format.dtype) {
        (OutputType::U8, _) | (OutputType::Natural, DType::U8) => Kind::U8,
        (OutputType::F32, _) | (OutputType::Natural, DType::F32) => Kind::F32,
        (OutputType::F16, _) => Kind::F16,
        (OutputType::Bf16, _) => Kind::Bf16,
        (OutputType::Natural, DType::U16) => Kind::U16,
        (OutputType::Natural, DType::U32) => Kind::U32,
        (OutputType::Natural, DType::U64) => Kind::U64,
    }
}

/// The extents of one image in an array.
fn extents(shape: Shape, layout: Layout, dimensions: usize) -> Vec<usize> {
    match layout {
        Layout::Chw => vec![shape.channels, shape.height, shape.width],
        Layout::Hwc if dimensions == 2 && shape.channels == 1 => vec![shape.height, shape.width],
        Layout::Hwc => vec![shape.height, shape.width, shape.channels],
    }
}

impl ArrayOut {
    /// Allocates room for one image, or for `batch` of them.
    pub fn new(
        py: Python<'_>,
        format: Format,
        wanted: OutputType,
        layout: Layout,
        dimensions: usize,
        batch: Option<usize>,
    ) -> PyResult<Self> {
        let mut shape = extents(format.shape, layout, dimensions);
        if let Some(batch) = batch {
            shape.insert(0, batch);
        }
        let kind = kind_of(format, wanted);
        let (array, data) = match kind {
            Kind::U8 => allocate::<u8>(py, &shape)?,
            // numpy has no bfloat16: its bits come as those of a 16-bit number.
            Kind::U16 | Kind::Bf16 => allocate::<u16>(py, &shape)?,
            Kind::U32 => allocate::<u32>(py, &shape)?,
            Kind::U64 => allocate::<u64>(py, &shape)?,
            Kind::F32 => allocate::<f32>(py, &shape)?,
            Kind::F16 => allocate::<f16>(py, &shape)?,
        };
        Ok(Self { array, data, values: format.shape.len(), kind, layout })
    }

    /// Uses an array that the caller brought.
    pub fn given(
        array: &Bound<'_, PyUntypedArray>,
        format: Format,
        wanted: OutputType,
        layout: Layout,
        dimensions: usize,
        batch: usize,
    ) -> PyResult<Self> {
        let mut shape = extents(format.shape, layout, dimensions);
        shape.insert(0, batch);
        let kind = kind_of(format, wanted);
        let descriptor = array.dtype();
        let fits = matches!(
            (descriptor.kind(), descriptor.itemsize(), kind),
            (b'u', 1, Kind::U8)
                | (b'u', 2, Kind::U16 | Kind::Bf16)
                | (b'u', 4, Kind::U32)
                | (b'u', 8, Kind::U64)
                | (b'f', 4, Kind::F32)
                | (b'f', 2, Kind::F16)
        );
        let writable = array.getattr("flags")?.getattr("writeable")?.extract::<bool>()?;
        if array.shape() != shape || !fits || !array.is_c_contiguous() || !writable {
            return Err(ShapeError::new_err(format!(
                "out must be a writable, C-contiguous array of shape {shape:?} and type {kind:?}, got shape {:?} and type {descriptor}",
                array.shape()
            )));
        }
        // SAFETY: reading the header of an array object that is alive.
        let data = unsafe { (*array.as_array_ptr()).fields.data.cast::<u8>() };
        Ok(Self { array: array.clone().into_any().unbind(), data, values: format.shape.len(), kind, layout })
    }

    /// The memory of the image at a place in the batch.
    ///
    /// # Safety
    /// No two live slots may have the same index, and the index must be below the batch size.
    pub unsafe fn slot(&self, index: usize) -> Output<'_> {
        // SAFETY: the array holds at least `index + 1` images of `values` values of this type, contiguous (it was
        // allocated so, or checked in `given`), aligned by whoever allocated it; the caller gives each index once. The
        // memory comes from allocators that are opaque to the compiler, and the core writes every value
        // before anyone reads it.
        unsafe fn part<'a, T>(data: *mut u8, index: usize, values: usize) -> &'a mut [T] {
            unsafe { std::slice::from_raw_parts_mut(data.cast::<T>().add(index * values), values) }
        }
        // SAFETY: the type of each arm is the type that the array was made with.
        let slot = unsafe {
            match self.kind {
                Kind::U8 => Slot::U8(part(self.data, index, self.values)),
                Kind::U16 => Slot::U16(part(self.data, index, self.values)),
                Kind::U32 => Slot::U32(part(self.data, index, self.values)),
                Kind::U64 => Slot::U64(part(self.data, index, self.values)),
                Kind::F32 => Slot::F32(part(self.data, index, self.values)),
                Kind::F16 => Slot::F16(part(self.data, index, self.values)),
                Kind::Bf16 => Slot::Bf16(part(self.data, index, self.values)),
            }
        };
        Output { slot, layout: self.layout }
    }

    /// The finished array, under numpy's own name of its type.
    pub fn into_array(self, py: Python<'_>, type_name: Option<&'static str>) -> PyResult<Py<PyAny>> {
        match type_name {
            None => Ok(self.array),
            Some(name) => Ok(self.array.bind(py).call_method1("view", (name,))?.unbind()),
        }
    }
}

fn allocate<T: Element>(py: Python<'_>, shape: &[usize]) -> PyResult<(Py<PyAny>, *mut u8)> {
    let bytes = shape.iter().fold(size_of::<T>(), |bytes, &extent| bytes.saturating_mul(extent));
    let array = if bytes < memory::LEAST {
        // SAFETY: the values are not read before the core has written them, see `ArrayOut::slot`.
        unsafe { PyArrayDyn::<T>::new(py, shape, false) }
    } else if let Some((memory, data)) = Memory::take(bytes) {
        let memory = Bound::new(py, memory)?.into_any();
        // SAFETY: `data` begins a page, so it is aligned for `T`, and at least `bytes` bytes follow, which stay where they are
        // and belong to this array alone as long as `memory` lives: the array keeps it. The values are bytes of an earlier
        // array or zeros, so they are initialized, and any bits are a value of a number.
        unsafe {
            let view = ArrayViewD::from_shape_ptr(IxDyn(shape), data.cast::<T>().cast_const());
            PyArrayDyn::borrow_from_array(&view, memory)
        }
    } else {
        // It says in words that there is not enough.
        let array = py.import("numpy")?.call_method1("empty", (PyTuple::new(py, shape)?, T::get_dtype(py)))?;
        array.cast_into::<PyArrayDyn<T>>()?
    };
    let data = array.data().cast::<u8>();
    Ok((array.into_any().unbind(), data))
}

/// An owned image as a new array.
pub fn to_array(py: Python<'_>, image: Image<'_>, dimensions: usize) -> PyResult<Py<PyAny>> {
    let format = image.format();
    let out = ArrayOut::new(py, format, OutputType::Natural, Layout::Hwc, dimensions, None)?;
    // SAFETY: the only slot of a new array.
    let output = unsafe { out.slot(0) };
    let plan = fastaug_core::plan::build(&[], format, Role::Mask, false);
    fastaug_core::exec::sample::with_context(|context| {
        fastaug_core::exec::run(&plan, image, Role::Mask, output, context);
    });
    out.into_array(py, None)
}

/// The error of an argument that is neither bytes nor a path.
pub fn not_encoded(object: &Bound<'_, PyAny>) -> PyErr {
    DecodeError::new_err(format!("expected the bytes of an image file or a path, got {}", object.get_type()))
}
