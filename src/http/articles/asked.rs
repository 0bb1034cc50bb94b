//! How articles are to be read: the parameters of a request and its headers. What is mistyped is refused, before
//! anything is stored that was meant otherwise.

use axum::http::{HeaderMap, StatusCode, header};

use super::super::params::unknown_value;
use super::super::problem::Problem;
use crate::ingest::options::Wishes;
use crate::ingest::{self, Format, ReadOptions};
use crate::nearest::nearest;
use crate::query::Advice;

pub(super) const SAY_WHICH: &str =
    "Say which it is in `Content-Type`, or with `format=`; `broadsheet formats` lists those that are read.";

/// What the parameters are called, in the order of docs/api.md.
const NAMES: [&str; 10] = [
    "format",
    "namespace",
    "url",
    "map",
    "delimiter",
    "quote",
    "no_header",
    "section_from_folder",
    "no_originals",
    "commit",
];

/// A namespace is a name and no text.
const LONGEST_NAMESPACE: usize = 200;

pub(super) struct Asked {
    pub(super) options: ReadOptions,
    pub(super) namespace: Option<String>,
    /// Whether searches are to show what came in before the answer ends.
    pub(super) is_waiting: bool,
}

pub(super) fn read(pairs: &[(String, String)], headers: &HeaderMap, largest: usize) -> Result<Asked, Problem> {
    once(pairs, &NAMES)?;
    let value = |name: &str| given(pairs, name);
    let wishes = Wishes {
        format: value("format"),
        map: value("map"),
        delimiter: value("delimiter"),
        quote: value("quote"),
        no_header: flag(pairs, "no_header")?,
        section_from_folder: flag(pairs, "section_from_folder")?,
        no_originals: flag(pairs, "no_originals")?,
    };
    let options = wishes.read().map_err(|error| {
        Advice::of("unknown_value", error.what, error.detail).hint("/openapi.json lists the parameters.")
    })?;
    packed_as_we_unpack(headers)?;
    let (kind, charset) = kind(headers)?;
    let options = ReadOptions {
        declared: Format::declared(&kind),
        is_lines: options.is_lines || options.format.is_none() && Format::is_lines(&kind),
        charset: charset.map(|name| encoding(&name)).transpose()?,
        url: url(pairs)?,
        largest: Some(largest),
        ..options
    };
    Ok(Asked { options, namespace: namespace(pairs)?, is_waiting: is_waiting(pairs)? })
}

/// Whether a deletion is for good, and whether it is waited for.
pub(super) fn read_deletion(pairs: &[(String, String)]) -> Result<(bool, bool), Problem> {
    once(pairs, &["commit", "purge"])?;
    Ok((flag(pairs, "purge")?, is_waiting(pairs)?))
}

/// For what takes no other parameter.
pub(in crate::http) fn read_commit(pairs: &[(String, String)]) -> Result<bool, Problem> {
    once(pairs, &["commit"])?;
    is_waiting(pairs)
}

fn given(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
}

fn once(pairs: &[(String, String)], names: &[&str]) -> Result<(), Problem> {
    for (at, (name, _)) in pairs.iter().enumerate() {
        if !names.contains(&name.as_str()) {
            let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
            return Err(match nearest(name, names.iter().copied()) {
                Some(near) => advice.hint(format!("Did you mean `{near}`?")),
                None => advice.hint(format!("It takes {}.", names.join(", "))),
            }
            .into());
        }
        if pairs[..at].iter().any(|(before, _)| before == name) {
            let advice = Advice::of("repeated_parameter", name, format!("`{name}` is given more than once"));
            return Err(advice.hint("Give it once.").into());
        }
    }
    Ok(())
}

fn flag(pairs: &[(String, String)], name: &str) -> Result<bool, Problem> {
    match given(pairs, name).as_deref() {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(other) => Err(unknown_value(name, other, &["0", "1"]).into()),
    }
}

fn is_waiting(pairs: &[(String, String)]) -> Result<bool, Problem> {
    match given(pairs, "commit").as_deref() {
        None => Ok(false),
        Some("wait") => Ok(true),
        Some(other) => Err(unknown_value("commit", other, &["wait"]).into()),
    }
}

fn url(pairs: &[(String, String)]) -> Result<Option<String>, Problem> {
    let Some(text) = given(pairs, "url") else { return Ok(None) };
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(text)),
        _ => Err(Advice::of("unknown_value", "url", format!("`{text}` is not the address of a page"))
            .hint("Give the whole address, as https://paper.example/2025/tin.")
            .into()),
    }
}

fn namespace(pairs: &[(String, String)]) -> Result<Option<String>, Problem> {
    let namespace = given(pairs, "namespace").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    match namespace {
        Some(name) if name.chars().count() > LONGEST_NAMESPACE || name.contains(char::is_control) => {
            Err(Advice::of("unknown_value", "namespace", "a namespace is a line of 200 characters at most")
                .hint("Give a short name.")
                .into())
        }
        name => Ok(name),
    }
}

