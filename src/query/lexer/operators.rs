//! Operators that are spelled like words.

use super::{Spelling, Token};

/// `AND OR NOT NEAR SAME` in upper case only; the forms with a number or a slash in any case.
pub(super) fn keyword(typed: &str, before_parenthesis: bool) -> Option<Token> {
    match typed {
        "AND" => Some(Token::And(Spelling::Word)),
        "OR" => Some(Token::Or(Spelling::Word)),
        "NOT" => Some(Token::Not),
        "NEAR" | "SAME" => Some(Token::Proximity),
        _ => with_number(&typed.to_ascii_lowercase(), before_parenthesis),
    }
}

fn with_number(typed: &str, before_parenthesis: bool) -> Option<Token> {
    match typed.split_once('/') {
        Some(("" | "w", "s" | "p")) => Some(Token::Proximity),
        Some(("w" | "pre" | "near" | "onear" | "adj", number)) if is_number(number) => Some(Token::Proximity),
        Some(("atleast" | "first", number)) if is_number(number) => Some(Token::Count),
        None if before_parenthesis && is_number(typed.strip_prefix("atleast")?) => Some(Token::Count),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|ch| ch.is_ascii_digit())
}
