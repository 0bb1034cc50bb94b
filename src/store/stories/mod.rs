//! Which article is the original of which. The rule is in [`crate::stories`] and docs/stories.md; here it is kept true
//! while articles come and go.
//!
//! Texts of one sketch are one text, however many articles have it. In order of (date, id) each text joins the earliest
//! leading text that it is like, or else leads. Whether a text leads depends on earlier ones alone; so when one comes,
//! goes or moves, those that it may concern are looked at again in that order, each once, and what comes out is what it
//! would be had all come in order. That is done at the end of a batch, in its transaction.

mod due;
mod find;
mod keys;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

pub(super) use due::catch_up;

use super::error::Result;
use super::sql;
use crate::article::Article;
use crate::stories::Sketch;

/// When a text was first published, and the name of the article: the order in which stories are told.
type Order = (i64, String);

/// What of an article decides on its story.
pub(super) struct Telling {
    told: Option<Told>,
    /// Milliseconds; undated and implausible ones last.
    at: i64,
}

/// A sketch as it is kept.
struct Told {
    bytes: Vec<u8>,
    /// Of all of it.
    print: i64,
}

impl Telling {
    pub(super) fn of(article: &Article) -> Telling {
        let told = Sketch::of(article).map(|sketch| Told::of(&sketch));
        Telling { told, at: told_at(article) }
    }
}

/// The place of an article among those of its story, in milliseconds.
pub(super) fn told_at(article: &Article) -> i64 {
    let plausible = article.published.at.filter(|_| !article.published.implausible);
    plausible.map_or(i64::MAX, Timestamp::as_millisecond)
}

impl Told {
    fn of(sketch: &Sketch) -> Told {
        let (bytes, mut print) = (sketch.to_bytes(), [0; 8]);
        blake3::Hasher::new().update(&bytes).finalize_xof().fill(&mut print);
        Told { bytes, print: i64::from_le_bytes(print) }
    }
}

/// A text as kept.
struct Text {
    num: u64,
    order: Order,
    /// Nothing while it is yet to be placed.
    leader: Option<u64>,
    sketch: Option<Sketch>,
    /// The earliest article that has it.
    first: u64,
}

impl Text {
    fn leads(&self) -> bool {
        self.leader == Some(self.num)
    }
}

/// The stories of one transaction: articles are told and withdrawn, and then everything is settled.
pub(super) struct Grouping<'a> {
    transaction: &'a Transaction<'a>,
    /// Texts to be placed, or looked at again.
    due: BTreeMap<Order, u64>,
    /// Texts whose articles may have another original.
    touched: BTreeSet<u64>,
    /// Texts that one more article has, and that article.
    joined: BTreeSet<(u64, u64)>,
    /// Articles that have a line in the change log from this transaction already.
    told: HashSet<u64>,
    /// Of texts that were compared; a text keeps its sketch as long as it is there.
    sketches: RefCell<HashMap<u64, Option<Rc<Sketch>>>>,
    work: Work,
}

/// What it took: lines of the table of keys read, texts compared, and keys kept.
#[derive(Debug, Default)]
pub(super) struct Work {
    read: Cell<u64>,
    compared: Cell<u64>,
    kept: Cell<u64>,
}

#[cfg(test)]
impl Work {
    fn note(&self) {
        tests::WORK.set({
            let (read, compared) = tests::WORK.get();
            (read + self.read.get(), compared + self.compared.get())
        });
    }
}

