//! What somebody learns who does not know yet what to look for, from a year of Reuters: the words of a trade, every mention in
//! its context, what is related, and what a beginning may become.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};

use crate::archive::{TestArchive, shared};
use crate::server::{Server, query};
use crate::wire::{ask, get};

struct Reuters {
    server: Server,
    _archive: TestArchive,
}

/// The same one for all tests that run at a time. The last of them ends it: what is kept in a static for good is never
/// dropped, and its server would outlive the tests.
fn reuters() -> Option<Arc<Reuters>> {
    static RUNNING: Mutex<Weak<Reuters>> = Mutex::new(Weak::new());
    let folder = shared("reuters21578")?;
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(reuters) = running.upgrade() {
        return Some(reuters);
    }
    let archive = TestArchive::new();
    let files: Vec<String> = (0..22).map(|n| format!("{folder}/reut2-{n:03}.sgm.zst")).collect();
    archive.ingest(&files.iter().map(String::as_str).collect::<Vec<_>>());
    let reuters = Arc::new(Reuters { server: Server::start(&archive), _archive: archive });
    *running = Arc::downgrade(&reuters);
    Some(reuters)
}

#[track_caller]
fn asked(server: &Server, path: &str, parameters: &[(&str, &str)]) -> Value {
    server.json(&format!("/api/v1/{path}?{}", query(parameters)))
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn labels<'a>(answer: &'a Value, of: &str, most: usize) -> Vec<&'a str> {
    list(answer, of).iter().take(most).map(|one| text(one, "label")).collect()
}

#[test]
fn crude_oil_is_marked_off_by_the_words_of_its_trade() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let terms = asked(server, "terms", &[("q", "tag:crude"), ("limit", "40")]);
    assert_eq!((&terms["total"], &terms["corpus"], &terms["sample"]), (&json!(634), &json!(21_578), &json!(400)));
    let trade =
        ["oil", "barrels", "opec", "bpd", "petroleum", "energy", "gas", "drilling", "exploration", "gulf", "bbl"];
    let first = labels(&terms, "words", 8);
    assert!(first.iter().all(|word| trade.contains(word)), "{first:?}");
    assert!(["oil", "barrels", "opec"].iter().all(|word| first.contains(word)), "{first:?}");
    assert_eq!([labels(&terms, "orgs", 1), labels(&terms, "tags", 1)], [["opec"], ["nat-gas"]]);
    let places = labels(&terms, "places", 6);
    assert!(["iran", "kuwait", "saudi-arabia"].iter().all(|place| places.contains(place)), "{places:?}");
    let fields = [("words", ""), ("tags", "tag:"), ("people", "person:"), ("orgs", "org:"), ("places", "place:")];
    for (of, field) in fields {
        let all = list(&terms, of);
        let scores: Vec<f64> = all.iter().map(|one| one["score"].as_f64().unwrap()).collect();
        assert!(!scores.is_empty() && scores.is_sorted_by(|one, next| one >= next), "{of}");
        for one in all.iter().take(8) {
            let clause = format!("{field}{}", text(one, "value"));
            let found = (server.total(&format!("tag:crude {clause}")), server.total(&clause));
            assert_eq!((number(one, "count"), number(one, "corpus")), found, "{clause}");
            assert!(clause != "crude" && clause != "tag:crude", "what was asked for is no news");
        }
    }
    assert_eq!(asked(server, "terms", &[("q", "*")])["words"], json!([]), "nothing marks all off from all");
    assert_eq!(labels(&asked(server, "terms", &[("tag", "crude"), ("limit", "1")]), "words", 9), ["barrels"]);
}

#[test]
fn words_of_every_text_mark_nothing_off() {
    let Some(reuters) = reuters() else { return };
    let common =
        "an and as at be but by for from had has he in is it its not of on said that the this to was which with";
    for q in ["tag:acq", "company", "japan trade", "\"central bank\"", "reagan", "oil"] {
        let terms = asked(&reuters.server, "terms", &[("q", q)]);
        let first = labels(&terms, "words", 12);
        assert_eq!(first.len(), 12, "{q}");
        assert!(!common.split(' ').any(|word| first.contains(&word)), "{q}: {first:?}");
    }
}

