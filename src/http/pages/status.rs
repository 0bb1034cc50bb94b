//! `/status`: how it stands with the server, and what somebody should see to.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::about::{self, Run};
use super::address::{API, Address};
use super::dates::{self, DateLine};
use super::error::refusal;
use super::frame::{Frame, send};
use super::hits::EscapedText;
use super::wording::{articles, counted, grouped};
use crate::search::status::{FeedStatus, FolderStatus, StatusAnswer, Warning};
use crate::search::{Archive, IndexState};

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    /// What is the matter, and what there is to do about it.
    warnings: Vec<(EscapedText, EscapedText)>,
    articles: String,
    newest: Option<(String, DateLine)>,
    started: DateLine,
    uptime: String,
    version: &'static str,
    /// A heading, and lines of a name and a value.
    sections: Vec<(&'static str, Vec<(&'static str, String)>)>,
    feeds: Vec<Watched>,
    folders: Vec<Watched>,
    runs: Vec<Run>,
    json: String,
}

/// Something that is asked or looked at now and then.
struct Watched {
    name: String,
    last: Option<DateLine>,
    state: String,
}

pub(in crate::http) async fn status(State(archive): State<Arc<Archive>>) -> Response {
    match archive.status().await {
        Ok(answer) => send(StatusCode::OK, &page(&answer)),
        Err(error) => refusal(&Address::read("/", None), error),
    }
}

fn page(answer: &StatusAnswer) -> StatusPage {
    let newest = answer.newest.as_ref();
    StatusPage {
        frame: Frame::new("Status"),
        warnings: answer.warnings.iter().map(warning).collect(),
        articles: match answer.sources {
            Some(sources) => format!("{} from {}", articles(answer.articles), counted(sources, "source", "sources")),
            None => articles(answer.articles),
        },
        newest: newest.map(|newest| (format!("/article/{}", newest.id), moment(newest.seen))),
        started: moment(answer.started),
        uptime: length(answer.uptime_seconds),
        version: answer.version,
        sections: vec![("Searches", searches(answer)), ("Index", index(answer)), ("On disk", on_disk(answer))],
        feeds: answer.feeds.iter().map(feed).collect(),
        folders: answer.folders.iter().map(folder).collect(),
        runs: answer.runs.iter().map(about::run).collect(),
        json: format!("{API}/status"),
    }
}

fn warning(warning: &Warning) -> (EscapedText, EscapedText) {
    (EscapedText::message(&warning.says), EscapedText::message(warning.advice))
}

fn searches(StatusAnswer { searches, .. }: &StatusAnswer) -> Vec<(&'static str, String)> {
    let mut lines = vec![("Running", grouped(searches.running as u64)), ("Waiting", grouped(searches.waiting as u64))];
    match searches.seconds {
        Some(seconds) => lines.extend([
            ("Half are answered within", milliseconds(seconds.p50)),
            ("95 of 100 within", milliseconds(seconds.p95)),
            ("99 of 100 within", milliseconds(seconds.p99)),
        ]),
        None => lines.push(("Since the start", "none yet".to_owned())),
    }
    lines
}

fn index(StatusAnswer { index, snapshots, .. }: &StatusAnswer) -> Vec<(&'static str, String)> {
    let behind = match index.behind {
        0 => "nothing".to_owned(),
        changes => format!("{}, for {:.0} s", counted(changes, "change", "changes"), index.behind_seconds),
    };
    let state = match index.state {
        IndexState::Verified => "verified",
        IndexState::Verifying => "being verified",
        IndexState::Damaged => "damaged; another is being made",
        IndexState::Failing => "cannot be written",
    };
    vec![
        ("Its files", state.to_owned()),
        ("Behind the store by", behind),
        ("Segments", grouped(index.segments as u64)),
        ("Deleted and still there", grouped(index.deleted)),
        ("Snapshots kept", grouped(snapshots.kept as u64)),
    ]
}

fn on_disk(StatusAnswer { store, index, snapshots, disk, .. }: &StatusAnswer) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("Store", size(store.bytes)),
        ("Its write-ahead log", size(store.wal_bytes)),
        ("Index", size(index.bytes)),
        ("Kept for snapshots alone", size(snapshots.bytes)),
    ];
    lines.extend(disk.map(|disk| ("Free", format!("{} of {}", size(disk.free), size(disk.size)))));
    lines
}

