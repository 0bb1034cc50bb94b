//! What articles are counted and narrowed by.

/// One facet filter: `tag=china`, `tag=-sport`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    pub field: FacetField,
    pub value: String,
    pub exclude: bool,
}

impl Filter {
    /// As it stands in a parameter: `-sport` leaves out, and `\-sport` is the value that begins so. `None` for an empty one.
    pub fn read(field: FacetField, written: &str) -> Option<Filter> {
        let (value, exclude) = written.strip_prefix('-').map_or((written, false), |value| (value, true));
        let value = if is_escaped(value) { &value[1..] } else { value };
        (!value.trim().is_empty()).then(|| Filter { field, value: value.trim().to_owned(), exclude })
    }

    /// Reading it again gives the same.
    pub fn written(&self) -> String {
        let escape = if self.value.starts_with('-') || is_escaped(&self.value) { "\\" } else { "" };
        format!("{}{escape}{}", if self.exclude { "-" } else { "" }, self.value)
    }
}

/// A hyphen that leaves nothing out, and what looks like one.
fn is_escaped(value: &str) -> bool {
    value.starts_with('\\') && value.trim_start_matches('\\').starts_with('-')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetField {
    Tag,
    Source,
    Site,
    Author,
    Section,
    Place,
    Person,
    Org,
    Lang,
}

impl FacetField {
    pub const ALL: [FacetField; 9] = [
        FacetField::Tag,
        FacetField::Source,
        FacetField::Site,
        FacetField::Author,
        FacetField::Section,
        FacetField::Place,
        FacetField::Person,
        FacetField::Org,
        FacetField::Lang,
    ];

    /// The name in parameters and answers.
    pub fn name(self) -> &'static str {
        match self {
            FacetField::Tag => "tag",
            FacetField::Source => "source",
            FacetField::Site => "site",
            FacetField::Author => "author",
            FacetField::Section => "section",
            FacetField::Place => "place",
            FacetField::Person => "person",
            FacetField::Org => "org",
            FacetField::Lang => "lang",
        }
    }

    pub fn from_name(name: &str) -> Option<FacetField> {
        FacetField::ALL.into_iter().find(|field| field.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_comes_back_from_a_parameter() {
        for value in ["a", "-a", "\\-a", "\\\\--a", "a-b", "\\a"] {
            for exclude in [true, false] {
                let filter = Filter { field: FacetField::Tag, value: value.to_owned(), exclude };
                assert_eq!(Filter::read(FacetField::Tag, &filter.written()), Some(filter));
            }
        }
    }
}