/// All of them, page after page, and how many the first page said there are.
fn mentions(server: &Server, parameters: &[(&str, &str)]) -> (Vec<Value>, u64) {
    let mut page = asked(server, "mentions", parameters);
    let said = number(&page, "total_mentions");
    let mut all = Vec::new();
    loop {
        all.extend(list(&page, "mentions").iter().cloned());
        let Some(cursor) = page["next_cursor"].as_str() else { return (all, said) };
        page = asked(server, "mentions", &[parameters, &[("cursor", cursor)]].concat());
    }
}

fn place(mention: &Value) -> (String, String, u64) {
    (text(mention, "id").to_owned(), text(mention, "section").to_owned(), number(mention, "position"))
}

/// By article, its headline and its paragraphs.
fn texts(server: &Server, q: &str) -> BTreeMap<String, Vec<String>> {
    let hits = server.all(&[("q", q), ("limit", "200"), ("fields", "id,headline,body")]);
    let paragraph = |text: &Value| text.as_str().unwrap().to_owned();
    let whole = |hit: &Value| std::iter::once(&hit["headline"]).chain(list(hit, "body")).map(paragraph).collect();
    hits.iter().map(|hit| (text(hit, "id").to_owned(), whole(hit))).collect()
}

/// How often a word stands in a text, by nothing but looking at it.
fn occurrences(paragraph: &str, word: &str) -> usize {
    paragraph.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|part| *part == word).count()
}

#[test]
fn every_mention_is_there_once_and_stands_in_its_article() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let texts = texts(server, "opec*");
    let expected: usize = texts.values().flatten().map(|paragraph| occurrences(paragraph, "opec")).sum();
    assert!(expected > 500, "{expected}");
    for (limit, width) in [("7", 60), ("100", 15), ("1000", 500)] {
        let (all, said) = mentions(server, &[("q", "opec"), ("limit", limit), ("width", &width.to_string())]);
        assert_eq!((all.len(), said), (expected, expected as u64), "{limit} a page");
        assert_eq!(all.iter().map(place).collect::<BTreeSet<_>>().len(), expected, "each once");
        for mention in &all {
            let [left, matched, right] = ["left", "match", "right"].map(|name| text(mention, name));
            assert_eq!(matched.to_lowercase(), "opec");
            let whole = [left, matched, right].concat();
            let is_it = |paragraph: &String| {
                (left.chars().count() == width || paragraph.starts_with(&whole))
                    && (right.chars().count() == width || paragraph.ends_with(&whole))
                    && paragraph.contains(&whole)
            };
            let (headline, body) = texts[text(mention, "id")].split_at(1);
            let section = if mention["section"] == "headline" { headline } else { body };
            assert!(section.iter().any(is_it), "{mention}");
        }
        let runs = all.chunk_by(|one, next| one["id"] == next["id"]).count();
        assert_eq!(runs, all.iter().map(|one| text(one, "id")).collect::<BTreeSet<_>>().len(), "article by article");
    }
    let spans = asked(server, "mentions", &[("q", "crude W/S opec"), ("limit", "1000")]);
    let has_both = |span: &str| span.contains("crude") && span.contains("opec");
    assert!(list(&spans, "mentions").iter().all(|one| has_both(&text(one, "match").to_lowercase())), "whole spans");
    let tagged = asked(server, "mentions", &[("q", "tag:crude"), ("limit", "1")]);
    assert_eq!(
        (&tagged["total"], &tagged["total_mentions"], &tagged["mentions"]),
        (&json!(634), &json!(0), &json!([]))
    );
}

