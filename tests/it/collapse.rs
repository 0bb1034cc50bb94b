//! Stories over HTTP: copies that were ingested, as answers count, collapse and list them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::Numbers;
use crate::server::Server;

/// Twenty stories told by three papers each, and forty told once.
const ARTICLES: u64 = 100;
const SHARED: u64 = 60;
const STORIES: u64 = 60;

const FIELDS: (&str, &str) = ("fields", "id,story,copies,published,tags");

fn story(id: u64) -> u64 {
    if id < SHARED { id / 3 } else { id }
}

/// One telling of a story, as a line of JSON: the text is the story's, all else the article's own.
fn telling(id: u64, story: u64) -> String {
    let mut of_story = Numbers::of(story + 1_000_000);
    let mut own = Numbers::of(id);
    let mut words = |count: u64| {
        let all: Vec<String> = (0..count).map(|_| format!("{}{}", word(&mut of_story), word(&mut of_story))).collect();
        all.join(" ")
    };
    let (month, day) = (1 + own.below(12), 1 + own.below(28));
    let metal = ["tin", "zinc", "iron"][own.below(3) as usize];
    let article = json!({
        "id": format!("t{id}"),
        "title": format!("Ore {}", words(6)),
        "text": format!("{}.\n\n{}.\n\n{}.", words(60), words(60), words(60)),
        "date": format!("2024-{month:02}-{day:02}"),
        "tags": [metal, "metals"],
        "language": "en",
    });
    format!("{article}\n")
}

fn word(numbers: &mut Numbers) -> &'static str {
    const SYLLABLES: [&str; 12] = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "wa", "zo", "fe"];
    SYLLABLES[numbers.below(12) as usize]
}

pub(crate) fn archive() -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let lines: String = (0..ARTICLES).map(|id| telling(id, story(id))).collect();
    let file = archive.file("told.jsonl", &lines);
    archive.ingest(&[&file]);
    let server = Server::start(&archive);
    (archive, server)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn ids(hits: &[Value]) -> Vec<&str> {
    hits.iter().map(|hit| text(hit, "id")).collect()
}

/// Hits by their story.
fn by_story(hits: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut stories: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    hits.iter().for_each(|hit| stories.entry(text(hit, "story")).or_default().push(hit));
    stories
}

/// Articles and stories among hits, by what each counts for.
fn counted<'a>(hits: &'a [Value], of: impl Fn(&'a Value) -> Vec<&'a str>) -> BTreeMap<&'a str, (usize, usize)> {
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for hit in hits {
        of(hit).into_iter().for_each(|key| told.entry(key).or_default().push(text(hit, "story")));
    }
    let stories = |all: &[&str]| all.iter().collect::<BTreeSet<_>>().len();
    told.into_iter().map(|(key, all)| (key, (all.len(), stories(&all)))).collect()
}

fn reported<'a>(values: &'a Value, key: &str, length: usize) -> BTreeMap<&'a str, (usize, usize)> {
    let number = |value: &Value, name: &str| value[name].as_u64().unwrap() as usize;
    let values = values.as_array().unwrap().iter();
    let counted = values.map(|value| (&text(value, key)[..length.min(text(value, key).len())], value));
    let counted = counted.map(|(key, value)| (key, (number(value, "count"), number(value, "stories"))));
    counted.filter(|(_, (count, _))| *count > 0).collect()
}

#[test]
fn copies_share_the_story_of_the_earliest_of_them() {
    let (_archive, server) = archive();
    let answer = server.search(&[("q", "*"), ("limit", "1000"), FIELDS]);
    assert_eq!((answer["total"].as_u64(), answer["total_stories"].as_u64()), (Some(ARTICLES), Some(STORIES)));
    let hits = answer["hits"].as_array().unwrap();
    for (story, members) in by_story(hits) {
        let earliest = members.iter().min_by_key(|hit| (text(&hit["published"], "at"), text(hit, "id"))).unwrap();
        assert_eq!(story, text(earliest, "id"));
        assert!(members.iter().all(|hit| hit["copies"] == members.len() - 1), "{members:?}");
    }
    let copies = server.total("is:duplicate");
    assert_eq!((server.total("is:original"), copies), (STORIES, ARTICLES - STORIES));
    assert_eq!(server.total("is:original OR is:duplicate"), ARTICLES);
}

