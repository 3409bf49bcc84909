//! What threads share, in one place: everything that writes to the same memory from several threads
//! takes its types from here, and `checks/models` puts others in their place which go through the
//! orders in which threads may meet. Here they are the standard library's and cost nothing.
//!
//! `Arc` is not among them: a slot is a waker, and only the standard library's can be.

use std::sync::{PoisonError, TryLockError};

pub(crate) use atomic_waker::AtomicWaker;
pub(crate) use once_cell::race::OnceBox;
pub(crate) use std::sync::{Mutex, MutexGuard};
pub(crate) use std::thread_local;

pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering,
    };
}

/// Statics that share something: one of the process; in a model, one of each run.
macro_rules! global {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        $(#[$meta])*
        static $name: $type = $init;
    };
}
pub(crate) use global;

/// Locks, if nobody else has it at this moment.
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// What a lock guards that nobody else can reach.
pub(crate) fn unlocked<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Locks; a poisoned lock guards data that is still whole, because nothing here panics half way.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
