//! `/article/{id}/compare`: two versions of an article as one text, with what was deleted and inserted in it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::dates::{self, DateLine};
use super::error::of_article;
use super::frame::{Frame, send};
use super::hits::EscapedText;
use super::wording::{capitalised, grouped, lang_attribute};
use crate::search::answer::{Change, DifferenceAnswer, FieldChange, Passage, Piece, VersionLine, VersionStatus};
use crate::search::request::DifferenceRequest;
use crate::search::{Archive, escape};

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    frame: Frame,
    lang: Option<String>,
    headline: EscapedText,
    /// Neither version has a headline.
    is_unnamed: bool,
    lead: Option<EscapedText>,
    paragraphs: Vec<Paragraph>,
    fields: Vec<Field>,
    from: Side,
    to: Side,
    /// What there is to choose from.
    numbers: Vec<u32>,
    tally: String,
    article: String,
    here: String,
    json: String,
}

struct Side {
    number: u32,
    stored: DateLine,
    href: String,
}

struct Paragraph {
    /// What the paragraph as a whole is, for the sign in its margin.
    class: &'static str,
    text: EscapedText,
}

struct Field {
    label: String,
    values: EscapedText,
}

pub(in crate::http) async fn compare(
    State(archive): State<Arc<Archive>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let here = Address::read("/article", query.as_deref()).at(format!("/article/{id}/compare"));
    let number = |name: &str| here.first(name).and_then(|number| number.parse().ok());
    let request = DifferenceRequest { id: id.clone(), from: number("from"), to: number("to") };
    match archive.difference(request).await {
        Ok(answer) => send(StatusCode::OK, &page(&answer, &here, &TimeZone::UTC)),
        Err(error) => of_article(&id, &here.at("/search"), error),
    }
}

fn page(answer: &DifferenceAnswer, here: &Address, tz: &TimeZone) -> ComparePage {
    let (from, to) = (answer.from.version, answer.to.version);
    let article = here.only(&[]).at(format!("/article/{}", answer.id));
    let is_unnamed = answer.headline.iter().all(|piece| piece.text.trim().is_empty());
    let both = here.only(&[]).setting("from", from.to_string()).setting("to", to.to_string());
    ComparePage {
        frame: Frame::new(format!("What changed from version {from} to {to}")),
        lang: lang_attribute(answer.lang.as_deref()).map(str::to_owned),
        headline: if is_unnamed {
            EscapedText::plain("An article without a headline")
        } else {
            marked(&answer.headline)
        },
        is_unnamed,
        lead: Some(marked(&answer.lead)).filter(|_| !answer.lead.is_empty()),
        paragraphs: answer.body.iter().map(paragraph).collect(),
        fields: answer.fields.iter().map(|change| field(change, tz)).collect(),
        from: side(&answer.from, &article, tz),
        to: side(&answer.to, &article, tz),
        numbers: shown(&answer.versions),
        tally: tally(answer),
        article: article.href(),
        here: here.only(&[]).href(),
        json: both.at(format!("{API}/articles/{}/diff", answer.id)).href(),
    }
}

fn side(line: &VersionLine, article: &Address, tz: &TimeZone) -> Side {
    let href = article.setting("version", line.version.to_string()).href();
    Side { number: line.version, stored: dates::moment(line.stored, tz), href }
}

fn shown(lines: &[VersionLine]) -> Vec<u32> {
    lines.iter().filter(|line| line.status == VersionStatus::Shown).map(|line| line.version).collect()
}

fn paragraph(passage: &Passage) -> Paragraph {
    let class = match passage.kind {
        Change::Same => "same",
        Change::Edited => "edited",
        Change::Deleted => "deleted",
        Change::Inserted => "inserted",
    };
    Paragraph { class, text: marked(&passage.pieces) }
}

/// Escaped, with `<ins>` and `<del>` as the only elements.
fn marked(pieces: &[Piece]) -> EscapedText {
    let mut html = String::new();
    for piece in pieces {
        let (open, close) = match piece.kind {
            Change::Deleted => ("<del>", "</del>"),
            Change::Inserted => ("<ins>", "</ins>"),
            Change::Same | Change::Edited => ("", ""),
        };
        html.push_str(open);
        escape(&piece.text, &mut html);
        html.push_str(close);
    }
    EscapedText::marked(&html)
}

