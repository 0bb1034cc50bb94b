//! Showing what matched: positions from the index become marks in the text.
//!
//! Only the sentences that hold a match are read again; the table of sentences kept with each document leads to them.
//! The result is escaped HTML in which `<mark>` is the only element.

use std::ops::Range;

use super::answer::{Highlights, Marked};
use crate::analysis::{self, Event};
use crate::article::Article;
use crate::engine::sentences::Sentence;
use crate::engine::{Marks, Span};

/// A fragment is about this long, in bytes; a longer sentence is cut to it around its matches.
const FRAGMENT: usize = 280;

/// Headline and lead are the first two paragraphs of the table.
const HEADLINE: usize = 0;
const LEAD: usize = 1;
const BODY: usize = 2;

/// What to mark in one paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    paragraph: usize,
    bytes: Range<usize>,
    clause: u32,
    /// Where the span begins: with its clause, what it is known by.
    span: u32,
}

impl Mark {
    /// Whether it is the part of the same span in an earlier sentence of the paragraph.
    fn goes_on_in(&self, next: &Mark) -> bool {
        (self.paragraph, self.clause, self.span) == (next.paragraph, next.clause, next.span)
    }
}

/// Headline and lead marked, and the `snippets` best fragments of the body in the order of the text.
pub(super) fn fragments(article: &Article, marks: &Marks, snippets: usize) -> Highlights {
    let spans = ByClause::of(marks);
    let found = locate(article, marks, &spans, &marks.sentences[..body_from(marks)]);
    let lead = article.lead.as_deref().filter(|_| found.iter().any(|mark| mark.paragraph == LEAD));
    Highlights {
        headline: Some(marked(&article.headline, &of(&found, HEADLINE))),
        lead: lead.map(|lead| marked(lead, &of(&found, LEAD))),
        body: best_fragments(article, marks, &spans, snippets),
    }
}

/// The whole text, marked.
pub(super) fn whole(article: &Article, marks: &Marks) -> Marked {
    let found = locate(article, marks, &ByClause::of(marks), &marks.sentences);
    let body = article.body.iter().enumerate();
    Marked {
        headline: marked(&article.headline, &of(&found, HEADLINE)),
        lead: article.lead.as_deref().map(|lead| marked(lead, &of(&found, LEAD))),
        body: body.map(|(at, paragraph)| marked(paragraph, &of(&found, BODY + at))).collect(),
    }
}

pub(super) fn paragraph(article: &Article, number: usize) -> &str {
    match number {
        HEADLINE => &article.headline,
        LEAD => article.lead.as_deref().unwrap_or_default(),
        body => article.body.get(body - BODY).map_or("", String::as_str),
    }
}

pub(super) fn section(paragraph: usize) -> &'static str {
    match paragraph {
        HEADLINE => "headline",
        LEAD => "lead",
        _ => "body",
    }
}

/// Where an occurrence stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) paragraph: usize,
    pub(super) bytes: Range<usize>,
    /// Words before it in its section.
    pub(super) position: u32,
}

/// Every span in the order of the text, also those that overlap. One that goes beyond its paragraph ends with it.
pub(super) fn places(article: &Article, marks: &Marks) -> Vec<Place> {
    let mut places = Vec::with_capacity(marks.spans.len());
    let mut known: Option<(usize, Vec<Range<usize>>)> = None;
    let mut word = |at: usize, position: u32| {
        let sentence = &marks.sentences[at];
        if known.as_ref().is_none_or(|(sentence, _)| *sentence != at) {
            let text = paragraph(article, sentence.paragraph).get(sentence.bytes.clone()).unwrap_or_default();
            known = Some((at, words(text, article.lang.as_deref())));
        }
        let (_, words) = known.as_ref()?;
        let word = words.get((position - positions(marks, sentence).start) as usize)?;
        Some(sentence.bytes.start + word.start..sentence.bytes.start + word.end)
    };
    let within = |position: u32| {
        let at = marks.sentences.partition_point(|sentence| positions(marks, sentence).end <= position);
        marks.sentences.get(at).is_some_and(|sentence| positions(marks, sentence).contains(&position)).then_some(at)
    };
    let mut spans = marks.spans.clone();
    spans.sort_unstable();
    for span in spans {
        let Some(first) = within(span.start) else { continue };
        let number = marks.sentences[first].paragraph;
        let last = (span.start + 1..span.end).rev().find_map(|position| {
            within(position).filter(|at| marks.sentences[*at].paragraph == number).map(|at| (at, position))
        });
        let (last, end) = last.unwrap_or((first, span.start));
        let (Some(begin), Some(end)) = (word(first, span.start), word(last, end)) else { continue };
        let position = span.start - section_start(marks, number);
        places.push(Place { paragraph: number, bytes: begin.start..end.end, position });
    }
    places
}

