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
}

/// Headline and lead marked, and the `snippets` best fragments of the body in the order of the text.
pub(super) fn fragments(article: &Article, marks: &Marks, snippets: usize) -> Highlights {
    let found = locate(article, marks);
    let lead = article.lead.as_deref().filter(|_| found.iter().any(|mark| mark.paragraph == LEAD));
    Highlights {
        headline: Some(marked(&article.headline, &of(&found, HEADLINE))),
        lead: lead.map(|lead| marked(lead, &of(&found, LEAD))),
        body: best_fragments(article, marks, &found, snippets),
    }
}

/// The whole text, marked.
pub(super) fn whole(article: &Article, marks: &Marks) -> Marked {
    let found = locate(article, marks);
    let body = article.body.iter().enumerate();
    Marked {
        headline: marked(&article.headline, &of(&found, HEADLINE)),
        lead: article.lead.as_deref().map(|lead| marked(lead, &of(&found, LEAD))),
        body: body.map(|(at, paragraph)| marked(paragraph, &of(&found, BODY + at))).collect(),
    }
}

fn paragraph(article: &Article, number: usize) -> &str {
    match number {
        HEADLINE => &article.headline,
        LEAD => article.lead.as_deref().unwrap_or_default(),
        body => article.body.get(body - BODY).map_or("", String::as_str),
    }
}

/// Turns positions into bytes. A span over several sentences becomes a mark in each.
fn locate(article: &Article, marks: &Marks) -> Vec<Mark> {
    let mut found = Vec::new();
    for sentence in &marks.sentences {
        let section = match sentence.paragraph {
            HEADLINE => 0,
            LEAD => marks.lead_at,
            _ => marks.body_at,
        };
        let first = section + sentence.first_word;
        let within = overlapping(&marks.spans, first..first + sentence.words);
        if !within.is_empty() {
            mark_sentence(article, sentence, first, &within, &mut found);
        }
    }
    found
}

/// Spans that have a word in the sentence. They are sorted by their start; the longest spans are short.
fn overlapping(spans: &[Span], words: Range<u32>) -> Vec<Span> {
    let until = spans.partition_point(|span| span.start < words.end);
    spans[..until].iter().filter(|span| span.end > words.start).copied().collect()
}

fn mark_sentence(article: &Article, sentence: &Sentence, first: u32, spans: &[Span], found: &mut Vec<Mark>) {
    let text = paragraph(article, sentence.paragraph);
    let Some(text) = text.get(sentence.bytes.clone()) else { return };
    let words = words(text, article.lang.as_deref());
    for span in spans {
        let from = (span.start.max(first) - first) as usize;
        let to = (span.end - first) as usize;
        let (Some(start), Some(end)) = (words.get(from), words.get(to.min(words.len()).wrapping_sub(1))) else {
            continue;
        };
        let bytes = sentence.bytes.start + start.start..sentence.bytes.start + end.end;
        found.push(Mark { paragraph: sentence.paragraph, bytes, clause: span.clause });
    }
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

fn of(found: &[Mark], paragraph: usize) -> Vec<Range<usize>> {
    found.iter().filter(|mark| mark.paragraph == paragraph).map(|mark| mark.bytes.clone()).collect()
}

/// A stretch of a paragraph that could be shown.
struct Fragment {
    paragraph: usize,
    bytes: Range<usize>,
    /// Different clauses of the query in it, then matches.
    worth: (usize, usize),
}

fn best_fragments(article: &Article, marks: &Marks, found: &[Mark], snippets: usize) -> Vec<String> {
    let mut fragments = candidates(article, marks, found);
    fragments.sort_by_key(|fragment| std::cmp::Reverse(fragment.worth));
    fragments.truncate(snippets);
    fragments.sort_by_key(|fragment| (fragment.paragraph, fragment.bytes.start));
    fragments.iter().map(|fragment| shown(article, fragment, found)).collect()
}

/// Sentences with a match, each with the sentences after it in its paragraph as far as there is room.
fn candidates(article: &Article, marks: &Marks, found: &[Mark]) -> Vec<Fragment> {
    let mut fragments: Vec<Fragment> = Vec::new();
    for (at, sentence) in marks.sentences.iter().enumerate().filter(|(_, sentence)| sentence.paragraph >= BODY) {
        let taken = fragments
            .last()
            .is_some_and(|last| last.paragraph == sentence.paragraph && last.bytes.end > sentence.bytes.start);
        let holds = |mark: &&Mark| mark.paragraph == sentence.paragraph && sentence.bytes.contains(&mark.bytes.start);
        let Some(first) = found.iter().find(holds).filter(|_| !taken) else { continue };
        let bytes = stretch(paragraph(article, sentence.paragraph), &marks.sentences[at..], first.bytes.start);
        let within: Vec<&Mark> = found
            .iter()
            .filter(|mark| mark.paragraph == sentence.paragraph && bytes.contains(&mark.bytes.start))
            .collect();
        let mut clauses: Vec<u32> = within.iter().map(|mark| mark.clause).collect();
        clauses.sort_unstable();
        clauses.dedup();
        fragments.push(Fragment { paragraph: sentence.paragraph, bytes, worth: (clauses.len(), within.len()) });
    }
    fragments
}

/// From the first sentence as many whole ones as fit; a sentence that is too long is cut around its first match.
fn stretch(text: &str, sentences: &[Sentence], first_match: usize) -> Range<usize> {
    let first = &sentences[0];
    if first.bytes.len() > FRAGMENT {
        return cut(text, first.bytes.clone(), first_match);
    }
    let same = sentences.iter().take_while(|sentence| sentence.paragraph == first.paragraph);
    let fitting = same.take_while(|sentence| sentence.bytes.end - first.bytes.start <= FRAGMENT);
    first.bytes.start..fitting.last().map_or(first.bytes.end, |last| last.bytes.end)
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

fn shown(article: &Article, fragment: &Fragment, found: &[Mark]) -> String {
    let text = paragraph(article, fragment.paragraph);
    let Some(slice) = text.get(fragment.bytes.clone()) else { return String::new() };
    let from = fragment.bytes.start;
    let within = of(found, fragment.paragraph).into_iter().filter(|mark| fragment.bytes.contains(&mark.start));
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

/// Escapes a text and puts marks around the given stretches; those that touch or overlap become one.
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

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
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
