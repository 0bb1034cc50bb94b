//! Finding the texts that are like one. Copies share keys, at least so many; lists of texts that share one are read,
//! and what has enough of them is compared.
//!
//! A key can be in very many texts: the terms of use of a site are. Of keys that long, all but so many need not be read:
//! who has enough keys in common has one of those that were. Nothing is left out by that, it only saves reading.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use rusqlite::params;

use super::{Grouping, Result, Text, sql};
use crate::stories::{Class, Sketch, alike, keys_needed};

/// A key that more texts have is read for those only that can be found by no other. Tests come to it sooner.
const LONG: usize = if cfg!(test) { 3 } else { 200 };

/// No text is long enough for a class beyond.
const CLASSES: Class = 34;

impl Grouping<'_> {
    /// Those that may now follow `text`, which has come to lead, as others like it do.
    pub(super) fn look_again_at_later(&mut self, text: &Text, leading: Vec<Text>) -> Result<()> {
        let following = self.like(text, false)?;
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

    pub(super) fn keep_keys(&self, text: &Text, leads: bool) -> Result<()> {
        self.each_key(text, sql::KEY_ADD, leads)
    }

    pub(super) fn forget_keys(&self, text: &Text) -> Result<()> {
        if text.leader.is_some() { self.each_key(text, sql::KEY_REMOVE, text.leads()) } else { Ok(()) }
    }

    fn each_key(&self, text: &Text, sql: &str, leads: bool) -> Result<()> {
        let Some(sketch) = &text.sketch else { return Ok(()) };
        let mut statement = self.transaction.prepare_cached(sql)?;
        let class = sketch.class();
        for (key, back) in sketch.keys() {
            statement.execute(params![key, leads, back, class, text.num])?;
        }
        Ok(())
    }

    /// All texts that lead, or all that do not, and are like this one.
    pub(super) fn like(&self, text: &Text, leads: bool) -> Result<Vec<Text>> {
        let Some(sketch) = &text.sketch else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for candidate in self.candidates(sketch, leads)? {
            let other = self.text(candidate)?;
            if candidate != text.num && other.sketch.as_ref().is_some_and(|other| alike(sketch, other)) {
                found.push(other);
            }
        }
        Ok(found)
    }

    /// Every text that may share as many keys as it takes: keys in the front half of either text; of its own class also
    /// in the back half, which helps where the fronts are those of thousands.
    fn candidates(&self, sketch: &Sketch, leads: bool) -> Result<Vec<u64>> {
        let (mut fronts, long) = self.met(Half::Front, sketch, leads)?;
        let own = sketch.class();
        if long.is_empty() {
            return Ok(fronts.enough(own, &BTreeMap::new()));
        }
        let mut unread = BTreeMap::new();
        for class in if own == 0 { 0..=0 } else { 1..=CLASSES } {
            let needed = keys_needed(own, class);
            if class == own && long.len() >= needed {
                let (backs, long) = self.met(Half::Back, sketch, leads)?;
                if long.is_empty() {
                    // One key there is enough.
                    fronts.replace(own, backs);
                    unread.insert(class, needed);
                    continue;
                }
            }
            let read = (long.len() + 1).saturating_sub(needed);
            for (key, halves) in &long[..read] {
                fronts.add(self.sharing_in(*key, leads, halves, class)?);
            }
            unread.insert(class, long.len() - read);
        }
        Ok(fronts.enough(own, &unread))
    }

    /// Texts that share a key in one half of either text; and the keys that too many share.
    fn met(&self, half: Half, sketch: &Sketch, leads: bool) -> Result<(Met, Vec<Unread>)> {
        let (mut met, mut long) = (Met::default(), Vec::new());
        for (key, back) in sketch.keys() {
            let halves = half.beside(back);
            let texts = self.sharing(key, leads, &halves)?;
            if texts.len() > LONG { long.push((key, halves)) } else { met.add(texts) }
        }
        Ok((met, long))
    }

    /// At most one more than [`LONG`].
    fn sharing(&self, key: u32, leads: bool, halves: &RangeInclusive<u8>) -> Result<Vec<(Class, u64)>> {
        let mut statement = self.transaction.prepare_cached(sql::KEY_SHARED)?;
        let values = params![key, leads, halves.start(), halves.end(), LONG as i64 + 1];
        let texts = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(texts.collect::<Result<_, _>>()?)
    }

    fn sharing_in(
        &self,
        key: u32,
        leads: bool,
        halves: &RangeInclusive<u8>,
        class: Class,
    ) -> Result<Vec<(Class, u64)>> {
        let mut statement = self.transaction.prepare_cached(sql::KEY_SHARED_IN)?;
        let mut all = Vec::new();
        for back in halves.clone() {
            let texts = statement.query_map(params![key, leads, back, class], |row| Ok((class, row.get(0)?)))?;
            all.extend(texts.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(all)
    }
}

#[derive(Clone, Copy)]
enum Half {
    Front,
    Back,
}

impl Half {
    /// In which half another text may have a key, so that one of the two has it in this half. As the table has it: 0 is
    /// the front.
    fn beside(self, back: bool) -> RangeInclusive<u8> {
        match (self, back) {
            (Half::Front, false) | (Half::Back, true) => 0..=1,
            (Half::Front, true) => 0..=0,
            (Half::Back, false) => 1..=1,
        }
    }
}

/// A key that too many share, and the halves it may stand in.
type Unread = (u32, RangeInclusive<u8>);

/// Texts met, and how often.
#[derive(Default)]
struct Met(HashMap<(Class, u64), usize>);

impl Met {
    fn add(&mut self, texts: Vec<(Class, u64)>) {
        texts.into_iter().for_each(|text| *self.0.entry(text).or_default() += 1);
    }

    /// What was met of one class is what was met elsewhere.
    fn replace(&mut self, class: Class, other: Met) {
        self.0.retain(|(kept, _), _| *kept != class);
        self.0.extend(other.0.into_iter().filter(|((met, _), _)| *met == class));
    }

    /// Those that share enough keys, with those that were not read of their class.
    fn enough(self, own: Class, unread: &BTreeMap<Class, usize>) -> Vec<u64> {
        let enough =
            |class: Class, shared: usize| shared + unread.get(&class).copied().unwrap_or(0) >= keys_needed(own, class);
        self.0.into_iter().filter(|((class, _), shared)| enough(*class, *shared)).map(|((_, text), _)| text).collect()
    }
}
