//! The headline: of all that a page is called, what most of those say who should know.

use url::Url;

use super::Reader;
use super::marks::Heading;
use super::titles::{before_name, is_site, letters, starts_with_site, without_site};
use super::trust::{self, Found, found};
use crate::identity;

/// Headlines that are compared with each other.
const MOST: usize = 40;

/// A headline that is longer is none.
const LONGEST: usize = 1_000;

/// A headline of so many characters may have been cut short for a program; one of so few says too little to tell.
const PERHAPS_CUT: usize = 60;
const TELLING: usize = 20;

/// A heading of fewer characters may be the name of a part of the site.
const SHORTEST_HEADING: usize = 8;

/// A step of the way to the page that is longer is the page itself.
const LONGEST_PART: usize = 30;

impl Reader<'_> {
    pub(super) fn headline(&self, sites: &[String]) -> Option<Found<String>> {
        let mut titles = trust::ranked("headline", self.headlines());
        // A heading that the title of the window does not repeat may be of the site, unless somebody else says the same, or
        // nobody else says anything and it is called the headline, or the window says far less.
        let is_alone = titles.iter().all(|title| matches!(title.from, "visible" | "title"));
        let length = |text: &str| letters(text).chars().count();
        let window = self.marks.title.as_deref().map(length).unwrap_or_default();
        let says_less = |heading: &str| window * 3 <= length(heading) * 2;
        let is_titled = self.titled_heading().is_some();
        let is_called = self.main_heading().is_some_and(|heading| heading.is_called);
        titles.sort_by_key(|title| {
            title.from == "visible" && !is_titled && !(is_alone && (is_called || says_less(&title.value)))
        });
        choose(titles, sites, &self.sections())
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

    /// The first heading, of the second rank where there is none of the first; where the page has a title, one that this
    /// repeats, else the only one there is: titles are often written for search engines, and headings for readers.
    pub(super) fn main_heading(&self) -> Option<&Heading> {
        self.titled_heading().or_else(|| self.lone_heading()).or_else(|| self.called_heading())
    }

    fn titled_heading(&self) -> Option<&Heading> {
        let headings = &self.marks.headings;
        let Some(title) = self.marks.title.as_deref().map(letters) else { return headings.first() };
        let sites = self.own_sites();
        let is_title = |heading: &&Heading| {
            heading.text.chars().count() > SHORTEST_HEADING
                && title.contains(&letters(&heading.text))
                && !is_site(&heading.text, &sites)
        };
        if !headings.is_empty() {
            return headings.iter().find(is_title);
        }
        self.marks.seconds.iter().find(is_title)
    }

    /// The only heading of the second rank that says that it is the headline.
    fn called_heading(&self) -> Option<&Heading> {
        let sites = self.own_sites();
        let mut called =
            self.marks.seconds.iter().filter(|heading| heading.is_called && !is_site(&heading.text, &sites));
        let first = called.next()?;
        called.all(|other| letters(&other.text) == letters(&first.text)).then_some(first)
    }

    /// All the names of the site that the page is of.
    fn own_sites(&self) -> Vec<String> {
        let address = self.fetched.map(Url::as_str).or(self.marks.canonical.as_deref());
        self.sites(address.and_then(identity::site_of).as_deref())
    }

    /// The only heading of the first rank that says more than what the site, or a part of it, is called.
    fn lone_heading(&self) -> Option<&Heading> {
        let sites = self.own_sites();
        let parts: Vec<String> =
            self.scripts.breadcrumbs().into_iter().chain(self.items.breadcrumbs()).map(|part| letters(&part)).collect();
        let is_part = |text: &str| text.chars().count() <= LONGEST_PART && parts.contains(&letters(text));
        let says_more = |heading: &&Heading| {
            let text = &heading.text;
            let is_long = text.split_whitespace().count() > 2 || text.chars().filter(|c| is_far(*c)).count() > 5;
            is_long && !is_site(text, &sites) && !starts_with_site(text, &sites) && !is_part(text)
        };
        let mut headings = self.marks.headings.iter().filter(says_more);
        let first = headings.next()?;
        headings.all(|other| letters(&other.text) == letters(&first.text)).then_some(first)
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
    Some(best_written(whole.unwrap_or(chosen), &cleaned).clone())
}

/// Of spellings with the same letters the one that readers see, where the other is shouted, or has the quotation marks of
/// a typewriter.
fn best_written<'a>(chosen: &'a Found<String>, titles: &'a [Found<String>]) -> &'a Found<String> {
    let is_shouted = |text: &str| !text.contains(char::is_lowercase) && text.contains(char::is_uppercase);
    let is_typed = |text: &str| text.contains(['"', '\'']);
    let is_better = |title: &&Found<String>| {
        let shouted = is_shouted(&chosen.value) && !is_shouted(&title.value);
        let typed = is_typed(&chosen.value) && !is_typed(&title.value) && title.from == "visible";
        (shouted || typed && !is_shouted(&title.value)) && letters(&title.value) == letters(&chosen.value)
    };
    titles.iter().find(is_better).unwrap_or(chosen)
}

/// A sign of which a few say as much as some words.
fn is_far(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
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
    fn what_readers_see_is_better_written() {
        let said = |from, text: &str| found(from, text.to_owned());
        let choose = |titles: &[Found<String>]| choose(titles.to_vec(), &[], &[]).unwrap().value;
        assert_eq!(choose(&[said("json-ld", "TIN IS UP"), said("opengraph", "Tin is up")]), "Tin is up");
        assert_eq!(choose(&[said("json-ld", "Tin 'is up'"), said("visible", "Tin ‘is up’")]), "Tin ‘is up’");
        assert_eq!(choose(&[said("json-ld", "Tin 'is up'"), said("visible", "TIN ‘IS UP’")]), "Tin 'is up'");
    }

    #[test]
    fn a_headline_of_a_megabyte_is_none() {
        assert_eq!(choose(vec![found("visible", "a".repeat(1 << 20))], &[], &[]), None);
    }
}
