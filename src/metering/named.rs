//! Counts by a name that is only known when it is counted: a route, a code.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// More names than there are of anything; beyond, all others are one. A series in the memory of whoever collects must never
/// be begun by what a client or an article says.
const MOST: usize = 256;

pub(super) const OTHERS: &str = "other";

#[derive(Debug)]
pub(super) struct ByName<M>(RwLock<BTreeMap<String, Arc<M>>>);

impl<M> Default for ByName<M> {
    fn default() -> Self {
        ByName(RwLock::default())
    }
}

impl<M: Default> ByName<M> {
    /// Of what these names count there has been none, which is something else than a name that nobody knows: who watches sees
    /// the first as a change.
    pub(super) fn expect<'a>(&self, names: impl IntoIterator<Item = &'a str>) {
        names.into_iter().for_each(|name| self.count(name, |_| {}));
    }

    /// Counts something of a name.
    pub(super) fn count(&self, name: &str, count: impl Fn(&M)) {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return count(known);
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let name = if all.len() < MOST || all.contains_key(name) { name } else { OTHERS };
        count(all.entry(name.to_owned()).or_default());
    }

    /// In the order of names.
    pub(super) fn all(&self) -> Vec<(String, Arc<M>)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(name, one)| (name.clone(), Arc::clone(one))).collect()
    }
}

impl ByName<AtomicU64> {
    pub(super) fn add(&self, name: &str, more: u64) {
        self.count(name, |count| {
            count.fetch_add(more, Ordering::Relaxed);
        });
    }

    pub(super) fn counts(&self) -> Vec<(String, u64)> {
        self.all().into_iter().map(|(name, count)| (name, count.load(Ordering::Relaxed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_end_are_one_name_from_some_on() {
        let names = ByName::<AtomicU64>::default();
        for n in 0..MOST + 50 {
            names.add(&format!("name {n:04}"), 1);
        }
        names.add("name 0000", 1);
        let counts = names.counts();
        assert_eq!(counts.len(), MOST + 1);
        assert_eq!(counts.iter().find(|(name, _)| name == OTHERS).map(|(_, count)| *count), Some(50));
        assert_eq!(counts[0], ("name 0000".to_owned(), 2));
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), MOST as u64 + 51);
    }
}
