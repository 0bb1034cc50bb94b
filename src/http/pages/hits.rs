//! One article in a list of results.

use std::fmt;

use askama::filters::HtmlSafe;
use jiff::tz::TimeZone;

use super::address::Address;
use super::dates::{self, DateLine};
use super::narrowing::Narrowing;
use super::wording::{grouped, lang_attribute};
use crate::search::answer::{Copies, CopyLine, Highlights, Hit, HitStatus};
use crate::search::request::FacetField;
use crate::search::{escape, first_words};

/// Tags and authors shown with a result.
const MOST_TAGS: usize = 6;
const MOST_AUTHORS: usize = 3;

/// Bytes of the first words that stand in for a headline.
const NAME: usize = 110;

/// Text that is escaped already, so that templates write it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EscapedText(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
}

/// What an article is called: its headline, or its first words where it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: EscapedText,
    pub(super) stands_in: bool,
}

/// The article that another is a copy of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Original {
    pub(super) headline: String,
    pub(super) href: String,
    pub(super) source: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct ResultLine {
    pub(super) href: String,
    pub(super) name: Name,
    pub(super) lang: Option<String>,
    pub(super) source: Option<Link>,
    pub(super) section: Option<Link>,
    pub(super) byline: Vec<Link>,
    /// How many more have written it.
    pub(super) more_authors: usize,
    pub(super) date: Option<DateLine>,
    pub(super) lead: Option<EscapedText>,
    pub(super) fragments: Option<EscapedText>,
    pub(super) tags: Vec<Link>,
    pub(super) copy_of: Option<Original>,
    /// How many others tell its story; leads to them.
    pub(super) copies: Option<Link>,
    /// Said in place of content that is not there any more.
    pub(super) notice: Option<&'static str>,
}

impl EscapedText {
    pub(super) fn plain(text: &str) -> EscapedText {
        let mut escaped = String::with_capacity(text.len());
        escape(text, &mut escaped);
        EscapedText(escaped)
    }

    /// A message of ours: what it has between backticks is code.
    pub(super) fn message(text: &str) -> EscapedText {
        let pieces: Vec<&str> = text.split('`').collect();
        if pieces.len().is_multiple_of(2) {
            return EscapedText::plain(text);
        }
        let code = |(index, piece): (usize, &&str)| match EscapedText::plain(piece).0 {
            piece if index % 2 == 1 => format!("<code dir=\"auto\">{piece}</code>"),
            piece => piece,
        };
        EscapedText(pieces.iter().enumerate().map(code).collect())
    }

    /// What the highlighter made: escaped, with `<mark>` as the only element.
    pub(super) fn marked(html: &str) -> EscapedText {
        EscapedText(html.to_owned())
    }

    /// The marked text where there is one, else the plain.
    pub(super) fn best(marked: Option<&str>, plain: &str) -> EscapedText {
        marked.map_or_else(|| EscapedText::plain(plain), EscapedText::marked)
    }

    fn has_marks(&self) -> bool {
        self.0.contains("<mark>")
    }
}

impl HtmlSafe for EscapedText {}

impl fmt::Display for EscapedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An article's own address keeps the search, for its marks and for the way back.
pub(super) fn line(hit: &Hit, search: Narrowing<'_>, tz: &TimeZone) -> ResultLine {
    let here = search.here;
    let highlights = hit.highlights.as_ref();
    let name = name(hit, highlights.and_then(|highlights| highlights.headline.as_deref()));
    let (lead, fragments) = excerpts(hit, highlights, name.stands_in);
    let id = hit.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let href = here.search().at(format!("/article/{id}")).href();
    let narrowed = |field: FacetField, value: &str| search.by_value(field, value);
    let byline = links(FacetField::Author, hit.authors.as_deref(), &narrowed);
    ResultLine {
        copy_of: hit.original.as_deref().filter(|_| is_there(hit)).map(|original| copied(original, here)),
        copies: copies(hit, &href),
        href,
        name,
        lang: lang_attribute(hit.lang.as_ref().and_then(Option::as_deref)).map(str::to_owned),
        source: source(hit, &narrowed),
        section: section(hit, &narrowed),
        more_authors: byline.len().saturating_sub(MOST_AUTHORS),
        byline: byline.into_iter().take(MOST_AUTHORS).collect(),
        date: hit.published.and_then(|stamp| dates::line(stamp, tz)),
        lead,
        fragments,
        tags: links(FacetField::Tag, hit.tags.as_deref(), &narrowed).into_iter().take(MOST_TAGS).collect(),
        notice: notice(hit.status),
    }
}

