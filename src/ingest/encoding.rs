//! Which encoding bytes are in.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding that whoever sends something calls by this name.
pub fn named(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().as_bytes())
}

/// Says what the bytes are, and how many of them are a byte order mark. `None`: so far all is ASCII, and nothing needs
/// to be decided. A byte order mark decides; else what the sender has `told`, where it is no kind of ASCII; else UTF-8
/// where there is more of it than of anything else, so that one bad byte does not spoil a whole file; else what the
/// sender, an XML declaration or a page says, if the bytes can be that; else what they look like. Where the sender names
/// another encoding, a text has to be sound to be UTF-8 all the same. `ended` says that no more bytes follow.
pub(super) fn choose(bytes: &[u8], told: Option<&'static Encoding>, ended: bool) -> Option<(&'static Encoding, usize)> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return Some((encoding, length));
    }
    if let Some(told) = told.filter(|told| !told.is_ascii_compatible() && is_in(bytes, told)) {
        return Some((told, 0));
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return Some((encoding, 0));
    }
    let declared = declared(bytes);
    if bytes.is_ascii() {
        // The one encoding that hides everything in ASCII.
        return declared
            .filter(|encoding| *encoding == ISO_2022_JP && bytes.contains(&ESCAPE))
            .map(|encoding| (encoding, 0));
    }
    let (sound, damaged) = count_utf8(bytes, ended);
    let told = told.filter(|told| told.is_ascii_compatible() && *told != UTF_8 && fits(bytes, told));
    if damaged == 0 || sound > damaged && told.is_none() {
        return Some((UTF_8, 0));
    }
    if let Some(encoding) = told.or(declared.filter(|encoding| fits(bytes, encoding))) {
        return Some((encoding, 0));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Some((detector.guess(None, Utf8Detection::Deny), 0))
}

/// What begins another character set in ISO-2022-JP, which has no byte beyond ASCII.
const ESCAPE: u8 = 0x1b;

/// Where a page declares its encoding.
const HEAD: usize = 4096;

/// The encoding a page of HTML says it is in: `<meta charset=…>`, `<meta … content="text/html; charset=…">`,
/// `<?xml encoding=…?>`. One that it cannot be in, since it could be read so far, counts for nothing.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let label = |(mark, name): (&str, &str)| {
        let mut rest = head.as_str();
        while let Some(at) = rest.find(mark) {
            let element = &rest[at..];
            let element = &element[..element.find('>').unwrap_or(element.len())];
            let value = element.split(name).nth(1).map(|value| value.trim_start().trim_start_matches('=').trim_start());
            let value =
                value.map(|value| value.trim_start_matches(['"', '\'']).split(['"', '\'', ';', ' ', '/', '?']).next());
            if let Some(label) = value.flatten().filter(|label| !label.is_empty()) {
                return Encoding::for_label(label.as_bytes());
            }
            rest = &rest[at + mark.len()..];
        }
        None
    };
    let found = [("<meta", "charset"), ("<?xml", "encoding")].into_iter().find_map(label);
    found.filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE, REPLACEMENT].contains(encoding))
}

/// Can the bytes be in an encoding in which ASCII is written otherwise? In UTF-16 a text is hardly UTF-8 as well, but for
/// zeros; ISO-2022-JP has no byte beyond ASCII.
fn is_in(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let is_likely = if encoding == ISO_2022_JP {
        bytes.is_ascii()
    } else {
        bytes.contains(&0) || std::str::from_utf8(bytes).is_err()
    };
    is_likely && fits(bytes, encoding)
}

/// Can the bytes be that, but for a few?
fn fits(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let text = encoding.decode_without_bom_handling(&bytes[..bytes.len().min(HEAD * 16)]).0;
    let beyond = text.chars().filter(|c| !c.is_ascii()).count();
    let wrong = text.chars().filter(|c| matches!(c, '\u{fffd}' | '\u{80}'..='\u{9f}')).count();
    wrong <= 1 + beyond / 50
}

/// A whole text, in the encoding it bears the mark of, is sound in, was declared to be in, or looks like, in this order.
pub(super) fn text<'a>(bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    let is_plain = utf16_without_mark(bytes).is_none() && !bytes.contains(&ESCAPE);
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|_| is_plain) {
        return Cow::Borrowed(text);
    }
    let declared = declared
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != UTF_8 && fits(bytes, encoding));
    let encoding = declared.or_else(|| choose(bytes, None, true).map(|(encoding, _)| encoding)).unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0
}

/// Sequences of several bytes that are UTF-8, and places that are not; one that the end cuts off is neither.
fn count_utf8(bytes: &[u8], ended: bool) -> (usize, usize) {
    let (mut sound, mut damaged) = (0, 0);
    let mut rest = bytes;
    loop {
        let (valid, error) = match std::str::from_utf8(rest) {
            Ok(text) => (text, None),
            Err(error) => (std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(), Some(error)),
        };
        sound += valid.chars().filter(|c| !c.is_ascii()).count();
        let Some(error) = error else { return (sound, damaged) };
        let Some(length) = error.error_len() else { return (sound, damaged + usize::from(ended)) };
        damaged += 1;
        rest = &rest[error.valid_up_to() + length..];
    }
}

