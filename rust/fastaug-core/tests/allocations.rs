//! A steady pipeline allocates nothing of image size: after its first samples, a thread lives on its own scratch memory.

use fastaug_core::{
    exec::{
        Layout, Output, Slot,
        sample::{Inputs, PixelTarget, Source, prepare},
    },
    image::{Image, Shape, View},
    ops::Role,
    policy::Policy,
    rng::Seeds,
};
use std::{
    alloc::{GlobalAlloc, Layout as Memory, System},
    sync::atomic::{AtomicUsize, Ordering},
};

/// Smaller than any image or tile here, larger than any list of operations.
const LARGE: usize = 4096;

static LARGE_ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: hands every request to the system's allocator unchanged; counting touches no memory of the request.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Memory) -> *mut u8 {
        if layout.size() >= LARGE {
            LARGE_ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the caller's promise is the one that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Memory) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_steady_pipeline_makes_no_large_allocation() {
    let policy = Policy::from_json(
        r#"{"fastaug": 1, "draws": 1, "seed": 0, "p": 1.0, "bbox_params": null, "keypoint_params": null,
            "additional_targets": {}, "mask_interpolation": null, "is_check_shapes": true, "strict": false,
            "save_applied_params": false, "merge_geometry": false, "transforms": [
              {"transform": "RandomCrop", "p": 1.0, "params": {"height": 100, "width": 120, "pad_if_needed": false,
                "pad_position": "center", "border_mode": "constant", "fill": 0, "fill_mask": 0}},
              {"transform": "HorizontalFlip", "p": 0.5, "params": {}}]}"#,
    )
    .expect("the policy is right");
    let shape = Shape::new(200, 260, 3);
    let pixels: Vec<u8> = (0..shape.len()).map(|index| index as u8).collect();
    let mut made = vec![0u8; 100 * 120 * 3];
    let mut run = |sample: u64| {
        let image = Image::U8(View::contiguous(&pixels, shape));
        let inputs = Inputs {
            pixels: vec![PixelTarget { source: Source::Pixels(image), role: Role::Image }],
            ..Inputs::default()
        };
        let prepared = prepare(&policy, Seeds { seed: 1, epoch: 0, sample }, inputs, false, None).expect("fits");
        let output = Output { slot: Slot::U8(&mut made), layout: Layout::Chw };
        prepared.finish(vec![output]).expect("fits");
    };
    (0..20).for_each(&mut run);
    let before = LARGE_ALLOCATIONS.load(Ordering::Relaxed);
    (20..200).for_each(&mut run);
    assert_eq!(LARGE_ALLOCATIONS.load(Ordering::Relaxed) - before, 0);
}
