//! A rectangle is that part of the whole picture, whatever the file is. The first six bytes choose it, the scale, and
//! whether it is turned as EXIF says.
#![no_main]

use fastaug_jpeg::{Decoder, Limits, Options, Region, Workspace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[x, y, width, height, scale, flags], file)) = bytes.split_first_chunk::<6>() else { return };
    let Ok(decoder) = Decoder::new(file) else { return };
    let limits = Limits { pixels: 1 << 20, ..Limits::default() };
    let (tolerant, orient) = (flags & 1 == 1, flags & 2 == 2);
    let options = Options { scale: 1 << (scale & 3), tolerant, orient, limits, ..Options::default() };
    let info = decoder.info();
    if info.width as u64 * info.height as u64 > limits.pixels {
        return;
    }
    let whole_size = decoder.output_size(&options);
    let place = |at: u8, length: u8, whole: usize| {
        let length = 1 + usize::from(length) * (whole - 1) / 255;
        (usize::from(at) * (whole - length) / 255, length)
    };
    let ((x, width), (y, height)) = (place(x, width, whole_size.0), place(y, height, whole_size.1));
    let mut workspace = Workspace::default();
    let mut decode = |region: Option<Region>| {
        let options = Options { region, ..options };
        let (width, height) = decoder.output_size(&options);
        let mut pixels = vec![0; 3 * width * height];
        decoder.decode(&options, &mut pixels, 3 * width, &mut workspace).map(|_| pixels)
    };
    let Ok(whole) = decode(None) else { return };
    let part = decode(Some(Region { x, y, width, height })).expect("a part of what can be decoded");
    for (row, line) in part.chunks_exact(3 * width).enumerate() {
        let begin = 3 * ((y + row) * whole_size.0 + x);
        assert_eq!(line, &whole[begin..begin + 3 * width]);
    }
});
