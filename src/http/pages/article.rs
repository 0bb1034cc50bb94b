//! `/article/{id}`: one article, whole, with the words of the query marked.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::address::{API, Address};
use super::copies::{self, CopyLink};
use super::dates::{self, DateLine};
use super::error::of_article;
use super::filters;
use super::frame::{Frame, send};
use super::hits::{self, EscapedText, Link, Name};
use super::nearby::{self, Near};
use super::wording::{self, counted, lang_attribute};
use crate::article::Stamp;
use crate::http::question::Question;
use crate::query::Mode;
use crate::search::answer::{ArticleAnswer, Hit, Marked, RelatedLine, VersionLine, VersionStatus};
use crate::search::first_words;
use crate::search::request::{ArticleRequest, FacetField};

/// Related articles listed.
const MOST_RELATED: usize = 8;

/// Bytes of how an article begins, for whoever is sent a link to it.
const BEGINNING: usize = 200;

/// Copies listed at once.
const MOST_COPIES: usize = 12;

#[derive(Template)]
#[template(path = "article.html")]
pub(super) struct ArticlePage {
    frame: Frame,
    name: Name,
    lang: Option<String>,
    source: Option<Link>,
    section: Option<Link>,
    published: Option<DateLine>,
    modified: Option<DateLine>,
    byline: Vec<Link>,
    dateline: Option<String>,
    lead: Option<EscapedText>,
    paragraphs: Vec<EscapedText>,
    notice: Option<&'static str>,
    /// Where another version than the current one is shown.
    older: Option<Older>,
    /// Heading and values, where there are any.
    filed_under: Vec<(&'static str, Vec<Link>)>,
    original: Option<Link>,
    image: Option<Link>,
    related: Vec<Link>,
    versions: Vec<VersionLink>,
    /// Others that tell its story, the earliest first.
    copies: Vec<CopyLink>,
    /// Where there are more: how many there are, and all of them.
    all_copies: Option<Link>,
    /// Where there are very many: those that are folded away.
    more_copies: Vec<CopyLink>,
    is_original: bool,
    /// The page it was taken from, to be saved.
    kept_page: Option<String>,
    /// `English · 700 words`.
    measure: String,
    /// Others on the same event and on the same subject: heading and articles.
    near: Vec<(&'static str, Vec<Near>)>,
    /// What else there is from that day.
    around: Vec<Link>,
    /// For those who show a link to it: where it is, and how it begins.
    address: String,
    beginning: Option<String>,
    /// Back to the search that led here, and the article without the marks of its words.
    results: Option<String>,
    unmarked: Option<String>,
    json: String,
}

/// What stands above a version that is not the current one.
pub(super) struct Older {
    number: u32,
    stored: DateLine,
    current: String,
    /// What is different in the current one.
    changes: String,
}

pub(super) struct VersionLink {
    pub(super) number: u32,
    pub(super) stored: DateLine,
    pub(super) href: String,
    pub(super) is_current: bool,
    pub(super) is_shown: bool,
    /// Why it cannot be looked at.
    pub(super) held: Option<&'static str>,
    /// When it was changed, as it says itself.
    pub(super) modified: Option<String>,
    /// What it changed of the one before.
    pub(super) changes: Option<String>,
    /// Of one that came late and never was the current: what the current has instead.
    pub(super) differs: Option<String>,
}

pub(in crate::http) async fn article(Path(id): Path<String>, question: Question) -> Response {
    let here = Address::read("/article", question.query.as_deref()).at(format!("/article/{id}"));
    let archive = &question.archive;
    match archive.article(request(id.clone(), &here)).await {
        Ok(answer) => {
            // A page without them is better than none.
            let related = archive.related(id, MOST_RELATED).await.map(|answer| answer.related).unwrap_or_default();
            send(StatusCode::OK, &page(&answer, &related, &question.root(), &here, &TimeZone::UTC))
        }
        Err(error) => of_article(&id, &here.at("/search"), error),
    }
}

/// A version that is no number asks for the newest, as pages do with whatever they cannot read.
fn request(id: String, here: &Address) -> ArticleRequest {
    ArticleRequest {
        id,
        version: here.first("version").and_then(|number| number.parse().ok()),
        q: here.first("q").map(str::to_owned),
        mode: if here.first("mode") == Some("any") { Mode::Any } else { Mode::All },
    }
}

pub(super) fn page(
    answer: &ArticleAnswer,
    related: &[RelatedLine],
    root: &str,
    here: &Address,
    tz: &TimeZone,
) -> ArticlePage {
    let hit = &answer.article;
    let marked = answer.marked.as_ref();
    let lang = hit.lang.as_ref().and_then(Option::as_deref);
    let mut copies = copies::listed(hit, here, tz);
    ArticlePage {
        frame: Frame { q: here.query().to_owned(), ..Frame::new(hits::plain_name(hit)) },
        name: hits::name(hit, marked.map(|marked| marked.headline.as_str())),
        lang: lang_attribute(lang).map(str::to_owned),
        source: hits::source(hit, &filters::only),
        section: hits::section(hit, &filters::only),
        published: hit.published.and_then(|stamp| dates::line(stamp, tz)),
        modified: modified(hit).and_then(|stamp| dates::line(stamp, tz)),
        byline: hits::links(FacetField::Author, hit.authors.as_deref(), &filters::only),
        dateline: hit.dateline.clone().flatten(),
        lead: lead(hit, marked),
        paragraphs: paragraphs(hit, marked),
        notice: hits::notice(hit.status),
        older: older(&answer.versions, hit, here, tz),
        filed_under: filed_under(hit),
        original: outside(hit.url.as_ref().and_then(Option::as_deref)),
        image: outside(hit.image.as_ref().and_then(Option::as_deref)),
        related: answer.related.iter().filter_map(|url| outside(Some(url))).collect(),
        versions: versions(&answer.versions, hit, here, tz),
        more_copies: copies.split_off(MOST_COPIES.min(copies.len())),
        copies,
        all_copies: copies::all(answer, here),
        is_original: hit.story == hit.id,
        kept_page: answer
            .original
            .then(|| here.only(&["version"]).at(format!("{API}/articles/{}/original", hits::id(hit))).href()),
        measure: measure(lang, hit.words),
        near: nearby::near(related, here, tz),
        around: nearby::around(hit, tz),
        address: format!("{root}/article/{}", hits::id(hit)),
        beginning: beginning(hit),
        results: (here.search() != here.only(&[])).then(|| here.search().at("/search").href()),
        unmarked: marked.map(|_| here.only(&["version"]).href()),
        json: json(hit, here),
    }
}

/// A change at the very moment of publication is none.
fn modified(hit: &Hit) -> Option<Stamp> {
    hit.modified.flatten().filter(|modified| modified.at != hit.published.and_then(|published| published.at))
}

fn lead(hit: &Hit, marked: Option<&Marked>) -> Option<EscapedText> {
    let plain = hit.lead.as_ref()?.as_deref()?;
    Some(EscapedText::best(marked.and_then(|marked| marked.lead.as_deref()), plain))
}

fn paragraphs(hit: &Hit, marked: Option<&Marked>) -> Vec<EscapedText> {
    match marked {
        Some(marked) => marked.body.iter().map(|html| EscapedText::marked(html)).collect(),
        None => hit.body.iter().flatten().map(|text| EscapedText::plain(text)).collect(),
    }
}

fn filed_under(hit: &Hit) -> Vec<(&'static str, Vec<Link>)> {
    let all = [
        (FacetField::Tag, hit.tags.as_deref()),
        (FacetField::Place, hit.places.as_deref()),
        (FacetField::Person, hit.people.as_deref()),
        (FacetField::Org, hit.orgs.as_deref()),
    ];
    let lists =
        all.into_iter().map(|(field, values)| (wording::heading(field), hits::links(field, values, &filters::only)));
    lists.filter(|(_, links)| !links.is_empty()).collect()
}

/// A link to another host; only addresses of the web become links.
fn outside(url: Option<&str>) -> Option<Link> {
    let url = url?;
    let scheme = url.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    is_web.then(|| Link { label: url.to_owned(), href: url.to_owned() })
}

fn older(lines: &[VersionLine], hit: &Hit, here: &Address, tz: &TimeZone) -> Option<Older> {
    let shown = lines.iter().find(|line| Some(line.version) == hit.version && !line.current)?;
    let current = lines.iter().find(|line| line.current)?;
    Some(Older {
        number: shown.version,
        stored: dates::moment(shown.stored, tz),
        current: here.without(&["version"]).href(),
        changes: compared(shown.version, current.version, &hits::id(hit)),
    })
}

/// Newest first; a single version needs no list. One that came late and is older than the current by what it says itself
/// changed nothing.
fn versions(lines: &[VersionLine], hit: &Hit, here: &Address, tz: &TimeZone) -> Vec<VersionLink> {
    if lines.len() < 2 {
        return Vec::new();
    }
    let current = lines.iter().find(|line| line.current).map_or(u32::MAX, |line| line.version);
    let mut before = None;
    let mut links = Vec::new();
    for line in lines {
        let is_shown = line.status == VersionStatus::Shown;
        let is_late = line.version > current;
        let changes =
            before.filter(|_| is_shown && !is_late).map(|before| compared(before, line.version, &hits::id(hit)));
        let differs = (is_shown && is_late).then(|| compared(line.version, current, &hits::id(hit)));
        links.push(VersionLink { changes, differs, ..version(line, hit.version, here, tz) });
        before = if is_shown { Some(line.version) } else { before };
    }
    links.sort_by_key(|link| (!link.is_current, std::cmp::Reverse(link.number)));
    links
}

fn version(line: &VersionLine, shown: Option<u32>, here: &Address, tz: &TimeZone) -> VersionLink {
    VersionLink {
        number: line.version,
        stored: dates::moment(line.stored, tz),
        href: match line.current {
            true => here.without(&["version"]).href(),
            false => here.setting("version", line.version.to_string()).href(),
        },
        is_current: line.current,
        is_shown: shown == Some(line.version),
        held: match line.status {
            VersionStatus::Shown => None,
            VersionStatus::Withheld => Some("withheld"),
            VersionStatus::Killed => Some("cancelled"),
        },
        modified: line.modified.map(|at| dates::bare(at, tz)),
        changes: None,
        differs: None,
    }
}

/// What somebody is shown who is sent a link to it.
fn beginning(hit: &Hit) -> Option<String> {
    let lead = hit.lead.as_ref().and_then(Option::as_deref).filter(|lead| !lead.trim().is_empty());
    let text = lead.or_else(|| hit.body.as_ref()?.first().map(String::as_str))?;
    Some(first_words(text, BEGINNING).to_owned())
}

fn compared(from: u32, to: u32, id: &str) -> String {
    let address = Address::read(&format!("/article/{id}/compare"), None);
    address.setting("from", from.to_string()).setting("to", to.to_string()).href()
}

fn measure(lang: Option<&str>, words: Option<u64>) -> String {
    let language = lang.map(|tag| wording::language(tag).unwrap_or(tag).to_owned());
    let words = words.map(|words| counted(words, "word", "words"));
    [language, words].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn json(hit: &Hit, here: &Address) -> String {
    here.only(&["version"]).at(format!("{API}/articles/{}", hits::id(hit))).href()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Provenance;
    use crate::http::pages::made_up;
    use crate::search::answer::Copies;

    fn drawn(answer: &ArticleAnswer, query: &str) -> String {
        let here = Address::read("/article/a000000000000000", Some(query));
        page(answer, &[], "http://archive.example", &here, &TimeZone::UTC).render().unwrap()
    }

    #[test]
    fn marks_are_kept_and_lead_back_to_the_search() {
        let page = drawn(&made_up::article_answer(), "q=rare+earths");
        assert!(page.contains("<mark>rare earths</mark>"));
        assert!(page.contains("href=\"/search?q=rare+earths\""));
        assert!(page.contains("href=\"/article/a000000000000000\""));
    }

    #[test]
    fn the_way_back_keeps_filters_dates_and_order() {
        let query = "q=rare+earths&tag=x&from=2025&sort=oldest&version=1";
        let page = drawn(&made_up::article_answer(), query);
        let back = "<a href=\"/search?q=rare+earths&#38;tag=x&#38;from=2025&#38;sort=oldest\">Results for";
        assert!(page.contains(back), "{page}");
        assert!(page.contains("<a href=\"/article/a000000000000000?version=1\">Without marks"), "{page}");
        let mut unmarked = made_up::article_answer();
        unmarked.marked = None;
        let page = drawn(&unmarked, "tag=x");
        assert!(
            page.contains("<a href=\"/search?tag=x\">The results</a>") && !page.contains("Without marks"),
            "{page}"
        );
    }

    #[test]
    fn without_a_query_each_paragraph_stands_once_as_it_is() {
        let mut answer = made_up::article_answer();
        answer.marked = None;
        let page = drawn(&answer, "");
        let paragraph = answer.article.body.as_ref().unwrap()[0].as_str();
        assert_eq!(page.matches(&EscapedText::plain(paragraph).to_string()).count(), 1);
        assert!(!page.contains("<mark>"));
    }

    #[test]
    fn a_date_says_how_it_is_known() {
        let page = drawn(&made_up::article_answer(), "");
        assert!(page.contains("datetime=\"2025-02-27T16:44Z\" title=\"as the page gives it\""));
        let mut answer = made_up::article_answer();
        answer.article.published.as_mut().unwrap().from = Provenance::Url;
        assert!(drawn(&answer, "").contains("</time> (read from the address)"));
    }

    #[test]
    fn a_change_is_shown_where_there_was_one() {
        let mut answer = made_up::article_answer();
        assert!(drawn(&answer, "").contains("Changed"));
        answer.article.modified = Some(answer.article.published);
        assert!(!drawn(&answer, "").contains("Changed"));
    }

    #[test]
    fn tags_are_searches_and_the_source_and_the_api_are_linked() {
        let page = drawn(&made_up::article_answer(), "");
        assert!(page.contains("href=\"/search?tag=rare+earths\""));
        assert!(page.contains("href=\"https://harbour-post.example/0\" rel="));
        assert!(page.contains("href=\"/api/v1/articles/a000000000000000\""));
    }

    #[test]
    fn several_versions_are_listed_and_the_shown_one_marked() {
        let page = drawn(&made_up::article_answer(), "");
        assert!(page.contains("href=\"/article/a000000000000000?version=1\""));
        assert!(page.contains("aria-current=\"true\""));
        let mut single = made_up::article_answer();
        single.versions.truncate(1);
        assert!(!drawn(&single, "").contains("version=1"));
    }

    #[test]
    fn copies_are_listed_and_the_original_is_marked() {
        let page = drawn(&made_up::article_answer(), "q=tin");
        assert!(page.contains("<a href=\"/article/a000000000000003?q=tin\" dir=\"auto\">"), "{page}");
        assert!(page.contains(">Copy of</span> <a href=\"/article/a000000000000003?q=tin\""), "{page}");
        assert!(page.contains("(the original)") && !page.contains("This is the earliest"), "{page}");
        let mut original = made_up::article_answer();
        original.article.story = original.article.id.clone();
        assert!(drawn(&original, "").contains("This is the earliest"));
        assert!(!drawn(&original, "").contains("All 1,200 copies"));
        original.copies_total = 1200;
        let page = drawn(&original, "");
        assert!(page.contains("<a href=\"/api/v1/articles/a000000000000000/copies\">All 1,200 copies"), "{page}");
        original.article.copies = Some(Copies::List(vec![]));
        assert!(!drawn(&original, "").contains("id=\"copies\""));
    }

    #[test]
    fn what_a_version_changed_and_what_it_was_taken_from_is_linked() {
        let page = drawn(&made_up::article_answer(), "version=2");
        assert!(page.contains("href=\"/article/a000000000000000/compare?from=1&#38;to=2\""), "{page}");
        assert!(page.contains("href=\"/api/v1/articles/a000000000000000/original?version=2\""), "{page}");
    }

    #[test]
    fn an_older_version_says_so_and_leads_to_the_current_one() {
        let mut answer = made_up::article_answer();
        assert!(!drawn(&answer, "").contains("Not the current version"));
        answer.article.version = Some(1);
        let page = drawn(&answer, "version=1");
        assert!(page.contains("Not the current version") && page.contains("1 March 2025, 08:00:00 UTC"), "{page}");
        assert!(page.contains("<a href=\"/article/a000000000000000\">The current version</a>"), "{page}");
        assert!(page.contains("/compare?from=1&#38;to=2\">What is different in it"), "{page}");
    }

    #[test]
    fn a_version_that_came_late_stands_below_the_current_one_and_changed_nothing() {
        let mut answer = made_up::article_answer();
        for line in &mut answer.versions {
            line.current = line.version == 1;
            line.modified =
                Some(if line.current { "2025-03-02T12:00:00Z" } else { "2025-03-01T12:00:00Z" }.parse().unwrap());
        }
        answer.article.version = Some(1);
        let page = drawn(&answer, "");
        assert!(page.find(">Version 1<").unwrap() < page.find(">Version 2<").unwrap(), "{page}");
        assert!(page.contains("changed 2 March 2025, 12:00 UTC") && !page.contains("what it changed"), "{page}");
        assert!(page.contains("/compare?from=2&#38;to=1\">what the current one has instead"), "{page}");
    }

    #[test]
    fn without_a_headline_the_first_words_are_its_title() {
        let mut answer = made_up::article_answer();
        (answer.article.headline, answer.article.lead, answer.marked) = (Some(String::new()), Some(None), None);
        let page = drawn(&answer, "");
        assert!(page.contains("<title>“We need them all”"), "{page}");
        assert!(
            page.contains("<h1 itemprop=\"headline\" class=\"stand-in\"") && page.contains("No headline"),
            "{page}"
        );
    }

    #[test]
    fn very_many_copies_are_folded_away() {
        let mut answer = made_up::article_answer();
        let copies = |number| Some(Copies::List((4..4 + number).map(made_up::copy).collect()));
        answer.article.copies = copies(MOST_COPIES);
        assert!(!drawn(&answer, "").contains("<details"));
        answer.article.copies = copies(MOST_COPIES + 3);
        assert!(drawn(&answer, "").contains("<summary>3 more</summary>"));
    }

    #[test]
    fn a_version_that_was_cancelled_is_named_and_not_linked() {
        let mut answer = made_up::article_answer();
        answer.versions[0].status = VersionStatus::Killed;
        let page = drawn(&answer, "");
        assert!(page.contains("Version 1 (cancelled)") && !page.contains("version=1") && !page.contains("/compare?"));
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        let cases = [
            ("https://a.example/x", true),
            ("HTTP://a.example", true),
            ("javascript:alert(1)//://", false),
            ("data:text/html,http://a.example", false),
            (" https://a.example", false),
            ("//a.example", false),
            ("", false),
        ];
        for (url, is_link) in cases {
            assert_eq!(outside(Some(url)).is_some(), is_link, "{url}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_another_host() {
        let page = drawn(&made_up::article_answer(), "");
        assert!(!page.contains("src=\"http") && !page.contains("<img"));
        assert!(page.contains("rel=\"noopener nofollow external\""));
    }

    #[test]
    fn hostile_text_is_escaped_wherever_it_stands() {
        let page = drawn(&made_up::hostile_article(), "q=%3Cscript%3E");
        assert!(!page.contains("<script>") && !page.contains("javascript:alert"));
    }

    #[test]
    fn an_article_of_nothing_is_drawn() {
        let answer = ArticleAnswer {
            article: Hit::default(),
            copies_total: 0,
            related: vec![],
            original: false,
            versions: vec![],
            marked: None,
        };
        assert!(drawn(&answer, "").contains("Without headline"));
    }
}
