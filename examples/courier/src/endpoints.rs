//! What there is to deliver to: real HTTP servers, each with a character.

use std::{
    convert::Infallible,
    fs::File,
    future::Future,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, body::Incoming, header, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::job::MAX_LINE;

/// How an endpoint behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Takes everything.
    Ok,
    /// Takes everything, after a while.
    Slow,
    /// Takes every third, and answers 500 to the others.
    Failing,
    /// Hangs up before it reads anything.
    Refusing,
    /// Answers 503 and a `Retry-After` that is a date.
    Dated,
}

impl Endpoint {
    /// Every endpoint, in the order of their ports.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Slow, Self::Failing, Self::Refusing, Self::Dated];

    /// Its name in what is said and logged.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Refusing => "refusing",
            Self::Dated => "dated",
        }
    }
}

/// How to run them.
#[derive(Clone, Debug)]
pub struct EndpointOptions {
    /// Port of the first; the others follow. 0 takes free ones.
    pub first_port: u16,
    /// How long the slow one takes.
    pub slow: Duration,
    /// Where each job that is taken gets a line `{"endpoint":…,"id":…}`.
    pub log: Option<PathBuf>,
}

struct Place {
    endpoint: Endpoint,
    slow: Duration,
    requests: AtomicU64,
    log: Option<Arc<Mutex<File>>>,
}

/// Runs all endpoints on 127.0.0.1 until `shutdown` resolves. Says on stderr where each listens.
pub async fn endpoints(
    options: EndpointOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let log = match &options.log {
        Some(path) => {
            let file = File::options().create(true).append(true).open(path)?;
            Some(Arc::new(Mutex::new(file)))
        }
        None => None,
    };
    let mut running = JoinSet::new();
    for (endpoint, offset) in Endpoint::ALL.into_iter().zip(0u16..) {
        let port = match options.first_port {
            0 => 0,
            first => first.checked_add(offset).ok_or_else(|| {
                io::Error::other(format!(
                    "there are not {} ports from {first} on",
                    Endpoint::ALL.len()
                ))
            })?,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| io::Error::other(format!("can't listen on {address}: {error}")))?;
        eprintln!("endpoints: {} listening on {}", endpoint.as_str(), listener.local_addr()?);
        let place = Arc::new(Place {
            endpoint,
            slow: options.slow,
            requests: AtomicU64::new(0),
            log: log.clone(),
        });
        running.spawn(accept(listener, place));
    }
    eprintln!("endpoints: ready");
    shutdown.await;
    running.shutdown().await;
    Ok(())
}

async fn accept(listener: TcpListener, place: Arc<Place>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((socket, _)) if place.endpoint != Endpoint::Refusing => {
                connections.spawn(serve(socket, place.clone()));
            }
            Ok((socket, _)) => drop(socket),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(socket: TcpStream, place: Arc<Place>) {
    let service = service_fn(move |request| {
        let place = place.clone();
        async move { Ok::<_, Infallible>(place.answer(request).await) }
    });
    // A client that hangs up is no concern of ours.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

impl Place {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let id = request.headers().get("courier-job").and_then(|value| value.to_str().ok());
        let id = id.unwrap_or_default().to_owned();
        if Limited::new(request.into_body(), MAX_LINE).collect().await.is_err() {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        match self.endpoint {
            Endpoint::Slow => sleep(self.slow).await,
            Endpoint::Failing if !number.is_multiple_of(3) => {
                return status(StatusCode::INTERNAL_SERVER_ERROR);
            }
            Endpoint::Dated => {
                let date = header::HeaderValue::from_static("Fri, 31 Dec 2027 23:59:59 GMT");
                let mut answer = status(StatusCode::SERVICE_UNAVAILABLE);
                answer.headers_mut().insert(header::RETRY_AFTER, date);
                return answer;
            }
            Endpoint::Ok | Endpoint::Failing | Endpoint::Refusing => {}
        }
        match self.note(&id) {
            Ok(()) => status(StatusCode::NO_CONTENT),
            Err(_) => status(StatusCode::INSUFFICIENT_STORAGE),
        }
    }

    fn note(&self, id: &str) -> io::Result<()> {
        let Some(log) = &self.log else { return Ok(()) };
        let line = serde_json::json!({ "endpoint": self.endpoint.as_str(), "id": id });
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.write_all(format!("{line}\n").as_bytes())
    }
}

fn status(code: StatusCode) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = code;
    answer
}
