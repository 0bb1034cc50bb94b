//! A sample of a set of hashes that can be compared with samples of other sets, however different their sizes: all
//! hashes below a bound (FracMinHash: Hera, Pierce-Ward, Koslicki 2023). The bound is halved until few enough are
//! left, so that the sample of a small set is the set, and a sample can be thinned to the level of any other.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// How often the bound was halved.
    pub(super) level: u8,
    /// In order, each once.
    pub(super) hashes: Vec<u32>,
}

/// Half of all hashes are below the bound of level 1, a quarter below that of level 2.
pub(super) fn bound(level: u8) -> u32 {
    u32::MAX.checked_shr(u32::from(level)).unwrap_or(0)
}

/// The level at which at most `most` of the hashes are left; they are in order.
pub(super) fn level_for(hashes: &[u32], from: u8, most: usize) -> u8 {
    (from..32).find(|level| thinned(hashes, *level).len() <= most).unwrap_or(32)
}

/// Those that are left at a level; they are in order.
pub(super) fn thinned(hashes: &[u32], level: u8) -> &[u32] {
    &hashes[..hashes.partition_point(|hash| *hash <= bound(level))]
}

/// How many two ordered sets have in common.
pub(super) fn shared(one: &[u32], other: &[u32]) -> usize {
    let (mut one, mut other, mut shared) = (one.iter().peekable(), other.iter().peekable(), 0);
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        let order = left.cmp(right);
        shared += usize::from(order.is_eq());
        if order.is_le() {
            one.next();
        }
        if order.is_ge() {
            other.next();
        }
    }
    shared
}

impl Sample {
    pub(super) fn of(mut hashes: Vec<u32>, most: usize) -> Sample {
        hashes.sort_unstable();
        hashes.dedup();
        let level = level_for(&hashes, 0, most);
        hashes.truncate(thinned(&hashes, level).len());
        Sample { level, hashes }
    }

    pub(super) fn at(&self, level: u8) -> &[u32] {
        thinned(&self.hashes, level.max(self.level))
    }

    /// Of the smaller set, so many percent are in the other, if it has `enough` to say so.
    pub(super) fn agrees(&self, other: &Sample, enough: usize, wanted: usize) -> bool {
        let level = self.level.max(other.level);
        let (left, right) = (self.at(level), other.at(level));
        let fewer = left.len().min(right.len());
        fewer < enough || shared(left, right) * 100 >= fewer * wanted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_thinned_sample_is_the_sample_that_a_smaller_one_would_have_been(
            hashes in proptest::collection::vec(any::<u32>(), 0..200), most in 1..40usize, fewer in 1..20usize,
        ) {
            let (large, small) = (Sample::of(hashes.clone(), most), Sample::of(hashes, fewer.min(most)));
            prop_assert!(large.hashes.len() <= most);
            prop_assert_eq!(large.at(small.level), &small.hashes[..]);
        }

        #[test]
        fn what_two_sets_share_is_counted(
            one in proptest::collection::btree_set(0..50u32, 0..30), other in proptest::collection::btree_set(0..50u32, 0..30),
        ) {
            let vec = |set: &std::collections::BTreeSet<u32>| set.iter().copied().collect::<Vec<_>>();
            prop_assert_eq!(shared(&vec(&one), &vec(&other)), one.intersection(&other).count());
        }
    }
}