/// The word beside a mention, where there is no doubt what it is.
fn beside(mention: &Value, by: &str) -> Option<String> {
    let mut words = text(mention, by).split_whitespace();
    let word = if by == "left" { words.next_back() } else { words.next() };
    let word = word.unwrap_or_default().trim_matches(|c: char| c.is_ascii_punctuation());
    (!word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic())).then(|| word.to_lowercase())
}

#[test]
fn mentions_are_sorted_by_the_words_before_or_after() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let (unsorted, _) = mentions(server, &[("q", "opec"), ("limit", "1000")]);
    let places: BTreeSet<_> = unsorted.iter().map(place).collect();
    for by in ["left", "right"] {
        let (sorted, said) = mentions(server, &[("q", "opec"), ("by", by), ("limit", "100")]);
        assert_eq!((sorted.len(), said as usize), (unsorted.len(), unsorted.len()));
        assert_eq!(sorted.iter().map(place).collect::<BTreeSet<_>>(), places, "the same ones");
        let words: Vec<String> = sorted.iter().filter_map(|mention| beside(mention, by)).collect();
        assert!(words.len() > 400 && words.is_sorted(), "{by}: {words:?}");
        assert!(!unsorted.iter().filter_map(|mention| beside(mention, by)).is_sorted());
        assert_eq!(beside(&sorted[0], by), None, "what begins or ends a paragraph comes first");
        let path = format!("/api/v1/mentions?q=the&by={by}");
        assert_eq!(get(server, &path).problem(400, &path), "too_many_mentions");
    }
    let unbounded = asked(server, "mentions", &[("q", "the"), ("limit", "1")]);
    assert!(number(&unbounded, "total_mentions") > 20_000);
    for other in ["q=a&by=article", "q=the&by=left"] {
        let path = format!("/api/v1/mentions?{other}&cursor={}", text(&unbounded, "next_cursor"));
        assert_eq!(get(server, &path).problem(409, &path), "cursor_mismatch");
    }
}

#[test]
fn a_page_of_sorted_mentions_goes_on_where_it_was_though_an_article_before_is_gone() {
    let archive = TestArchive::new();
    let line = |(id, next): (usize, &str)| {
        format!(
            "{}\n",
            json!({"id": format!("a{id}"), "title": format!("Report {id}"), "text": format!("Tin {next} again.")})
        )
    };
    let nexts = ["ails", "booms", "climbs", "dives", "ebbs", "falls"];
    archive.ingest(&[&archive.file("a.jsonl", &nexts.into_iter().enumerate().map(line).collect::<String>())]);
    let server = Server::start(&archive);
    let rights = |answer: &Value| -> Vec<String> {
        let said = |mention: &Value| beside(mention, "right").unwrap();
        list(answer, "mentions").iter().map(said).collect()
    };
    let asked_for = [("q", "tin"), ("by", "right"), ("limit", "2")];
    let first = asked(&server, "mentions", &asked_for);
    assert_eq!(rights(&first), ["ails", "booms"]);
    let gone = text(&list(&first, "mentions")[0], "id");
    ask(&server, "DELETE", &format!("/api/v1/articles/{gone}"), &[], b"");
    server.until("it is gone", |server| server.total("ails") == 0);
    let cursor = text(&first, "next_cursor");
    let second = asked(&server, "mentions", &[asked_for.as_slice(), &[("cursor", cursor)]].concat());
    assert_eq!(rights(&second), ["climbs", "dives"]);
    let third =
        asked(&server, "mentions", &[asked_for.as_slice(), &[("cursor", text(&second, "next_cursor"))]].concat());
    assert_eq!((rights(&third), &third["next_cursor"]), (vec!["ebbs".to_owned(), "falls".to_owned()], &Value::Null));
}

