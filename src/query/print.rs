//! The canonical form: fully parenthesised, explicit operators, a field written once before a group that has no other.
//! A word that would be read as something else is escaped; the lexer itself is asked whether it would.

use super::advice::Remarks;
use super::ast::{Kind, Node, NumberRange, Proximity, Relation, Slot, Term, Value};
use super::fields::Field;
use super::lexer::{Token, lex};
use super::text::{is_space, is_wildcard};
use super::{terms, values};

/// Reading it again gives the same tree.
pub fn print(node: &Node) -> String {
    let mut out = String::new();
    write(node, Field::default(), &mut out);
    out
}

/// `scope` is the field written before a group we are in.
fn write(node: &Node, scope: Field, out: &mut String) {
    match &node.kind {
        Kind::All => out.push('*'),
        Kind::Term { field, term } => {
            write_field(Field::Text(*field), scope, out);
            out.push_str(&self::term(term));
        }
        Kind::Value(value) => write_value(value, scope, out),
        Kind::And(parts) => write_group(node, parts, " AND ", scope, out),
        Kind::Or(parts) => write_group(node, parts, " OR ", scope, out),
        Kind::Not(inner) => {
            out.push_str("(NOT ");
            write(inner, scope, out);
            out.push(')');
        }
        Kind::Boost(inner, weight) => write_boost(inner, *weight, scope, out),
        Kind::Near { left, how, right } => write_near(node, (left, *how, right), scope, out),
        Kind::AtLeast(least, inner) => write_count(node, &format!("ATLEAST/{least}"), inner, scope, out),
        Kind::First(words, inner) => write_count(node, &format!("FIRST/{words}"), inner, scope, out),
    }
}

/// The parenthesis, and before it the field of everything in it; what is written next stands in that field.
fn open(node: &Node, scope: Field, out: &mut String) -> Field {
    let field = only_field(node).unwrap_or(scope);
    write_field(field, scope, out);
    out.push('(');
    field
}

fn write_near(node: &Node, (left, how, right): (&Node, Proximity, &Node), scope: Field, out: &mut String) {
    let scope = open(node, scope, out);
    write(left, scope, out);
    out.push_str(if how.negated { " NOT " } else { " " });
    match how.relation {
        Relation::Within(words) => out.push_str(&format!("W/{words} ")),
        Relation::Before(words) => out.push_str(&format!("PRE/{words} ")),
        Relation::Sentence => out.push_str("W/S "),
        Relation::Paragraph => out.push_str("W/P "),
    }
    write(right, scope, out);
    out.push(')');
}

fn write_count(node: &Node, count: &str, inner: &Node, scope: Field, out: &mut String) {
    let scope = open(node, scope, out);
    out.push_str(count);
    out.push(' ');
    write(inner, scope, out);
    out.push(')');
}

fn write_group(node: &Node, parts: &[Node], operator: &str, scope: Field, out: &mut String) {
    let scope = open(node, scope, out);
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.push_str(operator);
        }
        write(part, scope, out);
    }
    out.push(')');
}

/// A weight on a weight needs parentheses between them.
fn write_boost(inner: &Node, weight: f32, scope: Field, out: &mut String) {
    let nested = matches!(inner.kind, Kind::Boost(..));
    if nested {
        out.push('(');
    }
    write(inner, scope, out);
    if nested {
        out.push(')');
    }
    out.push_str(&format!("^{weight}"));
}

/// The field of all leaves, if it is one that can stand before a group.
fn only_field(node: &Node) -> Option<Field> {
    match &node.kind {
        Kind::All => None,
        Kind::Term { field, .. } => Some(Field::Text(*field)),
        Kind::Value(value) => value_field(value),
        Kind::And(parts) | Kind::Or(parts) => {
            let first = only_field(parts.first()?)?;
            parts.iter().all(|part| only_field(part) == Some(first)).then_some(first)
        }
        Kind::Near { left, right, .. } => only_field(left).filter(|field| only_field(right) == Some(*field)),
        Kind::Not(inner) | Kind::Boost(inner, _) | Kind::AtLeast(_, inner) | Kind::First(_, inner) => only_field(inner),
    }
}

/// Dates carry their name in what they print; lengths are ranges, which read better with theirs.
fn value_field(value: &Value) -> Option<Field> {
    match value {
        Value::Whole(field, _) => Some(Field::Whole(*field)),
        Value::Site(_) => Some(Field::Site),
        Value::Lang(_) => Some(Field::Lang),
        Value::Has(_) => Some(Field::Has),
        Value::Is(_) => Some(Field::Is),
        Value::Id(_) => Some(Field::Id),
        Value::Url(_) => Some(Field::Url),
        Value::Date(_) | Value::Words(_) => None,
    }
}

fn write_field(field: Field, scope: Field, out: &mut String) {
    if field != scope {
        out.push_str(field.name());
        out.push(':');
    }
}

