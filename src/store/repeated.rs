//! Columns that say again what the content of a version says, so that versions are put in order, and held back, without being
//! unpacked. No seal covers them: whoever looks after a store compares them.

use jiff::Timestamp;
use rusqlite::Row;

use super::hold::status_named;
use super::stories::told_at;
use super::versions::Fingerprint;
use crate::article::{Article, Status};

/// The columns of a row of [`super::sql::SEALS`] that say something else than its content. One that cannot be read does.
pub(super) fn disagreeing(row: &Row<'_>, article: &Article, now: Timestamp) -> Vec<&'static str> {
    let print = Fingerprint::of_content([0; 32], article);
    let number = print.provider_version.and_then(|number| i64::try_from(number).ok());
    let modified = print.modified.map(Timestamp::as_millisecond);
    let says = |column: usize, expected: Option<i64>| row.get(column).is_ok_and(|said: Option<i64>| said == expected);
    let is_held = row.get::<_, Option<String>>(9).map_or(true, |hold| hold.is_some());
    let columns = [
        ("provider_version", says(6, number)),
        ("modified", says(7, modified)),
        ("has_body", says(8, Some(print.has_body.into()))),
        ("hold", !is_held || holds_as(row, article) && says(10, number) && says(11, modified)),
        ("status", stands_as(row, article, is_held, now)),
        ("captured", is_captured(row, print.captured)),
        ("date", says(15, None) || says(15, Some(told_at(article)))),
    ];
    columns.into_iter().filter(|(_, agrees)| !agrees).map(|(name, _)| name).collect()
}

/// A version is held back as its content says; holds from before there were embargoes have no end.
fn holds_as(row: &Row<'_>, article: &Article) -> bool {
    let (Ok(status), Ok(until)) = (row.get::<_, String>(9), row.get::<_, Option<i64>>(12)) else { return false };
    let is_of_content = match status_named(&status) {
        Status::Killed => article.status == Status::Killed,
        _ => article.status == Status::Withheld || article.embargo.is_some(),
    };
    is_of_content && until.is_none_or(|until| article.embargo.is_some_and(|embargo| embargo.as_millisecond() == until))
}

/// What is said of an article by the version that it names; of other versions nothing is. An embargo is over once its hold has
/// gone.
fn stands_as(row: &Row<'_>, article: &Article, is_held: bool, now: Timestamp) -> bool {
    let Ok(said) = row.get::<_, Option<String>>(13) else { return false };
    let Some(status) = said.map(|name| status_named(&name)) else { return true };
    match (article.status, article.embargo) {
        (Status::Killed, _) => status == Status::Killed,
        (content, None) => status == content,
        (_, Some(until)) if is_held && until > now => status == Status::Withheld,
        (_, Some(_)) => status != Status::Killed,
    }
}

/// A crawler may have come later than when it brought the text.
fn is_captured(row: &Row<'_>, captured: Option<Timestamp>) -> bool {
    let Ok(said) = row.get::<_, Option<i64>>(14) else { return false };
    said.is_none_or(|said| captured.is_some_and(|captured| captured.as_millisecond() <= said))
}
