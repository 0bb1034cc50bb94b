//! Which language an article is in: as declared, else as it reads.

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
];

/// Settles the language tag: the declared one tidied up, or what the text is detected to be.
pub(super) fn settle(article: &mut Article) {
    let declared = article.lang.as_deref().and_then(tidy);
    article.lang = declared.or_else(|| detect(article));
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

fn detect(article: &Article) -> Option<String> {
    let mut sample = article.headline.clone();
    for text in article.lead.iter().chain(&article.body) {
        sample.push(' ');
        sample.push_str(text);
        if sample.len() > 4000 {
            break;
        }
    }
    if sample.chars().filter(|c| c.is_alphabetic()).count() < ENOUGH {
        return None;
    }
    let info = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    tidy(info.lang().code())
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
}
