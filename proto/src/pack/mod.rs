//! Rows of a view as columns of small numbers, and back.
//!
//! Both ends of a view remember what was sent ([`Packer`], [`Unpacker`]): a frame carries only values
//! that changed, each as its difference to what the reader knows; words and texts that many rows share
//! are sent once. `actorscope.proto` defines the format, at `Frame`, `Rows` and `Cell`. Packing cannot
//! fail. Unpacking can: whatever a remote sends that makes no sense is a [`Malformed`].
//!
//! A number more of a row is one more `Cell`: old readers pass over it. Rows that stand for many slots
//! are few and not packed.
//!
//! [`Malformed`]: crate::convert::Malformed

mod bits;
mod cells;
mod class;
mod folds;
mod front;
mod latency;
mod number;
mod order;
mod packer;
mod stats;
mod summary;
mod texts;
mod unpacker;

pub use front::spell_out;
pub use packer::{Packer, Packing};
pub use unpacker::{Unpacked, Unpacker};

/// Texts that a view's reader has to remember.
pub const MAX_TEXTS: usize = 8_192;

/// Bytes of texts that a view's reader has to remember.
pub const MAX_TEXT_BYTES: usize = 2 * 1024 * 1024;

/// Classes that a view's reader has to remember.
pub const MAX_CLASSES: usize = 4_096;

/// Longest path that is put together from others; longer ones are sent whole.
pub const MAX_PATH: usize = 4_096;

/// A frame begins anew when there is more than this of what both ends remember: one frame more never
/// reaches what a reader has to take.
const ENOUGH_TEXTS: usize = 4_096;
const ENOUGH_TEXT_BYTES: usize = 512 * 1024;
const ENOUGH_CLASSES: usize = 1_024;

/// Times that differ by less than this are the same: clocks are no better.
const SAME_MOMENT_NS: u64 = 10_000;
