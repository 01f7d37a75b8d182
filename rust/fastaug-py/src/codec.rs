//! Reading and writing image files: `imread`, `imdecode`, `decode_info`, `imencode`.

use crate::{
    arrays::{ArrayIn, ArrayOut, OutputType, not_encoded, to_array},
    errors::{DecodeError, ShapeError, of_file, to_python},
    files::{Contents, Stored, unreadable},
    indexes::SeekIndex,
};
use fastaug_core::{
    codec::{self, ColourMode, Database, JpegOptions, JpegPlanes, Opened, Request, Scale, Subsampling},
    exec::{Layout, Slot, bands, sample::with_context},
    image::{DType, Format, Image, Rect},
    ops::Role,
};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict},
};
use std::{io, ops::RangeInclusive, path::PathBuf};

/// The contents of an image file.
enum Encoded<'py> {
    /// A bytes object, which never changes: it is read where it is.
    Bytes(Bound<'py, PyBytes>),
    /// Anything else in memory, copied.
    Copied(Vec<u8>),
    /// A file that was read.
    File(Contents),
}

impl<'py> Encoded<'py> {
    /// The bytes of an object that holds some or of the file that it names.
    fn new(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Ok(bytes) = object.cast::<PyByteArray>() {
            return Ok(Self::Copied(bytes.to_vec()));
        }
        if let Ok(path) = object.extract::<PathBuf>() {
            let file = Stored::Whole(path);
            return object.py().detach(|| file.read()).map(Self::File).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => of_file(file.path(), &error),
                _ => DecodeError::new_err(unreadable(file.path(), &error)),
            });
        }
        object
            .call_method0("tobytes")
            .and_then(|bytes| Ok(Self::Bytes(bytes.cast_into::<PyBytes>()?)))
            .map_err(|_| not_encoded(object))
    }

    fn contents(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Copied(bytes) => bytes,
            Self::File(bytes) => bytes,
        }
    }
}

fn colour_mode(name: &str) -> PyResult<ColourMode> {
    match name {
        "rgb" => Ok(ColourMode::Rgb),
        "bgr" => Ok(ColourMode::Bgr),
        "gray" => Ok(ColourMode::Gray),
        "rgba" => Ok(ColourMode::Rgba),
        "cmyk" => Ok(ColourMode::Cmyk),
        "unchanged" => Ok(ColourMode::Unchanged),
        other => {
            Err(DecodeError::new_err(format!("mode must be rgb, bgr, gray, rgba, cmyk or unchanged, got {other:?}")))
        }
    }
}

/// A rectangle given as four whole numbers; whether it lies inside the picture is the core's to say.
fn rectangle(region: &Bound<'_, PyAny>) -> PyResult<Rect> {
    let wrong = || {
        let shown = region.repr().map_or_else(|_| "something else".to_owned(), |shown| shown.to_string());
        DecodeError::new_err(format!(
            "region must be (x, y, width, height), four whole numbers of which x and y are at least 0, width and height at least 1, got {shown}"
        ))
    };
    let [x, y, width, height]: [usize; 4] = region.extract().map_err(|_| wrong())?;
    if width == 0 || height == 0 {
        return Err(wrong());
    }
    Ok(Rect { x, y, width, height })
}

fn scale_of(factor: f64) -> PyResult<Scale> {
    Scale::from_factor(factor)
        .ok_or_else(|| DecodeError::new_err(format!("scale must be 1, 1/2, 1/4 or 1/8, got {factor}")))
}

fn request<'a>(
    mode: &str,
    region: Option<&Bound<'_, PyAny>>,
    scale: f64,
    orient: bool,
    tolerant: bool,
    indexes: Option<&'a Database>,
) -> PyResult<Request<'a>> {
    Ok(Request {
        mode: colour_mode(mode)?,
        scale: scale_of(scale)?,
        region: region.map(rectangle).transpose()?,
        orient,
        tolerant,
        indexes,
    })
}

fn decode(py: Python<'_>, bytes: &[u8], request: &Request<'_>, threads: usize) -> PyResult<Py<PyAny>> {
    let opened = py.detach(|| with_context(|context| codec::open(bytes, request, context.scratch)));
    let dimensions = |channels| if channels == 1 { 2 } else { 3 };
    let file = match opened.map_err(|error| to_python(&error))? {
        Opened::Pixels(image) => {
            let array = to_array(py, image.as_image(), dimensions(image.format().shape.channels))?;
            with_context(|context| context.scratch.give_image(image));
            return Ok(array);
        }
        Opened::Jpeg(file) => file,
    };
    let format = Format::new(file.shape(), DType::U8);
    let array = ArrayOut::new(py, format, OutputType::Natural, Layout::Hwc, dimensions(format.shape.channels), None)?;
    // SAFETY: the only slot of a new array.
    let Slot::U8(pixels) = unsafe { array.slot(0) }.slot else { unreachable!("it was made for bytes") };
    py.detach(|| bands::decode(&file, pixels, threads)).map_err(|error| to_python(&error))?;
    array.into_array(py, None)
}

