//! The service as a whole: check, bind, run until told to stop, stop in order.

use std::{fs, future::Future, time::Duration};

use actix::Arbiter;
use actorscope_actix::{SuperviseObserved, agent::Agent};
use tokio::{net::TcpListener, time::timeout};

use crate::{
    door::{Bank, Close, Door},
    fault::Fault,
    journal::{Flush, Journal},
    journal_file::{Disk, JournalFile},
    options::{ServeError, ServeOptions},
    report::Report,
    shard::Shard,
};

/// What a sync takes longer on a slow disk.
const SLOW: Duration = Duration::from_millis(20);
/// How long each step of a shutdown may take.
const STEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` resolves. Within an [`actix::System`].
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    if !options.listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(options.listen));
    }
    let disk =
        if options.fault == Some(Fault::SlowJournal) { Disk::Slow(SLOW) } else { Disk::Works };
    let path = options.data_dir.join("journal.jsonl");
    let file = fs::create_dir_all(&options.data_dir).and_then(|()| JournalFile::open(&path, disk));
    let file = file.map_err(|source| ServeError::Journal { path, source })?;
    let refused = |source| ServeError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;

    let mut observer = Agent::builder(&options.name);
    if let Some(path) = &options.socket {
        observer = observer.socket(path);
    }
    if options.allow_control {
        observer = observer.allow_control();
    }
    // Runs as long as the service does; without it the service runs all the same.
    let _agent = observer.start().inspect_err(|error| {
        eprintln!("{}: not observed: {error}", options.name);
    });

    let (batch, shards) = (options.batch.max(1), options.shards.max(1));
    let thread = Arbiter::new();
    let seq = file.seq();
    let journal = Journal::supervise_in_arbiter_observed(&thread.handle(), "journal", move |_| {
        Journal::new(file, batch)
    });
    let shards: Vec<_> = (0..shards)
        .map(|index| {
            let journal = journal.clone();
            Shard::supervise_observed(&format!("shard-{index}"), move |_| {
                Shard::new(index, shards, journal)
            })
        })
        .collect();
    let for_report = (shards.clone(), journal.clone(), options.fault);
    let report = Report::supervise_observed("report", |_| {
        Report::new(for_report.0, for_report.1, for_report.2)
    });
    let bank = Bank { shards, report };
    let door =
        Door::supervise_observed("door", |_| Door::new(listener, bank, options.max_sessions));
    let fault = options.fault.map(|fault| format!(", fault {fault}")).unwrap_or_default();
    eprintln!("{}: {seq} records; listening on {address}{fault}", options.name);

    shutdown.await;
    eprintln!("{}: stopping", options.name);
    let _ = timeout(STEP, door.send(Close)).await;
    // Who has `ok` is on the disk already; this is for those who just asked.
    let flushed = timeout(STEP, journal.send(Flush)).await;
    thread.stop();
    let what =
        if matches!(flushed, Ok(Ok(()))) { "" } else { "; the journal did not answer any more" };
    eprintln!("{}: stopped{what}", options.name);
    Ok(())
}
