//! Regular expressions as slowly as can be: the set of places a match may have come to, piece by piece. Letters, `.`,
//! `[abc]`, `(a|b)`, and `?`, `*`, `+` behind them: what the generator writes.

use std::collections::BTreeSet;

/// Alternatives, each a row of pieces.
pub(super) type Expression = Vec<Vec<Piece>>;

pub(super) struct Piece {
    atom: Atom,
    /// May be left out, may come again.
    optional: bool,
    repeated: bool,
}

enum Atom {
    Any,
    OneOf(Vec<char>),
    Group(Expression),
}

type Ends = BTreeSet<usize>;

pub(super) fn read(pattern: &str) -> Expression {
    let pattern: Vec<char> = pattern.chars().collect();
    let mut rest = pattern.as_slice();
    let expression = read_on(&mut rest);
    assert!(rest.is_empty(), "{pattern:?} has a bracket too many");
    expression
}

/// Whether the expression is the whole word.
pub(super) fn is_whole(expression: &Expression, word: &[char]) -> bool {
    alternatives(expression, word, 0).contains(&word.len())
}

fn read_on(rest: &mut &[char]) -> Expression {
    let mut expression = vec![Vec::new()];
    while let Some((first, after)) = rest.split_first() {
        if *first == ')' {
            break;
        }
        *rest = after;
        if *first == '|' {
            expression.push(Vec::new());
            continue;
        }
        let atom = atom(*first, rest);
        let sign = rest.first().copied().filter(|sign| matches!(sign, '?' | '*' | '+'));
        *rest = &rest[usize::from(sign.is_some())..];
        let piece =
            Piece { atom, optional: matches!(sign, Some('?' | '*')), repeated: matches!(sign, Some('*' | '+')) };
        expression.last_mut().unwrap().push(piece);
    }
    expression
}

fn atom(first: char, rest: &mut &[char]) -> Atom {
    match first {
        '.' => Atom::Any,
        '[' => {
            let end = rest.iter().position(|c| *c == ']').unwrap();
            let letters = rest[..end].to_vec();
            *rest = &rest[end + 1..];
            Atom::OneOf(letters)
        }
        '(' => {
            let group = read_on(rest);
            *rest = &rest[1..];
            Atom::Group(group)
        }
        letter => Atom::OneOf(vec![letter]),
    }
}

fn alternatives(expression: &Expression, word: &[char], at: usize) -> Ends {
    expression.iter().flat_map(|row| row.iter().fold(Ends::from([at]), |ends, piece| step(piece, word, ends))).collect()
}

fn step(piece: &Piece, word: &[char], starts: Ends) -> Ends {
    let mut reached = if piece.optional { starts.clone() } else { Ends::new() };
    let mut fresh = starts;
    loop {
        fresh = fresh.iter().flat_map(|at| once(&piece.atom, word, *at)).filter(|at| !reached.contains(at)).collect();
        reached.extend(&fresh);
        if fresh.is_empty() || !piece.repeated {
            return reached;
        }
    }
}

fn once(atom: &Atom, word: &[char], at: usize) -> Ends {
    let next = |fits: bool| if fits { Ends::from([at + 1]) } else { Ends::new() };
    match atom {
        Atom::Any => next(at < word.len()),
        Atom::OneOf(letters) => next(word.get(at).is_some_and(|letter| letters.contains(letter))),
        Atom::Group(expression) => alternatives(expression, word, at),
    }
}

#[test]
fn an_expression_is_a_whole_word() {
    for (pattern, fits, other) in [
        ("colou?rs?", "color", "colorss"),
        ("m.ne", "mine", "mne"),
        ("m[ai]ne+", "manee", "moone"),
        ("(tin|zinc)s*", "zincss", "tinc"),
        ("mi.*s", "miners", "miner"),
        ("a(b|c?)d", "ad", "abcd"),
    ] {
        let is_whole = |word: &str| is_whole(&read(pattern), &word.chars().collect::<Vec<_>>());
        assert!(is_whole(fits) && !is_whole(other), "{pattern}");
    }
}
