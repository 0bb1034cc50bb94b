//! Who wrote it: as the page says to programs, else as readers see it.

use super::marks::Byline;
use super::seen::{BARE, SUREST_FIRST};
use super::titles::{is_site, letters, starts_with_site};
use super::trust::{self, Found, found};
use super::{Reader, names, thing};
use crate::ingest::clean;

/// Elements between what belongs together, and behind the headline up to a byline.
const NEAR: usize = 60;
const BEHIND: usize = 150;

/// Elements behind the headline among which a line of nothing but names says who wrote.
const CLOSE: usize = 15;

const DUBLIN_CORE: &[&[&str]] =
    &[&["dc:creator", "dcterm:creator"], &["dc.creator", "dcterms.creator"], &["dc.author", "dc.contributor"]];

const META: &[&[&str]] = &[
    &["author", "authors"],
    &["parsely-author"],
    &["sailthru.author"],
    &[
        "byl",
        "article_author",
        "article.author",
        "cxenseparse:author",
        "citation_author",
        "sn-author",
        "rbauthors",
        "articleauthor",
        "authorname",
        "author_name",
        "mrf:authors",
        "dable:author",
        "vr:author",
        "mediator_author",
    ],
];

const OPENGRAPH: &[&str] = &["article:author", "og:author", "og:article:author"];

impl Reader<'_> {
    /// The site's own name says little of who wrote: it counts only where nobody else is named, and it is said to programs.
    pub(super) fn authors(&self, sites: &[String]) -> Vec<Found<Vec<String>>> {
        let mut lists: Vec<Found<Vec<String>>> =
            self.told().map(|(from, thing)| found(from, told_authors(thing))).collect();
        let metas = |known| names::names(&self.marks.metas(known).map(clean::unescape).collect::<Vec<String>>());
        lists.extend(DUBLIN_CORE.iter().map(|known| found("dublin-core", metas(known))));
        lists.extend(META.iter().map(|known| found("meta", metas(known))));
        let others: Vec<String> =
            self.marks.metas_ending(&["author", "authors"], &["article:", "og:"]).map(clean::unescape).collect();
        lists.push(found("meta", names::names(&others)));
        lists.push(found("opengraph", metas(OPENGRAPH)));
        lists.push(found("visible", self.bylines()));
        for list in &mut lists {
            list.value = without_house(std::mem::take(&mut list.value), sites);
        }
        lists.retain(|list| !list.value.is_empty());
        if lists.is_empty() {
            lists.extend(self.bare_names().map(|names| found("visible", names)));
        }
        self.surest(trust::ranked("authors", lists), sites)
    }

    /// Somebody before those who write together, or an organisation; else an account of the system a page is written with,
    /// else the site.
    fn surest(&self, lists: Vec<Found<Vec<String>>>, sites: &[String]) -> Vec<Found<Vec<String>>> {
        let is_own = |list: &Found<Vec<String>>| list.value.iter().all(|name| is_site(name, sites));
        let (own, others): (Vec<_>, Vec<_>) = lists.into_iter().partition(is_own);
        let own = own.into_iter().filter(|list| list.from != "visible");
        let is_account = |list: &Found<Vec<String>>| list.value.iter().all(|name| names::is_account(name));
        let (accounts, mut named): (Vec<_>, Vec<_>) = others.into_iter().partition(is_account);
        // A byline that names people says more than a house or a desk.
        let are_people =
            |list: &Found<Vec<String>>| list.value.iter().all(|name| names::is_person(name) || is_far(name));
        let is_somebody = |list: &Found<Vec<String>>| !self.is_house(list, sites) && are_people(list);
        if named.first().is_some_and(|list| self.is_house(list, sites)) && named.iter().any(is_somebody) {
            named.retain(is_somebody);
        }
        [named, accounts, own.collect()].into_iter().find(|lists| !lists.is_empty()).unwrap_or_default()
    }

    /// Is nobody named but those who write together, or organisations?
    fn is_house(&self, list: &Found<Vec<String>>, sites: &[String]) -> bool {
        let is_told = |(from, thing): (&str, &thing::Thing<'_>)| {
            let authors = thing.named("author");
            from == list.from && !authors.is_empty() && authors.iter().all(|named| named.is_organisation)
        };
        let is_of_site = |name: &String| starts_with_site(name, sites);
        self.told().any(is_told)
            || list.value.iter().all(is_of_site)
            || list.value.first().is_some_and(|name| names::is_desk(name))
    }

    /// Names in the lines that say who wrote: close to the headline of the surest kind there is, else anywhere.
    fn bylines(&self) -> Vec<String> {
        let heading = self.heading_at();
        let (start, end) = (heading.saturating_sub(NEAR), heading + BEHIND);
        let near = SUREST_FIRST.map(|rank| (rank, start, end));
        let anywhere = SUREST_FIRST.map(|rank| (rank, start, usize::MAX)).into_iter().take(3);
        let before = SUREST_FIRST.map(|rank| (rank, 0, usize::MAX)).into_iter().take(2);
        let places = near.into_iter().chain(anywhere).chain(before);
        let mut found = places.map(|(rank, from, to)| self.bylines_of(rank, from, to));
        let names = found.find(|names| !names.is_empty()).unwrap_or_default();
        self.whole_line(&names, start, end).unwrap_or(names)
    }

    /// The names of the line that these stand in, where others stand there without a link: `By <a>Anna Krause</a> and Cem
    /// Demir`.
    fn whole_line(&self, names: &[String], from: usize, to: usize) -> Option<Vec<String>> {
        let is_whole = |all: &Vec<String>| {
            all.len() > names.len()
                && names.iter().all(|name| all.contains(name))
                && all.iter().all(|name| names.contains(name) || names::is_bare(name))
        };
        let near = self.marks.bylines.iter().filter(|line| (from..to).contains(&line.at));
        let parts = near.flat_map(|line| line.text.split(" | "));
        parts.map(names::split).find(|all| !names.is_empty() && is_whole(all))
    }

    fn heading_at(&self) -> usize {
        let unmarked = self.marks.thirds.first().filter(|_| self.marks.headings.is_empty());
        self.main_heading().or(unmarked).or(self.marks.headings.first()).map_or(0, |heading| heading.at)
    }

    /// Names that stand by themselves right behind the headline. What a part of the site is called is none.
    fn bare_names(&self) -> Option<Vec<String>> {
        let heading = self.heading_at();
        let names = self.bylines_of(BARE, heading, heading + CLOSE);
        let parts: Vec<String> = self.sections().iter().map(|part| letters(part)).collect();
        let is_sound = !names.is_empty() && !names.iter().any(|name| parts.contains(&letters(name)));
        is_sound.then_some(names)
    }

    /// The first line of this kind between two places, and what stands close behind it under the same heading.
    fn bylines_of(&self, rank: u8, from: usize, to: usize) -> Vec<String> {
        let is_sound = |line: &&Byline| {
            let names = names::split(&line.text);
            !names.is_empty() && names.iter().all(|name| names::looks_like_name(name) && !names::is_joined(name))
        };
        let all = self.marks.bylines.iter().filter(|line| line.rank == rank && (from..to).contains(&line.at));
        let mut taken: Vec<&Byline> = Vec::new();
        for line in all.filter(is_sound) {
            if taken.last().is_some_and(|last| line.at - last.at > NEAR || line.under != last.under) {
                break;
            }
            taken.push(line);
        }
        names::without_roles(names::names(&taken.iter().map(|line| line.text.clone()).collect::<Vec<_>>()))
    }
}

