//! Who may come in, and how often: by a key, where one is needed, and no faster than is allowed.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::Door;
use super::client::Client;
use super::pace::{Pace, Paced};
use super::problem::{Problem, fault, in_words, storage, wants_page};
use crate::access::{Holder, Keys, NoKey, Scope};

/// Keys looked up at once; others wait their turn, which is short.
pub(super) const LOOKUPS: usize = 4;

/// What the doors are kept by.
pub(super) struct Guard {
    pub(super) keys: Keys,
    /// Whoever reads needs a key, too.
    pub(super) reading_by_key: bool,
    pub(super) pace: Pace,
    /// Keys that are looked up at once: each takes a connection to the store.
    pub(super) lookups: Semaphore,
}

/// Answers that anybody may have, unless reading needs a key.
pub(super) async fn reading(State(door): State<Door>, request: Request, next: Next) -> Response {
    let needed = door.guard.reading_by_key.then_some(Scope::Read);
    enter(&door.guard, Some(&door.guard.pace), needed, request, next).await
}

/// What brings articles, or takes them away.
pub(super) async fn writing(State(door): State<Door>, request: Request, next: Next) -> Response {
    enter(&door.guard, Some(&door.guard.pace), Some(Scope::Write), request, next).await
}

/// What cannot be taken back.
pub(super) async fn administering(State(door): State<Door>, request: Request, next: Next) -> Response {
    enter(&door.guard, Some(&door.guard.pace), Some(Scope::Admin), request, next).await
}

/// What watches over the server: by the same key as reading, however often.
pub(super) async fn watching(State(door): State<Door>, request: Request, next: Next) -> Response {
    let needed = door.guard.reading_by_key.then_some(Scope::Read);
    enter(&door.guard, None, needed, request, next).await
}

async fn enter(
    guard: &Guard,
    pace: Option<&Pace>,
    needed: Option<Scope>,
    mut request: Request,
    next: Next,
) -> Response {
    let holder = match shown(request.headers()) {
        Some(key) => holder(guard, &key).await.map(Some),
        None => Ok(None),
    };
    let holder = match holder {
        Ok(holder) => holder,
        // Whoever tries keys is bounded as whoever has none.
        Err(refused) => {
            let paced = pace.and_then(|pace| pace.of_address(Client::of(&request).address));
            let is_over = paced.as_ref().filter(|paced| paced.wait.is_some());
            let mut response = is_over.map_or_else(|| challenge(refused, &request), too_often);
            if let Some(paced) = paced {
                paced.tell(response.headers_mut());
            }
            return response;
        }
    };
    let paced = pace.and_then(|pace| match &holder {
        Some(holder) => pace.of_key(&holder.key),
        None => pace.of_address(Client::of(&request).address),
    });
    let refused = match (&paced, needed, &holder) {
        (Some(paced), ..) if paced.wait.is_some() => Some(too_often(paced)),
        (_, Some(needed), Some(holder)) if holder.scope < needed => Some(too_little(needed, holder)),
        (_, Some(needed), None) => Some(challenge(none_shown(needed), &request)),
        _ => None,
    };
    let mut response = match refused {
        Some(refused) => refused,
        None => {
            if let Some(holder) = holder {
                tracing::Span::current().record("key", holder.key.as_str());
                request.extensions_mut().insert(holder);
            }
            next.run(request).await
        }
    };
    if let Some(paced) = paced {
        paced.tell(response.headers_mut());
    }
    response
}

/// The key that a request shows: as a bearer token (RFC 6750), or as the password of whoever a browser asks (RFC 7617).
fn shown(headers: &HeaderMap) -> Option<String> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, rest) = shown.split_once(' ').unwrap_or((shown, ""));
    let password = || {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
        let (name, password) = decoded.split_once(':')?;
        // curl -u KEY: has it for a name.
        Some(if password.is_empty() { name } else { password }.to_owned())
    };
    let key = match scheme.to_ascii_lowercase().as_str() {
        "basic" => password(),
        "bearer" => Some(rest.trim().to_owned()),
        _ => None,
    };
    // What cannot be read is no key of anybody's.
    Some(key.unwrap_or_default())
}

async fn holder(guard: &Guard, shown: &str) -> Result<Holder, Problem> {
    let _turn = guard.lookups.acquire().await.map_err(|_| fault())?;
    let holder = tokio::task::block_in_place(|| guard.keys.holder(shown, Timestamp::now()));
    let holder = holder.map_err(|error| {
        tracing::error!(%error, "a key could not be looked up");
        error.code().map_or_else(fault, storage)
    })?;
    holder.map_err(|none| match none {
        NoKey::Unknown => Problem::new(StatusCode::UNAUTHORIZED, "bad_key", "there is no such key")
            .hint("Send a key as it was made: `Authorization: Bearer bs_…`."),
        NoKey::Over => {
            Problem::new(StatusCode::UNAUTHORIZED, "key_over", "this key has been revoked, or its time is over")
                .hint("Ask whoever runs this archive for another: `broadsheet key create` makes it.")
        }
    })
}

fn none_shown(needed: Scope) -> Problem {
    let detail = match needed {
        Scope::Read => "reading here needs a key",
        Scope::Write => "this needs a key that may write",
        Scope::Admin => "this needs a key of an administrator",
    };
    let hint = format!(
        "Ask whoever runs this archive for one, made by `broadsheet key create --scope {}`; send it as \
         `Authorization: Bearer bs_…`.",
        needed.name()
    );
    Problem::new(StatusCode::UNAUTHORIZED, "key_needed", detail).hint(hint)
}

/// 401 with what would be taken (RFC 9110, 11.6.1). A browser that shows pages asks its reader.
fn challenge(problem: Problem, request: &Request) -> Response {
    let is_refused = problem.code() != "key_needed";
    let mut response = problem.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let bearer = if is_refused {
            "Bearer realm=\"broadsheet\", error=\"invalid_token\""
        } else {
            "Bearer realm=\"broadsheet\""
        };
        response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(bearer));
        if wants_page(request) {
            let basic = HeaderValue::from_static("Basic realm=\"broadsheet\", charset=\"UTF-8\"");
            response.headers_mut().append(header::WWW_AUTHENTICATE, basic);
        }
    }
    response
}

/// Where a key may do less than is needed for what is asked with it.
pub(super) fn refused(needed: Scope, holder: &Holder) -> Option<Response> {
    (holder.scope < needed).then(|| too_little(needed, holder))
}

fn too_little(needed: Scope, holder: &Holder) -> Response {
    let detail = format!("this key may {}, and this needs one that may {}", may(holder.scope), may(needed));
    let hint =
        format!("Ask whoever runs this archive for one, made by `broadsheet key create --scope {}`.", needed.name());
    let mut response = Problem::new(StatusCode::FORBIDDEN, "wrong_scope", detail).hint(hint).into_response();
    let bearer = format!("Bearer realm=\"broadsheet\", error=\"insufficient_scope\", scope=\"{}\"", needed.name());
    response.headers_mut().extend(HeaderValue::from_str(&bearer).ok().map(|bearer| (header::WWW_AUTHENTICATE, bearer)));
    response
}

fn may(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "write",
        Scope::Admin => "administer",
    }
}

fn too_often(paced: &Paced) -> Response {
    let wait = paced.wait.unwrap_or_default();
    let detail = format!("more than {} requests in {} seconds", paced.requests, paced.per.as_secs());
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_often", detail)
        .hint(format!("Ask again in {}.", in_words(wait)))
        .wait(wait)
        .into_response()
}
