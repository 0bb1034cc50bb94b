//! What articles are counted and narrowed by.

/// One facet filter: `tag=china`, `tag=-sport`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filter {
    pub field: FacetField,
    pub value: String,
    pub exclude: bool,
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
