//! One article by its name: what of it may be shown, and what is said where it may not.

use std::time::Instant;

use super::answer::{CopiesAnswer, DifferenceAnswer, OriginalPage, SearchError, VersionLine, VersionStatus};
use super::archive::store_error;
use super::held::{Kill, Killed, NoVersion, Withheld};
use super::request::{ArticleRequest, DifferenceRequest};
use super::{difference, hydrate};
use crate::article::ArticleId;
use crate::store::{Gone, Standing, Store, StoredArticle, Version};

/// The current version of an article, or the one asked for; only what answers may show ever leaves here.
pub(super) fn shown(store: &Store, id: &str, version: Option<u32>) -> Result<StoredArticle, SearchError> {
    let id = ArticleId(id.to_owned());
    let found = store.article(&id, version).map_err(store_error)?;
    let Some(stored) = found else { return Err(missing(store, &id, version)?) };
    match refused(store, &stored, version)? {
        Some(refused) => Err(refused),
        None => Ok(stored),
    }
}

/// The other articles of its story, so many after the one of this number.
pub(super) fn copies(
    store: &Store,
    of: &StoredArticle,
    after: Option<u64>,
    most: usize,
) -> Result<CopiesAnswer, SearchError> {
    let (copies, total) = store.copies(of.num, after, most + 1).map_err(store_error)?;
    let last = copies.get(most - 1).filter(|_| copies.len() > most).map(|last| last.num.to_string());
    let copies = copies.into_iter().take(most).map(hydrate::copy).collect();
    Ok(CopiesAnswer { story: of.story.id.clone(), copies, total, next_cursor: last })
}

/// The history of an article, oldest first.
pub(super) fn lines(store: &Store, num: u64) -> Result<Vec<VersionLine>, SearchError> {
    Ok(store.versions(num).map_err(store_error)?.iter().map(line).collect())
}

fn line(version: &Version) -> VersionLine {
    VersionLine {
        version: version.number,
        stored: version.stored,
        provider_version: version.provider_version,
        modified: version.modified,
        run: version.run.0,
        current: version.current,
        status: match version.standing {
            Standing::Shown => VersionStatus::Shown,
            Standing::Withheld { .. } => VersionStatus::Withheld,
            Standing::Killed { .. } | Standing::Deleted => VersionStatus::Killed,
        },
    }
}

fn missing(store: &Store, id: &ArticleId, version: Option<u32>) -> Result<SearchError, SearchError> {
    let Some(current) = store.article(id, None).map_err(store_error)? else {
        return Ok(match store.gone(id).map_err(store_error)? {
            Some(Gone::Withdrawn | Gone::Purged) => SearchError::ArticleGone,
            // As if it had never been here; or it is older than what is here.
            Some(Gone::Undone | Gone::Retired) | None => SearchError::NoArticle,
        });
    };
    let Some(wanted) = version else { return Ok(SearchError::NoArticle) };
    if let Some(refused) = refused(store, &current, None)? {
        return Ok(refused);
    }
    let versions = store.versions(current.num).map_err(store_error)?;
    let there = store.last_number(current.num).map_err(store_error)?;
    let is_taken_back = (1..=there).contains(&wanted);
    Ok(SearchError::NoVersion(match is_taken_back || versions.len() < there as usize {
        true => NoVersion::TakenBack { wanted, current: current.version },
        false => NoVersion::Beyond { wanted, there },
    }))
}

/// The page that a version was taken from.
pub(super) fn original(store: &Store, request: &ArticleRequest) -> Result<OriginalPage, SearchError> {
    let stored = shown(store, &request.id, request.version)?;
    let page = store.original(stored.row).map_err(store_error)?.ok_or(SearchError::NoOriginal)?;
    Ok(OriginalPage { id: stored.id, version: stored.version, page })
}

/// Two versions beside each other.
pub(super) fn difference(
    store: &Store,
    request: &DifferenceRequest,
    deadline: Instant,
) -> Result<DifferenceAnswer, SearchError> {
    let to = shown(store, &request.id, request.to)?;
    let lines = lines(store, to.num)?;
    let from = request.from.map_or_else(|| before(&lines, to.version), Ok)?;
    let from = shown(store, &request.id, Some(from))?;
    let line = |version: u32| lines.iter().find(|line| line.version == version).copied();
    let (Some(from_line), Some(to_line)) = (line(from.version), line(to.version)) else {
        return Err(SearchError::NoArticle);
    };
    let lead = |stored: &StoredArticle| stored.article.lead.clone().unwrap_or_default();
    Ok(DifferenceAnswer {
        from: from_line,
        to: to_line,
        headline: difference::words(&from.article.headline, &to.article.headline, deadline),
        lead: difference::words(&lead(&from), &lead(&to), deadline),
        body: difference::passages(&from.article.body, &to.article.body, deadline),
        fields: difference::fields(&from.article, &to.article),
        lang: to.article.lang,
        versions: lines,
        id: to.id,
    })
}

/// The version to compare with where none is named: the last one before that may be shown.
fn before(lines: &[VersionLine], to: u32) -> Result<u32, SearchError> {
    let shown = lines.iter().filter(|line| line.status == VersionStatus::Shown && line.version < to);
    let nothing = || SearchError::NoVersion(NoVersion::NoneBefore { version: to });
    shown.map(|line| line.version).max().ok_or_else(nothing)
}

/// Why a version is not shown. No word of its text goes in here.
fn refused(store: &Store, stored: &StoredArticle, version: Option<u32>) -> Result<Option<SearchError>, SearchError> {
    Ok(match stored.standing {
        Standing::Shown => None,
        Standing::Deleted => Some(SearchError::ArticleGone),
        Standing::Withheld { until } => Some(SearchError::Withheld(Withheld { version, until })),
        Standing::Killed { by } => {
            let versions = store.versions(stored.num).map_err(store_error)?;
            let kill = versions.iter().find(|version| version.number == by);
            Some(SearchError::Killed(Killed { version, by: kill.map(kill_line) }))
        }
    })
}

fn kill_line(kill: &Version) -> Kill {
    Kill { version: kill.number, provider_version: kill.provider_version, stored: kill.stored }
}