/// The values of a field in the order of the older version, those that came at the end: old before new, as in the text.
fn field(change: &FieldChange, tz: &TimeZone) -> Field {
    let is_date = matches!(change.name, "published" | "modified");
    let worded = |value: &String| match value.parse() {
        Ok(at) if is_date => dates::bare(at, tz),
        _ => value.clone(),
    };
    let piece = |kind, value: &String| vec![Piece { kind, text: worded(value) }];
    let old = change
        .from
        .iter()
        .map(|value| piece(if change.to.contains(value) { Change::Same } else { Change::Deleted }, value));
    let new = change.to.iter().filter(|value| !change.from.contains(value)).map(|value| piece(Change::Inserted, value));
    let values: Vec<String> = old.chain(new).map(|pieces| marked(&pieces).to_string()).collect();
    let is_single = change.from.len() <= 1 && change.to.len() <= 1;
    let values = values.join(if is_single { " " } else { ", " });
    Field { label: capitalised(label(change.name)), values: EscapedText::marked(&values) }
}

fn label(name: &str) -> &str {
    match name {
        "orgs" => "organisations",
        "lang" => "language",
        "url" => "address",
        "image" => "picture",
        "authors" => "byline",
        "tags" => "subjects",
        name => name,
    }
}

fn tally(answer: &DifferenceAnswer) -> String {
    let passages = answer.body.iter().flat_map(|passage| &passage.pieces);
    let pieces: Vec<&Piece> = answer.headline.iter().chain(&answer.lead).chain(passages).collect();
    let words = |kind| {
        let texts = pieces.iter().filter(|piece| piece.kind == kind).map(|piece| piece.text.as_str());
        let words = texts.flat_map(str::split_whitespace).filter(|word| word.contains(char::is_alphanumeric));
        words.count() as u64
    };
    match (words(Change::Deleted), words(Change::Inserted)) {
        (0, 0) if pieces.iter().all(|piece| piece.kind == Change::Same) => "The text is the same in both".to_owned(),
        (0, 0) => "Only signs between the words are different".to_owned(),
        (deleted, inserted) => format!("{} deleted, {} inserted", counted(deleted), counted(inserted)),
    }
}

fn counted(words: u64) -> String {
    format!("{} {}", grouped(words), if words == 1 { "word" } else { "words" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;

    fn drawn(answer: &DifferenceAnswer) -> String {
        let here = Address::read("/article/a000000000000000/compare", Some("from=1&to=2"));
        page(answer, &here, &TimeZone::UTC).render().unwrap()
    }

    #[test]
    fn what_was_deleted_and_inserted_is_an_element_of_its_own() {
        let page = drawn(&made_up::difference_answer());
        assert!(page.contains("rose by <del>a metre</del><ins>two metres</ins> overnight"), "{page}");
        assert!(page.contains("<p class=\"deleted\" dir=\"auto\"><del>"), "{page}");
        assert!(page.contains("4 words deleted, 2 words inserted"), "{page}");
    }

    #[test]
    fn values_of_other_fields_are_told_one_by_one() {
        let page = drawn(&made_up::difference_answer());
        assert!(page.contains("tin, <del>lead</del>, <ins>zinc</ins>"), "{page}");
    }

    #[test]
    fn a_date_that_changed_is_worded_and_the_old_one_stands_first() {
        let mut answer = made_up::difference_answer();
        let (from, to) = (vec!["2025-04-02T08:00:00Z".to_owned()], vec!["2025-04-02T12:30:00Z".to_owned()]);
        answer.fields = vec![FieldChange { name: "published", from, to }];
        let expected = "<del>2 April 2025, 08:00 UTC</del> <ins>2 April 2025, 12:30 UTC</ins>";
        assert!(drawn(&answer).contains(expected), "{}", drawn(&answer));
    }

    #[test]
    fn signs_are_no_words() {
        let mut answer = made_up::difference_answer();
        let piece = |kind, text: &str| Piece { kind, text: text.to_owned() };
        answer.headline = vec![piece(Change::Same, "Flood"), piece(Change::Inserted, ", updated")];
        answer.body = Vec::new();
        assert_eq!(tally(&answer), "0 words deleted, 1 word inserted");
        answer.headline = vec![piece(Change::Same, "Flood"), piece(Change::Inserted, "!")];
        assert_eq!(tally(&answer), "Only signs between the words are different");
        answer.headline.truncate(1);
        assert_eq!(tally(&answer), "The text is the same in both");
    }

    #[test]
    fn versions_of_one_minute_are_told_apart() {
        assert!(drawn(&made_up::difference_answer()).contains("1 March 2025, 08:00:00 UTC"));
    }

    #[test]
    fn it_leads_to_both_versions_and_to_the_same_as_json() {
        let page = drawn(&made_up::difference_answer());
        for link in ["?version=1\"", "?version=2\"", "/api/v1/articles/a000000000000000/diff?from=1&#38;to=2"] {
            assert!(page.contains(link), "{link}: {page}");
        }
        assert!(page.contains("<option value=\"1\" selected>") && page.contains("<option value=\"2\" selected>"));
    }

    #[test]
    fn hostile_text_is_escaped_in_every_kind_of_change() {
        let page = drawn(&made_up::hostile_difference());
        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;"));
    }
}
