//! Finding the texts that are like one. Copies share keys, in several parts of the text; lists of texts that share one are
//! read, and what shares enough of them is compared.
//!
//! A key can be in very many texts: the terms of use of a site are. Such lists are read for one part of the text alone,
//! that in which they are shortest: who is a copy is met there. Nothing is left out by that, it only saves reading.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::rc::Rc;

use rusqlite::params;

use super::{Grouping, Result, Text, sql};
use crate::stories::{Class, EACH, Parts, Sketch, WHOLE, alike, classes, meets, parts, parts_needed};

/// A key that more texts have is read for one part of the text only. Tests come to it sooner.
const LONG: usize = if cfg!(test) { 3 } else { 200 };

/// Sketches held at a time, each of some two kilobytes.
const SKETCHES: usize = 8192;

/// A key, and the place in the text that it is in.
type Key = (u32, u8);

impl Grouping<'_> {
    /// Those that may now follow `text`, which has come to lead, as others like it do.
    pub(super) fn look_again_at_later(&mut self, text: &Text, near: &Near, leading: Vec<Text>) -> Result<()> {
        let following = self.like(text, near, false)?;
        for other in leading.into_iter().chain(following) {
            let Some(leader) = other.leader.filter(|_| other.order > text.order) else { continue };
            // Due already, perhaps because its leader is no more.
            if self.due.contains_key(&other.order) {
                continue;
            }
            if leader == other.num || self.text(leader)?.order > text.order {
                self.due.insert(other.order, other.num);
            }
        }
        Ok(())
    }

    /// What shares keys with this text, in one pass over them.
    pub(super) fn near(&self, text: &Text) -> Result<Near> {
        let mut near = Near::default();
        for &key in text.sketch.iter().flat_map(|sketch| &sketch.keys) {
            let holders = self.sharing(key)?;
            if holders.len() > LONG {
                near.long.push(key);
                continue;
            }
            for (leads, holder) in holders {
                near.met_mut(leads).add(holder);
            }
        }
        Ok(near)
    }

    /// All texts that lead, or all that do not, and are like this one.
    pub(super) fn like(&self, text: &Text, near: &Near, leads: bool) -> Result<Vec<Text>> {
        let Some(sketch) = &text.sketch else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for candidate in self.candidates(sketch, near, leads)? {
            if candidate == text.num {
                continue;
            }
            self.work.compared.set(self.work.compared.get() + 1);
            if self.sketch(candidate)?.is_some_and(|other| alike(sketch, &other)) {
                found.push(self.text(candidate)?);
            }
        }
        Ok(found)
    }

    /// Of a text that may be compared more than once.
    fn sketch(&self, text: u64) -> Result<Option<Rc<Sketch>>> {
        let mut sketches = self.sketches.borrow_mut();
        if let Some(sketch) = sketches.get(&text) {
            return Ok(sketch.clone());
        }
        if sketches.len() == SKETCHES {
            sketches.clear();
        }
        let mut statement = self.transaction.prepare_cached(sql::TEXT_SKETCH)?;
        let bytes: Vec<u8> = statement.query_one(params![text], |row| row.get(0))?;
        let sketch = Sketch::from_bytes(&bytes).map(Rc::new);
        sketches.insert(text, sketch.clone());
        Ok(sketch)
    }

    /// Every text that shares as many keys as it takes, as far as is known.
    fn candidates(&self, sketch: &Sketch, near: &Near, leads: bool) -> Result<Vec<u64>> {
        let (met, own) = (near.met(leads), sketch.class());
        let mut candidates = Vec::new();
        for classes in classes(own) {
            let needed = parts_needed(own, *classes.start());
            if near.long.is_empty() {
                candidates.extend(met.of(&classes, needed));
                continue;
            }
            let mut met = met.clone();
            let read = self.read_long(&near.long, leads, &classes, needed, &mut met)?;
            candidates.extend(met.of(&classes, read));
        }
        Ok(candidates)
    }

    /// Reads the long lists for texts of such classes, all of them or for one part of the text; says which.
    fn read_long(
        &self,
        long: &[Key],
        leads: bool,
        classes: &RangeInclusive<Class>,
        needed: Parts,
        met: &mut Met,
    ) -> Result<Parts> {
        let choices = EACH.into_iter().filter(|part| needed & part != 0);
        let mut part = choices.clone().next().unwrap_or_default();
        for choice in choices {
            if self.is_short(long, leads, classes, choice)? {
                part = choice;
                break;
            }
        }
        for &(key, here) in long {
            for there in places(here, part) {
                self.sharing_in((key, here), leads, there, classes, usize::MAX)?
                    .into_iter()
                    .for_each(|one| met.add(one));
            }
        }
        Ok(part)
    }

    /// Whether there are few holders of these keys in one part of the text.
    fn is_short(&self, long: &[Key], leads: bool, classes: &RangeInclusive<Class>, part: Parts) -> Result<bool> {
        let mut left = LONG;
        for &(key, here) in long {
            for there in places(here, part) {
                let holders = self.sharing_in((key, here), leads, there, classes, left + 1)?.len();
                let Some(rest) = left.checked_sub(holders) else { return Ok(false) };
                left = rest;
            }
        }
        Ok(true)
    }

    /// At most one more than [`LONG`], and whether they lead.
    fn sharing(&self, (key, here): Key) -> Result<Vec<(bool, Holder)>> {
        let mut statement = self.transaction.prepare_cached(sql::KEY_SHARED)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, Holder { class: row.get(1)?, parts: parts(here, row.get(2)?), text: row.get(3)? }))
        };
        let holders = statement.query_map(params![key, LONG as i64 + 1], read)?.collect::<Result<Vec<_>, _>>()?;
        self.work.read.set(self.work.read.get() + holders.len() as u64);
        Ok(holders)
    }

    fn sharing_in(
        &self,
        (key, here): Key,
        leads: bool,
        there: u8,
        classes: &RangeInclusive<Class>,
        most: usize,
    ) -> Result<Vec<Holder>> {
        let mut statement = self.transaction.prepare_cached(sql::KEY_SHARED_IN)?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let values = params![key, leads, there, classes.start(), classes.end(), most];
        let parts = parts(here, there);
        let read = |row: &rusqlite::Row<'_>| Ok(Holder { class: row.get(0)?, parts, text: row.get(1)? });
        let holders = statement.query_map(values, read)?.collect::<Result<Vec<_>, _>>()?;
        self.work.read.set(self.work.read.get() + holders.len() as u64);
        Ok(holders)
    }
}