fn is_there(hit: &Hit) -> bool {
    hit.status != Some(HitStatus::Deleted)
}

/// The original says how many copies there are of it; a copy, whose original is named beside it, how many more there are.
fn copies(hit: &Hit, article: &str) -> Option<Link> {
    let Some(Copies::Number(number @ 1..)) = hit.copies else { return None };
    let label = if hit.story == hit.id {
        format!("Original, {} {}", grouped(number), if number == 1 { "copy" } else { "copies" })
    } else if hit.original.is_none() {
        format!("{} {} its story", grouped(number), if number == 1 { "other tells" } else { "others tell" })
    } else if number > 1 {
        format!("{} others tell its story", grouped(number))
    } else {
        return None;
    };
    Some(Link { label, href: format!("{article}#copies") })
}

fn copied(original: &CopyLine, here: &Address) -> Original {
    Original {
        headline: called(original),
        href: here.search().at(format!("/article/{}", original.id)).href(),
        source: original.source.name.clone().or_else(|| original.source.site.clone()),
    }
}

/// What a line of copies is called.
pub(super) fn called(line: &CopyLine) -> String {
    let begins = line.excerpt.as_deref().map(begun);
    let headline = Some(line.headline.as_str()).filter(|headline| !headline.trim().is_empty());
    headline.map(str::to_owned).or(begins).unwrap_or_else(|| WITHOUT.to_owned())
}

pub(super) fn name(hit: &Hit, marked: Option<&str>) -> Name {
    if !is_there(hit) {
        return Name { text: EscapedText::plain("An article that is gone"), stands_in: false };
    }
    let headline = hit.headline.as_deref().filter(|headline| !headline.trim().is_empty());
    let text = match headline {
        Some(headline) => EscapedText::best(marked, headline),
        None => EscapedText::plain(&plain_name(hit)),
    };
    Name { text, stands_in: headline.is_none() }
}

/// The same without marks.
pub(super) fn plain_name(hit: &Hit) -> String {
    let lead = hit.lead.as_ref().and_then(Option::as_deref);
    let excerpt = hit.excerpt.as_ref().and_then(Option::as_deref);
    let body = hit.body.iter().flatten().map(String::as_str);
    let texts = hit.headline.as_deref().into_iter().filter(|headline| !headline.trim().is_empty()).map(str::to_owned);
    let begins = lead.into_iter().chain(excerpt).chain(body).filter(|text| !text.trim().is_empty()).map(begun);
    texts.chain(begins).next().unwrap_or_else(|| WITHOUT.to_owned())
}

/// For an article that says nothing at all.
const WITHOUT: &str = "Without headline";

/// The first words of a text.
fn begun(text: &str) -> String {
    let text = text.trim();
    let words = first_words(text, NAME);
    if words.len() == text.len() { words.to_owned() } else { format!("{words}…") }
}

/// A text from where its first words end.
fn after_name(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text[first_words(text, NAME).len()..].trim_start();
    (!rest.is_empty()).then(|| format!("…{rest}"))
}

pub(super) fn id(hit: &Hit) -> String {
    hit.id.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Where a value leads.
pub(super) type Leads<'a> = &'a dyn Fn(FacetField, &str) -> String;

pub(super) fn source(hit: &Hit, leads: Leads<'_>) -> Option<Link> {
    let source = hit.source.as_ref()?;
    let by_name = source.name.as_deref().map(|name| (FacetField::Source, name));
    let (field, label) = by_name.or(source.site.as_deref().map(|site| (FacetField::Site, site)))?;
    Some(link(field, label, leads))
}

pub(super) fn section(hit: &Hit, leads: Leads<'_>) -> Option<Link> {
    let section = hit.section.as_ref()?.as_deref()?;
    Some(link(FacetField::Section, section, leads))
}

pub(super) fn links(field: FacetField, values: Option<&[String]>, leads: Leads<'_>) -> Vec<Link> {
    values.unwrap_or_default().iter().map(|value| link(field, value, leads)).collect()
}

fn link(field: FacetField, value: &str, leads: Leads<'_>) -> Link {
    Link { label: value.to_owned(), href: leads(field, value) }
}

pub(super) fn notice(status: Option<HitStatus>) -> Option<&'static str> {
    match status? {
        HitStatus::Usable => None,
        HitStatus::Deleted => Some("Removed since this search was first made. It is still counted here."),
    }
}

