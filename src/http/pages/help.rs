//! `/help`: the query language in short, every example a search.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::address::Address;
use super::frame::{Frame, send};

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    chapters: &'static [Chapter],
}

struct Chapter {
    anchor: &'static str,
    heading: &'static str,
    opening: &'static str,
    /// An example and what it finds.
    lines: &'static [(&'static str, &'static str)],
}

pub(in crate::http) async fn help() -> Response {
    send(StatusCode::OK, &page())
}

fn page() -> HelpPage {
    HelpPage { frame: Frame::new("How to search"), chapters: &CHAPTERS }
}

/// The example as a link.
fn search(example: &str) -> String {
    Address::read("/search", None).setting("q", example).href()
}

#[rustfmt::skip]
const CHAPTERS: [Chapter; 7] = [
    Chapter {
        anchor: "words",
        heading: "Words and phrases",
        opening: "Every word you type must be there; nothing is dropped and nothing is optional. Capitals and accents do not matter.",
        lines: &[
            ("rare earths china", "all three words, in any of their forms: mine also finds mines and mined"),
            ("\"rare earths\"", "exactly these words, in this order, small words included"),
            ("=mine", "this word as it stands, in no other form"),
            ("licen*", "any ending: licence, licensed; at least two letters must stand before the star"),
            ("licen?e", "exactly one character: licence, license"),
            ("\"rare earth*\"", "any ending inside a phrase"),
            ("\"licences earths\"~3", "these words in any order, with at most three others among them"),
            ("gadolinum~", "words one slip of the finger away; gadolinum~2 allows two"),
            ("/licen[cs]es?/", "a regular expression for one whole word"),
            ("U.S.", "the acronym, and not the word us"),
        ],
    },
    Chapter {
        anchor: "operators",
        heading: "And, or, not",
        opening: "Operators are written in capitals. Where AND and OR meet without parentheses, AND binds tighter, and the page says how it read you.",
        lines: &[
            ("oil AND opec", "both; the same as writing them side by side"),
            ("oil OR gas", "either"),
            ("oil -gas", "the first without the second; also written oil NOT gas"),
            ("(oil OR gas) AND (price* OR tariff*)", "parentheses group"),
            ("oil^3 opec", "counts the first word three times when sorting by relevance"),
        ],
    },
    Chapter {
        anchor: "proximity",
        heading: "Near each other",
        opening: "On either side stands one word, a phrase, or alternatives in parentheses. NOT before an operator asks for the first without the second so near to it.",
        lines: &[
            ("\"rare earths\" W/10 (china OR japan)", "at most ten words from one to the other; also written NEAR/10"),
            ("licen* PRE/3 shipment", "the same, in this order"),
            ("licence W/S shipment", "in one sentence; W/P: in one paragraph"),
            ("china NOT W/5 \"rare earths\"", "where the second is not near the first"),
            ("ATLEAST/3 \"rare earths\"", "three times or more"),
            ("FIRST/20 \"rare earths\"", "within the first twenty words, counted from the headline on"),
            ("headline:(china PRE/6 \"rare earths\")", "a field counts for all of it"),
        ],
    },
    Chapter {
        anchor: "fields",
        heading: "In one field",
        opening: "A field's name and a colon look there alone. Parentheses extend it over several words.",
        lines: &[
            ("headline:election", "in the headline"),
            ("lead:(mine OR mines)", "in the standfirst; body: and hlead: (headline or lead) work alike"),
            ("tag:\"rare earths\"", "a subject, whole"),
            ("author:holloway", "a word of the byline"),
            ("source:\"Harbour Ledger\"", "a publisher by its whole name"),
            ("site:meridian-post.example", "a site and everything beneath it"),
            ("section:business", "a section; place:, person: and org: are asked the same way"),
            ("lang:en", "a language, its regional forms included"),
            ("words:>200", "longer articles; words:[300 TO 800] is a range"),
        ],
    },
    Chapter {
        anchor: "dates",
        heading: "By date",
        opening: "A date without a day covers its whole month or year. Both ends of a range count.",
        lines: &[
            ("date:2025-02", "published in February 2025"),
            ("date:[2025-01-15 TO 2025-03-31]", "between two days, both included"),
            ("after:2025-02-01 before:2025-03", "to the end of that March"),
            ("when:7d", "the last seven days; 24h, 2w, 3m, 1y, today, yesterday and last-month work too"),
            ("modified:>=2025-02-01", "changed since then; seen: is when it came into the archive"),
        ],
    },
    Chapter {
        anchor: "kinds",
        heading: "By kind",
        opening: "Ask for what an article has, or is.",
        lines: &[
            ("has:image", "with a picture; has:author, has:tags, has:lead and the like"),
            ("is:corrected", "it says so, or another version of it was shown before"),
            ("-is:duplicate", "no copies of earlier articles; is:original asks for the same"),
        ],
    },
    Chapter {
        anchor: "everything",
        heading: "Everything",
        opening: "An empty search, or a star, is the whole archive: a place to begin with the filters at the side.",
        lines: &[("*", "every article"), ("* -tag:sport", "every article but those")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query;

    #[test]
    fn every_example_is_a_link_to_its_search() {
        let page = page().render().unwrap();
        let examples: usize = CHAPTERS.iter().map(|chapter| chapter.lines.len()).sum();
        assert_eq!(page.matches("href=\"/search?q=").count(), examples);
    }

    #[test]
    fn every_example_is_read_as_written() {
        let (mode, tz, now) = (query::Mode::All, jiff::tz::TimeZone::UTC, jiff::Timestamp::UNIX_EPOCH);
        let context = query::Context { mode, tz, now, bounds: query::Bounds::default() };
        for (example, _) in CHAPTERS.iter().flat_map(|chapter| chapter.lines) {
            let reading = query::parse(example, &context).unwrap();
            assert_eq!((reading.warnings.as_slice(), reading.notes.as_slice()), (&[][..], &[][..]), "{example}");
        }
    }

    #[test]
    fn each_chapter_can_be_linked_to() {
        let page = page().render().unwrap();
        for chapter in &CHAPTERS {
            assert!(
                page.contains(&format!("id=\"{}\"", chapter.anchor))
                    && page.contains(&format!("href=\"#{}\"", chapter.anchor))
            );
        }
    }
}
