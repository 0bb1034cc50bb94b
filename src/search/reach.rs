//! The stretch of time that was asked for: a timeline reaches over all of it, and a search that finds nothing in it says
//! whether there is anything at all.

use super::answer::Silent;
use super::silence::{Days, day};
use crate::query::ast::{Edge, Interval};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// `from` and `to`, where they are about the date of publication, as a timeline is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach(pub(super) Interval);

impl Reach {
    fn is_open(self) -> bool {
        self.0 == Interval::default()
    }

    /// The first and the last moment, where they were given.
    pub(super) fn moments(self) -> Vec<i64> {
        let last = self.0.to.map(|edge| edge.instant_ms - 1);
        self.0.from.map(|edge| edge.instant_ms).into_iter().chain(last).collect()
    }

    fn first(self) -> Option<i32> {
        self.0.from.and_then(|edge| day_of(edge.local_ms))
    }

    fn last(self) -> Option<i32> {
        // An edge is the first moment after.
        self.0.to.and_then(|edge: Edge| day_of(edge.local_ms - 1))
    }

    /// Within these days a day without any article is a gap: from the first article to the last, and wherever was asked.
    pub(super) fn around(self, ends: Option<(i32, i32)>) -> Option<(i32, i32)> {
        let asked = self.first().or(self.last()).zip(self.last().or(self.first()));
        let (first, last) = ends.or(asked)?;
        Some((self.first().map_or(first, |asked| asked.min(first)), self.last().map_or(last, |asked| asked.max(last))))
    }

    /// The days that were asked for, where there is no article on any of them.
    pub(super) fn silence(self, days: &Days) -> Option<Silent> {
        if self.is_open() || days.has_any(self.first(), self.last()) {
            return None;
        }
        let named = |number: Option<i32>| number.and_then(day).map(|day| day.to_string());
        Some(Silent { from: named(self.first()), to: named(self.last()) })
    }
}

fn day_of(local_ms: i64) -> Option<i32> {
    i32::try_from(local_ms.div_euclid(DAY_MS)).ok()
}
