//! Dates in running text: `Published: 27 February 2025 at 16:44 GMT`, `2025年2月27日 16時44分`, `27. helmikuuta 2025`.

use std::sync::LazyLock;

use jiff::civil::Date;

use super::Local;
use super::months;

/// What was found: the day, and the clock as it is written.
pub(super) struct Worded {
    pub(super) date: Date,
    pub(super) clock: Option<Clock>,
}

pub(super) struct Clock {
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: Option<i8>,
    /// What follows it, perhaps a zone.
    pub(super) zone: String,
}

/// Text is looked at no further.
const LONGEST: usize = 400;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Number(i32, usize),
    Word(String),
    /// Anything else, white space left out.
    Sign(char),
}

/// The first date in a text.
pub(super) fn find(text: &str, local: &Local<'_>) -> Option<Worded> {
    let text: String = text.chars().take(LONGEST).map(digit).flat_map(char::to_lowercase).collect();
    let tokens = tokens(&text);
    let (date, at) = by_name(&tokens, local).or_else(|| by_number(&tokens, local))?;
    let (before, after) = (&tokens[..at.end], &tokens[at.end..]);
    let close = clock_before(&tokens[..at.start]).filter(|_| clock_at_start(after).is_none());
    let clock = close.or_else(|| clock(after)).or_else(|| clock(before));
    Some(Worded { date, clock })
}

/// Where the zeros of the scripts stand (Unicode, Nd).
const ZEROS: &[u32] = &[
    0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x1040,
    0x17e0, 0xff10,
];

/// A digit of any script as ours.
fn digit(c: char) -> char {
    let code = u32::from(c);
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code));
    zero.and_then(|zero| char::from_digit(code - zero, 10)).unwrap_or(c)
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_letter = |c: char| c.is_alphabetic() || is_mark(c);
        let length = if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if is_letter(first) {
            word_length(rest)
        } else {
            first.len_utf8()
        };
        let part = &rest[..length];
        match part.parse() {
            Ok(number) if first.is_ascii_digit() => tokens.push(Token::Number(number, length)),
            _ if is_letter(first) => tokens.push(Token::Word(part.to_owned())),
            _ if !first.is_whitespace() && !is_invisible(first) => tokens.push(Token::Sign(first)),
            _ => {}
        }
        rest = &rest[length..];
    }
    tokens
}

/// Marks that belong to the letter before them (Indic and Thai vowels among them).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{e4f}' | '\u{64b}'..='\u{65f}') && !c.is_ascii()
}

/// Marks of direction and joining.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A word; the signs of Chinese dates stand alone, and a Thai abbreviation has its dot inside.
fn word_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let first = chars.next().map_or(' ', |(_, c)| c);
    if is_date_sign(first) {
        return first.len_utf8();
    }
    let is_thai = |c: char| ('\u{e01}'..='\u{e4f}').contains(&c);
    while let Some((at, c)) = chars.next() {
        let dotted = c == '.' && is_thai(first) && chars.peek().is_some_and(|(_, next)| is_thai(*next)) && at <= 12;
        if is_date_sign(c) || !(c.is_alphabetic() || is_mark(c) || dotted) {
            return at;
        }
    }
    text.len()
}

fn is_date_sign(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '時' | '时' | '分' | '년' | '월' | '일' | '시' | '분')
}

/// A day with the name of its month.
fn by_name(tokens: &[Token], local: &Local<'_>) -> Option<(Date, std::ops::Range<usize>)> {
    let months = (0..tokens.len()).filter_map(|at| Some((at, named(tokens, at, local)?)));
    let dates = months.filter_map(|(at, (month, length))| around(tokens, at, length, month));
    // `mar. 27 mai 2025`: the month is what stands nearest to the year.
    dates.min_by_key(|(_, _, distance)| *distance).map(|(date, at, _)| (date, at))
}

/// The month that a token names, and how many tokens its name has.
fn named(tokens: &[Token], at: usize, local: &Local<'_>) -> Option<(i8, usize)> {
    let Token::Word(word) = &tokens[at] else { return None };
    if let (true, Some(Token::Number(number, 1..=2))) = (word == "tháng", tokens.get(at + 1)) {
        return Some((i8::try_from(*number).ok().filter(|month| (1..=12).contains(month))?, 2));
    }
    if let Some(Token::Word(next)) = tokens.get(at + 1)
        && let Some(month) = months::month(&format!("{word} {next}"), local.language)
    {
        return Some((month, 2));
    }
    months::month(word, local.language).map(|month| (month, 1))
}

