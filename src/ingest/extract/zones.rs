//! Which clock a publisher reads: the table `index/zones.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::identity;

#[derive(Deserialize)]
struct Zones {
    countries: HashMap<String, String>,
    languages: HashMap<String, String>,
    publishers: HashMap<String, String>,
}

/// Domains of countries that all the world has: only below a second one (`com.co`) they tell where somebody is.
const EVERYBODYS: &[&str] = &["co"];

/// A table that cannot be read leaves dates in UTC; a test reads it.
static ZONES: LazyLock<Option<Zones>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../index/zones.toml")).ok());

/// The clock of a publisher, of the country of its domain or its language, or of all who write that language.
pub(super) fn zone(host: Option<&str>, language: Option<&str>) -> Option<TimeZone> {
    let zones = ZONES.as_ref()?;
    let domain = host.and_then(identity::registrable_domain);
    let country = domain.as_deref().and_then(|domain| domain.rsplit('.').next());
    let country = country.filter(|country| {
        let parts = domain.as_deref().map_or(0, |domain| domain.split('.').count());
        !EVERYBODYS.contains(country) || parts > 2
    });
    let language = language.map(str::to_lowercase).unwrap_or_default();
    let mut tags = language.split(['-', '_']);
    let (tongue, region) = (tags.next().unwrap_or_default(), tags.next_back().unwrap_or_default());
    let name = domain
        .as_ref()
        .and_then(|domain| zones.publishers.get(domain))
        .or_else(|| zones.countries.get(country?))
        .or_else(|| zones.countries.get(region))
        .or_else(|| zones.languages.get(tongue));
    TimeZone::get(name?).ok()
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
        for name in zones.countries.values().chain(zones.languages.values()).chain(zones.publishers.values()) {
            assert!(TimeZone::get(name).is_ok(), "{name}");
        }
    }

    #[track_caller]
    fn check(host: &str, language: &str, expected: Option<&str>) {
        let zone = zone(Some(host), Some(language));
        assert_eq!(zone.as_ref().and_then(|zone| zone.iana_name()), expected, "{host} {language}");
    }

    #[test]
    fn the_clock_of_a_newspaper_is_known_by_its_country_or_its_language() {
        check("www.paper.fi", "sv", Some("Europe/Helsinki"));
        check("news.paper.co.uk", "en", Some("Europe/London"));
        check("paper.com", "tr", Some("Europe/Istanbul"));
        check("paper.com", "es-AR", Some("America/Argentina/Buenos_Aires"));
        check("paper.com.co", "es", Some("America/Bogota"));
        for (host, language) in [("paper.us", "en"), ("paper.com", "en-US"), ("paper.com", "es"), ("paper.co", "en")] {
            check(host, language, None);
        }
    }

    #[test]
    fn only_where_it_cannot_be_doubted_a_day_comes_first() {
        assert_eq!(is_day_first(Some("paper.fi"), Some("fi")), Some(true));
        assert_eq!(is_day_first(Some("paper.com"), Some("en")), None);
        assert_eq!(is_day_first(Some("paper.com"), Some("en-GB")), Some(true));
    }
}
