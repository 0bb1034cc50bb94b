//! Searches that stay as they were: what was asked, and which version of which article was found.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};

use super::error::Result;
use super::{Store, at, sql};

/// What is counted together when citations are bounded.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What may be cited within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiteBounds {
    pub citations: u32,
    /// In the lists of all of them.
    pub articles: u32,
}

/// What has become of a search that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cite {
    /// Now or before.
    Kept,
    /// As much as may be was kept within a day; there is room again after this.
    TooMany(Duration),
    /// More than may be kept within any day.
    Beyond,
}

/// A version that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The number of its article.
    pub num: u64,
    /// Its row.
    pub row: u64,
}

/// A search as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    pub made: Timestamp,
    /// What its maker wrote of it.
    pub asked: String,
    /// In the order found; without those that are no longer kept.
    pub found: Vec<Cited>,
    /// How many have been purged since, and how many taken back otherwise.
    pub purged: u64,
    pub taken_back: u64,
}

impl Store {
    /// Keeps a search under a name, for good, where that is within `bounds`. One that is kept under this name already stays
    /// as it is, and is no other.
    pub fn cite(&self, id: &str, asked: &str, found: &[Cited], bounds: Option<CiteBounds>) -> Result<Cite> {
        let kept = self.noted_where(self.keep(id, asked, found, bounds), |cite| *cite == Some(Cite::Kept))?;
        Ok(kept.unwrap_or(Cite::Kept))
    }

    /// Nothing where it is kept already.
    fn keep(&self, id: &str, asked: &str, found: &[Cited], bounds: Option<CiteBounds>) -> Result<Option<Cite>> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let made = Timestamp::now();
        let number: Option<u64> = transaction
            .prepare_cached(sql::CITATION_ADD)?
            .query_row(params![id, made.as_millisecond(), asked], |row| row.get(0))
            .optional()?;
        let Some(number) = number else { return Ok(None) };
        if bounds.is_some_and(|bounds| bounds.citations == 0 || found.len() as u64 > u64::from(bounds.articles)) {
            return Ok(Some(Cite::Beyond));
        }
        let wait = bounds.map(|bounds| bounds.wait(&transaction, made, found.len() as u64)).transpose()?.flatten();
        if let Some(wait) = wait {
            return Ok(Some(Cite::TooMany(wait)));
        }
        list(&transaction, number, found)?;
        transaction.commit()?;
        Ok(Some(Cite::Kept))
    }

    /// The numbers of all articles that answers may not show.
    pub fn hidden(&self) -> Result<Vec<u64>> {
        self.readers.read(|moment, _| {
            let mut statement = moment.prepare_cached(sql::HIDDEN)?;
            let hidden = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>();
            Ok(hidden?)
        })
    }

    pub fn citation(&self, id: &str) -> Result<Option<Citation>> {
        self.readers.read(|moment, _| {
            let read = |row: &rusqlite::Row<'_>| {
                Ok((row.get::<_, u64>(0)?, at(row.get(1)?), row.get(2)?, row.get(3)?, row.get(4)?))
            };
            let kept = moment.prepare_cached(sql::CITATION)?.query_row(params![id], read).optional()?;
            let Some((number, made, asked, purged, taken_back)) = kept else { return Ok(None) };
            let mut statement = moment.prepare_cached(sql::CITED)?;
            let found = statement.query_map(params![number], |row| Ok(Cited { num: row.get(0)?, row: row.get(1)? }))?;
            Ok(Some(Citation { made, asked, found: found.collect::<Result<_, _>>()?, purged, taken_back }))
        })
    }
}

fn list(transaction: &Transaction<'_>, number: u64, found: &[Cited]) -> Result<()> {
    let mut add = transaction.prepare_cached(sql::CITED_ADD)?;
    let mut lost = 0;
    for (place, cited) in (1_u64..).zip(found) {
        // What was taken back since it was found is not there any more.
        lost += u64::from(add.execute(params![number, place, cited.row])? == 0);
    }
    transaction.prepare_cached(sql::CITATION_LESS)?.execute(params![number, lost])?;
    Ok(())
}

