//! `/`: the front page. The box, what is in the archive, and the latest of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::Address;
use super::chart::{self, Chart};
use super::error::refusal;
use super::facets::{self, FacetList};
use super::frame::{Frame, send};
use super::hits::{self, ResultLine};
use super::narrowing::Narrowing;
use super::wording::articles;
use crate::search::Archive;
use crate::search::answer::{FacetValue, SearchAnswer};
use crate::search::request::{FacetField, SearchRequest, Sort, Unit, Values};

/// The newest articles shown.
const LATEST: usize = 9;

#[derive(Template)]
#[template(path = "home.html")]
pub(super) struct HomePage {
    frame: Frame,
    total: String,
    is_empty: bool,
    examples: Vec<Example>,
    lead_story: Option<ResultLine>,
    latest: Vec<ResultLine>,
    chart: Option<Chart>,
    facets: Vec<FacetList>,
}

/// A query to try, made from what the archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Example {
    pub(super) query: String,
    pub(super) href: String,
}

pub(in crate::http) async fn home(State(archive): State<Arc<Archive>>) -> Response {
    match archive.search(everything()).await {
        Ok(answer) => send(StatusCode::OK, &page(&answer)),
        Err(error) => refusal(&Address::read("/", None), error),
    }
}

fn everything() -> SearchRequest {
    SearchRequest {
        sort: Some(Sort::Newest),
        limit: LATEST,
        facets: vec![FacetField::Tag, FacetField::Source, FacetField::Section, FacetField::Place, FacetField::Lang],
        values: Values { limit: 8, ..Values::default() },
        interval: Some(Unit::Auto),
        // The same story from ten papers is one story.
        collapse: true,
        originals: true,
        ..SearchRequest::default()
    }
}

pub(super) fn page(answer: &SearchAnswer) -> HomePage {
    let here = Address::read("/search", None);
    let all = Narrowing { here: &here, canonical: "*" };
    let mut latest: Vec<_> = answer.hits.iter().map(|hit| hits::line(hit, all, &TimeZone::UTC)).collect();
    let lead_story = (!latest.is_empty()).then(|| latest.remove(0));
    let links = answer.facets.as_ref().map(|facets| facets::lists(facets, all)).unwrap_or_default();
    HomePage {
        frame: Frame { more_style: None, ..Frame::new("") },
        total: articles(answer.total),
        is_empty: answer.total == 0,
        examples: examples(answer),
        lead_story,
        latest,
        chart: answer.timeline.as_ref().and_then(|timeline| chart::chart(timeline, &here)),
        facets: links.into_iter().map(|list| FacetList { more: None, ..list }).collect(),
    }
}

/// One query for each kind of thing one can ask, as far as the archive's own values serve.
fn examples(answer: &SearchAnswer) -> Vec<Example> {
    let tags = values(answer, FacetField::Tag);
    let mut queries = Vec::new();
    queries.extend(subject(answer).or_else(|| phrase(answer)));
    if let [first, second, ..] = tags.as_slice() {
        queries.push(format!("tag:{first} -tag:{second}"));
        queries.push(format!("tag:({first} OR {second})"));
    } else if let [only] = tags.as_slice() {
        queries.push(format!("tag:{only}"));
    }
    queries.extend(values(answer, FacetField::Source).first().map(|source| format!("source:{source} words:>300")));
    let link = |query: String| Example { href: Address::read("/search", None).setting("q", &query).href(), query };
    queries.into_iter().map(link).collect()
}

/// What the newest headlines say of the commonest tags, a tag of several words first: it is certain to be found.
fn subject(answer: &SearchAnswer) -> Option<String> {
    let tags = values(answer, FacetField::Tag);
    let headlines = answer.hits.iter().filter_map(|hit| hit.headline.as_deref());
    headlines.map(words).find_map(|headline| {
        let said = |tag: &&String| headline.windows(words(tag).len().max(1)).any(|window| window == words(tag));
        let (phrases, single): (Vec<_>, Vec<_>) = tags.iter().filter(said).partition(|tag| tag.starts_with('"'));
        let phrase = *phrases.first()?;
        Some(single.first().map_or_else(|| phrase.clone(), |other| format!("{phrase} AND {other}")))
    })
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Two neighbouring words of the newest headline.
fn phrase(answer: &SearchAnswer) -> Option<String> {
    let headline = answer.hits.iter().find_map(|hit| hit.headline.as_deref())?;
    let words: Vec<&str> = headline.split_whitespace().collect();
    let is_plain = |word: &str| word.chars().count() > 2 && word.chars().all(char::is_alphabetic);
    let pair = words.windows(2).find(|pair| pair.iter().all(|word| is_plain(word)))?;
    Some(format!("\"{} {}\"", pair[0], pair[1]))
}

/// The commonest values of a facet, quoted where the query language wants it.
fn values(answer: &SearchAnswer, wanted: FacetField) -> Vec<String> {
    let facets = answer.facets.iter().flat_map(|facets| &facets.0);
    facets.filter(|(field, _)| *field == wanted).flat_map(|(_, facet)| &facet.values).filter_map(quoted).collect()
}

fn quoted(value: &FacetValue) -> Option<String> {
    let label = value.label.as_str();
    let is_word = label.chars().all(char::is_alphanumeric);
    match label {
        "AND" | "OR" | "NOT" | "NEAR" | "SAME" | "" => None,
        _ if is_word => Some(label.to_owned()),
        _ => (!label.contains(['"', '\\', '“', '”'])).then(|| format!("\"{label}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;

    #[test]
    fn examples_are_made_of_what_the_archive_holds() {
        let queries: Vec<_> = examples(&made_up::search_answer()).into_iter().map(|example| example.query).collect();
        let expected = [
            "\"rare earths\" AND china",
            "tag:china -tag:\"rare earths\"",
            "tag:(china OR \"rare earths\")",
            "source:\"Harbour Post\" words:>300",
        ];
        assert_eq!(queries, expected);
    }

    #[test]
    fn without_a_tag_in_a_headline_the_example_is_two_of_its_words() {
        let mut answer = made_up::search_answer();
        answer.facets = None;
        assert_eq!(examples(&answer)[0].query, "\"China tightens\"");
    }

    #[test]
    fn the_front_page_shows_the_latest_and_links_to_searches() {
        let page = page(&made_up::search_answer()).render().unwrap();
        assert!(page.contains("1,234 articles") && page.contains("href=\"/search?tag=china\""));
    }

    #[test]
    fn an_empty_archive_says_how_to_fill_it() {
        let page = page(&made_up::empty_answer("*")).render().unwrap();
        assert!(page.contains("broadsheet ingest"));
    }

    #[test]
    fn hostile_text_is_escaped() {
        assert!(!page(&made_up::hostile_answer()).render().unwrap().contains("<script>"));
    }
}
