//! Somebody who looks and does nothing with it.

use crate::storm::Storm;
use crate::views::{PACE, table};
use actorscope_client::{Connection, Session, SessionOptions, Update, connect};
use actorscope_core::node::Summary;
use actorscope_core::view::ViewSpec;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Longest wait for a first frame.
const PATIENCE: Duration = Duration::from_secs(30);

/// A screen that is kept up to date until this is dropped.
#[derive(Debug)]
pub struct Watch {
    reader: JoinHandle<()>,
}

impl Watch {
    /// Attaches and waits for the first frame.
    pub async fn attach(storm: &Storm) -> Result<Self, String> {
        let (session, mut updates) = Session::start(storm.target()?, SessionOptions::default());
        session.set_view(1, ViewSpec::Summary, PACE);
        session.set_view(2, table(), PACE);
        let first = async {
            loop {
                match updates.recv().await.ok_or("the session ended")? {
                    Update::Frame(_) => return Ok::<_, String>(()),
                    Update::Lost { reason, .. } => return Err(reason),
                    Update::Connected(_) | Update::Events(_) => {}
                }
            }
        };
        let first = tokio::time::timeout(PATIENCE, first).await;
        first.map_err(|_| format!("no frame after {PATIENCE:?}"))??;
        let reader = tokio::spawn(async move {
            let _session = session;
            while updates.recv().await.is_some() {}
        });
        Ok(Self { reader })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// Asks now and then.
pub async fn connection(storm: &Storm) -> Result<Connection, String> {
    connect(&storm.target()?).await.map_err(|error| error.to_string())
}

/// The node at a glance, as of a pass that is no older than a quarter of a second.
pub async fn summary(connection: &Connection) -> Result<Summary, String> {
    let frame = connection.query(&ViewSpec::Summary).await.map_err(|error| error.to_string())?;
    frame.summary.ok_or_else(|| "the agent sent no summary".to_owned())
}
