//! Lets clients in, an actor each.

use std::{io, rc::Rc, sync::Arc, time::Duration};

use actix::prelude::*;
use actorscope_actix::{Context, StartObserved};
use futures_util::stream;
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::{report::Report, session::Session, shard::Shard};

/// Pause after the system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Whom sessions talk to.
pub struct Bank {
    pub shards: Vec<Addr<Shard>>,
    pub report: Addr<Report>,
}

/// To let nobody in any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close;

/// See the module's text.
pub struct Door {
    listener: Arc<TcpListener>,
    bank: Rc<Bank>,
    /// Held by each session.
    place: Rc<()>,
    max_sessions: usize,
    let_in: u64,
    accepting: Option<SpawnHandle>,
}

impl Door {
    /// Of a bank.
    pub fn new(listener: TcpListener, bank: Bank, max_sessions: usize) -> Self {
        let (listener, bank) = (Arc::new(listener), Rc::new(bank));
        Self { listener, bank, place: Rc::new(()), max_sessions, let_in: 0, accepting: None }
    }
}

impl Actor for Door {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        let clients = stream::unfold(self.listener.clone(), |listener| async {
            let accepted = listener.accept().await.map(|(socket, _)| socket);
            if accepted.is_err() {
                sleep(PAUSE).await;
            }
            Some((accepted, listener))
        });
        self.accepting = Some(Self::add_stream(clients, ctx));
    }
}

impl Supervised for Door {}

impl StreamHandler<io::Result<TcpStream>> for Door {
    fn handle(&mut self, client: io::Result<TcpStream>, _: &mut Context<Self>) {
        let Ok(socket) = client else { return };
        // Beyond the limit it is closed at once.
        if Rc::strong_count(&self.place) > self.max_sessions {
            return;
        }
        self.let_in += 1;
        let (bank, place) = (self.bank.clone(), self.place.clone());
        Session::create_observed(&format!("conn-{}", self.let_in), |ctx| {
            Session::serve(ctx, socket, bank, place)
        });
    }
}

impl Handler<Close> for Door {
    type Result = ();

    fn handle(&mut self, _: Close, ctx: &mut Context<Self>) {
        if let Some(accepting) = self.accepting.take() {
            ctx.cancel_future(accepting);
        }
    }
}