#[test]
fn sorted_mentions_come_once_each_though_they_begin_at_one_place() {
    let archive = TestArchive::new();
    let line = |id: usize| {
        format!(
            "{}\n",
            json!({"id": format!("a{id}"), "title": "Tin fell", "text": "Tin fell. Tin fell again, and tin rose."})
        )
    };
    archive.ingest(&[&archive.file("a.jsonl", &(0..3).map(line).collect::<String>())]);
    let server = Server::start(&archive);
    for by in ["left", "right"] {
        let asked = [("q", "tin OR \"tin fell\""), ("by", by)];
        let (whole, said) = mentions(&server, &[asked.as_slice(), &[("limit", "100")]].concat());
        let (paged, _) = mentions(&server, &[asked.as_slice(), &[("limit", "1")]].concat());
        assert_eq!((whole.len() as u64, &paged), (said, &whole), "{by}");
    }
}

fn related(server: &Server, id: &str, limit: &str) -> Vec<Value> {
    let answer = asked(server, &format!("articles/{id}/related"), &[("limit", limit)]);
    assert_eq!(answer["id"], id);
    list(&answer, "related").clone()
}

fn article(server: &Server, id: &str) -> Value {
    server.json(&format!("/api/v1/articles/{id}"))
}

fn has_one_of(article: &Value, name: &str, values: &[Value]) -> bool {
    list(article, name).iter().any(|value| values.contains(value))
}

#[test]
fn what_is_related_tells_of_the_same_event_before_and_after() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let found = server.search(&[("q", "headline:\"suspends oil exports\" ecuador"), ("limit", "1")]);
    let quake = &found["hits"][0];
    let (id, at) = (text(quake, "id"), text(&quake["published"], "at"));
    let lines = related(server, id, "50");
    assert_eq!(related(server, id, "10"), lines[..10]);
    let first = lines[..10].iter().map(|line| article(server, text(line, "id")));
    let told = first.filter(|other| has_one_of(other, "places", &[json!("ecuador")]));
    assert!(told.count() >= 8, "72 of the 21,578 articles are about Ecuador");
    for line in &lines {
        let (days, is_event) = (line["days"].as_i64().unwrap(), line["relation"] == "event");
        let (other, share) = (text(&line["published"], "at"), line["share"].as_f64().unwrap());
        match text(line, "age") {
            "older" => assert!(days <= 0 && other < at, "{line}"),
            "newer" => assert!(days >= 0 && other > at, "{line}"),
            _ => assert!(days == 0, "{line}"),
        }
        assert_eq!(is_event, days.abs() <= 5 && share >= 0.3, "{line}");
    }
    let rank = |line: &Value| (line["relation"] == "event", line["share"].as_f64().unwrap());
    assert!(lines.is_sorted_by(|one, next| rank(one) >= rank(next)), "events first, the nearest first");
    assert!(["older", "newer"].iter().all(|age| lines.iter().any(|line| line["age"] == *age)));
}

#[test]
fn what_is_related_has_the_same_subjects() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    for (tag, percent, least) in [("coffee", 1, 75), ("crude", 3, 65), ("grain", 3, 70), ("ship", 2, 70)] {
        let of = server.search(&[("q", &format!("tag:{tag} words:>150")), ("limit", "12"), ("sort", "oldest")]);
        let mut has = Vec::new();
        for one in list(&of, "hits") {
            let lines = related(server, text(one, "id"), "5");
            let others = lines.iter().map(|line| article(server, text(line, "id")));
            has.extend(others.map(|other| has_one_of(&other, "tags", list(one, "tags"))));
        }
        let share = has.iter().filter(|has| **has).count() * 100 / has.len();
        assert!(has.len() > 50 && server.total(&format!("tag:{tag}")) * 100 < 21_578 * percent);
        assert!(share >= least, "{tag}: {share} of a hundred");
    }
}

