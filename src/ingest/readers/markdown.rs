//! Markdown with front matter in YAML or TOML.

use serde_json::Value;

use super::columns::{self, FieldMap};
use crate::article::Article;
use crate::ingest::{Reason, clean};

pub(in crate::ingest) fn read(text: &str, path: &str, map: &FieldMap) -> Result<Article, Reason> {
    let (matter, rest) = front_matter(text)?;
    let mut found: Result<Article, Reason> = Err(Reason::new("no_text", "no front matter"));
    if let Some(matter) = matter {
        let _ = super::json::read(&matter.to_string(), map, &mut |_, article| {
            found = article;
            std::ops::ControlFlow::Break(())
        });
    }
    let mut article = found.unwrap_or_default();
    article.body = paragraphs(rest);
    if article.headline.is_empty() && !article.body.is_empty() {
        article.headline = article.body.remove(0);
    }
    if article.external_id.is_none() && article.url.is_none() {
        let file = path.rsplit(['/', '!']).next().unwrap_or(path);
        article.external_id = Some(file.trim_end_matches(".md").to_owned());
    }
    columns::finish(article)
}

/// What stands between the fences, as JSON, and the text after them.
fn front_matter(text: &str) -> Result<(Option<Value>, &str), Reason> {
    let text = text.trim_start_matches('\u{feff}');
    let fence = text.lines().next().unwrap_or_default().trim_end();
    if fence != "---" && fence != "+++" {
        return Ok((None, text));
    }
    let start = text.find('\n').map_or(text.len(), |end| end + 1);
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == fence {
            let (matter, rest) = (&text[start..at], &text[at + line.len()..]);
            let value = if fence == "---" { yaml(matter)? } else { toml(matter)? };
            return Ok((Some(value), rest));
        }
        at += line.len();
    }
    Err(Reason::new("bad_front_matter", "the front matter has no end"))
}

fn yaml(text: &str) -> Result<Value, Reason> {
    serde_saphyr::from_str(text).map_err(|_| Reason::new("bad_front_matter", "the front matter is not YAML"))
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

/// The text of each block; shortcodes, images, markup and HTML fall away.
fn paragraphs(text: &str) -> Vec<String> {
    let text = without(&without(text, "{{<", ">}}"), "{{%", "%}}");
    let text = without(&text, "<!--", "-->");
    let mut blocks = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim_start();
        let begins = bare.starts_with(['#', '>', '|']) || bare.starts_with("- ") || bare.starts_with("* ");
        if begins {
            blocks.push_str("\n\n");
        }
        let bare = bare.trim_start_matches(['#', '>', ' ']);
        let bare = bare.strip_prefix("- ").or_else(|| bare.strip_prefix("* ")).unwrap_or(bare);
        blocks.push_str(bare);
        blocks.push('\n');
    }
    clean::html_paragraphs(&inline(&blocks))
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        out.push_str(&rest[..start]);
        rest = rest[start..].find(close).map_or("", |end| &rest[start + end + close.len()..]);
    }
    out.push_str(rest);
    out
}

/// Links and emphasis as the text they show.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '!', '*', '`', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let image = rest.starts_with("![");
        let link = if image { link(&rest[1..]) } else { link(rest) };
        if let Some((shown, length)) = link {
            if !image {
                out.push_str(&shown.replace(['*', '`'], ""));
            }
            rest = &rest[length + usize::from(image)..];
        } else {
            let c = &rest[..1];
            if !matches!(c, "*" | "`" | "\\") {
                out.push_str(c);
            }
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// `[shown](address)`: what is shown, and the length of the whole.
fn link(text: &str) -> Option<(&str, usize)> {
    let shown_end = text.strip_prefix('[')?.find("](")? + 1;
    let address_end = text[shown_end..].find(')')? + shown_end;
    let shown = &text[1..shown_end];
    (!shown.contains("\n\n") && !shown.contains('[')).then_some((shown, address_end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_and_text() {
        let text = "---\ntitle: \"A: b\"\ndate: 2019-11-18 08:34:00 -0500\ntopics:\n  - one\n  - two\n---\n\n{{< x y=\"z\" >}}\n\n## Head\n\nSee **[this](https://a.example/b)** now.\n- item\n";
        let article = read(text, "x/2019-a.md", &FieldMap::default()).unwrap();
        assert_eq!(article.headline, "A: b");
        assert_eq!(article.body, ["Head", "See this now.", "item"]);
        assert_eq!(article.tags, ["one", "two"]);
        assert_eq!(article.published.at.unwrap().to_string(), "2019-11-18T13:34:00Z");
        assert_eq!(article.external_id.as_deref(), Some("2019-a"));
    }

    #[test]
    fn toml_and_none_and_broken() {
        let article = read("+++\ntitle = 'T'\ndate = 2020-01-02\n+++\nText.", "a.md", &FieldMap::default()).unwrap();
        assert_eq!((article.headline.as_str(), article.body.len()), ("T", 1));
        assert_eq!(read("# Only\n\ntext", "b.md", &FieldMap::default()).unwrap().headline, "Only");
        assert_eq!(read("---\ntitle: x\n", "c.md", &FieldMap::default()).unwrap_err().code, "bad_front_matter");
    }
}