/// Western text in UTF-16 has a zero in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(2000) & !1];
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    match pairs >= 4 {
        true if second * 2 > pairs && first * 20 < pairs => Some(UTF_16LE),
        true if first * 2 > pairs && second * 20 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<&str>) {
        assert_eq!(choose(bytes, None, true).map(|(encoding, _)| encoding.name()), expected);
    }

    #[test]
    fn what_the_sender_says_comes_after_the_mark_and_before_the_page() {
        let told = |label: &str, bytes: &[u8]| choose(bytes, named(label), true).map(|(encoding, _)| encoding.name());
        assert_eq!(told("iso-8859-7", b"\xef\xbb\xbfa"), Some("UTF-8"));
        assert_eq!(told("iso-8859-7", b"<meta charset=windows-1251>\xe1\xe2"), Some("ISO-8859-7"));
        assert_eq!(told("iso-8859-7", "Käse".as_bytes()), Some("UTF-8"), "it is sound");
        assert_eq!(told("iso-8859-7", b"\xc3\xa4 \xc3\xb6 \xc1"), Some("ISO-8859-7"), "it is not sound");
        assert_eq!(told("utf-8", b"<meta charset=windows-1251>\xce\xeb\xee\xe2\xee"), Some("windows-1251"));
        assert_eq!(told("utf-16le", b"a\0"), Some("UTF-16LE"));
        assert_eq!(told("utf-16", b"plain"), None);
        assert_eq!(told("iso-2022-jp", b"plain"), Some("ISO-2022-JP"), "the rest may not be");
        assert_eq!(told("shift_jis", b"\x8b\xe0\x91\xae"), Some("Shift_JIS"));
        assert_eq!(told("iso-8859-7", b"plain"), None);
        assert!(named("iso-2022-kr").is_none() && named("klingon").is_none() && named(" LATIN1 ").is_some());
    }

    #[test]
    fn encodings_are_told_apart() {
        check(b"plain", None);
        check("käse".as_bytes(), Some("UTF-8"));
        check(b"\xef\xbb\xbfa", Some("UTF-8"));
        check(b"\xff\xfea\0", Some("UTF-16LE"));
        check(b"t\0i\0t\0l\0e\0", Some("UTF-16LE"));
        check(b"Der K\xe4se und das M\xe4dchen \xfcber der Stra\xdfe", Some("windows-1252"));
    }

    #[test]
    fn a_declaration_is_believed_where_it_can_be_true() {
        let xml = |label: &str, text: &[u8]| {
            [format!("<?xml version=\"1.0\" encoding=\"{label}\"?>").as_bytes(), text].concat()
        };
        check(&xml("ISO-8859-1", b"<a>M\xe4d</a>"), Some("windows-1252"));
        check(&xml("iso-8859-7", b"<a>\xe1\xe2</a>"), Some("ISO-8859-7"));
        check(&xml("ISO-8859-1", "<a>Mädchen</a>".as_bytes()), Some("UTF-8"));
        check(&xml("utf-16", "<a>Mädchen</a>".as_bytes()), Some("UTF-8"));
        check(&xml("iso-2022-jp", b"<a>\x1b$BF|\x1b(B</a>"), Some("ISO-2022-JP"));
        check(&xml("no-such", b"<a>a</a>"), None);
    }

    #[test]
    fn a_page_says_which_encoding_it_is_in() {
        let page = |declared: &str, bytes: &[u8]| [b"<html><head>", declared.as_bytes(), b"<p>", bytes].concat();
        let tin = b"\xce\xeb\xee\xe2\xee";
        let content = "<META http-equiv='Content-Type' content='text/html; charset=windows-1251'>";
        check(&page(content, tin), Some("windows-1251"));
        check(&page("<meta name=a><meta charset=\"koi8-r\">", tin), Some("KOI8-R"));
        check(&[b"<?xml version='1.0' encoding='windows-1251'?><html>".as_slice(), tin].concat(), Some("windows-1251"));
        check(&page("<meta charset=windows-1251>", "Käse".as_bytes()), Some("UTF-8"));
        check(
            &page("<meta charset=nonsense>", b"Der K\xe4se und das M\xe4dchen \xfcber der Stra\xdfe"),
            Some("windows-1252"),
        );
        check(&page("<meta charset=iso-2022-jp>", b"\x1b$B6b\x1b(B"), Some("ISO-2022-JP"));
        assert_eq!(
            text(&page("<meta charset=iso-2022-jp>", b"\x1b$B6b\x1b(B"), None),
            "<html><head><meta charset=iso-2022-jp><p>金"
        );
        assert_eq!(
            text(&page("<meta charset=koi8-r>", tin), Some("windows-1251")),
            "<html><head><meta charset=koi8-r><p>Олово",
            "who sent it knows best"
        );
    }

    #[test]
    fn one_bad_byte_does_not_make_a_file_of_utf8_another() {
        check("Käse, Öl und Brot \u{fc}".as_bytes(), Some("UTF-8"));
        check(&["Käse, Öl und Brot ".as_bytes(), b"\xff."].concat(), Some("UTF-8"));
    }
}
