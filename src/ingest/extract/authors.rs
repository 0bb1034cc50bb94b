//! Names out of bylines: `By TOM KRISHER, AP Auto Writer`, `Anna B und Cem D`, `Text: Eva F (dpa)`.

use crate::ingest::clean;

/// Names of one article.
const MOST: usize = 40;

/// What stands before a name, in small letters.
const BEFORE: &[&str] = &[
    "by",
    "written by",
    "posted by",
    "reported by",
    "reporting by",
    "story by",
    "words by",
    "edited by",
    "article by",
    "author",
    "authors",
    "von",
    "von:",
    "text",
    "text:",
    "ein artikel von",
    "eine analyse von",
    "ein kommentar von",
    "aus",
    "par",
    "propos recueillis par",
    "por",
    "per",
    "di",
    "a cura di",
    "door",
    "av",
    "af",
    "tekst",
    "tekst:",
    "foto",
    "text och foto",
    "teksti",
    "teksti:",
    "od",
    "autor",
    "autor:",
    "autora",
    "autore",
    "auteur",
    "автор",
    "автор:",
    "текст",
    "od:",
    "napsal",
    "oleh",
    "penulis",
    "yazan",
    "skrevet af",
    "skrevet av",
    "publié par",
    "publicado por",
    "redactado por",
    "szerző",
    "szerző:",
    "autori",
    "autorius",
    "autors",
    "tác giả",
    "بقلم",
    "كتب",
    "کتب",
    "مؤلف",
    "נכתב על ידי",
    "מאת",
    "文",
    "記者",
    "记者",
    "文/",
    "글",
];

/// Words that join two names.
const BETWEEN: &[&str] = &[
    " and ",
    " & ",
    " und ",
    " et ",
    " y ",
    " e ",
    " och ",
    " og ",
    " ja ",
    " i ",
    " en ",
    " a ",
    " și ",
    " si ",
    " ve ",
    " и ",
    " і ",
    " та ",
    " και ",
    " és ",
    " dan ",
    " và ",
    " und\u{a0}",
    " with ",
    " avec ",
    " con ",
    " mit ",
    " with additional reporting by ",
];

/// What is said of somebody behind the name: no name by itself.
const ROLES: &[&str] = &[
    "writer",
    "reporter",
    "correspondent",
    "editor",
    "staff",
    "contributor",
    "columnist",
    "journalist",
    "associated press",
    "press association",
    "freelance",
    "bureau",
    "chief",
    "producer",
    "analyst",
    "photographer",
    "redakteur",
    "redakteurin",
    "korrespondent",
    "journaliste",
    "redacción",
    "redacao",
    "redação",
    "correspondant",
    "corresponsal",
    "redaktør",
    "toimittaja",
    "reportero",
    "special to",
    "agency",
    "news service",
    "m.d.",
    "md",
    "phd",
    "ph.d.",
    "professor",
    "university",
    "jr.",
    "sr.",
    "jr",
    "ap",
    "afp",
    "reuters",
    "dpa",
    "upi",
    "pti",
    "ans",
    "news",
    "politics",
    "sports",
    "director",
    "author",
];

/// Names of nobody.
const NOBODY: &[&str] = &[
    "admin",
    "administrator",
    "editor",
    "staff",
    "staff writer",
    "staff reporter",
    "newsroom",
    "web desk",
    "news desk",
    "online desk",
    "webmaster",
    "author",
    "user",
    "guest",
    "unknown",
    "anonymous",
    "none",
    "null",
    "undefined",
    "n/a",
    "nan",
    "false",
    "true",
    "root",
    "by",
    "view all posts",
    "follow author",
    "read more",
    "more",
    "share",
    "follow",
    "view bio",
    "email",
    "twitter",
    "facebook",
    "see more",
    "see bio",
    "contributor",
    "default",
    "autor",
    "redaktion",
    "die redaktion",
];

/// The names in the values of one place, each once.
pub(super) fn names(values: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in values.iter().flat_map(|value| split(value)) {
        let is_known = found.iter().any(|known| known.to_lowercase() == name.to_lowercase());
        if !is_known && found.len() < MOST {
            found.push(name);
        }
    }
    found
}

/// The names in one byline.
pub(super) fn split(byline: &str) -> Vec<String> {
    let line = clean::line(byline);
    if is_address(&line) || line.chars().count() > 300 {
        return Vec::new();
    }
    // What is said behind a bar is the paper, the day or a role.
    let bars = [" | ", " • ", " · ", " – ", " — "];
    let parts = bars
        .iter()
        .fold(vec![line.as_str()], |parts, bar| parts.into_iter().flat_map(|part| part.split(*bar)).collect());
    parts.into_iter().map(in_part).find(|names| !names.is_empty()).unwrap_or_default()
}

fn in_part(part: &str) -> Vec<String> {
    let line = without_before(part);
    let apart = line.contains([';', '、', '،']) || line.contains('/') && !line.contains("//") && line.contains(' ');
    let parts: Vec<&str> = match apart {
        true => line.split([';', '、', '،', '/']).collect(),
        false => by_commas(line),
    };
    parts.into_iter().flat_map(joined).filter_map(tidy).collect()
}

/// Is this no name but where somebody is found?
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_lowercase();
    lower.starts_with("http:")
        || lower.starts_with("https:")
        || lower.starts_with("www.")
        || lower.starts_with("//")
        || lower.starts_with('@')
        || text.starts_with('/')
        || text.len() > 12 && text.bytes().all(|byte| byte.is_ascii_digit())
        || !text.contains(' ') && text.contains('@')
}

