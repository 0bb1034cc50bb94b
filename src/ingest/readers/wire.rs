//! What the formats of the wires share: whose an identifier is, what a status means, and when an embargo ends.

use jiff::{RoundMode, Span, Timestamp, TimestampRound, Unit};

use super::columns;
use crate::article::{Article, Precision, Provenance, Status};
use crate::identity;
use crate::ingest::extract::names;
use crate::ingest::{BAD_EMBARGO, MOST_VALUES, Reason, clean, dates};

/// A longer paragraph is text, whatever names it begins with.
const LONGEST_BYLINE: usize = 300;

/// Whose identifier this is: the host of an address, the authority within a tag or a URN. `None`: it says nothing of it,
/// as a bare number does.
pub(super) fn authority(id: &str) -> Option<String> {
    let small = id.trim().to_lowercase();
    if small.starts_with("http://") || small.starts_with("https://") {
        return identity::site_of(&small);
    }
    let mut parts = small.split(':');
    let scheme = parts.next().filter(|scheme| matches!(*scheme, "urn" | "tag"))?;
    let first = parts.next().filter(|part| !part.is_empty())?;
    match (scheme, first) {
        ("tag", who) => who.split(',').next().map(str::to_owned),
        (_, "newsml") => parts.next().filter(|part| !part.is_empty()).map(str::to_owned),
        (_, kind) => Some(format!("urn:{kind}")),
    }
}

/// Names the article by its provider's identifier; the same one in another format is the same article.
pub(super) fn name(article: &mut Article, id: &str, provider: Option<&str>) {
    let Some(id) = clean::some_line(id) else { return };
    article.namespace = authority(&id).or_else(|| provider.map(str::to_lowercase)).unwrap_or_default();
    article.url = article.url.take().or_else(|| address(&id));
    article.external_id = Some(id);
}

/// An address of the web.
pub(super) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    (start.starts_with("http://") || start.starts_with("https://")).then(|| text.to_owned())
}

/// The last part of a code: `canceled` of `stat:canceled` and of `http://cv.iptc.org/newscodes/pubstatusg2/canceled`.
pub(super) fn code(text: &str) -> String {
    text.trim().rsplit([':', '/', '#']).next().unwrap_or_default().to_lowercase()
}

/// What a provider's word for the state of an item means here, or that of a program that publishes
/// (wordpress.org/documentation/article/post-status). An unknown word hides nothing.
pub(super) fn status(word: &str) -> Status {
    match code(word).as_str() {
        "canceled" | "cancelled" | "killed" | "kill" | "withdrawn" => Status::Killed,
        "withheld" | "embargoed" | "draft" | "auto-draft" | "pending" | "private" | "future" | "scheduled"
        | "trash" | "unpublished" | "inherit" => Status::Withheld,
        _ => Status::Usable,
    }
}

/// Is it a word for what was never to be shown? An embargo that ends does not show it either.
pub(super) fn is_unpublished(word: &str) -> bool {
    matches!(code(word).as_str(), "draft" | "auto-draft" | "pending" | "private" | "trash" | "unpublished")
}

/// Hides the article until the moment that is named. One that cannot be read hides it until another version comes, and
/// is reported.
pub(super) fn embargo(article: &mut Article, text: &str) -> Option<Reason> {
    article.embargo = moment(text);
    if article.embargo.is_some() {
        return None;
    }
    withhold(article);
    let text: String = clean::line(text).chars().take(80).collect();
    let detail = format!(
        "`{text}` is no moment, so the article is hidden; send it again with an embargo such as \
        2026-03-01T06:00:00+01:00, or with none"
    );
    Some(Reason::new(BAD_EMBARGO, detail).held(true))
}

/// Of several the last that ends counts, and one that cannot be read more than all that can.
pub(super) fn embargoes(article: &mut Article, texts: impl IntoIterator<Item = String>) -> Option<Reason> {
    let (mut last, mut unread) = (None, None);
    for text in texts {
        let note = embargo(article, &text);
        unread = unread.or(note);
        last = last.max(article.embargo);
    }
    article.embargo = last.filter(|_| unread.is_none());
    unread
}

