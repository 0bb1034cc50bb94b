//! Input that means no good: it is refused with a reason, and the rest of the same run is read.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::archive::TestArchive;
use crate::sending::post;
use crate::server::query;

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), content).unwrap();
}

fn page(inside: &str) -> String {
    format!("<!doctype html><html><head><title>A deep page</title></head><body>{inside}</body></html>")
}

fn gzip(pieces: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = vec![b'a'; 1 << 20];
    (0..pieces).for_each(|_| packed.write_all(&piece).unwrap());
    packed.finish().unwrap()
}

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Ten entities, each ten times the one before.
fn laughter() -> String {
    let mut entities = "<!ENTITY l0 \"ha\">".to_owned();
    for n in 1..10 {
        entities.push_str(&format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)));
    }
    let item = "<item><title>News &l9;</title><link>https://a.example/laugh</link></item>";
    format!("<!DOCTYPE rss [{entities}]><rss version=\"2.0\"><channel><title>t</title>{item}</channel></rss>")
}

/// Files in which nothing that begins has an end: each beginning must not have the whole file read.
fn lay_out_beginnings(folder: &Path) {
    write(folder, "objects.json", "{\"a\":\n".repeat(20_000));
    write(folder, "escapes.json", "{\\\"\n".repeat(150_000));
    write(folder, "quotes.csv", format!("title,text\n{}", "\"a\",\"b\n".repeat(60_000)));
    write(folder, "articles.sgm", "<REUTERS NEWID=\"2\"><TEXT>\n".repeat(20_000));
    write(folder, "dictionaries.warc.zst", [0x5d, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(40_000));
    let stored =
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0][..], &65_530_u16.to_le_bytes(), &5_u16.to_le_bytes()].concat();
    let first = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n";
    let mut sound = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    sound.write_all(first).unwrap();
    write(folder, "members.warc.gz", [sound.finish().unwrap(), stored.repeat(60_000)].concat());
    write(folder, "brackets.md", format!("# Brackets\n\n{}", "[".repeat(300_000)));
    write(folder, "shortcodes.md", format!("# Shortcodes\n\n{}", "{{<".repeat(200_000)));
    write(folder, "deep-links.md", format!("# Links\n\n{}a{}", "[".repeat(20_000), "](b)".repeat(20_000)));
    let tags: Vec<String> = (0..100_000).map(|n| format!("tag {n}")).collect();
    write(folder, "tags.json", json!({"title": "A", "body": "b", "tags": tags}).to_string());
}

fn lay_out(folder: &Path) {
    lay_out_beginnings(folder);
    let deep = "<p>The text at the bottom of a deep page goes on for a while and says a thing or two.</p>".repeat(5);
    for (name, mark) in [("div", "<div>"), ("b", "<b>"), ("table", "<table><tr><td>"), ("font", "<font><i>")] {
        write(folder, &format!("deep-{name}.html"), page(&format!("{}{deep}", mark.repeat(50_000))));
    }
    write(folder, "ampersands.html", page(&format!("{deep}<p>{}", "& ".repeat(500_000))));
    write(folder, "wide.csv", format!("title{}\n{}", ",a".repeat(50_000), "Tin\n".repeat(500)));
    write(folder, "deep.json", "[".repeat(200_000));
    write(folder, "deep.xml", format!("<rss version=\"2.0\"><channel>{}", "<a>".repeat(100_000)));
    write(folder, "bomb.txt.gz", gzip(400));
    write(folder, "bomb.html.gz", gzip(400));
    write(
        folder,
        "climbing.zip",
        zip(&[("../../up.txt", "A file that climbs\n\nIts text.\n"), ("b.txt", "Beside it\n\nMore.\n")]),
    );
    write(folder, "laughter.xml", laughter());
    write(folder, "headline.json", json!({"title": "A".repeat(10 << 20), "body": "b"}).to_string());
    write(folder, "headline.html", page(&format!("<h1>{}</h1>{deep}", "A".repeat(10 << 20))));
    write(folder, "line.jsonl", format!("{{\"title\": \"{}", "a".repeat(40 << 20)));
    write(folder, "nul.jsonl", "{\"id\":\"nul\",\"title\":\"A\0B\",\"body\":\"x\0y\"}\n");
    write(
        folder,
        "encoding.html",
        [
            &b"<html><head><meta charset=utf-8><title>K\xe4se</title></head><body><article>"[..],
            &b"<p>Gr\xfc\xdfe aus M\xfcnchen, wo es heute regnet und morgen auch.</p>".repeat(20),
        ]
        .concat(),
    );
    let dates = ["9999-12-31T23:59:59-14:00", "99999-01-01", "0001-01-01", "1e400", "-5000-01-01"];
    let dated = dates
        .iter()
        .enumerate()
        .map(|(n, date)| json!({"id": format!("d{n}"), "title": date, "body": "b", "date": date, "tags": ["dated"]}));
    write(folder, "dates.jsonl", dated.map(|line| format!("{line}\n")).collect::<String>());
    write(folder, "zz-good.jsonl", "{\"id\":\"good\",\"title\":\"After everything\",\"body\":\"It is read.\"}\n");
}

