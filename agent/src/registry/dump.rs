//! An actor's state in words, printed by its own task when somebody with the right asks for it.

use super::SlotHandle;
use crate::clock::{nanos, ticks, wall};
use actorscope_core::Timestamp;
use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::sync::oneshot;

/// Longest time that printing may take from an actor: checked between the pieces that its `Debug`
/// writes.
const PRINTING: Duration = Duration::from_millis(20);

/// Somebody waits for an actor's state.
#[derive(Debug)]
pub(crate) struct DumpRequest {
    /// Longest text wanted, in bytes.
    pub(crate) max_bytes: usize,
    pub(crate) answer: oneshot::Sender<Dumped>,
}

/// What an actor printed.
#[derive(Debug)]
pub(crate) struct Dumped {
    pub(crate) text: String,
    /// Why there is not more of it.
    pub(crate) cut: Option<Cut>,
    pub(crate) at: Timestamp,
    pub(crate) took_ns: u64,
}

/// Why a text is not whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cut {
    Bytes,
    Time,
    Panic,
    Error,
}

impl SlotHandle {
    /// Prints the actor's state if somebody asked for it: to be called by the actor's task between
    /// two messages and when it is woken. One relaxed load while nobody asks.
    ///
    /// Bounded in bytes and time; a panic of the `Debug` implementation is caught.
    #[inline]
    pub fn dump_if_asked(&self, state: &dyn fmt::Debug) {
        if self.slot.gate.wants_dump() {
            self.dump(state);
        }
    }

    #[cold]
    fn dump(&self, state: &dyn fmt::Debug) {
        self.slot.gate.dump_answered();
        let Some(request) = self.slot.cold().take_dump() else {
            return;
        };
        let (at, begun) = (wall(), ticks());
        let mut out = Bounded { text: String::new(), most: request.max_bytes, begun, cut: None };
        // The text is valid after any number of writes, so nothing half-done is seen.
        let written = catch_unwind(AssertUnwindSafe(|| write!(out, "{state:#?}")));
        let cut = match written {
            Ok(Ok(())) => None,
            Ok(Err(_)) => Some(out.cut.unwrap_or(Cut::Error)),
            Err(_) => Some(Cut::Panic),
        };
        // Whoever asked may have given up.
        let took_ns = nanos(begun, ticks());
        let _ = request.answer.send(Dumped { text: out.text, cut, at, took_ns });
    }
}

/// Takes text until it is too long or took too long.
struct Bounded {
    text: String,
    most: usize,
    begun: crate::clock::Ticks,
    cut: Option<Cut>,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if u128::from(nanos(self.begun, ticks())) > PRINTING.as_nanos() {
            self.cut = Some(Cut::Time);
            return Err(fmt::Error);
        }
        let room = self.most.saturating_sub(self.text.len());
        if piece.len() <= room {
            self.text.push_str(piece);
            return Ok(());
        }
        let fits = (0..=room).rev().find(|end| piece.is_char_boundary(*end)).unwrap_or(0);
        self.text.push_str(piece.get(..fits).unwrap_or_default());
        self.cut = Some(Cut::Bytes);
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};

    fn ask(slot: &SlotHandle, max_bytes: usize) -> oneshot::Receiver<Dumped> {
        let (answer, dumped) = oneshot::channel();
        slot.slot.cold().set_dump(DumpRequest { max_bytes, answer });
        slot.slot.gate.want_dump();
        dumped
    }

    fn slot() -> SlotHandle {
        Registry::new().register(Registration::new("test", "a", "A"))
    }

    #[test]
    fn it_is_printed_once_and_only_when_asked_for() {
        let slot = slot();
        slot.dump_if_asked(&"nobody asked");
        let mut answer = ask(&slot, 100);
        slot.dump_if_asked(&Some(5));
        slot.dump_if_asked(&"again");
        let dumped = answer.try_recv().unwrap();
        assert_eq!((dumped.text.as_str(), dumped.cut), ("Some(\n    5,\n)", None));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let slot = slot();
        let mut answer = ask(&slot, 4);
        slot.dump_if_asked(&format_args!("ääää"));
        let dumped = answer.try_recv().unwrap();
        assert_eq!((dumped.text.as_str(), dumped.cut), ("ää", Some(Cut::Bytes)));
    }

    #[test]
    fn a_panic_while_printing_stays_inside() {
        struct Nasty;
        impl fmt::Debug for Nasty {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("half")?;
                std::panic::resume_unwind(Box::new("without the hook"));
            }
        }
        let slot = slot();
        let mut answer = ask(&slot, 100);
        slot.dump_if_asked(&Nasty);
        let dumped = answer.try_recv().unwrap();
        assert_eq!((dumped.text.as_str(), dumped.cut), ("half", Some(Cut::Panic)));
    }

    #[test]
    fn endless_printing_ends() {
        struct Endless;
        impl fmt::Debug for Endless {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    out.write_str("")?;
                }
            }
        }
        let slot = slot();
        let mut answer = ask(&slot, 100);
        slot.dump_if_asked(&Endless);
        assert_eq!(answer.try_recv().unwrap().cut, Some(Cut::Time));
    }
}
