//! What callers ask for and what they get.

use super::{Coefficients, Job, Output, Pieces, Workspace, coefficients::Source, pieces, sequential, states, stored};
use crate::{
    error::{Error, ErrorKind, Warnings},
    index::{Fingerprint, SeekIndex, State},
    parse::{Event, Frame, Parser, Process, SOS, Scan},
    picture::{Colour, Conversion, Layout, Orientation, PlaneMut, Region, Target, Turned},
    standard,
};
use fearless_simd::Level;
use std::sync::OnceLock;

/// What a file may ask for at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the picture. The default is 178,956,970, Pillow's.
    pub pixels: u64,
    /// Scans of a file that has several. The default is 100.
    pub scans: usize,
    /// Markers of the whole file, restarts inside of scans apart. The default is 10,000: a hundred times what files full of
    /// thumbnails and profiles have.
    pub markers: usize,
    /// Bytes of memory for coefficients and samples, the caller's pixels apart. The default is 2 GiB, which is enough for
    /// all that `pixels` allows by default: files of one scan keep a few rows, others every coefficient in two bytes.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pixels: 178_956_970, scans: 100, markers: 10_000, memory: 2 << 30 }
    }
}

/// How a file is to be decoded.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What the pixels are to be.
    pub colour: Colour,
    /// Eighths of its size: 8, 4, 2 or 1.
    pub scale: usize,
    /// The rectangle of the picture, at its scale and as `orient` says; all of it by default.
    pub region: Option<Region>,
    /// Whether the picture is turned and mirrored as EXIF's orientation says that it is to be seen. By default it is left as
    /// it is stored.
    pub orient: bool,
    /// Whether damage is overlooked wherever something can be decoded.
    pub tolerant: bool,
    /// What the file may ask for at most.
    pub limits: Limits,
    /// Vectors of which width are used at most; the result does not depend on it.
    pub level: Level,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            colour: Colour::Rgb,
            scale: 8,
            region: None,
            orient: false,
            tolerant: false,
            limits: Limits::default(),
            level: Level::new(),
        }
    }
}

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Components of the stored picture: 1, 3 or 4.
    pub components: usize,
    /// Whether it is stored in several scans of growing detail.
    pub progressive: bool,
    /// EXIF's orientation, 1 to 8.
    pub orientation: u8,
    /// Sampling factors of each component, across and down.
    pub sampling: Vec<(u8, u8)>,
    /// MCUs between restart markers, 0 for none.
    pub restart_interval: usize,
    /// The quality, 1 to 100, at which libjpeg quantises brightness about as finely.
    pub quality: Option<u8>,
}

/// What was noticed while decoding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was wrong and could be overlooked.
    pub warnings: Warnings,
}

/// What happens to a picture's rows of MCUs when a region is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsRead {
    /// Above the region, not read thanks to a seek index or to restart markers.
    pub jumped: usize,
    /// Read and passed over. Files of several scans are read to their end.
    pub passed: usize,
    /// Decoded.
    pub decoded: usize,
    /// Below the region, not read.
    pub unread: usize,
}

/// A file whose header was read.
///
/// Everything that can be asked for stands in [`Options`]; here a gray picture of half the size, with rows that begin 64
/// bytes apart:
///
/// ```
/// use fastaug_jpeg::{Colour, Decoder, Options, Workspace};
///
/// let bytes = std::fs::read("tests/data/rgb.jpg")?;
/// let decoder = Decoder::new(&bytes)?;
/// let options = Options { colour: Colour::Gray, scale: 4, ..Options::default() }; // four eighths
/// let (width, height) = decoder.output_size(&options);
/// assert_eq!(width, decoder.info().width.div_ceil(2));
///
/// let mut pixels = vec![0; height * 64];
/// let report = decoder.decode(&options, &mut pixels, 64, &mut Workspace::default())?;
/// assert_eq!(report.warnings.count, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<'b> {
    parser: Parser<'b>,
    frame: Frame,
    scan: Scan,
    fingerprint: OnceLock<Fingerprint>,
}

