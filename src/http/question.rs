//! What every question to the API brings with it: the archive it is put to, its parameters, and what its client has already.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Door;
use super::client::{Client, NOBODY};
use super::compressed;
use super::params::{LARGEST, Taken, Takes};
use super::problem::Problem;
use crate::access::{Holder, Scope};
use crate::config;
use crate::metering;
use crate::query::Advice;
use crate::search::answer::SearchError;
use crate::search::request::FacetField;
use crate::search::{Archive, CiteBounds};

pub(super) type Answered = Result<Response, Problem>;

pub(super) struct Question {
    pub(super) archive: Arc<Archive>,
    /// In the order given.
    pub(super) parameters: Vec<(String, String)>,
    /// What stands behind the `?`.
    pub(super) query: Option<String>,
    method: Method,
    headers: HeaderMap,
    http: Arc<config::Http>,
    client: Client,
    holder: Option<Holder>,
    limits: config::Limits,
}

impl FromRequestParts<Door> for Question {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Question, Infallible> {
        let query = parts.uri.query().map(str::to_owned);
        Ok(Question {
            archive: Arc::clone(&door.archive),
            parameters: pairs(query.as_deref()),
            query,
            method: parts.method.clone(),
            headers: parts.headers.clone(),
            http: Arc::clone(&door.http),
            client: parts.extensions.get().cloned().unwrap_or(NOBODY),
            holder: parts.extensions.get().cloned(),
            limits: door.limits,
        })
    }
}

impl Question {
    /// The values of the parameters it may have, in their order.
    pub(super) fn values<const N: usize>(&self, names: [&str; N], hint: &str) -> Result<[Option<&str>; N], Problem> {
        let mut values = [None; N];
        for (name, value) in &self.parameters {
            let Some(at) = names.iter().position(|known| known == name) else {
                let advice = Advice::of("unknown_parameter", name, format!("there is no parameter `{name}`"));
                return Err(advice.hint(hint).into());
            };
            if values[at].replace(value.as_str()).is_some() {
                let advice = Advice::of("repeated_parameter", name, format!("`{name}` is given more than once"));
                return Err(advice.hint("Give it once.").into());
            }
        }
        Ok(values)
    }

    /// Its parameters, and those in its body: a form or a JSON object.
    pub(super) fn with_body(&self, taken: &Taken, body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
        let kind = self.header(&header::CONTENT_TYPE).split(';').next().unwrap_or_default();
        let in_body: Vec<_> = match kind.trim().to_ascii_lowercase().as_str() {
            "application/json" => json_pairs(taken, body)?,
            "application/x-www-form-urlencoded" => url::form_urlencoded::parse(body).into_owned().collect(),
            _ => {
                let detail = "send application/x-www-form-urlencoded or application/json";
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", detail));
            }
        };
        Ok([self.parameters.as_slice(), &in_body].concat())
    }

    /// Refuses what a page of another site has sent.
    pub(super) fn refuse_other_sites(&self) -> Result<(), Problem> {
        same_site(&self.headers, &self.http, &self.client)
    }

    /// How much may be cited with it; whoever may write may cite without end.
    pub(super) fn cite_bounds(&self) -> Option<CiteBounds> {
        let may_write = self.holder.as_ref().is_some_and(|holder| holder.scope >= Scope::Write);
        let config::Limits { citations_per_day, cited_per_day, .. } = self.limits;
        (!may_write).then_some(CiteBounds { citations: citations_per_day, articles: cited_per_day })
    }

    /// Whether any search may be cited with it.
    pub(super) fn may_cite(&self) -> bool {
        self.cite_bounds().is_none_or(CiteBounds::take_any)
    }

    /// The media types that its client takes.
    pub(super) fn accepted(&self) -> &str {
        self.header(&header::ACCEPT)
    }

    /// Scheme and host under which the client reaches this server, for addresses that stand by themselves.
    pub(super) fn root(&self) -> String {
        let root = self.http.public_url.as_ref().unwrap_or(&self.client.root);
        if root.is_empty() { "http://localhost".to_owned() } else { root.clone() }
    }

