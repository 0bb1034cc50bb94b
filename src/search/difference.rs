//! What is different between two versions of an article: words deleted and inserted, by paragraph, and every other field.
//!
//! Paragraphs are compared first; where some were replaced by others, those that share most of their words are taken for
//! one that was edited, and compared word by word. The library finds a shortest list of edits and takes a deadline: past
//! it, it goes on with less care, so that two texts of megabytes that share nothing cost a fraction of a second and are
//! told apart by whole passages.

use std::collections::HashMap;
use std::time::Instant;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use unicode_segmentation::UnicodeSegmentation;

use super::answer::{Change, FieldChange, Passage, Piece};
use crate::article::{Article, Stamp};

/// Pairs of paragraphs of one replacement that are weighed against each other, at most; beyond, they are paired in order.
const PAIRS: usize = 10_000;

/// An edited paragraph shares so much with what it was: twice the words in common by the words of both.
const AKIN: f64 = 0.4;

/// A run of letters without a space is compared by characters from this length on: Thai and Khmer write none.
const LONG_RUN: usize = 48;

/// Two texts, word by word.
pub(super) fn words(old: &str, new: &str, deadline: Instant) -> Vec<Piece> {
    let (old, new) = (tokens(old), tokens(new));
    let mut pieces = Pieces::default();
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline)) {
        let (before, after) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => pieces.same(&old[before]),
            _ => pieces.changed(&old[before], &new[after]),
        }
    }
    pieces.finish()
}

/// Two bodies, paragraph by paragraph, in the order of the newer; what was deleted stands where it stood.
pub(super) fn passages(old: &[String], new: &[String], deadline: Instant) -> Vec<Passage> {
    let mut passages = Vec::new();
    for op in capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(deadline)) {
        let (before, after) = (&old[op.old_range()], &new[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => passages.extend(before.iter().map(|text| whole(Change::Same, text))),
            _ => replaced(before, after, deadline, &mut passages),
        }
    }
    passages
}

/// Every field but headline, lead and body that is not the same.
pub(super) fn fields(old: &Article, new: &Article) -> Vec<FieldChange> {
    let (old, new) = (listed(old), listed(new));
    let pairs = old.into_iter().zip(new);
    let changed = pairs.filter(|((_, from), (_, to))| from != to);
    changed.map(|((name, from), (_, to))| FieldChange { name, from, to }).collect()
}

fn listed(article: &Article) -> Vec<(&'static str, Vec<String>)> {
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let date = |stamp: Option<&Stamp>| stamp.and_then(|stamp| stamp.at).iter().map(ToString::to_string).collect();
    vec![
        ("published", date(Some(&article.published))),
        ("modified", date(article.modified.as_ref())),
        ("authors", article.authors.clone()),
        ("dateline", one(&article.dateline)),
        ("section", one(&article.section)),
        ("tags", article.tags.clone()),
        ("places", article.places.clone()),
        ("people", article.people.clone()),
        ("orgs", article.orgs.clone()),
        ("source", one(&article.source.name)),
        ("lang", one(&article.lang)),
        ("url", one(&article.url)),
        ("image", one(&article.image)),
        ("related", article.related.clone()),
    ]
}

fn whole(kind: Change, text: &str) -> Passage {
    Passage { kind, pieces: vec![Piece { kind, text: text.to_owned() }] }
}

fn replaced(old: &[String], new: &[String], deadline: Instant, passages: &mut Vec<Passage>) {
    let (mut next_old, mut next_new) = (0, 0);
    let pairs = paired(old, new);
    for (before, after) in pairs.into_iter().chain([(old.len(), new.len())]) {
        passages.extend(old[next_old..before].iter().map(|text| whole(Change::Deleted, text)));
        passages.extend(new[next_new..after].iter().map(|text| whole(Change::Inserted, text)));
        if let Some((one, other)) = old.get(before).zip(new.get(after)) {
            passages.push(Passage { kind: Change::Edited, pieces: words(one, other, deadline) });
        }
        (next_old, next_new) = (before + 1, after + 1);
    }
}

/// Which paragraphs were edited into which, in order: of all ways to pair them the one that keeps most.
fn paired(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    if old.len() * new.len() > PAIRS {
        return (0..old.len().min(new.len()))
            .filter(|&at| likeness(&old[at], &new[at]) >= AKIN)
            .map(|at| (at, at))
            .collect();
    }
    // best[i][j]: what can be kept of old[i..] in new[j..].
    let mut best = vec![vec![0.0; new.len() + 1]; old.len() + 1];
    let mut akin = vec![vec![0.0; new.len()]; old.len()];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            akin[i][j] = likeness(&old[i], &new[j]);
            let together = if akin[i][j] >= AKIN { akin[i][j] + best[i + 1][j + 1] } else { 0.0 };
            best[i][j] = f64::max(together, f64::max(best[i + 1][j], best[i][j + 1]));
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if akin[i][j] >= AKIN && best[i][j] == akin[i][j] + best[i + 1][j + 1] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i][j] == best[i + 1][j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// From 0, nothing in common, to 1, the same words.
fn likeness(old: &str, new: &str) -> f64 {
    let words =
        |text: &'_ str| tokens(text).into_iter().filter(|word| is_word(word)).map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (words(old), words(new));
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in &old {
        *counts.entry(word).or_default() += 1;
    }
    let mut common = 0;
    for word in &new {
        if let Some(count) = counts.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (old.len() + new.len()).max(1) as f64
}

fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphanumeric)
}

/// Words, and what stands between them.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    for token in text.split_word_bounds() {
        if token.len() < LONG_RUN { tokens.push(token) } else { tokens.extend(token.graphemes(true)) }
    }
    tokens
}

