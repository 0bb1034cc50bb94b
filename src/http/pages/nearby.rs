//! What is near an article: what else is written of it, and what else there is from its day.

use jiff::tz::TimeZone;

use super::address::Address;
use super::copies::{self, CopyLink};
use super::filters;
use super::hits::{self, Link};
use super::wording::counted;
use crate::article::Precision;
use crate::search::answer::{Age, Hit, RelatedLine, Relation};
use crate::search::request::FacetField;

/// A related article.
pub(super) struct Near {
    pub(super) copy: CopyLink,
    /// `3 days before`
    pub(super) when: Option<String>,
}

/// Others on the same event and on the same subject: heading and articles.
pub(super) fn near(related: &[RelatedLine], here: &Address, tz: &TimeZone) -> Vec<(&'static str, Vec<Near>)> {
    let one = |line: &RelatedLine| Near {
        copy: copies::copy(&line.article, &here.only(&[]), tz),
        when: line.days.zip(line.age).and_then(|(days, age)| when(days, age)),
    };
    let of = |relation| related.iter().filter(|line| line.relation == relation).map(one).collect::<Vec<_>>();
    let lists = [("On the same event", of(Relation::Event)), ("On the same subject", of(Relation::Subject))];
    lists.into_iter().filter(|(_, near)| !near.is_empty()).collect()
}

fn when(days: i64, age: Age) -> Option<String> {
    let direction = match age {
        Age::Older => "before",
        Age::Newer => "after",
        Age::Same => return None,
    };
    Some(match days.unsigned_abs() {
        0 => format!("shortly {direction}"),
        days => format!("{} {direction}", counted(days, "day", "days")),
    })
}

/// The day, from its source and from all.
pub(super) fn around(hit: &Hit, tz: &TimeZone) -> Vec<Link> {
    let Some(stamp) = hit.published.filter(|stamp| stamp.precision <= Precision::Day) else { return Vec::new() };
    let Some(at) = stamp.at else { return Vec::new() };
    // A calendar date is a day in no zone.
    let zone = if stamp.precision == Precision::Day { &TimeZone::UTC } else { tz };
    let day = at.to_zoned_datetime(zone.clone()).date().to_string();
    let all = Address::read("/search", None).setting("from", &day).setting("to", &day);
    let source = hits::source(hit, &filters::only).zip(hit.source.as_ref()).and_then(|(link, source)| {
        let (name, value) = match (&source.name, &source.site) {
            (Some(name), _) => (FacetField::Source, name),
            (None, Some(site)) => (FacetField::Site, site),
            (None, None) => return None,
        };
        let there = all.adding(name.name(), filters::written(name, value, false));
        Some(Link { label: format!("That day in {}", link.label), href: there.href() })
    });
    source.into_iter().chain([Link { label: "That day in all sources".to_owned(), href: all.href() }]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;

    #[test]
    fn an_event_comes_before_a_subject_and_each_says_when() {
        let line = |relation, age, days| RelatedLine {
            article: made_up::copy(1),
            relation,
            age: Some(age),
            days: Some(days),
            share: 0.5,
        };
        let related = [
            line(Relation::Subject, Age::Older, -40),
            line(Relation::Event, Age::Newer, 1),
            line(Relation::Event, Age::Older, 0),
        ];
        let lists = near(&related, &Address::read("/article/a", None), &TimeZone::UTC);
        let told = |at: usize| lists[at].1.iter().map(|near| near.when.clone().unwrap()).collect::<Vec<_>>();
        assert_eq!((lists[0].0, told(0)), ("On the same event", vec!["1 day after".into(), "shortly before".into()]));
        assert_eq!((lists[1].0, told(1)), ("On the same subject", vec!["40 days before".to_owned()]));
    }

    #[test]
    fn a_calendar_date_is_the_same_day_in_every_zone() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        let day = |number| around(&made_up::hit(number), &tokyo).pop().unwrap().href;
        assert_eq!(day(0), "/search?from=2025-02-28&to=2025-02-28", "an instant");
        assert_eq!(day(1), "/search?from=2025-02-27&to=2025-02-27", "a date");
    }
}
