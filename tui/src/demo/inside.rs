//! The demo's two processes, from the inside.

use super::{den, watch};
use crate::cli::{DemoLoadArgs, DemoServeArgs};
use actorscope_parlor::{LoadOptions, ServeOptions, Server};
use std::future::Future;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::process::ExitCode;

/// The service: says its address on stdout and serves until its parent is gone.
pub fn serve(args: &DemoServeArgs) -> ExitCode {
    let options = ServeOptions {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        data_dir: args.den.join("data"),
        fault: args.fault.0,
        quiet: true,
        ..ServeOptions::default()
    };
    let code = end_with(async {
        let server = Server::bind(options).await.map_err(|error| error.to_string())?;
        let mut stdout = io::stdout();
        writeln!(stdout, "{}", server.local_addr())
            .and_then(|()| stdout.flush())
            .map_err(|error| format!("nobody wants to know the address: {error}"))?;
        let served = server.run(watch::parent_gone()).await;
        served.map_err(|error| error.to_string())
    });
    // The parent does this too, unless it was killed.
    den::remove(&args.den);
    code
}

/// The clients: call and chat until their parent is gone.
pub fn load(args: &DemoLoadArgs) -> ExitCode {
    let options = LoadOptions {
        server: args.server,
        sessions: args.sessions as usize,
        calls_per_second: args.calls_per_second,
        quiet: true,
        ..LoadOptions::default()
    };
    end_with(async {
        let loaded = actorscope_parlor::load(options, watch::parent_gone()).await;
        loaded.map(drop).map_err(|error| error.to_string())
    })
}

/// Runs to the end on several threads, as a service does.
fn end_with(work: impl Future<Output = Result<(), String>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(work);
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(format!("the system gives no event queue: {error}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}
