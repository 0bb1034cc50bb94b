//! Titles as they stand on pages, with the name of the site before or behind them.

/// What stands between a headline and the name of its site.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", " ❯ ", " ‹ ", "｜", " ︱ ", "_", " : ",
    " ~ ", " > ", "|", " ― ", " -", "–", "：", ": ",
];

/// How names of sites and of their parts end in Chinese and Japanese, and letters that such a name has at most.
const CHANNELS: &[&str] = &[
    "网",
    "網",
    "报",
    "報",
    "频道",
    "頻道",
    "新闻",
    "新聞",
    "新聞社",
    "ニュース",
    "在线",
    "在線",
    "资讯",
    "資訊",
    "门户",
    "客户端",
    "電視台",
    "电视台",
    "通信",
    "通讯社",
    "デジタル",
    "オンライン",
];
const LONGEST_CHANNEL: usize = 14;

/// Letters of these scripts that a headline has at least.
const SHORTEST_FAR: usize = 6;

/// Cuts the name of the site off; a dash or a colon of the headline itself stays.
pub(super) fn without_site(title: &str, sites: &[String], sections: &[String], others: &[String]) -> String {
    let mut title = title.trim();
    // A name, then another: `Headline - Section - Site`.
    for _ in 0..4 {
        match shorter(title, sites, sections, others).or_else(|| before_channel(title)) {
            Some(less) => title = less,
            None => break,
        }
        // `Headline | Section`, where the site has been cut off.
        if let Some((before, part)) =
            title.rsplit_once(" | ").filter(|(before, part)| words(part) <= 2 && words(before) > 2)
            && !part.ends_with(['?', '!'])
        {
            title = before;
        }
    }
    title.to_owned()
}

/// What stands before the last bar or dash of a title that nobody else repeats: what follows is the name of the site, if it
/// is short.
pub(super) fn before_name(title: &str) -> Option<&str> {
    let cuts = [" | ", " – ", " — ", " - ", " · ", " :: "].into_iter().filter_map(|mark| title.rsplit_once(mark));
    let (before, name) = cuts.min_by_key(|(_, name)| name.len())?;
    (words(name) <= 3 && words(before) > 3).then_some(before)
}

/// `标题_教育频道_某某网`: names behind bars, lines and dashes without a space.
fn before_channel(title: &str) -> Option<&str> {
    let at = title.rfind(['_', '-', '|', '｜', '－', '—', '–', '：'])?;
    let (before, name) = (title[..at].trim_end_matches([' ', '_', '-', '|', '｜', '－', '—']), &title[at..]);
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_channel = CHANNELS.iter().any(|end| name.ends_with(end)) && name.chars().count() <= LONGEST_CHANNEL;
    let far = before.chars().filter(|c| ('\u{3040}'..='\u{9fff}').contains(c)).count();
    (is_channel && far >= SHORTEST_FAR).then_some(before)
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn shorter<'a>(title: &'a str, sites: &[String], sections: &[String], others: &[String]) -> Option<&'a str> {
    let cuts = SEPARATORS.iter().flat_map(|separator| title.rmatch_indices(separator).take(3));
    let is_other = |part: &str| others.iter().any(|other| other != title && letters(other) == letters(part));
    let known = |part: &str| is_site(part, sites) || sections.iter().any(|section| letters(section) == letters(part));
    for (at, separator) in cuts {
        let (before, after) = (title[..at].trim(), title[at + separator.len()..].trim());
        if letters(before).is_empty() || letters(after).is_empty() {
            continue;
        }
        // Behind a colon stands what a headline says; only the name of the site does not.
        if matches!(separator, ": " | "：") {
            if is_site(after, sites) {
                return Some(before);
            }
            continue;
        }
        let is_bar = matches!(separator.trim(), "|" | "::" | "»" | "·" | "｜" | "_");
        if known(after)
            || is_other(before) && before.len() * 3 >= after.len()
            || is_bar && starts_with_site(after, sites)
            || is_dash(separator) && is_named_by_site(after, sites)
        {
            return Some(before);
        }
        // A name before a dash may be what the headline is about.
        if is_bar && separator != "_" && is_site(before, sites)
            || is_bar && is_other(after) && before.len() < after.len()
        {
            return Some(after);
        }
    }
    None
}