/// Cuts commas where they stand between names, and what else stands behind them.
fn by_commas(line: &str) -> Vec<&str> {
    let parts: Vec<&str> = line.split([',', '，']).map(str::trim).filter(|part| !part.is_empty()).collect();
    // `Krause, Anna`: a family name first.
    let is_single = |part: &str| part.split_whitespace().count() == 1;
    if let [family, given] = parts[..]
        && is_single(family)
        && given.split_whitespace().count() <= 2
        && !is_role(given)
        && !is_role(family)
    {
        return vec![line];
    }
    let mut names: Vec<&str> = Vec::new();
    for part in parts {
        if names.is_empty() || !is_role(part) && looks_like_name(part) {
            names.push(part);
        }
    }
    names
}

/// Parts on both sides of `and`, where both are names.
fn joined(part: &str) -> Vec<&str> {
    let part = part.trim();
    for word in BETWEEN {
        let lower = part.to_lowercase();
        let Some(at) = lower.find(word).filter(|_| lower.len() == part.len()) else { continue };
        let (left, right) = (&part[..at], &part[at + word.len()..]);
        let is_plain = word.trim().len() > 2 || word.contains('&');
        let long = |side: &str| side.split_whitespace().count() > 1;
        if long(left) && long(right) || is_plain && looks_like_name(left) && looks_like_name(right) {
            return [joined(left), joined(right)].concat();
        }
    }
    vec![part]
}

fn without_before(line: &str) -> &str {
    let mut line = line.trim();
    for _ in 0..3 {
        let lower = line.to_lowercase();
        let cut = BEFORE
            .iter()
            .filter(|word| {
                lower
                    .strip_prefix(**word)
                    .is_some_and(|rest| rest.starts_with([':', ' ', '\u{a0}', '：', '/']) || word.ends_with([':', '/']))
            })
            .map(|word| word.len())
            .max()
            .filter(|_| lower.len() == line.len());
        let Some(cut) = cut else { break };
        // `De La Cruz` and `Von der Leyen` are names: what stands before one is in small letters or begins a line of more words.
        let rest = line[cut..].trim_start_matches([':', ' ', '\u{a0}', '：', '/']);
        if rest.is_empty() {
            break;
        }
        line = rest;
    }
    line
}

fn is_role(part: &str) -> bool {
    let lower = part.to_lowercase();
    ROLES.iter().any(|role| {
        lower.match_indices(role).any(|(at, role)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + role.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    }) || lower.contains(".com")
        || lower.contains('@')
}

/// A few words that begin as names do.
pub(super) fn looks_like_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let begins =
        |word: &&str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase() && c.is_alphabetic());
    let count = words.iter().filter(|word| begins(word)).count();
    (1..=6).contains(&words.len())
        && text.chars().count() <= 60
        && count * 2 >= words.len()
        && count > 0
        && !text.chars().any(char::is_numeric)
        && !text.contains(['?', '!', '…', '{', '}', '<', '=', '“', '”'])
}

fn tidy(name: &str) -> Option<String> {
    let mut name = name.trim();
    // `Eva F (dpa)`, `Eva F <eva@paper.example>`
    for open in [" (", " <", " ["] {
        name = name.split(open).next().unwrap_or(name);
    }
    let kept: Vec<&str> =
        name.split_whitespace().filter(|word| !word.contains('@') && !word.starts_with("http")).collect();
    let name = kept.join(" ");
    let name = without_before(&name).trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|' | '-' | '–' | '—' | '*' | '"' | '·' | '•' | '/')
    });
    let is_nobody = NOBODY.contains(&name.to_lowercase().as_str());
    let sound = !is_nobody
        && name.chars().any(char::is_alphabetic)
        && name.chars().count() <= 100
        && name.split_whitespace().count() <= 10;
    (sound && !is_address(name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(byline: &str, expected: &[&str]) {
        assert_eq!(split(byline), expected, "{byline}");
    }

    #[test]
    fn names_are_found_in_bylines() {
        check("By Anna Krause", &["Anna Krause"]);
        check("By ANNA KRAUSE, AP Auto Writer", &["ANNA KRAUSE"]);
        check("By MEG KRAUSE and ERRIN HALL, Associated Press", &["MEG KRAUSE", "ERRIN HALL"]);
        check("Von Anna Krause und Cem Demir", &["Anna Krause", "Cem Demir"]);
        check("Anna Krause, Cem Demir and Eva Falk", &["Anna Krause", "Cem Demir", "Eva Falk"]);
        check("Anna Krause; Cem Demir", &["Anna Krause", "Cem Demir"]);
        check("Anna Krause | The Tin Times", &["Anna Krause"]);
        check("Text: Anna Krause (dpa)", &["Anna Krause"]);
        check("Par Anna Krause avec Eva Falk", &["Anna Krause", "Eva Falk"]);
        check("Krause, Anna", &["Krause, Anna"]);
        check("José Ortega y Gasset", &["José Ortega y Gasset"]);
        check("Автор: Анна Краузе", &["Анна Краузе"]);
        check("山田太郎", &["山田太郎"]);
        check("Byron Krause", &["Byron Krause"]);
        check("anna@paper.example Anna Krause", &["Anna Krause"]);
        check("Troy L. Smith, Cleveland.com", &["Troy L. Smith"]);
    }

    #[test]
    fn what_is_nobody_is_no_author() {
        for byline in
            ["https://a.example/anna", "@anna", "admin", "12345678901234567", "Staff", "anna@paper.example", ""]
        {
            check(byline, &[]);
        }
    }

    #[test]
    fn each_once() {
        assert_eq!(names(&["Anna Krause".to_owned(), "By ANNA KRAUSE".to_owned()]), ["Anna Krause"]);
    }
}
