//! Faults the server can be told to have, so that there is something to find with an observer.
//!
//! Each is a defect as it is made in earnest, in the code that serves without it too. What an observer shows was
//! measured under `parlor load --sessions 200 --calls-per-second 50`, which also says 100 messages a second.

actorscope_examples::defects! {
    /// A defect to run with.
    pub Fault {
        /// The media relay takes 30 ms instead of 8 ms to allocate. Harmless on a quiet day; from 33 calls a second on,
        /// a single signaling worker falls behind and its queue grows.
        SlowSignaling = "slow-signaling", "setting up a call takes 30 ms instead of 8; a queue grows";
        /// The room `lounge` panics on every 200th chat message it handles.
        CrashyRoom = "crashy-room", "the room `lounge` panics on every 200th message";
        /// The message log is on a network disk that goes away after 500 messages: a flush neither returns nor fails. And
        /// the store, which is to drop what the disk can't take, was made to wait for a flush after every 100th message,
        /// without a limit.
        ///
        /// From the 500th message on, 5 s into the load, `archive/store` is in `Append` and `store-write` in `Encoded` for
        /// ever: busy 100 %, 0 messages a second. The store's queue grows by 100 a second and its oldest wait by a second a
        /// second; after 45 s the 4096 places are taken, and rooms drop what they would have it keep. Nobody else is
        /// slower. A store that is killed comes back with what was queued, and is stuck again 100 messages later. A
        /// shutdown gives up after 20 s.
        StuckStore = "stuck-store", "the store waits for ever for a disk that went away";
        /// Presence records who saw whom do something, looks through the whole record for each new entry, and removes none.
        ///
        /// The time `presence` takes for an `Active` grows with all that ever happened. In a release build the median is
        /// 40 µs after 5 s, 340 µs after a minute and 1.5 ms after three, the p99 0.14, 1.1 and 5.5 ms (without the fault:
        /// 4 µs), and the process grows by 10 MiB a minute. A quarter of its time after three minutes, and all of it after
        /// some twelve: then its queue grows, and logging in takes longer and longer. A debug build is there after a minute
        /// and a half. A restart begins anew.
        LeakyPresence = "leaky-presence", "presence forgets nothing, and takes longer for each message";
        /// The search index cuts messages into snippets after 24 bytes, even if that is within a letter. The first message
        /// with a letter of two bytes just there (`who's coming to the café at noon?`) is a panic; and as it is on the
        /// store's shelf, which each new index reads first, so is every restart.
        ///
        /// Within the first second of load `archive/search/index` fails six times in 25 ms, all with `end byte index 24 is
        /// not a char boundary`: incarnation 6, 5 of 5 restarts used, failed, event `gave_up`. Its supervisor notes that
        /// there is no search any more and stays, as do all others; `search` is answered with an error. A new store has an
        /// empty shelf: killing `archive/store` brings search back, until the next such message.
        PanicLoop = "panic-loop", "the search index panics again after each restart, then gives up";
        /// All media ports are refreshed at the same time, every 10 s, each in a request of its own, instead of each when
        /// its time has come and all of one second in one request. The relay takes 4 ms for a request of any size.
        ///
        /// Saw teeth: every 10 s the queue of `media/relay-session` jumps to what its mailbox holds, 512, stays there for
        /// 2.5 s and is empty after 5. Until all requests are queued `media/ports` is in `RefreshDue`, calls wait behind
        /// it, and 100 of them pile up before `signaling-1`, which is otherwise half idle; the p99 of its queue wait is
        /// 2.5 s.
        Burst = "burst", "every 10 s all ports are refreshed at once, one by one";
        /// From the 100th time on that somebody in the room `lounge` does something, presence asks the room how many are
        /// there and waits for the answer. Before it passes a message on, `lounge` asks presence whether the speaker is
        /// there and waits for the answer. Each is answered after what the other is just doing.
        ///
        /// Some 5 s into the load `presence` is in `Active` and `rooms/lounge` in `Say` for ever: both busy 100 %, 0
        /// messages a second, same time in the handler. The queue of presence grows by 150 a second and is full, with 4096,
        /// after 30 s; that of the room by 18 a second. Other rooms and calls go on; logging in and `who` fail after 5 s.
        /// Killing one frees the other: after `lounge` it happens again at once, after `presence` with the next 100th
        /// activity.
        Deadlock = "deadlock", "`lounge` and presence ask each other, and wait for ever";
    }
}

impl Fault {
    /// The room that faults of a single room strike.
    pub(crate) const ROOM: &str = "lounge";
}