#[test]
fn facets_and_timelines_count_stories_too() {
    let (_archive, server) = archive();
    for q in ["*", "tag:tin", "is:original", "date:2024-05"] {
        let asked = [("q", q), ("limit", "1000"), ("facets", "tag"), ("interval", "month"), FIELDS];
        let answer = server.search(&asked);
        let hits = answer["hits"].as_array().unwrap();
        let tags =
            counted(hits, |hit| hit["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect());
        assert_eq!(reported(&answer["facets"]["tag"]["values"], "value", 99), tags, "{q}");
        let months = counted(hits, |hit| vec![&text(&hit["published"], "at")[..7]]);
        assert_eq!(reported(&answer["timeline"]["buckets"], "start", 7), months, "{q}");
        assert_eq!(answer["total_stories"], by_story(hits).len(), "{q}");
        let collapsed = server.search(&[&asked[..], &[("collapse", "near")]].concat());
        for same in ["facets", "timeline", "total", "total_stories"] {
            assert_eq!(collapsed[same], answer[same], "{q}: {same}");
        }
    }
}

#[test]
fn pages_of_a_collapsed_answer_hold_every_story_once() {
    let (_archive, server) = archive();
    for sort in ["relevance", "newest", "oldest", "recent"] {
        let asked = [("q", "ore tag:(tin OR zinc)"), ("sort", sort), FIELDS];
        let all = server.all(&[&asked[..], &[("limit", "1000")]].concat());
        let matches = by_story(&all);
        let mut met = BTreeSet::new();
        let first: Vec<&str> =
            all.iter().filter(|hit| met.insert(text(hit, "story"))).map(|hit| text(hit, "id")).collect();
        for limit in ["1", "7", "1000"] {
            let near = [&asked[..], &[("collapse", "near"), ("limit", limit)]].concat();
            let hits = server.all(&near);
            assert_eq!(ids(&hits), first, "{sort}, {limit} a page");
            assert!(hits.iter().all(|hit| hit["copies"] == matches[text(hit, "story")].len() - 1), "{sort}");
            let tenth = server.search(&[&near[..], &[("offset", "10")]].concat());
            let expected = first.iter().skip(10).take(limit.parse().unwrap());
            assert!(ids(tenth["hits"].as_array().unwrap()).iter().eq(expected), "{sort}, {limit} from the tenth on");
        }
    }
    let first = server.search(&[("q", "ore"), ("collapse", "near"), ("limit", "3")]);
    let cursor = text(&first, "next_cursor");
    let (status, body) = server.get(&format!("/api/v1/search?q=ore&limit=3&cursor={cursor}"));
    assert!(status == 409 && body.contains("cursor_mismatch"), "the cursor of another list: {body}");
}

#[test]
fn an_article_lists_its_copies_with_the_original_marked() {
    let (_archive, server) = archive();
    let hits = server.all(&[("q", "*"), ("limit", "1000"), FIELDS]);
    for (story, mut members) in by_story(&hits) {
        members.sort_by_key(|hit| (text(&hit["published"], "at"), text(hit, "id")));
        for shown in &members {
            let id = text(shown, "id");
            let article = server.json(&format!("/api/v1/articles/{id}"));
            assert_eq!(text(&article, "story"), story);
            let copies = article["copies"].as_array().unwrap();
            let others: Vec<&str> = members.iter().map(|hit| text(hit, "id")).filter(|other| *other != id).collect();
            assert_eq!(ids(copies), others, "the earliest first");
            assert_eq!(article["copies_total"], others.len());
            assert_eq!(by_page(&server, id, others.len()), others, "one a page");
            assert!(copies.iter().all(|copy| copy["original"] == (text(copy, "id") == story)), "{copies:?}");
            let (_, page) = server.get(&format!("/article/{id}"));
            assert!(others.iter().all(|other| page.contains(&format!("/article/{other}"))), "{page}");
            assert_eq!(page.contains("(the original)"), id != story, "{page}");
        }
    }
}

/// The copies of an article, one by one.
fn by_page(server: &Server, id: &str, total: usize) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.json(&format!("/api/v1/articles/{id}/copies?limit=1{cursor}"));
        assert_eq!(page["total"], total);
        all.extend(ids(page["copies"].as_array().unwrap()).into_iter().map(str::to_owned));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// A state goes on telling the stories it told, while copies come that make other stories of them.
#[test]
fn a_snapshot_keeps_its_stories_while_they_change() {
    let (archive, server) = archive();
    let asked = [("q", "*"), ("limit", "1000"), ("facets", "tag"), ("interval", "month"), FIELDS];
    let near = [&asked[..], &[("collapse", "near")]].concat();
    let (first, collapsed) = (server.search(&asked), server.search(&near));
    let snapshot = text(&first, "snapshot");
    for round in 1..4 {
        // Every story is told once more; some of these tellings are the earliest.
        let more: String = (0..ARTICLES).map(|id| telling(round * 1000 + id, story(id))).collect();
        let file = archive.file("more.jsonl", &more);
        archive.ingest(&[&file]);
        server.until("more copies of the same stories", |server| {
            let newest = server.search(&[("q", "*"), ("limit", "0")]);
            newest["total"] == ARTICLES * (round + 1) && newest["total_stories"] == STORIES
        });
        for (asked, before) in [(&asked[..], &first), (&near[..], &collapsed)] {
            let again = server.search(&[asked, &[("snapshot", snapshot)]].concat());
            for same in ["hits", "facets", "timeline", "total", "total_stories"] {
                assert_eq!(again[same], before[same], "{same} after {round} rounds");
            }
        }
        let newest = server.search(&asked);
        let stories = |answer: &Value| {
            by_story(answer["hits"].as_array().unwrap()).into_keys().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_ne!(stories(&newest), stories(&first), "the earliest are others now");
    }
}
