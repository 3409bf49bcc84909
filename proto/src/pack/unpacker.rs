//! The reading end.

use super::cells::{Cells, PLACE, STATS};
use super::class::Class;
use super::folds::UnpackedFolds;
use super::front::spell_out;
use super::number::{added, moment};
use super::packer::base;
use super::summary::UnpackedSummary;
use super::texts::Received;
use super::{MAX_CLASSES, MAX_PATH, bits, order, stats};
use crate::convert::{Malformed, slot_id};
use crate::v1::{self, Cell};
use actorscope_core::node::Summary;
use actorscope_core::slot::{Identity, Stats};
use actorscope_core::spec::ChildSpec;
use actorscope_core::view::{Fold, MAX_ROWS, Placed};
use actorscope_core::{SlotId, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Moments that restarts stop counting at, of all rows together.
const MAX_EXPIRIES: usize = 64 * MAX_ROWS as usize;

/// What a frame says, in full.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Unpacked {
    /// Rows in order; `None` = as before.
    pub order: Option<Vec<Placed>>,
    /// New or changed identities with their paths.
    pub identities: Vec<(Identity, String)>,
    /// Statistics that are not what they were; `None` = not known, as of a slot in a state from a later
    /// version.
    pub stats: Vec<(SlotId, Option<Stats>)>,
    /// Folds among the rows that are not what they were.
    pub folds: Vec<Fold>,
    /// The node at a glance, if it is of that view.
    pub summary: Option<Summary>,
}

/// What was received of one view.
#[derive(Default)]
pub struct Unpacker {
    /// Frames read; `None` after one that made no sense.
    next: Option<u32>,
    rows: Vec<Row>,
    texts: Received,
    classes: Vec<Class>,
    summary: UnpackedSummary,
    folds: UnpackedFolds,
}

struct Row {
    slot: SlotId,
    cells: Cells,
    expiries: Vec<u64>,
    /// Set with the row's first frame.
    who: Option<(Identity, String)>,
    /// In this frame its identity was sent.
    is_named: bool,
    /// In this frame something of its statistics was sent.
    is_changed: bool,
}

impl Row {
    const fn new(slot: SlotId) -> Self {
        Self {
            slot,
            cells: Cells::NEW,
            expiries: Vec::new(),
            who: None,
            is_named: false,
            is_changed: false,
        }
    }

    fn place(&self) -> Result<Placed, Malformed> {
        let small = |cell| {
            let number = self.cells.get(cell).unwrap_or(0);
            u32::try_from(number).map_err(|_| Malformed::new("place", number))
        };
        let (depth, children) = (small(Cell::DepthInTree)?, small(Cell::Children)?);
        Ok(Placed::slot_at(self.slot, depth, children, small(Cell::Open)? != 0))
    }
}

impl Unpacker {
    /// Takes the next frame of the view: its rows and its summary, but not the rest. After an error the view has to begin anew.
    pub fn apply(&mut self, frame: &mut v1::Frame) -> Result<Unpacked, Malformed> {
        if frame.number == 0 {
            *self = Self::default();
        } else if self.next != Some(frame.number) {
            let found = format!("{} where {:?} was to come", frame.number, self.next);
            return Err(Malformed::new("number", found));
        }
        self.next = None;
        let now = frame.sampled_at;
        let mut unpacked = Unpacked::default();
        for row in &mut self.rows {
            (row.is_named, row.is_changed) = (false, false);
        }
        let folds = frame.folds.take().map(|folds| self.folds.apply(folds)).transpose()?;
        let (has_moved, folds) = folds.unwrap_or_default();
        unpacked.folds = folds;
        if let Some(mut rows) = frame.rows.take() {
            spell_out(&mut rows)?;
            unpacked.order = self.rows(rows, now)?;
        }
        if has_moved && unpacked.order.is_none() {
            unpacked.order = Some(self.order()?);
        }
        for row in &self.rows {
            if row.is_named {
                unpacked.identities.extend(row.who.clone());
            }
            if row.is_changed || row.cells.has_moments() || !row.expiries.is_empty() {
                let stats = stats::read(&row.cells, &row.expiries, now, &self.texts)?;
                unpacked.stats.push((row.slot, stats));
            }
        }
        if let Some(cells) = frame.summary.take() {
            self.summary.apply(cells)?;
        }
        unpacked.summary = self.summary.read(Timestamp(now))?;
        self.next = Some(frame.number.wrapping_add(1));
        Ok(unpacked)
    }

