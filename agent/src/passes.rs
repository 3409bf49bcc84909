//! Passes made one by one, for tests that count what one costs. Services start an
//! [`Agent`](crate::Agent).

use crate::registry::Registry;
use crate::sampler::Sampler;
use std::fmt;

/// An agent without a thread, a socket and a clock: it looks when it is told to.
pub struct Passes {
    registry: Registry,
    sampler: Sampler,
}

impl Passes {
    /// Of a registry that no agent has; `None` if one has it.
    pub fn over(registry: Registry) -> Option<Self> {
        registry.claim().then(|| Self { registry, sampler: Sampler::new(registry, None) })
    }

    /// Goes over all slots once, as an agent does that nobody watches. Figures of the process are read
    /// with the first one and then for ten seconds no more.
    pub fn make(&mut self) {
        self.sampler.pass(0, 0);
    }
}

impl Drop for Passes {
    fn drop(&mut self) {
        self.registry.release();
    }
}

impl fmt::Debug for Passes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passes").finish_non_exhaustive()
    }
}
