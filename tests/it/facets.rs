//! The values of one facet over HTTP: searched through, paged through, and counted as searches count.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::Numbers;
use crate::server::{Server, query};
use crate::wire::get;

/// As many, every tenth of which is told again by another paper.
const ARTICLES: u64 = 150;
const COPIES: u64 = ARTICLES / 10;

const FIELDS: [&str; 9] = ["tag", "source", "site", "author", "section", "place", "person", "org", "lang"];

/// In some a word begins with `mar`, in some another one has it inside; two are one value written twice.
const TAGS: [&str; 8] =
    ["Märkte", "MARCHÉ du travail", "Marché du travail", "US markets", "stock-market", "Remarks", "Élan", "tin"];
const BEGIN_SO: [&str; 4] = ["marché du travail", "märkte", "stock-market", "us markets"];

fn archive() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let originals = (0..ARTICLES).map(|id| article(id, id));
    let lines: String = originals.chain((0..COPIES).map(|n| article(ARTICLES + n, n * 10))).collect();
    archive.ingest(&[&archive.file("told.jsonl", &lines)]);
    let server = Server::start(&archive);
    (archive, server)
}

/// An article that tells a story: the text is the story's, all else its own. Every field is left out at times.
fn article(id: u64, story: u64) -> String {
    let (mut told, mut own) = (Numbers::of(story + 7_000_000), Numbers::of(id + 500));
    let mut words = |count: u64| (0..count).map(|_| format!("w{}", told.below(5000))).collect::<Vec<_>>().join(" ");
    let (title, text) = (words(7), format!("Ore {}.\n\n{}.", words(60), words(60)));
    let mut some = |all: &[&str], most: u64| {
        let chosen = (0..own.below(most + 1)).map(|_| all[own.below(all.len() as u64) as usize].to_owned());
        chosen.collect::<BTreeSet<_>>()
    };
    let (tags, places) = (some(&TAGS, 3), some(&["Zürich", "Oslo", "New York"], 2));
    let (people, orgs) = (some(&["Angela Merkel", "Ana Mar"], 2), some(&["OPEC", "IEA"], 1));
    let (authors, section) = (some(&["Ida Moe", "Ole By"], 2), some(&["Metals", "Ports"], 1).pop_first());
    let (paper, lang) = (some(&["The Ore", "Tin Weekly"], 1).pop_first(), some(&["de"], 1).pop_first());
    let article = json!({
        "id": format!("f{id}"), "title": title, "text": text, "date": format!("2024-{:02}-01", 1 + id % 12),
        "url": format!("https://www.paper{}.example/{id}", id % 3), "source": paper, "section": section,
        "tags": tags, "places": places, "people": people, "orgs": orgs, "authors": authors,
        "language": lang.unwrap_or_else(|| "en".to_owned()),
    });
    format!("{article}\n")
}

