//! One attempt: an HTTP/1.1 POST over a connection that is kept for the next one.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::job::Job;

/// Of an answer's body nothing is wanted; a longer one costs the connection.
const MAX_ANSWER: usize = 64 * 1024;

/// An open connection.
pub struct Link {
    destination: Arc<str>,
    sender: SendRequest<Full<Bytes>>,
    // Ends with the link.
    _driver: AbortOnDropHandle<()>,
}

/// What a destination said.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its `Retry-After`, as it stands there.
    pub retry_after: Option<String>,
}

/// Posts a job, and returns the answer or what was in the way of one.
pub async fn post(link: &mut Option<Link>, job: &Job, limit: Duration) -> Result<Answer, String> {
    // Taken out: whatever ends this early must not leave a connection in the middle of an answer.
    let usable = link.take().filter(|link| link.is_for(job));
    match timeout(limit, attempt(usable, job)).await {
        Ok(Ok((answer, kept))) => {
            *link = kept;
            Ok(answer)
        }
        Ok(Err(why)) => Err(why),
        Err(_) => Err(format!("no answer within {limit:?}")),
    }
}

impl Link {
    fn is_for(&self, job: &Job) -> bool {
        self.destination == *job.destination() && !self.sender.is_closed()
    }

    async fn open(job: &Job) -> Result<Self, String> {
        let destination = job.destination().clone();
        let stream = TcpStream::connect(&*destination).await;
        let stream = stream.map_err(|error| format!("can't connect: {error}"))?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let driver = tokio::spawn(async move {
            // What goes wrong with it, who waits for an answer is told.
            let _ = connection.await;
        });
        Ok(Self { destination, sender, _driver: AbortOnDropHandle::new(driver) })
    }
}

async fn attempt(link: Option<Link>, job: &Job) -> Result<(Answer, Option<Link>), String> {
    let mut link = match link {
        Some(link) => link,
        None => Link::open(job).await?,
    };
    let path = job.url().path_and_query().map_or("/", |path| path.as_str());
    let request = Request::post(path)
        .header(header::HOST, &*link.destination)
        .header(header::CONTENT_TYPE, "application/json")
        .header("courier-job", &**job.id())
        .body(Full::from(job.body().to_string()))
        .map_err(|error| error.to_string())?;
    let response = link.sender.send_request(request).await.map_err(|error| error.to_string())?;
    let answer = Answer {
        status: response.status().as_u16(),
        retry_after: response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
    };
    let read = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
    Ok((answer, read.is_ok().then_some(link)))
}
