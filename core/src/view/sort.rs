//! By what rows can be ordered.

use crate::slot::{Identity, Stats};
use crate::spec::words;
use std::cmp::Ordering;

words! {
    /// A column to sort by.
    SortKey {
        /// The slot's name.
        Name = "name",
        /// What it is doing, what needs attention first.
        State = "state",
        /// Messages waiting.
        Depth = "depth",
        /// Messages handled a second.
        Rate = "rate",
        /// The last tick's mean queue wait, or the oldest message's wait when that is longer.
        QueueWait = "queue-wait",
        /// 99 % of handlings were not longer.
        Handling = "handling",
        /// Share of time inside handlers.
        Utilization = "utilization",
        /// How often the slot was filled again.
        Restarts = "restarts",
        /// Messages handled in total.
        Handled = "handled",
        /// Messages whose handling failed.
        Failed = "failed",
        /// How long the current actor has been running.
        Age = "age",
    }
}

/// What is compared. Unknown numbers sort behind all known ones, in both directions.
#[derive(Clone, PartialEq, Debug)]
pub enum SortValue {
    /// A text.
    Text(std::sync::Arc<str>),
    /// A number.
    Number(f64),
    /// Not known.
    Unknown,
}

impl SortValue {
    /// As a number; `None` if it is not known, or a text.
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) | Self::Unknown => None,
        }
    }

    /// Order by `order`, unknown last.
    pub fn compare(&self, other: &Self, order: super::Order) -> Ordering {
        let ascending = match (self, other) {
            (Self::Unknown, Self::Unknown) => return Ordering::Equal,
            (Self::Unknown, _) => return Ordering::Greater,
            (_, Self::Unknown) => return Ordering::Less,
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(_), Self::Number(_)) => Ordering::Less,
            (Self::Number(_), Self::Text(_)) => Ordering::Greater,
        };
        match order {
            super::Order::Ascending => ascending,
            super::Order::Descending => ascending.reverse(),
        }
    }
}

impl From<Option<f64>> for SortValue {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Unknown, Self::Number)
    }
}

impl From<Option<u64>> for SortValue {
    fn from(value: Option<u64>) -> Self {
        value.map(|v| v as f64).into()
    }
}

impl SortKey {
    /// The value of this column in one row.
    pub fn value(self, identity: &Identity, stats: &Stats) -> SortValue {
        match self {
            Self::Name => SortValue::Text(identity.name.clone()),
            Self::State => SortValue::Number(f64::from(stats.state.rank())),
            Self::Depth => stats.depth.value().into(),
            Self::Rate => stats.rate_per_s.into(),
            Self::QueueWait => {
                let mean = stats.queue_wait.and_then(|w| w.mean);
                mean.max(stats.oldest_wait_ns).into()
            }
            Self::Handling => stats.handling.and_then(|h| h.p99.or(h.max)).into(),
            Self::Utilization => stats.utilization.into(),
            Self::Restarts => Some(stats.restarts).into(),
            Self::Handled => stats.total.map(|total| total.handled).into(),
            Self::Failed => stats.total.map(|total| total.failed).into(),
            // The earlier the start, the greater the age.
            Self::Age => SortValue::Number(-(stats.started_at.0 as f64)),
        }
    }

    /// The direction people mean when they name this column and no direction.
    pub const fn natural_order(self) -> super::Order {
        match self {
            Self::Name | Self::State => super::Order::Ascending,
            _ => super::Order::Descending,
        }
    }
}