#[test]
fn copies_are_not_related() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let copies = server.search(&[("q", "is:duplicate words:>100"), ("limit", "12"), ("sort", "oldest")]);
    for copy in list(&copies, "hits") {
        let lines = related(server, text(copy, "id"), "50");
        let stories: Vec<Value> = lines.iter().map(|line| article(server, text(line, "id"))["story"].clone()).collect();
        assert!(!stories.is_empty() && !stories.contains(&copy["story"]), "{copy}");
        assert_eq!(stories.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), stories.len(), "one a story");
    }
    let refused = |path: &str, status: u16| get(server, path).problem(status, path);
    assert_eq!(refused("/api/v1/articles/nobody/related", 404), "no_article");
    let path = format!("/api/v1/articles/{}/related", text(&copies["hits"][0], "id"));
    assert_eq!(refused(&format!("{path}?limit=51"), 400), "out_of_range");
    assert_eq!(refused(&format!("{path}?lmit=5"), 400), "unknown_parameter");
}

fn completions(server: &Server, prefix: &str, limit: &str) -> Vec<Value> {
    list(&asked(server, "suggest", &[("prefix", prefix), ("limit", limit)]), "completions").clone()
}

fn name(completion: &Value) -> (&str, &str) {
    (text(completion, "kind"), text(completion, "label"))
}

#[test]
fn a_beginning_becomes_words_names_and_headlines_that_are_there() {
    let Some(reuters) = reuters() else { return };
    let server = &reuters.server;
    let check = |prefix: &str, kind: &str, label: &str| {
        let found = completions(server, prefix, "10");
        assert!(found.iter().any(|one| name(one) == (kind, label)), "{prefix}: {found:?}");
        assert_eq!(completions(server, prefix, "3").len(), found.len().min(3), "{prefix}");
        for (place, one) in found.iter().enumerate() {
            let total = server.total(text(one, "q"));
            assert!(total > 0, "{prefix}: {one} leads nowhere");
            assert_eq!(number(one, "count"), total, "{prefix}: {one}");
            assert_eq!(one["id"].is_string(), one["kind"] == "headline", "{one}");
            assert!(found[..place].iter().all(|other| other["q"] != one["q"]), "{prefix}: {one} comes twice");
        }
    };
    check("ope", "org", "opec");
    check("OPE", "word", "opec");
    check("opce", "org", "opec");
    check("bundsbank", "word", "bundesbank");
    check("crude oi", "word", "crude oil");
    check("nat-g", "tag", "nat-gas");
    check("west ger", "place", "west-germany");
    check("stoltenb", "person", "stoltenberg");
    check("saudi ar", "place", "saudi-arabia");
    assert!(
        !completions(server, "saudi ar", "10").iter().any(|one| name(one).1 == "saudi are"),
        "it only holds sentences"
    );
    check("patti d", "author", "Patti Domm");
    check("reut", "source", "Reuters");
    check("ecuador suspends oil exp", "headline", "ECUADOR SAYS SUSPENDS OIL EXPORTS DUE EARTHQUAKE");
    for prefix in ["opec", "japa", "crude", "volcker"] {
        let found = completions(server, prefix, "10");
        let begins_so = |label: &str| label.to_lowercase().split(' ').any(|word| word.starts_with(prefix));
        let names = found.iter().map(name).filter(|(kind, _)| *kind != "headline");
        let so: Vec<bool> = names.map(|(_, label)| begins_so(label)).collect();
        assert!(so[0] && so.is_sorted_by(|one, next| one >= next), "{prefix}: slips come behind: {found:?}");
    }
    assert!(completions(server, "", "10").is_empty());
    let path = format!("/api/v1/suggest?prefix={}", "a".repeat(257));
    assert_eq!(get(server, &path).problem(400, &path), "out_of_range");
}

#[test]
fn what_goes_on_is_what_stands_behind_the_words_before() {
    let Some(reuters) = reuters() else { return };
    for (prefix, label) in [
        ("wall st", "wall street"),
        ("black mon", "black monday"),
        ("world b", "world bank"),
        ("bank of en", "bank of england"),
    ] {
        let found = completions(&reuters.server, prefix, "10");
        assert_eq!(found.iter().map(name).find(|(kind, _)| *kind == "word"), Some(("word", label)), "{found:?}");
    }
}

