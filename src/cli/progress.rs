//! How far reading has come: a bar on a terminal, lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::ingest::input::Input;

/// Without a terminal a line is printed this often.
pub(super) const BETWEEN_LINES: Duration = Duration::from_secs(5);

pub(super) struct Shown {
    bar: ProgressBar,
    /// Bytes of the input; nobody knows how much standard input brings.
    total: Option<u64>,
    started: Instant,
    lined: Instant,
}

impl Shown {
    pub(super) fn new(input: &Input) -> Shown {
        let total = input.size();
        let bar = match (std::io::stderr().is_terminal(), total) {
            (false, _) => ProgressBar::hidden(),
            (true, Some(total)) => ProgressBar::new(total),
            (true, None) => ProgressBar::no_length(),
        };
        let style = if total.is_some() { "{bar:30} {bytes}/{total_bytes}  {msg}" } else { "{bytes}  {msg}" };
        bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Shown { bar, total, started: Instant::now(), lined: Instant::now() }
    }

    /// `bytes` of the input are in the store, in what was found in them.
    pub(super) fn show(&mut self, articles: u64, rejects: u64, bytes: u64) {
        let elapsed = self.started.elapsed();
        let (line, left) = (line(articles, rejects, elapsed), left(bytes, self.total, elapsed));
        self.bar.set_position(bytes);
        if self.bar.is_hidden() && self.lined.elapsed() > BETWEEN_LINES {
            eprintln!("{line}, {}{left}", came(bytes, self.total));
            self.lined = Instant::now();
        }
        self.bar.set_message(line + &left);
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// `1 article`, `2 articles`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn line(articles: u64, rejects: u64, elapsed: Duration) -> String {
    let rate = articles as f64 / elapsed.as_secs_f64().max(0.001);
    format!("{}, {rate:.0} a second, {rejects} rejected", counted(articles, "article", "articles"))
}

/// `12.5 of 50.0 MB`.
fn came(bytes: u64, total: Option<u64>) -> String {
    let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e6);
    match total.filter(|total| *total >= bytes) {
        Some(total) => format!("{} of {} MB", megabytes(bytes), megabytes(total)),
        None => format!("{} MB", megabytes(bytes)),
    }
}

/// `, 30 s left`. Where the end has been read and not all that was found there is in, nobody can tell.
fn left(bytes: u64, total: Option<u64>, elapsed: Duration) -> String {
    match total.filter(|total| *total > bytes && bytes > 0) {
        Some(total) => format!(", {:.0} s left", elapsed.as_secs_f64() * (total - bytes) as f64 / bytes as f64),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_has_come() {
        let ten = Duration::from_secs(10);
        assert_eq!(line(50, 1, ten), "50 articles, 5 a second, 1 rejected");
        assert_eq!(came(1_000_000, Some(4_000_000)), "1.0 of 4.0 MB");
        assert_eq!(left(1_000_000, Some(4_000_000), ten), ", 30 s left");
        assert_eq!(left(4_000_000, Some(4_000_000), ten), "", "read to the end, and not yet in");
        assert_eq!((came(1_000_000, None).as_str(), left(1_000_000, None, ten).as_str()), ("1.0 MB", ""));
    }
}
