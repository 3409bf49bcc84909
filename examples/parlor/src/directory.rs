//! Which rooms exist and who sits in them.
//!
//! Kept outside the room actors, so that a room which is killed or crashes finds its members again: the actor is
//! replaceable, the seats are not. (In Erlang this would be an ETS table owned by the supervisor.)

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use kameo::actor::ActorRef;

use crate::{
    door::Door,
    outbox::Outbox,
    room::Room,
    wire::{Line, ServerLine, encode},
};

/// Rooms that may exist. kameo can't end a permanent child for good, so they are never closed, only limited.
const ROOM_LIMIT: usize = 1000;

/// All rooms.
#[derive(Default)]
pub struct RoomDirectory {
    rooms: RwLock<BTreeMap<String, Arc<RoomEntry>>>,
}

/// What outlives a room's actor.
pub struct RoomEntry {
    name: String,
    members: Mutex<HashMap<u64, Member>>,
    said: AtomicU64,
    actor: Door<Room>,
}

struct Member {
    nick: Arc<str>,
    outbox: Outbox,
}

/// A client's place in a room, given up when dropped, however its connection ends.
pub struct Seat {
    room: Arc<RoomEntry>,
    connection: u64,
}

/// No room can be added.
#[derive(Clone, Debug, thiserror::Error)]
#[error("there are {ROOM_LIMIT} rooms already; join one of them")]
pub struct TooManyRooms;

impl RoomDirectory {
    /// The room called `name`, if it exists.
    pub fn get(&self, name: &str) -> Option<Arc<RoomEntry>> {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        rooms.get(name).cloned()
    }

    /// Adds a room without an actor.
    pub fn add(&self, name: &str) -> Result<Arc<RoomEntry>, TooManyRooms> {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        if rooms.len() >= ROOM_LIMIT {
            return Err(TooManyRooms);
        }
        let entry = Arc::new(RoomEntry {
            name: name.to_owned(),
            members: Mutex::default(),
            said: AtomicU64::new(0),
            actor: Door::default(),
        });
        rooms.insert(name.to_owned(), entry.clone());
        Ok(entry)
    }

    /// Every room, by name.
    pub fn all(&self) -> Vec<Arc<RoomEntry>> {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        rooms.values().cloned().collect()
    }
}

impl RoomEntry {
    /// Name of the room.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The room's actor. `None` before it first started.
    pub fn actor(&self) -> Option<ActorRef<Room>> {
        self.actor.actor()
    }

    /// Called by each incarnation for itself: `kill` through the reference of an earlier one does nothing.
    pub fn set_actor(&self, actor: Option<ActorRef<Room>>) {
        self.actor.set(actor);
    }

    /// Seats a client.
    pub fn seat(self: &Arc<Self>, connection: u64, nick: Arc<str>, outbox: Outbox) -> Seat {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.insert(connection, Member { nick, outbox });
        Seat { room: self.clone(), connection }
    }

    /// How many are seated.
    pub fn len(&self) -> usize {
        self.members.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The nick of a client that still sits here.
    pub fn nick(&self, connection: u64) -> Option<Arc<str>> {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.get(&connection).map(|member| member.nick.clone())
    }

    /// The number of the next message said here.
    pub fn next_seq(&self) -> u64 {
        self.said.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Tells one member.
    pub fn tell(&self, connection: u64, line: &ServerLine) {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = members.get(&connection) {
            member.outbox.say(line);
        }
    }

    /// Tells everybody but `except`.
    pub fn tell_all(&self, line: &ServerLine, except: Option<u64>) {
        let line: Line = encode(line);
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        for (connection, member) in members.iter() {
            if Some(*connection) != except {
                member.outbox.push(line.clone());
            }
        }
    }
}

impl Seat {
    /// The room this seat is in.
    pub fn room(&self) -> &Arc<RoomEntry> {
        &self.room
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut members = self.room.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.remove(&self.connection);
    }
}
