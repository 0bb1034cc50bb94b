//! The headline: of all that a page is called, what most of those say who should know.

use super::Reader;
use super::marks::Heading;
use super::titles::{before_name, is_site, letters, without_site};
use super::trust::{self, Found, found};

/// Headlines that are compared with each other.
const MOST: usize = 40;

/// A headline that is longer is none.
const LONGEST: usize = 1_000;

/// A headline of so many characters may have been cut short for a program; one of so few says too little to tell.
const PERHAPS_CUT: usize = 60;
const TELLING: usize = 20;

/// A heading of fewer characters may be the name of a part of the site.
const SHORTEST_HEADING: usize = 8;

impl Reader<'_> {
    pub(super) fn headline(&self, sites: &[String]) -> Option<Found<String>> {
        choose(trust::ranked("headline", self.headlines()), sites, &self.sections())
    }

    /// All that the article is called.
    pub(super) fn headlines(&self) -> Vec<Found<String>> {
        let mut titles = self.told_headlines();
        titles.extend(self.metas("dublin-core", &["dc:title", "dcterm:title", "dc.title", "dcterms.title"]));
        titles.extend(self.metas("opengraph", &["og:title"]));
        titles.extend(self.main_heading().map(|heading| found("visible", heading.text.clone())));
        titles.extend(self.metas(
            "meta",
            &[
                "parsely-title",
                "sailthru.title",
                "citation_title",
                "weibo:article:title",
                "twitter:title",
                "twitter:text:title",
                "title",
            ],
        ));
        titles.extend(self.marks.title.clone().map(|title| found("title", title)));
        titles
    }

    /// What the article's object calls itself: by its headline; by its name, where only that stands on the page.
    fn told_headlines(&self) -> Vec<Found<String>> {
        let names = self.told().filter_map(|(from, thing)| Some(found(from, thing.own_text("name")?)));
        let mut headlines = self.texts("headline");
        let shown: Vec<String> = self
            .marks
            .headings
            .iter()
            .map(|heading| &heading.text)
            .chain(&self.marks.title)
            .map(|title| letters(title))
            .collect();
        let is_shown = |title: &str| shown.iter().any(|shown| shown.contains(&letters(title)));
        for name in names {
            match headlines.iter_mut().find(|headline| headline.from == name.from) {
                Some(headline) if !is_shown(&headline.value) && is_shown(&name.value) => *headline = name,
                Some(_) => {}
                None => headlines.push(name),
            }
        }
        headlines
    }

    /// The first heading, of the second rank where there is none of the first; of several, and where the page has a title, one that this repeats.
    pub(super) fn main_heading(&self) -> Option<&Heading> {
        let headings = &self.marks.headings;
        let Some(title) = self.marks.title.as_deref().map(letters) else { return headings.first() };
        let headings = if headings.is_empty() { &self.marks.seconds } else { headings };
        let is_title = |heading: &&Heading| {
            heading.text.chars().count() > SHORTEST_HEADING && title.contains(&letters(&heading.text))
        };
        headings.iter().find(is_title)
    }
}

/// The best of the headlines of a page, the most trusted first; `sites` are the names the site goes by, `sections` what it
/// calls its parts.
fn choose(titles: Vec<Found<String>>, sites: &[String], sections: &[String]) -> Option<Found<String>> {
    let titles: Vec<Found<String>> =
        titles.into_iter().filter(|title| title.value.chars().count() <= LONGEST).take(MOST).collect();
    let all: Vec<String> = titles.iter().map(|title| title.value.clone()).collect();
    let cleaned: Vec<Found<String>> = titles
        .into_iter()
        .map(|title| Found { value: without_site(&title.value, sites, sections, &all), ..title })
        .filter(|title| title.value.chars().any(char::is_alphanumeric) && !is_site(&title.value, sites))
        .collect();
    let chosen = agreed(&cleaned)?;
    // Nobody else says how it is called, and the title of a window ends with a name.
    if cleaned.len() == 1
        && chosen.from == "title"
        && let Some(before) = before_name(&chosen.value)
    {
        return Some(found(chosen.from, before.to_owned()));
    }
    // What was cut short for a program stands whole elsewhere.
    let start = letters(&chosen.value);
    let is_cut =
        chosen.value.ends_with('…') || chosen.value.ends_with("...") || chosen.value.chars().count() >= PERHAPS_CUT;
    let whole = cleaned.iter().find(|title| {
        let other = letters(&title.value);
        is_cut && start.len() >= TELLING && other.len() > start.len() && other.starts_with(&start)
    });
    Some(whole.unwrap_or(chosen).clone())
}

/// The most trusted, unless two others of different kinds agree on another and nobody on this: headlines for search
/// engines are often not the ones that readers see.
fn agreed(titles: &[Found<String>]) -> Option<&Found<String>> {
    let voices: Vec<(Voice, String)> = titles.iter().map(|title| (voice(title.from), letters(&title.value))).collect();
    let is_seconded = |at: usize| {
        let (voice, text) = &voices[at];
        voices.iter().any(|(other, said)| other != voice && is_like(said, text))
    };
    let best = (0..titles.len()).find(|at| is_seconded(*at)).unwrap_or(0);
    titles.get(best)
}

/// The same, or the one is the beginning of the other, cut short.
fn is_like(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short == long || short.len() >= PERHAPS_CUT && long.starts_with(short)
}

/// Whom a headline is written for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Programs,
    Networks,
    Readers,
    Windows,
}

fn voice(from: &str) -> Voice {
    match from {
        "json-ld" | "microdata" | "dublin-core" => Voice::Programs,
        "visible" => Voice::Readers,
        "title" => Voice::Windows,
        _ => Voice::Networks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_agree_on_is_believed_against_one() {
        let said = |from, text: &str| found(from, text.to_owned());
        let choose = |titles: &[Found<String>]| choose(titles.to_vec(), &[], &[]).unwrap().value;
        let own = said("json-ld", "Tin price record metal exchange");
        let (network, seen) = (said("opengraph", "Tin is up"), said("visible", "Tin is up"));
        assert_eq!(choose(&[own.clone(), network.clone(), seen.clone()]), "Tin is up");
        assert_eq!(choose(&[own.clone(), network.clone()]), own.value);
        let window = said("title", &own.value);
        assert_eq!(choose(&[own.clone(), network.clone(), seen.clone(), window]), own.value, "it is not alone");
        assert_eq!(choose(&[own.clone(), network, said("meta", "Tin is up")]), own.value, "these are of one kind");
    }

    #[test]
    fn what_was_cut_short_is_found_whole() {
        let cut = found("json-ld", "Tin has never cost as much as on…".to_owned());
        let whole = found("visible", "Tin has never cost as much as on this Tuesday".to_owned());
        assert_eq!(choose(vec![cut, whole.clone()], &[], &[]).unwrap(), whole);
        let short = found("json-ld", "Tin is up".to_owned());
        assert_eq!(
            choose(vec![short.clone(), found("visible", "Tin is up, again".to_owned())], &[], &[]).unwrap(),
            short
        );
    }

    #[test]
    fn a_headline_of_a_megabyte_is_none() {
        assert_eq!(choose(vec![found("visible", "a".repeat(1 << 20))], &[], &[]), None);
    }
}
