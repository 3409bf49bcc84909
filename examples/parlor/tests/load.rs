//! The load generator against the server, and both as processes.

mod common;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use actorscope_parlor::{LoadError, LoadOptions, load};
use common::{DEADLINE, TestServer};

#[tokio::test]
async fn clients_chat_and_call_and_count_what_comes_back() {
    let server = TestServer::start().await;
    let options = LoadOptions {
        server: server.address,
        sessions: 20,
        calls_per_second: 40.0,
        messages_per_second: 100.0,
        rooms: 4,
        duration: Some(Duration::from_secs(2)),
        quiet: true,
        ..LoadOptions::default()
    };
    let report = load(options, std::future::pending()).await.unwrap();
    server.stop().await;

    assert_eq!(report.connected, 20, "{report}");
    assert!(report.messages_sent > 50, "{report}");
    // Five members a room hear each message.
    assert!(report.messages_received >= report.messages_sent * 4, "{report}");
    assert!(report.calls_answered > 20, "{report}");
    assert!(report.setup.p50 >= Duration::from_millis(8), "{report}");
    assert_eq!((report.errors, report.reconnects, report.calls_failed), (0, 0, 0), "{report}");
}

#[tokio::test]
async fn nobody_listening_is_an_error_with_advice() {
    let options = LoadOptions { server: "127.0.0.1:1".parse().unwrap(), ..LoadOptions::default() };
    let error = load(options, std::future::pending()).await.unwrap_err();
    assert!(matches!(error, LoadError::Unreachable { .. }));
    assert!(error.to_string().contains("parlor serve"), "{error}");
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn parlor(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server process and its address, as it prints it.
fn serve(listen: &str, data: &str) -> (Process, BufReader<std::process::ChildStderr>, String) {
    let mut child = parlor(&["serve", "--listen", listen, "--data-dir", data]).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    let process = Process(child);
    let mut line = String::new();
    messages.read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(line.starts_with("parlor: listening on 127.0.0.1:"), "{line}");
    (process, messages, address)
}

fn terminate(process: &mut Process) -> i32 {
    let sent = Command::new("kill").args(["-TERM", &process.0.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let deadline = std::time::Instant::now() + DEADLINE;
    loop {
        if let Some(status) = process.0.try_wait().unwrap() {
            return status.code().expect("it exits by itself");
        }
        assert!(std::time::Instant::now() < deadline, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn clients_come_back_when_the_server_does() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let (mut server, _messages, address) = serve("127.0.0.1:0", data);
    let arguments = [
        "load",
        "--server",
        &address,
        "--sessions",
        "10",
        "--rooms",
        "2",
        "--calls-per-second",
        "20",
    ];
    let mut child = parlor(&arguments).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut clients = Process(child);

    assert!(lines.any(|line| line.contains("connected 10/10")));
    assert_eq!(terminate(&mut server), 0);
    assert!(lines.any(|line| line.contains("connected 0/10")));
    let (mut server, _messages, _) = serve(&address, data);
    assert!(lines.any(|line| line.contains("connected 10/10")));
    assert_eq!(terminate(&mut clients), 0);
    assert_eq!(terminate(&mut server), 0);
}

#[test]
fn exit_codes_tell_errors_from_misuse() {
    let code = |arguments: &[&str]| parlor(arguments).output().unwrap().status.code();
    assert_eq!(code(&["load", "--server", "127.0.0.1:1"]), Some(1));
    assert_eq!(code(&["serve", "--fault", "gremlins"]), Some(2));
    assert_eq!(code(&["load", "--duration", "30"]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
}
