//! An allocator whose own work is the same every time.

use super::{BYTES, Counting, note};
use std::alloc::{GlobalAlloc, Layout};
use std::ptr::null_mut;
use std::sync::atomic::{
    AtomicPtr,
    Ordering::{AcqRel, Acquire, Relaxed},
};

/// [`Counting`], where a block that was given back is the next one of its layout. What a heap does to find a block
/// depends on all that was asked of it before, down to hundreds of instructions for each: whoever counts instructions
/// counts them beside those.
#[derive(Debug)]
pub struct Keeping;

/// Bytes of the largest block that is kept, and binary logarithm of the largest alignment.
const KEPT: (usize, usize) = (2_048, 7);

/// The block that is kept of each layout, if there is one.
static BLOCKS: [[AtomicPtr<u8>; KEPT.0 + 1]; KEPT.1 + 1] =
    [const { [const { AtomicPtr::new(null_mut()) }; KEPT.0 + 1] }; KEPT.1 + 1];

fn block_of(layout: Layout) -> Option<&'static AtomicPtr<u8>> {
    BLOCKS.get(layout.align().trailing_zeros() as usize)?.get(layout.size())
}

#[allow(unsafe_code, reason = "a global allocator cannot be written without")]
// SAFETY: all blocks are `System`'s, asked for with the layout they are used with. One that is kept is in nobody's
// hands, and leaves its place by an exchange, so that one caller gets it; the place is of exactly its layout. What was
// written to it by whoever gave it back is before that in the order of the exchanges (`Release`, `Acquire`).
unsafe impl GlobalAlloc for Keeping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let kept = block_of(layout).map_or(null_mut(), |block| block.swap(null_mut(), Acquire));
        if kept.is_null() {
            // SAFETY: the caller keeps `alloc`'s contract.
            return unsafe { Counting.alloc(layout) };
        }
        note(layout.size() as i64);
        kept
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        let before = block_of(layout).map_or(at, |block| block.swap(at, AcqRel));
        if before.is_null() {
            BYTES.fetch_sub(layout.size() as i64, Relaxed);
        } else {
            // SAFETY: the caller keeps `dealloc`'s contract; what was kept before has the same layout, and is in
            // nobody's hands.
            unsafe { Counting.dealloc(before, layout) }
        }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps `realloc`'s contract, and the block is `System`'s.
        unsafe { Counting.realloc(at, layout, size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(unsafe_code, reason = "an allocator is called")]
    fn a_block_is_kept_for_the_next_one_of_its_layout_only() {
        let layout = |size, align| Layout::from_size_align(size, align).expect("a layout");
        let (this, other) = (layout(1_000, 64), layout(1_000, 32));
        // SAFETY: each block is given back once, with its layout, and not used after that.
        unsafe {
            let (first, second) = (Keeping.alloc(this), Keeping.alloc(this));
            assert!(!first.is_null() && first != second);
            Keeping.dealloc(first, this);
            let elsewhere = Keeping.alloc(other);
            assert_ne!(elsewhere, first);
            assert_eq!(Keeping.alloc(this), first);
            Keeping.dealloc(first, this);
            // The place is taken: what was there goes.
            Keeping.dealloc(second, this);
            assert_eq!(Keeping.alloc(this), second);
            Keeping.dealloc(second, this);
            Keeping.dealloc(elsewhere, other);
            let large = layout(1 << 20, 4_096);
            let block = Keeping.alloc(large);
            assert!(!block.is_null());
            Keeping.dealloc(block, large);
        }
    }
}
