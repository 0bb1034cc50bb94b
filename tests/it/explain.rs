//! A query explained: what each clause of it comes to, where it stands, and the query without it.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::corpus;
use crate::server::{Server, query};
use crate::wire::{ask, get};

const QUERY: &str = "/api/v1/query";

/// Of every word of the queries below it can be counted by eye how many articles hold it.
pub(crate) fn small() -> (TestArchive, Server) {
    let article = |id: &str, date: &str, tag: &str, title: &str, text: &str| {
        let article =
            json!({"id": id, "date": date, "tags": [tag, "news"], "title": title, "text": text, "language": "en"});
        article.to_string() + "\n"
    };
    let articles = [
        article("one", "2025-01-10", "trade", "China exports", "China exports copper. The minister mined the figures."),
        article("two", "2025-02-10", "trade", "Talks", "China and the minister of mines talk about tin."),
        article("three", "2025-03-10", "metals", "Tin rises", "Tin rose, and copper rose at the mine."),
        article("four", "2025-04-10", "-metals", "Copper strike", "Miners strike at a copper mine."),
        article("five", "2025-05-10", "birds", "Rare birds", "Birds are rare on this earth, rare as the earths."),
    ];
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &articles.concat())]);
    let server = Server::start(&archive);
    (archive, server)
}

fn explained(server: &Server, parameters: &[(&str, &str)]) -> Value {
    server.json(&format!("{QUERY}?{}", query(parameters)))
}

/// The clauses of an answer, from the whole to the smallest, from left to right.
fn clauses(answer: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let whole = answer["query"]["clauses"].as_array().unwrap_or_else(|| panic!("no clauses: {answer}"));
    assert_eq!(whole.len(), 1, "one clause, the whole");
    whole.iter().for_each(|clause| collect(clause, &mut all));
    all
}

fn collect(clause: &Value, all: &mut Vec<Value>) {
    all.push(clause.clone());
    clause["clauses"].as_array().into_iter().flatten().for_each(|part| collect(part, all));
}

