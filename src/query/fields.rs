//! The fields of the language and every name they answer to.

use super::ast::{DateField, TextField, WholeField};

/// What stands before the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Text(TextField),
    Whole(WholeField),
    Site,
    Lang,
    Date(DateClauseName),
    Words,
    Id,
    Url,
    Has,
    Is,
}

/// Date clauses differ in what a bare date means to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateClauseName {
    /// `date:`, `modified:`, `seen:`: within.
    Within(DateField),
    /// `when:`: within, on the publication date.
    When,
    After,
    Before,
}

/// One row a field: the name it is printed with, then its aliases.
const NAMES: &[(Field, &[&str])] = &[
    (Field::Text(TextField::Text), &["text"]),
    (Field::Text(TextField::Headline), &["headline", "title", "intitle", "hl"]),
    (Field::Text(TextField::Lead), &["lead", "summary", "intro"]),
    (Field::Text(TextField::Body), &["body"]),
    (Field::Text(TextField::Hlead), &["hlead"]),
    (Field::Text(TextField::Author), &["author", "byline"]),
    (Field::Text(TextField::Dateline), &["dateline"]),
    (Field::Whole(WholeField::Tag), &["tag", "tags", "topic", "keyword"]),
    (Field::Whole(WholeField::Source), &["source", "publisher"]),
    (Field::Whole(WholeField::Section), &["section"]),
    (Field::Whole(WholeField::Place), &["place"]),
    (Field::Whole(WholeField::Person), &["person"]),
    (Field::Whole(WholeField::Org), &["org"]),
    (Field::Site, &["site", "domain"]),
    (Field::Lang, &["lang", "language"]),
    (Field::Date(DateClauseName::Within(DateField::Published)), &["date", "published"]),
    (Field::Date(DateClauseName::Within(DateField::Modified)), &["modified"]),
    (Field::Date(DateClauseName::Within(DateField::Seen)), &["seen"]),
    (Field::Date(DateClauseName::When), &["when"]),
    (Field::Date(DateClauseName::After), &["after", "since"]),
    (Field::Date(DateClauseName::Before), &["before", "until"]),
    (Field::Words, &["words", "wc"]),
    (Field::Id, &["id"]),
    (Field::Url, &["url"]),
    (Field::Has, &["has"]),
    (Field::Is, &["is"]),
];

impl Default for Field {
    fn default() -> Field {
        Field::Text(TextField::Text)
    }
}

impl Field {
    /// By name or alias, in any case.
    pub fn named(name: &str) -> Option<Field> {
        let name = name.to_ascii_lowercase();
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
    }

    /// The name in the canonical form.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("text", |(_, names)| names[0])
    }

    /// Every name and alias.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().flat_map(|(_, names)| names.iter().copied())
    }

    /// Whether it is matched in running text, word by word.
    pub fn is_text(self) -> bool {
        matches!(self, Field::Text(_))
    }
}

impl DateClauseName {
    /// The date of an article the clause is about.
    pub fn field(self) -> DateField {
        match self {
            DateClauseName::Within(field) => field,
            DateClauseName::When | DateClauseName::After | DateClauseName::Before => DateField::Published,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_one_field() {
        let names: Vec<_> = Field::names().collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[i + 1..].contains(name), "{name} stands twice");
            assert!(Field::named(name).is_some());
        }
    }

    #[test]
    fn the_printed_name_leads_back() {
        for (field, _) in NAMES {
            assert_eq!(Field::named(field.name()), Some(*field));
        }
    }
}
