//! The months by their names, in the languages of `index/months.toml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// What a name may mean: a language, and the month there.
type Meanings = Vec<(String, i8)>;

#[derive(Deserialize)]
struct Table {
    persian: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    languages: BTreeMap<String, Vec<String>>,
}

/// Months of the Persian calendar come after those of ours.
pub(super) const PERSIAN: i8 = 100;

/// A table that cannot be read leaves dates in words unread; a test reads it.
static NAMES: LazyLock<HashMap<String, Meanings>> = LazyLock::new(|| {
    let table: Option<Table> = toml::from_str(include_str!("../../../index/months.toml")).ok();
    let mut names: HashMap<String, Meanings> = HashMap::new();
    let Some(table) = table else { return names };
    let ours = table.languages.iter().map(|(language, months)| (language, months, 0));
    let persian = table.persian.iter().map(|(language, months)| (language, months, PERSIAN));
    for (language, months, calendar) in ours.chain(persian) {
        for (number, month) in (1..).zip(months) {
            for name in month.split(' ') {
                names.entry(name.replace('_', " ")).or_default().push((language.clone(), number + calendar));
            }
        }
    }
    names
});

/// The month of this name (small letters, no dot at its end) in this language; in another, where this has no such month.
/// Of languages that mean different months by one name most count.
pub(super) fn month(name: &str, language: Option<&str>) -> Option<i8> {
    let meanings = NAMES.get(name)?;
    let primary = language.map(|language| language.split(['-', '_']).next().unwrap_or(language));
    let own = meanings.iter().find(|(known, _)| Some(known.as_str()) == primary);
    own.map(|(_, month)| *month).or_else(|| {
        let votes = |month: i8| meanings.iter().filter(|(_, other)| *other == month).count();
        meanings.iter().map(|(_, month)| *month).rev().max_by_key(|month| votes(*month))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_twelve_months() {
        let table: Table = toml::from_str(include_str!("../../../index/months.toml")).unwrap();
        assert!(table.languages.len() >= 40);
        for (language, months) in table.languages.iter().chain(&table.persian) {
            assert_eq!(months.len(), 12, "{language}");
            assert!(months.iter().all(|month| *month == month.to_lowercase() && !month.contains("  ")), "{language}");
        }
    }

    #[test]
    fn one_name_is_another_month_in_another_language() {
        assert_eq!(month("listopada", Some("hr")), Some(10));
        assert_eq!(month("listopada", Some("pl-PL")), Some(11));
        assert_eq!(month("mars", Some("zh")), Some(3));
        assert_eq!(month("mardi", None), None);
    }
}
