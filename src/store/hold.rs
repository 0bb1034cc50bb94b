//! What answers may not show: killed, withheld, under embargo. An embargo ends by an entry in the change log and by
//! nothing else, so that every index and every answer agrees on the moment.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use super::error::Result;
use super::pack::Unpacker;
use super::read::read_kept;
use super::stories::{Grouping, Telling};
use super::{Store, at, sql};
use crate::article::{Article, Status};

/// Embargoes that end in one transaction, at most.
const AT_ONCE: usize = 1000;

/// Whether answers may show a version, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Shown,
    Withheld {
        /// The end of an embargo; `None` until a version comes that is not withheld.
        until: Option<Timestamp>,
    },
    Killed {
        /// By this version.
        by: u32,
    },
    Deleted,
}

/// Why a version has to be kept out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) status: Status,
    pub(super) until: Option<Timestamp>,
}

impl Held {
    /// What is withheld with an embargo is withheld until then; an embargo that is over holds nothing.
    pub(super) fn of(article: &Article, now: Timestamp) -> Option<Held> {
        let is_over = article.embargo.is_some_and(|until| until <= now);
        match article.status {
            Status::Killed => Some(Held { status: Status::Killed, until: None }),
            Status::Withheld if article.embargo.is_none() => Some(Held { status: Status::Withheld, until: None }),
            _ if article.embargo.is_none() || is_over => None,
            _ => Some(Held { status: Status::Withheld, until: article.embargo }),
        }
    }
}

/// A version that is held back.
struct Hold {
    place: Place,
    held: Held,
}

/// Where a version stands in the order of its provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) number: u32,
    pub(super) provider_version: Option<u64>,
    pub(super) modified: Option<Timestamp>,
}

impl Place {
    fn is_up_to(&self, kill: &Place) -> bool {
        if let Some((own, kill)) = self.provider_version.zip(kill.provider_version) {
            return own <= kill;
        }
        if let Some((own, kill)) = self.modified.zip(kill.modified) {
            return own <= kill;
        }
        self.number <= kill.number
    }
}

/// An article as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub(super) deleted: bool,
    pub(super) status: Status,
}

/// The versions of an article that are held back.
pub(super) struct Holds(Vec<Hold>);

impl Holds {
    pub(super) fn of(conn: &Connection, article: u64) -> Result<Holds> {
        let mut statement = conn.prepare_cached(sql::HOLDS)?;
        let mut rows = statement.query(params![article])?;
        let mut holds = Vec::new();
        while let Some(row) = rows.next()? {
            let modified: Option<i64> = row.get(2)?;
            let until: Option<i64> = row.get(4)?;
            let place = Place { number: row.get(0)?, provider_version: row.get(1)?, modified: modified.map(at) };
            let status = status_named(&row.get::<_, String>(3)?);
            holds.push(Hold { place, held: Held { status, until: until.map(at) } });
        }
        Ok(Holds(holds))
    }

    /// A version is out of sight with its article; and in a visible article by itself, or by a kill that came after it.
    pub(super) fn standing(&self, whole: Whole, current: bool, place: &Place) -> Standing {
        if whole.deleted {
            return Standing::Deleted;
        }
        let mut kills = self.0.iter().filter(|hold| hold.held.status == Status::Killed).map(|hold| hold.place);
        let kill = kills.find(|kill| place.is_up_to(kill));
        match whole.status {
            Status::Killed => Standing::Killed { by: self.last_kill() },
            Status::Withheld => Standing::Withheld { until: self.end_of(place, current) },
            Status::Usable if current => Standing::Shown,
            Status::Usable => match (kill, self.0.iter().find(|hold| hold.place.number == place.number)) {
                (Some(kill), _) => Standing::Killed { by: kill.number },
                (None, Some(own)) => Standing::Withheld { until: own.held.until },
                (None, None) => Standing::Shown,
            },
        }
    }

    fn last_kill(&self) -> u32 {
        let kills = self.0.iter().filter(|hold| hold.held.status == Status::Killed);
        kills.map(|hold| hold.place.number).max().unwrap_or_default()
    }

    /// The end of the embargo that keeps the article away, as its current version says; of another version nobody knows.
    fn end_of(&self, place: &Place, current: bool) -> Option<Timestamp> {
        let own = self.0.iter().find(|hold| current && hold.place.number == place.number);
        own.and_then(|hold| hold.held.until)
    }
}

pub(super) fn status_named(name: &str) -> Status {
    match name {
        "usable" => Status::Usable,
        "killed" => Status::Killed,
        // Whatever else it may be is better not shown.
        _ => Status::Withheld,
    }
}

impl Store {
    /// When the next embargo ends.
    pub fn next_due(&self) -> Result<Option<Timestamp>> {
        self.readers.read(|moment, _| {
            let due: Option<i64> = moment.prepare_cached(sql::NEXT_DUE)?.query_one([], |row| row.get(0))?;
            Ok(due.map(at))
        })
    }

    /// Ends the embargoes that are over at `now`; returns how many articles answers may show from here on.
    pub fn release_due(&self, now: Timestamp) -> Result<u64> {
        let mut released = 0;
        while self.next_due()?.is_some_and(|due| due <= now) {
            released += self.noted(self.release_some(now))?;
        }
        Ok(released)
    }

    fn release_some(&self, now: Timestamp) -> Result<u64> {
        let mut writer = self.writer();
        let (transaction, _) = writer.begin()?;
        let mut unpacker = Unpacker::new()?;
        let mut grouping = Grouping::new(&transaction);
        let mut released = 0;
        for (article, number) in due(&transaction, now)? {
            transaction.prepare_cached(sql::HOLD_END)?.execute(params![article, number])?;
            if transaction.prepare_cached(sql::ARTICLE_RELEASE)?.execute(params![article, number])? == 0 {
                continue;
            }
            transaction.prepare_cached(sql::CHANGE_ADD)?.execute(params![article, now.as_millisecond()])?;
            tell(&transaction, &mut unpacker, &mut grouping, article)?;
            released += 1;
        }
        grouping.settle(now)?;
        transaction.commit()?;
        Ok(released)
    }
}

/// From here on it takes part in the stories.
fn tell(
    transaction: &Transaction<'_>,
    unpacker: &mut Unpacker,
    grouping: &mut Grouping<'_>,
    article: u64,
) -> Result<()> {
    let kept = transaction.prepare_cached(sql::CURRENT)?.query_row(params![article], read_kept)?;
    // What is damaged is said when somebody asks for it.
    match kept.open(transaction, unpacker) {
        Ok(stored) if stored.deleted => Ok(()),
        Ok(stored) => grouping.retell(article, &stored.id.0, &Telling::of(&stored.article)),
        Err(_) => Ok(()),
    }
}

fn due(conn: &Connection, now: Timestamp) -> Result<Vec<(u64, u32)>> {
    let mut statement = conn.prepare_cached(sql::HOLDS_DUE)?;
    let due =
        statement.query_map(params![now.as_millisecond(), AT_ONCE as u64], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(due.collect::<Result<_, _>>()?)
}