fn write_value(value: &Value, scope: Field, out: &mut String) {
    if let Some(field) = value_field(value) {
        write_field(field, scope, out);
    }
    let is_in_group = value_field(value) == Some(scope);
    match value {
        Value::Whole(_, text) | Value::Site(text) | Value::Lang(text) | Value::Id(text) | Value::Url(text) => {
            out.push_str(&print_text(text, is_in_group));
        }
        Value::Date(clause) => out.push_str(&clause.canonical),
        Value::Words(range) => out.push_str(&print_words(*range)),
        Value::Has(has) => out.push_str(values::has_name(*has)),
        Value::Is(is) => out.push_str(values::is_name(*is)),
    }
}

fn print_words(range: NumberRange) -> String {
    match (range.min, range.max) {
        (Some(min), Some(max)) if min == max => format!("words:{min}"),
        (Some(min), Some(max)) => format!("words:[{min} TO {max}]"),
        (Some(min), None) => format!("words:>={min}"),
        (None, Some(max)) => format!("words:<={max}"),
        (None, None) => "words:[* TO *]".to_owned(),
    }
}

/// Bare where it is read as one value, else in quotes.
fn print_text(text: &str, is_in_group: bool) -> String {
    let is_bare = if is_in_group { is_bare_in_group(text) } else { is_bare_behind_colon(text) };
    if is_bare { text.to_owned() } else { format!("\"{}\"", escape(text, |ch| matches!(ch, '"' | '＂' | '\\'))) }
}

fn is_bare_behind_colon(text: &str) -> bool {
    let tokens = tokens(&format!("tag:{text})"));
    let starts_plainly = text.starts_with(char::is_alphanumeric) && !text.contains(['*', '\\']);
    starts_plainly
        && matches!(tokens.as_slice(), [Token::Field(_), Token::Value(value), Token::Close] if value.is(text))
}

fn is_bare_in_group(text: &str) -> bool {
    let tokens = tokens(text);
    let starts_plainly =
        text.starts_with(char::is_alphanumeric) && !text.contains(['*', '\\']) && !text.ends_with([',', ';']);
    starts_plainly && matches!(tokens.as_slice(), [Token::Word(value)] if value.is(text))
}

/// Without its field.
pub(super) fn term(term: &Term) -> String {
    match term {
        Term::Word(word) => print_bare(word, "", |_| false, term),
        Term::Wildcard(pattern) => print_bare(pattern, "", is_wildcard, term),
        Term::Fuzzy(word, 1) => print_bare(word, "~", |_| false, &Term::Word(word.clone())),
        Term::Fuzzy(word, edits) => print_bare(word, &format!("~{edits}"), |_| false, &Term::Word(word.clone())),
        Term::Exact(word) => format!("\"{}\"", escape(word, is_special_in_quotes)),
        Term::Acronym(letters) => format!("CAPS({letters})"),
        Term::Regex(pattern) => format!("/{}/", pattern.replace('/', "\\/")),
        Term::Phrase(slots) => print_phrase(slots),
        Term::Loose(slots, room) => format!("{}~{room}", print_phrase(slots)),
    }
}

fn print_phrase(slots: &[Slot]) -> String {
    let slots: Vec<String> = slots.iter().map(print_slot).collect();
    format!("\"{}\"", slots.join(" "))
}

fn print_slot(slot: &Slot) -> String {
    match slot {
        Slot::Word(word) => escape(word, is_special_in_quotes),
        Slot::Wildcard(pattern) => escape(pattern, |ch| !ch.is_alphanumeric() && !is_wildcard(ch)),
    }
}

fn is_special_in_quotes(ch: char) -> bool {
    is_space(ch) || is_wildcard(ch) || matches!(ch, '"' | '＂' | '\\')
}

/// As typed; if that is read as something else, with what is no letter escaped; if that is (an operator, the name of a
/// function), with the first letter escaped too. `word` is how it reads without its suffix.
fn print_bare(text: &str, suffix: &str, keeps: impl Fn(char) -> bool, word: &Term) -> String {
    let escaped = escape(text, |ch| !ch.is_alphanumeric() && !keeps(ch));
    let forced = if escaped.starts_with('\\') { escaped.clone() } else { format!("\\{escaped}") };
    let candidates = [text.to_owned(), escaped].map(|candidate| candidate + suffix);
    candidates.into_iter().find(|candidate| reads_as(candidate, suffix, word)).unwrap_or(forced + suffix)
}

fn reads_as(candidate: &str, suffix: &str, word: &Term) -> bool {
    let is_word = |text| terms::bare(text).ok().flatten().as_ref() == Some(word);
    match tokens(candidate).as_slice() {
        [Token::Word(text)] => suffix.is_empty() && is_word(text),
        [Token::Word(text), Token::Tilde(number)] => suffix.strip_prefix('~') == Some(number) && is_word(text),
        _ => false,
    }
}

/// What the lexer makes of it; nothing if it has remarks.
fn tokens(candidate: &str) -> Vec<Token> {
    let mut remarks = Remarks::counted();
    let input: Vec<char> = candidate.chars().collect();
    let lexemes = lex(&input, &mut remarks);
    if remarks.is_empty() { lexemes.into_iter().map(|lexeme| lexeme.token).collect() } else { Vec::new() }
}

fn escape(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        if is_special(ch) {
            out.push('\\');
        }
        out.push(ch);
    }
    out
}
