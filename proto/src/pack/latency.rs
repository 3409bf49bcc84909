//! Latencies as cells: quantiles are mostly middles of buckets, so the bucket's number says it all.

use super::cells::Cells;
use super::number::{age, from_short, longest, short, since};
use crate::convert::Malformed;
use crate::v1::Cell;
use actorscope_core::histogram::Layout;
use actorscope_core::slot::{LatencySummary, Resolution};

/// The eight columns of one latency.
pub(super) struct Columns {
    count: Cell,
    mean: Cell,
    quantiles: [Cell; 3],
    max: Cell,
    window: Cell,
    resolution: Cell,
}

pub(super) const QUEUE_WAIT: Columns = Columns {
    count: Cell::QueueWaitCount,
    mean: Cell::QueueWaitMean,
    quantiles: [Cell::QueueWaitP50, Cell::QueueWaitP95, Cell::QueueWaitP99],
    max: Cell::QueueWaitMax,
    window: Cell::QueueWaitWindow,
    resolution: Cell::QueueWaitResolution,
};

pub(super) const HANDLING: Columns = Columns {
    count: Cell::HandlingCount,
    mean: Cell::HandlingMean,
    quantiles: [Cell::HandlingP50, Cell::HandlingP95, Cell::HandlingP99],
    max: Cell::HandlingMax,
    window: Cell::HandlingWindow,
    resolution: Cell::HandlingResolution,
};

pub(super) const POLL: Columns = Columns {
    count: Cell::PollCount,
    mean: Cell::PollMean,
    quantiles: [Cell::PollP50, Cell::PollP95, Cell::PollP99],
    max: Cell::PollMax,
    window: Cell::PollWindow,
    resolution: Cell::PollResolution,
};

pub(super) const DELAY: Columns = Columns {
    count: Cell::DelayCount,
    mean: Cell::DelayMean,
    quantiles: [Cell::DelayP50, Cell::DelayP95, Cell::DelayP99],
    max: Cell::DelayMax,
    window: Cell::DelayWindow,
    resolution: Cell::DelayResolution,
};

pub(super) fn write(cells: &mut Cells, to: &Columns, latency: &LatencySummary, now: u64) {
    let layout = latency.resolution.map(layout);
    let max = latency.max.map(longest);
    cells.set(to.count, latency.count);
    cells.set_opt(to.mean, latency.mean.map(short));
    for (cell, value) in to.quantiles.into_iter().zip([latency.p50, latency.p95, latency.p99]) {
        cells.set_opt(cell, value.map(|ns| quantile(longest(ns), layout, max)));
    }
    cells.set_opt(to.max, max.map(short));
    cells.set_opt(to.window, latency.window_ns.map(|ns| since(now, ns)));
    cells.set_opt(to.resolution, latency.resolution.map(|r| r as u64));
}

pub(super) fn read(
    cells: &Cells,
    from: &Columns,
    now: u64,
) -> Result<Option<LatencySummary>, Malformed> {
    let Some(count) = cells.get(from.count) else { return Ok(None) };
    let known = |number| Resolution::ALL.get(usize::try_from(number).ok()?).copied();
    let duration = |cell| cells.get(cell).map(from_short).transpose();
    let max = duration(from.max)?;
    let resolution = cells.get(from.resolution).and_then(known);
    let quantile = |cell| match cells.get(cell) {
        // The buckets of a resolution from a later version have no edges that we know of.
        Some(code) if code != 0 && code % 2 == 0 && resolution.is_none() => Ok(None),
        Some(code) => from_quantile(code, resolution.map(layout), max).map(Some),
        None => Ok(None),
    };
    let [p50, p95, p99] = from.quantiles;
    Ok(Some(LatencySummary {
        count,
        mean: duration(from.mean)?,
        p50: quantile(p50)?,
        p95: quantile(p95)?,
        p99: quantile(p99)?,
        max,
        window_ns: cells.get(from.window).map(|since| age(now, since)),
        resolution,
    }))
}

const fn layout(resolution: Resolution) -> Layout {
    match resolution {
        Resolution::Log2 => Layout::Log2,
        Resolution::Fine => Layout::Fine,
    }
}

fn quantile(ns: u64, layout: Option<Layout>, max: Option<u64>) -> u64 {
    if Some(ns) == max {
        return 0;
    }
    let middle = layout.and_then(|layout| {
        let bucket = layout.index(ns);
        (layout.middle(bucket) == ns).then_some(bucket as u64)
    });
    middle.map_or(2 * ns + 1, |bucket| 2 * bucket + 2)
}

fn from_quantile(code: u64, layout: Option<Layout>, max: Option<u64>) -> Result<u64, Malformed> {
    let bucket = || usize::try_from(code / 2 - 1).ok();
    let ns = match code {
        0 => max,
        odd if odd % 2 == 1 => Some(odd / 2),
        _ => layout.zip(bucket()).filter(|(l, b)| *b < l.len()).map(|(l, b)| l.middle(b)),
    };
    ns.ok_or_else(|| Malformed::new("quantile", code))
}