/// In a script without capitals.
fn is_far(name: &str) -> bool {
    !name.contains(|c: char| c.is_uppercase() || c.is_lowercase())
}

/// Without the house they work for, where somebody is named beside it. A house that comes first may come with where it is
/// (`The Tin Times, London`).
fn without_house(mut names: Vec<String>, sites: &[String]) -> Vec<String> {
    let is_house = |name: &String| is_site(name, sites) || starts_with_site(name, sites) && !names::is_person(name);
    let is_first = names.first().is_some_and(is_house);
    let is_somebody = |name: &&String| !is_house(name) && (!is_first || names::is_person(name));
    let people: Vec<String> = names.iter().filter(is_somebody).cloned().collect();
    if people.is_empty() {
        names.truncate(if is_first { 1 } else { names.len() });
        return names;
    }
    people
}

fn told_authors(thing: &thing::Thing<'_>) -> Vec<String> {
    let named = ["author", "creator", "byline"].iter().map(|property| named(&thing.named(property)));
    named.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
}

/// The name of an organisation stays whole.
fn named(named: &[thing::Named]) -> Vec<String> {
    let names = named.iter().flat_map(|named| {
        if named.is_organisation && !names::is_address(&named.name) {
            vec![named.name.clone()]
        } else {
            names::split_stated(&named.name)
        }
    });
    names::once(names)
}
