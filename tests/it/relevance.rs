//! What stands first, and why.

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::server::Server;

const FILLER: &str =
    "Quays were empty and cranes stood still while clerks counted barrels under grey skies near warehouses";

fn with(articles: &[(&str, &str)]) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let line = |(headline, text): &(&str, &str)| {
        format!(
            "{}\n",
            json!({"id": headline, "title": headline, "text": text, "date": "2025-01-01", "language": "en"})
        )
    };
    archive.ingest(&[&archive.file("a.jsonl", &articles.iter().map(line).collect::<String>())]);
    let server = Server::start(&archive);
    (archive, server)
}

fn headlines(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().unwrap().iter().map(|hit| hit["headline"].as_str().unwrap()).collect()
}

#[test]
fn words_that_stand_together_count_more_than_words_apart() {
    let apart = format!("Tin was sold. {FILLER}. Zinc was sold.");
    let together = format!("Was sold. {FILLER}. Tin zinc was sold.");
    let (_archive, server) = with(&[("Apart", &apart), ("Together", &together), ("Neither", FILLER)]);
    for mode in ["all", "any"] {
        let found = server.search(&[("q", "tin zinc"), ("mode", mode), ("explain", "score")]);
        assert_eq!(headlines(&found), ["Together", "Apart"], "{mode}");
        let near = |at: usize| found["hits"][at]["explanation"][2]["score"].as_f64().unwrap();
        assert_eq!(found["hits"][0]["explanation"][2]["clause"], "near each other");
        assert!(near(0) > 10.0 * near(1), "{found}");
    }
    let weighed = server.search(&[("q", "tin^2 zinc"), ("explain", "score")]);
    assert_eq!(weighed["hits"][0]["explanation"].as_array().unwrap().len(), 2, "what is weighed by hand stays so");
}

#[test]
fn a_word_of_the_headline_counts_as_three() {
    let rest = format!("{FILLER}. {FILLER}. {FILLER}.");
    let (in_text, thrice) = (format!("{rest} Tin."), format!("{rest} Tin, tin and tin."));
    let (_archive, server) = with(&[("Sales", &in_text), ("Tin", &rest), ("Deals", &thrice), ("Neither", FILLER)]);
    let found = server.search(&[("q", "tin"), ("fields", "headline")]);
    let scores: Vec<f64> = found["hits"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert_eq!(headlines(&found).last(), Some(&"Sales"));
    assert!((scores[0] - scores[1]).abs() < 0.05 * scores[0] && scores[2] < 0.8 * scores[1], "{found}");
}

#[test]
fn an_occurrence_in_the_opening_counts_half_as_much_again() {
    let rest = format!("{FILLER}. {FILLER}. {FILLER}.");
    let (first, late) = (format!("Tin. {rest}"), format!("{rest} Tin."));
    let (half, thrice) = (format!("Tin. {rest} Tin."), format!("{rest} Tin, tin and tin."));
    let (_archive, server) =
        with(&[("First", &first), ("Late", &late), ("Both", &half), ("Thrice", &thrice), ("No", FILLER)]);
    let found = server.search(&[("q", "tin"), ("fields", "headline")]);
    assert_eq!(headlines(&found), ["Thrice", "Both", "First", "Late"]);
    // A lead and the body behind it share the opening; a headline takes nothing of it.
    let lead = |id: &str, lead: &str| json!({"id": id, "title": format!("{id} {FILLER}"), "lead": lead, "text": format!("Zinc. {rest}"), "date": "2025-01-01", "language": "en"});
    let (short, long) = (lead("Short", "Quays."), lead("Long", &format!("{FILLER}. {FILLER}.")));
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("b.jsonl", &format!("{short}\n{long}\n"))]);
    let server = Server::start(&archive);
    let found = server.search(&[("q", "zinc"), ("fields", "headline"), ("explain", "score")]);
    assert!(headlines(&found)[0].starts_with("Short"), "{found}");
}