/// The date around the name of a month: the nearest year, and the nearest day.
fn around(tokens: &[Token], at: usize, length: usize, month: i8) -> Option<(Date, std::ops::Range<usize>, usize)> {
    const NEAR: usize = 6;
    let after = (at + length..tokens.len()).take(NEAR);
    let before = (0..at).rev().take(NEAR);
    let year = after.clone().chain(before.clone()).find(|at| matches!(tokens[*at], Token::Number(1000..=2700, 4)))?;
    let is_day = |place: &usize| match tokens[*place] {
        Token::Number(1..=31, 1..=2) => !is_clock(tokens, *place),
        _ => false,
    };
    // Where the year stands before the month, its day may stand after it.
    let day = before.take(if year < at { NEAR } else { 3 }).find(|place| is_day(place) && *place != year);
    let day = day.filter(|day| year > at || *day > year).or_else(|| after.take(3).find(is_day))?;
    let (Token::Number(day_number, _), Token::Number(year_number, _)) = (&tokens[day], &tokens[year]) else {
        return None;
    };
    let date = date(*year_number, month, *day_number)?;
    let first = day.min(year).min(at);
    let last = day.max(year).max(at + length - 1);
    Some((date, first..last + 1, year.abs_diff(at)))
}

/// Part of `16:44`; a colon behind a word is none of a clock.
fn is_clock(tokens: &[Token], at: usize) -> bool {
    let is_colon = |at: usize| matches!(tokens.get(at), Some(Token::Sign(':')));
    let is_number = |at: Option<usize>| at.is_some_and(|at| matches!(tokens.get(at), Some(Token::Number(..))));
    is_colon(at + 1) && is_number(Some(at + 2)) || at > 0 && is_colon(at - 1) && is_number(at.checked_sub(2))
}

fn date(year: i32, month: i8, day: i32) -> Option<Date> {
    if month > months::PERSIAN {
        return persian(year, month - months::PERSIAN, day);
    }
    // Thailand counts from the year 543 before ours.
    let year = if (2400..2700).contains(&year) { year - 543 } else { year };
    Date::new(i16::try_from(year).ok()?, month, i8::try_from(day).ok()?).ok()
}

/// A day of the Persian calendar, by its cycle of 33 years (right from 1206 to 1498).
fn persian(year: i32, month: i8, day: i32) -> Option<Date> {
    if !(1206..=1498).contains(&year) {
        return None;
    }
    const LEAPS: [i32; 8] = [1, 5, 9, 13, 17, 22, 26, 30];
    let before = |year: i32| year / 33 * 8 + LEAPS.iter().filter(|leap| **leap < year % 33).count() as i32;
    let days = (year - 1206) * 365 + before(year) - before(1206);
    let month = i32::from(month) - 1;
    let in_year = if month < 6 { month * 31 } else { 186 + (month - 6) * 30 } + day - 1;
    // The first day of 1206.
    Date::new(1827, 3, 22).ok()?.checked_add(jiff::Span::new().days(i64::from(days + in_year))).ok()
}

/// A day in numbers: the year first, or last; signs between them, the same.
fn by_number(tokens: &[Token], local: &Local<'_>) -> Option<(Date, std::ops::Range<usize>)> {
    let numbers: Vec<usize> = (0..tokens.len()).filter(|at| matches!(tokens[*at], Token::Number(..))).collect();
    numbers.windows(3).find_map(|window| {
        let [first, second, third] = *window else { return None };
        let date = numbered(tokens, first, second, third, local)?;
        // `日` belongs to it.
        Some((date, first..third + 1 + usize::from(day_sign(tokens.get(third + 1)))))
    })
}

fn day_sign(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(sign)) if matches!(sign.as_str(), "日" | "일"))
}

fn numbered(tokens: &[Token], first: usize, second: usize, third: usize, local: &Local<'_>) -> Option<Date> {
    let between = |from: usize, to: usize| &tokens[from + 1..to];
    let (one, two) = (between(first, second), between(second, third));
    let number = |at: usize| if let Token::Number(number, length) = tokens[at] { Some((number, length)) } else { None };
    let ((a, a_length), (b, b_length), (c, c_length)) = (number(first)?, number(second)?, number(third)?);
    let is = |token: &[Token], signs: &str| match token {
        [Token::Sign(sign)] => signs.contains(*sign),
        [Token::Word(sign)] => signs.contains(sign.as_str()),
        _ => false,
    };
    let day = i8::try_from(b).ok()?;
    // Iran writes these years so; those of the moon are further on.
    let is_persian = (1380..1430).contains(&a) && (1..=12).contains(&day);
    let month = if is_persian { day + months::PERSIAN } else { day };
    let is_parted = is(one, "年년") && is(two, "月월") || one == two && is(one, "-/.");
    if a_length == 4 && a >= 1000 && is_parted && c_length <= 2 {
        return date(a, month, c);
    }
    if c_length != 4 || a_length > 2 || b_length > 2 || one != two || !is(one, "-/.") || !(1000..2700).contains(&c) {
        return None;
    }
    let is_dotted = is(one, ".");
    let is_day_first = is_dotted || a > 12 || a == b || local.is_day_first == Some(true);
    match is_day_first {
        true => date(c, day, a),
        false if b > 12 || local.is_day_first == Some(false) => date(c, i8::try_from(a).ok()?, b),
        false => None,
    }
}

