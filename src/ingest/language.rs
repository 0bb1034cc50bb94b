//! Which language an article is in: as declared, else as it reads.

use std::sync::Arc;

use crate::article::Article;

/// Below this many letters detection is a guess.
const ENOUGH: usize = 60;

/// Three-letter codes and English names of languages, and their two-letter codes.
const CODES: &[(&str, &str)] = &[
    ("eng", "en"),
    ("english", "en"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("french", "fr"),
    ("deu", "de"),
    ("ger", "de"),
    ("german", "de"),
    ("spa", "es"),
    ("spanish", "es"),
    ("ita", "it"),
    ("por", "pt"),
    ("rus", "ru"),
    ("russian", "ru"),
    ("fin", "fi"),
    ("swe", "sv"),
    ("nob", "nb"),
    ("dan", "da"),
    ("nld", "nl"),
    ("tur", "tr"),
    ("ell", "el"),
    ("hun", "hu"),
    ("ron", "ro"),
    ("ara", "ar"),
    ("arabic", "ar"),
    ("kur", "ku"),
    ("pes", "fa"),
    ("fas", "fa"),
    ("heb", "he"),
    ("hin", "hi"),
    ("ben", "bn"),
    ("tam", "ta"),
    ("tel", "te"),
    ("cmn", "zh"),
    ("zho", "zh"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("tha", "th"),
    ("vie", "vi"),
    ("ind", "id"),
    ("pol", "pl"),
    ("ces", "cs"),
    ("slk", "sk"),
    ("ukr", "uk"),
    ("bel", "be"),
    ("bul", "bg"),
    ("srp", "sr"),
    ("hrv", "hr"),
    ("slv", "sl"),
    ("lit", "lt"),
    ("lav", "lv"),
    ("est", "et"),
    ("cat", "ca"),
    ("hau", "ha"),
    ("swa", "sw"),
    ("amh", "am"),
    ("som", "so"),
    ("yor", "yo"),
    ("ibo", "ig"),
    ("zul", "zu"),
    ("afr", "af"),
    ("urd", "ur"),
    ("epo", "eo"),
    ("finnish", "fi"),
    ("swedish", "sv"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("dutch", "nl"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("polish", "pl"),
    ("kurdish", "ku"),
    ("ckb", "ckb"),
    ("persian", "fa"),
    ("chinese", "zh"),
    ("japanese", "ja"),
    ("korean", "ko"),
];

/// Settles the language tag: the declared one tidied up, or what the text is detected to be, or else the language of
/// what it was read with, if that is written in the same script.
pub(super) fn settle(article: &mut Article, around: Option<&str>) {
    let declared = article.lang.as_deref().and_then(tidy);
    article.lang = declared.or_else(|| {
        let sample = sample(article);
        detect(&sample, ENOUGH).or_else(|| around.filter(|around| is_script_of(&sample, around)).map(str::to_owned))
    });
}

/// The language of a file: that of a folder it lies in, `news/fra/`, or else of its beginning. It speaks for articles
/// too short to tell by themselves.
pub(super) fn around(inside: &str, head: &str) -> Option<Arc<str>> {
    let folders = inside.rsplit(['/', '!']).skip(1);
    let code = |folder: &str| {
        let folder = folder.to_ascii_lowercase();
        CODES
            .iter()
            .find(|(long, short)| long.len() == 3 && (*long == folder || *short == folder))
            .map(|(_, short)| *short)
    };
    let found = folders.filter_map(code).next().map(str::to_owned);
    found.or_else(|| detect(head, ENOUGH * 10)).map(Arc::from)
}

fn is_script_of(sample: &str, language: &str) -> bool {
    let script = |text: &str| whatlang::detect_script(text);
    let own = match language.split('-').next().unwrap_or_default() {
        "ar" | "fa" | "ur" => Some(whatlang::Script::Arabic),
        "ru" | "uk" | "be" | "bg" | "sr" => Some(whatlang::Script::Cyrillic),
        "am" => Some(whatlang::Script::Ethiopic),
        "el" => Some(whatlang::Script::Greek),
        "he" => Some(whatlang::Script::Hebrew),
        "hi" => Some(whatlang::Script::Devanagari),
        "zh" => Some(whatlang::Script::Mandarin),
        "ko" => Some(whatlang::Script::Hangul),
        "th" => Some(whatlang::Script::Thai),
        "ja" | "ku" | "bn" | "ta" | "te" => return true,
        _ => Some(whatlang::Script::Latin),
    };
    script(sample).is_none_or(|script| Some(script) == own)
}

/// `en_EN` is `en`, `EN-gb` is `en-GB`, `eng` is `en`.
fn tidy(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let first = parts.next()?.to_lowercase();
    if first.is_empty() || first.len() > 8 || !first.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let language = CODES.iter().find(|(code, _)| *code == first).map_or(first.as_str(), |(_, short)| short).to_owned();
    match parts.next().map(str::to_uppercase) {
        Some(region) if region.len() == 2 && region != language.to_uppercase() => Some(format!("{language}-{region}")),
        _ => Some(language),
    }
}

fn sample(article: &Article) -> String {
    let mut sample = article.headline.clone();
    for text in article.lead.iter().chain(&article.body) {
        sample.push(' ');
        sample.push_str(text);
        if sample.len() > 4000 {
            break;
        }
    }
    sample
}

/// Languages that the detector sees in others it does not know: Swahili is not Shona, nor Hausa Javanese.
const SEEN_IN_OTHERS: &[whatlang::Lang] = &[
    whatlang::Lang::Aka,
    whatlang::Lang::Epo,
    whatlang::Lang::Jav,
    whatlang::Lang::Lat,
    whatlang::Lang::Sna,
    whatlang::Lang::Tgl,
    whatlang::Lang::Tuk,
    whatlang::Lang::Uzb,
    whatlang::Lang::Zul,
];

fn detect(sample: &str, enough: usize) -> Option<String> {
    if sample.chars().filter(|c| c.is_alphabetic()).take(enough).count() < enough {
        return None;
    }
    let info = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    Some(info.lang()).filter(|lang| !SEEN_IN_OTHERS.contains(lang)).and_then(|lang| tidy(lang.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_tidied() {
        for (given, expected) in
            [("en_EN", "en"), ("EN-gb", "en-GB"), ("eng", "en"), ("German", "de"), ("pt-BR", "pt-BR")]
        {
            assert_eq!(tidy(given).as_deref(), Some(expected));
        }
        assert_eq!(tidy("1"), None);
    }

    #[test]
    fn what_is_too_short_to_tell_is_in_the_language_around_it() {
        let lang = |headline: &str, around| {
            let mut article = Article { headline: headline.to_owned(), ..Article::default() };
            settle(&mut article, around);
            article.lang
        };
        assert_eq!(lang("Kallis talo", Some("fi")).as_deref(), Some("fi"));
        assert_eq!(lang("Дорогой дом", Some("fi")), None);
        assert_eq!(lang("Kallis talo", None), None);
        let english = "The government said on Monday that it would not raise taxes on houses this year or the next.";
        assert_eq!(lang(english, Some("fi")).as_deref(), Some("en"));
        assert_eq!(around("!data/hau/dev.tsv", "x").as_deref(), Some("ha"));
        assert_eq!(around("/a.csv", "x"), None);
    }
}
