//! One article in a list of results.

use std::fmt;

use askama::filters::HtmlSafe;
use jiff::tz::TimeZone;

use super::address::Address;
use super::dates::{self, DateLine};
use super::filters;
use super::wording::{grouped, lang_attribute};
use crate::search::answer::{Copies, Highlights, Hit, HitStatus};
use crate::search::escape;
use crate::search::request::FacetField;

/// Tags shown with a result.
const MOST_TAGS: usize = 6;

/// Text that is escaped already, so that templates write it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EscapedText(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
}

#[derive(Clone, Debug)]
pub(super) struct ResultLine {
    pub(super) href: String,
    pub(super) headline: EscapedText,
    pub(super) lang: Option<String>,
    pub(super) source: Option<Link>,
    pub(super) section: Option<Link>,
    pub(super) date: Option<DateLine>,
    pub(super) lead: Option<EscapedText>,
    pub(super) fragments: Option<EscapedText>,
    pub(super) tags: Vec<Link>,
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

/// `here` is the address of the search; an article's own address keeps the query, for its marks.
pub(super) fn line(hit: &Hit, here: &Address, tz: &TimeZone) -> ResultLine {
    let highlights = hit.highlights.as_ref();
    let (lead, fragments) = excerpts(hit, highlights);
    let id = hit.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let href = here.only(&["q", "mode"]).at(format!("/article/{id}")).href();
    ResultLine {
        copies: copies(hit.copies.as_ref(), &href),
        href,
        headline: headline(hit, highlights.and_then(|highlights| highlights.headline.as_deref())),
        lang: lang_attribute(hit.lang.as_ref().and_then(Option::as_deref)).map(str::to_owned),
        source: source(hit),
        section: section(hit),
        date: hit.published.and_then(|stamp| dates::line(stamp, tz)),
        lead,
        fragments,
        tags: links(FacetField::Tag, hit.tags.as_deref()).into_iter().take(MOST_TAGS).collect(),
        notice: notice(hit.status),
    }
}

fn copies(copies: Option<&Copies>, article: &str) -> Option<Link> {
    let Copies::Number(number @ 1..) = copies? else { return None };
    let noun = if *number == 1 { "copy" } else { "copies" };
    Some(Link { label: format!("{} {noun}", grouped(*number)), href: format!("{article}#copies") })
}

pub(super) fn headline(hit: &Hit, marked: Option<&str>) -> EscapedText {
    if hit.status == Some(HitStatus::Deleted) {
        return EscapedText::plain("An article that is gone");
    }
    let plain = hit.headline.as_deref().unwrap_or_default();
    if plain.trim().is_empty() {
        return EscapedText::plain("Without headline");
    }
    EscapedText::best(marked, plain)
}

pub(super) fn source(hit: &Hit) -> Option<Link> {
    let source = hit.source.as_ref()?;
    let by_name = source.name.as_deref().map(|name| (FacetField::Source, name));
    let (field, label) = by_name.or(source.site.as_deref().map(|site| (FacetField::Site, site)))?;
    Some(link(field, label))
}

pub(super) fn section(hit: &Hit) -> Option<Link> {
    let section = hit.section.as_ref()?.as_deref()?;
    Some(link(FacetField::Section, section))
}

/// Each value as a search for everything that has it.
pub(super) fn links(field: FacetField, values: Option<&[String]>) -> Vec<Link> {
    values.unwrap_or_default().iter().map(|value| link(field, value)).collect()
}

fn link(field: FacetField, value: &str) -> Link {
    Link { label: value.to_owned(), href: filters::only(field, value) }
}

pub(super) fn notice(status: Option<HitStatus>) -> Option<&'static str> {
    match status? {
        HitStatus::Usable => None,
        HitStatus::Deleted => Some("Removed since this search was first made. It is still counted here."),
    }
}

/// Fragments of the body; the lead stands before them where it matched, or in their place where there are none.
fn excerpts(hit: &Hit, highlights: Option<&Highlights>) -> (Option<EscapedText>, Option<EscapedText>) {
    let fragments = highlights.and_then(|highlights| run_on(&highlights.body));
    let plain = hit.lead.as_ref().and_then(Option::as_deref);
    let marked = highlights.and_then(|highlights| highlights.lead.as_deref());
    let lead = plain.map(|plain| EscapedText::best(marked, plain));
    (lead.filter(|lead| fragments.is_none() || lead.has_marks()), fragments)
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

    #[test]
    fn the_way_to_an_article_keeps_what_marks_it() {
        let line = line(&made_up::hit(0), &here(), &TimeZone::UTC);
        assert!(line.href.starts_with("/article/") && line.href.ends_with("?q=rare+earths&mode=any"), "{}", line.href);
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
    fn the_number_of_copies_leads_to_them() {
        let line =
            |number| line(&Hit { copies: Some(Copies::Number(number)), ..made_up::hit(0) }, &here(), &TimeZone::UTC);
        assert_eq!(line(0).copies, None);
        assert_eq!(line(1).copies.unwrap().label, "1 copy");
        let copies = line(1200).copies.unwrap();
        assert_eq!((copies.label.as_str(), copies.href), ("1,200 copies", format!("{}#copies", line(0).href)));
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
