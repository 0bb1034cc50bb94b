//! What an article is about, as its headline says: the words by which it differs from another that fills in the same form
//! or stands in the same frame.

use std::collections::BTreeSet;

/// So many words of a headline are kept.
const WORDS: usize = 16;

/// A word of fewer letters says nothing, unless it is a figure or a name.
const LETTERS: usize = 4;

/// Bits for each word, and for all of them at least and at most.
const BITS: usize = 8;
const FEWEST: usize = 64;
const MOST: usize = 4096;

/// What is kept of a word of the headline beside its hash, in the lowest bits.
const STANDS: u32 = 1;
const NAMES: u32 = 2;
const FLAGS: u32 = STANDS | NAMES;

/// A word of a headline.
pub(super) struct HeadWord {
    pub(super) hash: u32,
    pub(super) letters: usize,
    pub(super) figure: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topic {
    /// Of the headline, in its order: hashes with flags.
    pub(super) words: Vec<u32>,
    /// All words of the article, as a set that may take a word for one of its own, and never denies one (Bloom 1970).
    pub(super) bits: Vec<u8>,
}

/// Of the words of a headline, how many there are and how many are nowhere in another article; names and figures twice.
#[derive(Clone, Copy, Debug, Default)]
struct Lost {
    all: usize,
    lost: usize,
}

impl Lost {
    /// At least so many, and of every four so many.
    fn is(self, least: usize, of_four: usize) -> bool {
        self.lost >= least && self.lost * 4 >= self.all * of_four
    }
}

impl Topic {
    pub(super) fn of(headline: &[HeadWord], text: &BTreeSet<u32>, names: &BTreeSet<u32>) -> Topic {
        let mut words: Vec<u32> = Vec::new();
        for word in headline {
            let (stands, names) = (text.contains(&word.hash), word.figure || names.contains(&word.hash));
            let flags = if stands { STANDS } else { 0 } | if names { NAMES } else { 0 };
            let word = if word.letters >= LETTERS || names { Some(word.hash & !FLAGS | flags) } else { None };
            words.extend(word.filter(|word| words.len() < WORDS && !words.contains(word)));
        }
        let all: BTreeSet<u32> = headline.iter().map(|word| word.hash).chain(text.iter().copied()).collect();
        let size = (all.len() * BITS).next_power_of_two().clamp(FEWEST, MOST);
        let mut topic = Topic { words, bits: vec![0; size / 8] };
        for word in all {
            for at in topic.places(word) {
                topic.bits[at / 8] |= 1 << (at % 8);
            }
        }
        topic
    }

    /// Each is about something, by its headline and its own text, that is nowhere in the other: half of what it says of
    /// it, or a third and more than a word.
    pub(super) fn differs(&self, other: &Topic) -> bool {
        let is_other = |lost: Lost| lost.is(1, 2) || lost.lost >= 2 && lost.lost * 3 >= lost.all;
        is_other(self.lost_in(other)) && is_other(other.lost_in(self))
    }

    /// As above, of texts so short that a word or two decide: each says one of itself that is nowhere in the other, and
    /// both together three, or two and a name.
    pub(super) fn differs_in_a_word(&self, other: &Topic) -> bool {
        let (here, there) = (self.lost_in(other).lost, other.lost_in(self).lost);
        here.min(there) >= 1 && here + there >= 3
    }

    /// By their headlines they are about different things: what one says of its own text is gone in the other, which has a
    /// headline of its own, or a part of its own; or, where each has such a part, half of what each says of its own text is
    /// gone, and the headlines have nothing in common with the other article.
    pub(super) fn is_elsewhere(&self, other: &Topic, has_own: bool) -> bool {
        let gone = |here: &Topic, there: &Topic| {
            here.lost_in(there).is(4, 3) && (has_own || there.lost_at_all(here).lost >= 1)
        };
        let half_gone = |here: &Topic, there: &Topic| here.lost_in(there).is(0, 2) && here.lost_at_all(there).is(2, 2);
        gone(self, other) || gone(other, self) || has_own && half_gone(self, other) && half_gone(other, self)
    }

    /// A quarter of what each headline says, and more than a word, is nowhere in the other article.
    pub(super) fn is_another(&self, other: &Topic) -> bool {
        self.lost_at_all(other).is(2, 1) && other.lost_at_all(self).is(2, 1)
    }

    /// Of what the headline says and its own text says too.
    fn lost_in(&self, other: &Topic) -> Lost {
        self.lost(other, |word| word & STANDS != 0)
    }

