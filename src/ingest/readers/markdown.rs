//! Markdown with front matter in YAML, TOML or JSON.

use serde_json::Value;

use super::columns::{self, FieldMap};
use super::{held, repair, text};
use crate::article::Article;
use crate::ingest::{Reason, clean};

/// The article, and what is the matter with its embargo.
pub(in crate::ingest) fn read(text: &str, path: &str, map: &FieldMap) -> Result<(Article, Option<Reason>), Reason> {
    let (matter, rest) = front_matter(text)?;
    let (mut article, unread) = matter.map(|matter| super::json::matter(&matter, map)).unwrap_or_default();
    // What a front matter calls `id` or `slug` recurs within a site; the place of the file does not.
    article.external_id = None;
    let body = paragraphs(rest);
    if !body.is_empty() {
        article.body = body;
    }
    if article.headline.is_empty() && !article.body.is_empty() {
        article.headline = article.body.remove(0);
    }
    if article.published.at.is_none() {
        article.published = text::date_in_name(path).unwrap_or_default();
    }
    Ok((columns::finish(article)?, unread))
}

/// What stands between the fences, as JSON, and the text after them.
fn front_matter(text: &str) -> Result<(Option<Value>, &str), Reason> {
    let text = text.trim_start();
    let fence = text.lines().next().unwrap_or_default().trim_end();
    if fence != "---" && fence != "+++" {
        let Some((matter, rest)) = json(text) else { return broken_json(text).map_or(Ok((None, text)), Err) };
        return Ok((Some(matter), rest));
    }
    let start = text.find('\n').map_or(text.len(), |end| end + 1);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let end = line.trim_end();
        if end == fence || fence == "---" && end == "..." {
            let (matter, rest) = (&text[start..at], &text[at + line.len()..]);
            let value = if fence == "---" { yaml(matter)? } else { toml(matter)? };
            return Ok((Some(value), rest));
        }
        at += line.len();
    }
    Err(Reason::new("bad_front_matter", "the front matter has no end"))
}

/// An object at the beginning, with which a line ends (gohugo.io/content-management/front-matter).
fn json(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text.strip_prefix('{').map(|_| text)?).into_iter::<Value>();
    let matter = values.next()?.ok()?;
    let rest = &text[values.byte_offset()..];
    (rest.is_empty() || rest.trim_start_matches([' ', '\r']).starts_with('\n')).then_some((matter, rest))
}

/// What begins as an object that may say that the text is not to be shown is no text.
fn broken_json(text: &str) -> Option<Reason> {
    let piece = &text[..repair::balanced(text.strip_prefix('{').map(|_| text)?).unwrap_or(text.len())];
    let reason = || Reason::new("bad_front_matter", "the front matter is not JSON").held(true);
    held::may_be_held(piece.as_bytes()).then(reason)
}

/// Of a key that is there twice, the last counts, as it does for the programs these files are written for.
fn yaml(text: &str) -> Result<Value, Reason> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::LastWins };
    let read: Result<Value, _> = serde_saphyr::from_str_with_options(text, options);
    read.ok()
        .filter(Value::is_object)
        .or_else(|| plain_lines(text))
        .ok_or_else(|| Reason::new("bad_front_matter", "the front matter is not YAML"))
}

/// What is almost YAML, as of `title: One: Two`: keys with the rest of their line, and lists below a key; and whatever a
/// line says of showing the text, however deep.
fn plain_lines(text: &str) -> Option<Value> {
    let mut object = serde_json::Map::new();
    let mut last = String::new();
    let bare = |value: &str| Value::String(value.trim().trim_matches(['"', '\'']).to_owned());
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        if let Some(element) = line.trim_start().strip_prefix("- ") {
            match object.get_mut(&last) {
                Some(Value::Array(list)) => list.push(bare(element)),
                _ => drop(object.insert(last.clone(), Value::Array(vec![bare(element)]))),
            }
        } else if let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) {
            last = key.trim().to_owned();
            object.insert(last.clone(), if value.trim().is_empty() { Value::Null } else { bare(value) });
        }
    }
    for (field, value) in held::said_in_lines(text) {
        match object.entry(field).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(said) => said.push(Value::String(value)),
            said => *said = Value::Array(vec![said.take(), Value::String(value)]),
        }
    }
    object.keys().any(|key| columns::known(key)).then_some(Value::Object(object))
}