impl CiteBounds {
    /// How long there is no room for the newest citation, which lists so many articles; `None` where there is.
    fn wait(self, transaction: &Transaction<'_>, now: Timestamp, listed: u64) -> Result<Option<Duration>> {
        let mut statement = transaction.prepare_cached(sql::CITED_SINCE)?;
        let since = (now - DAY).as_millisecond();
        // More are not looked at.
        let (most, longest) = (u64::from(self.citations), u64::from(self.articles));
        let read = |row: &rusqlite::Row<'_>| Ok((at(row.get(0)?), row.get::<_, u64>(1)?));
        let kept = statement.query_map(params![since, most + 1], read)?.collect::<Result<Vec<_>, _>>()?;
        let (mut citations, mut articles) = (kept.len() as u64, kept.iter().map(|(_, lists)| lists).sum::<u64>());
        let mut wait = None;
        for (made, lists) in kept {
            if citations <= most && articles + listed <= longest {
                break;
            }
            // One after the other they are a day old.
            (citations, articles) = (citations - 1, articles - lists);
            wait = Some((made + DAY).duration_since(now));
        }
        let Some(wait) = wait else { return Ok(None) };
        // A clock that was set back has made some of them later than now.
        Ok(Some(Duration::try_from(wait.clamp(SignedDuration::from_secs(1), DAY)).unwrap_or(Duration::from_secs(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{desk, incoming};
    use super::*;

    const TWO: Option<CiteBounds> = Some(CiteBounds { citations: 2, articles: 3 });

    #[test]
    fn so_many_citations_are_kept_within_a_day_and_the_same_again_is_no_other() {
        let desk = desk();
        let cite = |id: &str, bounds| desk.store.cite(id, "tin", &[], bounds).unwrap();
        assert_eq!([cite("a", TWO), cite("b", TWO), cite("a", TWO)], [Cite::Kept; 3]);
        let Cite::TooMany(wait) = cite("c", TWO) else { panic!("a third was kept") };
        assert!(wait > Duration::from_secs(86_000) && wait <= Duration::from_secs(86_400), "{wait:?}");
        assert_eq!(desk.store.citation("c").unwrap(), None);
        let none = Some(CiteBounds { citations: 0, articles: 3 });
        assert_eq!([cite("c", none), cite("a", none)], [Cite::Beyond, Cite::Kept], "waiting would be in vain");
        assert_eq!([cite("c", None), cite("b", TWO)], [Cite::Kept; 2], "who may keep any number keeps it");
        let two_days_ago = (Timestamp::now() - DAY - DAY).as_millisecond();
        desk.store.writer().conn.execute("UPDATE citations SET made = ?1", params![two_days_ago]).unwrap();
        assert_eq!(cite("d", TWO), Cite::Kept, "what is a day old is no longer counted");
    }

    #[test]
    fn so_many_articles_are_listed_within_a_day() {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B")]);
        let both = [1, 2].map(|num| Cited { num, row: num });
        let cite = |id: &str, found: &[Cited]| desk.store.cite(id, "tin", found, TWO).unwrap();
        assert_eq!(cite("a", &both), Cite::Kept);
        assert!(matches!(cite("b", &both), Cite::TooMany(_)), "it would be four");
        assert_eq!((cite("c", &both[..1]), desk.store.citation("b").unwrap()), (Cite::Kept, None));
    }

    #[test]
    fn there_is_room_again_when_as_many_articles_are_a_day_old_as_it_takes() {
        let desk = desk();
        desk.put(&[incoming("1", "A"), incoming("2", "B"), incoming("3", "C")]);
        let all = [1, 2, 3].map(|num| Cited { num, row: num });
        let bounds = Some(CiteBounds { citations: 9, articles: 3 });
        for (id, found, hours) in [("a", &all[..1], 20), ("b", &all[1..], 10)] {
            assert_eq!(desk.store.cite(id, "tin", found, bounds).unwrap(), Cite::Kept);
            let made = (Timestamp::now() - SignedDuration::from_hours(hours)).as_millisecond();
            let conn = &desk.store.writer().conn;
            conn.execute("UPDATE citations SET made = ?1 WHERE id = ?2", params![made, id]).unwrap();
        }
        let hours = |found: &[Cited]| match desk.store.cite("c", "tin", found, bounds).unwrap() {
            Cite::TooMany(wait) => wait.as_secs().div_ceil(3600),
            other => panic!("{other:?}"),
        };
        assert_eq!((hours(&all[..1]), hours(&all)), (4, 14));
    }

    #[test]
    fn a_citation_too_many_or_kept_already_does_not_say_that_the_disk_takes_writes() {
        let desk = desk();
        desk.store.cite("kept", "tin", &[], None).unwrap();
        let full = || super::super::StoreError::Full("for a test".into());
        assert!(desk.store.noted::<()>(Err(full())).is_err());
        let one = Some(CiteBounds { citations: 1, articles: 0 });
        assert!(matches!(desk.store.cite("a", "tin", &[], one), Ok(Cite::TooMany(_))));
        assert_eq!(desk.store.cite("kept", "tin", &[], one).unwrap(), Cite::Kept);
        assert_eq!(desk.store.refused(), Some("storage_full"));
    }
}