#[test]
fn a_compound_weighs_once() {
    let apart = format!("Tin-zinc was sold. {FILLER}.");
    let (_archive, server) = with(&[
        ("Hyphen", &apart),
        ("One", &format!("Tinzinc was sold. {FILLER}.")),
        ("Part", &format!("Zinc was sold. {FILLER}.")),
        ("Neither", FILLER),
        ("None", FILLER),
    ]);
    let score = |clauses: &Value, clause: &str| -> f64 {
        let one = clauses.as_array().unwrap().iter().find(|one| one["clause"] == clause);
        one.unwrap()["score"].as_f64().unwrap()
    };
    let found = server.search(&[("q", "tin-zinc sold"), ("mode", "any"), ("explain", "score")]);
    let hit = |headline: &str| {
        let hits = found["hits"].as_array().unwrap();
        &hits.iter().find(|hit| hit["headline"] == headline).unwrap()["explanation"]
    };
    assert_eq!(score(hit("Hyphen"), "tin-zinc"), 0.0, "its parts weigh it: {found}");
    assert!(score(hit("Hyphen"), "tin") > 0.0 && score(hit("Hyphen"), "zinc") > 0.0);
    assert!(score(hit("One"), "tin-zinc") > 0.0, "{found}");
    let alone = |q: &str| server.search(&[("q", q)])["hits"][0]["score"].as_f64().unwrap();
    assert!((alone("tin-zinc") - alone("\"tin zinc\"")).abs() < 0.001, "two readings are one word");
}

#[test]
fn words_that_hold_a_sentence_together_find_and_weigh_nothing() {
    let (_archive, server) = with(&[
        ("Function", "What of the what of the what of the what of the."),
        ("Zinc", &format!("Zinc was sold. {FILLER}.")),
        ("Neither", "Quays."),
    ]);
    let found = server.search(&[("q", "what of the zinc"), ("mode", "any")]);
    assert_eq!(headlines(&found), ["Zinc", "Function"]);
    assert_eq!(found["hits"][1]["score"], 0.0);
    let alone = server.search(&[("q", "what of the"), ("mode", "any")]);
    assert!(alone["hits"][0]["score"].as_f64().unwrap() > 0.0, "without another word they are what is asked for");
    assert_eq!(
        server.search(&[("q", "three-quays zinc"), ("mode", "any")])["total"],
        2,
        "parts of a compound are alternatives"
    );
}

#[test]
fn a_compound_of_words_that_only_hold_a_sentence_together_weighs_something() {
    let (_archive, server) = with(&[
        ("List", &format!("The to-do list was long. {FILLER}.")),
        ("Gate", &format!("The gate was shut. {FILLER}.")),
        ("Other", &format!("They had much to do. {FILLER}.")),
        ("Neither", FILLER),
        ("None", FILLER),
    ]);
    let found = server.search(&[("q", "to-do gate"), ("mode", "any"), ("fields", "headline")]);
    let scored = |headline: &str| {
        let hit = found["hits"].as_array().unwrap().iter().find(|hit| hit["headline"] == headline).unwrap();
        hit["score"].as_f64().unwrap()
    };
    assert!(scored("List") > 0.0 && scored("Gate") > 0.0, "{found}");
}

#[test]
fn the_explanation_is_the_score_beside_what_is_excluded_and_what_does_not_hold() {
    let (_archive, server) = with(&[
        ("One", &format!("Tin and copper were sold. {FILLER}.")),
        ("Two", &format!("Tin was sold. {FILLER}.")),
        ("Three", &format!("Lead was sold for tin. {FILLER}.")),
        ("Four", FILLER),
    ]);
    for q in ["(NOT zinc) OR tin", "* OR tin", "(tin AND copper) OR sold", "(copper AND nickel) OR sold"] {
        let found = server.search(&[("q", q), ("sort", "relevance"), ("explain", "score"), ("fields", "headline")]);
        let hits = found["hits"].as_array().unwrap();
        assert!(hits.len() > 2, "{q}: {found}");
        for hit in hits {
            let clauses = hit["explanation"].as_array().unwrap();
            let sum: f64 = clauses.iter().map(|clause| clause["score"].as_f64().unwrap()).sum();
            assert!((sum - hit["score"].as_f64().unwrap()).abs() < 0.001, "{q}: {hit}");
        }
    }
}