fn toml(text: &str) -> Result<Value, Reason> {
    let table: toml::Table =
        toml::from_str(text).map_err(|_| Reason::new("bad_front_matter", "the front matter is not TOML"))?;
    let plain = |value: toml::Value| match value {
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        value => serde_json::to_value(value).unwrap_or_default(),
    };
    Ok(Value::Object(table.into_iter().map(|(key, value)| (key, plain(value))).collect()))
}

/// The text of each block; shortcodes, images, markup and HTML fall away, and code is left as it is.
fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let mut patience = PATIENCE;
    let text = SHORTCODES.iter().fold(text, |text, (open, close)| without(&text, open, close, &mut patience));
    let mut blocks = String::with_capacity(text.len());
    let mut fence = None;
    for line in text.lines() {
        let bare = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| bare.starts_with(mark));
        if mark.is_some() && (fence.is_none() || fence == mark) {
            fence = if fence.is_some() { None } else { mark };
            blocks.push_str("\n\n");
        } else if fence.is_some() {
            let code = bare.replace('&', "&amp;").replace('<', "&lt;");
            blocks.extend(code.chars().flat_map(|c| [Some('\\').filter(|_| MARKS.contains(&c)), Some(c)]).flatten());
            blocks.push('\n');
        } else if !is_furniture(bare) {
            block_line(bare, &mut blocks);
        }
    }
    clean::html_paragraphs(&inline(&blocks, &mut patience))
}

/// Bytes looked at in vain for the ends of links and shortcodes: after so many, what begins as one is text.
const PATIENCE: usize = 32 << 20;

/// Bytes of where a link leads to.
const LONGEST_ADDRESS: usize = 8_000;

/// Bytes of what a link shows: links in it lie in each other no deeper than these reach.
const LONGEST_SHOWN: usize = 2_000;

/// Of Hugo, of Jekyll and its kin, and comments.
const SHORTCODES: &[(&str, &str)] =
    &[("<!--", "-->"), ("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{{", "}}"), ("{:", "}"), ("{#", "}")];

/// What inline markup begins with.
const MARKS: &[char] = &['[', '!', '*', '`', '\\', '_', '~'];

/// Lines that show nothing: rules, underlines of headings, the line below a table's head, addresses of links.
fn is_furniture(line: &str) -> bool {
    let line = line.trim_end();
    let drawn = line.len() > 2 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | '|' | ':' | ' ' | '+'));
    let defined = line.strip_prefix('[').and_then(|line| line.split_once("]:"));
    drawn
        || defined
            .is_some_and(|(name, to)| !name.starts_with('^') && to.trim_start().starts_with(['h', '/', '<', '#', '.']))
}

fn block_line(line: &str, blocks: &mut String) {
    let heading = line.starts_with('#') && line.trim_start_matches('#').starts_with(' ');
    let cells = line.starts_with('|');
    let element = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    if heading || cells || element.is_some() || is_numbered(line) {
        blocks.push_str("\n\n");
    }
    let line = element.unwrap_or(line);
    let line = if heading { line.trim_matches(['#', ' ']) } else { line.trim_start_matches(['>', ' ']) };
    if cells {
        blocks.push_str(&line.trim().trim_matches('|').replace('|', " "));
    } else {
        blocks.push_str(line);
    }
    blocks.push_str(if heading { "\n\n" } else { "\n" });
}

