//! Stems: what the inflected forms of a word have in common, in the language of its article.
//!
//! A stem is taken from the word with its diacritics and folded afterwards, and once more from the folded word where that
//! gives another one, so that a word typed without diacritics meets both. It is marked with its language, for `fin` is not
//! the same word everywhere. Words the stemmer of a language has nothing to say about (numbers, other scripts) and words of
//! languages without a stemmer stand for themselves, unmarked. Korean is one of those: see [`super::pairs`].

use frostem::{Algorithm, Stemmer};

use super::fold::push_folded;
use super::language::primary;
use super::segment::Word;
use super::typed::QueryWord;

/// Stands between language and stem, `en`, mark, `mine`; it is in no word.
pub const STEM_MARK: char = '\u{1e}';

/// Words remembered a language, a power of two.
const REMEMBERED: usize = 1 << 15;

/// The script a stemmer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Arabic,
    Cyrillic,
    Devanagari,
    Greek,
    Latin,
    Tamil,
}

/// The Snowball stemmers by primary language subtag.
const STEMMED: &[(&str, Algorithm, Script)] = &[
    ("ar", Algorithm::Arabic, Script::Arabic),
    ("ca", Algorithm::Catalan, Script::Latin),
    ("cs", Algorithm::Czech, Script::Latin),
    ("da", Algorithm::Danish, Script::Latin),
    ("de", Algorithm::German, Script::Latin),
    ("el", Algorithm::Greek, Script::Greek),
    ("en", Algorithm::English, Script::Latin),
    ("es", Algorithm::Spanish, Script::Latin),
    ("et", Algorithm::Estonian, Script::Latin),
    ("eu", Algorithm::Basque, Script::Latin),
    ("fi", Algorithm::Finnish, Script::Latin),
    ("fr", Algorithm::French, Script::Latin),
    ("hi", Algorithm::Hindi, Script::Devanagari),
    ("hu", Algorithm::Hungarian, Script::Latin),
    ("id", Algorithm::Indonesian, Script::Latin),
    ("it", Algorithm::Italian, Script::Latin),
    ("lt", Algorithm::Lithuanian, Script::Latin),
    ("nl", Algorithm::Dutch, Script::Latin),
    ("no", Algorithm::Norwegian, Script::Latin),
    ("pl", Algorithm::Polish, Script::Latin),
    ("pt", Algorithm::Portuguese, Script::Latin),
    ("ro", Algorithm::Romanian, Script::Latin),
    ("ru", Algorithm::Russian, Script::Cyrillic),
    ("sv", Algorithm::Swedish, Script::Latin),
    ("ta", Algorithm::Tamil, Script::Tamil),
    ("tr", Algorithm::Turkish, Script::Latin),
];

/// Whether inflected forms are found in this language.
pub fn has_stemmer(lang: &str) -> bool {
    find(lang).is_some()
}

/// Its place among the stemmed languages. Both written forms of Norwegian share one.
fn find(lang: &str) -> Option<usize> {
    let subtag = match primary(lang) {
        norwegian if norwegian.eq_ignore_ascii_case("nb") || norwegian.eq_ignore_ascii_case("nn") => "no",
        subtag => subtag,
    };
    STEMMED.iter().position(|(known, ..)| known.eq_ignore_ascii_case(subtag))
}

/// The stemmers of all languages. They remember what they have seen, since words repeat: one a thread.
#[derive(Default)]
pub struct Stemmers {
    languages: [Option<Language>; STEMMED.len()],
    unmarked: [String; 1],
}

impl Stemmers {
    pub fn new() -> Stemmers {
        Stemmers::default()
    }

    /// Appends to `out` the terms by which a word of an article is found: one stem or two; the folded word itself where
    /// there is no stemmer.
    pub fn index_terms(&mut self, word: &Word<'_>, lang: Option<&str>, out: &mut Vec<String>) {
        out.extend_from_slice(self.terms(word, lang));
    }

    /// The same, lent instead of copied.
    pub fn terms(&mut self, word: &Word<'_>, lang: Option<&str>) -> &[String] {
        match lang.and_then(find) {
            Some(language) => self.stems(language, word.folded, word.lower),
            None => self.unmarked(word.folded),
        }
    }

