//! Timelines over HTTP: units of the reader's calendar, a line for each of some values, days of which nothing is kept, and
//! searches side by side.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::archive::TestArchive;
use crate::made_up::Numbers;
use crate::server::{Server, query};
use crate::wire::get;

fn with(articles: impl IntoIterator<Item = Value>) -> (TestArchive, Server) {
    let archive = TestArchive::new();
    let lines: String = articles.into_iter().map(|article| format!("{article}\n")).collect();
    archive.ingest(&[&archive.file("dated.jsonl", &lines)]);
    let server = Server::start(&archive);
    (archive, server)
}

/// Articles of a spring, with several tags, one section or none; some are dated to a month only, some not at all, and some
/// are copies.
fn spring() -> (TestArchive, Server) {
    let article = |id: u64, story: u64| {
        let (mut told, mut own) = (Numbers::of(story + 3_000_000), Numbers::of(id + 40_000));
        let text: Vec<String> = (0..120).map(|_| format!("v{}", told.below(5000))).collect();
        let (month, day) = (3 + own.below(3), 1 + own.below(20));
        let date = match own.below(10) {
            0 => json!(null),
            1 => json!(format!("2024-{month:02}")),
            _ => json!(format!("2024-{month:02}-{day:02}T{:02}:30:00Z", own.below(24))),
        };
        let most = ["tin", "zinc", "iron", "lead"];
        // The first is more frequent than the second, and so on.
        let tags: Vec<&str> = (0..4).filter(|n| own.below(2 + *n as u64) == 0).map(|n| most[n]).collect();
        let section = ["Metals", "Metals", "Ports", ""][own.below(4) as usize];
        let (words, source) = (&text[..7], ["The Ore", "Tin Weekly"][own.below(2) as usize]);
        json!({"id": format!("s{id}"), "title": words.join(" "), "text": format!("Ore {}.", text.join(" ")), "date": date,
               "tags": tags, "section": section, "source": source, "language": "en"})
    };
    with((0..160).map(|id| article(id, if id < 120 { id } else { id - 120 })))
}