/// Of another text those places in which a key would be in a part of the two; in any, where none is named.
fn places(here: u8, part: Parts) -> impl Iterator<Item = u8> {
    (0..=WHOLE).filter(move |there| meets(parts(here, *there), part))
}

/// A text that shares a key, and in which parts.
struct Holder {
    class: Class,
    text: u64,
    parts: Parts,
}

/// The texts that share keys with one, those that lead and the others; and the keys that too many have.
#[derive(Default)]
pub(super) struct Near {
    leading: Met,
    following: Met,
    long: Vec<Key>,
}

impl Near {
    fn met(&self, leads: bool) -> &Met {
        if leads { &self.leading } else { &self.following }
    }

    fn met_mut(&mut self, leads: bool) -> &mut Met {
        if leads { &mut self.leading } else { &mut self.following }
    }
}

/// Texts met, and in which parts.
#[derive(Clone, Default)]
struct Met(HashMap<(Class, u64), Parts>);

impl Met {
    fn add(&mut self, holder: Holder) {
        *self.0.entry((holder.class, holder.text)).or_default() |= holder.parts;
    }

    fn of(&self, classes: &RangeInclusive<Class>, needed: Parts) -> impl Iterator<Item = u64> {
        let met = self.0.iter().filter(move |((class, _), met)| classes.contains(class) && meets(**met, needed));
        met.map(|((_, text), _)| *text)
    }
}
