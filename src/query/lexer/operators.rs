//! Operators that are spelled like words.

use super::super::ast::Relation;
use super::{Count, Spelling, Token};

/// `a NEAR b` without a number.
const NEAR: u32 = 10;

/// `AND OR NOT NEAR SAME` in upper case only; the forms with a number or a slash in any case.
pub(super) fn keyword(typed: &str, before_parenthesis: bool) -> Option<Token> {
    match typed {
        "AND" => Some(Token::And(Spelling::Word)),
        "OR" => Some(Token::Or(Spelling::Word)),
        "NOT" => Some(Token::Not),
        "NEAR" => Some(Token::Proximity(Relation::Within(NEAR))),
        "SAME" => Some(Token::Proximity(Relation::Paragraph)),
        _ => with_number(&typed.to_ascii_lowercase(), before_parenthesis),
    }
}

fn with_number(typed: &str, before_parenthesis: bool) -> Option<Token> {
    let Some((name, number)) = typed.split_once('/') else {
        let counts = [("atleast", Count::AtLeast), ("first", Count::First)].into_iter();
        let mut counts = counts.filter_map(|(name, count)| Some(Token::Count(count, read(typed.strip_prefix(name)?)?)));
        return counts.next().filter(|_| before_parenthesis);
    };
    match (name, number) {
        ("" | "w", "s") => Some(Token::Proximity(Relation::Sentence)),
        ("" | "w", "p") => Some(Token::Proximity(Relation::Paragraph)),
        ("" | "w" | "near", _) => Some(Token::Proximity(Relation::Within(read(number)?))),
        ("pre" | "onear" | "adj", _) => Some(Token::Proximity(Relation::Before(read(number)?))),
        ("atleast", _) => Some(Token::Count(Count::AtLeast, read(number)?)),
        ("first", _) => Some(Token::Count(Count::First, read(number)?)),
        _ => None,
    }
}

/// Digits; what is too large for a number is too large for any bound.
fn read(number: &str) -> Option<u32> {
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().unwrap_or(u32::MAX))
}
