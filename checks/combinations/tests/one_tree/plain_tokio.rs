//! A task of plain tokio.

use super::{Framework, Work};

pub const FRAMEWORK: Framework = Framework { word: "tokio", name: "tokio", within: "", start };

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        actorscope_agent::tokio::spawn(&name, async move {
            work.await;
            std::future::pending::<()>().await;
        });
    })
}