    /// All that is known, as of `sampled_at`: for one who did not see every frame.
    pub fn everything(&self, sampled_at: Timestamp) -> Result<Unpacked, Malformed> {
        let stats = |row: &Row| {
            let stats = stats::read(&row.cells, &row.expiries, sampled_at.0, &self.texts)?;
            Ok((row.slot, stats))
        };
        Ok(Unpacked {
            order: Some(self.order()?),
            identities: self.rows.iter().filter_map(|row| row.who.clone()).collect(),
            stats: self.rows.iter().map(stats).collect::<Result<_, Malformed>>()?,
            folds: self.folds.all(),
            summary: self.summary.read(sampled_at)?,
        })
    }

    fn order(&self) -> Result<Vec<Placed>, Malformed> {
        let slots = self.rows.iter().map(Row::place).collect::<Result<_, _>>()?;
        self.folds.among(slots)
    }

    /// Takes rows; returns the order if it changed.
    fn rows(&mut self, wire: v1::Rows, now: u64) -> Result<Option<Vec<Placed>>, Malformed> {
        self.texts.add(wire.texts)?;
        if self.classes.len() + wire.classes.len() > MAX_CLASSES {
            let found = self.classes.len() + wire.classes.len();
            return Err(Malformed::new("classes", found));
        }
        for class in wire.classes {
            self.classes.push(class.try_into()?);
        }
        let mut is_moved = wire.order.is_some();
        if let Some(order) = wire.order {
            self.reorder(&order.runs)?;
        }
        let of = self.rows.len();
        let changed = if wire.columns.is_empty() && wire.expiries.is_none() {
            Vec::new()
        } else {
            bits::chosen(&wire.changed, of, "changed")?
        };
        for column in &wire.columns {
            is_moved |= self.column(column, &changed, now)?;
        }
        if let Some(expiries) = wire.expiries {
            self.expiries(&expiries, &changed, now)?;
        }
        let named = if wire.names.is_empty() {
            Vec::new()
        } else {
            bits::chosen(&wire.named, of, "named")?
        };
        self.name(&named, wire.names, wire.paths, wire.child_ids)?;
        if let Some(row) = self.rows.iter().find(|row| row.who.is_none()) {
            return Err(Malformed::new("named", format!("slot {} is not", row.slot)));
        }
        if is_moved { self.order().map(Some) } else { Ok(None) }
    }

    fn reorder(&mut self, runs: &[u64]) -> Result<(), Malformed> {
        let mut old: Vec<Option<Row>> =
            std::mem::take(&mut self.rows).into_iter().map(Some).collect();
        let order = order::read(runs, old.len())?;
        let mut seen = HashSet::with_capacity(order.len());
        for row in order {
            let row = match row {
                order::Row::New(slot) => Some(Row::new(slot)),
                order::Row::Old(at) => old.get_mut(at).and_then(Option::take),
            };
            match row.filter(|row| seen.insert(row.slot)) {
                Some(row) => self.rows.push(row),
                None => return Err(Malformed::new("order", "a row that comes twice")),
            }
        }
        Ok(())
    }

    /// Takes a column; whether it is about places.
    fn column(
        &mut self,
        column: &v1::Column,
        changed: &[usize],
        now: u64,
    ) -> Result<bool, Malformed> {
        let Ok(cell) = Cell::try_from(column.cell) else { return Ok(false) };
        let number = cell as usize;
        let kind = 1u128 << number;
        if cell == Cell::Unspecified {
            return Err(Malformed::new("cell", column.cell));
        }
        let rows = bits::chosen(&column.rows, changed.len(), "column.rows")?;
        bits::within(&column.absent, rows.len(), "column.absent")?;
        if rows.len() != column.values.len() + bits::count(&column.absent) {
            let found = (rows.len(), column.values.len(), bits::count(&column.absent));
            return Err(Malformed::new("column.values", found));
        }
        let mut values = column.values.iter();
        let mut last = None;
        for (at, row) in rows.into_iter().enumerate() {
            let row = &mut self.rows[changed[row]];
            let value = if bits::has(&column.absent, at) {
                None
            } else {
                let difference = values.next().copied().unwrap_or(0);
                let known = row.cells.at(number);
                last = Some(added(base(number, known, last, now), difference));
                last
            };
            row.cells.set_at(number, value);
            row.is_changed |= kind & STATS != 0;
        }
        Ok(kind & PLACE != 0)
    }

