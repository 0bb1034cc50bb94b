//! What is handed over while the program runs: a stream in, and what became of each piece of it out.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::ReadOptions;
use super::input::{Input, Progress, Stream};
use super::run::{self, Became};
use crate::article::{Article, ArticleId, Status};
pub use crate::store::of_disk;
use crate::store::{Counts, Outcome, Run, RunState, Store, StoreError};

/// Of an article that somebody has deleted.
const DELETED: &str = "this article has been deleted and is not taken in again";

/// Of a kill that comes before what it ends, or names it otherwise.
const ENDS_NOTHING: &str = "no article is kept under this name; should one come, it is not shown";
/// Of a version that may be another article.
const NOTHING_IN_COMMON: &str = "it is now shown in the place of an article with the same id, with which it has nothing in \
    common; if it is another article, send it with a `namespace` of its own";

/// The way in, for everybody who comes at the same time.
pub struct Intake {
    store: Arc<Store>,
    stop: Arc<AtomicBool>,
}

/// What became of one piece of the input
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Taken<'a> {
    /// The line on which it begins, counted from 1
    pub line: Option<u64>,
    /// Where what was rejected begins, in bytes of the text as UTF-8
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// The member of an archive it stands in
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub member: Option<&'a str>,
    /// As answers name the article; null of what was rejected
    pub id: Option<ArticleId>,
    #[schema(value_type = Option<String>)]
    pub external_id: Option<&'a str>,
    /// `new`, `version` (another version of an article kept), `copy` (new, and a copy of another),
    /// `unchanged` (kept already, or deleted: then with the code `deleted`) or
    /// `rejected`
    pub outcome: &'static str,
    /// Why it was rejected, or what is to be said of what is in (`unreadable_date`, `embargoed`, `withheld`, `ends_nothing`, `nothing_in_common`): listed in docs/errors.md
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Cow<'a, str>>,
}

/// How a run has ended
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Ended {
    #[serde(skip)]
    pub run: u64,
    /// `finished`; `interrupted` where the input broke off or the server was told to stop; `failed`
    pub state: RunState,
    #[serde(flatten)]
    pub counts: Counts,
}

impl Intake {
    /// What is taken in ends early when `stop` is set.
    pub fn new(store: Arc<Store>, stop: Arc<AtomicBool>) -> Intake {
        Intake { store, stop }
    }

    /// The folder of the archive, for what has to be laid aside.
    pub fn dir(&self) -> &std::path::Path {
        self.store.dir()
    }

    /// Reads a stream into the store, on this thread and another. `after_batch` is told the number of the run and
    /// what became of each piece, in the order read, when it is durable.
    ///
    /// # Errors
    /// When the store gives out; what `after_batch` was told is in.
    pub fn take(
        &self,
        stream: Stream,
        options: &ReadOptions,
        namespace: Option<&str>,
        mut after_batch: impl FnMut(u64, &mut dyn Iterator<Item = Taken<'_>>),
    ) -> Result<Ended, StoreError> {
        let (input, progress) = (Input::Stream(Arc::new(stream)), Progress::default());
        let run = run::run(&self.store, &input, options, namespace, &self.stop, &progress, |durable| {
            after_batch(durable.run.0, &mut durable.pieces().map(|piece| told(&piece)));
        })?;
        let Run { id, state, counts, .. } = run;
        Ok(Ended { run: id.0, state, counts })
    }
}

fn told<'a>(piece: &Became<'a>) -> Taken<'a> {
    match *piece {
        Became::Stored(place, _, Outcome::Refused(refusal)) => Taken {
            line: place.line,
            offset: Some(place.offset),
            member: member(&place.source),
            id: None,
            external_id: None,
            outcome: "rejected",
            code: Some(refusal.code()),
            reason: Some(Cow::Borrowed(refusal.detail())),
        },
        Became::Stored(place, incoming, outcome) => {
            let (code, reason) = remark(&incoming.article, outcome).unzip();
            Taken {
                line: place.line,
                offset: None,
                member: member(&place.source),
                id: Some(incoming.id()),
                external_id: incoming.article.external_id.as_deref(),
                outcome: match outcome {
                    Outcome::New => "new",
                    Outcome::Version | Outcome::Stranger => "version",
                    Outcome::Copy => "copy",
                    Outcome::Unchanged | Outcome::Deleted => "unchanged",
                    Outcome::Refused(_) => "rejected",
                },
                code,
                reason,
            }
        }
        Became::Rejected(reject) => Taken {
            line: reject.line,
            offset: reject.offset,
            member: member(&reject.source),
            id: None,
            external_id: None,
            outcome: "rejected",
            code: Some(&reject.code),
            reason: Some(Cow::Borrowed(&reject.detail)),
        },
    }
}

/// What is to be said of an article that is in, or stays out.
fn remark(article: &Article, outcome: Outcome) -> Option<(&'static str, Cow<'static, str>)> {
    if outcome == Outcome::Deleted {
        return Some(("deleted", Cow::Borrowed(DELETED)));
    }
    if outcome == Outcome::Stranger {
        return Some(("nothing_in_common", Cow::Borrowed(NOTHING_IN_COMMON)));
    }
    if outcome == Outcome::New && article.status == Status::Killed {
        return Some(("ends_nothing", Cow::Borrowed(ENDS_NOTHING)));
    }
    if article.status == Status::Withheld {
        return Some(("withheld", Cow::Borrowed("the article is not shown until a version comes that may be")));
    }
    if let Some(end) = article.embargo.filter(|end| *end > Timestamp::now()) {
        return Some(("embargoed", format!("the article is not shown until {end}").into()));
    }
    let date = article.unreadable_date()?;
    Some(("unreadable_date", format!("`{date}` cannot be read as a date: the article is in, without one").into()))
}

/// What is handed over has no name of its own.
fn member(source: &str) -> Option<&str> {
    source.strip_prefix("-!")
}
