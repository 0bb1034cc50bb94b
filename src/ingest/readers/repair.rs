//! JSON as programs write it that are careless: control characters in strings, `NaN`, halves of characters. Nothing is
//! guessed that would change what is said.

use serde_json::Value;

/// Parses, if need be after repairs.
pub(super) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&repaired(text)).map_err(|_| error))
}

/// The length of the object that begins the text; `None` where it does not end.
pub(super) fn balanced(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => open.push(byte + 2),
            b'}' | b']' if !quoted => {
                if open.pop() != Some(byte) {
                    return None;
                }
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        out.push_str(&plain(&rest[..open]));
        let length = string(&rest[open..]);
        out.push_str(&inside(&rest[open..open + length]));
        rest = &rest[open + length..];
    }
    out.push_str(&plain(rest));
    out
}

/// The length of the string that begins the text, quotes included.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What stands between strings: numbers that are none are not there.
fn plain(text: &str) -> String {
    let text = text.replace('\0', " ");
    ["-Infinity", "Infinity", "NaN"].iter().fold(text, |text, number| text.replace(number, "null"))
}

/// A string: control characters are spaces, half a character is none.
fn inside(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let whole = high(rest) && rest.get(6..).is_some_and(low);
        let length = if whole { 12 } else { 6 };
        if !whole && (high(rest) || low(rest)) {
            out.push('\u{fffd}');
            rest = &rest[6..];
        } else {
            let escape = if whole { length } else { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) };
            out.push_str(&rest[..escape]);
            rest = &rest[escape..];
        }
    }
    out.push_str(rest);
    out
}

/// `\uD83D`: the first half of a character beyond the first plane.
fn high(text: &str) -> bool {
    code(text).is_some_and(|code| (0xd800..0xdc00).contains(&code))
}

fn low(text: &str) -> bool {
    code(text).is_some_and(|code| (0xdc00..0xe000).contains(&code))
}

fn code(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(expected).unwrap(), "{text}");
    }

    #[test]
    fn careless_json_is_read() {
        check("{\"a\":NaN,\"b\":-Infinity,\"c\":\"NaN\"}", r#"{"a":null,"b":null,"c":"NaN"}"#);
        check("{\"a\":\"b\tc\0d\"}", r#"{"a":"b c d"}"#);
        check(r#"{"a":"\ud83d!\\ud83d \ud83d\ude00 \n\"é"}"#, "{\"a\":\"\u{fffd}!\\\\ud83d \u{1f600} \\n\\\"é\"}");
        assert!(parse("{\"a\" 1}").is_err());
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(balanced(r#"{"a":"}\"}",b:[1]} x"#), Some(18));
        assert_eq!(balanced(r#"{"a":[1}"#), None);
        assert_eq!(balanced(r#"{"a":{"b":1]}"#), None);
        assert_eq!(balanced("x {}"), None);
    }
}
