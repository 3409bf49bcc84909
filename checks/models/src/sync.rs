//! The model checker's types in the place of `agent/src/sync.rs`: each operation on one of these is a
//! moment at which another thread may go on, and a relaxed load may see any value that the memory
//! model lets it see.

use std::sync::OnceLock;
use std::task::Waker;

pub(crate) use loom::sync::{Mutex, MutexGuard};

/// The model checker tries two operations on one atomic in both orders if it takes them to touch each
/// other. It remembers one operation of each kind only, and what a thread does itself after it had
/// looked hides that another had looked, too. So here each operation also writes to a companion, which
/// orders nothing: then all are of one kind.
pub(crate) mod atomic {
    pub(crate) use loom::sync::atomic::Ordering;
    use loom::sync::atomic::{self as inner, Ordering::Relaxed};

    macro_rules! atomic {
        ($($name:ident: $type:ty),*) => {$(
            #[derive(Debug, Default)]
            pub(crate) struct $name {
                turns: inner::AtomicU8,
                value: inner::$name,
            }

            impl $name {
                pub(crate) fn new(value: $type) -> Self {
                    Self { turns: inner::AtomicU8::new(0), value: inner::$name::new(value) }
                }

                fn turn(&self) -> &inner::$name {
                    self.turns.fetch_or(0, Relaxed);
                    &self.value
                }

                pub(crate) fn load(&self, order: Ordering) -> $type {
                    self.turn().load(order)
                }

                pub(crate) fn store(&self, to: $type, order: Ordering) {
                    self.turn().store(to, order);
                }

                pub(crate) fn swap(&self, to: $type, order: Ordering) -> $type {
                    self.turn().swap(to, order)
                }

                pub(crate) fn compare_exchange(
                    &self,
                    from: $type,
                    to: $type,
                    done: Ordering,
                    not_done: Ordering,
                ) -> Result<$type, $type> {
                    self.turn().compare_exchange(from, to, done, not_done)
                }
            }
        )*};
    }
    atomic!(AtomicBool: bool, AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64);
    atomic!(AtomicUsize: usize);

    macro_rules! number {
        ($($name:ident: $type:ty),*) => {$(
            impl $name {
                pub(crate) fn fetch_add(&self, by: $type, order: Ordering) -> $type {
                    self.turn().fetch_add(by, order)
                }

                pub(crate) fn fetch_sub(&self, by: $type, order: Ordering) -> $type {
                    self.turn().fetch_sub(by, order)
                }

                pub(crate) fn fetch_or(&self, bits: $type, order: Ordering) -> $type {
                    self.turn().fetch_or(bits, order)
                }

                pub(crate) fn fetch_and(&self, bits: $type, order: Ordering) -> $type {
                    self.turn().fetch_and(bits, order)
                }

                pub(crate) fn fetch_max(&self, other: $type, order: Ordering) -> $type {
                    self.turn().fetch_max(other, order)
                }
            }
        )*};
    }
    number!(AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64, AtomicUsize: usize);
}

use atomic::AtomicBool;
use atomic::Ordering::{AcqRel, Acquire};

/// Statics that share something: each run begins with new ones.
macro_rules! global {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        loom::lazy_static! {
            $(#[$meta])*
            static ref $name: $type = $init;
        }
    };
}
pub(crate) use global;

/// The threads of a model are threads of the model checker alone.
macro_rules! local {
    ($(#[$meta:meta])* static $name:ident: $type:ty = const { $init:expr };) => {
        loom::thread_local! {
            $(#[$meta])*
            static $name: $type = $init;
        }
    };
}
pub(crate) use local as thread_local;

pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    mutex.try_lock().ok()
}

pub(crate) fn unlocked<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().expect("a model that panics is over")
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("a model that panics is over")
}

/// As the crate `atomic-waker` promises it: either `wake` finds the waker, or who registers sees what
/// was done before the `wake`.
#[derive(Debug)]
pub(crate) struct AtomicWaker(Mutex<Option<Waker>>);

impl AtomicWaker {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn register(&self, waker: &Waker) {
        let before = lock(&self.0).replace(waker.clone());
        drop(before);
    }

    pub(crate) fn take(&self) -> Option<Waker> {
        lock(&self.0).take()
    }

    pub(crate) fn wake(&self) {
        let waker = self.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// As `once_cell::race::OnceBox` with its orderings: several may make a value, one is kept.
#[derive(Debug)]
pub(crate) struct OnceBox<T> {
    is_set: AtomicBool,
    /// Set right behind `is_set`. No other thread goes on in between: that happens only at operations
    /// of the types above.
    value: OnceLock<Box<T>>,
}

impl<T> Default for OnceBox<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self { is_set: AtomicBool::new(false), value: OnceLock::new() }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        if self.is_set.load(Acquire) { self.value.get().map(Box::as_ref) } else { None }
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &T {
        if let Some(there) = self.get() {
            return there;
        }
        let made = make();
        match self.is_set.compare_exchange(false, true, AcqRel, Acquire) {
            Ok(_) => self.value.get_or_init(|| made),
            Err(_) => self.value.get().expect("whoever set the flag set the value"),
        }
    }
}