/// Decodes the bytes of an image file.
///
/// `mode` is "rgb", "bgr", "gray", "rgba", "cmyk" (JPEG files of four components; 0 is no ink) or "unchanged", which
/// keeps the file's channels and type.
///
/// `scale` 1/2, 1/4 or 1/8 makes a JPEG file smaller while it is decoded, which takes less time than resizing afterwards;
/// other formats have only 1. `region`, (x, y, width, height), is the rectangle wanted of the scaled picture: the same
/// pixels as cut out of the whole, and of a JPEG file hardly more than those are decoded.
///
/// With `orient`, a JPEG file is turned and mirrored as its EXIF orientation says that it is to be seen, and `region` is a
/// rectangle of what is seen. Without it, pixels lie as they do in the file. Other formats have none that is read.
///
/// A file that ends early or is damaged is refused with a `DecodeError` that says what was wrong and at which byte. With
/// `tolerant`, damage to the pixels of a JPEG file is overlooked where something can be decoded, and what is missing is
/// gray or repeats what was there before; for other formats it changes nothing.
///
/// With `index`, the `SeekIndex` of a data set, a region of a JPEG file that has an entry in it is found without reading all
/// that stands above it.
///
/// `threads` is how many threads work on a large JPEG file that is not progressive; files of less than a megapixel are left to
/// one. Where many files are decoded, `Compose.batch` keeps all threads busy without it.
#[pyfunction]
#[pyo3(signature = (data, mode = "rgb", *, region = None, scale = 1.0, orient = false, tolerant = false, index = None, threads = 1))]
#[expect(clippy::too_many_arguments, reason = "they are Python's, given by name")]
pub fn imdecode(
    data: &Bound<'_, PyAny>,
    mode: &str,
    region: Option<&Bound<'_, PyAny>>,
    scale: f64,
    orient: bool,
    tolerant: bool,
    index: Option<&Bound<'_, SeekIndex>>,
    threads: usize,
) -> PyResult<Py<PyAny>> {
    let database = SeekIndex::database_of(index)?;
    let request = request(mode, region, scale, orient, tolerant, database.as_deref())?;
    decode(data.py(), Encoded::new(data)?.contents(), &request, threads)
}

/// Reads and decodes an image file. The arguments are those of `imdecode`.
#[pyfunction]
#[pyo3(signature = (path, mode = "rgb", *, region = None, scale = 1.0, orient = false, tolerant = false, index = None, threads = 1))]
#[expect(clippy::too_many_arguments, reason = "they are Python's, given by name")]
pub fn imread(
    path: &Bound<'_, PyAny>,
    mode: &str,
    region: Option<&Bound<'_, PyAny>>,
    scale: f64,
    orient: bool,
    tolerant: bool,
    index: Option<&Bound<'_, SeekIndex>>,
    threads: usize,
) -> PyResult<Py<PyAny>> {
    let database = SeekIndex::database_of(index)?;
    let request = request(mode, region, scale, orient, tolerant, database.as_deref())?;
    let file = Encoded::new(path)?;
    decode(path.py(), file.contents(), &request, threads)
        .map_err(|error| DecodeError::new_err(format!("{path}: {}", error.value(path.py()))))
}

/// Decodes the components of a JPEG file as they are stored, and answers a list of arrays of height × width.
///
/// Of most files these are brightness (Y) and two colour differences (Cb, Cr), which are smaller where chroma is
/// subsampled: `decode_info(data)["sampling"]`. Of others they are gray alone, red, green and blue, or four inks as they are
/// in the file, where 255 is no ink as a rule. Nothing is interpolated and nothing converted; an EXIF orientation is not
/// applied.
///
/// `scale` 1/2, 1/4 or 1/8 makes every plane smaller while it is decoded. `tolerant` is that of `imdecode`, and `data` may
/// be a path, too.
#[pyfunction]
#[pyo3(signature = (data, *, scale = 1.0, tolerant = false))]
pub fn decode_planes(data: &Bound<'_, PyAny>, scale: f64, tolerant: bool) -> PyResult<Vec<Py<PyAny>>> {
    let py = data.py();
    let scale = scale_of(scale)?;
    let encoded = Encoded::new(data)?;
    let file = JpegPlanes::open(encoded.contents(), scale, tolerant).map_err(|error| to_python(&error))?;
    let mut arrays = Vec::with_capacity(4);
    for shape in file.shapes() {
        let format = Format::new(shape, DType::U8);
        arrays.push(ArrayOut::new(py, format, OutputType::Natural, Layout::Hwc, 2, None)?);
    }
    let planes = arrays.iter().map(|array| {
        // SAFETY: the only slot of a new array.
        let Slot::U8(samples) = unsafe { array.slot(0) }.slot else { unreachable!("it was made for bytes") };
        samples
    });
    py.detach(|| with_context(|context| file.decode(planes, context.scratch))).map_err(|error| to_python(&error))?;
    arrays.into_iter().map(|array| array.into_array(py, None)).collect()
}

