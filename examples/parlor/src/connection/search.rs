//! Searching. The answer comes when it comes; meanwhile the connection goes on with other requests.

use kameo::message::{Context, Message};

use super::{Connection, PATIENCE};
use crate::{
    search::Find,
    spawn,
    wire::{ErrorCode, Hit, SEARCH_LIMIT, ServerLine},
};

/// The client looks for something that was said in its room.
pub struct Search {
    pub text: String,
}

/// What was found, if the index could tell.
struct Searched {
    text: String,
    hits: Option<Vec<Hit>>,
}

impl Message<Search> for Connection {
    type Reply = ();

    async fn handle(&mut self, Search { text }: Search, ctx: &mut Context<Self, ()>) {
        // Whoever sits in a room may know what was said in it, and nobody else.
        let Some(seat) = &self.seat else {
            return self.refuse(ErrorCode::NotInRoom, "send `join` before `search`");
        };
        if text.is_empty() || text.len() > SEARCH_LIMIT {
            return self
                .refuse(ErrorCode::Invalid, format!("a search has 1 to {SEARCH_LIMIT} bytes"));
        }
        let find = Find { room: seat.room().name().to_owned(), text: text.clone() };
        let index = self.services.world.index.actor();
        ctx.pipe(async move {
            let hits = match index {
                Some(index) => {
                    let asking = spawn::ask(&index, find).mailbox_timeout(PATIENCE);
                    asking.reply_timeout(PATIENCE).send().await.ok()
                }
                None => None,
            };
            Searched { text, hits }
        });
    }
}

impl Message<Searched> for Connection {
    type Reply = ();

    async fn handle(&mut self, Searched { text, hits }: Searched, _: &mut Context<Self, ()>) {
        match hits {
            Some(hits) => self.outbox.say(&ServerLine::Found { text, hits }),
            None => self.refuse(ErrorCode::Busy, "searching does not work at the moment"),
        }
    }
}