fn feed(feed: &FeedStatus) -> Watched {
    let state = match (&feed.trouble, feed.succeeded) {
        _ if feed.gone => "gone for good".to_owned(),
        (Some(trouble), _) => format!("failed {}: {trouble}", counted(feed.failures.into(), "time", "times")),
        (None, Some(_)) => "well".to_owned(),
        (None, None) => "not asked yet".to_owned(),
    };
    Watched { name: feed.url.clone(), last: feed.succeeded.map(moment), state }
}

fn folder(folder: &FolderStatus) -> Watched {
    let state = match &folder.trouble {
        _ if !folder.there => "not there".to_owned(),
        Some(trouble) => trouble.clone(),
        None => "watched".to_owned(),
    };
    Watched { name: folder.path.clone(), last: folder.read.map(moment), state }
}

fn moment(at: Timestamp) -> DateLine {
    dates::moment(at, &TimeZone::UTC)
}

fn milliseconds(seconds: f64) -> String {
    let ms = seconds * 1000.0;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{} ms", grouped(ms.round() as u64)) }
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number >= 1024.0 && unit + 1 < UNITS.len() {
        (number, unit) = (number / 1024.0, unit + 1);
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{number:.1} {}", UNITS[unit]) }
}

/// As long as it takes two units to say.
fn length(seconds: u64) -> String {
    let units =
        [(86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes"), (1, "second", "seconds")];
    let first = units.iter().position(|(length, ..)| seconds >= *length).unwrap_or(units.len() - 1);
    let mut rest = seconds;
    let told = units[first..].iter().take(2).filter_map(|(length, one, many)| {
        let number = rest / length;
        rest %= length;
        (number > 0).then(|| counted(number, one, many))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "less than a second".to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lengths_are_said_in_units_that_suit_them() {
        assert_eq!(
            [0, 1023, 1024, 1536 << 20, 3 << 50].map(size),
            ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 GiB", "3072.0 TiB"]
        );
        let told = [0, 1, 61, 3600, 7384, 200_000].map(length);
        let lengths =
            ["less than a second", "1 second", "1 minute, 1 second", "1 hour", "2 hours, 3 minutes", "2 days, 7 hours"];
        assert_eq!(told, lengths);
        assert_eq!([0.0004, 0.0099, 1.234].map(milliseconds), ["0.4 ms", "9.9 ms", "1,234 ms"]);
    }

    #[test]
    fn what_a_warning_names_for_typing_is_shown_as_code() {
        let wrong = Warning { code: "index_behind", says: "<b>".into(), advice: "Say `broadsheet reindex`." };
        let (says, advice) = warning(&wrong);
        assert_eq!(says.to_string(), "&lt;b&gt;");
        assert_eq!(advice.to_string(), "Say <code dir=\"auto\">broadsheet reindex</code>.");
    }

    #[test]
    fn how_it_stands_with_a_feed_and_a_folder_is_told() {
        let at = Some(Timestamp::UNIX_EPOCH);
        let well = FeedStatus {
            url: "https://a.example/".into(),
            succeeded: at,
            due: None,
            failures: 0,
            gone: false,
            trouble: None,
        };
        let state = |feed_status: FeedStatus| feed(&feed_status).state;
        assert_eq!(state(well.clone()), "well");
        assert_eq!(state(FeedStatus { succeeded: None, ..well.clone() }), "not asked yet");
        let failing = FeedStatus { failures: 2, trouble: Some("timed_out: nothing came".into()), ..well.clone() };
        assert_eq!(state(failing.clone()), "failed 2 times: timed_out: nothing came");
        assert_eq!(state(FeedStatus { gone: true, ..failing }), "gone for good");
        let there = FolderStatus { path: "/in".into(), there: true, read: None, trouble: None };
        assert_eq!(folder(&there).state, "watched");
        assert_eq!(folder(&FolderStatus { there: false, ..there }).state, "not there");
    }
}