/// Hidden until another version comes; a kill stays one.
pub(super) fn withhold(article: &mut Article) {
    if article.status == Status::Usable {
        article.status = Status::Withheld;
    }
}

/// The end of an embargo. Without a zone it is over when that moment has come everywhere, at day precision when that day
/// is over everywhere: too late does less harm than too early.
fn moment(text: &str) -> Option<Timestamp> {
    let read = dates::read_stamp(text, Provenance::File, &dates::Local::default())?;
    let at = read.stamp.at?;
    let exact = text.trim().parse::<Timestamp>().ok();
    let end = match read.stamp.precision {
        _ if exact.is_some() => exact,
        Precision::Second | Precision::Minute | Precision::Hour => {
            let zone = if read.is_zoned { 0 } else { 12 };
            let rest = i64::from(has_fraction(text));
            at.checked_add(Span::new().hours(zone).seconds(rest)).ok()
        }
        Precision::Day => at.checked_add(Span::new().hours(36)).ok(),
        _ => None,
    };
    // As the store keeps it.
    end?.round(TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Ceil)).ok()
}

/// Is a part of a second written? Other dates are read to the second, and no embargo ends before its time.
fn has_fraction(text: &str) -> bool {
    let text = text.trim();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let time = if is_number { Some(0) } else { text.find(['T', 't', ':']) };
    let parts = time.into_iter().flat_map(|at| text[at..].split(['.', ',']).skip(1));
    parts.into_iter().any(|part| part.starts_with(|c: char| c.is_ascii_digit()))
}

/// The names in bylines, each once.
pub(super) fn authors(bylines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut authors = Vec::new();
    let names = names::stated(&bylines.into_iter().collect::<Vec<_>>());
    names.into_iter().for_each(|name| add(&mut authors, Some(name)));
    authors
}

/// The body without the headline and the byline that its markup repeats at the top.
pub(super) fn without_repeats(mut body: Vec<String>, headline: &str, authors: &[String]) -> Vec<String> {
    let is_byline = |paragraph: &str| {
        !authors.is_empty() && paragraph.len() <= LONGEST_BYLINE && names::split_stated(paragraph) == authors
    };
    let same = |paragraph: &String| paragraph == headline || is_byline(paragraph);
    let repeated = body.iter().take_while(|paragraph| same(paragraph)).count();
    // A text that says no more than its headline says at least that.
    if repeated < body.len() {
        body.drain(..repeated);
    }
    body
}

/// An article with nothing to read is none, whatever is said of it; but for one that ends what was there before.
pub(super) fn finish(mut article: Article) -> Result<Article, Reason> {
    if article.status == Status::Killed && (article.external_id.is_some() || article.url.is_some()) {
        return Ok(article);
    }
    if article.headline.is_empty() {
        article.headline =
            article.body.first().or(article.lead.as_ref()).map(|text| first_words(text)).unwrap_or_default();
    }
    if article.headline.is_empty() {
        return Err(Reason::new("no_text", "neither headline nor lead nor body"));
    }
    columns::finish(article)
}

