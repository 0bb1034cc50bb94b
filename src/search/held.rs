//! What is said in place of what may not be shown: since or until when. No word of its text goes in here.

use std::fmt;

use jiff::Timestamp;

/// Not to be shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// `None`: the article as a whole.
    pub version: Option<u32>,
    /// The end of its embargo; `None`: until its provider releases it.
    pub until: Option<Timestamp>,
}

/// Cancelled by its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Killed {
    /// `None`: the article as a whole.
    pub version: Option<u32>,
    pub by: Option<Kill>,
}

/// The version that cancels others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    pub version: u32,
    /// The provider's own number.
    pub provider_version: Option<u64>,
    /// When it came in.
    pub stored: Timestamp,
}

/// A version that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVersion {
    /// There are so many, counted from 1.
    Beyond { wanted: u32, there: u32 },
    /// It, or others before it, are no longer kept; answers show this one.
    TakenBack { wanted: u32, current: u32 },
    /// Nothing to compare it with.
    NoneBefore { version: u32 },
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = named(self.version);
        match self.until {
            Some(until) => write!(f, "{what} is under embargo until {until:.0}"),
            None => write!(f, "{what} is withheld until its provider releases it"),
        }
    }
}

impl fmt::Display for Killed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was cancelled by its provider", named(self.version))?;
        let Some(kill) = self.by else { return Ok(()) };
        write!(f, " with version {}", kill.version)?;
        if let Some(number) = kill.provider_version.filter(|number| *number != u64::from(kill.version)) {
            write!(f, " (the provider's version {number})")?;
        }
        write!(f, ", taken in at {:.0}", kill.stored)
    }
}

impl fmt::Display for NoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoVersion::Beyond { wanted, there: 1 } => {
                write!(f, "this article has no version {wanted}; it has only version 1")
            }
            NoVersion::Beyond { wanted, there: 2 } => {
                write!(f, "this article has no version {wanted}; it has the versions 1 and 2")
            }
            NoVersion::Beyond { wanted, there } => {
                write!(f, "this article has no version {wanted}; it has the versions 1 to {there}")
            }
            NoVersion::TakenBack { wanted, current } => {
                write!(f, "this article has no version {wanted}, or no longer; it is shown in version {current}")
            }
            NoVersion::NoneBefore { version } => {
                write!(f, "there is no version before version {version} to compare it with")
            }
        }
    }
}

fn named(version: Option<u32>) -> String {
    version.map_or_else(|| "this article".to_owned(), |number| format!("version {number} of this article"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_both_sides_use_is_said_once() {
        let told = |provider_version| {
            let stored = "2025-03-01T08:00:00Z".parse().unwrap();
            Killed { version: None, by: Some(Kill { version: 2, provider_version, stored }) }.to_string()
        };
        let once = "this article was cancelled by its provider with version 2, taken in at 2025-03-01T08:00:00Z";
        assert_eq!(told(Some(2)), once);
        assert_eq!(told(None), once);
        assert!(told(Some(7)).contains("with version 2 (the provider's version 7), taken in"));
    }
}
