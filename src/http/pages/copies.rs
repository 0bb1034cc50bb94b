//! Articles in a line each: the copies of one, what is related to it, what was cited.

use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::dates::{self, DateLine};
use super::hits::{self, Link};
use super::search::SortLink;
use super::wording::grouped;
use crate::search::answer::{ArticleAnswer, Copies, CopyLine, Hit};

pub(super) struct CopyLink {
    pub(super) href: String,
    pub(super) headline: String,
    pub(super) source: Option<String>,
    pub(super) date: Option<DateLine>,
    pub(super) is_original: bool,
}

/// Others that tell its story, the earliest first.
pub(super) fn listed(hit: &Hit, here: &Address, tz: &TimeZone) -> Vec<CopyLink> {
    let Some(Copies::List(lines)) = &hit.copies else { return Vec::new() };
    lines.iter().map(|line| copy(line, here, tz)).collect()
}

/// Where there are more than are listed: how many there are, and all of them.
pub(super) fn all(answer: &ArticleAnswer, here: &Address) -> Option<Link> {
    let Some(Copies::List(listed)) = &answer.article.copies else { return None };
    let all = answer.copies_total;
    let href = here.only(&[]).at(format!("{API}/articles/{}/copies", hits::id(&answer.article))).href();
    (all > listed.len() as u64).then(|| Link { href, label: format!("All {} copies, as JSON", grouped(all)) })
}

/// With copies, and without; where there are any, or they are left out.
pub(super) fn switch(there_are: bool, here: &Address) -> Vec<SortLink> {
    let collapses = here.collapses();
    if !there_are && !collapses {
        return Vec::new();
    }
    let with = here.first_page().without(&["collapse"]).href();
    let without = here.setting("collapse", "near").href();
    vec![
        SortLink { label: "With copies", href: with, current: !collapses },
        SortLink { label: "Without copies", href: without, current: collapses },
    ]
}

pub(super) fn copy(line: &CopyLine, here: &Address, tz: &TimeZone) -> CopyLink {
    CopyLink {
        href: here.only(&["q", "mode"]).at(format!("/article/{}", line.id)).href(),
        headline: hits::called(line),
        source: line.source.name.clone().or_else(|| line.source.site.clone()),
        date: dates::line(line.published, tz),
        is_original: line.original,
    }
}
