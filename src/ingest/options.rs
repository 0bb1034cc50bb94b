//! How inputs are to be read, as somebody says it: on the command line or in the parameters of a request.

use super::{FieldMap, Format, ReadOptions};

/// As typed.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub format: Option<String>,
    pub map: Option<String>,
    pub delimiter: Option<String>,
    pub quote: Option<String>,
    pub no_header: bool,
    pub section_from_folder: bool,
    pub no_originals: bool,
}

/// Which wish cannot be fulfilled, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misunderstood {
    pub what: &'static str,
    pub detail: String,
}

impl Wishes {
    /// # Errors
    /// The first wish that makes no sense, and what would.
    pub fn read(&self) -> Result<ReadOptions, Misunderstood> {
        Ok(ReadOptions {
            format: self.format.as_deref().map(format).transpose()?,
            map: FieldMap::parse(self.map.as_deref().unwrap_or_default()).map_err(about("map"))?,
            delimiter: self.delimiter.as_deref().map(|text| character("delimiter", text)).transpose()?,
            quote: self.quote.as_deref().map(|text| character("quote", text)).transpose()?,
            no_header: self.no_header,
            section_from_folder: self.section_from_folder,
            no_originals: self.no_originals,
            is_lines: self.format.as_deref() == Some("jsonl"),
            ..ReadOptions::default()
        })
    }
}

fn about(what: &'static str) -> impl FnOnce(String) -> Misunderstood {
    move |detail| Misunderstood { what, detail }
}

fn format(name: &str) -> Result<Format, Misunderstood> {
    let unknown = || format!("there is no format `{name}`; the formats are {}", Format::names().join(", "));
    Format::from_name(name).ok_or_else(|| about("format")(unknown()))
}

/// One ASCII character, as itself or by name.
fn character(what: &'static str, text: &str) -> Result<u8, Misunderstood> {
    match (text, text.as_bytes()) {
        ("\\t" | "tab", _) => Ok(b'\t'),
        (_, [byte]) if byte.is_ascii() => Ok(*byte),
        _ => Err(about(what)(format!("the {what} must be one ASCII character, or `tab`, and not `{text}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn misunderstood(wishes: &Wishes, what: &str, part: &str) {
        let error = wishes.read().unwrap_err();
        assert!(error.what == what && error.detail.contains(part), "{error:?}");
    }

    #[test]
    fn a_wish_that_makes_no_sense_is_named() {
        let some = |text: &str| Some(text.to_owned());
        misunderstood(&Wishes { format: some("jason"), ..Wishes::default() }, "format", "page-dump");
        misunderstood(&Wishes { map: some("hedline=x"), ..Wishes::default() }, "map", "headline");
        misunderstood(&Wishes { delimiter: some("ab"), ..Wishes::default() }, "delimiter", "`ab`");
        misunderstood(&Wishes { quote: some("é"), ..Wishes::default() }, "quote", "ASCII");
        let read = Wishes { delimiter: some("tab"), quote: some("'"), ..Wishes::default() }.read().unwrap();
        assert_eq!((read.delimiter, read.quote), (Some(b'\t'), Some(b'\'')));
    }
}
