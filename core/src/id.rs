//! The names of things: slots, incarnations, node instances and moments.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

/// A place in the supervision tree. Never reused while the process lives; 1 … 2⁵³ − 1, so that it
/// survives a trip through a JSON number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(NonZeroU64);

impl SlotId {
    /// The largest id: JSON readers keep integers exactly up to here.
    pub const MAX: u64 = (1 << 53) - 1;

    /// Wraps a raw id; `None` for 0 and for what a JSON number cannot hold.
    pub const fn new(raw: u64) -> Option<Self> {
        match NonZeroU64::new(raw) {
            Some(id) if raw <= Self::MAX => Some(Self(id)),
            _ => None,
        }
    }

    /// The raw number, as shown behind `#` and sent on the wire.
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The n-th actor that filled a slot: 1, 2, …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Incarnation(pub u32);

impl Incarnation {
    /// The actor a slot was made for.
    pub const FIRST: Self = Self(1);

    /// The successor's number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// 128 random bits drawn at each start of an observed process: two processes, or two lives of one
/// service, never share it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstanceId(pub u128);

impl InstanceId {
    /// The four hex digits that stand in a socket's file name.
    pub fn short(self) -> String {
        format!("{:04x}", (self.0 & 0xffff) as u16)
    }

    /// The id's sixteen bytes, most significant first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Reads sixteen bytes; `None` if there are more or fewer.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|b| Self(u128::from_be_bytes(b)))
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstanceId({self})")
    }
}

impl FromStr for InstanceId {
    type Err = std::num::ParseIntError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(s, 16).map(Self)
    }
}

/// A moment: nanoseconds since 1970-01-01T00:00:00Z, by the observed node's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub u64);

impl From<SystemTime> for Timestamp {
    /// What is before 1970 becomes 1970.
    fn from(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl Timestamp {
    /// Nanoseconds from `earlier` to `self`; 0 when the order is the other way round.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This moment moved by `ns` nanoseconds.
    #[must_use]
    pub const fn plus(self, ns: u64) -> Self {
        Self(self.0.saturating_add(ns))
    }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-21T03:04:05.678Z`.
    pub fn to_rfc3339(self) -> String {
        let seconds = self.0 / 1_000_000_000;
        let millis = self.0 % 1_000_000_000 / 1_000_000;
        let (year, month, day) = civil_from_days((seconds / 86_400) as i64);
        let of_day = seconds % 86_400;
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60,
        )
    }
}

/// Days since 1970-01-01 to (year, month, day) in the proleptic Gregorian calendar, after Howard
/// Hinnant's `civil_from_days` (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = (if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 }) as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slot_ids_stay_inside_what_json_can_hold() {
        assert!(SlotId::new(0).is_none());
        assert!(SlotId::new(1 << 53).is_none());
        assert_eq!(SlotId::new(SlotId::MAX).map(SlotId::get), Some(SlotId::MAX));
    }

    #[test]
    fn timestamps_print_as_rfc_3339() {
        assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
        // 2024-02-29T23:59:59.5Z: a leap day.
        assert_eq!(Timestamp(1_709_251_199_500_000_000).to_rfc3339(), "2024-02-29T23:59:59.500Z");
        assert_eq!(Timestamp(951_868_800_000_000_000).to_rfc3339(), "2000-03-01T00:00:00.000Z");
    }

    #[test]
    fn instance_ids_survive_text_and_bytes() {
        let id = InstanceId(0x0123_4567_89ab_cdef_0123_4567_89ab_beef);
        assert_eq!(id.to_string().parse::<InstanceId>().ok(), Some(id));
        assert_eq!(InstanceId::from_slice(&id.to_bytes()), Some(id));
        assert_eq!(id.short(), "beef");
        assert_eq!(InstanceId::from_slice(&[1, 2]), None);
    }
}
