//! Which format a text is in: by content first, by name second.

use super::Reason;
use super::readers::{columns, ninjs, page_dump};
use super::root::{Root, keys};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    PageDump,
    Json,
    Csv,
    Reuters,
    Html,
    Feed,
    Sitemap,
    Ninjs,
    NewsMl,
    Nitf,
    Markdown,
    Text,
}

const NAMES: &[(&str, Format)] = &[
    ("page-dump", Format::PageDump),
    ("json", Format::Json),
    ("jsonl", Format::Json),
    ("csv", Format::Csv),
    ("tsv", Format::Csv),
    ("reuters", Format::Reuters),
    ("html", Format::Html),
    ("feed", Format::Feed),
    ("sitemap", Format::Sitemap),
    ("ninjs", Format::Ninjs),
    ("newsml-g2", Format::NewsMl),
    ("nitf", Format::Nitf),
    ("markdown", Format::Markdown),
    ("text", Format::Text),
];

/// Endings of plain text; a name without an ending, or with a number for one, is as good.
const TEXT: &[&str] = &["txt", "text", "asc", "story", "article"];

/// What files of other kinds begin with.
const FOREIGN: &[(&str, &str)] = &[
    ("%PDF-", "a PDF"),
    ("\u{fffd}PNG", "a PNG image"),
    ("‰PNG", "a PNG image"),
    ("GIF8", "a GIF image"),
    ("{\\rtf", "RTF"),
    ("<?xml", "XML"),
    ("<rss", "a feed"),
    ("<feed", "a feed"),
    ("<rdf:rdf", "a feed"),
    ("<!doctype", "markup of another kind"),
    ("<!element", "a definition of markup"),
    ("<!--", "markup of another kind"),
];

/// Said where something is no format of news, but can be made one.
pub(super) const WAY_OUT: &str = "; saved as text, HTML or CSV it would be";

/// Endings of what is not read and is no loss: scripts, styles, pictures, fonts, sounds.
const DRESS: &[&str] = &[
    "js", "mjs", "css", "scss", "map", "download", "png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp",
    "woff", "woff2", "ttf", "otf", "eot", "vtt", "mp3", "mp4", "webm",
];

/// Files that tell about a collection and are no part of it.
const ABOUT: &[&str] = &[
    "readme",
    "license",
    "licence",
    "licenses",
    "copying",
    "notice",
    "copyright",
    "changelog",
    "changes",
    "source",
    "sources",
    "citation",
    "contributing",
    "authors",
    "manifest",
];

impl Format {
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, format)| *format == self).map_or("text", |(name, _)| name)
    }

    pub fn from_name(name: &str) -> Option<Format> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    pub fn names() -> Vec<&'static str> {
        NAMES.iter().map(|(name, _)| *name).collect()
    }
}

/// `head` is the beginning of the text.
///
/// # Errors
/// Why this is none of the formats.
pub(super) fn detect(head: &str, name: &str) -> Result<Format, Reason> {
    let start = head.trim_start();
    let file = name.rsplit(['/', '!']).next().unwrap_or(name);
    let extension = file.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    if page_dump::looks_like(start) {
        return Ok(Format::PageDump);
    }
    if begins(start, "<reuters") || begins(start, "<!doctype lewis") {
        return Ok(Format::Reuters);
    }
    if is_html(start) {
        return Ok(Format::Html);
    }
    if let Some(root) = Root::of(start)
        && let Some(format) = markup(&root)
    {
        return format;
    }
    if let Some((_, kind)) = FOREIGN.iter().find(|(mark, _)| begins(start, mark)) {
        return Err(Reason::new("unknown_format", format!("this is {kind}, which is not read{WAY_OUT}")));
    }
    if let Some(kind) = mail(start, &extension) {
        return Err(Reason::new(
            "unknown_format",
            format!("this is {kind}, which is not read; saved as HTML alone it would be"),
        ));
    }
    let is_markdown = matches!(extension.as_str(), "md" | "markdown");
    let is_json = start.starts_with(['{', '[']) && !is_markdown;
    // What stands in strings of JSON does not make it another thing.
    let is_object = is_json && start[1..].trim_start().starts_with(['"', '{']);
    if is_binary(head) && !is_object {
        return Err(Reason::new("unknown_format", "this is no text"));
    }
    if matches!(extension.as_str(), "html" | "htm" | "xhtml") {
        return Ok(Format::Html);
    }
    if is_json {
        return json(start);
    }
    let first = start.lines().next().unwrap_or_default().trim_end();
    if matches!(first, "---" | "+++") || is_markdown {
        return Ok(Format::Markdown);
    }
    match extension.as_str() {
        "json" | "jsonl" | "ndjson" => Ok(Format::Json),
        "csv" | "tsv" | "tab" | "psv" => Ok(Format::Csv),
        _ if looks_like_table(start) => Ok(Format::Csv),
        ending if !ending.chars().any(char::is_alphabetic) && is_even(start) => Ok(Format::Csv),
        ending if TEXT.contains(&ending) || !ending.chars().any(char::is_alphabetic) => Ok(Format::Text),
        ending => {
            let detail = format!("`.{ending}` is the ending of no format; --format says which one it is");
            Err(Reason::new("unknown_format", detail))
        }
    }
}