/// Pieces as they grow: what is alike becomes one, and within a change deletions come before insertions.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    deleted: String,
    inserted: String,
    /// What is the same since the last change, and may yet be too little to read by itself.
    same: String,
}

impl Pieces {
    fn same(&mut self, tokens: &[&str]) {
        self.same.extend(tokens.iter().copied());
    }

    fn changed(&mut self, old: &[&str], new: &[&str]) {
        let is_open = !(self.deleted.is_empty() && self.inserted.is_empty());
        // A space between two changed words belongs to the change: it reads better in one piece.
        if is_open && self.same.chars().all(char::is_whitespace) {
            self.deleted.push_str(&self.same);
            self.inserted.push_str(&self.same);
            self.same.clear();
        } else if !self.same.is_empty() {
            self.close();
        }
        self.deleted.extend(old.iter().copied());
        self.inserted.extend(new.iter().copied());
    }

    fn close(&mut self) {
        // A space at the end of both is no part of what was changed.
        while let Some(last) = self.deleted.chars().next_back().filter(|last| last.is_whitespace()) {
            if !self.inserted.ends_with(last) {
                break;
            }
            self.deleted.pop();
            self.inserted.pop();
            self.same.insert(0, last);
        }
        for (kind, text) in [
            (Change::Deleted, std::mem::take(&mut self.deleted)),
            (Change::Inserted, std::mem::take(&mut self.inserted)),
            (Change::Same, std::mem::take(&mut self.same)),
        ] {
            if !text.is_empty() {
                self.done.push(Piece { kind, text });
            }
        }
    }

    fn finish(mut self) -> Vec<Piece> {
        self.close();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(1)
    }

    /// `[-deleted-]`, `{+inserted+}`.
    fn written(pieces: &[Piece]) -> String {
        let write = |piece: &Piece| match piece.kind {
            Change::Deleted => format!("[-{}-]", piece.text),
            Change::Inserted => format!("{{+{}+}}", piece.text),
            Change::Same | Change::Edited => piece.text.clone(),
        };
        pieces.iter().map(write).collect()
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        assert_eq!(written(&words(old, new, soon())), expected);
    }

    #[test]
    fn words_are_marked_and_not_letters() {
        check("The dam broke.", "The dam held.", "The dam [-broke-]{+held+}.");
        check("Five dead", "Seven people dead", "[-Five-]{+Seven people+} dead");
        check("A old mine shut", "A new pit shut", "A [-old mine-]{+new pit+} shut");
        check("Same", "Same", "Same");
        check("", "All new", "{+All new+}");
        check("All old", "", "[-All old-]");
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_their_characters() {
        check("中国稀土出口", "中国稀土进口", "中国稀土[-出-]{+进+}口");
        let long = "ก".repeat(30);
        check(&format!("{long}ข"), &format!("{long}ค"), &format!("{long}[-ข-]{{+ค+}}"));
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[track_caller]
    fn check_body(old: &[&str], new: &[&str], expected: &[&str]) {
        let found = passages(&texts(old), &texts(new), soon());
        let found: Vec<String> = found.iter().map(|passage| written(&passage.pieces)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_edited_paragraph_is_compared_with_what_it_was() {
        let old = ["The river rose by a metre overnight.", "Schools are shut.", "More rain is due."];
        let new = ["Written anew from here.", "The river rose by two metres overnight.", "More rain is due."];
        let edited = "The river rose by [-a metre-]{+two metres+} overnight.";
        check_body(&old, &new, &["{+Written anew from here.+}", edited, "[-Schools are shut.-]", "More rain is due."]);
    }

    #[test]
    fn fields_that_are_not_the_same_are_told() {
        let old = Article { tags: texts(&["tin", "zinc"]), section: Some("World".into()), ..Article::default() };
        let new = Article { tags: texts(&["tin"]), lang: Some("en".into()), ..old.clone() };
        let found = fields(&old, &new);
        let names: Vec<_> = found.iter().map(|field| field.name).collect();
        assert_eq!(names, ["tags", "lang"]);
        assert_eq!((found[0].from.len(), found[0].to.len()), (2, 1));
    }

    #[test]
    fn texts_that_share_nothing_are_told_apart_by_the_deadline() {
        let text = |seed: usize| (0..60_000).map(|n| format!("{} ", (n * 7919 + seed) % 100_003)).collect::<String>();
        let (old, new) = (text(1), text(50_000));
        let pieces = words(&old, &new, Instant::now());
        assert_eq!(both(&pieces), (old, new), "not one word is lost");
    }

    fn both(pieces: &[Piece]) -> (String, String) {
        let of = |kind| pieces.iter().filter(|piece| piece.kind != kind).map(|piece| piece.text.as_str()).collect();
        (of(Change::Inserted), of(Change::Deleted))
    }

    proptest! {
        #[test]
        fn what_is_shown_is_both_texts(old in "[ab ]{0,12}", new in "[ab ]{0,12}") {
            prop_assert_eq!(both(&words(&old, &new, soon())), (old, new));
        }

        #[test]
        fn every_paragraph_of_both_is_there_once(
            old in prop::collection::vec("[abc ]{1,9}", 0..6),
            new in prop::collection::vec("[abc ]{1,9}", 0..6),
        ) {
            let passages = passages(&old, &new, soon());
            let pieces: Vec<Piece> = passages.into_iter().flat_map(|passage| passage.pieces).collect();
            prop_assert_eq!(both(&pieces), (old.concat(), new.concat()));
        }
    }
}