#[track_caller]
fn check(server: &Server, q: &str, expected: &[(&str, &str, [u64; 2], u64)]) {
    let said = clauses(&explained(server, &[("q", q)]));
    let said: Vec<_> = said
        .iter()
        .map(|clause| {
            let at = [0, 1].map(|end| clause["at"][end].as_u64().unwrap());
            let text = |name: &str| clause[name].as_str().unwrap();
            (text("kind"), text("query"), at, clause["articles"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(said, expected, "{q}");
}

#[test]
fn every_clause_has_its_kind_its_place_and_its_count() {
    let (_archive, server) = small();
    check(
        &server,
        "china (tin OR copper) -tag:trade",
        &[
            ("and", "(china AND (tin OR copper) AND (NOT tag:trade))", [0, 32], 0),
            ("word", "china", [0, 5], 2),
            ("or", "(tin OR copper)", [6, 21], 4),
            ("word", "tin", [7, 10], 2),
            ("word", "copper", [14, 20], 3),
            ("not", "(NOT tag:trade)", [22, 32], 3),
            ("tag", "tag:trade", [23, 32], 2),
        ],
    );
    check(
        &server,
        "MÜNE  \"copper mine\"^2 mine",
        &[
            ("and", "(MÜNE AND \"copper mine\"^2 AND mine)", [0, 26], 0),
            ("word", "MÜNE", [0, 4], 0),
            ("boost", "\"copper mine\"^2", [6, 21], 1),
            ("phrase", "\"copper mine\"", [6, 19], 1),
            ("word", "mine", [22, 26], 4),
        ],
    );
    check(
        &server,
        "date:2025-03 OR headline:tin",
        &[
            ("or", "(date:2025-03 OR headline:tin)", [0, 28], 1),
            ("date", "date:2025-03", [0, 12], 1),
            ("word", "headline:tin", [16, 28], 1),
        ],
    );
    check(&server, "*", &[("all", "*", [0, 1], 5)]);
    check(&server, "", &[("all", "*", [0, 0], 5)]);
}

#[test]
fn the_parts_of_a_span_are_counted_too() {
    let (_archive, server) = small();
    check(
        &server,
        "(china OR birds) W/5 (copper OR rare)",
        &[
            ("near", "((china OR birds) W/5 (copper OR rare))", [0, 37], 2),
            ("or", "(china OR birds)", [0, 16], 3),
            ("word", "china", [1, 6], 2),
            ("word", "birds", [10, 15], 1),
            ("or", "(copper OR rare)", [21, 37], 4),
            ("word", "copper", [22, 28], 3),
            ("word", "rare", [32, 36], 1),
        ],
    );
    let near = explained(&server, &[("q", "tin NOT W/3 copper")]);
    assert_eq!(near["query"]["clauses"][0]["operator"], "NOT W/3");
    let counts: Vec<_> = clauses(&near).iter().map(|clause| clause["articles"].as_u64().unwrap()).collect();
    assert_eq!(counts, [2, 2, 3], "in the third article one tin stands apart");
    let counts = |q: &str| clauses(&explained(&server, &[("q", q)]))[0]["articles"].as_u64().unwrap();
    assert_eq!((counts("ATLEAST/3 rare"), counts("ATLEAST/4 rare"), counts("FIRST/2 tin")), (1, 0, 1));
}

#[test]
fn a_search_explains_where_it_is_asked_to() {
    let (_archive, server) = small();
    let q = ("q", "china tin");
    assert!(server.search(&[q])["query"].get("clauses").is_none());
    assert!(server.search(&[q, ("explain", "0")])["query"].get("clauses").is_none());
    let search = server.search(&[q, ("explain", "1"), ("limit", "1")]);
    let alone = explained(&server, &[q]);
    assert_eq!(search["query"], alone["query"]);
    assert_eq!(search["snapshot"], alone["snapshot"]);
    assert_eq!(search["query"]["clauses"][0]["articles"], search["total"]);
    let form = &["Content-Type: application/json"];
    let posted = ask(&server, "POST", "/api/v1/search", form, b"{\"q\":\"china tin\",\"explain\":true}");
    let posted: Value = serde_json::from_str(&posted.body).unwrap();
    assert_eq!(posted["query"], alone["query"]);
}

#[test]
fn filters_and_dates_do_not_narrow_what_a_clause_comes_to() {
    let (_archive, server) = small();
    let narrowed = [("q", "china tin"), ("explain", "1"), ("tag", "metals"), ("from", "2025-03")];
    let answer = server.search(&narrowed);
    assert_eq!(answer["total"], 0);
    let counts: Vec<_> = clauses(&answer).iter().map(|clause| clause["articles"].clone()).collect();
    assert_eq!(counts, [1, 2, 2]);
}

#[test]
fn what_finds_nothing_and_what_is_mixed_is_marked() {
    let (_archive, server) = small();
    let marked = |q: &str, mark: &str| -> Vec<String> {
        let all = clauses(&explained(&server, &[("q", q)]));
        all.iter().filter(|one| one[mark] == true).map(|one| one["query"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(marked("china xqz (tin OR qxz)", "zero"), ["(china AND xqz AND (tin OR qxz))", "xqz", "qxz"]);
    assert_eq!(marked("rare OR (china OR tin copper)", "mixed"), ["(china OR (tin AND copper))"]);
    assert!(marked("rare OR (tin AND copper)", "mixed").is_empty());
    let plain = explained(&server, &[("q", "china")]);
    for absent in ["zero", "mixed", "expansions", "more", "operator", "clauses"] {
        assert!(plain["query"]["clauses"][0].get(absent).is_none(), "{absent}");
    }
}

#[test]
fn what_a_wildcard_stands_for_is_listed_with_counts() {
    let (_archive, server) = small();
    let wildcard = &explained(&server, &[("q", "mine*")])["query"]["clauses"][0];
    let mut words: Vec<_> = wildcard["expansions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["word"].as_str().unwrap(), one["articles"].as_u64().unwrap()))
        .collect();
    assert_eq!(words.first(), Some(&("mine", 2)), "the commonest first");
    words.sort_unstable();
    assert_eq!(words, [("mine", 2), ("mined", 1), ("miners", 1), ("mines", 1)]);
    assert_eq!(wildcard["articles"], 4);
    for q in ["tim~", "/t[io]n/", "headline:ti?"] {
        let articles = if q.starts_with('h') { 1 } else { 2 };
        let expected = json!([{"word": "tin", "articles": articles}]);
        assert_eq!(explained(&server, &[("q", q)])["query"]["clauses"][0]["expansions"], expected, "{q}");
    }
}

#[test]
fn a_word_says_what_is_looked_up() {
    let (_archive, server) = small();
    let looked_up = |q: &str| explained(&server, &[("q", q)])["query"]["clauses"][0]["looked_up"].to_string();
    assert!(looked_up("Mines").contains("mine"), "{}", looked_up("Mines"));
    assert!(looked_up("=Mines").contains("\"mines\""), "{}", looked_up("=Mines"));
}

/// Queries of every kind over the words of [`crate::made_up`].
const QUERIES: &[&str] = &[
    "tin",
    "tin zinc",
    "tin zinc copper -strike",
    "tin OR zinc copper",
    "(tin OR zinc) (port OR ship*) -(rate OR \"iron ore\")",
    "headline:(tin OR zinc) section:Metals tag:metals",
    "tin^3 (zinc OR copper)^2 date:2024-03",
    "NOT tin",
    "-tin -zinc",
    "(NOT (tin zinc)) copper",
    "\"iron ore\" mine* words:>10 has:date",
    "tin W/9 zinc",
    "(tin OR zinc) W/9 (copper PRE/9 iron) market",
    "tin NOT W/5 zinc port",
    "tin W/S zinc W/P copper bank",
    "ATLEAST/2 (tin OR zinc) FIRST/30 (port OR \"iron ore\")",
    "\"tin zinc\"~20 bank",
    "minr~ /t[io]n/ rate",
];

#[test]
fn every_clause_can_be_left_out() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &corpus(120))]);
    let server = Server::start(&archive);
    let mut left_out = 0;
    for q in QUERIES {
        let answer = server.search(&[("q", q), ("explain", "1"), ("strict", "1"), ("limit", "0")]);
        let total = answer["total"].as_u64().unwrap();
        let whole = &answer["query"]["clauses"][0];
        assert_eq!((&whole["articles"], &whole["without"]), (&json!(total), &Value::Null), "{q}");
        for clause in clauses(&answer).iter().skip(1) {
            let Some(without) = clause["without"].as_str() else { continue };
            let again = server.search(&[("q", without), ("strict", "1"), ("limit", "0")]);
            assert_eq!(again["query"]["canonical"], without, "{q} without {}", clause["query"]);
            let is_member = whole["kind"] == "and" && whole["clauses"].as_array().unwrap().contains(clause);
            let left = again["total"].as_u64().unwrap();
            assert!(!is_member || left >= total, "{q} finds {total}, and {left} without {}", clause["query"]);
            let alone = server.total(clause["query"].as_str().unwrap());
            assert_eq!(clause["articles"], alone, "{q}: {} by itself", clause["query"]);
            left_out += 1;
        }
    }
    assert!(left_out > 60, "{left_out}");
}

#[test]
fn a_query_is_explained_as_it_would_be_searched() {
    let (_archive, server) = small();
    let answer = explained(&server, &[("q", "when:7d chyna tgg:x"), ("tz", "Asia/Tokyo")]);
    let reading = &answer["query"];
    assert_eq!(reading["input"], "when:7d chyna tgg:x");
    assert_eq!(reading["canonical"], "(when:7d AND chyna AND (tgg AND x))");
    assert_eq!(reading["warnings"][0]["code"], "unknown_field");
    assert!(reading["resolved"]["when:7d"].as_str().unwrap().contains("+09:00"));
    let named = answer["snapshot"].as_str().unwrap();
    let again = explained(&server, &[("q", "when:7d chyna tgg:x"), ("tz", "Asia/Tokyo"), ("snapshot", named)]);
    assert_eq!((&again["query"], &again["snapshot"]), (reading, &answer["snapshot"]));
    let any = explained(&server, &[("q", "china tin"), ("mode", "any")]);
    assert_eq!(any["query"]["clauses"][0]["kind"], "or");
}

#[test]
fn mistakes_are_refused_and_advised_as_in_a_search() {
    let (_archive, server) = small();
    for (asked, status, code) in [
        ("tz=Mars", 400, "bad_timezone"),
        ("mode=most", 400, "unknown_value"),
        ("strict=yes", 400, "unknown_value"),
        ("q=a&q=b", 400, "repeated_parameter"),
        ("snapshot=x", 400, "bad_snapshot"),
        ("snapshot=s-000000000000-1", 410, "snapshot_gone"),
        ("strict=1&q=%22open", 400, "unclosed_quote"),
        ("strict=1&q=tin&limit=3", 400, "unknown_parameter"),
        ("strict=1&q=tin&tag=x", 400, "unknown_parameter"),
    ] {
        assert_eq!(get(&server, &format!("{QUERY}?{asked}")).problem(status, asked), code, "{asked}");
    }
    let deep = format!("{QUERY}?q={}", "(".repeat(100));
    assert_eq!(get(&server, &deep).problem(400, "deep"), "query_too_deep");
    let lenient = explained(&server, &[("q", "tin"), ("mood", "any"), ("tag", "metals")]);
    let warnings: Vec<_> = lenient["query"]["warnings"].as_array().unwrap().iter().collect();
    assert_eq!((&warnings[0]["hint"], &warnings[1]["parameter"]), (&json!("Did you mean `mode`?"), &json!("tag")));
    assert_eq!(lenient["query"]["clauses"][0]["articles"], 2);
}

#[test]
fn an_explanation_that_is_known_already_is_not_sent_again() {
    let (_archive, server) = small();
    let path = format!("{QUERY}?q=tin+china");
    let (status, tag) = server.tagged(&path, None);
    assert_eq!(status, 200);
    assert_eq!(server.tagged(&path, Some(&tag)), (304, tag.clone()));
    assert_ne!(server.tagged(&format!("{QUERY}?q=tin+copper"), None).1, tag);
}

/// Whatever a query says of itself grows with the query, not with its square.
#[test]
fn the_longest_query_is_explained_in_bounds() {
    let (_archive, server) = small();
    let q = (0..1000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" OR ");
    let (status, body) = server.get(&format!("{QUERY}?{}", query(&[("q", &q)])));
    assert!(status == 200 && body.len() < 500_000, "{status}, {} bytes", body.len());
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(clauses(&answer).len(), 1001);
    let (status, page) = server.get(&format!("/search?{}", query(&[("q", &q)])));
    assert!(status == 200 && page.len() < 500_000, "{status}, {} bytes", page.len());
}

#[test]
fn what_clauses_add_to_a_score_is_its_sum() {
    let (_archive, server) = small();
    for q in [
        "china tin",
        "(china OR tin)^2 -zinc",
        "\"rare earths\" OR mine* OR china W/9 tin",
        "headline:china OR tag:tin",
    ] {
        for sort in ["relevance", "recent"] {
            let found = server.search(&[("q", q), ("explain", "score"), ("sort", sort)]);
            let hits = found["hits"].as_array().unwrap();
            assert!(!hits.is_empty(), "{q}");
            for hit in hits {
                let parts = hit["explanation"].as_array().unwrap();
                let sum: f64 = parts.iter().map(|part| part["score"].as_f64().unwrap()).sum();
                assert!((sum - hit["score"].as_f64().unwrap()).abs() < 1e-4 * sum.max(1.0), "{q}: {hit}");
            }
        }
        let newest = server.search(&[("q", q), ("explain", "score"), ("sort", "newest")]);
        assert!(newest["hits"][0].get("explanation").is_none(), "what has no score has nothing to explain");
    }
    let one = server.search(&[("q", "china tin"), ("explain", "score"), ("limit", "1")]);
    let clauses: Vec<_> =
        one["hits"][0]["explanation"].as_array().unwrap().iter().map(|part| &part["clause"]).collect();
    assert_eq!(clauses, ["china", "tin", "near each other"]);
}
