//! The words of some articles, inflected forms together.

use std::collections::{BTreeSet, HashMap};

use crate::analysis::{self, Event, Stemmers};
use crate::article::Article;

/// By the term that the index has for all forms of a word.
pub(super) struct Vocabulary {
    stemmers: Stemmers,
    words: HashMap<String, Seen>,
    langs: BTreeSet<Option<String>>,
    articles: u32,
}

#[derive(Default)]
pub(super) struct Seen {
    pub(super) articles: u32,
    pub(super) occurrences: u32,
    /// Of these in headlines.
    pub(super) headlines: u32,
    last: u32,
    forms: HashMap<String, u32>,
}

impl Seen {
    /// As it is mostly written, folded.
    pub(super) fn form(&self) -> &str {
        let shorter = |one: &String, other: &String| other.len().cmp(&one.len()).then_with(|| other.cmp(one));
        let commonest = self.forms.iter().max_by(|one, other| one.1.cmp(other.1).then_with(|| shorter(one.0, other.0)));
        commonest.map_or("", |(form, _)| form)
    }
}

impl Vocabulary {
    pub(super) fn new() -> Vocabulary {
        Vocabulary { stemmers: Stemmers::new(), words: HashMap::new(), langs: BTreeSet::new(), articles: 0 }
    }

    pub(super) fn of(article: &Article) -> Vocabulary {
        let mut vocabulary = Vocabulary::new();
        vocabulary.read(article);
        vocabulary
    }

    pub(super) fn read(&mut self, article: &Article) {
        self.articles += 1;
        if !self.langs.contains(&article.lang) {
            self.langs.insert(article.lang.clone());
        }
        self.paragraph(&article.headline, article.lang.as_deref(), true);
        for text in article.lead.iter().chain(&article.body) {
            self.paragraph(text, article.lang.as_deref(), false);
        }
    }

    fn paragraph(&mut self, text: &str, lang: Option<&str>, is_headline: bool) {
        let Vocabulary { stemmers, words, articles, .. } = self;
        analysis::segment(text, lang, |event| {
            let Event::Word(word) = event else { return };
            if word.span > 1 || !says_something(word.folded) {
                return;
            }
            let Some(term) = stemmers.terms(&word, lang).first() else { return };
            if !words.contains_key(term) {
                words.insert(term.clone(), Seen::default());
            }
            let Some(seen) = words.get_mut(term) else { return };
            seen.articles += u32::from(seen.last != *articles);
            seen.last = *articles;
            seen.occurrences += 1;
            seen.headlines += u32::from(is_headline);
            match seen.forms.get_mut(word.folded) {
                Some(count) => *count += 1,
                None => _ = seen.forms.insert(word.folded.to_owned(), 1),
            }
        });
    }

    /// Leaves out some words in all their forms, in each of the languages read.
    pub(super) fn forget(&mut self, texts: &[String]) {
        let Vocabulary { stemmers, words, langs, .. } = self;
        for (text, lang) in texts.iter().flat_map(|text| langs.iter().map(move |lang| (text, lang.as_deref()))) {
            analysis::segment(text, lang, |event| {
                let Event::Word(word) = event else { return };
                stemmers.terms(&word, lang).iter().for_each(|term| _ = words.remove(term));
            });
        }
    }

    pub(super) fn words(&self) -> impl Iterator<Item = (&str, &Seen)> {
        self.words.iter().map(|(term, seen)| (term.as_str(), seen))
    }

    /// How many it was read in.
    pub(super) fn articles(&self) -> u32 {
        self.articles
    }

    pub(super) fn has(&self, term: &str) -> bool {
        self.words.contains_key(term)
    }
}

/// Numbers and single letters are in every text.
fn says_something(folded: &str) -> bool {
    folded.chars().any(char::is_alphabetic) && (!folded.is_ascii() || folded.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_and_named_as_mostly_written() {
        let article = Article {
            headline: "Mines close".to_owned(),
            body: vec!["The mine and the mines, 3 mines.".to_owned()],
            lang: Some("en".to_owned()),
            ..Article::default()
        };
        let vocabulary = Vocabulary::of(&article);
        let mines = vocabulary.words().find(|(_, seen)| seen.form() == "mines").unwrap().1;
        assert_eq!((mines.articles, mines.occurrences, mines.headlines), (1, 4, 1));
        assert!(vocabulary.words().all(|(_, seen)| seen.form() != "3"));
    }

    #[test]
    fn what_is_asked_for_is_forgotten_in_all_its_forms() {
        let article =
            Article { headline: "Mines close in Chile".to_owned(), lang: Some("en".to_owned()), ..Article::default() };
        let mut vocabulary = Vocabulary::of(&article);
        vocabulary.forget(&["mine".to_owned(), "closing".to_owned()]);
        let mut left: Vec<&str> = vocabulary.words().map(|(_, seen)| seen.form()).collect();
        left.sort_unstable();
        assert_eq!(left, ["chile", "in"]);
    }
}