/// Codes of the rejects, by the file they are of.
fn rejects(archive: &TestArchive) -> BTreeMap<String, Vec<String>> {
    let output = archive.command("runs").args(["1", "--rejects"]).output().unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((place, reason)) = line.split_once("  ") else { continue };
        let code = reason.trim();
        let file = place.rsplit('/').next().unwrap().split([' ', '!', ':']).next().unwrap();
        found.entry(file.to_owned()).or_default().push(code.split(':').next().unwrap().to_owned());
    }
    found
}

#[test]
fn hostile_input_is_refused_with_a_reason_and_the_rest_is_read() {
    let archive = TestArchive::new();
    let folder = archive.folder.path().join("hostile");
    std::fs::create_dir(&folder).unwrap();
    lay_out(&folder);
    let (ended, held) = archive.ingest_watched(&folder.display().to_string());
    assert_eq!(ended, Some(3), "read to the end, and some of it refused");
    assert!(held.is_none_or(|held| held < 512), "it held {held:?} MiB");
    let rejects = rejects(&archive);
    for (file, code) in [
        ("bomb.txt.gz", "too_large"),
        ("bomb.html.gz", "too_large"),
        ("headline.json", "too_large"),
        ("deep.xml", "truncated"),
        ("deep.json", "no_article"),
        ("objects.json", "bad_json"),
        ("escapes.json", "bad_json"),
        ("quotes.csv", "bad_row"),
        ("articles.sgm", "truncated"),
        ("dictionaries.warc.zst", "damaged"),
        ("members.warc.gz", "too_large"),
        ("tags.json", "too_large"),
    ] {
        let codes = rejects.get(file).cloned().unwrap_or_default();
        assert!(codes.contains(&code.to_owned()), "{file}: {:?}", &codes[..codes.len().min(9)]);
    }
    assert!(rejects.contains_key("line.jsonl"));
    assert!(!archive.folder.path().join("up.txt").exists() && !folder.join("../../up.txt").exists());
    let server = crate::server::Server::start(&archive);
    assert_eq!(server.total("headline:everything"), 1, "what comes after it is read");
    assert_eq!(server.total("headline:climbs"), 1, "a name in an archive is only a name");
    assert_eq!(server.total("headline:(brackets OR shortcodes OR links)"), 3);
    assert_eq!(server.total("bottom"), 6, "deep pages are read, one with a long heading, and one of ampersands");
    assert_eq!(server.total("München"), 1, "the wrong encoding is seen through");
    assert_eq!(server.total("tag:dated"), 5, "no date is no reason to lose an article");
}