/// The first sentence of the body.
fn body_from(marks: &Marks) -> usize {
    marks.sentences.partition_point(|sentence| sentence.paragraph < BODY)
}

/// The positions of a sentence's words.
fn positions(marks: &Marks, sentence: &Sentence) -> Range<u32> {
    let first = section_start(marks, sentence.paragraph) + sentence.first_word;
    first..first + sentence.words
}

fn section_start(marks: &Marks, paragraph: usize) -> u32 {
    match paragraph {
        HEADLINE => 0,
        LEAD => marks.lead_at,
        _ => marks.body_at,
    }
}

/// Turns positions into bytes, in some of the sentences. A span is one mark in each paragraph it reaches into.
fn locate(article: &Article, marks: &Marks, spans: &ByClause, sentences: &[Sentence]) -> Vec<Mark> {
    let mut found = Vec::new();
    // Marks of spans that the sentence before did not end.
    let mut open = Vec::new();
    for sentence in sentences {
        let positions = positions(marks, sentence);
        let within = spans.overlapping(&positions);
        if !within.is_empty() {
            mark_sentence(article, sentence, &positions, &within, (&mut found, &mut open));
        }
    }
    found
}

/// Spans, clause by clause: those of one clause follow each other without overlapping.
struct ByClause(Vec<Vec<Span>>);

impl ByClause {
    fn of(marks: &Marks) -> ByClause {
        let clauses = marks.spans.iter().map(|span| span.clause as usize + 1).max().unwrap_or(0);
        let mut by_clause = vec![Vec::new(); clauses];
        marks.spans.iter().for_each(|span| by_clause[span.clause as usize].push(*span));
        ByClause(by_clause)
    }

    /// Those that have one of these words, in order.
    fn overlapping(&self, words: &Range<u32>) -> Vec<Span> {
        let mut overlapping = Vec::new();
        for spans in &self.0 {
            let from = spans.partition_point(|span| span.end <= words.start);
            let spans = spans[from..].iter().take_while(|span| span.start < words.end);
            overlapping.extend(spans.copied());
        }
        overlapping.sort_unstable();
        overlapping
    }
}

fn mark_sentence(
    article: &Article,
    sentence: &Sentence,
    positions: &Range<u32>,
    spans: &[Span],
    (found, open): (&mut Vec<Mark>, &mut Vec<usize>),
) {
    let text = paragraph(article, sentence.paragraph);
    let Some(text) = text.get(sentence.bytes.clone()) else { return };
    let words = words(text, article.lang.as_deref());
    let first = positions.start;
    let mut still_open = Vec::new();
    for span in spans {
        let from = (span.start.max(first) - first) as usize;
        let to = (span.end - first) as usize;
        let (Some(start), Some(end)) = (words.get(from), words.get(to.min(words.len()).wrapping_sub(1))) else {
            continue;
        };
        let bytes = sentence.bytes.start + start.start..sentence.bytes.start + end.end;
        let mark = Mark { paragraph: sentence.paragraph, bytes, clause: span.clause, span: span.start };
        let at = match open.iter().copied().find(|before| found[*before].goes_on_in(&mark)) {
            Some(before) => {
                found[before].bytes.end = mark.bytes.end;
                before
            }
            None => {
                found.push(mark);
                found.len() - 1
            }
        };
        if span.end > positions.end {
            still_open.push(at);
        }
    }
    *open = still_open;
}

