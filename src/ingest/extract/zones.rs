//! Which clock a publisher reads: the table `index/zones.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::identity;

#[derive(Deserialize)]
struct Zones {
    countries: HashMap<String, String>,
    publishers: HashMap<String, String>,
}

/// A table that cannot be read leaves dates in UTC; a test reads it.
static ZONES: LazyLock<Option<Zones>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/zones.toml")).ok());

pub(super) fn zone(host: &str) -> Option<TimeZone> {
    let zones = ZONES.as_ref()?;
    let domain = identity::registrable_domain(host)?;
    let country = domain.rsplit('.').next().unwrap_or_default();
    let name = zones.publishers.get(&domain).or_else(|| zones.countries.get(country))?;
    TimeZone::get(name).ok()
}

/// Does a country write the month before the day?
pub(super) fn is_day_first(host: Option<&str>, language: Option<&str>) -> Option<bool> {
    let country = host.and_then(|host| host.rsplit('.').next()).unwrap_or_default();
    let language = language?.to_lowercase();
    let is_english = language.split(['-', '_']).next() == Some("en");
    let is_far =
        |known: &[&str]| known.contains(&country) || known.iter().any(|known| language.ends_with(&format!("-{known}")));
    match is_english {
        false => Some(true),
        true if is_far(&["uk", "gb", "au", "nz", "in", "ie", "za", "ng", "ke", "pk", "sg", "my"]) => Some(true),
        true => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_the_table_is_there() {
        let zones = ZONES.as_ref().unwrap();
        for name in zones.countries.values().chain(zones.publishers.values()) {
            assert!(TimeZone::get(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_country_of_one_clock_tells_the_zone_and_one_of_many_does_not() {
        let name = |host: &str| zone(host).and_then(|zone| zone.iana_name().map(str::to_owned));
        assert_eq!(name("www.paper.fi").as_deref(), Some("Europe/Helsinki"));
        assert_eq!(name("news.paper.co.uk").as_deref(), Some("Europe/London"));
        assert_eq!(name("paper.ru"), None);
        assert_eq!(name("paper.com"), None);
    }

    #[test]
    fn only_where_it_cannot_be_doubted_a_day_comes_first() {
        assert_eq!(is_day_first(Some("paper.fi"), Some("fi")), Some(true));
        assert_eq!(is_day_first(Some("paper.com"), Some("en")), None);
        assert_eq!(is_day_first(Some("paper.com"), Some("en-GB")), Some(true));
    }
}
