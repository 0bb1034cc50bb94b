//! `broadsheet key`: keys to the doors of a server, which hears of them at once.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::settings::Settings;
use crate::access::{Keys, Scope};
use crate::store::{KeptKey, Store};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

/// When a key is over; `None`: never.
#[derive(Clone, Copy, Debug)]
struct Until(Option<Timestamp>);

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and print it, this once
    Create {
        /// What it opens: read; write: reading, and sending and deleting articles; admin: everything
        #[arg(long, value_parser = scope)]
        scope: Scope,
        /// When it is over: after so long (90d, 12h), at the beginning of a day (2027-01-31), or never
        #[arg(long, value_name = "WHEN", default_value = "never", value_parser = moment)]
        expires: Until,
        /// Whom or what it is for
        #[arg(long, default_value = "")]
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List the keys; they themselves are kept nowhere
    List {
        #[command(flatten)]
        settings: Settings,
    },
    /// Make a key like another, and let the other go on for a while
    Rotate {
        /// As it is listed: the first digits of the key
        id: String,
        /// How long the old key goes on
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = length)]
        grace: SignedDuration,
        /// When the new one is over; after as long as the old one was made for, where it is not said
        #[arg(long, value_name = "WHEN", value_parser = moment)]
        expires: Option<Until>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Take a key back, at once
    Revoke {
        /// As it is listed
        id: String,
        #[command(flatten)]
        settings: Settings,
    },
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.what {
        What::Create { scope, expires, name, settings } => {
            make(Arc::new(settings.existing()?), name, *scope, *expires)?
        }
        What::List { settings } => list(&settings.existing_to_read()?.keys()?),
        What::Rotate { id, grace, expires, settings } => {
            let store = Arc::new(settings.existing()?);
            let old = store.key(id)?.with_context(|| none(id))?;
            anyhow::ensure!(
                !old.is_over(Timestamp::now()),
                "the key {id} is over already; make another with `key create`"
            );
            let as_long = old.expires.and_then(|over| Timestamp::now().checked_add(over.duration_since(old.made)).ok());
            make(Arc::clone(&store), &old.name, old.scope, expires.unwrap_or(Until(as_long)))?;
            store.end_key(id, Timestamp::now() + *grace)?;
        }
        What::Revoke { id, settings } => {
            anyhow::ensure!(settings.existing()?.end_key(id, Timestamp::now())?, none(id));
            say!("the key {id} opens nothing any more");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The key alone goes to standard output, for programs.
fn make(store: Arc<Store>, name: &str, scope: Scope, Until(expires): Until) -> anyhow::Result<()> {
    let shown = Keys::new(store).make(name, scope, expires)?;
    say!("{shown}");
    let until = expires.map_or_else(|| "for good".to_owned(), |expires| format!("until {}", at(expires)));
    eprintln!("It opens {} {until}. Keep it: it is not shown again.", scope.name());
    Ok(())
}

const COLUMNS: [&str; 5] = ["key", "scope", "made (UTC)", "expires (UTC)", "name"];

fn list(keys: &[KeptKey]) {
    if keys.is_empty() {
        return say!("there are no keys; `broadsheet key create --scope write` makes one");
    }
    let now = Timestamp::now();
    let expires = |key: &KeptKey| match key.expires {
        None => "never".to_owned(),
        Some(expires) if key.is_over(now) => format!("{} (over)", at(expires)),
        Some(expires) => at(expires),
    };
    let row =
        |key: &KeptKey| [key.id.clone(), key.scope.name().to_owned(), at(key.made), expires(key), key.name.clone()];
    let rows: Vec<[String; 5]> = std::iter::once(COLUMNS.map(str::to_owned)).chain(keys.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        say!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

fn at(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M").to_string()
}

fn none(id: &str) -> String {
    format!("there is no key {id}; `broadsheet key list` lists them")
}

fn scope(text: &str) -> Result<Scope, String> {
    let known = Scope::ALL.into_iter().find(|scope| scope.name() == text);
    known.ok_or_else(|| "it is read, write or admin".to_owned())
}

fn length(text: &str) -> Result<SignedDuration, String> {
    crate::config::length(text).map(|length| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX))
}

fn moment(text: &str) -> Result<Until, String> {
    until(text, Timestamp::now())
}

fn until(text: &str, now: Timestamp) -> Result<Until, String> {
    let wrong = || format!("`{text}` is no time; write 90d, 12h, 2027-01-31 or never");
    let over = match text.parse::<Date>() {
        _ if text == "never" => return Ok(Until(None)),
        Ok(day) => day.to_zoned_datetime(TimeZone::UTC).map_err(|_| wrong())?.timestamp(),
        Err(_) => now.checked_add(length(text).map_err(|_| wrong())?).map_err(|_| wrong())?,
    };
    if over <= now {
        return Err(format!("`{text}` has passed: such a key would open nothing; a day begins at 00:00 UTC"));
    }
    Ok(Until(Some(over)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_in_the_time_to_come() {
        let now: Timestamp = "2026-11-27T08:00:00Z".parse().unwrap();
        let over = |text: &str| until(text, now).map(|Until(over)| over.map(|over| over.to_string()));
        assert_eq!(over("never"), Ok(None));
        assert_eq!(over("2d"), Ok(Some("2026-11-29T08:00:00Z".to_owned())));
        assert_eq!(over("2026-11-28"), Ok(Some("2026-11-28T00:00:00Z".to_owned())));
        for past in ["2020-01-01", "2026-11-27", "0s"] {
            assert!(over(past).unwrap_err().contains("has passed"), "{past}");
        }
        assert!(over("soon").unwrap_err().contains("is no time"));
    }
}
