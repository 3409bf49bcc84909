//! Bytes on the wire, as protobuf: what is below them (HTTP/2, the socket) is the same for everybody.

use crate::storm::Storm;
use crate::views::{PACE, table, tree};
use crate::watch::connection;
use actorscope_core::view::ViewSpec;
use actorscope_proto::v1;
use actorscope_proto::v1::observe_client::ObserveClient;
use hyper_util::rt::TokioIo;
use prost::Message as _;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint, Uri};

/// Longest wait for a first frame.
const PATIENCE: Duration = Duration::from_secs(30);

/// Protobuf bytes of one view.
#[derive(Clone, Copy, Default, Debug)]
pub struct Bytes {
    /// The first frame, with everything in it.
    pub first: f64,
    /// Each second after it.
    pub a_second: f64,
}

/// What each view takes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Wire {
    pub table: Bytes,
    pub tree: Bytes,
    pub summary: Bytes,
}

/// Looks at all three at once, on one stream, as a screen does.
pub async fn measure(storm: &Storm, window: Duration) -> Result<Wire, String> {
    let channel = connect(storm.socket()?).await?;
    let mut observe =
        ObserveClient::new(channel).max_decoding_message_size(actorscope_proto::MAX_MESSAGE);
    let refused = |status: tonic::Status| format!("the agent refused: {status}");
    let view = |spec: &ViewSpec| Some(v1::View::from(spec));
    let roots = connection(storm).await?.query(&tree([])).await;
    let roots = roots.map_err(|error| error.to_string())?;
    // The first family with members: what a user opens.
    let open = roots.identities.first().map(|(root, _)| root.id);
    let views = [table(), tree(open), ViewSpec::Summary];
    let (requests, asked) = mpsc::channel(views.len());
    for (id, spec) in (0..).zip(&views) {
        let interval_ns = PACE.as_nanos() as u64;
        let request = v1::WatchRequest { view_id: id, revision: 1, view: view(spec), interval_ns };
        requests.try_send(request).map_err(|error| error.to_string())?;
    }
    let mut frames = observe.watch(ReceiverStream::new(asked)).await.map_err(refused)?.into_inner();
    let mut found = [Bytes::default(); 3];
    let mut counted = [0_u64; 3];
    let first = tokio::time::timeout(PATIENCE, frames.message()).await;
    let mut frame = first.map_err(|_| format!("no frame after {PATIENCE:?}"))?.map_err(refused)?;
    // The rows settle over two ticks: rates are known only then.
    let begin = Instant::now() + 2 * PACE;
    let end = begin + window;
    loop {
        let Some(got) = frame else { return Err("the agent ended the stream".to_owned()) };
        let bytes = got.encoded_len() as f64;
        let view = got.view_id as usize;
        if let Some((of, counted)) = found.get_mut(view).zip(counted.get_mut(view)) {
            if of.first == 0.0 {
                of.first = bytes;
            } else if Instant::now() >= begin {
                of.a_second += bytes;
                *counted += 1;
            }
        }
        frame = match timeout_at(end, frames.message()).await {
            Ok(next) => next.map_err(refused)?,
            Err(_) => break,
        };
    }
    let seconds = window.as_secs_f64();
    // A screen that stands still takes no bytes either.
    if let Some(fewest) = counted.iter().min().filter(|n| (**n as f64) < seconds / 2.0) {
        return Err(format!(
            "of a view that is due each second {fewest} frames came in {window:?}"
        ));
    }
    let [table, tree, summary] =
        found.map(|bytes| Bytes { a_second: bytes.a_second / seconds, ..bytes });
    Ok(Wire { table, tree, summary })
}

async fn connect(path: PathBuf) -> Result<Channel, String> {
    let connector = tower::service_fn(move |_: Uri| {
        let path = path.clone();
        async move { UnixStream::connect(path).await.map(TokioIo::new) }
    });
    let endpoint = Endpoint::from_static("http://agent.invalid");
    endpoint.connect_with_connector(connector).await.map_err(|error| error.to_string())
}