/// A mail by its name; a page that was saved with all its pictures by its name, or by the head lines it begins with.
fn mail(start: &str, extension: &str) -> Option<&'static str> {
    let mut head = start.lines().take(40).take_while(|line| !line.trim().is_empty()).map(str::to_lowercase);
    let mut is_saved =
        || begins(start, "from: <saved by") || head.any(|line| line.starts_with("content-type: multipart/related"));
    match extension {
        "eml" => Some("a mail"),
        "mht" | "mhtml" => Some("a page saved in one file with its pictures (MHTML)"),
        _ if is_saved() => Some("a page saved in one file with its pictures (MHTML)"),
        _ if is_mail(start) => Some("a mail"),
        _ => None,
    }
}

/// Does it begin with the head lines that mail gets on its way (RFC 5322)? Archives of letters and of newsgroups begin with
/// others, and are texts.
fn is_mail(start: &str) -> bool {
    let head = start.lines().take(40).take_while(|line| !line.trim().is_empty());
    let named = |line: &str| line.split_once(": ").map(|(name, _)| name.to_ascii_lowercase());
    let names: Vec<String> = head.filter_map(named).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    has("from") && ["received", "return-path", "delivered-to"].into_iter().any(has)
}

/// What the root element says; `None` where it says nothing.
fn markup(root: &Root<'_>) -> Option<Result<Format, Reason>> {
    let other = |what: &str| Some(Err(Reason::new("unknown_format", format!("this is {what}, which is not read"))));
    match root.local().as_str() {
        "rss" | "feed" | "rdf" | "channel" => Some(Ok(Format::Feed)),
        "entry" if root.attributes.contains("Atom") => Some(Ok(Format::Feed)),
        "urlset" | "sitemapindex" => Some(Ok(Format::Sitemap)),
        "newsml" | "newsitem" | "newsmessage" | "packageitem" | "conceptitem" | "knowledgeitem" | "planningitem"
        | "catalogitem" | "contentset" | "contentmeta" | "groupset" => Some(Ok(Format::NewsMl)),
        "nitf" => Some(Ok(Format::Nitf)),
        "opml" => other("a list of feeds (OPML)"),
        "svg" => other("a drawing (SVG)"),
        _ => None,
    }
}

/// JSON is told by its keys.
fn json(start: &str) -> Result<Format, Reason> {
    let keys = keys(start);
    let value =
        |name: &str| keys.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim_start_matches('"'));
    let is_feed = |text: &str| text.split('"').next().is_some_and(|address| address.contains("jsonfeed.org/version"));
    let is_schema = |text: &str| text.split('"').next().is_some_and(|address| address.contains("json-schema.org"));
    match () {
        () if is_feed(value("version")) => Ok(Format::Feed),
        () if is_schema(value("$schema")) => {
            Err(Reason::new("unknown_format", "this is a JSON schema, which tells how others are written"))
        }
        () if ninjs::is_item(keys.iter().map(|(key, _)| *key)) => Ok(Format::Ninjs),
        () => Ok(Format::Json),
    }
}

/// The format, where it was said to be one of `declared`; the first of them where it does not look like any.
///
/// # Errors
/// Why this is none of the formats.
pub(super) fn among(declared: &[Format], head: &str, name: &str) -> Result<Format, Reason> {
    let found = detect(head, name);
    match declared.first() {
        Some(first) => Ok(found.ok().filter(|format| declared.contains(format)).unwrap_or(*first)),
        None => found,
    }
}