/// Fragments of the body; the lead stands before them where it matched, or in their place where there are none. Where
/// there is neither, the body's beginning. What is the article's name already is not said again.
fn excerpts(
    hit: &Hit,
    highlights: Option<&Highlights>,
    is_named_by_it: bool,
) -> (Option<EscapedText>, Option<EscapedText>) {
    let rest = |text: &str| if is_named_by_it { after_name(text) } else { Some(text.to_owned()) };
    let fragments = highlights.and_then(|highlights| run_on(&highlights.body));
    let marked = highlights.and_then(|highlights| highlights.lead.as_deref());
    let plain = hit.lead.as_ref().and_then(Option::as_deref).and_then(rest);
    let lead = marked.map(EscapedText::marked).or(plain.map(|plain| EscapedText::plain(&plain)));
    let lead = lead.filter(|lead| fragments.is_none() || lead.has_marks());
    let beginning = hit.excerpt.as_ref().and_then(Option::as_deref).and_then(rest);
    let beginning = beginning.filter(|_| lead.is_none()).map(|text| EscapedText::plain(&text));
    (lead, fragments.or(beginning))
}

/// Fragments as one text. Each says itself where it was cut; between two there is one sign for both.
fn run_on(fragments: &[String]) -> Option<EscapedText> {
    let (first, last) = (fragments.first()?, fragments.last()?);
    let edge = |is_cut| if is_cut { "…" } else { "" };
    let bare = |html: &String| html.trim_matches(['…', ' ']).to_owned();
    let text = fragments.iter().map(bare).collect::<Vec<_>>().join(" … ");
    Some(EscapedText(format!("{}{text}{}", edge(first.starts_with('…')), edge(last.ends_with('…')))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up;

    fn here() -> Address {
        Address::read("/search", Some("q=rare+earths&mode=any&tag=x&cursor=c"))
    }

    fn line(hit: &Hit, here: &Address, tz: &TimeZone) -> ResultLine {
        super::line(hit, Narrowing { here, canonical: "(rare OR earths)" }, tz)
    }

    #[test]
    fn the_way_to_an_article_keeps_what_marks_it_and_the_way_back() {
        let line = line(&made_up::hit(0), &here(), &TimeZone::UTC);
        assert!(
            line.href.starts_with("/article/") && line.href.ends_with("?q=rare+earths&mode=any&tag=x"),
            "{}",
            line.href
        );
    }

    #[test]
    fn what_a_hit_shows_narrows_the_search() {
        let line = line(&made_up::hit(0), &here(), &TimeZone::UTC);
        assert_eq!(line.source.unwrap().href, "/search?q=rare+earths&mode=any&tag=x&source=Harbour+Post");
        assert_eq!(line.byline[0].href, "/search?q=rare+earths&mode=any&tag=x&author=Ana+Lindqvist");
        assert_eq!(line.tags[0].href, "/search?q=%28rare+OR+earths%29+AND+tag%3A%22china%22&mode=any&tag=x");
    }

    #[test]
    fn a_long_byline_says_how_many_more_there_are() {
        let of = |names: &[&str]| {
            let authors = Some(names.iter().map(|name| (*name).to_owned()).collect());
            let line = line(&Hit { authors, ..made_up::hit(0) }, &here(), &TimeZone::UTC);
            (line.byline.len(), line.more_authors)
        };
        assert_eq!((of(&[]), of(&["A", "B", "C"]), of(&["A", "B", "C", "D", "E"])), ((0, 0), (3, 0), (3, 2)));
    }

    #[test]
    fn a_lead_that_did_not_match_gives_way_to_fragments() {
        let mut hit = made_up::hit(0);
        hit.lead = Some(Some("Plain & simple".into()));
        hit.highlights = Some(Highlights { headline: None, lead: None, body: vec!["<mark>x</mark>".into()] });
        assert_eq!(line(&hit, &here(), &TimeZone::UTC).lead, None);
        hit.highlights = Some(Highlights::default());
        let lead = line(&hit, &here(), &TimeZone::UTC).lead;
        assert_eq!(lead, Some(EscapedText("Plain &amp; simple".into())));
    }

    #[test]
    fn an_original_says_how_many_copies_there_are_and_leads_to_them() {
        let original =
            |number| Hit { story: made_up::hit(0).id, copies: Some(Copies::Number(number)), ..made_up::hit(0) };
        let line = |number| line(&original(number), &here(), &TimeZone::UTC);
        assert_eq!(line(0).copies, None);
        assert_eq!(line(1).copies.unwrap().label, "Original, 1 copy");
        let copies = line(1200).copies.unwrap();
        assert_eq!(
            (copies.label.as_str(), copies.href),
            ("Original, 1,200 copies", format!("{}#copies", line(0).href))
        );
    }

    #[test]
    fn a_copy_names_its_original_and_where_it_stood() {
        let copy = |number, original| {
            let original = Some(Box::new(made_up::copy(3))).filter(|_| original);
            line(&Hit { copies: Some(Copies::Number(number)), original, ..made_up::hit(0) }, &here(), &TimeZone::UTC)
        };
        let original = copy(1, true).copy_of.unwrap();
        assert_eq!(original.href, "/article/a000000000000003?q=rare+earths&mode=any&tag=x");
        assert_eq!(
            (original.headline.as_str(), original.source.as_deref()),
            (made_up::HEADLINES[3].0, Some("Harbour Post"))
        );
        assert_eq!(copy(1, true).copies, None, "the one other is the original");
        assert_eq!(copy(2, true).copies.unwrap().label, "2 others tell its story");
        assert_eq!(copy(1, false).copies.unwrap().label, "1 other tells its story");
    }

    fn beginning(headline: &str, lead: Option<&str>, excerpt: Option<&str>) -> (Name, Option<String>, Option<String>) {
        let own = |text: Option<&str>| Some(text.map(str::to_owned));
        let (lead, excerpt) = (own(lead), own(excerpt));
        let hit = Hit { headline: Some(headline.into()), lead, excerpt, highlights: None, ..made_up::hit(0) };
        let line = line(&hit, &here(), &TimeZone::UTC);
        (line.name, line.lead.map(|text| text.to_string()), line.fragments.map(|text| text.to_string()))
    }

    #[test]
    fn without_a_lead_the_body_begins_below_the_headline() {
        let (name, lead, fragments) = beginning("Tin rises", None, Some("It rose & rose…"));
        assert!(!name.stands_in);
        assert_eq!((lead, fragments.as_deref()), (None, Some("It rose &amp; rose…")));
    }

    #[test]
    fn without_a_headline_the_first_words_are_its_name_and_the_rest_stands_below() {
        let text = format!("Vienna – {}the end", "The council met again. ".repeat(6));
        let (name, _, fragments) = beginning(" ", None, Some(&text));
        assert!(name.stands_in && name.text.to_string().ends_with('…') && name.text.to_string().len() < 120);
        let name = name.text.to_string();
        assert_eq!(format!("{} {}", name.trim_end_matches('…'), &fragments.unwrap()["…".len()..]), text);
        let (name, lead, fragments) = beginning("", Some("A short lead."), None);
        assert_eq!((name.text.to_string().as_str(), lead, fragments), ("A short lead.", None, None));
        assert_eq!(beginning("", None, None).0.text.to_string(), WITHOUT);
    }

    #[test]
    fn a_removed_article_is_a_notice() {
        let hit = Hit { id: made_up::hit(0).id, status: Some(HitStatus::Deleted), ..Hit::default() };
        assert!(line(&hit, &here(), &TimeZone::UTC).notice.is_some());
    }

    #[test]
    fn what_is_left_out_between_fragments_is_said_once() {
        let check = |fragments: &[&str], expected: &str| {
            let fragments: Vec<String> = fragments.iter().map(|html| (*html).to_owned()).collect();
            assert_eq!(run_on(&fragments), Some(EscapedText(expected.into())));
        };
        check(&["A.", "…<mark>b</mark> c…", "D.…"], "A. … <mark>b</mark> c … D.…");
        check(&["…a"], "…a");
        assert_eq!(run_on(&[]), None);
    }

    #[test]
    fn what_a_message_quotes_is_code() {
        let check = |text: &str, expected: &str| assert_eq!(EscapedText::message(text).to_string(), expected);
        check("no field `<b>` here", "no field <code dir=\"auto\">&lt;b&gt;</code> here");
        check("an odd ` sign", "an odd ` sign");
    }

    #[test]
    fn plain_text_is_escaped() {
        assert_eq!(EscapedText::plain("<b a='\"'>&").to_string(), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