fn words(text: &str, lang: Option<&str>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    analysis::segment(text, lang, |event| {
        if let Event::Word(word) = event
            && word.span == 1
        {
            words.push(word.at);
        }
    });
    words
}

/// Marks come paragraph by paragraph.
fn of(found: &[Mark], paragraph: usize) -> Vec<Range<usize>> {
    let from = found.partition_point(|mark| mark.paragraph < paragraph);
    let here = found[from..].iter().take_while(|mark| mark.paragraph == paragraph);
    here.map(|mark| mark.bytes.clone()).collect()
}

/// A stretch of a paragraph that could be shown.
struct Fragment<'a> {
    paragraph: usize,
    bytes: Range<usize>,
    sentences: &'a [Sentence],
    /// Different clauses of the query in it, then matches.
    worth: (usize, usize),
}

/// Only what is shown is read again: the others are chosen between by their positions alone.
fn best_fragments(article: &Article, marks: &Marks, spans: &ByClause, snippets: usize) -> Vec<String> {
    let mut fragments = candidates(article, marks, spans);
    fragments.sort_by_key(|fragment| std::cmp::Reverse(fragment.worth));
    fragments.truncate(snippets);
    fragments.sort_by_key(|fragment| (fragment.paragraph, fragment.bytes.start));
    fragments.iter().map(|fragment| shown(article, marks, spans, fragment)).collect()
}

/// Sentences with a match, each with the sentences after it in its paragraph as far as there is room.
fn candidates<'a>(article: &Article, marks: &'a Marks, spans: &ByClause) -> Vec<Fragment<'a>> {
    let mut fragments = Vec::new();
    let mut rest = &marks.sentences[body_from(marks)..];
    while let Some(first) = rest.first() {
        let mut taken = 1;
        if !spans.overlapping(&positions(marks, first)).is_empty() {
            let fragment = if first.bytes.len() > FRAGMENT {
                part_of_sentence(article, marks, spans, &rest[..1])
            } else {
                Some(whole_sentences(marks, spans, &rest[..fitting(rest)]))
            };
            taken = fragment.as_ref().map_or(1, |fragment| fragment.sentences.len());
            fragments.extend(fragment);
        }
        rest = &rest[taken..];
    }
    fragments
}

/// How many sentences from the first on fit into a fragment together.
fn fitting(sentences: &[Sentence]) -> usize {
    let first = &sentences[0];
    let fits = |next: &&Sentence| next.paragraph == first.paragraph && next.bytes.end - first.bytes.start <= FRAGMENT;
    sentences.iter().take_while(fits).count().max(1)
}

fn whole_sentences<'a>(marks: &Marks, spans: &ByClause, sentences: &'a [Sentence]) -> Fragment<'a> {
    let (first, last) = (&sentences[0], &sentences[sentences.len() - 1]);
    let within = spans.overlapping(&(positions(marks, first).start..positions(marks, last).end));
    Fragment {
        paragraph: first.paragraph,
        bytes: first.bytes.start..last.bytes.end,
        sentences,
        worth: worth(within.iter().map(|span| span.clause)),
    }
}

/// A sentence that is too long, cut around its first match.
fn part_of_sentence<'a>(
    article: &Article,
    marks: &Marks,
    spans: &ByClause,
    sentence: &'a [Sentence],
) -> Option<Fragment<'a>> {
    let found = locate(article, marks, spans, sentence);
    let (first, long) = (found.first()?, &sentence[0]);
    let bytes = cut(paragraph(article, long.paragraph), long.bytes.clone(), first.bytes.start);
    let within = found.iter().filter(|mark| bytes.contains(&mark.bytes.start));
    let worth = worth(within.map(|mark| mark.clause));
    Some(Fragment { paragraph: long.paragraph, bytes, sentences: sentence, worth })
}

