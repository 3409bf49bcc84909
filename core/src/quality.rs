//! How well a number is known. What is not known is said, never shown as 0.

/// How a measurement came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Quality {
    /// Counted or read directly.
    Exact,
    /// Derived from observations with a known, small error.
    Measured,
    /// Taken from some of the events only.
    Sampled,
    /// Exact, but only from the moment the observer attached.
    SinceAttach,
    /// Was true some time ago.
    Stale {
        /// Its age in nanoseconds.
        age_ns: u64,
    },
    /// The framework cannot tell.
    #[default]
    Absent,
}

impl Quality {
    /// The one-word name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Measured => "measured",
            Self::Sampled => "sampled",
            Self::SinceAttach => "since_attach",
            Self::Stale { .. } => "stale",
            Self::Absent => "absent",
        }
    }
}

/// A number together with how well it is known; a value exists exactly when the quality is not
/// [`Quality::Absent`].
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reading {
    value: u64,
    quality: Quality,
}

impl Reading {
    /// Nothing is known.
    pub const ABSENT: Self = Self { value: 0, quality: Quality::Absent };

    /// A value known as well as `quality` says.
    pub const fn new(value: u64, quality: Quality) -> Self {
        Self { value, quality }
    }

    /// A value counted or read directly.
    pub const fn exact(value: u64) -> Self {
        Self::new(value, Quality::Exact)
    }

    /// The value, unless nothing is known.
    pub const fn value(self) -> Option<u64> {
        match self.quality {
            Quality::Absent => None,
            _ => Some(self.value),
        }
    }

    /// How well it is known.
    pub const fn quality(self) -> Quality {
        self.quality
    }

    /// Whether the true value may be larger: a stale reading of something that only grew since.
    pub const fn is_lower_bound(self) -> bool {
        matches!(self.quality, Quality::Stale { .. })
    }
}