/// Reads the header of an image file without decoding its pixels.
///
/// The answer holds `format`, `height`, `width`, `channels` and `dtype`. Of a JPEG file it also holds `components`;
/// `progressive`; `sampling`, "4:2:0" and the like or else the factors of each component ("2x2,1x2,1x1"); `orientation`,
/// EXIF's number from 1 to 8; `restart_interval`, in MCUs, 0 for none; and `quality`, at which libjpeg quantises
/// brightness about as finely, or None where the header has no table for it.
#[pyfunction]
pub fn decode_info<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = data.py();
    let info = codec::info(Encoded::new(data)?.contents()).map_err(|error| to_python(&error))?;
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "format"), info.format)?;
    dict.set_item(intern!(py, "height"), info.height)?;
    dict.set_item(intern!(py, "width"), info.width)?;
    dict.set_item(intern!(py, "channels"), info.channels)?;
    dict.set_item(intern!(py, "dtype"), info.dtype.to_string())?;
    if let Some(jpeg) = info.jpeg {
        dict.set_item(intern!(py, "components"), jpeg.components)?;
        dict.set_item(intern!(py, "progressive"), jpeg.progressive)?;
        dict.set_item(intern!(py, "sampling"), codec::sampling_name(&jpeg))?;
        dict.set_item(intern!(py, "orientation"), jpeg.orientation)?;
        dict.set_item(intern!(py, "restart_interval"), jpeg.restart_interval)?;
        dict.set_item(intern!(py, "quality"), jpeg.quality)?;
    }
    Ok(dict)
}

/// A whole number within a range.
fn whole_number<T: TryFrom<i64>>(name: &str, given: &Bound<'_, PyAny>, range: RangeInclusive<i64>) -> PyResult<T> {
    let (least, most) = (range.start(), range.end());
    let wrong = || format!("{name} must be a whole number from {least} to {most}, got {given}");
    let number: i64 = given.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyTypeError>(given.py()) {
            PyTypeError::new_err(wrong())
        } else {
            PyValueError::new_err(wrong())
        }
    })?;
    let in_range = range.contains(&number).then_some(number).and_then(|number| T::try_from(number).ok());
    in_range.ok_or_else(|| PyValueError::new_err(wrong()))
}

fn subsampling_named(name: &str) -> PyResult<Subsampling> {
    match name {
        "4:4:4" => Ok(Subsampling::S444),
        "4:2:2" => Ok(Subsampling::S422),
        "4:2:0" => Ok(Subsampling::S420),
        "4:4:0" => Ok(Subsampling::S440),
        "4:1:1" => Ok(Subsampling::S411),
        other => Err(PyValueError::new_err(format!(
            "subsampling must be \"4:4:4\", \"4:2:2\", \"4:2:0\", \"4:4:0\" or \"4:1:1\", got {other:?}"
        ))),
    }
}

/// Encodes an image as a baseline JPEG file: the bytes that Pillow writes with the same settings.
///
/// The image is `uint8`: height × width or height × width × 1 (gray), × 3 (RGB) or × 4 (RGBA, of which the opacity is left
/// out, since JPEG has none). It is read where it is if the pixels of each row lie one after the other.
///
/// `quality` goes from 1 (smallest file) to 100 (least loss). `subsampling`, "4:4:4", "4:2:2", "4:2:0", "4:4:0" or
/// "4:1:1", says how finely chroma is stored. `optimize` makes Huffman tables for the image: a few percent smaller, and a
/// second pass over it. `restart_interval` is the number of MCUs (squares of 8 or 16 pixels) after which decoding can begin
/// anew, 0 for none.
#[pyfunction]
#[pyo3(
    signature = (image, quality = None, *, subsampling = "4:2:0", optimize = false, restart_interval = None),
    text_signature = "(image, quality=95, *, subsampling='4:2:0', optimize=False, restart_interval=0)"
)]
pub fn imencode<'py>(
    image: &Bound<'py, PyAny>,
    quality: Option<&Bound<'py, PyAny>>,
    subsampling: &str,
    optimize: bool,
    restart_interval: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = image.py();
    let options = JpegOptions {
        quality: quality.map_or(Ok(95), |given| whole_number("quality", given, 1..=100))?,
        subsampling: subsampling_named(subsampling)?,
        optimize,
        restart_interval: restart_interval.map_or(Ok(0), |given| whole_number("restart_interval", given, 0..=65535))?,
    };
    let array = image.cast::<PyUntypedArray>().map_err(|_| {
        PyTypeError::new_err(format!("image must be a numpy array of type uint8, got {}", image.get_type()))
    })?;
    let descriptor = array.dtype();
    if (descriptor.kind(), descriptor.itemsize()) != (b'u', 1) {
        return Err(ShapeError::new_err(format!(
            "image has dtype {descriptor}; a JPEG file is made of uint8 (0…255): convert it with .astype(numpy.uint8), scaled to that range"
        )));
    }
    let pixels = ArrayIn::new(array, Role::Image, "image")?;
    let encoded = py.detach(|| {
        let Image::U8(view) = pixels.image() else { unreachable!("its type was looked at above") };
        with_context(|context| codec::encode_jpeg(view, options, context.scratch))
    });
    Ok(PyBytes::new(py, &encoded.map_err(|error| to_python(&error))?))
}
