//! JSON as programs write it that are careless: control characters in strings, `NaN`, halves of characters. Nothing is
//! guessed that would change what is said.

use serde_json::Value;

/// Parses, if need be after repairs.
pub(in crate::ingest) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&repaired(text)).map_err(|_| error))
}

/// Parses what pages carry about themselves: written by templates, and cut off where the page is. Commas too many, single
/// quotes escaped, quotes in texts, values that are missing, comments, several values one after the other, and an end that
/// is not there; all the values that are found.
pub(in crate::ingest) fn mended(text: &str) -> Vec<Value> {
    let text = text.trim().trim_start_matches('\u{feff}').trim_end_matches(';').trim();
    if let Ok(value) = parse(text) {
        return vec![value];
    }
    let text = repaired(&tidied(text));
    let mut values: Vec<Value> = Vec::new();
    let mut rest = text.as_str();
    while rest.starts_with(['{', '[']) && values.len() < MOST_VALUES {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter();
        let before = values.len();
        values.extend(stream.by_ref().map_while(Result::ok));
        let after = &rest[stream.byte_offset()..];
        if values.len() == before {
            values.extend(finished(rest));
            break;
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ']' | '}'));
    }
    values
}

/// Values one after the other.
const MOST_VALUES: usize = 1_000;

/// A value that breaks off, ended.
fn finished(text: &str) -> Option<Value> {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => open.push(char::from(byte + 2)),
            b'}' | b']' if !quoted => {
                open.pop();
            }
            _ => {}
        }
    }
    if open.is_empty() || open.len() > 64 {
        return None;
    }
    let ends: String = open.iter().rev().collect();
    let text = if escaped { &text[..text.len() - 1] } else { text };
    let text = if quoted { format!("{text}\"") } else { text.trim_end().trim_end_matches(',').to_owned() };
    ["", ":null", "null"].iter().find_map(|rest| parse(&format!("{text}{rest}{ends}")).ok())
}

/// Text outside strings that JSON does not have, taken out; quotes inside strings, escaped.
fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    let mut quoted = false;
    while let Some((at, c)) = chars.next() {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '\\' if quoted => match chars.next() {
                Some((_, next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u'))) => out.extend(['\\', next]),
                Some((_, next)) => out.push(next),
                None => {}
            },
            '"' if quoted && !ends_string(rest) => out.push_str("\\\""),
            '"' => {
                quoted = !quoted;
                out.push('"');
            }
            _ if quoted => out.push(c),
            '/' if rest.starts_with('/') => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if rest.starts_with('*') => {
                let end = rest.find("*/").map_or(text.len(), |end| at + 1 + end + 2);
                while chars.next_if(|(here, _)| *here < end).is_some() {}
            }
            '}' | ']' => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                if out.ends_with(':') {
                    out.push_str("null");
                }
                out.push(c);
            }
            ',' => {
                // What is white before it says nothing, and would be looked at again for each comma too many.
                out.truncate(out.trim_end().len());
                if out.ends_with(':') {
                    out.push_str("null,");
                } else if !out.ends_with([',', '{', '[']) {
                    out.push(',');
                }
            }
            _ => out.push(c),
        }
    }
    out.replace(": undefined", ": null").replace(":undefined", ":null")
}

/// Is a quote that this follows the end of its string?
fn ends_string(rest: &str) -> bool {
    let rest = rest.trim_start();
    match rest.chars().next() {
        None | Some(':' | '}' | ']') => true,
        Some(',') => {
            let next = rest[1..].trim_start();
            next.is_empty()
                || next.starts_with(|c: char| {
                    matches!(c, '"' | '{' | '[' | '}' | ']' | '-' | ',' | '/') || c.is_ascii_digit()
                })
                || ["true", "false", "null"].iter().any(|word| next.starts_with(word))
        }
        _ => false,
    }
}

/// Objects in objects, as deep as they are parsed. What is deeper has lost its end: looking further for it would have
/// every part of a text looked at again for each object in it that never ends.
const DEEPEST: usize = 128;

/// The length of the object that begins the text.
///
/// # Errors
/// How far it was looked for where it does not end.
pub(super) fn balanced(text: &str) -> Result<usize, usize> {
    if !text.starts_with('{') {
        return Err(0);
    }
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted && open.len() == DEEPEST => return Err(at),
            b'{' | b'[' if !quoted => open.push(byte + 2),
            b'}' | b']' if !quoted => {
                if open.pop() != Some(byte) {
                    return Err(at);
                }
                if open.is_empty() {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
    }
    Err(text.len())
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

    #[track_caller]
    fn mends(text: &str, expected: &str) {
        assert_eq!(Value::Array(mended(text)), serde_json::from_str::<Value>(expected).unwrap(), "{text}");
    }

    #[test]
    fn what_templates_write_is_mended() {
        mends(r#"{"a":[1,2,],"b":{"c":"d",},}"#, r#"[{"a":[1,2],"b":{"c":"d"}}]"#);
        mends(
            r#"{"a":"it\'s","b":,"c":undefined, // why
            /* that */ "d":"e"};"#,
            r#"[{"a":"it's","b":null,"c":null,"d":"e"}]"#,
        );
        mends(r#"{"a":"He said "no", twice","b":"c"}"#, r#"[{"a":"He said \"no\", twice","b":"c"}]"#);
        mends("{\"a\":\"b\nc\"}{\"d\":1}", r#"[{"a":"b c"},{"d":1}]"#);
        mends(&format!("{{\"a\":1{}}}", ", ".repeat(1_000_000)), r#"[{"a":1}]"#);
        mends(r#"{"a":"b"}}{"d":1}"#, r#"[{"a":"b"},{"d":1}]"#);
    }

    #[test]
    fn what_breaks_off_is_read_as_far_as_it_goes() {
        mends(r#"{"a":"b","c":{"d":["e","f"#, r#"[{"a":"b","c":{"d":["e","f"]}}]"#);
        mends(r#"{"a":"b","c"#, r#"[{"a":"b","c":null}]"#);
        mends(r#"{"a":"b","c":"#, r#"[{"a":"b","c":null}]"#);
        mends("[[[", "[[[[]]]]");
        mends(&"[".repeat(100_000), "[]");
        mends("", "[]");
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert_eq!(balanced(r#"{"a":"}\"}",b:[1]} x"#), Ok(18));
        assert_eq!(balanced(r#"{"a":[1}"#), Err(7));
        assert_eq!(balanced(r#"{"a":{"b":1]}"#), Err(11));
        assert_eq!(balanced("x {}"), Err(0));
        let nested = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert_eq!((balanced(&nested(128)), balanced(&nested(129))), (Ok(128 * 6), Err(128 * 5)));
    }
}