fn worth(clauses: impl Iterator<Item = u32>) -> (usize, usize) {
    let mut clauses: Vec<u32> = clauses.collect();
    let matches = clauses.len();
    clauses.sort_unstable();
    clauses.dedup();
    (clauses.len(), matches)
}

/// About [`FRAGMENT`] bytes around a match, from white space to white space where there is any.
fn cut(text: &str, sentence: Range<usize>, at: usize) -> Range<usize> {
    let from = at.saturating_sub(FRAGMENT / 3).max(sentence.start);
    let to = (from + FRAGMENT).min(sentence.end).min(text.len());
    let (from, to) = (text.ceil_char_boundary(from), text.floor_char_boundary(to));
    let start = match text.get(from..at).and_then(|before| before.find(char::is_whitespace)) {
        Some(space) if from > sentence.start => from + space,
        _ => from,
    };
    let end = match text.get(at..to).and_then(|after| after.rfind(char::is_whitespace)) {
        Some(space) if to < sentence.end && space > 0 => at + space,
        _ => to,
    };
    start..end
}

fn shown(article: &Article, marks: &Marks, spans: &ByClause, fragment: &Fragment<'_>) -> String {
    let text = paragraph(article, fragment.paragraph);
    let found = locate(article, marks, spans, fragment.sentences);
    let Some(slice) = text.get(fragment.bytes.clone()) else { return String::new() };
    let from = fragment.bytes.start;
    let within = of(&found, fragment.paragraph).into_iter().filter(|mark| fragment.bytes.contains(&mark.start));
    let within: Vec<Range<usize>> = within.map(|mark| mark.start - from..(mark.end - from).min(slice.len())).collect();
    let mut html = String::with_capacity(slice.len() + 64);
    if from > 0 {
        html.push('…');
    }
    let trimmed = slice.len() - slice.trim_start().len();
    let within: Vec<Range<usize>> =
        within.iter().map(|mark| mark.start - trimmed.min(mark.start)..mark.end - trimmed.min(mark.end)).collect();
    html.push_str(&marked(slice.trim_start().trim_end(), &within));
    if fragment.bytes.end < text.trim_end().len() {
        html.push('…');
    }
    html
}

/// Escapes a text and puts marks around the given stretches; those that overlap become one.
fn marked(text: &str, stretches: &[Range<usize>]) -> String {
    let mut stretches: Vec<Range<usize>> = stretches.to_vec();
    stretches.sort_unstable_by_key(|stretch| (stretch.start, stretch.end));
    let mut html = String::with_capacity(text.len() + stretches.len() * 13);
    let mut at = 0;
    let mut stretches = stretches.into_iter().peekable();
    while let Some(mut stretch) = stretches.next() {
        while let Some(next) = stretches.next_if(|next| next.start < stretch.end) {
            stretch.end = stretch.end.max(next.end);
        }
        let (Some(before), Some(inside)) = (text.get(at..stretch.start), text.get(stretch.clone())) else { continue };
        escape(before, &mut html);
        html.push_str("<mark>");
        escape(inside, &mut html);
        html.push_str("</mark>");
        at = stretch.end;
    }
    escape(&text[at..], &mut html);
    html
}

/// Appends a text as HTML without markup.
pub fn escape(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vec_of(stretch: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(stretch).collect()
    }

    #[test]
    fn marks_are_the_only_markup() {
        assert_eq!(marked("a <b> & 'c'", &vec_of(2..5)), "a <mark>&lt;b&gt;</mark> &amp; &#39;c&#39;");
    }

    #[test]
    fn overlapping_marks_become_one() {
        assert_eq!(marked("rare earths", &[0..11, 5..11, 0..4]), "<mark>rare earths</mark>");
    }

    #[test]
    fn a_mark_that_fits_nowhere_is_left_out() {
        assert_eq!(marked("é", &vec_of(1..2)), "é");
        assert_eq!(marked("ab", &vec_of(1..9)), "ab");
    }
}