/// Without what stands between; what is never closed is text. Comments and shortcodes go over blank lines, the rest
/// does not.
fn without(text: &str, open: &str, close: &str, patience: &mut usize) -> String {
    let long = matches!(open, "<!--" | "{{<" | "{{%");
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open).filter(|_| *patience > 0) {
        let inside = &rest[start + open.len()..];
        // Where none ends, none that begins later does.
        let Some(end) = inside.find(close) else { break };
        out.push_str(&rest[..start]);
        if long || !inside[..end].contains("\n\n") {
            rest = &inside[end + close.len()..];
        } else {
            *patience = patience.saturating_sub(end);
            out.push_str(open);
            rest = inside;
        }
    }
    out.push_str(rest);
    out
}

/// `1. ` or `12) ` begins an element of a list.
fn is_numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    (1..3).contains(&(line.len() - rest.len())) && (rest.starts_with(". ") || rest.starts_with(") "))
}

/// Links and emphasis as the text they show.
fn inline(text: &str, patience: &mut usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARKS) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let image = rest.starts_with("![");
        if let Some((shown, length)) = link(&rest[usize::from(image)..], patience) {
            if !image {
                out.push_str(&inline(shown, patience));
            }
            rest = &rest[length + usize::from(image)..];
            continue;
        }
        if rest.starts_with("~~") {
            rest = &rest[2..];
            continue;
        }
        let mark = rest.chars().next().unwrap_or(' ');
        let next = rest[1..].chars().next();
        if mark == '\\' {
            // What is escaped is meant as it stands.
            let escaped = next.filter(|c| c.is_ascii_punctuation());
            out.extend(escaped);
            rest = &rest[1 + escaped.map_or(0, char::len_utf8)..];
            continue;
        }
        let inside = out.ends_with(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
        let shown = match mark {
            '*' | '`' => false,
            '_' => inside,
            _ => true,
        };
        if shown {
            out.push(mark);
        }
        rest = &rest[1..];
    }
    out.push_str(rest);
    out
}

/// `[shown](address)` or `[shown][name]`: what is shown, and the length of the whole.
fn link<'a>(text: &'a str, patience: &mut usize) -> Option<(&'a str, usize)> {
    let inside = text.strip_prefix('[').filter(|_| *patience > 0)?;
    let mut depth = 1_usize;
    let near = &inside[..inside.floor_char_boundary(LONGEST_SHOWN)];
    let end = near.char_indices().find_map(|(at, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    });
    let found = end.and_then(|end| {
        let (shown, after) = (&inside[..end], &inside[end + 1..]);
        let after = &after[..after.floor_char_boundary(LONGEST_ADDRESS)];
        let close = match after.chars().next()? {
            '(' => closing(after)?,
            '[' => after.find(']').filter(|close| !after[..*close].contains('\n'))?,
            _ => return None,
        };
        (!shown.contains("\n\n")).then_some((shown, end + 2 + close + 1))
    });
    if found.is_none() {
        let leads = |end: usize| if inside[end + 1..].starts_with(['(', '[']) { LONGEST_ADDRESS } else { 0 };
        *patience = patience.saturating_sub(end.map_or(near.len(), |end| end + leads(end)));
    }
    found
}

