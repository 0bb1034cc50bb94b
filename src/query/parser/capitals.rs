//! A question in capitals throughout says nothing by them: its `AND` is a word like the others.

use super::super::Advice;
use super::super::advice::{OPERATOR_AS_WORD, Remarks};
use super::super::lexer::{Lexeme, Spelling, Token};
use super::super::text::Text;

/// Makes words of the operators of a question in capitals, and says so; whether there were any.
pub(super) fn operators_as_words(tokens: &mut [Lexeme], input: &[char], remarks: &mut Remarks) -> bool {
    if !is_question(tokens, input) {
        return false;
    }
    let operators = tokens.iter_mut().filter(|lexeme| is_operator(lexeme, input));
    let mut any = false;
    for lexeme in operators {
        let typed = &input[lexeme.at.clone()];
        let written: String = typed.iter().collect();
        let message = format!("`{written}` was read as a word, for all is in capitals");
        let hint = "write the words in small letters if you mean the operator";
        remarks.note(Advice::new(OPERATOR_AS_WORD, message).at(&lexeme.at).hint(hint));
        lexeme.token = Token::Word(Text::unescape(typed));
        any = true;
    }
    any
}

/// Words side by side, all in capitals, and no sign of somebody who writes for a search: fields, distances, or an operator
/// within parentheses or beside them. `OIL AND GAS` joins two.
fn is_question(tokens: &[Lexeme], input: &[char]) -> bool {
    let is_word = |lexeme: &Lexeme| matches!(lexeme.token, Token::Word(_));
    let in_capitals = |lexeme: &Lexeme| {
        let mut letters = input[lexeme.at.clone()].iter().filter(|ch| ch.is_alphabetic()).peekable();
        letters.peek().is_some() && letters.all(|ch| ch.is_uppercase())
    };
    let has_letters = |lexeme: &&Lexeme| input[lexeme.at.clone()].iter().any(|ch| ch.is_alphabetic());
    let mut words = tokens.iter().filter(|lexeme| is_word(lexeme)).filter(has_letters).peekable();
    let are_side_by_side = tokens.windows(2).any(|pair| pair.iter().all(is_word));
    if !are_side_by_side || words.peek().is_none() || !words.all(in_capitals) {
        return false;
    }
    let mut depth = 0_usize;
    let is_parenthesis = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at)).is_some_and(|lexeme| matches!(lexeme.token, Token::Open | Token::Close))
    };
    tokens.iter().enumerate().all(|(at, lexeme)| match lexeme.token {
        Token::Word(_) | Token::Quoted(_) => true,
        Token::Open => {
            depth += 1;
            true
        }
        Token::Close => {
            depth = depth.saturating_sub(1);
            true
        }
        _ => {
            let is_beside = is_parenthesis(at.checked_sub(1)) || is_parenthesis(Some(at + 1));
            is_operator(lexeme, input) && depth == 0 && !is_beside
        }
    })
}

/// One that is spelled like a word.
fn is_operator(lexeme: &Lexeme, input: &[char]) -> bool {
    match lexeme.token {
        Token::And(Spelling::Word) | Token::Or(Spelling::Word) | Token::Not => true,
        Token::Proximity(_) => input[lexeme.at.clone()].iter().all(|ch| ch.is_alphabetic()),
        _ => false,
    }
}