    /// The terms that an unquoted word can meet in articles of these languages and of any without a stemmer: the folded
    /// word, then its stems, each once. Typed words are few, and not remembered.
    pub fn query_terms(&mut self, word: &QueryWord, langs: &[&str]) -> Vec<String> {
        let mut terms = vec![word.folded.clone()];
        let script = script_of(&word.folded);
        let known = langs.iter().filter_map(|lang| find(lang)).filter(|found| script == Some(STEMMED[*found].2));
        for language in known {
            for term in self.language(language).stem(&word.folded, &word.lower) {
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        terms
    }

    fn stems(&mut self, language: usize, folded: &str, lower: &str) -> &[String] {
        if script_of(folded) != Some(STEMMED[language].2) {
            return self.unmarked(folded);
        }
        self.language(language).stems(folded, lower)
    }

    fn language(&mut self, language: usize) -> &mut Language {
        let (code, algorithm, _) = STEMMED[language];
        self.languages[language].get_or_insert_with(|| Language::new(code, algorithm))
    }

    fn unmarked(&mut self, folded: &str) -> &[String] {
        self.unmarked[0].clear();
        self.unmarked[0].push_str(folded);
        &self.unmarked
    }
}

/// The script of its first letter; nothing if it does not begin with a letter of one that is stemmed.
fn script_of(folded: &str) -> Option<Script> {
    Some(match folded.chars().next()? {
        'a'..='z' => Script::Latin,
        '\u{370}'..='\u{3ff}' => Script::Greek,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{620}'..='\u{6ff}' => Script::Arabic,
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{b80}'..='\u{bff}' => Script::Tamil,
        _ => return None,
    })
}

/// One stemmer and the words it remembers: each has its slot, and a newcomer takes the place of whoever is in it. So the
/// memory is bounded and no choice of words makes it slow.
struct Language {
    code: &'static str,
    stemmer: Stemmer,
    remembered: Vec<Remembered>,
}

#[derive(Clone, Default)]
struct Remembered {
    folded: String,
    lower: String,
    terms: Vec<String>,
}

impl Language {
    fn new(code: &'static str, algorithm: Algorithm) -> Language {
        Language { code, stemmer: Stemmer::new(algorithm), remembered: Vec::new() }
    }

    fn stems(&mut self, folded: &str, lower: &str) -> &[String] {
        if self.remembered.is_empty() {
            self.remembered.resize_with(REMEMBERED, Remembered::default);
        }
        let slot = slot(lower);
        if self.remembered[slot].lower != lower || self.remembered[slot].folded != folded {
            let terms = self.stem(folded, lower);
            self.remembered[slot] = Remembered { folded: folded.to_owned(), lower: lower.to_owned(), terms };
        }
        &self.remembered[slot].terms
    }

    fn stem(&self, folded: &str, lower: &str) -> Vec<String> {
        let mut terms = vec![self.marked(lower)];
        if folded != lower {
            let plain = self.marked(folded);
            if plain != terms[0] {
                terms.push(plain);
            }
        }
        terms
    }

    fn marked(&self, word: &str) -> String {
        let stem = self.stemmer.stem(word);
        let mut term = String::with_capacity(self.code.len() + 1 + stem.len());
        term.push_str(self.code);
        term.push(STEM_MARK);
        push_folded(&stem, &mut term);
        term
    }
}

/// Fowler-Noll-Vo, 64 bits, folded to the number of slots.
fn slot(word: &str) -> usize {
    let hash = word
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    (hash ^ (hash >> 32)) as usize & (REMEMBERED - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(stemmers: &mut Stemmers, lang: &str, word: &str) -> Vec<String> {
        let (mut folded, mut lower) = (String::new(), String::new());
        crate::analysis::fold::push_word(word, lang == "tr", &mut folded, &mut lower);
        let word = Word { position: 0, span: 1, at: 0..word.len(), folded: &folded, lower: &lower, acronym: None };
        let mut terms = Vec::new();
        stemmers.index_terms(&word, Some(lang), &mut terms);
        terms
    }

    #[track_caller]
    fn check(lang: &str, word: &str, expected: &[&str]) {
        assert_eq!(terms(&mut Stemmers::new(), lang, word), expected, "{lang} {word}");
    }

    #[test]
    fn a_stem_is_marked_with_its_language() {
        check("en", "mines", &["en\u{1e}mine"]);
        check("en-GB", "mined", &["en\u{1e}mine"]);
        check("nb", "avisene", &["no\u{1e}avis"]);
        check("ru", "российский", &["ru\u{1e}россииск"]);
        check("el", "αντιθετε", &["el\u{1e}ανετ"]);
    }

    #[test]
    fn a_word_has_two_stems_where_its_diacritics_matter() {
        check("pt", "informação", &["pt\u{1e}inform", "pt\u{1e}informaca"]);
        check("fi", "pöydällä", &["fi\u{1e}poyda"]);
    }

    #[test]
    fn what_a_stemmer_does_not_know_stands_unmarked() {
        check("en", "2025", &["2025"]);
        check("en", "Москва", &["москва"]);
        check("ru", "Google", &["google"]);
        check("sw", "habari", &["habari"]);
        check("ko", "정부는", &["정부는"]);
    }

    #[test]
    fn languages_are_known_by_their_primary_subtag() {
        assert!(has_stemmer("en") && has_stemmer("pt-BR") && has_stemmer("DE_at") && has_stemmer("nn"));
        assert!(!has_stemmer("ja") && !has_stemmer("") && !has_stemmer("eng") && !has_stemmer("-en"));
    }

    #[test]
    fn what_is_remembered_is_what_was_said_first() {
        let mut stemmers = Stemmers::new();
        let words: Vec<String> = (0..3 * REMEMBERED).map(|n| format!("word{n}s")).collect();
        for word in words.iter().chain(&words) {
            assert_eq!(terms(&mut stemmers, "en", word), [format!("en\u{1e}{}", word.trim_end_matches('s'))]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn no_stemmer_stumbles(
            lang in 0..STEMMED.len(),
            word in "\\PC{1,20}|[a-zäöüßåæøéèêíóúñçşğıăâîșţőű']{1,20}|[а-яё]{1,20}|[α-ωάέήίόύώϊϋς]{1,20}|[ء-يً-ْ]{1,20}|[அ-ஹா-்]{1,20}",
        ) {
            let (mut folded, mut lower) = (String::new(), String::new());
            crate::analysis::fold::push_word(&word, false, &mut folded, &mut lower);
            let terms = Stemmers::new().query_terms(&QueryWord { folded, lower, acronym: None }, &[STEMMED[lang].0]);
            prop_assert!((1..=3).contains(&terms.len()));
        }
    }
}
