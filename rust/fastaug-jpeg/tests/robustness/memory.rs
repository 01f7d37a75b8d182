//! Memory that decoding asks for: little for a small part of a large picture, and none the second time.

use super::{dice::Dice, files};
use fastaug_jpeg::{
    Decoder, Options, Region, Workspace,
    encode::{self, PixelFormat},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

/// Bytes that this thread has asked for so far.
pub fn allocated() -> usize {
    ALLOCATED.get()
}

struct Counting;

// SAFETY: hands every request to the system's allocator unchanged; counting touches no memory of the request, and the
// counter has neither a constructor nor a destructor that would allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        // SAFETY: the caller's promise is the one that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn colour_file(width: usize, height: usize) -> Vec<u8> {
    files::baseline(width, height, PixelFormat::Rgb, encode::Options::default(), &mut Dice::new(5, 0))
}

/// Bytes asked for by a decode of this rectangle, as it is to be seen.
fn cost(bytes: &[u8], region: Option<Region>, scale: usize, workspace: &mut Workspace) -> usize {
    let options = Options { region, scale, orient: true, ..Options::default() };
    let decoder = Decoder::new(bytes).expect("a healthy file");
    let (width, height) = decoder.output_size(&options);
    let mut pixels = vec![0; 3 * width * height];
    let before = allocated();
    decoder.decode(&options, &mut pixels, 3 * width, workspace).expect("a healthy file");
    allocated() - before
}

#[test]
fn a_region_costs_memory_for_its_width_alone() {
    let (low, high, wide) = (colour_file(512, 128), colour_file(512, 2048), colour_file(4096, 128));
    let region = |width| Some(Region { x: 100, y: 50, width, height: 40 });
    let fresh = |file: &[u8], width| cost(file, region(width), 8, &mut Workspace::default());
    // Tables are prepared once.
    fresh(&low, 32);
    let small = fresh(&low, 32);
    assert_eq!(fresh(&high, 32), small, "the picture's height matters");
    assert_eq!(fresh(&wide, 32), small, "the picture's width matters");
    // One chunk of entropy-coded bytes, and rows of a few units.
    assert!(small < 100_000, "{small} bytes for 32 columns");
    let large = fresh(&wide, 3200);
    assert!(large > small && large < small + 40 * 3200 * 3, "{large} bytes for 3200 columns, {small} for 32");
}

#[test]
fn a_whole_picture_costs_memory_for_its_width_alone() {
    let (low, high) = (colour_file(512, 128), colour_file(512, 2048));
    cost(&low, None, 8, &mut Workspace::default());
    let costs = [&low, &high].map(|file| cost(file, None, 8, &mut Workspace::default()));
    assert_eq!(costs[0], costs[1]);
}

#[test]
fn a_turned_picture_costs_memory_for_its_width_alone() {
    let (low, high) = (colour_file(512, 128), colour_file(512, 2048));
    let plain = cost(&low, None, 8, &mut Workspace::default()).min(cost(&low, None, 8, &mut Workspace::default()));
    for number in 2..=8 {
        let costs =
            [&low, &high].map(|file| cost(&files::with_orientation(file, number), None, 8, &mut Workspace::default()));
        assert_eq!(costs[0], costs[1], "orientation {number}");
        // Some rows of three components.
        assert!(costs[0] < plain + 512 * 3 * 40, "orientation {number}: {} bytes, {plain} as it is stored", costs[0]);
    }
}

#[test]
fn the_second_decode_allocates_almost_nothing() {
    let mut workspace = Workspace::default();
    let turned = files::with_orientation(&colour_file(512, 300), 8);
    for file in [colour_file(512, 300), turned, files::progressive()] {
        for scale in [8, 4, 2, 1] {
            for region in [None, Some(Region { x: 1, y: 1, width: 4, height: 3 })] {
                cost(&file, region, scale, &mut workspace);
                let again = cost(&file, region, scale, &mut workspace);
                assert!(again < 8192, "{again} bytes for {region:?} at {scale}/8");
            }
        }
    }
}