#[track_caller]
fn facet(server: &Server, field: &str, asked: &[(&str, &str)]) -> Value {
    server.json(&format!("/api/v1/facets/{field}?{}", query(asked)))
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn values(answer: &Value) -> &Vec<Value> {
    answer["values"].as_array().unwrap_or_else(|| panic!("no values: {answer}"))
}

fn sum(answer: &Value) -> u64 {
    values(answer).iter().map(|value| number(value, "count")).sum()
}

/// Articles and stories by value.
fn counts(answer: &Value) -> BTreeMap<String, (u64, u64)> {
    let counted = values(answer)
        .iter()
        .map(|value| (value["value"].as_str().unwrap().to_owned(), (number(value, "count"), number(value, "stories"))));
    counted.collect()
}

fn lower(value: &Value) -> String {
    value["label"].as_str().unwrap().to_lowercase()
}

#[test]
fn a_prefix_finds_values_in_which_a_word_begins_so_whatever_its_case_and_accents() {
    let (_archive, server) = archive();
    let check = |prefix: &str, expected: &[&str]| {
        let answer = facet(&server, "tag", &[("prefix", prefix)]);
        let found: BTreeSet<String> = values(&answer).iter().map(lower).collect();
        assert_eq!(found, expected.iter().map(|label| (*label).to_owned()).collect(), "{prefix}");
        assert_eq!(answer["distinct"], expected.len(), "{prefix}");
    };
    for prefix in ["mar", "MAR", "  Már "] {
        check(prefix, &BEGIN_SO);
    }
    check("arkt", &[]);
    check("us MAR", &["us markets"]);
    check("stock", &["stock-market"]);
    check("marche d", &["marché du travail"]);
    check("elan", &["élan"]);
    check("remar", &["remarks"]);
}

#[test]
fn pages_hold_every_value_once_and_in_order() {
    let (_archive, server) = archive();
    for field in FIELDS {
        let all = facet(&server, field, &[("sort", "name"), ("limit", "1000")]);
        let distinct = number(&all, "distinct");
        assert_eq!((values(&all).len() as u64, number(&all, "others")), (distinct, 0), "{field}");
        for sort in ["count", "name"] {
            for limit in [1, 3] {
                let mut paged: Vec<Value> = Vec::new();
                for offset in (0..distinct + 1).step_by(limit) {
                    let (limit, offset) = (limit.to_string(), offset.to_string());
                    let asked = [("sort", sort), ("limit", &limit), ("offset", &offset)];
                    let page = facet(&server, field, &asked);
                    assert_eq!(sum(&page) + number(&page, "others"), sum(&all), "{field}: {asked:?}");
                    paged.extend(values(&page).iter().cloned());
                }
                let mut expected = values(&all).clone();
                if sort == "count" {
                    // Stable: what is equally frequent stays in the order of names.
                    expected.sort_by_key(|value| u64::MAX - number(value, "count"));
                }
                assert_eq!(paged, expected, "{field} by {sort}, {limit} a page");
            }
        }
    }
    let names: Vec<String> = values(&facet(&server, "tag", &[("sort", "name")])).iter().map(lower).collect();
    assert_eq!(names, ["élan", "marché du travail", "märkte", "remarks", "stock-market", "tin", "us markets"]);
}

#[test]
fn every_count_is_what_a_search_with_that_filter_finds() {
    let (_archive, server) = archive();
    let narrowings: [&[(&str, &str)]; 3] = [
        &[],
        &[("q", "ore -tag:tin"), ("from", "2024-03")],
        &[("q", "ore"), ("place", "Oslo"), ("place", "new york"), ("source", "-tin weekly"), ("lang", "en")],
    ];
    for narrowing in narrowings {
        for field in FIELDS {
            let others: Vec<(&str, &str)> = narrowing.iter().filter(|(name, _)| *name != field).copied().collect();
            let answer = facet(&server, field, &others);
            assert!(!values(&answer).is_empty(), "{field}");
            for value in values(&answer) {
                let filter = [(field, value["value"].as_str().unwrap()), ("limit", "0")];
                let found = server.search(&[&others[..], &filter].concat());
                let counted = (number(value, "count"), number(value, "stories"));
                assert_eq!(
                    (number(&found, "total"), number(&found, "total_stories")),
                    counted,
                    "{others:?} {filter:?}"
                );
            }
        }
    }
}

#[test]
fn a_story_told_twice_is_two_articles_and_one_story() {
    let (_archive, server) = archive();
    let all = counts(&facet(&server, "site", &[]));
    let (articles, stories): (Vec<u64>, Vec<u64>) = all.values().copied().unzip();
    assert_eq!(articles.iter().sum::<u64>(), ARTICLES + COPIES, "each is on one site");
    // The site of an article and that of its copy are not always the same.
    let twice = (0..COPIES).filter(|n| (ARTICLES + n) % 3 == (n * 10) % 3).count() as u64;
    assert!(twice > 0);
    assert_eq!(stories.iter().sum::<u64>(), ARTICLES + COPIES - twice, "told twice on one site");
}

#[test]
fn filters_on_other_fields_narrow_and_those_on_the_field_itself_do_not() {
    let (_archive, server) = archive();
    let unmarked = |answer: &Value| {
        let mut values = values(answer).clone();
        values.iter_mut().for_each(|value| value["selected"] = false.into());
        values
    };
    let all = facet(&server, "tag", &[]);
    let own = facet(&server, "tag", &[("tag", "TIN"), ("tag", "elan")]);
    assert_eq!(unmarked(&own), unmarked(&all));
    assert_eq!((&own["missing"], &own["distinct"]), (&all["missing"], &all["distinct"]));
    let selected: BTreeSet<String> = values(&own).iter().filter(|value| value["selected"] == true).map(lower).collect();
    assert_eq!(selected, ["tin", "élan"].map(str::to_owned).into());
    assert_eq!(own["total"], server.total("tag:(tin OR elan)"));
    let narrowed = facet(&server, "tag", &[("tag", "tin"), ("section", "Ports")]);
    assert_eq!(counts(&narrowed), counts(&facet(&server, "tag", &[("q", "section:Ports")])));
    assert!(sum(&narrowed) < sum(&all));
}

#[test]
fn what_is_excluded_and_what_is_not_add_up() {
    let (_archive, server) = archive();
    let all = counts(&facet(&server, "tag", &[("limit", "1000")]));
    let (with, without) =
        (facet(&server, "tag", &[("section", "ports")]), facet(&server, "tag", &[("section", "-ports")]));
    let (with, without) = (counts(&with), counts(&without));
    for (value, (articles, _)) in &all {
        let of = |counts: &BTreeMap<String, (u64, u64)>| counts.get(value).map_or(0, |(articles, _)| *articles);
        assert_eq!(of(&with) + of(&without), *articles, "{value}");
    }
    let own = facet(&server, "tag", &[("tag", "-tin")]);
    assert_eq!(number(&own, "total") + all["tin"].0, ARTICLES + COPIES);
    assert_eq!(counts(&own), all, "it does not narrow the counts of its own facet");
}

#[test]
fn values_others_and_missing_add_up_to_the_total() {
    let (_archive, server) = archive();
    for narrowing in [[("q", "*"), ("place", "")], [("q", "tag:tin"), ("place", "Oslo")]] {
        for field in ["section", "source", "lang", "site"] {
            for limit in ["1", "2", "1000"] {
                let answer = facet(&server, field, &[&narrowing[..], &[("limit", limit)]].concat());
                let parts = sum(&answer) + number(&answer, "others") + number(&answer, "missing");
                assert_eq!(number(&answer, "total"), parts, "{field}: {answer}");
            }
        }
    }
    let answer = facet(&server, "section", &[]);
    assert_eq!(number(&answer, "missing"), server.total("-has:section"));
    assert!(number(&answer, "missing") > 0);
    let begun = facet(&server, "tag", &[("prefix", "mar"), ("limit", "1")]);
    let all = facet(&server, "tag", &[("prefix", "mar")]);
    assert_eq!(sum(&begun) + number(&begun, "others"), sum(&all), "others are those that begin so");
    assert_eq!(begun["missing"], facet(&server, "tag", &[])["missing"]);
}

#[test]
fn a_snapshot_goes_on_counting_what_it_counted() {
    let (archive, server) = archive();
    let before = facet(&server, "tag", &[]);
    archive.ingest(&[&archive.file("more.jsonl", &(1000..1040).map(|id| article(id, id)).collect::<String>())]);
    server.until("the new articles", |server| server.total("*") == ARTICLES + COPIES + 40);
    let again = facet(&server, "tag", &[("snapshot", before["snapshot"].as_str().unwrap())]);
    assert_eq!((&again["values"], &again["total"]), (&before["values"], &before["total"]));
    assert_ne!(facet(&server, "tag", &[])["values"], before["values"]);
}

#[test]
fn what_is_no_facet_is_refused_and_told_what_is() {
    let archive = TestArchive::new();
    let server = Server::start(&archive);
    let refused = |path: &str, code: &str| -> String {
        let path = format!("/api/v1/facets/{path}");
        let answer = get(&server, &path);
        assert_eq!(answer.problem(400, &path), code, "{path}");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        format!("{}: {}", problem["parameter"].as_str().unwrap(), problem["hint"].as_str().unwrap())
    };
    assert_eq!(refused("tags", "unknown_value"), "field: Did you mean `tag`?");
    let hint = refused("xyzzy", "unknown_value");
    assert!(FIELDS.iter().all(|field| hint.contains(field)), "{hint}");
    assert!(refused("tag?sort=size", "unknown_value").contains("count, name"));
    assert!(refused("tag?limit=0", "out_of_range").contains("1 to 1000"));
    assert!(refused("tag?offset=x", "bad_number").contains("0 to 10000000"));
    assert!(refused("tag?facet_limit=3&strict=1", "unknown_parameter").starts_with("facet_limit"));
}
