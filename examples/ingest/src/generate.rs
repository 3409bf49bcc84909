//! Logs as servers write them, for whoever has none at hand: the same ones for the same seed.

use crate::time::{show, show_clf};
use serde_json::json;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Combined Log Format with the time taken, as nginx writes it.
    Combined,
    /// A JSON object a line.
    Ndjson,
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// Where to; made if missing.
    pub directory: PathBuf,
    /// How many files.
    pub files: u32,
    /// Lines in each.
    pub lines: u64,
    /// How they are written.
    pub format: Format,
    /// Requests a second that the service of each log had, on the average.
    pub rate: f64,
    /// Another number makes other logs.
    pub seed: u64,
}

/// 2026-01-05T08:00:00Z, a Monday morning.
const BEGIN: f64 = 1_767_600_000.0;

/// One line in so many is broken.
const BROKEN: u64 = 1_000;

/// A path with how often it is asked for, what it answers most of the time, and bytes and milliseconds.
type Page = (&'static str, f64, u16, f64, f64);

const PAGES: [Page; 12] = [
    ("/", 0.22, 200, 14_000.0, 18.0),
    ("/static/app.js", 0.17, 304, 0.0, 1.0),
    ("/static/app.css", 0.13, 304, 0.0, 1.0),
    ("/api/session", 0.12, 200, 420.0, 7.0),
    ("/api/search?q=lamp", 0.10, 200, 8_200.0, 85.0),
    ("/items/{}", 0.12, 200, 21_000.0, 31.0),
    ("/api/cart", 0.05, 200, 900.0, 12.0),
    ("/favicon.ico", 0.03, 200, 5_430.0, 1.0),
    ("/api/checkout", 0.02, 201, 610.0, 240.0),
    ("/old-campaign", 0.02, 301, 160.0, 1.0),
    ("/wp-login.php", 0.015, 404, 550.0, 2.0),
    ("/api/export", 0.005, 200, 1_900_000.0, 1_900.0),
];

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example/)",
    "curl/8.14.1",
];

/// Writes the files `access-1.log` and so on (`.ndjson`).
pub fn generate(options: &GenerateOptions) -> io::Result<()> {
    fs::create_dir_all(&options.directory)?;
    let end = match options.format {
        Format::Combined => "log",
        Format::Ndjson => "ndjson",
    };
    for n in 1..=options.files {
        let path = options.directory.join(format!("access-{n}.{end}"));
        file(&path, options, options.seed.wrapping_add(u64::from(n)))?;
    }
    Ok(())
}

fn file(path: &Path, options: &GenerateOptions, seed: u64) -> io::Result<()> {
    let mut to = BufWriter::new(File::create(path)?);
    let (mut random, mut second) = (Random(seed), BEGIN);
    for _ in 0..options.lines {
        // Requests come independently of one another.
        second += -random.share().ln() / options.rate.max(0.001);
        let line = line(&mut random, second, options.format);
        // A process that ended while it wrote, or a scanner that speaks another protocol.
        match random.below(BROKEN) {
            0 => writeln!(to, "{}", &line[..line.len() / 3])?,
            _ => writeln!(to, "{line}")?,
        }
    }
    to.flush()
}

fn line(random: &mut Random, second: f64, format: Format) -> String {
    let (target, _, usual, bytes, ms) = page(random.share());
    let target = target.replace("{}", &random.below(400).to_string());
    let status = match random.below(200) {
        0 => 500,
        1 => 503,
        2 | 3 => 404,
        _ => usual,
    };
    let scatter = |random: &mut Random| 0.4 - random.share().ln() * 0.6;
    let bytes = (bytes * scatter(random)) as u64;
    let ms = ms * scatter(random) * if status == 503 { 20.0 } else { 1.0 };
    let at = second as i64;
    match format {
        Format::Combined => {
            let host = format!("203.0.113.{}", random.below(254) + 1);
            let agent = AGENTS[random.below(AGENTS.len() as u64) as usize];
            let bytes = if bytes == 0 { "-".to_owned() } else { bytes.to_string() };
            format!(
                r#"{host} - - [{}] "GET {target} HTTP/1.1" {status} {bytes} "-" "{agent}" {:.3}"#,
                show_clf(at),
                ms / 1e3,
            )
        }
        Format::Ndjson => {
            let time = show(at.div_euclid(60)).replace('Z', &format!(":{:02}Z", at.rem_euclid(60)));
            let ms = (ms * 1e3).round() / 1e3;
            json!({
                "time": time, "path": target, "status": status, "bytes": bytes, "latency_ms": ms,
            })
            .to_string()
        }
    }
}

fn page(share: f64) -> Page {
    let mut left = share;
    for page in PAGES {
        if left < page.1 {
            return page;
        }
        left -= page.1;
    }
    PAGES[0]
}

/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Above 0 and up to 1.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::parse;
    use crate::time::Calendar;

    #[test]
    fn lines_of_both_formats_are_the_same_requests() {
        let (mut one, mut other) = (Random(7), Random(7));
        for second in 0..500 {
            let at = BEGIN + f64::from(second) * 7.0;
            let combined = line(&mut one, at, Format::Combined);
            // Who asked is only in one of them.
            let ndjson = line(&mut other, at, Format::Ndjson);
            other.below(254);
            other.below(4);
            let combined = parse(&combined, Calendar::Computed).unwrap();
            let ndjson = parse(&ndjson, Calendar::Computed).unwrap();
            assert_eq!((combined.minute, combined.status), (ndjson.minute, ndjson.status));
            assert_eq!((&combined.path, combined.bytes), (&ndjson.path, ndjson.bytes));
            let (a, b) = (combined.latency_us.unwrap(), ndjson.latency_us.unwrap());
            assert!(a.abs_diff(b) <= 501, "{a} {b}");
        }
    }

    #[test]
    fn every_request_is_of_some_page() {
        let all: f64 = PAGES.iter().map(|page| page.1).sum();
        assert!((all - 1.0).abs() < 1e-9, "{all}");
    }
}