    /// Of all that the headline says.
    fn lost_at_all(&self, other: &Topic) -> Lost {
        self.lost(other, |_| true)
    }

    fn lost(&self, other: &Topic, counts: fn(u32) -> bool) -> Lost {
        let mut lost = Lost::default();
        for word in self.words.iter().copied().filter(|word| counts(*word)) {
            let weight = if word & NAMES != 0 { 2 } else { 1 };
            lost.all += weight;
            lost.lost += if other.has(word) { 0 } else { weight };
        }
        lost
    }

    fn has(&self, word: u32) -> bool {
        self.places(word).into_iter().all(|at| self.bits[at / 8] & 1 << (at % 8) != 0)
    }

    fn places(&self, word: u32) -> [usize; 2] {
        let word = word as usize;
        [word >> 2, word >> 16].map(|at| at & (self.bits.len() * 8 - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(headline: &[u32], text: &[u32]) -> Topic {
        let head: Vec<HeadWord> =
            headline.iter().map(|word| HeadWord { hash: word << 2, letters: LETTERS, figure: false }).collect();
        Topic::of(&head, &text.iter().map(|word| word << 2).collect(), &BTreeSet::new())
    }

    #[test]
    fn topics_differ_where_each_headline_says_of_its_own_text_what_the_other_does_not_have() {
        let [alderton, birchester] = [topic(&[7, 1], &[1, 2, 3]), topic(&[7, 4], &[4, 2, 3])];
        assert!(alderton.differs(&birchester) && birchester.differs(&alderton));
        // Under any headline: what the first is about is in the second.
        assert!(!alderton.differs(&topic(&[8, 9], &[1, 2, 3])));
        // Cut: what the second is about is in the first.
        assert!(!alderton.differs(&topic(&[2], &[2, 3])));
        assert!(!alderton.differs(&alderton));
    }

    #[test]
    fn another_headline_says_a_quarter_of_what_it_says_of_something_else() {
        let [january, july] = [topic(&[1, 2, 7, 8, 3, 4], &[9]), topic(&[1, 2, 7, 8, 5, 6], &[9])];
        assert!(january.is_another(&july) && july.is_another(&january));
        assert!(!january.is_another(&topic(&[1, 2, 7, 8, 3, 6], &[9])), "one word");
        assert!(
            !january.is_another(&topic(&[5, 6], &[9, 1, 2, 3, 4, 7])),
            "its text says what the other headline does"
        );
    }

    #[test]
    fn of_short_texts_a_word_that_each_says_of_itself_and_one_more_decide() {
        let dutch = topic(&[1, 2, 3, 4, 5, 6, 7], &[1, 2, 3, 4, 5, 6, 7]);
        let british = topic(&[1, 2, 3, 4, 5, 8], &[1, 2, 3, 4, 5, 8]);
        assert!(!dutch.differs(&british));
        assert!(dutch.differs_in_a_word(&british) && british.differs_in_a_word(&dutch));
        assert!(!dutch.differs_in_a_word(&topic(&[1, 2, 3, 4, 5, 6, 8], &[1, 2, 3, 4, 5, 6, 8])), "one word each");
        assert!(
            !dutch.differs_in_a_word(&topic(&[8, 9], &[1, 2, 3, 4, 5])),
            "a headline of other things is any headline"
        );
    }

    #[test]
    fn a_frame_is_about_nothing_that_another_headline_says_of_its_own_text() {
        let seminar = topic(&[1, 2, 3, 4], &[1, 2, 3, 4, 20, 21]);
        let only_frame = topic(&[20, 7], &[20, 21]);
        assert!(seminar.is_elsewhere(&only_frame, false), "a word of its own is enough");
        assert!(
            !seminar.is_elsewhere(&topic(&[1, 2, 3, 4], &[20, 21]), false),
            "the same headline over what is left of it"
        );
        assert!(!seminar.is_elsewhere(&topic(&[7, 8], &[1, 2, 20, 21]), false), "cut, under any headline");
    }

    #[test]
    fn no_word_of_an_article_is_denied() {
        let words: Vec<u32> = (0..5000).map(|word: u32| word.wrapping_mul(0x9e37_79b9)).collect();
        let long = Topic::of(&[], &words.iter().copied().collect(), &BTreeSet::new());
        assert!(words.iter().all(|word| long.has(*word)));
        assert_eq!(long.bits.len() * 8, MOST);
    }
}