    fn header(&self, name: &HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// An answer with its strong ETag: a hash of all that it says, so that the same tag means the same answer.
    pub(super) fn answer(&self, answer: &impl Serialize) -> Answered {
        let body = metering::Stage::Encode.time(|| serde_json::to_vec(answer));
        let body = body.map_err(|error| Problem::from(SearchError::Internal(error.to_string())))?;
        let (caching, is_known) = self.tagged(said(&body));
        Ok(if is_known {
            (StatusCode::NOT_MODIFIED, caching).into_response()
        } else {
            (caching, [(header::CONTENT_TYPE, "application/json")], body).into_response()
        })
    }

    /// An answer in another form, and headers with what that has no place for; not sent again to who has it.
    pub(super) fn in_form(&self, kind: &'static str, told: HeaderMap, body: Vec<u8>) -> Response {
        let (caching, is_known) = self.tagged(&body);
        if is_known {
            return (StatusCode::NOT_MODIFIED, caching, told).into_response();
        }
        (caching, told, [(header::CONTENT_TYPE, kind)], body).into_response()
    }

    /// The headers for an answer that says this, and whether the client has it already: then it is told of the tag by
    /// which it has it. Only who asks can have an answer.
    pub(super) fn tagged(&self, said: &[u8]) -> ([(HeaderName, HeaderValue); 2], bool) {
        let tag = format!("\"{}\"", &blake3::hash(said).to_hex()[..24]);
        let given = if self.method.is_safe() { self.header(&header::IF_NONE_MATCH) } else { "" };
        let known = compressed::known(given, &tag);
        metering::looked_up(metering::Cache::Answers, known.is_some());
        let (told, is_known) = (HeaderValue::from_str(known.as_deref().unwrap_or(&tag)), known.is_some());
        let caching = [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::ETAG, told.unwrap_or(HeaderValue::from_static("\"\""))),
        ];
        (caching, is_known)
    }
}

/// A page of another site must not make a reader's browser write here. Where this is no secure place, browsers say only
/// from which origin they send.
pub(super) fn same_site(headers: &HeaderMap, http: &config::Http, client: &Client) -> Result<(), Problem> {
    let own = || client.root.split_once("://").map(|(_, host)| host);
    let is_own = |origin: &HeaderValue| {
        let Ok(origin) = origin.to_str() else { return false };
        let host = origin.split_once("://").map(|(_, host)| host);
        // A proxy may have put its own host in place of the one that was asked.
        http.public_url.as_deref() == Some(origin)
            || host.zip(own()).is_some_and(|(host, own)| own.eq_ignore_ascii_case(host))
    };
    let is_same = match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(site) => matches!(site, b"same-origin" | b"none"),
        None => headers.get(header::ORIGIN).is_none_or(is_own),
    };
    match is_same {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", "a page of another site has sent this")
            .hint("Send it from a program, or from a page of this server.")),
    }
}

pub(super) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The members of an object as parameters: strings, numbers and booleans as they are. An array repeats a filter, and is a
/// list where there may be one. Of a member that nobody knows only the name is of interest.
fn json_pairs(taken: &Taken, body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let Ok(Members(members)) = serde_json::from_slice(body) else {
        let detail = "the body is not a JSON object of parameters";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_json", detail).hint(AN_OBJECT));
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        let is_filter = taken.filters && FacetField::from_name(&name).is_some();
        let parameter = taken.parameter(&name);
        let is_list = parameter.is_some_and(|parameter| matches!(parameter.takes, Takes::List(_)));
        match value {
            _ if !is_filter && parameter.is_none() => pairs.push((name, String::new())),
            Value::Null => {}
            Value::Array(values) if is_filter || is_list => {
                let texts = values.into_iter().map(|value| plain(&name, value)).collect::<Result<Vec<_>, _>>()?;
                match is_list {
                    true => pairs.push((name, texts.join(","))),
                    false => pairs.extend(texts.into_iter().map(|text| (name.clone(), text))),
                }
            }
            Value::Array(_) => {
                let advice = Advice::of("repeated_parameter", &name, format!("`{name}` takes one value"));
                return Err(advice.hint("Give one; filters may be repeated, and lists are lists.").into());
            }
            value => {
                let text = plain(&name, value)?;
                pairs.push((name, text));
            }
        }
    }
    Ok(pairs)
}

fn plain(name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        // 92.0 is a whole number in JSON.
        Value::Number(number) => Ok(match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= LARGEST as f64 => {
                format!("{}", float as i64)
            }
            _ => number.to_string(),
        }),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            let message =
                format!("`{name}` is no string, number or boolean, nor a list of them where there may be one");
            Err(Advice::of("bad_json", name, message).hint(AN_OBJECT).into())
        }
    }
}

const AN_OBJECT: &str =
    "Send an object whose members are parameters: {\"q\": \"tin\", \"tag\": [\"metals\", \"trade\"]}";

/// The members of an object in their order, also those that are there twice.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Members, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Reader)
    }
}

/// What an answer says, without how long it took to say it: that is its last member, where it has it.
fn said(body: &[u8]) -> &[u8] {
    const TOOK: &[u8] = b",\"took_ms\":";
    let from = body.len().saturating_sub(64);
    // Within a string its quotes would be escaped.
    let took = body[from..].windows(TOOK.len()).position(|bytes| bytes == TOOK);
    took.map_or(body, |at| &body[..from + at])
}