static AFTERNOON: LazyLock<[(&str, bool); 18]> = LazyLock::new(|| {
    [
        ("am", false),
        ("pm", true),
        ("a", false),
        ("p", true),
        ("午前", false),
        ("午後", true),
        ("오전", false),
        ("오후", true),
        ("上午", false),
        ("下午", true),
        ("π", false),
        ("μ", true),
        ("এএম", false),
        ("পিএম", true),
        ("ص", false),
        ("م", true),
        ("sáng", false),
        ("chiều", true),
    ]
});

/// A clock that stands right before the day: `Published: 16:44, 27 February 2025 | Updated: 18:00, 28 February 2025`.
fn clock_before(tokens: &[Token]) -> Option<Clock> {
    let last = tokens.len().checked_sub(1)?;
    let end = if matches!(tokens[last], Token::Sign(_)) { last } else { last + 1 };
    let is_minute = |at: usize| matches!(tokens.get(at), Some(Token::Number(_, 2)));
    let at = end.checked_sub(3).filter(|at| is_minute(at + 2))?;
    clock_at(&tokens[..end], at)
}

/// The same right behind it.
fn clock_at_start(tokens: &[Token]) -> Option<Clock> {
    (0..tokens.len().min(3)).find_map(|at| clock_at(tokens, at))
}

/// `16:44:05`, `16.44`, `16h44`, `4:44 pm`, `16時44分`, `오후 4:44`; not the hours alone.
fn clock(tokens: &[Token]) -> Option<Clock> {
    (0..tokens.len().min(14)).find_map(|at| clock_at(tokens, at))
}

fn clock_at(tokens: &[Token], at: usize) -> Option<Clock> {
    let number = |at: usize| {
        if let Some(Token::Number(number, length @ 1..=2)) = tokens.get(at) { Some((*number, *length)) } else { None }
    };
    let is = |at: usize, signs: &[&str]| match tokens.get(at) {
        Some(Token::Sign(sign)) => signs.contains(&sign.to_string().as_str()),
        Some(Token::Word(sign)) => signs.contains(&sign.as_str()),
        _ => false,
    };
    let (hour, (minute, length)) = (number(at)?.0, number(at + 2)?);
    let dotted = is(at + 1, &["."]) && !is(at + 3, &[".", "/", "-"]);
    if length != 2 && !is(at + 1, &["時", "时", "시"])
        || !(is(at + 1, &[":", "h", "時", "时", "시", "："]) || dotted)
        || hour > 24
    {
        return None;
    }
    let second = number(at + 4).filter(|(_, length)| *length == 2 && is(at + 3, &[":", "."])).map(|(second, _)| second);
    let mut next = at + if second.is_some() { 5 } else { 3 };
    let half = |token: Option<&Token>| match token {
        Some(Token::Word(word)) => AFTERNOON.iter().find(|(mark, _)| mark == word).map(|(_, afternoon)| *afternoon),
        _ => None,
    };
    let afternoon = half(tokens.get(next)).or_else(|| half(at.checked_sub(1).and_then(|at| tokens.get(at))));
    if half(tokens.get(next)).is_some() {
        next += 1;
        // `p.m.`
        while is(next, &[".", "m"]) {
            next += 1;
        }
    }
    let hour = match afternoon {
        Some(afternoon) if hour <= 12 => hour % 12 + if afternoon { 12 } else { 0 },
        _ => hour,
    };
    let hour = i8::try_from(hour % 24).ok()?;
    Some(Clock {
        hour,
        minute: i8::try_from(minute).ok()?,
        second: second.and_then(|second| i8::try_from(second).ok()),
        zone: zone(&tokens[next..]),
    })
}

/// What looks like a zone right behind a clock: `GMT`, `(CET)`, `+02:00`, `UTC+3`.
fn zone(tokens: &[Token]) -> String {
    let mut zone = String::new();
    for token in tokens.iter().take(5) {
        match token {
            Token::Sign('(' | ',') if zone.is_empty() => {}
            Token::Sign(sign @ ('+' | '-' | '−')) => {
                zone.clear();
                zone.push(if *sign == '−' { '-' } else { *sign });
            }
            Token::Number(number, length) if zone.starts_with(['+', '-']) => {
                let padded = if *length == 1 { format!("{number:02}") } else { format!("{number:0length$}") };
                zone.push_str(&padded);
            }
            Token::Sign(':') if zone.len() == 3 => {}
            Token::Word(word) if zone.is_empty() => zone.push_str(word),
            _ => break,
        }
    }
    zone
}
