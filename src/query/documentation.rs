//! docs/query-language.md teaches what is so: its examples read as they say, and it names every field and code.

use jiff::tz::TimeZone;

use super::fields::Field;
use super::*;

const PAGE: &str = include_str!("../../docs/query-language.md");

#[test]
fn every_example_reads_as_it_says() {
    let now = "2025-03-05T12:30:00Z".parse().unwrap();
    let context = Context { mode: Mode::All, tz: TimeZone::UTC, now, bounds: Bounds::default() };
    let examples: Vec<_> = PAGE.lines().filter_map(|line| line.split_once(" →  ")).collect();
    assert!(examples.len() > 25);
    for (query, canonical) in examples {
        let reading = parse(query.trim(), &context).unwrap();
        assert_eq!((reading.canonical.as_str(), reading.warnings.len()), (canonical, 0), "{query}");
    }
}

#[test]
fn every_field_is_named() {
    for name in Field::names() {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn every_code_is_explained() {
    let codes = include_str!("advice.rs").lines().filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1));
    let codes: Vec<_> = codes.collect();
    assert!(codes.len() > 20);
    for code in codes {
        assert!(PAGE.contains(&format!("`{code}`")), "{code}");
    }
}
