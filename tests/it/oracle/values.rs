//! Clauses on values: whole values, hosts, languages, dates, lengths.

use broadsheet::analysis::fold;
use broadsheet::article::{Article, Precision, Stamp};
use broadsheet::identity::normalise_url;
use broadsheet::query::ast::{DateClause, DateField, Has, Interval, Is, Value, WholeField};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::plain::PlainArticle;

pub(super) fn hold(value: &Value, plain: &PlainArticle) -> bool {
    let document = &plain.document;
    let article = &document.article;
    match value {
        Value::Whole(field, typed) => whole(*field, article).iter().any(|value| fold(value) == fold(typed)),
        Value::Site(host) => article.source.site.as_deref().is_some_and(|site| is_below(site, host, '.')),
        Value::Lang(range) => article.lang.as_deref().is_some_and(|tag| narrows(tag, range)),
        Value::Date(clause) => date(clause, plain),
        Value::Words(range) => {
            range.min.is_none_or(|min| min <= plain.length()) && range.max.is_none_or(|max| plain.length() <= max)
        }
        Value::Has(has) => has_it(*has, article),
        Value::Is(Is::Duplicate) => document.story != document.num,
        Value::Is(Is::Original) => document.story == document.num,
        Value::Is(Is::Corrected) => article.corrected || document.revised,
        // What was killed is in no index.
        Value::Is(Is::Killed) => false,
        Value::Id(id) => document.id == *id || article.external_id.as_ref() == Some(id),
        Value::Url(url) => {
            article.url.as_deref().and_then(normalise_url) == normalise_url(url) && article.url.is_some()
        }
    }
}

pub(super) fn whole(field: WholeField, article: &Article) -> Vec<String> {
    match field {
        WholeField::Tag => article.tags.clone(),
        WholeField::Source => article.source.name.clone().into_iter().collect(),
        WholeField::Section => article.section.clone().into_iter().collect(),
        WholeField::Place => article.places.clone(),
        WholeField::Person => article.people.clone(),
        WholeField::Org => article.orgs.clone(),
    }
}

/// `news.example` is below `example`.
fn is_below(host: &str, domain: &str, dot: char) -> bool {
    let (host, domain) = (host.to_lowercase(), domain.to_lowercase());
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with(dot))
}

/// `en-GB` narrows `en`.
fn narrows(tag: &str, range: &str) -> bool {
    let (tag, range) = (tag.to_lowercase(), range.to_lowercase());
    tag == range || tag.strip_prefix(&range).is_some_and(|rest| rest.starts_with('-'))
}

fn date(clause: &DateClause, plain: &PlainArticle) -> bool {
    let article = &plain.document.article;
    match clause.field {
        DateField::Published => stamped(&article.published, clause.interval),
        DateField::Modified => article.modified.is_some_and(|stamp| stamped(&stamp, clause.interval)),
        DateField::Seen => at(plain.document.seen_ms, clause.interval),
    }
}

/// A calendar date is in an interval that holds all of it.
fn stamped(stamp: &Stamp, interval: Interval) -> bool {
    let Some(first) = stamp.at else { return false };
    let after = match stamp.precision {
        Precision::Unknown => return false,
        Precision::Second | Precision::Minute | Precision::Hour => return at(first.as_millisecond(), interval),
        Precision::Day => later(first, 1.day()),
        Precision::Month => later(first, 1.month()),
        Precision::Year => later(first, 1.year()),
    };
    let (first, last) = (first.as_millisecond(), after.as_millisecond() - 1);
    interval.from.is_none_or(|from| from.local_ms <= first) && interval.to.is_none_or(|to| last < to.local_ms)
}

fn at(instant_ms: i64, interval: Interval) -> bool {
    interval.from.is_none_or(|from| from.instant_ms <= instant_ms)
        && interval.to.is_none_or(|to| instant_ms < to.instant_ms)
}

fn later(first: Timestamp, span: jiff::Span) -> Timestamp {
    first.to_zoned_datetime(TimeZone::UTC).checked_add(span).unwrap().timestamp()
}

fn has_it(has: Has, article: &Article) -> bool {
    match has {
        Has::Image => article.image.is_some(),
        Has::Author => !article.authors.is_empty(),
        Has::Tags => !article.tags.is_empty(),
        Has::Date => article.published.at.is_some(),
        Has::Lead => article.lead.is_some(),
        Has::Body => !article.body.is_empty(),
        Has::Url => article.url.is_some(),
        Has::Site => article.source.site.is_some(),
        Has::Section => article.section.is_some(),
        Has::Place => !article.places.is_empty(),
        Has::Person => !article.people.is_empty(),
        Has::Org => !article.orgs.is_empty(),
        Has::Lang => article.lang.is_some(),
        Has::Source => article.source.name.is_some(),
        Has::Dateline => article.dateline.is_some(),
        Has::Modified => article.modified.is_some(),
    }
}