    fn expiries(
        &mut self,
        wire: &v1::Expiries,
        changed: &[usize],
        now: u64,
    ) -> Result<(), Malformed> {
        let rows = bits::chosen(&wire.rows, changed.len(), "expiries.rows")?;
        let sum = wire.counts.iter().fold(0u64, |sum, n| sum + u64::from(*n));
        if rows.len() != wire.counts.len() || sum != wire.moments.len() as u64 {
            let found = (rows.len(), wire.counts.len(), sum, wire.moments.len());
            return Err(Malformed::new("expiries", found));
        }
        let mut moments = wire.moments.iter();
        let mut last = moment(now);
        for (row, count) in rows.into_iter().zip(&wire.counts) {
            let row = &mut self.rows[changed[row]];
            let these = moments.by_ref().take(*count as usize);
            row.expiries = these
                .map(|difference| {
                    last = added(last, *difference);
                    last
                })
                .collect();
            row.is_changed = true;
        }
        let all: usize = self.rows.iter().map(|row| row.expiries.len()).sum();
        if all > MAX_EXPIRIES {
            return Err(Malformed::new("expiries", format!("{all} of them")));
        }
        Ok(())
    }

    fn name(
        &mut self,
        named: &[usize],
        names: Vec<String>,
        paths: Vec<String>,
        child_ids: Vec<String>,
    ) -> Result<(), Malformed> {
        if named.len() != names.len() {
            return Err(Malformed::new("names", (named.len(), names.len())));
        }
        let (mut paths, mut child_ids) = (paths.into_iter(), child_ids.into_iter());
        let positions: HashMap<SlotId, usize> =
            self.rows.iter().enumerate().map(|(at, row)| (row.slot, at)).collect();
        for (at, name) in named.iter().zip(names) {
            let name: Arc<str> = name.into();
            let row = &self.rows[*at];
            let parent = row.cells.get(Cell::Parent).map(slot_id).transpose()?;
            let path = match row.cells.get(Cell::Prefix) {
                None => paths.next().ok_or_else(|| Malformed::new("paths", "too few"))?,
                Some(0) => {
                    let above = parent.and_then(|parent| positions.get(&parent));
                    let above = above.filter(|above| *above < at).map(|above| &self.rows[*above]);
                    let above = above.and_then(|row| row.who.as_ref());
                    let (_, prefix) = above.ok_or_else(|| {
                        Malformed::new("prefix", "the path of a parent that does not come before")
                    })?;
                    joined(prefix, &name)?
                }
                Some(text) => joined(self.texts.get(text - 1)?, &name)?,
            };
            let child_id = match row.cells.get(Cell::ChildId) {
                None => None,
                Some(1) => Some(name.to_string()),
                Some(2) => {
                    Some(child_ids.next().ok_or_else(|| Malformed::new("child_ids", "too few"))?)
                }
                Some(other) => return Err(Malformed::new("child_id", other)),
            };
            let identity = self.identity(row, name, parent, child_id)?;
            let row = &mut self.rows[*at];
            (row.who, row.is_named) = (Some((identity, path)), true);
        }
        if paths.next().is_some() || child_ids.next().is_some() {
            return Err(Malformed::new("paths", "too many"));
        }
        Ok(())
    }

    fn identity(
        &self,
        row: &Row,
        name: Arc<str>,
        parent: Option<SlotId>,
        child_id: Option<String>,
    ) -> Result<Identity, Malformed> {
        let number = row.cells.get(Cell::Class);
        let class = number.and_then(|number| self.classes.get(usize::try_from(number).ok()?));
        let class = class.ok_or_else(|| Malformed::new("class", number))?.clone();
        let version = row.cells.get(Cell::Version).unwrap_or(0);
        Ok(Identity {
            id: row.slot,
            parent,
            name,
            actor_type: class.actor_type,
            framework: class.framework,
            kind: class.kind,
            supervisor: class.supervisor,
            child_spec: class.child_spec.map(|spec| ChildSpec { child_id, ..spec }),
            capabilities: class.capabilities,
            mailbox_capacity: class.mailbox_capacity,
            no_kill: class.no_kill,
            created_at: Timestamp(row.cells.get(Cell::CreatedAt).unwrap_or(0)),
            ordinal: row.slot.get(),
            version: u32::try_from(version).map_err(|_| Malformed::new("version", version))?,
        })
    }
}

/// A path of two parts; parents may hang below each other, so that short parts make long paths.
fn joined(prefix: &str, name: &str) -> Result<String, Malformed> {
    let len = prefix.len() + 1 + name.len();
    if len > MAX_PATH {
        return Err(Malformed::new("path", format!("{len} bytes, put together")));
    }
    Ok(format!("{prefix}/{name}"))
}