#[test]
fn words_that_hold_a_sentence_together_mark_nothing_off() {
    let archive = TestArchive::new();
    let line = |id: u64| {
        let text = if id < 8 { "Smelters closed because tin fell." } else { "Quays stood empty." };
        format!("{}\n", json!({"id": id, "title": format!("Report {id}"), "text": text, "language": "en"}))
    };
    archive.ingest(&[&archive.file("a.jsonl", &(0..20).map(line).collect::<String>())]);
    let server = Server::start(&archive);
    let found = asked(&server, "terms", &[("q", "tin")]);
    let words: Vec<&str> = list(&found, "words").iter().map(|one| text(one, "value")).collect();
    assert!(words.contains(&"smelters") && !words.contains(&"because"), "{words:?}");
}

#[test]
fn what_comes_in_is_completed_to() {
    let archive = TestArchive::new();
    let told =
        |id: u64| json!({"id": id, "title": format!("Brembolt {id} rises"), "tags": ["vorpal index"]}).to_string();
    archive.ingest(&[&archive.file("a.jsonl", &json!({"id": 0, "title": "Tin", "tags": ["metals"]}).to_string())]);
    let server = Server::start(&archive);
    let is_first = |prefix: &str, kind: &str, label: &str, count: u64| {
        let found = completions(&server, prefix, "10");
        found.first().is_some_and(|one| name(one) == (kind, label) && one["count"] == count)
    };
    assert!(is_first("metal", "tag", "metals", 1) && completions(&server, "bremb", "10").is_empty());
    archive.ingest(&[&archive.file("b.jsonl", &told(1))]);
    server.until("its headline", |_| is_first("bremb", "headline", "Brembolt 1 rises", 1));
    server.until("its tag", |_| is_first("ind", "tag", "vorpal index", 1));
    archive.ingest(&[&archive.file("c.jsonl", &told(2))]);
    server.until("the word of two headlines", |_| is_first("bremb", "word", "brembolt", 2));
}

#[test]
fn words_of_what_was_withdrawn_are_told_nowhere() {
    let archive = TestArchive::new();
    let line = |id: &str, word: &str| {
        let text = format!("The {word} was qwertily hidden. The {word} again.");
        format!(
            "{}\n",
            json!({"id": id, "title": format!("{word} rises"), "text": text, "date": "2025-02-01", "language": "en"})
        )
    };
    let lines = [line("w1", "zyzzyx"), line("w2", "zyzzyx"), line("o1", "tin"), line("o2", "tin"), line("o3", "zinc")];
    archive.ingest(&[&archive.file("a.jsonl", &lines.concat())]);
    let server = Server::start(&archive);
    let found = server.search(&[("q", "zyzzyx OR tin"), ("fields", "id,headline")]);
    let snapshot = text(&found, "snapshot").to_owned();
    assert!(asked(&server, "suggest", &[("prefix", "zyz")]).to_string().contains("zyzzyx rises"));
    for hit in list(&found, "hits").iter().filter(|hit| text(hit, "headline").starts_with("zyzzyx")) {
        ask(&server, "DELETE", &format!("/api/v1/articles/{}", text(hit, "id")), &[], b"");
    }
    server.until("both are gone", |server| server.total("zyzzyx") == 0);
    let asked_now = [("suggest", "prefix=zyz"), ("suggest", "prefix=the+zyz"), ("terms", "q=qwertily")];
    let asked_then =
        ["terms", "mentions", "search", "export"].map(|address| (address, format!("q=*&snapshot={snapshot}")));
    let asked_now = asked_now.map(|(address, query)| (address, query.to_owned()));
    for (address, query) in asked_now.into_iter().chain(asked_then) {
        let (_, answer) = server.get(&format!("/api/v1/{address}?{query}"));
        let answered = answer.replace("\"prefix\":\"zyz\"", "");
        assert!(!answered.contains("zyzzyx"), "{address}?{query}: {answer}");
    }
}
