//! Why there is no answer, and what that means for asking again.

use std::error::Error as _;
use std::time::Duration;

use super::address::NotPublic;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// How long the server asked to be left alone.
    pub(super) wait: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// May be over the next time.
    Passing,
    /// Its host is left alone for now; nothing was asked.
    Held,
    /// Will be the same the next time.
    Lasting,
    /// Said to be gone for good.
    Gone,
    /// The server is ending.
    Stopped,
}

impl Trouble {
    pub(super) fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { kind, code, detail: detail.into(), wait: None }
    }

    pub(super) fn stopped() -> Trouble {
        Trouble::new(Kind::Stopped, "stopped", "the server is ending")
    }

    pub(super) fn private() -> Trouble {
        let detail = "its address is not public; `allow_private = true` in [feeds] allows such addresses";
        Trouble::new(Kind::Lasting, "private_address", detail)
    }

    /// Reading it broke down, which is a fault of ours and costs this and nothing else.
    pub(super) fn unreadable() -> Trouble {
        Trouble::new(Kind::Lasting, "cannot_read", "reading this has failed; the log says more")
    }

    pub(super) fn slow(limit: Duration) -> Trouble {
        Trouble::new(Kind::Passing, "too_slow", format!("not answered within {} s", limit.as_secs()))
    }

    /// What an answer other than success means.
    pub(super) fn status(status: u16, wait: Option<Duration>) -> Trouble {
        let detail = format!("answered with status {status}");
        match status {
            410 => Trouble::new(Kind::Gone, "gone", "answered with status 410: it is gone for good"),
            408 | 425 | 429 | 500.. => Trouble { wait, ..Trouble::new(Kind::Passing, "http_status", detail) },
            _ => Trouble::new(Kind::Lasting, "http_status", detail),
        }
    }
}

impl From<reqwest::Error> for Trouble {
    fn from(error: reqwest::Error) -> Trouble {
        let mut cause = error.source();
        let mut deepest = error.to_string();
        while let Some(inner) = cause {
            if inner.is::<NotPublic>() {
                return Trouble::private();
            }
            deepest = inner.to_string();
            cause = inner.source();
        }
        let code = if error.is_connect() { "unreachable" } else { "broken_off" };
        Trouble::new(Kind::Passing, code, deepest)
    }
}
