//! A loose phrase: its words in any order, with room among them. Pure, on the occurrences of one document.

use std::ops::Range;

use super::deadline::Watch;
use super::group::Occurrence;
use super::near::{Want, settle};

/// For each word its occurrences. Finds every choice of one occurrence a word, all
/// beginning at different positions, with at most `extra` other positions among them.
///
/// Whether words and positions can be matched is Kuhn's bipartite matching, grown from left to right. Positions that
/// can be matched together form a matroid, so a full match that uses the first and the last position exists when there
/// is any full match and those two can serve different words.
pub(super) fn gathered(
    words: &[Vec<Occurrence>],
    extra: u32,
    want: Want,
    watch: &mut Watch,
    out: &mut Vec<Occurrence>,
) {
    out.clear();
    let places = Places::of(words);
    let count = words.len();
    let mut matching = Matching { places: &places, taken_by: vec![None; count], tried: vec![false; count] };
    for (first, place) in places.places.iter().enumerate() {
        let reach = place.start + count as u32 - 1 + extra;
        matching.taken_by.fill(None);
        let mut size = 0;
        for last in first..places.places.len() {
            if places.places[last].start > reach {
                break;
            }
            if out.len() >= want.most() {
                return if want == Want::All {
                    watch.give_up()
                };
            }
            if watch.is_over(count) {
                return;
            }
            size += usize::from(size < count && matching.serve(last));
            if size == count && matching.differ(first, last) {
                let ends = places.at(last).iter().filter(|(word, _)| places.can_end(count, first..last, *word));
                out.extend(ends.map(|(_, end)| Occurrence { start: place.start, end: *end }));
            }
        }
    }
    settle(out);
}

/// The positions at which words begin, in order.
struct Places {
    places: Vec<Place>,
    /// Words and ends of their occurrences, position after position.
    words: Vec<(usize, u32)>,
}

struct Place {
    start: u32,
    words: Range<usize>,
}

impl Places {
    fn of(words: &[Vec<Occurrence>]) -> Places {
        let all = words.iter().enumerate();
        let all = all.flat_map(|(word, occurrences)| occurrences.iter().map(move |one| (one.start, word, one.end)));
        let mut all: Vec<(u32, usize, u32)> = all.collect();
        all.sort_unstable();
        let mut places: Vec<Place> = Vec::with_capacity(all.len());
        for (at, (start, ..)) in all.iter().enumerate() {
            match places.last_mut() {
                Some(place) if place.start == *start => place.words.end = at + 1,
                _ => places.push(Place { start: *start, words: at..at + 1 }),
            }
        }
        Places { places, words: all.into_iter().map(|(_, word, end)| (word, end)).collect() }
    }

    /// Whether this word can be the one that stands last, at `between.end`, while the first place serves another: whether
    /// all the others find places before it. A last place at which everything ends alike need not be asked.
    fn can_end(&self, count: usize, between: Range<usize>, word: usize) -> bool {
        let here = self.at(between.end);
        if here.iter().all(|(_, end)| *end == here[0].1) {
            return true;
        }
        let mut others = Matching { places: self, taken_by: vec![None; count], tried: vec![false; count] };
        others.taken_by[word] = Some(between.end);
        let is_first_used = self.at(between.start).iter().any(|(other, _)| *other != word);
        is_first_used && between.filter(|place| others.serve_beside(word, *place)).count() == count - 1
    }

    /// What begins at a place.
    fn at(&self, place: usize) -> &[(usize, u32)] {
        &self.words[self.places[place].words.clone()]
    }
}

struct Matching<'a> {
    places: &'a Places,
    /// The place that serves each word.
    taken_by: Vec<Option<usize>>,
    /// Words that have been tried for the place at hand.
    tried: Vec<bool>,
}

impl Matching<'_> {
    /// Lets a place serve a word, moving others to other words where that is needed; says whether it could.
    fn serve(&mut self, place: usize) -> bool {
        self.tried.fill(false);
        self.augment(place)
    }

    /// The same, with one word that keeps its place.
    fn serve_beside(&mut self, word: usize, place: usize) -> bool {
        self.tried.fill(false);
        self.tried[word] = true;
        self.augment(place)
    }

    fn augment(&mut self, place: usize) -> bool {
        let places = self.places;
        for (word, _) in places.at(place) {
            if std::mem::replace(&mut self.tried[*word], true) {
                continue;
            }
            if self.taken_by[*word].is_none_or(|other| self.augment(other)) {
                self.taken_by[*word] = Some(place);
                return true;
            }
        }
        false
    }

    /// Whether two places can serve two different words; of a single word, whether they are one place.
    fn differ(&self, first: usize, last: usize) -> bool {
        if self.taken_by.len() == 1 || first == last {
            return self.taken_by.len() == 1 && first == last;
        }
        let (one, other) = (self.places.at(first), self.places.at(last));
        one.iter().any(|(word, _)| other.iter().any(|(beside, _)| word != beside))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::deadline::Deadline;
    use super::*;

    fn at(places: &[u32]) -> Vec<Occurrence> {
        places.iter().map(|start| Occurrence { start: *start, end: start + 1 }).collect()
    }

    fn of(spans: &[(u32, u32)]) -> Vec<Occurrence> {
        spans.iter().map(|(start, end)| Occurrence { start: *start, end: *end }).collect()
    }

    fn watch() -> Watch {
        Watch::new(&Deadline::new(&(Instant::now() + Duration::from_secs(3600)).into()))
    }

    #[track_caller]
    fn check_gathered(words: &[&[u32]], extra: u32, expected: &[(u32, u32)]) {
        let mut out = Vec::new();
        let words: Vec<_> = words.iter().map(|word| at(word)).collect();
        gathered(&words, extra, Want::All, &mut watch(), &mut out);
        assert_eq!(out, of(expected), "{words:?}~{extra}");
    }

    #[test]
    fn a_loose_phrase_takes_its_words_in_any_order() {
        check_gathered(&[&[5], &[3]], 1, &[(3, 6)]);
        check_gathered(&[&[5], &[3]], 0, &[]);
        check_gathered(&[&[0], &[1], &[4]], 2, &[(0, 5)]);
    }

    #[test]
    fn a_word_that_is_asked_for_twice_must_stand_twice() {
        check_gathered(&[&[0, 2], &[0, 2], &[1]], 3, &[(0, 3)]);
        check_gathered(&[&[0], &[0], &[1]], 3, &[]);
    }

    #[test]
    fn words_that_share_positions_are_matched_so_that_all_find_one() {
        check_gathered(&[&[0, 1], &[0], &[1, 2]], 0, &[(0, 3)]);
        check_gathered(&[&[0, 1], &[0, 1], &[0, 1]], 9, &[]);
    }

    #[test]
    fn a_word_ends_the_phrase_only_where_the_others_find_their_places() {
        // `e e-mail`: email can only stand on 1 and 2, so no occurrence ends with the e at 1.
        let mut out = Vec::new();
        let words = [at(&[0, 1]), of(&[(1, 3)])];
        gathered(&words, 5, Want::All, &mut watch(), &mut out);
        assert_eq!(out, of(&[(0, 3)]));
    }
}