/// Where the parenthesis that opens an address closes; addresses hold parentheses of their own.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            '\n' if text[at + 1..].starts_with('\n') => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Status;

    #[test]
    fn front_matter_and_text() {
        let text = "---\ntitle: \"A: b\"\ndate: 2019-11-18 08:34:00 -0500\ntopics:\n  - one\n  - two\n---\n\n{{< x y=\"z\" >}}\n\n## Head\n\nSee **[this](https://a.example/b)** now.\n- item\n";
        let (article, _) = read(text, "x/2019-a.md", &FieldMap::default()).unwrap();
        assert_eq!(article.headline, "A: b");
        assert_eq!(article.body, ["Head", "See this now.", "item"]);
        assert_eq!(article.tags, ["one", "two"]);
        assert_eq!(article.published.at.unwrap().to_string(), "2019-11-18T13:34:00Z");
    }

    #[test]
    fn toml_and_none_and_broken() {
        let (article, _) =
            read("+++\ntitle = 'T'\ndate = 2020-01-02\n+++\nText.", "a.md", &FieldMap::default()).unwrap();
        assert_eq!((article.headline.as_str(), article.body.len()), ("T", 1));
        assert_eq!(read("# Only\n\ntext", "b.md", &FieldMap::default()).unwrap().0.headline, "Only");
        assert_eq!(read("---\ntitle: x\n", "c.md", &FieldMap::default()).unwrap_err().code, "bad_front_matter");
    }

    #[test]
    fn links_in_links_and_what_has_no_end_are_read_in_time() {
        let deep = format!("# T\n\n{}a{}", "[".repeat(20_000), "](b)".repeat(20_000));
        assert!(read(&deep, "a.md", &FieldMap::default()).is_ok());
        for mark in ["[", "![[", "[a](", "[a][", "{{<", "{% ", "<!--", "{{ ", "{:"] {
            let text = format!("# T\n\n{}\n\nand so on", mark.repeat(400_000 / mark.len()));
            let (article, _) = read(&text, "a.md", &FieldMap::default()).unwrap();
            assert_eq!(article.headline, "T", "{mark}");
        }
        let far = format!("# T\n\n{}\n\n}}}}", "{{ ".repeat(130_000));
        assert!(read(&far, "a.md", &FieldMap::default()).is_ok());
    }

    #[test]
    fn a_front_matter_may_be_json() {
        let (article, _) = read("{\n \"title\": \"T\"\n}\n\nText.", "a.md", &FieldMap::default()).unwrap();
        assert_eq!((article.headline.as_str(), article.body), ("T", vec!["Text.".to_owned()]));
        let (article, _) = read("{\"a\": 1} is how it begins.\n\nText.", "a.md", &FieldMap::default()).unwrap();
        assert!(article.headline.starts_with("{\"a\""), "{}", article.headline);
    }

    #[test]
    fn what_a_site_does_not_publish_is_hidden() {
        for (matter, status) in [
            ("status: draft", Status::Withheld),
            ("status: published", Status::Usable),
            ("params:\n  embargo: one day", Status::Withheld),
        ] {
            let (article, _) = read(&format!("---\n{matter}\n---\n# A\n\nb"), "a.md", &FieldMap::default()).unwrap();
            assert_eq!(article.status, status, "{matter}");
        }
        let matter = "+++\n[extra]\nembargo = 2999-01-01T00:00:00Z\n+++\n# A\n\nb";
        assert!(read(matter, "a.md", &FieldMap::default()).unwrap().0.embargo.is_some());
    }

    #[test]
    fn an_embargo_hides_in_every_kind_of_front_matter() {
        let read = |matter: &str| {
            let (article, unread) = read(&format!("{matter}\n# A\n\nb"), "a.md", &FieldMap::default()).unwrap();
            let end = article.embargo.map(|at| at.to_string()).unwrap_or_default();
            (end, article.status == Status::Withheld, unread.map(|reason| reason.code))
        };
        let end = |end: &str| (end.to_owned(), false, None);
        assert_eq!(read("---\nembargo: 2030-03-01T06:00:00Z\n---"), end("2030-03-01T06:00:00Z"), "and no title");
        assert_eq!(read("+++\nembargo = 2030-03-01T06:00:00Z\n+++"), end("2030-03-01T06:00:00Z"));
        assert_eq!(read("---\nembargo:\n  until: 2030-03-01\n---"), end("2030-03-02T12:00:00Z"));
        assert_eq!(read("---\nembargo:\n---"), end(""));
        let hidden = (String::new(), true, Some("bad_embargo"));
        for matter in [
            "---\nembargo: until noon\n---",
            "---\ntitle: One: Two\nembargo: until noon\n---",
            "---\nembargo:\n  until: noon\n---",
            "+++\n[embargo]\nuntil = 'noon'\n+++",
            "---\ntitle: One: Two\nparams:\n  embargo: until noon\n---",
            "---\ntitle: One: Two\nembargo:\n  until: 2999-01-01\n---",
        ] {
            assert_eq!(read(matter), hidden, "{matter}");
        }
        // What is not quite YAML.
        for matter in [
            "---\ntitle: Tin: the price rises\nparams:\n  embargo: 2030-03-01\n---",
            "---\nparams: {embargo: 2030-03-01}\nbad: [\n---",
            "---\n\"embargo\": 2030-03-01\nbad: [\n---",
            "---\ntitle: One: Two\nembargo: 2030-03-01\n---",
        ] {
            assert_eq!(read(matter), end("2030-03-02T12:00:00Z"), "{matter}");
        }
        assert_eq!(read("---\ntitle: One: Two\nparams:\n  status: withheld\n---"), (String::new(), true, None));
        for matter in ["embargo: false", "embargo: \"\"", "embargo:", "status: published", "draft: true"] {
            assert_eq!(read(&format!("---\ntitle: One: Two\n{matter}\n---")), end(""), "{matter}");
        }
    }

    #[test]
    fn a_front_matter_of_broken_json_that_may_hold_back_is_no_text() {
        let read = |matter: &str| read(&format!("{matter}\n\nText."), "a.md", &FieldMap::default());
        assert!(read("{\"title\": \"A\", \"embargo\": \"2999-01-01\",,}").is_err_and(|reason| reason.is_held));
        assert!(read("{{< note >}} of an embargo").is_ok());
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(paragraphs(text), expected, "{text}");
    }

    #[test]
    fn markup_falls_away_and_text_stays() {
        check(
            "Head\r\n====\r\n\r\nOne\r\ntwo _three_ snake_case ~~four~~\r\n",
            &["Head", "One two three snake_case four"],
        );
        check("[a](x_(y)) [b][1] [c] ![d](e) \\*f\\*\n\n[1]: https://a.example \"T\"", &["a b [c] *f*"]);
        check("{% include x %}a {{ site.url }}b<!-- c\nd --> e\n\n## F {#toc}\ng", &["a b e", "F", "g"]);
        check("| a | b |\n|---|:-:|\n| c | d |", &["a b", "c d"]);
        check("x\n\n```rust\nlet a = b<c> * d_e;\n```\n\ny", &["x", "let a = b<c> * d_e;", "y"]);
        check("> quoted\n> on\n\n* one\n+ two\n1. three", &["quoted on", "one", "two", "1. three"]);
        check("1 < 2 and 3 > 2", &["1 < 2 and 3 > 2"]);
        check("a {{ b\n\nc <!-- d", &["a {{ b", "c <!-- d"]);
    }

    #[test]
    fn front_matter_as_it_is_written() {
        let read = |text: &str| read(text, "posts/2019-04-05-a.md", &FieldMap::default()).unwrap().0;
        let article = read("\n\n---\ntitle: A\ntags: x, y\nexpiry: 1\nexpiry: 2\n---\nb\n");
        assert_eq!((article.headline.as_str(), article.tags.len(), article.body.len()), ("A", 2, 1));
        assert_eq!(article.published.at.unwrap().to_string(), "2019-04-05T00:00:00Z", "the date of the file's name");
        let article = read("---\ntitle: One: Two\ntags:\n- x\n- y\n---\nb");
        assert_eq!((article.headline.as_str(), article.tags.len()), ("One: Two", 2));
        let article = read(
            "---\r\ntitle: A\r\ndate: 2020-01-02T03:04:05Z\r\ntaxonomies:\r\n  tags: [x, y]\r\nauthors:\r\n- name: B C\r\n---\r\nb",
        );
        assert_eq!((article.tags.len(), article.authors[0].as_str()), (2, "B C"));
        assert_eq!(read("+++\ntitle = 'A'\n[taxonomies]\ntags = ['x']\n+++\nb").tags, ["x"]);
        assert_eq!(read("---\n---\nOnly\n\ntext").headline, "Only");
    }
}
