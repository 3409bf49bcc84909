//! The writing end.

use super::cells::{COLUMNS, Cells, IDENTITY, is_moment};
use super::class::Classes;
use super::folds::{PackedFolds, PackingFolds};
use super::number::{difference, is_same_moment, moment, sent_len};
use super::order::Runs;
use super::summary::PackedSummary;
use super::texts::Texts;
use super::{ENOUGH_CLASSES, ENOUGH_TEXT_BYTES, ENOUGH_TEXTS, MAX_PATH, bits::Bits, front, stats};
use crate::v1::{self, Cell};
use actorscope_core::id_map::IdMap;
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::view::{Fold, Placed};
use actorscope_core::{SlotId, Timestamp};

/// What the reader of one view knows: at most as much as its rows, and the texts and classes in them.
#[derive(Default)]
pub struct Packer {
    /// Frames made.
    frames: u32,
    rows: Vec<Option<Known>>,
    /// Where each slot stands in `rows`.
    positions: IdMap<u32>,
    texts: Texts,
    classes: Classes,
    summary: PackedSummary,
    folds: PackedFolds,
}

/// A row as the reader knows it.
struct Known {
    path: String,
    cells: Cells,
    expiries: Vec<u64>,
}

impl Packer {
    /// Begins a frame of rows as they were at `sampled_at`.
    pub fn frame(&mut self, sampled_at: Timestamp) -> Packing<'_> {
        let is_full = self.texts.len() > ENOUGH_TEXTS
            || self.texts.bytes() > ENOUGH_TEXT_BYTES
            || self.classes.len() > ENOUGH_CLASSES
            || self.frames == u32::MAX;
        if is_full {
            *self = Self::default();
        }
        Packing {
            now: sampled_at.0,
            rows: Vec::with_capacity(self.rows.len()),
            positions: IdMap::default(),
            runs: Runs::default(),
            wire: v1::Rows::default(),
            named: Bits::default(),
            changed: Bits::default(),
            changes: 0,
            columns: [const { None }; COLUMNS],
            expiries: Expiring::default(),
            folds: PackingFolds::default(),
            bytes: 0,
            packer: self,
        }
    }
}

/// A frame that is being made.
pub struct Packing<'a> {
    packer: &'a mut Packer,
    now: u64,
    rows: Vec<Option<Known>>,
    positions: IdMap<u32>,
    runs: Runs,
    wire: v1::Rows,
    named: Bits,
    changed: Bits,
    /// Rows in `changed`.
    changes: usize,
    columns: [Option<Box<Building>>; COLUMNS],
    expiries: Expiring,
    folds: PackingFolds,
    bytes: usize,
}

/// A column that is being made.
#[derive(Default)]
struct Building {
    rows: Bits,
    row_count: usize,
    absent: Bits,
    values: Vec<i64>,
    /// The last value written.
    last: Option<u64>,
}

#[derive(Default)]
struct Expiring {
    rows: Bits,
    row_count: usize,
    counts: Vec<u32>,
    moments: Vec<i64>,
    last: u64,
}