/// What is packed is known by its first bytes, whatever is said of it; but not every way of packing is.
fn packed_as_we_unpack(headers: &HeaderMap) -> Result<(), Problem> {
    for packing in headers.get_all(header::CONTENT_ENCODING) {
        let packing = packing.to_str().unwrap_or_default().to_ascii_lowercase();
        let known = |one: &str| matches!(one, "" | "identity" | "gzip" | "x-gzip" | "zstd");
        if let Some(unknown) = packing.split(',').map(str::trim).find(|one| !known(one)) {
            let detail = format!("`Content-Encoding: {unknown}` is not unpacked");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", detail)
                .hint("Send it as it is, or as gzip or zstd."));
        }
    }
    Ok(())
}

/// The content type without its parameters, and of these the one that names the encoding of the text.
fn kind(headers: &HeaderMap) -> Result<(String, Option<String>), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    });
    if kind.starts_with("multipart/") {
        let detail = "a form of several parts is not read";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", detail)
            .hint("Send the file alone, as the body: curl --data-binary @file."));
    }
    Ok((kind, charset))
}

/// Who names an encoding that nobody knows means another one, and no text would come out right.
fn encoding(name: &str) -> Result<&'static ingest::Encoding, Problem> {
    ingest::encoding_named(name).ok_or_else(|| {
        let detail = format!("`charset={name}` is no encoding that is known");
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", detail)
            .hint("Name it as the Web does, as utf-8 or windows-1252; or leave it out, and it is found by looking.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str, headers: &[(header::HeaderName, &'static str)]) -> Result<Asked, String> {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        read(&pairs, &headers, 1).map_err(|problem| problem.code().to_owned())
    }

    #[track_caller]
    fn refused(query: &str, code: &str) {
        assert_eq!(asked(query, &[]).err().as_deref(), Some(code), "{query}");
    }

    #[test]
    fn what_is_mistyped_is_refused() {
        refused("nmespace=x", "unknown_parameter");
        refused("url=https://a.example&url=https://b.example", "repeated_parameter");
        for query in ["format=jason", "map=hedline=x", "delimiter=ab", "quote=ab", "no_header=2", "commit=now"] {
            refused(query, "unknown_value");
        }
        for query in ["url=here", "url=ftp://a.example", "namespace=a%0Ab"] {
            refused(query, "unknown_value");
        }
        refused(&format!("namespace={}", "x".repeat(201)), "unknown_value");
    }

    #[test]
    fn every_parameter_is_read() {
        let query = "format=csv&namespace=wire&url=https://a.example/1&map=headline=2&delimiter=;&quote='&no_header=1&section_from_folder=1&commit=wait";
        let Asked { options, namespace, is_waiting } = asked(query, &[]).unwrap();
        assert_eq!((namespace.as_deref(), is_waiting), (Some("wire"), true));
        assert_eq!((options.format, options.delimiter, options.quote), (Some(Format::Csv), Some(b';'), Some(b'\'')));
        assert!(options.no_header && options.section_from_folder);
        assert!(format!("{:?}", options.map).contains("headline"));
        assert_eq!(options.url.as_deref(), Some("https://a.example/1"));
    }

    #[test]
    fn content_types_name_formats() {
        let declared = |kind| asked("", &[(header::CONTENT_TYPE, kind)]).map(|asked| asked.options.declared);
        assert_eq!(declared("text/csv; charset=utf-8").unwrap(), [Format::Csv]);
        let is_lines = |kind| asked("", &[(header::CONTENT_TYPE, kind)]).map(|asked| asked.options.is_lines);
        assert_eq!((is_lines("application/x-ndjson"), is_lines("application/json")), (Ok(true), Ok(false)));
        assert_eq!(declared("TEXT/HTML").unwrap(), [Format::Html]);
        for looked_at in ["application/x-www-form-urlencoded", "application/octet-stream", "text/plain", "image/png"] {
            assert!(declared(looked_at).unwrap().is_empty(), "{looked_at}");
        }
        assert_eq!(declared("multipart/form-data; boundary=x").unwrap_err(), "unsupported_type");
    }

    #[test]
    fn the_encoding_that_is_named_must_be_known() {
        let named = |kind| asked("", &[(header::CONTENT_TYPE, kind)]).map(|asked| asked.options.charset);
        let name = |kind| named(kind).map(|known| known.map(|encoding| encoding.name()));
        assert_eq!(name("text/csv; header=present; Charset=\"ISO-8859-7\""), Ok(Some("ISO-8859-7")));
        assert_eq!((name("text/csv"), name("text/csv; charset=")), (Ok(None), Ok(None)));
        assert_eq!(named("text/csv; charset=klingon").unwrap_err(), "unsupported_type");
    }

    #[test]
    fn what_is_packed_otherwise_is_refused() {
        let packed = |how| asked("", &[(header::CONTENT_ENCODING, how)]).map(drop);
        assert!(packed("gzip").is_ok() && packed("zstd, gzip").is_ok() && packed("identity").is_ok());
        assert_eq!(packed("br").unwrap_err(), "unsupported_type");
    }
}
