//! Any bytes give pixels or an error, and the same pixels whether damage is tolerated or not.
#![no_main]

use fastaug_jpeg::{Decoder, Limits, Options, Workspace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(decoder) = Decoder::new(bytes) else { return };
    let info = decoder.info();
    let limits = Limits { pixels: 1 << 20, ..Limits::default() };
    if info.width as u64 * info.height as u64 > limits.pixels {
        return;
    }
    let mut workspace = Workspace::default();
    let mut decode = |tolerant| {
        let options = Options { tolerant, limits, ..Options::default() };
        let mut pixels = vec![0; 3 * info.width * info.height];
        decoder.decode(&options, &mut pixels, 3 * info.width, &mut workspace).map(|_| pixels)
    };
    let (strict, tolerant) = (decode(false), decode(true));
    if let Ok(strict) = strict {
        assert!(tolerant.is_ok_and(|tolerant| tolerant == strict));
    }
});
