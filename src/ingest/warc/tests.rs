//! Archives of our own making, sound and damaged.

use std::io::Write;

use super::*;

fn record(kind: &str, url: &str, block: &str) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2020-01-02T03:04:05Z\r\n\
         Content-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    format!("{head}{block}\r\n\r\n").into_bytes()
}

fn page(n: usize) -> Vec<u8> {
    let html = format!("<html><title>Page {n}</title><p>{}</html>", "Words that pack. ".repeat(40 + n));
    record("response", &url(n), &format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}"))
}

fn url(n: usize) -> String {
    format!("https://a.example/{n}")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Addresses of pages, and codes of rejects, as they come.
#[track_caller]
fn items(archive: &[u8], packing: Packing) -> Vec<String> {
    let mut items = Vec::new();
    let _ = read(archive, packing, "a.warc", &mut |item| {
        items.push(match item {
            Item::Page(page) => page.url().unwrap_or_default().to_owned(),
            Item::Reject { reason, .. } => reason.code.to_owned(),
            Item::Article { .. } => unreachable!("pages are read later"),
        });
        ControlFlow::Continue(())
    });
    items
}

#[test]
fn pages_are_found_however_an_archive_is_packed() {
    let records: Vec<Vec<u8>> = (0..3).map(page).collect();
    let expected = [url(0), url(1), url(2)];
    assert_eq!(items(&records.concat(), Packing::Plain), expected);
    assert_eq!(items(&gzip(&records.concat()), Packing::Gzip), expected, "one member");
    let members: Vec<u8> = records.iter().flat_map(|record| gzip(record)).collect();
    assert_eq!(items(&members, Packing::Gzip), expected, "a member a record");
    let whole = records.concat();
    let blocks: Vec<u8> = whole.chunks(300).flat_map(gzip).collect();
    assert_eq!(items(&blocks, Packing::Gzip), expected, "members that end within records");
    let frames: Vec<u8> = records.iter().flat_map(|record| zstd::encode_all(record.as_slice(), 3).unwrap()).collect();
    assert_eq!(items(&frames, Packing::Zstd), expected);
}

#[test]
fn frames_may_share_a_dictionary_that_stands_before_them() {
    let words = b"Words that pack. WARC/1.0\r\nWARC-Type: response\r\n".repeat(20);
    let mut archive = DICTIONARY.to_vec();
    archive.extend((words.len() as u32).to_le_bytes());
    archive.extend(&words);
    for n in 0..2 {
        let mut frame = zstd::bulk::Compressor::with_dictionary(3, &words).unwrap();
        archive.extend(frame.compress(&page(n)).unwrap());
    }
    assert_eq!(items(&archive, Packing::Zstd), [url(0), url(1)]);
}

#[test]
fn damage_costs_its_own_record() {
    let packed: Vec<Vec<u8>> = (0..4).map(|n| gzip(&page(n))).collect();
    for at in 10..packed[1].len() {
        let mut members = packed.clone();
        members[1][at] ^= 0x55;
        let found = items(&members.concat(), Packing::Gzip);
        let (others, own): (Vec<&String>, Vec<&String>) =
            found.iter().partition(|item| item.starts_with("https") && **item != url(1));
        assert_eq!(others, [&url(0), &url(2), &url(3)], "byte {at}");
        assert!(own.iter().any(|item| !item.starts_with("https")), "byte {at}: damage is told");
    }
}

#[test]
fn damage_in_frames_of_zstd_costs_its_own_record() {
    let mut frames: Vec<Vec<u8>> = (0..3).map(|n| zstd::encode_all(page(n).as_slice(), 3).unwrap()).collect();
    frames[1].truncate(40);
    assert_eq!(items(&frames.concat(), Packing::Zstd), [url(0), "damaged".into(), url(2)]);
}

#[test]
fn a_plain_archive_is_read_on_where_the_next_record_begins() {
    let archive = [page(0), b"some bytes that are lost\nand more\n".to_vec(), page(1)].concat();
    assert_eq!(items(&archive, Packing::Plain), [url(0), "bad_record".into(), url(1)]);
    let mut wrong_length = page(1);
    wrong_length.truncate(wrong_length.len() - 200);
    let archive = [page(0), wrong_length, page(2), page(3)].concat();
    let found = items(&archive, Packing::Plain);
    assert_eq!(found.last(), Some(&url(3)));
    assert!(found.contains(&"bad_record".to_owned()));
}

#[test]
fn an_archive_that_breaks_off_is_read_as_far_as_it_goes() {
    let archive = [page(0), page(1)].concat();
    assert_eq!(items(&archive[..archive.len() - 100], Packing::Plain), [url(0), "truncated".into()]);
    let packed = [gzip(&page(0)), gzip(&page(1))].concat();
    assert_eq!(items(&packed[..packed.len() - 30], Packing::Gzip), [url(0), "truncated".into()]);
    assert_eq!(
        items(&archive[..archive.len() - 4], Packing::Plain),
        [url(0), url(1)],
        "only the end lines are missing"
    );
}

#[test]
fn what_is_no_page_is_counted_and_told_once() {
    let not_found = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>gone";
    let image = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nx";
    let archive = [
        record("warcinfo", "", "software: x"),
        record("request", &url(0), "GET / HTTP/1.1\r\n\r\n"),
        record("response", &url(0), not_found),
        record("response", &url(1), image),
        record("response", "dns:a.example", "20200102030405\na.example. 1 IN A 192.0.2.1"),
        page(2),
    ]
    .concat();
    assert_eq!(items(&archive, Packing::Plain), [url(2), "passed_over".into()]);
}

#[test]
fn resources_are_pages_without_a_response_around_them() {
    let html = "<html><p>a</html>";
    let head = format!(
        "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: <{}>\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
        url(7),
        html.len()
    );
    assert_eq!(items(format!("{head}{html}\r\n\r\n").as_bytes(), Packing::Plain), [url(7)]);
}

#[test]
fn arc_is_read_and_its_bad_headers_are_passed() {
    let response = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>a</html>";
    let info = "1 0 Nobody\nURL IP-address Archive-date Content-type Archive-length\n";
    let mut archive = format!("filedesc://a.arc 0.0.0.0 20140216050221 text/plain {}\n{info}\n", info.len());
    for (url, length) in [("https://a.example/x y", response.len()), ("https://a.example/2", response.len())] {
        archive.push_str(&format!("{url} 192.0.2.1 20140216050221 text/html {length}\n{response}\n"));
        archive.push_str("https://a.example/bad 192.0.2.1 20140216050221 text/html -1\nlost\n");
    }
    let expected = ["https://a.example/x%20y", "bad_record", "https://a.example/2", "bad_record", "passed_over"];
    assert_eq!(items(archive.as_bytes(), Packing::Plain), expected);
}

#[test]
fn a_record_longer_than_any_page_is_passed_over_without_being_held() {
    let head =
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\nContent-Length: 40000000\r\n\r\n";
    let archive = [head.as_bytes(), &vec![b'x'; 40_000_000], b"\r\n\r\n", &page(1)].concat();
    assert_eq!(items(&archive, Packing::Plain), ["too_large".to_owned(), url(1)]);
}

#[test]
fn dictionaries_without_end_are_damage() {
    let dictionaries = [DICTIONARY, &[0; 4]].concat().repeat(40_000);
    assert!(items(&dictionaries, Packing::Zstd).len() < 3);
    let page = zstd::encode_all(page(0).as_slice(), 3).unwrap();
    let archive = [&dictionaries[..16], &page].concat();
    assert!(items(&archive, Packing::Zstd).contains(&url(0)), "what follows is read");
}

#[test]
fn damage_after_damage_is_given_up_in_time() {
    // Each member is one stored block that reaches far into those behind it, and then is none.
    let member =
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0][..], &65_530_u16.to_le_bytes(), &(!65_530_u16).to_le_bytes()];
    let archive = [gzip(&page(0)), member.concat().repeat(60_000)].concat();
    let read = items(&archive, Packing::Gzip);
    assert_eq!(read[0], url(0));
    assert!(read.contains(&"too_large".to_owned()) && read.len() < 10, "{read:?}");
}

#[test]
fn what_is_refused_is_kept_with_its_reason() {
    let mut copies = Vec::new();
    let _ = read(&record("response", &url(1), "GARBLED 1")[..], Packing::Plain, "a.warc", &mut |item| {
        if let Item::Reject { reason, copy, .. } = item {
            copies.push((reason.code, copy));
        }
        ControlFlow::Continue(())
    });
    assert_eq!(copies, [("bad_record", b"GARBLED 1".to_vec())]);
}

#[test]
fn a_large_archive_is_read_to_its_end() {
    // Packs less well than what is suspicious, and unpacks to more than what is not.
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (seed >> 24) as u8 % 26)
    };
    let block: String = (0..1 << 20).map(|n| if n % 32 == 0 { noise() } else { 'a' }).collect();
    let member = gzip(&record("request", &url(1), &block));
    let archive = [member.repeat(260), gzip(&page(2))].concat();
    assert_eq!(items(&archive, Packing::Gzip), [url(2), "passed_over".into()]);
}
