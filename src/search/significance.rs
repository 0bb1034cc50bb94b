//! How strongly a word marks some articles off from all: Dunning's log-likelihood ratio over articles that hold it
//! (T. Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", 1993). Unlike a ratio of shares it does
//! not prize what is merely rare, and unlike a count not what is merely common.

/// How often something is used: in articles of a choice, and in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) within: u64,
    pub(super) anywhere: u64,
}

/// What a smaller ratio says may be chance, once in a thousand times (chi-squared with one degree of freedom).
const CHANCE: f64 = 10.83;

/// How much a word says of a choice of articles: the ratio, and how rare the word is. Long articles hold more of every
/// word, so that the ratio alone would prize `the` in a choice of long ones. 0 for what may be chance.
pub(super) fn telling(usage: Usage, choice: u64, all: u64) -> f64 {
    match significance(usage, choice, all) {
        ..CHANCE => 0.0,
        ratio => ratio * rarity(usage.anywhere, all),
    }
}

/// 0 for what half of all articles hold.
pub(super) fn rarity(anywhere: u64, all: u64) -> f64 {
    (all as f64 / (2.0 * anywhere.max(1) as f64)).ln().max(0.0)
}

/// Of so many articles and a choice of them. 0 for what is used within the choice no more than outside.
fn significance(usage: Usage, choice: u64, all: u64) -> f64 {
    let (within, outside) = (usage.within as f64, usage.anywhere.saturating_sub(usage.within) as f64);
    let (choice, rest) = (choice as f64, all.saturating_sub(choice) as f64);
    if choice == 0.0 || rest == 0.0 || within * rest <= outside * choice {
        return 0.0;
    }
    let share = (within + outside) / (choice + rest);
    let cell = |seen: f64, expected: f64| if seen == 0.0 { 0.0 } else { seen * (seen / expected).ln() };
    let of = |held: f64, size: f64| cell(held, size * share) + cell(size - held, size * (1.0 - share));
    2.0 * (of(within, choice) + of(outside, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(within: u64, anywhere: u64) -> f64 {
        significance(Usage { within, anywhere }, 100, 10_000)
    }

    #[test]
    fn what_is_used_here_and_not_elsewhere_counts_most() {
        assert!(of(80, 90) > of(80, 900), "rarer elsewhere");
        assert!(of(80, 90) > of(8, 9), "more often here, with the same share");
        assert!(of(3, 3) < of(50, 500), "one that is merely rare says less");
        assert_eq!(of(100, 10_000), 0.0, "a word that all articles hold");
        assert_eq!(of(1, 1000), 0.0, "one that is used less here");
        assert_eq!(significance(Usage { within: 5, anywhere: 5 }, 5, 5), 0.0, "nothing is outside");
    }

    #[test]
    fn a_word_of_every_text_says_nothing_however_often_it_stands_in_long_ones() {
        let telling = |within, anywhere| telling(Usage { within, anywhere }, 100, 10_000);
        assert_eq!(telling(100, 6000), 0.0);
        assert!(telling(40, 80) > telling(90, 3000));
        assert_eq!(telling(2, 100), 0.0, "that may be chance");
    }

    /// Worked by hand: 2 Σ seen ln(seen / expected) over the four cells 10, 90, 10, 890.
    #[test]
    fn the_ratio_is_dunnings() {
        let ratio = significance(Usage { within: 10, anywhere: 20 }, 100, 1000);
        assert!((ratio - 21.18).abs() < 0.01, "{ratio}");
    }
}
