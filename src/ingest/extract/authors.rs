//! Who wrote it: as the page says to programs, else as readers see it.

use super::marks::Byline;
use super::seen::SUREST_FIRST;
use super::titles::{is_site, starts_with_site};
use super::trust::{self, Found, found};
use super::{Reader, names, thing};
use crate::ingest::clean;

/// Elements between what belongs together, and behind the headline up to a byline.
const NEAR: usize = 60;
const BEHIND: usize = 150;

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
        // Objects name whom they mean; elsewhere the house stands beside its people.
        for list in lists.iter_mut().filter(|list| !matches!(list.from, "json-ld" | "microdata")) {
            list.value = without_house(std::mem::take(&mut list.value), sites);
        }
        lists.retain(|list| !list.value.is_empty());
        let is_own = |list: &Found<Vec<String>>| list.value.iter().all(|name| is_site(name, sites));
        let (own, others): (Vec<_>, Vec<_>) = trust::ranked("authors", lists).into_iter().partition(is_own);
        let own = own.into_iter().filter(|list| list.from != "visible");
        // An account of the system a page is written with is somebody where no name is given.
        let is_account = |list: &Found<Vec<String>>| list.value.iter().all(|name| names::is_account(name));
        let (accounts, named): (Vec<_>, Vec<_>) = others.into_iter().partition(is_account);
        [named, accounts, own.collect()].into_iter().find(|lists| !lists.is_empty()).unwrap_or_default()
    }

    /// Names in the lines that say who wrote: close to the headline of the surest kind there is, else anywhere.
    fn bylines(&self) -> Vec<String> {
        let heading = self.main_heading().or(self.marks.headings.first()).map_or(0, |heading| heading.at);
        let (start, end) = (heading.saturating_sub(NEAR), heading + BEHIND);
        let near = SUREST_FIRST.map(|rank| (rank, start, end));
        let anywhere = SUREST_FIRST.map(|rank| (rank, start, usize::MAX)).into_iter().take(3);
        let before = SUREST_FIRST.map(|rank| (rank, 0, usize::MAX)).into_iter().take(2);
        let places = near.into_iter().chain(anywhere).chain(before);
        places
            .map(|(rank, from, to)| self.bylines_of(rank, from, to))
            .find(|names| !names.is_empty())
            .unwrap_or_default()
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