fn begins(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// A page of HTML, also one that begins with comments or as XML.
fn is_html(start: &str) -> bool {
    let mut rest = start;
    for _ in 0..20 {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let end = match rest {
            _ if rest.starts_with("<!--") => rest.find("-->").map(|at| at + 3),
            _ if rest.starts_with("<?xml") => rest.find('>').map(|at| at + 1),
            _ => break,
        };
        let Some(end) = end else { break };
        rest = &rest[end..];
    }
    ["<!doctype html", "<html", "<head>", "<head ", "<body>", "<body "].iter().any(|mark| begins(rest, mark))
}

/// More than a few characters, and more than one in a hundred, are control characters or stand for bytes that are none.
pub(super) fn is_binary(head: &str) -> bool {
    let odd = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1a}' | '\u{fffd}');
    let count = head.chars().filter(odd).count();
    count > 3 && count * 100 > head.chars().count()
}

/// A first line of several short names, two of which mean something, or one of which does among plain identifiers.
fn looks_like_table(head: &str) -> bool {
    let first = head.lines().next().unwrap_or_default();
    let names: Vec<&str> = first.split([',', ';', '\t', '|']).map(|name| name.trim_matches(['"', '\'', ' '])).collect();
    let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let known = names.iter().filter(|name| columns::known(name)).count();
    names.len() > 1
        && names.iter().all(|name| name.len() <= 40)
        && (known > 1 || known == 1 && names.iter().all(plain) && head.lines().count() > 1)
}

/// Lines looked at of what may be a table of columns that nobody knows.
const ROWS: usize = 5;

/// Do all lines have as many cells? A verse may have a comma in each of its lines.
fn is_even(head: &str) -> bool {
    let cells = |delimiter: char| {
        let mut lines = head.lines().filter(|line| !line.trim().is_empty()).take(ROWS);
        let count = |line: &str| outside_quotes(line).filter(|c| *c == delimiter).count();
        let first = lines.next().map_or(0, count);
        let mut others = lines.map(count).peekable();
        if others.peek().is_some() && others.all(|count| count == first) { first } else { 0 }
    };
    let is_quoted = head.starts_with('"');
    cells('\t') > 0 || cells(';') > 0 || cells(',') > usize::from(!is_quoted)
}

fn outside_quotes(line: &str) -> impl Iterator<Item = char> {
    let mut quoted = false;
    line.chars().filter(move |c| {
        quoted ^= *c == '"';
        !quoted
    })
}

/// Does what is of no format belong to the look of a page, by its ending? Browsers save such files beside it.
pub(super) fn is_dress(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| DRESS.contains(&ending.to_lowercase().as_str()))
}

