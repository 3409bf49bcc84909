//! Messages whose answer is waited for.

use super::{Edge, ObservedRef};
use ractor::concurrency::{self, Duration};
use ractor::rpc::CallResult;
use ractor::{Message, MessagingErr, RpcReplyPort};

/// As ractor's own: the message is sent when this is polled first. Dropped before the answer, the ask
/// counts as failed.
pub(super) async fn call<M, T, B>(
    to: ObservedRef<M>,
    build: B,
    timeout: Option<Duration>,
) -> Result<CallResult<T>, MessagingErr<M>>
where
    M: Message,
    B: FnOnce(RpcReplyPort<T>) -> M + Send,
    T: Send + 'static,
{
    let asking = Edge::to(to.seen()).map(|edge| edge.asks());
    let (port, answer) = concurrency::oneshot();
    let port = match timeout {
        Some(timeout) => (port, timeout).into(),
        None => port.into(),
    };
    to.send(to.seen(), build(port))?;
    drop(to);
    let answer = match timeout {
        Some(timeout) => match concurrency::timeout(timeout, answer).await {
            Ok(Ok(answer)) => CallResult::Success(answer),
            Ok(Err(_)) => CallResult::SenderError,
            Err(_) => CallResult::Timeout,
        },
        None => answer.await.map_or(CallResult::SenderError, CallResult::Success),
    };
    if let Some(asking) = asking {
        asking.answered(matches!(answer, CallResult::Success(_)));
    }
    Ok(answer)
}
