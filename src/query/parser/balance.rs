//! Parentheses: every one that has no partner is said; a closing one is left out, an opening one reaches to the end.

use super::super::Advice;
use super::super::advice::{Remarks, UNCLOSED_PARENTHESIS, UNEXPECTED_PARENTHESIS};
use super::super::lexer::{Lexeme, Token};

pub(super) fn balance(tokens: Vec<Lexeme>, remarks: &mut Remarks) -> Vec<Lexeme> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut open = Vec::new();
    for lexeme in tokens {
        match lexeme.token {
            Token::Open => open.push(lexeme.at.clone()),
            Token::Close if open.pop().is_none() => {
                let advice = Advice::new(UNEXPECTED_PARENTHESIS, "this parenthesis closes nothing");
                remarks.warn(advice.at(&lexeme.at).hint("leave it out, or open one before it"));
                continue;
            }
            _ => {}
        }
        kept.push(lexeme);
    }
    for at in open {
        let advice = Advice::new(UNCLOSED_PARENTHESIS, "this parenthesis is never closed");
        remarks.warn(advice.at(&at).hint("close it, or leave it out"));
    }
    kept
}