/// The same, sent: each is an answer, and none is a fault.
#[test]
fn hostile_input_that_is_sent_is_answered_with_a_reason() {
    let archive = TestArchive::new();
    let folder = archive.folder.path().join("hostile");
    std::fs::create_dir(&folder).unwrap();
    lay_out(&folder);
    let server = crate::server::Server::start(&archive);
    for file in std::fs::read_dir(&folder).unwrap().flatten() {
        let (name, content) = (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap());
        let answer = post(&server, "", &["Content-Type: application/octet-stream"], content);
        match answer.status {
            200 => assert!(answer.body.contains("\"state\":\"finished\""), "{name}: {}", answer.body),
            status => drop(answer.problem(status, &name)),
        }
        assert!([200, 400, 413, 415, 422].contains(&answer.status), "{name}: {} {}", answer.status, answer.body);
    }
    if let Some(held) = server.held() {
        assert!(held < 512, "it held {held} MiB");
    }
    assert_eq!(server.total("headline:everything"), 1);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

/// As much as may be, and more: in the envelope while it can be read as a request, and else by the status alone.
#[test]
fn heads_are_bounded_in_lines_and_bytes() {
    let archive = TestArchive::new();
    let server = crate::server::Server::start(&archive);
    let asked = |lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        crate::wire::ask(&server, "GET", "/api/v1/query?q=tin", &lines, b"")
    };
    // With them come `Host` and `Connection`.
    let many = |count: usize| asked(&vec!["X-A: b".to_owned(); count - 2]);
    let long = |bytes: usize| asked(&[format!("X-A: {}", "b".repeat(bytes))]);
    assert_eq!((many(100).status, long(32_000).status), (200, 200));
    for refused in [many(101), many(200), long(33_000), long(60_000)] {
        assert_eq!(refused.problem(431, "a large head"), "headers_too_large");
    }
    for refused in [many(201), many(9000), long(65_500), long(70_000), long(120_000), long(1_000_000)] {
        assert_eq!((refused.status, refused.header("connection"), refused.body.as_str()), (431, Some("close"), ""));
    }
    assert_eq!(many(100).status, 200);
}

/// Questions that mean no good are refused or end in time, and nobody else waits for them.
#[test]
fn hostile_questions_are_answered() {
    let archive = TestArchive::new();
    archive.ingest(&[&archive.file("a.jsonl", &crate::made_up::corpus(200))]);
    let server = crate::server::Server::start(&archive);
    let bombs = [
        "/(a+)+(b+)+(c+)+$/".to_owned(),
        format!("/{}/", "(a|b|c|d)?".repeat(100)),
        format!("/{}/", "x{1,1000}".repeat(20)),
        "/.*.*.*.*.*/".to_owned(),
        "(".repeat(3000),
        format!("{}tin{}", "(".repeat(500), ")".repeat(500)),
        vec!["m*"; 400].join(" OR "),
        vec!["tin~2"; 200].join(" "),
        format!("\"{}\"~100000", "tin ".repeat(500)),
        format!("tin{}", "^9".repeat(500)),
        vec!["tin W/5 copper"; 150].join(" W/5 "),
        "NOT ".repeat(900) + "tin",
        "\u{202e}\u{0}\u{feff}".repeat(200),
    ];
    for bomb in &bombs {
        let path = format!(
            "/api/v1/search?{}",
            query(&[("q", bomb), ("facets", "tag"), ("highlight", "1"), ("explain", "1")])
        );
        let answer = crate::wire::get(&server, &path);
        assert!([200, 400, 503].contains(&answer.status), "{bomb:.80}: {} {}", answer.status, answer.body);
    }
    for (name, value) in [
        ("limit", "99999999999999999999"),
        ("facet_limit", "-1"),
        ("half_life", "P999999999Y"),
        ("tz", "../../etc/passwd"),
        ("from", "9999999-01-01"),
        ("interval", "nanosecond"),
    ] {
        let answer = crate::wire::get(&server, &format!("/api/v1/search?q=tin&{}", query(&[(name, value)])));
        assert_eq!(answer.status, 400, "{name}: {}", answer.body);
    }
    let deep = format!("{{\"q\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let answer =
        crate::wire::ask(&server, "POST", "/api/v1/search", &["Content-Type: application/json"], deep.as_bytes());
    assert_eq!(answer.problem(400, "deep JSON"), "bad_json");
    assert_eq!(server.total("tin") > 0, server.get("/readyz").0 == 200);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}
