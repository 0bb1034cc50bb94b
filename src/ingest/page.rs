//! A page that was found and not yet read. Reading it is most of the work there is with it, and can be done beside other
//! work: whoever finds pages hands them on as they are.

use jiff::Timestamp;

use super::readers::html;
use super::{Format, Item, Place, Reason, copy_of, detect, encoding, fit};

/// What a look at whether it is text takes.
const HEAD: usize = 64 << 10;

#[derive(Clone, Debug)]
pub struct Page {
    /// As it came.
    bytes: Vec<u8>,
    /// The encoding that whoever sent it names.
    charset: Option<String>,
    url: Option<String>,
    captured: Option<Timestamp>,
    place: Place,
    /// Namespace and name, should the page not say where it is from.
    known_as: Option<(String, String)>,
}

impl Page {
    /// A page that a crawler took.
    pub(super) fn captured(
        bytes: Vec<u8>,
        charset: Option<String>,
        url: String,
        captured: Option<Timestamp>,
        place: Place,
    ) -> Page {
        Page { bytes, charset, url: Some(url), captured, place, known_as: None }
    }

    /// A page that lies in a file.
    pub(super) fn filed(text: String, url: Option<String>, place: Place, known_as: Option<(String, String)>) -> Page {
        let charset = Some("utf-8".to_owned());
        Page { bytes: text.into_bytes(), charset, url, captured: None, place, known_as }
    }

    /// Where a crawler took it.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The article on it, or why there is none.
    pub fn read(self) -> Item {
        let text = encoding::text(&self.bytes, self.charset.as_deref());
        let around = html::Around { url: self.url.as_deref(), captured: self.captured };
        let read = match detect::is_binary(&text[..text.floor_char_boundary(HEAD)]) {
            true => Err(Reason::new("unknown_format", "this is no text")),
            false => html::read(&text, &around).and_then(fit),
        };
        match read {
            Ok(mut article) => {
                article.captured = self.captured;
                if let (None, None, Some((namespace, name))) = (&article.url, &article.external_id, self.known_as) {
                    article.namespace = namespace;
                    article.external_id = Some(name);
                }
                drop(text);
                Item::Article {
                    article: Box::new(article),
                    format: Format::Html,
                    place: self.place,
                    around: None,
                    original: Some(self.bytes),
                }
            }
            Err(reason) => Item::Reject { place: self.place, reason, copy: copy_of(&self.bytes) },
        }
    }
}
