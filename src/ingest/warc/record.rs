//! The headers of records: WARC (ISO 28500) and its predecessor ARC (archive.org/web/researcher/ArcFileFormat.php).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What a header says of the block that follows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// `response`, `resource`, `request`, …
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) captured: Option<Timestamp>,
    /// Of the block, as a whole.
    pub(super) content_type: Option<String>,
    pub(super) length: Option<u64>,
}

impl Header {
    /// Takes one line of a WARC header.
    pub(super) fn field(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "warc-type" => self.kind = value.to_ascii_lowercase(),
            // Some writers put the address in angle brackets, as the first grammar of the format had it.
            "warc-target-uri" => self.url = value.trim_start_matches('<').trim_end_matches('>').replace(' ', "%20"),
            "warc-date" => self.captured = value.parse().ok(),
            "content-type" => self.content_type = Some(value.to_owned()),
            "content-length" => self.length = value.parse().ok(),
            _ => {}
        }
    }

    /// The one line of an ARC header: address, IP, date, type, and with version 2 five more, the length last. Addresses may
    /// hold spaces, so it is read from its end.
    pub(super) fn arc(line: &str, version: u8) -> Option<Header> {
        let between = if version > 1 { 8 } else { 3 };
        let parts: Vec<&str> = line.rsplitn(between + 2, ' ').collect();
        let [length, .., date, _ip, url] = parts.as_slice() else { return None };
        let content_type = parts.get(between - 2)?;
        if parts.len() != between + 2 || !url.contains(':') || date.len() < 8 {
            return None;
        }
        let captured = arc_date(date)?;
        Some(Header {
            kind: if url.starts_with("filedesc:") { "warcinfo" } else { "response" }.to_owned(),
            url: url.replace(' ', "%20"),
            captured: Some(captured),
            content_type: Some((*content_type).to_owned()),
            length: length.parse().ok(),
        })
    }
}

/// `20140216050221`, also with more digits behind.
fn arc_date(text: &str) -> Option<Timestamp> {
    let digits: String = text.chars().take(14).collect();
    let padded = format!("{digits:0<14}");
    let time = DateTime::strptime("%Y%m%d%H%M%S", padded).ok()?;
    Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warc_header_is_read_however_it_is_written() {
        let mut header = Header::default();
        for line in [
            "WARC-Type: response",
            "warc-target-uri: <http://a.example/x y>",
            "WARC-Date: 2017-03-06T04:03:53Z",
            "Content-Length:  17 ",
            "no field",
        ] {
            header.field(line);
        }
        assert_eq!((header.kind.as_str(), header.length), ("response", Some(17)));
        assert_eq!(header.url, "http://a.example/x%20y");
        assert_eq!(header.captured.unwrap().to_string(), "2017-03-06T04:03:53Z");
    }

    #[test]
    fn an_arc_header_is_one_line_in_two_versions() {
        let one = Header::arc("http://a.example/x y 192.0.2.1 20140216050221 text/html 1591", 1).unwrap();
        assert_eq!((one.url.as_str(), one.length), ("http://a.example/x%20y", Some(1591)));
        assert_eq!(one.content_type.as_deref(), Some("text/html"));
        assert_eq!(one.captured.unwrap().to_string(), "2014-02-16T05:02:21Z");
        let two = Header::arc("http://a.example/ 192.0.2.1 20140216050221 text/html 200 sum - 17 a.arc 9", 2).unwrap();
        assert_eq!((two.url.as_str(), two.length), ("http://a.example/", Some(9)));
        assert_eq!(two.content_type.as_deref(), Some("text/html"));
        assert_eq!(Header::arc("<p>some text of a page in five words</p>", 1), None);
        let bad = Header::arc("http://a.example/ 192.0.2.1 201404010000000000 text/html -1", 1).unwrap();
        assert_eq!(bad.length, None);
    }
}