/// Does this file of a folder or an archive only tell about the others?
pub(super) fn is_about(name: &str) -> bool {
    let file = name.rsplit(['/', '!']).next().unwrap_or(name).to_lowercase();
    let (stem, ending) = file.split_once('.').unwrap_or((&file, ""));
    let is_licence = stem.starts_with("license-") || stem.starts_with("licence-");
    (is_licence || ABOUT.contains(&stem.trim_end_matches("_extra")))
        && matches!(ending, "" | "md" | "txt" | "rst" | "markdown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, name: &str, expected: Option<Format>) {
        assert_eq!(detect(head, name).ok(), expected, "{head:?} {name}");
    }

    #[test]
    fn a_mail_and_what_is_saved_like_one_are_told_a_way_out() {
        let why = |head: &str, name: &str| detect(head, name).unwrap_err().detail;
        let saved = "From: <Saved by X>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n boundary=b\n\n";
        assert!(why(saved, "a.mhtml").contains("saved as HTML alone"), "{}", why(saved, "a.mhtml"));
        assert!(why(saved, "-").contains("MHTML"));
        assert!(why("Subject: Tin\n\nTin is up.", "a.eml").contains("a mail"));
        check("Subject: Tin\nMime-Version: 1.0\n\nTin is up.", "51060", Some(Format::Text));
    }

    #[test]
    fn content_comes_before_the_name() {
        check("\n date 2025-02-27 https://a.example/b\nA\n", "a.csv", Some(Format::PageDump));
        check("<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n<REUTERS", "a.txt", Some(Format::Reuters));
        check(" {\"title\":", "a.txt", Some(Format::Json));
        check("\n\n---\r\ntitle: x\r\n---\r\n", "a.txt", Some(Format::Markdown));
        check("title,text\na,b\n", "-", Some(Format::Csv));
        check("foo;bar\n1;2\n3;4\n", "-", Some(Format::Csv));
        check("\"3\",\"Fears, and more\"\n\"4\",\"Hopes\"\n", "-", Some(Format::Csv));
        check("The tin is red,\nThe zinc is blue,\n", "-", Some(Format::Text));
        check("[link](x) starts it", "a.md", Some(Format::Markdown));
        check("Plain words, and more text.\nOn it goes.", "a.txt", Some(Format::Text));
        check("Title, by somebody\n\nOn it goes.", "12345", Some(Format::Text));
        check("{\"id\":1,\"title\":\"A\0B\"}", "a.jsonl", Some(Format::Json));
        check("An account of <REUTERS> and </REUTERS>", "notes.txt", Some(Format::Text));
    }

    #[test]
    fn a_mail_is_known_by_the_head_lines_it_has_on_its_way() {
        let mail = "Received: from b\nFrom: Ann <a@b.example>\nSubject: Tin\n\nTin rose.";
        assert!(detect(mail, "-").unwrap_err().detail.contains("a mail"));
        assert_eq!(detect("From: our correspondent\nSubject: tin\n\nTin rose.", "-").ok(), Some(Format::Text));
    }

    #[test]
    fn markup_is_known_by_its_root_and_json_by_its_keys() {
        check("<?xml version=\"1.0\"?><!-- x --><rss version=\"2.0\">", "a", Some(Format::Feed));
        check("<rdf:RDF xmlns:rdf=\"x\">", "a.xml", Some(Format::Feed));
        check("<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\">", "a.xml", Some(Format::Feed));
        check("<entry xmlns=\"http://www.w3.org/2005/Atom\">", "a.xml", Some(Format::Feed));
        check("<urlset>", "a.xml", Some(Format::Sitemap));
        check("<sitemapindex>", "a.xml", Some(Format::Sitemap));
        check("<newsMessage xmlns=\"x\">", "a.xml", Some(Format::NewsMl));
        check("<!DOCTYPE nitf SYSTEM \"nitf-3-4.dtd\">\n<nitf>", "a.xml", Some(Format::Nitf));
        check("<opml version=\"2.0\">", "a.xml", None);
        check("{\"items\":[],\"version\":\"https://jsonfeed.org/version/1.1\"}", "a", Some(Format::Feed));
        check("{\"uri\":\"urn:a\",\"versioncreated\":\"x\"}", "a", Some(Format::Ninjs));
        check("{\"$schema\":\"https://json-schema.org/x\",\"title\":\"x\"}", "a.json", None);
        check("{\"version\":\"1\",\"title\":\"x\"}", "a.json", Some(Format::Json));
    }

    #[test]
    fn a_page_of_html_is_known_by_how_it_begins_and_a_part_of_one_by_its_name() {
        check("<!DOCTYPE html><title>x</title>", "a", Some(Format::Html));
        check("\u{feff}\n<!-- saved --><HTML lang=en>", "a.txt", Some(Format::Html));
        check("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\"><html>", "a", Some(Format::Html));
        check("<p>Words</p>", "a.htm", Some(Format::Html));
        check("<p>Words</p>", "a.txt", Some(Format::Text));
    }

    #[test]
    fn other_kinds_are_refused_and_never_taken_for_text() {
        for (head, name) in [
            ("%PDF-1.7\nabc", "a.txt"),
            ("\u{fffd}PNG\r\n\u{1a}", "a"),
            ("<?xml version=\"1.0\"?><catalog>", "feed"),
            ("\0\0\0\u{1}\u{2}binary", "a.txt"),
            ("plain words", "a.que"),
        ] {
            check(head, name, None);
        }
    }

    #[test]
    fn what_tells_about_a_collection_is_known_by_its_name() {
        assert!(is_about("news.tar!a/README.md") && is_about("x/LICENSE") && is_about("SOURCE.txt"));
        assert!(is_about("LICENSE-MIT") && !is_about("license-fees-rise.html"));
        assert!(!is_about("x/readme-first-say-librarians.md") && !is_about("sources.csv"));
    }
}
