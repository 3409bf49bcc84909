//! One connection: HTTP/2 with limits, from the first byte to the last.

use super::limits;
use super::router::Router;
use super::{Principal, Shared};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Serves until the client goes, stays silent too long, or the connection is too old.
pub(super) async fn run<I>(io: I, principal: Principal, shared: Arc<Shared>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = Arc::new(AtomicBool::new(false));
    let router = Router::new(shared, principal.clone());
    let service = {
        let asked = asked.clone();
        service_fn(move |request: http::Request<Incoming>| {
            asked.store(true, Relaxed);
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.route(request).await) }
        })
    };
    let mut connection = std::pin::pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits::STREAMS)
            .initial_stream_window_size(64 * 1024)
            .initial_connection_window_size(256 * 1024)
            .max_header_list_size(16 * 1024)
            .max_send_buf_size(256 * 1024)
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10))
            .serve_connection(TokioIo::new(io), service)
    );
    let mut first_request = std::pin::pin!(tokio::time::sleep(limits::FIRST_REQUEST));
    let mut waiting_for_first = true;
    let mut age = std::pin::pin!(tokio::time::sleep(jittered(limits::CONNECTION_AGE)));
    let mut too_old = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!("{principal}: connection ended: {error}");
                }
                return;
            }
            () = &mut first_request, if waiting_for_first => {
                waiting_for_first = false;
                if !asked.load(Relaxed) {
                    tracing::debug!("{principal}: connection closed, no request came");
                    return;
                }
            }
            () = &mut age => {
                if too_old {
                    return;
                }
                too_old = true;
                connection.as_mut().graceful_shutdown();
                age.set(tokio::time::sleep(limits::AGE_GRACE));
            }
        }
    }
}

/// Give or take a tenth, so that clients which came together do not come back together.
fn jittered(age: Duration) -> Duration {
    let mut byte = [128u8];
    // Without randomness they do; nothing worse.
    let _ = getrandom::fill(&mut byte);
    let [byte] = byte;
    age.mul_f64(0.9 + 0.2 * f64::from(byte) / 255.0)
}
