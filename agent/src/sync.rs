//! Locks that a panicking host thread cannot turn against its neighbours.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a poisoned lock guards data that is still whole, because nothing here panics half way.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