impl<'b> Decoder<'b> {
    /// Reads the header of a file, up to its first scan.
    ///
    /// ```
    /// let bytes = std::fs::read("tests/data/progressive-422-restarts.jpg")?;
    /// let info = fastaug_jpeg::Decoder::new(&bytes)?.info();
    /// assert!(info.progressive);
    /// assert_eq!(info.sampling, [(2, 1), (1, 1), (1, 1)]);
    ///
    /// let error = fastaug_jpeg::Decoder::new(b"GIF89a").unwrap_err();
    /// assert_eq!(error.kind(), fastaug_jpeg::ErrorKind::NotJpeg);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(bytes: &'b [u8]) -> Result<Self, Error> {
        Self::with_limits(bytes, &Limits::default())
    }

    /// Reads the header of a file that may have more markers, or fewer, than others; the other limits matter later.
    pub fn with_limits(bytes: &'b [u8], limits: &Limits) -> Result<Self, Error> {
        let mut parser = Parser::new(bytes, limits.markers)?;
        match parser.next_event()? {
            Event::Scan(scan) => {
                let frame = parser.frame.clone().unwrap_or_else(|| unreachable!("a scan has a frame"));
                Ok(Self { parser, frame, scan, fingerprint: OnceLock::new() })
            }
            Event::End => Err(Error::damaged(parser.position - 2, 0xD9, "the image ends before its first scan")),
        }
    }

    /// Components of the stored picture: 1, 3 or 4.
    pub fn components(&self) -> usize {
        self.frame.components.len()
    }

    /// EXIF's orientation, 1 to 8.
    pub fn orientation(&self) -> u8 {
        self.parser.orientation
    }

    /// What the header says.
    pub fn info(&self) -> Info {
        let frame = &self.frame;
        Info {
            width: frame.width,
            height: frame.height,
            components: frame.components.len(),
            progressive: frame.process == Process::Progressive,
            orientation: self.parser.orientation,
            sampling: frame.components.iter().map(|part| (part.horizontal as u8, part.vertical as u8)).collect(),
            restart_interval: self.parser.restart_interval,
            quality: self
                .parser
                .quantisation
                .get(frame.components[0].quantisation)
                .and_then(Option::as_ref)
                .map(standard::quality),
        }
    }

    /// What the file is recognised by: reads all of it, once.
    pub fn fingerprint(&self) -> Fingerprint {
        *self.fingerprint.get_or_init(|| Fingerprint::of(self.parser.bytes()))
    }

    /// Width and height of what these options give.
    ///
    /// ```
    /// use fastaug_jpeg::{Decoder, Options};
    ///
    /// // A camera was held upright, and lies on its side in the file: EXIF's orientation is 6.
    /// let mut bytes = std::fs::read("tests/data/rgb.jpg")?;
    /// let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    /// bytes.splice(2..2, exif.iter().copied());
    ///
    /// let decoder = Decoder::new(&bytes)?;
    /// let (width, height) = decoder.output_size(&Options::default());
    /// let upright = Options { orient: true, ..Options::default() };
    /// assert_eq!(decoder.output_size(&upright), (height, width));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn output_size(&self, options: &Options) -> (usize, usize) {
        match options.region {
            Some(region) => (region.width, region.height),
            None => self.wanted_orientation(options).seen_size(Layout::scaled_size(&self.frame, options.scale)),
        }
    }

    /// How what is seen lies in the file.
    fn wanted_orientation(&self, options: &Options) -> Orientation {
        if options.orient { Orientation::of_exif(self.parser.orientation) } else { Orientation::default() }
    }

    /// The rectangle of the stored picture, at its scale, that these options ask for: their region, unless `orient` turns
    /// it.
    pub fn stored_region(&self, options: &Options) -> Result<Region, Error> {
        let argument = |reason: String| Error::new(ErrorKind::Argument, reason);
        if !matches!(options.scale, 1 | 2 | 4 | 8) {
            return Err(argument(format!("a scale of {} eighths; 1, 2, 4 and 8 are possible", options.scale)));
        }
        let stored = Layout::scaled_size(&self.frame, options.scale);
        let orientation = self.wanted_orientation(options);
        let (width, height) = orientation.seen_size(stored);
        let region = options.region.unwrap_or(Region { x: 0, y: 0, width, height });
        let fits = |begin: usize, length: usize, whole: usize| {
            length > 0 && begin.checked_add(length).is_some_and(|end| end <= whole)
        };
        if !fits(region.x, region.width, width) || !fits(region.y, region.height, height) {
            return Err(argument(format!("{region:?} is not a part of a picture of {width}×{height} pixels")));
        }
        Ok(orientation.stored(region, stored))
    }

    /// Decodes into `pixels`, whose rows begin `stride` bytes apart.
    ///
    /// A file that ends too early is an error, unless the options are tolerant: then the picture goes as far as the file
    /// does, and the report says what was missing.
    ///
    /// ```
    /// use fastaug_jpeg::{Decoder, ErrorKind, Options, Workspace};
    ///
    /// let bytes = std::fs::read("tests/data/progressive-444.jpg")?;
    /// let cut_off = &bytes[..bytes.len() / 2];
    /// let decoder = Decoder::new(cut_off)?;
    /// let (width, height) = decoder.output_size(&Options::default());
    /// let mut pixels = vec![0; width * height * 3];
    /// let mut workspace = Workspace::default();
    ///
    /// let error = decoder.decode(&Options::default(), &mut pixels, 3 * width, &mut workspace).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Truncated);
    ///
    /// let tolerant = Options { tolerant: true, ..Options::default() };
    /// let report = decoder.decode(&tolerant, &mut pixels, 3 * width, &mut workspace)?;
    /// for warning in &report.warnings.first {
    ///     println!("byte {}: {}", warning.offset, warning.reason);
    /// }
    /// assert!(report.warnings.count > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(
        &self,
        options: &Options,
        pixels: &mut [u8],
        stride: usize,
        workspace: &mut Workspace,
    ) -> Result<Report, Error> {
        self.decode_indexed(None, options, pixels, stride, workspace)
    }

    /// As [`decode`](Self::decode), beginning to read near the region. An index of another file is noticed, and not used.
    pub fn decode_indexed(
        &self,
        index: Option<&SeekIndex>,
        options: &Options,
        pixels: &mut [u8],
        stride: usize,
        workspace: &mut Workspace,
    ) -> Result<Report, Error> {
        let layout = self.layout(options)?;
        let output = self.output(options, &layout, pixels, stride)?;
        self.run(&layout, index, options, output, workspace)
    }

    /// Where pixels go, if there is room for them and for what they are made of.
    fn output<'t>(
        &self,
        options: &Options,
        layout: &Layout,
        pixels: &'t mut [u8],
        stride: usize,
    ) -> Result<Output<'t, 't>, Error> {
        let (width, height) = self.output_size(options);
        let row = width * options.colour.channels();
        if stride < row || pixels.len() < (height - 1) * stride + row {
            let reason = format!(
                "a buffer of {} bytes with {stride} from row to row does not hold {height} rows of {row} bytes",
                pixels.len()
            );
            return Err(Error::new(ErrorKind::Argument, reason));
        }
        let orientation = self.wanted_orientation(options);
        self.expect_memory(layout, orientation.transposed, options.limits.memory)?;
        let target = Target { pixels, stride, orientation };
        Ok(Output::Pixels { conversion: self.conversion(), colour: options.colour, target })
    }

    /// Divides the scans of a sequential file into pieces that any threads may read at the same time, each scan into `count`
    /// of them at most. All of the file is read, also for a part of the picture.
    ///
    /// There is `None` for other files, and where anything is out of the ordinary. Once all pieces are read,
    /// [`Pieces::join`] may still find that they do not fit together. [`decode`](Self::decode) has an answer then.
    ///
    /// ```
    /// use fastaug_jpeg::encode::{Picture, PixelFormat, encode};
    /// use fastaug_jpeg::{Decoder, Options, Region, Workspace};
    ///
    /// let (height, width) = (1000, 1000);
    /// let pixels: Vec<u8> = (0..height * width * 3).map(|index| (index * index / 7000 % 251) as u8).collect();
    /// let picture = Picture::new(&pixels, (height, width), 3 * width, PixelFormat::Rgb)?;
    /// let file = encode(picture, &Default::default(), fearless_simd::Level::new())?;
    ///
    /// let decoder = Decoder::new(&file)?;
    /// let options = Options::default();
    /// let (mut one, mut other) = (Workspace::default(), Workspace::default());
    /// let pieces = decoder.pieces(&options, 2, &mut one).expect("a healthy file without restarts");
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| pieces.read(0, &mut one));
    ///     scope.spawn(|| (1..pieces.count()).for_each(|number| pieces.read(number, &mut other)));
    /// });
    /// let coefficients = pieces.join().expect("pieces that fit together");
    ///
    /// // Two threads may do this as well.
    /// let mut halves = vec![0; height * width * 3];
    /// for (half, y) in halves.chunks_mut(height / 2 * width * 3).zip([0, height / 2]) {
    ///     let options = Options { region: Some(Region { x: 0, y, width, height: height / 2 }), ..options };
    ///     decoder.decode_coefficients(&coefficients, &options, half, 3 * width, &mut one)?;
    /// }
    /// coefficients.release(&mut one);
    ///
    /// let mut expected = vec![0; height * width * 3];
    /// decoder.decode(&options, &mut expected, 3 * width, &mut one)?;
    /// assert!(halves == expected);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pieces(&self, options: &Options, count: usize, workspace: &mut Workspace) -> Option<Pieces<'b>> {
        if self.frame.process == Process::Progressive {
            return None;
        }
        let layout = self.layout(options).ok()?;
        let parser = self.reparser(options);
        let pieces = pieces::divide(parser, &self.frame, &self.scan, &layout, (count, options.level), workspace)?;
        let streams = self.is_streamed();
        let fits = (streams || pieces.scans() <= options.limits.scans)
            && pieces.memory() <= options.limits.memory
            && (!streams || options.tolerant || self.expect_end(pieces.behind, &options.limits).is_ok());
        if !fits {
            pieces.release(workspace);
            return None;
        }
        Some(pieces)
    }

    /// Reads all scans of a file that has several, so that any threads can make pixels of them.
    pub fn read_scans(&self, options: &Options, workspace: &mut Workspace) -> Result<Coefficients, Error> {
        let layout = self.layout(options)?;
        self.expect_memory(&layout, false, options.limits.memory)?;
        let mut warnings = Warnings::default();
        self.read_stored(options, &mut warnings, workspace).map(|stored| Coefficients(Source::Stored(stored)))
    }

    /// Makes pixels of what was read with the same options, their region apart; as [`decode`](Self::decode) does.
    pub fn decode_coefficients(
        &self,
        coefficients: &Coefficients,
        options: &Options,
        pixels: &mut [u8],
        stride: usize,
        workspace: &mut Workspace,
    ) -> Result<(), Error> {
        let layout = self.layout(options)?;
        let output = self.output(options, &layout, pixels, stride)?;
        let mut job = Job { layout: &layout, output, level: options.level };
        match &coefficients.0 {
            Source::Stored(stored) => stored::write(&self.frame, stored, &mut job, workspace),
            Source::Joined(joined) => joined.write(&mut job, workspace),
        }
        Ok(())
    }

    /// What goes on behind the header, as the options say.
    fn reparser(&self, options: &Options) -> Parser<'b> {
        let mut parser = self.parser.clone();
        parser.tolerant = options.tolerant;
        parser.max_markers = options.limits.markers;
        parser
    }

    fn read_stored(
        &self,
        options: &Options,
        warnings: &mut Warnings,
        workspace: &mut Workspace,
    ) -> Result<stored::Coefficients, Error> {
        let mut rules = stored::Rules {
            strict: !options.tolerant,
            max_scans: options.limits.scans,
            level: options.level,
            warnings,
        };
        stored::read(&mut self.reparser(options), &self.frame, self.scan.clone(), &mut rules, workspace)
    }

    /// Width and height of each component's samples when every 8×8 block becomes `scale`×`scale` of them.
    pub fn plane_sizes(&self, scale: usize) -> Vec<(usize, usize)> {
        Layout::plane_sizes(&self.frame, scale).collect()
    }

    /// Decodes the samples of each component as they are stored, none of them between others and none converted: of most
    /// files brightness and two smaller planes of colour differences, of others gray, red, green and blue, or four inks as
    /// they are in the file (which are inverted as a rule).
    ///
    /// Of the options, `scale`, `tolerant`, `limits` and `level` count, and `colour` means nothing here. Planes are whole and
    /// as stored: a `region` and `orient` are refused.
    ///
    /// ```
    /// use fastaug_jpeg::{Decoder, Options, PlaneMut, Workspace};
    ///
    /// let bytes = std::fs::read("tests/data/progressive-420.jpg")?;
    /// let decoder = Decoder::new(&bytes)?;
    /// let sizes = decoder.plane_sizes(8);
    /// assert_eq!(sizes[1].0, sizes[0].0.div_ceil(2));
    ///
    /// let mut memory: Vec<Vec<u8>> = sizes.iter().map(|(width, height)| vec![0; width * height]).collect();
    /// let planes = memory.iter_mut().zip(&sizes).map(|(samples, &(stride, _))| PlaneMut { samples, stride });
    /// decoder.decode_planes(&Options::default(), &mut planes.collect::<Vec<_>>(), &mut Workspace::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode_planes(
        &self,
        options: &Options,
        planes: &mut [PlaneMut<'_>],
        workspace: &mut Workspace,
    ) -> Result<Report, Error> {
        let argument = |reason: String| Error::new(ErrorKind::Argument, reason);
        if options.region.is_some() || options.orient {
            return Err(argument("planes are whole and as they are stored: no region, and no orientation".into()));
        }
        self.expect_pixels(options)?;
        self.stored_region(options)?;
        let layout = Layout::of_samples(&self.frame, options.scale);
        if planes.len() != layout.planes.len() {
            let reason = format!("{} planes for a picture of {} components", planes.len(), layout.planes.len());
            return Err(argument(reason));
        }
        for (number, (part, plane)) in layout.planes.iter().zip(planes.iter()).enumerate() {
            let (width, height) = part.samples;
            if plane.stride < width || plane.samples.len() < (height - 1) * plane.stride + width {
                return Err(argument(format!(
                    "plane {number}: a buffer of {} bytes with {} from row to row does not hold {height} rows of {width}",
                    plane.samples.len(),
                    plane.stride
                )));
            }
        }
        self.expect_memory(&layout, false, options.limits.memory)?;
        self.run(&layout, None, options, Output::Samples(planes), workspace)
    }

    /// Reads what the layout needs, and makes of it what is wanted.
    fn run(
        &self,
        layout: &Layout,
        index: Option<&SeekIndex>,
        options: &Options,
        output: Output<'_, '_>,
        workspace: &mut Workspace,
    ) -> Result<Report, Error> {
        let streams = self.is_streamed();
        let mut report = Report { warnings: self.parser.warnings.clone() };
        let index = index.filter(|index| {
            let fits = streams && index.fingerprint() == self.fingerprint() && index.fits(self.mcus());
            if !fits {
                report.warnings.add(0, "the seek index belongs to another file");
            }
            fits
        });
        let mut job = Job { layout, output, level: options.level };
        if streams {
            let mut rules = sequential::Rules { index, strict: !options.tolerant, warnings: &mut report.warnings };
            let end = sequential::decode(&self.parser, &self.frame, &self.scan, &mut rules, &mut job, workspace)?;
            if let (Some(position), false) = (end, options.tolerant) {
                self.expect_end(position, &options.limits)?;
            }
        } else {
            let coefficients = self.read_stored(options, &mut report.warnings, workspace)?;
            stored::write(&self.frame, &coefficients, &mut job, workspace);
            coefficients.release(workspace);
        }
        Ok(report)
    }

    /// Which rows of MCUs a decode with these options reads, and what it does to them.
    pub fn rows_read(&self, index: Option<&SeekIndex>, options: &Options) -> Result<RowsRead, Error> {
        let layout = self.layout(options)?;
        let (rows, all) = (layout.mcu_rows, layout.all_mcu_rows);
        if !self.is_streamed() {
            return Ok(RowsRead { jumped: 0, passed: all - rows.len(), decoded: rows.len(), unread: 0 });
        }
        let index = index.filter(|index| index.fingerprint() == self.fingerprint() && index.fits(self.mcus()));
        let begin = rows.start * self.frame.mcus_wide() + layout.mcu_columns.start;
        let place = match index {
            Some(index) => index.before(begin).map(|(place, _)| place),
            None => sequential::restart_before(&self.parser, begin, options.level).map(|(place, _)| place),
        };
        let jumped = place.map_or(0, |place| place / self.frame.mcus_wide());
        Ok(RowsRead { jumped, passed: rows.start - jumped, decoded: rows.len(), unread: all - rows.end })
    }

    /// Which blocks are needed, of a file and for options that are as they must be.
    fn layout(&self, options: &Options) -> Result<Layout, Error> {
        self.expect_pixels(options)?;
        let region = self.stored_region(options)?;
        // Brightness needs the first component alone, if that is what it holds.
        let first_only =
            options.colour == Colour::Gray && matches!(self.conversion(), Conversion::Gray | Conversion::YCbCr);
        Layout::new(&self.frame, options.scale, region, |component| component == 0 || !first_only)
    }

    /// Whether one scan holds everything, so that pixels can be made while it is read.
    pub fn is_streamed(&self) -> bool {
        self.frame.process != Process::Progressive && self.scan.components.len() == self.frame.components.len()
    }

    /// The states of a seek index at some MCUs; `None` if this file cannot have one.
    pub(crate) fn states(&self, places: impl Iterator<Item = usize>) -> Result<Option<Vec<State>>, Error> {
        if !self.is_streamed() {
            return Ok(None);
        }
        states(&self.parser, &self.frame, &self.scan, places, Level::new())
    }

    /// MCUs of the picture, across and down.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        (self.frame.mcus_wide(), self.frame.mcu_rows())
    }

    /// Whether there are restart markers.
    pub fn has_restarts(&self) -> bool {
        self.parser.restart_interval > 0
    }

    /// The picture must not have more pixels than are allowed.
    fn expect_pixels(&self, options: &Options) -> Result<(), Error> {
        let count = self.frame.width as u64 * self.frame.height as u64;
        if count > options.limits.pixels {
            let (width, height, limit) = (self.frame.width, self.frame.height, options.limits.pixels);
            return Err(Error::new(
                ErrorKind::Limit,
                format!("the image is {width}×{height}, {count} pixels; limits.pixels is {limit}"),
            ));
        }
        Ok(())
    }

    /// Coefficients and samples must fit into the memory that is allowed; nothing has been asked for yet.
    fn expect_memory(&self, layout: &Layout, transposed: bool, limit: u64) -> Result<(), Error> {
        let coefficients = if self.is_streamed() { 0 } else { stored::memory(&self.frame) };
        let needed = || layout.planes.iter().filter(|plane| plane.needed);
        let samples: usize = needed()
            .map(|plane| layout.mcu_columns.len() * plane.blocks.0 * plane.size * (plane.blocks.1 * plane.size + 2))
            .sum();
        let waiting = if transposed { needed().count() * Turned::memory(layout.region.width) } else { 0 };
        let bytes = (coefficients + samples + waiting) as u64;
        if bytes > limit {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("to decode the image takes {bytes} bytes of memory; limits.memory is {limit}"),
            ));
        }
        Ok(())
    }

    /// Nothing may follow the only scan but the end of the image; the end of the file will do.
    fn expect_end(&self, position: usize, limits: &Limits) -> Result<(), Error> {
        let mut parser = self.parser.clone();
        parser.position = position;
        parser.max_markers = limits.markers;
        match parser.next_event() {
            Ok(Event::End) => Ok(()),
            Ok(Event::Scan(scan)) => {
                Err(Error::damaged(scan.offset, SOS, "another scan after the one that holds all components"))
            }
            Err(error) if error.kind() == ErrorKind::Truncated => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the components mean.
    fn conversion(&self) -> Conversion {
        let ids: Vec<u8> = self.frame.components.iter().map(|component| component.id).collect();
        match (ids.as_slice(), self.parser.jfif, self.parser.adobe) {
            ([_], ..) => Conversion::Gray,
            ([_, _, _], false, Some(0)) | (b"RGB", false, None) => Conversion::Rgb,
            ([_, _, _], ..) => Conversion::YCbCr,
            (_, _, Some(0) | None) => Conversion::Cmyk,
            _ => Conversion::Ycck,
        }
    }
}