impl Packing<'_> {
    /// Adds the next row, which is not a slot's, with its figures if it is a fold's. Returns about how
    /// many bytes the rows so far take.
    pub fn fold(&mut self, place: Placed, fold: Option<&Fold>) -> usize {
        let at = self.rows.len() + self.folds.len();
        self.bytes += self.folds.add(at, place, fold, &self.packer.folds);
        self.bytes
    }

    /// Adds the next row, which is a slot's; none may come twice. Returns about how many bytes the rows
    /// so far take.
    pub fn row(&mut self, place: Placed, identity: &Identity, path: &str, stats: &Stats) -> usize {
        let slot = identity.id;
        let before = self.packer.positions.get(&slot).copied();
        let known = before.and_then(|at| self.packer.rows.get_mut(at as usize)?.take());
        match before.filter(|_| known.is_some()) {
            Some(before) => self.runs.moved(before as usize),
            None => self.runs.entered(slot),
        }
        self.bytes += 2;
        let (known, is_new) = match known {
            Some(known) => (known, false),
            None => {
                let (path, cells, expiries) = (String::new(), Cells::NEW, Vec::new());
                (Known { path, cells, expiries }, true)
            }
        };

        let mut cells = Cells::NEW;
        place_cells(&mut cells, place);
        let version = known.cells.get(Cell::Version);
        let path = if is_new || version != Some(identity.version.into()) || known.path != path {
            self.name(&mut cells, identity, path);
            path.to_owned()
        } else {
            cells.copy(IDENTITY, &known.cells);
            known.path
        };
        self.bytes += stats::write(&mut cells, stats, self.now, &mut self.packer.texts);
        cells.settle_moments(&known.cells);

        let mut differs = false;
        for column in cells.differing(&known.cells) {
            differs = true;
            let Some(building) = self.columns.get_mut(column) else { continue };
            let building = building.get_or_insert_default();
            let base = known.cells.at(column);
            self.bytes += building.add(self.changes, column, cells.at(column), base, self.now);
        }
        let mut expiries = stats::expiries(stats, self.now);
        if is_same(&expiries, &known.expiries) {
            expiries = known.expiries;
        } else {
            differs = true;
            self.bytes += self.expiries.add(self.changes, &expiries, self.now);
        }
        if differs {
            self.changed.set(self.rows.len());
            self.changes += 1;
        }
        self.positions.insert(slot, self.rows.len() as u32);
        self.rows.push(Some(Known { path, cells, expiries }));
        self.bytes
    }

    /// Sends who is in the next row.
    fn name(&mut self, cells: &mut Cells, identity: &Identity, path: &str) {
        self.named.set(self.rows.len());
        self.bytes += identity.name.len() + 4;
        self.wire.names.push(identity.name.to_string());
        let (class, bytes) = self.packer.classes.number(identity);
        self.bytes += bytes;
        cells.set(Cell::Class, class);
        cells.set_opt(Cell::Parent, identity.parent.map(SlotId::get));
        let prefix = self.prefix(identity, path);
        cells.set_opt(Cell::Prefix, prefix);
        if prefix.is_none() {
            self.bytes += path.len() + 4;
            self.wire.paths.push(path.to_owned());
        }
        cells.set(Cell::CreatedAt, identity.created_at.0);
        cells.set(Cell::Version, identity.version.into());
        let child_id = identity.child_spec.as_ref().and_then(|spec| spec.child_id.as_deref());
        cells.set_opt(Cell::ChildId, child_id.map(|id| if *id == *identity.name { 1 } else { 2 }));
        if let Some(id) = child_id.filter(|id| **id != *identity.name) {
            self.bytes += id.len() + 4;
            self.wire.child_ids.push(id.to_owned());
        }
    }

    /// What stands before the name in a path, as its cell says; `None` if it is not made that way.
    fn prefix(&mut self, identity: &Identity, path: &str) -> Option<u64> {
        let prefix = path.strip_suffix(&*identity.name)?.strip_suffix('/')?;
        if path.len() > MAX_PATH {
            return None;
        }
        if identity.parent.and_then(|parent| self.path_of_row(parent)) == Some(prefix) {
            return Some(0);
        }
        let (text, bytes) = self.packer.texts.number(prefix);
        self.bytes += bytes;
        Some(text + 1)
    }

    /// The path of a row that is written already.
    fn path_of_row(&self, slot: SlotId) -> Option<&str> {
        let row = self.rows.get(*self.positions.get(&slot)? as usize)?;
        row.as_ref().map(|row| row.path.as_str())
    }

    /// The frame, as far as it is about rows and, if there is one, the summary.
    pub fn finish(self, summary: Option<&Summary>) -> v1::Frame {
        let Self { packer, rows, changes, mut wire, .. } = self;
        let number = packer.frames;
        let order = self.runs.finish(packer.rows.len());
        let runs = if number == 0 { Some(order.unwrap_or_default()) } else { order };
        let row_count = rows.len();
        (packer.rows, packer.positions) = (rows, self.positions);
        packer.frames += 1;
        wire.named = self.named.into_bytes_unless_all(wire.names.len(), row_count);
        wire.changed = self.changed.into_bytes_unless_all(changes, row_count);
        wire.classes = std::mem::take(&mut packer.classes.new);
        wire.texts = std::mem::take(&mut packer.texts.new);
        wire.texts_shared = front::shorten(&mut wire.texts);
        wire.names_shared = front::shorten(&mut wire.names);
        let columns = (0..).zip(self.columns);
        wire.columns =
            columns.filter_map(|(cell, built)| Some(built?.finish(cell, changes))).collect();
        wire.expiries = self.expiries.finish(changes);
        wire.order = runs.map(|runs| v1::Order { runs });
        let folds = self.folds.finish(&mut packer.folds);
        let is_as_before = wire == v1::Rows::default();
        v1::Frame {
            number,
            sampled_at: self.now,
            rows: (!is_as_before).then_some(wire),
            summary: summary.and_then(|summary| packer.summary.changes(summary)),
            folds,
            ..v1::Frame::default()
        }
    }
}

impl Building {
    /// Adds a row by its number among the changed ones; returns the bytes it takes.
    fn add(
        &mut self,
        row: usize,
        column: usize,
        value: Option<u64>,
        known: Option<u64>,
        now: u64,
    ) -> usize {
        self.rows.set(row);
        self.row_count += 1;
        let Some(value) = value else {
            self.absent.set(self.row_count - 1);
            return 1;
        };
        let difference = difference(value, base(column, known, self.last, now));
        self.last = Some(value);
        self.values.push(difference);
        sent_len(difference)
    }

    fn finish(self, cell: i32, of: usize) -> v1::Column {
        v1::Column {
            cell,
            rows: self.rows.into_bytes_unless_all(self.row_count, of),
            absent: self.absent.into_bytes(),
            values: self.values,
        }
    }
}

impl Expiring {
    fn add(&mut self, row: usize, moments: &[u64], now: u64) -> usize {
        self.rows.set(row);
        self.row_count += 1;
        self.counts.push(moments.len() as u32);
        let mut bytes = 2;
        for at in moments {
            let base = if self.moments.is_empty() { moment(now) } else { self.last };
            self.last = *at;
            self.moments.push(difference(*at, base));
            bytes += 10;
        }
        bytes
    }

    fn finish(self, of: usize) -> Option<v1::Expiries> {
        (self.row_count > 0).then(|| v1::Expiries {
            rows: self.rows.into_bytes_unless_all(self.row_count, of),
            counts: self.counts,
            moments: self.moments,
        })
    }
}

/// What a value is sent as the difference to; see `Column` in the protocol.
pub(super) fn base(column: usize, known: Option<u64>, last: Option<u64>, now: u64) -> u64 {
    if is_moment(column) {
        let is_some = |at: &u64| *at != 0;
        known.filter(is_some).or(last.filter(is_some)).unwrap_or(moment(now))
    } else {
        known.or(last).unwrap_or(0)
    }
}

fn place_cells(cells: &mut Cells, place: Placed) {
    cells.set(Cell::DepthInTree, place.depth.into());
    cells.set(Cell::Children, place.children.into());
    cells.set(Cell::Open, place.open.into());
}

/// Whether two lists of moments are the same as far as clocks can tell.
fn is_same(a: &[u64], b: &[u64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same_moment(*a, *b))
}
