//! Which language an article is in: as declared, else as it reads.

use std::sync::Arc;

use crate::article::Article;

/// Bytes of a text that are looked at.
const SAMPLE: usize = 4000;

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

/// Words of a text that is believed against what is declared, or letters where words have no spaces between them; and how sure
/// the detector is of it.
const LONG: usize = 200;
const LONG_FAR: usize = 600;
const SURE: f64 = 0.9;

/// Languages that are taken for each other, and names of one and the same: there the declared one counts.
const RELATIVES: &[&[&str]] = &[
    &["no", "nb", "nn", "da", "sv"],
    &["hr", "sr", "bs", "sh", "sl", "mk", "bg"],
    &["id", "ms", "jv"],
    &["cs", "sk"],
    &["es", "ca", "pt", "gl"],
    &["hi", "mr", "ne"],
    &["ar", "fa", "ur"],
    &["tr", "az", "tk"],
    &["nl", "af"],
    &["he", "yi"],
    &["ru", "be"],
];

/// Settles the language tag: the declared one tidied up, unless a long text is clearly in another, or what the text is detected to be, or else the language of
/// what it was read with, if that is written in the same script.
pub(super) fn settle(article: &mut Article, around: Option<&str>) {
    let declared = article.lang.as_deref().and_then(tidy);
    if let Some(read) = declared.as_deref().and_then(|declared| instead(article, declared)) {
        article.provenance.remove("lang");
        article.lang = Some(read);
        return;
    }
    article.lang = declared.or_else(|| {
        let sample = sample(article);
        detect(&sample, ENOUGH).or_else(|| around.filter(|around| is_script_of(&sample, around)).map(str::to_owned))
    });
}

/// The language that a long text is in from beginning to end, where another is declared that would be known from it.
fn instead(article: &Article, declared: &str) -> Option<String> {
    let declared = declared.split('-').next().unwrap_or_default();
    let is_known = |lang: &whatlang::Lang| tidy(lang.code()).as_deref() == Some(declared);
    if !whatlang::Lang::all().iter().any(is_known) {
        return None;
    }
    let words = article.body.iter().flat_map(|paragraph| paragraph.split_whitespace());
    let is_far = |c: char| matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{9fff}');
    let far = || article.body.iter().flat_map(|paragraph| paragraph.chars()).filter(|c| is_far(*c));
    if words.take(LONG).count() < LONG && far().take(LONG_FAR).count() < LONG_FAR {
        return None;
    }
    let text = article.body.join(" ");
    let middle = text.floor_char_boundary(text.len() / 2);
    let halves = [
        &text[..middle.min(text.floor_char_boundary(SAMPLE))],
        &text[middle..text.floor_char_boundary(middle + SAMPLE)],
    ];
    let [one, other] = halves.map(|half| whatlang::detect(half).filter(|info| info.confidence() >= SURE));
    let lang = one?.lang();
    let read = tidy(lang.code())?;
    let are_related = RELATIVES.iter().any(|group| group.contains(&declared) && group.contains(&read.as_str()));
    let is_sound = other?.lang() == lang && !SEEN_IN_OTHERS.contains(&lang) && !are_related;
    (is_sound && read != declared).then_some(read)
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
        if sample.len() > SAMPLE {
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

    #[test]
    fn a_long_text_is_believed_against_what_is_declared() {
        let english = "The government said on Monday that it would not raise taxes on houses this year or the next, since \
                       nobody had asked for it and the towns have enough money.";
        let german = "Die Regierung sagte am Montag, dass sie die Steuern auf Häuser weder in diesem noch im nächsten Jahr \
                      erhöhen werde, weil niemand das verlangt habe und die Städte genug Geld hätten.";
        let lang = |declared: &str, body: &[&str], times: usize| {
            let body = body.iter().flat_map(|text| vec![(*text).to_owned(); times]).collect();
            let mut article = Article { lang: Some(declared.to_owned()), body, ..Article::default() };
            article.provenance.insert("lang".to_owned(), "html".to_owned());
            settle(&mut article, None);
            (article.lang.unwrap(), article.provenance.contains_key("lang"))
        };
        assert_eq!(lang("de", &[english], 12), ("en".to_owned(), false));
        assert_eq!(lang("en-US", &[german], 12), ("de".to_owned(), false));
        assert_eq!(lang("de", &[english], 3), ("de".to_owned(), true), "too short to say");
        assert_eq!(lang("de-AT", &[german], 12), ("de-AT".to_owned(), true));
        assert_eq!(lang("de", &[german, english], 12), ("de".to_owned(), true), "in both");
        assert_eq!(lang("cy", &[english], 12), ("cy".to_owned(), true), "what nobody would know");
        let danish = "Regeringen sagde mandag, at den ikke vil hæve skatten på huse hverken i år eller næste år, fordi ingen \
                      har bedt om det, og byerne har penge nok.";
        assert_eq!(lang("no", &[danish], 12), ("no".to_owned(), true), "they are taken for each other");
    }
}
