//! A question in capitals throughout says nothing by them: its `AND` is a word like the others.

use super::super::Advice;
use super::super::advice::{OPERATOR_AS_WORD, Remarks};
use super::super::lexer::{Lexeme, Token};
use super::super::text::Text;

/// Makes words of the operators that are spelled like words, where all is in capitals and it is a question: words stand side
/// by side in it. `OIL AND GAS` joins two.
pub(super) fn operators_as_words(tokens: &mut [Lexeme], input: &[char], remarks: &mut Remarks) {
    let is_word = |lexeme: &Lexeme| matches!(lexeme.token, Token::Word(_));
    let is_question = tokens.windows(2).any(|pair| pair.iter().all(is_word));
    if !is_question || input.iter().any(|ch| ch.is_lowercase()) {
        return;
    }
    for lexeme in tokens {
        let typed = &input[lexeme.at.clone()];
        if lexeme.token != Token::Not && !matches!(lexeme.token, Token::And(_) | Token::Or(_) | Token::Proximity(_))
            || !typed.iter().all(|ch| ch.is_alphabetic())
        {
            continue;
        }
        let written: String = typed.iter().collect();
        let message = format!("`{written}` was read as a word, for all is in capitals");
        let hint = "write the words in small letters if you mean the operator";
        remarks.note(Advice::new(OPERATOR_AS_WORD, message).at(&lexeme.at).hint(hint));
        lexeme.token = Token::Word(Text::unescape(typed));
    }
}
