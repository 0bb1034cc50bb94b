//! Whom a page is believed: for each field the places it may stand in, the most trusted first. What stands in none of
//! them is not known.

/// Words of provenance: an object the publisher made for programs (`json-ld`, `microdata`); what is made for networks
/// (`opengraph`), libraries (`dublin-core`) and other programs (`meta`); what readers see (`visible`, and `title` in the frame of the window); `link`
/// is a canonical link, `html` the page's own element, `breadcrumb` the way to the page, `url` the path of its address,
/// `address` where it was fetched, or the host there.
pub(super) const ORDER: &[(&str, &[&str])] = &[
    ("headline", &["json-ld", "microdata", "dublin-core", "opengraph", "visible", "meta", "title"]),
    ("lead", &["json-ld", "microdata", "opengraph", "meta"]),
    ("published", &["json-ld", "opengraph", "microdata", "meta", "visible", "url"]),
    ("modified", &["json-ld", "opengraph", "microdata", "meta", "visible"]),
    ("authors", &["json-ld", "microdata", "dublin-core", "meta", "opengraph", "visible"]),
    ("tags", &["json-ld", "microdata", "opengraph", "meta", "visible"]),
    ("section", &["json-ld", "microdata", "opengraph", "meta", "breadcrumb"]),
    ("source", &["json-ld", "opengraph", "microdata", "meta", "address"]),
    ("lang", &["json-ld", "microdata", "html", "meta", "opengraph"]),
    ("url", &["link", "json-ld", "opengraph", "microdata", "address"]),
    ("image", &["json-ld", "opengraph", "microdata", "meta"]),
    ("places", &["json-ld", "microdata"]),
    ("dateline", &["json-ld", "microdata"]),
];

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<T> {
    pub(super) from: &'static str,
    pub(super) value: T,
}

pub(super) fn found<T>(from: &'static str, value: T) -> Found<T> {
    Found { from, value }
}

/// Puts the most trusted first; what stands where the field is not looked for goes.
pub(super) fn ranked<T>(field: &str, mut values: Vec<Found<T>>) -> Vec<Found<T>> {
    let order = ORDER.iter().find(|(known, _)| *known == field).map_or(&[][..], |(_, order)| order);
    let rank = |from: &str| order.iter().position(|known| *known == from);
    values.retain(|value| rank(value.from).is_some());
    values.sort_by_key(|value| rank(value.from));
    values
}

/// The most trusted.
pub(super) fn first<T>(field: &str, values: Vec<Found<T>>) -> Option<Found<T>> {
    ranked(field, values).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_trusted_comes_first_whatever_the_order() {
        let values = || vec![found("title", 1), found("opengraph", 2), found("nowhere", 3), found("json-ld", 4)];
        assert_eq!(first("headline", values()).unwrap().value, 4);
        assert_eq!(ranked("headline", values()).iter().map(|found| found.value).collect::<Vec<_>>(), [4, 2, 1]);
    }

    #[test]
    fn the_order_and_its_words_are_documented() {
        let page = include_str!("../../../docs/formats.md");
        for (field, order) in ORDER {
            let row = format!(
                "| `{field}` | {} |",
                order.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            );
            assert!(page.contains(&row), "docs/formats.md lacks {row}");
        }
    }
}