fn timeline(server: &Server, asked: &[(&str, &str)]) -> Value {
    server.search(&[asked, &[("limit", "0")]].concat())["timeline"].clone()
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn sum(line: &Value) -> u64 {
    list(line, "buckets").iter().map(|bucket| number(bucket, "count")).sum()
}

fn starts(line: &Value) -> Vec<&str> {
    list(line, "buckets").iter().map(|bucket| bucket["start"].as_str().unwrap()).collect()
}

/// Articles and stories of the buckets that have some.
fn filled(line: &Value) -> BTreeMap<String, (u64, u64)> {
    let buckets = list(line, "buckets").iter().filter(|bucket| bucket["count"] != 0);
    let counted =
        buckets.map(|bucket| (bucket["start"].to_string(), (number(bucket, "count"), number(bucket, "stories"))));
    counted.collect()
}

#[test]
fn buckets_are_units_of_the_calendar_in_the_zone_asked_for() {
    let at = |id: &str, at: &str| json!({"id": id, "title": format!("Tin {id}"), "date": at, "language": "en"});
    let (_archive, server) = with([at("evening", "2024-03-31T22:30:00Z"), at("eve", "2025-01-01T03:00:00Z")]);
    let check = |q: &str, tz: &str, starts: [(&str, &str); 6]| {
        for (interval, start) in starts {
            let timeline = timeline(&server, &[("q", q), ("interval", interval), ("tz", tz)]);
            assert_eq!((&timeline["tz"], &timeline["interval"]), (&json!(tz), &json!(interval)));
            assert_eq!(timeline["buckets"], json!([{"start": start, "count": 1, "stories": 1}]), "{q} {tz}");
        }
    };
    let (hour, day, week, month, quarter, year) = ("hour", "day", "week", "month", "quarter", "year");
    let march = [(hour, "2024-03-31T22:00+00:00"), (day, "2024-03-31"), (week, "2024-03-25"), (month, "2024-03-01")];
    let [one, two, three, four] = march;
    check("evening", "UTC", [one, two, three, four, (quarter, "2024-01-01"), (year, "2024-01-01")]);
    let april = [(hour, "2024-04-01T00:00+02:00"), (day, "2024-04-01"), (week, "2024-04-01"), (month, "2024-04-01")];
    let [one, two, three, four] = april;
    check("evening", "Europe/Berlin", [one, two, three, four, (quarter, "2024-04-01"), (year, "2024-01-01")]);
    let old = [(hour, "2024-12-31T22:00-05:00"), (day, "2024-12-31"), (week, "2024-12-30"), (month, "2024-12-01")];
    let [one, two, three, four] = old;
    check("eve", "America/New_York", [one, two, three, four, (quarter, "2024-10-01"), (year, "2024-01-01")]);
}

/// A line is the timeline of a search with its value as a filter, drawn on the axis of all.
#[test]
fn a_line_of_a_value_is_the_timeline_of_a_search_for_it() {
    let (_archive, server) = spring();
    for (by, interval) in [("tag", "day"), ("tag", "month"), ("section", "week"), ("source", "quarter")] {
        for q in ["ore", "ore -tag:lead"] {
            let whole = server.search(&[("q", q), ("limit", "0"), ("interval", interval)]);
            let drawn = timeline(&server, &[("q", q), ("interval", interval), ("series", by)]);
            let (all, lines) = (&whole["timeline"], list(&drawn, "series"));
            assert_eq!(
                (&drawn["by"], &drawn["buckets"]),
                (&json!(by), &all["buckets"]),
                "those of all stay as they are"
            );
            assert_eq!(sum(&drawn) + number(&drawn, "unplaced"), number(&whole, "total"));
            assert!(lines.len() >= 2, "{by}: {drawn}");
            for line in lines {
                let value = line["value"].as_str().unwrap();
                let one = server.search(&[("q", q), ("limit", "0"), ("interval", interval), (by, value)]);
                assert_eq!(starts(line), starts(all), "{by}: {value}");
                assert_eq!(filled(line), filled(&one["timeline"]), "{by}: {value}");
                assert_eq!(line["unplaced"], one["timeline"]["unplaced"], "{by}: {value}");
                assert_eq!((&line["count"], &line["stories"]), (&one["total"], &one["total_stories"]));
                assert_eq!(sum(line) + number(line, "unplaced"), number(line, "count"), "{by}: {value}");
            }
        }
    }
    let daily = timeline(&server, &[("q", "ore"), ("interval", "day"), ("series", "tag")]);
    assert!(list(&daily, "series").iter().all(|line| number(line, "unplaced") > 0), "months are no days");
    assert!(
        list(&daily, "series").iter().map(sum).sum::<u64>() > sum(&daily),
        "an article of two tags is in both lines"
    );
}

#[test]
fn the_most_frequent_values_have_a_line_each_or_those_filtered_by() {
    let (_archive, server) = spring();
    let lines = |asked: &[(&str, &str)]| -> Vec<(String, u64, bool)> {
        let timeline = timeline(&server, &[&[("q", "ore"), ("series", "tag")], asked].concat());
        let line = |line: &Value| {
            (line["value"].as_str().unwrap().to_owned(), number(line, "count"), line["selected"] == true)
        };
        list(&timeline, "series").iter().map(line).collect()
    };
    let tags = &server.search(&[("q", "ore"), ("limit", "0"), ("facets", "tag")])["facets"]["tag"];
    let tag = |value: &Value| (value["value"].as_str().unwrap().to_owned(), number(value, "count"), false);
    let tags: Vec<_> = list(tags, "values").iter().map(tag).collect();
    assert_eq!(tags.len(), 4);
    assert_eq!(lines(&[]), tags);
    assert_eq!(lines(&[("series_limit", "2")]), tags[..2]);
    let (iron, lead) = (server.total("tag:iron"), server.total("tag:lead"));
    assert!(iron > lead);
    let of_two = [("iron".to_owned(), iron, true), ("lead".to_owned(), lead, true)];
    assert_eq!(lines(&[("tag", "lead"), ("tag", "iron"), ("tag", "-nothing")]), of_two);
    assert_eq!(lines(&[("tag", "lead"), ("tag", "iron"), ("series_limit", "1")]), of_two[..1]);
    let narrowed = lines(&[("section", "Ports"), ("series_limit", "1")]);
    assert_eq!(narrowed[0].1, server.total(&format!("section:Ports tag:{}", narrowed[0].0)));
}

/// The first of the year has an article of the one paper, the third one of the other, the sixth and the ninth one of the one.
fn january() -> (TestArchive, Server) {
    let article = |id: &str, word: &str, date: &str, source: &str| json!({"id": id, "title": format!("{word} {id}"), "date": date, "source": source, "language": "en"});
    with([
        article("a", "Tin", "2025-01-01T10:00:00Z", "The Ore"),
        article("b", "Zinc", "2025-01-03T10:00:00Z", "Tin Weekly"),
        article("c", "Tin", "2025-01-06T10:00:00Z", "The Ore"),
        article("d", "Zinc", "2025-01-09T23:30:00Z", "The Ore"),
    ])
}

/// Start, count and whether it is a gap.
fn told(line: &Value) -> Vec<(&str, u64, bool)> {
    let buckets = list(line, "buckets").iter();
    buckets
        .map(|bucket| (&bucket["start"].as_str().unwrap()[8..], number(bucket, "count"), bucket["gap"] == true))
        .collect()
}

fn gaps(answer: &Value) -> Vec<(&str, &str)> {
    let all = list(answer, "gaps").iter().map(|gap| {
        let day = |name: &str| &gap[name].as_str().unwrap()[8..];
        (day("from"), day("to"))
    });
    all.collect()
}

#[test]
fn a_day_of_which_nothing_is_kept_is_a_gap_and_one_on_which_others_wrote_is_none() {
    let (_archive, server) = january();
    let tin = timeline(&server, &[("q", "tin"), ("interval", "day")]);
    let days =
        [("01", 1, false), ("02", 0, true), ("03", 0, false), ("04", 0, true), ("05", 0, true), ("06", 1, false)];
    assert_eq!(told(&tin), days);
    assert_eq!(gaps(&tin), [("02", "02"), ("04", "05")]);
    let weekly = timeline(&server, &[("q", "tin"), ("interval", "week")]);
    assert_eq!(told(&weekly), [("30", 1, false), ("06", 1, false)], "there is something in every week");
    assert_eq!(gaps(&weekly), [("02", "02"), ("04", "05"), ("07", "08")], "as far as the last week goes");
    let lines = timeline(&server, &[("q", "tin"), ("interval", "day"), ("series", "source")]);
    assert_eq!(told(&list(&lines, "series")[0]), days, "of what is kept of all, not of the value");
    let late = timeline(&server, &[("q", "*"), ("interval", "day"), ("tz", "Asia/Tokyo")]);
    assert_eq!(gaps(&late), [("02", "02"), ("04", "05"), ("07", "09")], "where the ninth is the tenth already");
    let none = timeline(&server, &[("q", "nothing"), ("interval", "day")]);
    assert_eq!((told(&none), gaps(&none)), (vec![], vec![]));
}

#[test]
fn with_a_source_the_days_on_which_that_one_is_silent_are_gaps() {
    let (_archive, server) = january();
    let of_one = timeline(&server, &[("q", "tin"), ("interval", "day"), ("source", "the ore")]);
    let days = [("01", 1, false), ("02", 0, true), ("03", 0, true), ("04", 0, true), ("05", 0, true), ("06", 1, false)];
    assert_eq!(told(&of_one), days);
    assert_eq!(gaps(&of_one), [("02", "05")]);
    for q in ["tin source:\"the ore\"", "tin (source:\"the ore\" OR source:nobody)"] {
        let asked = timeline(&server, &[("q", q), ("interval", "day")]);
        assert_eq!((told(&asked), gaps(&asked)), (told(&of_one), gaps(&of_one)), "{q}");
        let since = timeline(&server, &[("q", q), ("interval", "day"), ("from", "2025-01-01")]);
        assert_eq!(gaps(&since), gaps(&of_one), "{q}, with a date beside it");
    }
    let or_others = timeline(&server, &[("q", "tin (source:\"the ore\" OR tin)"), ("interval", "day")]);
    assert_eq!(gaps(&or_others), [("02", "02"), ("04", "05")], "that chooses no source");
    let of_both = [("q", "tin"), ("interval", "day"), ("source", "the ore"), ("source", "tin weekly")];
    assert_eq!(gaps(&timeline(&server, &of_both)), [("02", "02"), ("04", "05")]);
    for other in [("source", "-tin weekly"), ("lang", "en"), ("from", "2025-01-01")] {
        let timeline = timeline(&server, &[("q", "tin"), ("interval", "day"), other]);
        assert_eq!(gaps(&timeline), [("02", "02"), ("04", "05")], "{other:?} chooses no source");
    }
}

#[test]
fn searches_are_compared_on_one_axis() {
    let (_archive, server) = spring();
    let queries = ["tag:tin", "tag:zinc -tag:tin", "ore", "nothing", "date:2024-04"];
    for (interval, narrowing) in [("day", ("section", "Metals")), ("month", ("source", "-the ore"))] {
        let mut asked: Vec<(&str, &str)> = queries.iter().map(|q| ("q", *q)).collect();
        asked.extend([("interval", interval), narrowing]);
        let compared = server.json(&format!("/api/v1/compare?{}", query(&asked)));
        assert_eq!((&compared["interval"], &compared["tz"]), (&json!(interval), &json!("UTC")));
        let lines = list(&compared, "queries");
        assert_eq!(lines.iter().map(|line| line["query"]["input"].as_str().unwrap()).collect::<Vec<_>>(), queries);
        for (q, line) in queries.into_iter().zip(lines) {
            let one = server.search(&[("q", q), ("limit", "0"), ("interval", interval), narrowing]);
            assert_eq!(starts(line), starts(&lines[2]), "{q}");
            assert_eq!(sum(line) + number(line, "unplaced"), number(line, "total"), "{q}");
            assert_eq!(filled(line), filled(&one["timeline"]), "{q}");
            assert_eq!((&line["total"], &line["total_stories"]), (&one["total"], &one["total_stories"]), "{q}");
            assert_eq!(line["unplaced"], one["timeline"]["unplaced"], "{q}");
        }
        assert!(number(&lines[2], "total") > number(&lines[0], "total") && lines[3]["total"] == 0);
    }
    // The ends of the axis are the first and the last of all of them.
    let (_archive, server) = january();
    let compared = server.json("/api/v1/compare?q=tin&q=zinc&interval=day&q=");
    let [tin, zinc] = list(&compared, "queries").as_slice() else { panic!("{compared}") };
    assert_eq!((starts(tin).first(), starts(tin).last()), (Some(&"2025-01-01"), Some(&"2025-01-09")));
    assert_eq!((gaps(&compared), told(zinc)[1]), (vec![("02", "02"), ("04", "05"), ("07", "08")], ("02", 0, true)));
}

#[test]
fn no_search_and_six_of_them_are_not_compared() {
    let (_archive, server) = january();
    let refused = |parameters: &str, code: &str| {
        let path = format!("/api/v1/compare?{parameters}");
        assert_eq!(get(&server, &path).problem(400, &path), code, "{path}");
    };
    refused("", "nothing_to_compare");
    refused("q=&q=+&interval=day", "nothing_to_compare");
    refused("q=a&q=b&q=c&q=d&q=e&q=f", "too_many_queries");
    refused("q=tin&q=%22zinc&strict=1", "unclosed_quote");
    refused("q=tin&interval=fortnight", "unknown_value");
    assert_eq!(list(&server.json("/api/v1/compare?q=a&q=b&q=c&q=d&q=e"), "queries").len(), 5);
}
