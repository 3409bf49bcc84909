//! The real binary under real clients: no order is lost or matched twice, and nobody's gain is nothing
//! of anybody's.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actorscope_exchange::{LoadOptions, LoadReport, load};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running `exchange serve`.
struct Exchange {
    process: Child,
    address: String,
}

impl Exchange {
    fn start(data: &Path, args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_exchange"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(args)
            .env("ACTORSCOPE_DIR", data.join("sockets"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split([',', ' ']).next().unwrap().to_owned();
            }
        };
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client(BufReader::new(stream))
    }

    async fn load(&self, orders_per_second: f64) -> LoadReport {
        let options = LoadOptions {
            server: self.address.parse().unwrap(),
            sessions: 8,
            orders_per_second,
            duration: Some(Duration::from_secs(2)),
            ..LoadOptions::default()
        };
        load(options, std::future::pending()).await.unwrap()
    }

    /// Asks it to stop, as an operator would, and waits for that.
    fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn ask(&mut self, request: &str) -> String {
        writeln!(self.0.get_mut(), "{request}").unwrap();
        let mut answer = String::new();
        assert_ne!(self.0.read_line(&mut answer).unwrap(), 0, "the connection was closed");
        answer.trim_end().to_owned()
    }

    /// Asks until this is the answer.
    fn ask_until(&mut self, request: &str, is_it: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.ask(request);
            if is_it(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{request}: still {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The sum of what is open in all books.
    fn open(&mut self) -> u64 {
        let books = ["ACME", "BOLT", "CASK"].map(|symbol| self.ask(&format!("book {symbol}")));
        books.iter().map(|book| number_behind("open", book)).sum()
    }
}

fn number_behind(word: &str, answer: &str) -> u64 {
    let mut words = answer.split(' ').skip_while(|w| *w != word).skip(1);
    words.next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

/// That everything traded, and nothing else, is settled, and cancels out.
fn settled(client: &mut Client, quantity: u64) -> String {
    let wanted = format!(" quantity {quantity} positions 0 cash 0");
    client.ask_until("totals", |totals| totals.ends_with(&wanted))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_order_is_lost_or_matched_twice_and_a_restart_knows_all_trades() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path(), &[]);
    let report = exchange.load(600.0).await;
    assert!(report.orders > 200 && report.filled > 0, "{report}");
    let refusal = report.last_refusal.as_deref();
    assert_eq!((report.lost, report.refused, refusal), (0, 0, None), "{report}");
    let mut client = exchange.client();
    assert_eq!(report.quantity, 2 * report.filled + report.cancelled + client.open(), "{report}");
    let totals = settled(&mut client, report.filled);
    exchange.stop();

    let again = Exchange::start(data.path(), &[]);
    let mut client = again.client();
    assert_eq!(client.ask_until("totals", |answer| !answer.starts_with("refused")), totals);
    assert_eq!(client.open(), 0, "open orders end with their books");
    again.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_book_that_crashes_loses_no_trade_and_when_it_gives_up_says_so() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path(), &["--fault", "crashy-book"]);
    // 6 times 50 orders for one symbol of three.
    let report = exchange.load(2_000.0).await;
    assert!(report.orders > 900, "{report}");
    assert!(report.refused > 0 && report.lost == 0, "{report}");
    let mut client = exchange.client();
    settled(&mut client, report.filled);
    client.ask("hello ada");
    assert_eq!(client.ask("order buy ACME 1 100"), "refused this book is closed");
    assert!(client.ask("order buy BOLT 1 1").starts_with("refused the last price was"));
}

#[test]
fn what_a_client_says_is_answered_in_words() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path(), &["--symbols", "ACME"]);
    let (mut ada, mut bob) = (exchange.client(), exchange.client());
    assert_eq!(ada.ask("order buy ACME 5 100"), "refused say `hello ACCOUNT` first");
    assert_eq!(ada.ask("hello ada"), "welcome ada");
    assert_eq!(bob.ask("hello bob"), "welcome bob");
    assert_eq!(ada.ask("order buy BOLT 5 100"), "refused BOLT is not traded here; ACME are");
    assert_eq!(ada.ask("order buy ACME 0 100"), "refused an order is for 1 to 1000000");
    assert_eq!(ada.ask("order buy ACME 5 100"), "placed 1 filled 0 open 5");
    assert_eq!(bob.ask("cancel ACME 1"), "refused no order of yours with this number is open");
    assert_eq!(bob.ask("order sell ACME 3 90"), "placed 2 filled 3 open 0");
    assert_eq!(ada.ask("cancel ACME 1"), "cancelled 1 2");
    settled(&mut bob, 3);
    assert_eq!(bob.ask("positions"), "positions ACME -3 cash 300");
    let last = "book ACME open 0 bids asks last 100x3";
    assert_eq!(bob.ask_until("book ACME", |book| book == last), last);
    // Risk has heard of it as well.
    let dear = "refused the last price was 100; orders are taken from 50 to 200";
    bob.ask_until("order sell ACME 1 201", |answer| answer == dear);
    assert!(ada.ask("buy!").starts_with("refused expected `hello ACCOUNT`"));
    assert_eq!(ada.ask("quit"), "bye");
    exchange.stop();
}
