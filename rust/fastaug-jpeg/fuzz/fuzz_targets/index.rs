//! Whatever a seek index says with its sums in order, decoding ends in pixels or an error; and any bytes are a database or not.
//! The first byte says how many of the next ones are laid over the index of the file behind them.
#![no_main]

use fastaug_jpeg::{Database, Decoder, Limits, Options, Region, SeekIndex, Workspace, index::Fingerprint};
use libfuzzer_sys::fuzz_target;

/// Bytes of an index before its states, behind length and hash of its file.
const KEPT: usize = 20;
const CHECKSUM: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(database) = Database::open(bytes.to_vec()) {
        database.answers().count();
    }
    let Some((&length, rest)) = bytes.split_first() else { return };
    let Some((changes, file)) = rest.split_at_checked(usize::from(length)) else { return };
    let Ok(decoder) = Decoder::new(file) else { return };
    let info = decoder.info();
    let limits = Limits { pixels: 1 << 20, ..Limits::default() };
    if info.width as u64 * info.height as u64 > limits.pixels {
        return;
    }
    let Ok(Some(index)) = SeekIndex::build(file, Some(2000)) else { return };
    let mut changed = index.to_bytes();
    let end = changed.len() - CHECKSUM;
    for (byte, change) in changed[KEPT..end].iter_mut().zip(changes) {
        *byte ^= change;
    }
    let checksum = Fingerprint::of(&changed[..end]).hash();
    changed[end..].copy_from_slice(&checksum.to_le_bytes());
    let Ok(changed) = SeekIndex::from_bytes(&changed) else { return };
    let region = Region { x: info.width / 2, y: info.height / 2, width: 1, height: 1 };
    for tolerant in [false, true] {
        let options = Options { region: Some(region), tolerant, limits, ..Options::default() };
        let mut pixel = [0; 3];
        let mut decode = |index| decoder.decode_indexed(index, &options, &mut pixel, 3, &mut Workspace::default()).is_ok();
        decode(Some(&changed));
        let _ = decode(Some(&index));
    }
});