impl<'a> Grouping<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>) -> Grouping<'a> {
        let (touched, joined) = (BTreeSet::new(), BTreeSet::new());
        let (due, told, sketches) = (BTreeMap::new(), HashSet::new(), RefCell::default());
        Grouping { transaction, due, touched, joined, told, sketches, work: Work::default() }
    }

    /// The same of one that may have told another story, or this one, before.
    pub(super) fn retell(&mut self, article: u64, id: &str, telling: &Telling) -> Result<()> {
        let print = telling.told.as_ref().map(|told| told.print);
        let mut same = self.transaction.prepare_cached(sql::TELLING_SAME)?;
        if same.exists(params![article, print, telling.at])? {
            self.told.insert(article);
            return Ok(());
        }
        self.withdraw(article)?;
        self.tell(article, id, telling)
    }

    /// This is what a new article says, and answers may show it.
    pub(super) fn tell(&mut self, article: u64, id: &str, telling: &Telling) -> Result<()> {
        let text = match &telling.told {
            Some(told) => Some(self.text_told(article, (telling.at, id.to_owned()), told)?),
            None => None,
        };
        let values = params![article, text, telling.at];
        self.transaction.prepare_cached(sql::TELLING_ADD)?.execute(values)?;
        self.told.insert(article);
        Ok(())
    }

    /// The same for an article whose text has not changed: should it turn out a copy, the change log is to say so.
    pub(super) fn tell_again(&mut self, article: u64, id: &str, telling: &Telling) -> Result<()> {
        self.retell(article, id, telling)?;
        self.told.remove(&article);
        Ok(())
    }

    /// Answers no longer show the article, or not with this text.
    pub(super) fn withdraw(&mut self, article: u64) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(sql::TELLING_REMOVE)?;
        let removed: Option<Option<u64>> = statement.query_row(params![article], |row| row.get(0)).optional()?;
        let Some(text) = removed.flatten() else { return Ok(()) };
        let text = self.text(text)?;
        if text.first != article {
            return Ok(());
        }
        let mut statement = self.transaction.prepare_cached(sql::TELLING_FIRST)?;
        let first = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, (row.get(1)?, row.get(2)?)));
        match statement.query_row(params![text.num], first).optional()? {
            Some((first, order)) => self.move_to(&text, first, order),
            None => self.remove(&text),
        }
    }

    /// Brings every story that was touched into order, and notes in the change log which articles have another original
    /// now. Returns those that are not their own.
    pub(super) fn settle(mut self, now: Timestamp) -> Result<HashSet<u64>> {
        while let Some((_, text)) = self.due.pop_first() {
            self.place(text)?;
        }
        self.put_keys_by()?;
        let mut copies = HashSet::new();
        for text in &self.touched {
            self.retold(sql::TELLING_ORIGINAL, params![text], now, &mut copies)?;
        }
        for (text, article) in self.joined.iter().filter(|(text, _)| !self.touched.contains(text)) {
            self.retold(sql::TELLING_JOINED, params![text, article], now, &mut copies)?;
        }
        tracing::trace!(work = ?self.work, "stories settled");
        #[cfg(test)]
        self.work.note();
        Ok(copies)
    }

    /// Gives articles another original, and says so in the change log.
    fn retold(&self, sql: &str, which: impl Params, now: Timestamp, copies: &mut HashSet<u64>) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(sql)?;
        let changed = statement.query_map(which, |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (article, original) in changed.collect::<Result<Vec<(u64, u64)>, _>>()? {
            if article != original {
                copies.insert(article);
            }
            if !self.told.contains(&article) {
                let values = params![article, now.as_millisecond()];
                self.transaction.prepare_cached(sql::CHANGE_ADD)?.execute(values)?;
            }
        }
        Ok(())
    }

    /// The text of this sketch, which one more article has.
    fn text_told(&mut self, article: u64, order: Order, told: &Told) -> Result<u64> {
        let mut statement = self.transaction.prepare_cached(sql::TEXT_PRINTED)?;
        let Some(num) = statement.query_row(params![told.print], |row| row.get(0)).optional()? else {
            let values = params![told.print, told.bytes, order.0, order.1, article];
            self.transaction.prepare_cached(sql::TEXT_ADD)?.execute(values)?;
            let num = self.transaction.last_insert_rowid() as u64;
            self.due.insert(order, num);
            return Ok(num);
        };
        let text = self.text(num)?;
        if order < text.order {
            self.move_to(&text, article, order)?;
        }
        self.joined.insert((num, article));
        Ok(num)
    }

    /// To another place in the order.
    fn move_to(&mut self, text: &Text, first: u64, order: Order) -> Result<()> {
        self.lift(text)?;
        let values = params![text.num, order.0, order.1, first];
        self.transaction.prepare_cached(sql::TEXT_MOVE)?.execute(values)?;
        self.due.insert(order, text.num);
        Ok(())
    }

    fn remove(&mut self, text: &Text) -> Result<()> {
        self.lift(text)?;
        self.touched.remove(&text.num);
        self.sketches.borrow_mut().remove(&text.num);
        self.transaction.prepare_cached(sql::TEXT_REMOVE)?.execute(params![text.num])?;
        Ok(())
    }

    /// Out of its story, and those it leads to be looked at again.
    fn lift(&mut self, text: &Text) -> Result<()> {
        self.due.remove(&text.order);
        if text.leader.is_some() {
            self.forget_keys(text)?;
        }
        if text.leads() {
            self.look_again_at_led(text.num)?;
        }
        Ok(())
    }

    fn look_again_at_led(&mut self, leader: u64) -> Result<()> {
        let mut statement = self.transaction.prepare_cached(sql::TEXTS_LED)?;
        let led = statement.query_map(params![leader], |row| Ok(((row.get(1)?, row.get(2)?), row.get(0)?)))?;
        for text in led {
            let (order, num) = text?;
            self.due.insert(order, num);
        }
        Ok(())
    }

    /// Under the earliest leading text that it is like; everything before it stands already.
    fn place(&mut self, num: u64) -> Result<()> {
        let text = self.text(num)?;
        self.touched.insert(num);
        let near = self.near(&text)?;
        let leading = self.like(&text, &near, true)?;
        let earlier = leading.iter().filter(|other| other.order < text.order);
        let leader = earlier.min_by(|one, other| one.order.cmp(&other.order)).map_or(num, |leader| leader.num);
        if text.leader == Some(leader) {
            return Ok(());
        }
        self.transaction.prepare_cached(sql::TEXT_LEADER)?.execute(params![num, leader])?;
        let (led_before, leads) = (text.leads(), leader == num);
        if text.leader.is_none() || led_before != leads {
            self.forget_keys(&text)?;
            self.keep_keys(&text, leads)?;
        }
        if leads {
            self.look_again_at_later(&text, &near, leading)?;
        } else if led_before {
            self.look_again_at_led(num)?;
        }
        Ok(())
    }

    fn text(&self, num: u64) -> Result<Text> {
        let mut statement = self.transaction.prepare_cached(sql::TEXT)?;
        Ok(statement.query_one(params![num], |row| {
            let sketch: Vec<u8> = row.get(3)?;
            Ok(Text {
                num,
                order: (row.get(0)?, row.get(1)?),
                leader: row.get(2)?,
                sketch: Sketch::from_bytes(&sketch),
                first: row.get(4)?,
            })
        })?)
    }
}