/// Is this a name of the site, perhaps with its country or its domain?
pub(super) fn is_site(part: &str, sites: &[String]) -> bool {
    let bare = letters(part);
    let ends = [
        "com", "org", "net", "couk", "de", "fr", "es", "it", "fi", "se", "nl", "pl", "ru", "in", "jp", "br", "online",
        "news",
    ];
    sites.iter().any(|site| {
        let site = letters(site);
        let is_longer = |long: &str, short: &str| {
            short.len() >= 3 && long.strip_prefix(short).is_some_and(|rest| ends.contains(&rest))
                || long.strip_prefix("the") == Some(short)
        };
        site == bare || is_longer(&bare, &site) || is_longer(&site, &bare)
    })
}

/// `BBC News` begins with the name `BBC`; so few words more do not make it a part of a headline.
pub(super) fn starts_with_site(part: &str, sites: &[String]) -> bool {
    let few = part.split_whitespace().count() <= 5;
    few && sites.iter().any(|site| letters(site).len() >= 3 && letters(part).starts_with(&letters(site)))
}

fn is_dash(separator: &str) -> bool {
    matches!(separator, " - " | " – " | " — ")
}

/// `BBC News`, `CNNPolitics` behind a dash: no more than three words, all of them as names are written.
fn is_named_by_site(part: &str, sites: &[String]) -> bool {
    let is_name = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || c == '&');
    words(part) <= 3 && part.split_whitespace().all(is_name) && starts_with_site(part, sites)
}

pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, expected: &str) {
        let sites = ["The Tin Times".to_owned(), "tintimes.example".to_owned(), "tintimes".to_owned()];
        let others = ["Zinc - and what it costs us all".to_owned()];
        assert_eq!(without_site(title, &sites, &["Mining".to_owned()], &others), expected, "{title}");
    }

    #[test]
    fn the_name_of_the_site_goes_and_the_headline_stays() {
        check("Tin is up | The Tin Times", "Tin is up");
        check("Tin is up - Mining - Tin Times", "Tin is up");
        check("Tin is up — TinTimes.example", "Tin is up");
        check("The Tin Times: tin is up", "The Tin Times: tin is up");
        check("The Tin Times | Tin is up", "Tin is up");
        check("TinTimes — how tin is bought", "TinTimes — how tin is bought");
        check("Tin is up | The Tin Times Europe", "Tin is up");
        check("Zinc - and what it costs us all - Every day", "Zinc - and what it costs us all");
        check("Tin: a history", "Tin: a history");
        check("Tin is up | Prices | The Tin Times", "Tin is up");
        check("Tin is up | Prices", "Tin is up | Prices");
        check("Tin is up - TinTimesPrices", "Tin is up");
        check("Tin is up – Tin Times Europe", "Tin is up");
        check("Tin is up - Tin Times says so", "Tin is up - Tin Times says so");
        check("锡价今天再次上涨_教育频道_某某青年网", "锡价今天再次上涨");
        check("锡价今天再次上涨-某某网", "锡价今天再次上涨");
        check("錫の価格がまた上がった：某某新聞デジタル", "錫の価格がまた上がった");
        check("锡-锌-铅", "锡-锌-铅");
        check("Tin is up: The Tin Times", "Tin is up");
        check("Tin is up: Prices", "Tin is up: Prices");
        check("Tin - the metal - is up", "Tin - the metal - is up");
        check("Price of tin - what The Tin Times says", "Price of tin - what The Tin Times says");
    }

    #[test]
    fn a_short_name_behind_the_last_dash_is_the_sites() {
        assert_eq!(before_name("Tin is up in London – My page"), Some("Tin is up in London"));
        assert_eq!(before_name("Tin – My page"), None);
        assert_eq!(before_name("Tin is up in London – and nobody knows why"), None);
    }
}