/// What stands for the headline of a text that has none.
pub(super) fn first_words(text: &str) -> String {
    const LONGEST: usize = 100;
    let Some((cut, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let end = text[..cut].rfind(char::is_whitespace).unwrap_or(cut);
    format!("{}…", text[..end].trim_end_matches([' ', ',', ';', ':', '-', '–']))
}

/// An item that shows, sounds or plans.
pub(super) fn not_text(kind: &str) -> Reason {
    Reason::new("not_text", format!("an item of the type `{kind}`, and no article"))
}

/// Adds what is not there yet. More than an article may have is not looked at: it is refused anyway.
pub(super) fn add(list: &mut Vec<String>, value: Option<String>) {
    if list.len() <= MOST_VALUES
        && let Some(value) = value.filter(|value| !list.contains(value))
    {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_says_whose_it_is() {
        let check = |id: &str, expected: Option<&str>| assert_eq!(authority(id).as_deref(), expected, "{id}");
        check("urn:newsml:wire.example:20250101:a-1", Some("wire.example"));
        check("tag:wire.example,2025:a-1", Some("wire.example"));
        check("http://www.wire.example/a", Some("wire.example"));
        check("urn:uuid:8d19cf88-b3ab-4972-8fec-1207599f2872", Some("urn:uuid"));
        check("4711", None);
        check("tag:", None);
    }

    #[test]
    fn a_status_is_known_in_every_dress() {
        assert_eq!(status("stat:canceled"), Status::Killed);
        assert_eq!(status("http://cv.iptc.org/newscodes/pubstatusg2/withheld"), Status::Withheld);
        assert_eq!((status("inherit"), status("auto-draft")), (Status::Withheld, Status::Withheld));
        assert_eq!((status("Usable"), status("whatever")), (Status::Usable, Status::Usable));
    }

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let mut article = Article::default();
        let reported = embargo(&mut article, text);
        assert_eq!(article.embargo.map(|at| at.to_string()).as_deref(), expected, "{text}");
        assert_eq!((reported.is_some(), article.status == Status::Withheld), (expected.is_none(), expected.is_none()));
    }

    #[test]
    fn an_embargo_ends_rather_too_late_than_too_early() {
        check("2030-03-01T06:00:00+01:00", Some("2030-03-01T05:00:00Z"));
        check("2030-03-01T06:00:00Z", Some("2030-03-01T06:00:00Z"));
        check("20300301T060000Z", Some("2030-03-01T06:00:00Z"));
        check("Fri, 01 Mar 2030 06:00:00 GMT", Some("2030-03-01T06:00:00Z"));
        check("2030-03-01T06:00:00", Some("2030-03-01T18:00:00Z"));
        check("March 1, 2030 6:00 AM", Some("2030-03-01T18:00:00Z"));
        check("2030-03-01", Some("2030-03-02T12:00:00Z"));
        check("2030-03-01T06:00:00.25+01:00", Some("2030-03-01T05:00:00.25Z"));
        check("2030-03-01T06:00:00.0001Z", Some("2030-03-01T06:00:00.001Z"));
        check("20300301T060000.5", Some("2030-03-01T18:00:01Z"));
        check("1898575200.5", Some("2030-03-01T06:00:01Z"));
        for words in ["Uhr", "h", "hrs", "o'clock", "uur", "local time"] {
            check(&format!("2030-03-01 06:00 {words}"), Some("2030-03-01T18:00:00Z"));
            check(&format!("Fri, 01 Mar 2030 06:00:00 {words}"), Some("2030-03-01T18:00:00Z"));
        }
        check("2030-03-01 06:00 CET", Some("2030-03-01T05:00:00Z"));
        check("203003010600", Some("2030-03-01T18:00:00Z"));
        check("32503680000000", Some("3000-01-01T00:00:00Z"));
        check("1898575200500", Some("2030-03-01T06:00:00.5Z"));
        check("1898575200000000001", Some("2030-03-01T06:00:00.001Z"));
    }

    #[test]
    fn an_embargo_that_cannot_be_read_hides_and_is_reported() {
        check("until noon on Friday", None);
        check("2030", None);
        let mut article = Article { status: Status::Killed, ..Article::default() };
        assert!(embargo(&mut article, "soon").unwrap().detail.contains("`soon`"));
        assert_eq!(article.status, Status::Killed, "a kill stays one");
    }

    #[test]
    fn a_byline_is_cut_into_names_and_goes_from_the_top_of_the_text() {
        let cut = |byline: &str| authors([byline.to_owned()]);
        assert_eq!(cut("Von Anna Beispiel und Cem Demir"), ["Anna Beispiel", "Cem Demir"]);
        assert_eq!(
            (cut("Von Trapp"), cut(" By A. Writer ")),
            (vec!["Von Trapp".to_owned()], vec!["A. Writer".to_owned()])
        );
        assert_eq!(cut("  "), [""; 0]);
        let body = ["Tin", "By Anna Beispiel and Cem Demir", "Tin rose."].map(str::to_owned);
        assert_eq!(without_repeats(body.to_vec(), "Tin", &cut("Anna Beispiel, Cem Demir")), ["Tin rose."]);
    }
}
