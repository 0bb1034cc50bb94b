//! The reading of a query as a line: its clauses between their operators, each with its count and a link to the same
//! search without it.

use super::address::Address;
use super::wording::grouped;
use crate::search::answer::Clause;

/// What stands in the line, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// An operator or a parenthesis; an OR may be mixed with an AND.
    Sign { text: String, mixed: bool },
    /// A clause that is shown as one.
    Leaf(Removable),
    /// A group, behind its last parenthesis.
    Group(Removable),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Removable {
    /// The clause as the canonical form has it.
    pub(super) query: String,
    /// Articles it finds, where they were counted.
    pub(super) count: Option<String>,
    /// It finds none.
    pub(super) is_zero: bool,
    /// The same search without it.
    pub(super) href: Option<String>,
}

/// What a wildcard or the like stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expanded {
    pub(super) query: String,
    /// `12 words`
    pub(super) size: String,
    pub(super) words: Vec<(String, String)>,
    /// Those that are not listed.
    pub(super) more: Option<String>,
}

/// `here` is the address of the search.
pub(super) fn line(whole: &Clause, here: &Address) -> Vec<Piece> {
    let mut line = Line { pieces: Vec::new(), here };
    match whole.kind {
        "and" | "or" | "near" => line.members(whole),
        _ => line.add(whole),
    }
    line.pieces
}

/// Of every clause that stands for several words, each once.
pub(super) fn expanded(whole: &Clause) -> Vec<Expanded> {
    let mut all = Vec::new();
    collect_expanded(whole, &mut all);
    all
}

fn collect_expanded(clause: &Clause, all: &mut Vec<Expanded>) {
    if !clause.expansions.is_empty() && all.iter().all(|known| known.query != clause.query) {
        let more = clause.more.unwrap_or(0);
        let size = (clause.expansions.len() + more) as u64;
        all.push(Expanded {
            query: clause.query.clone(),
            size: format!("{} {}", grouped(size), if size == 1 { "word" } else { "words" }),
            words: clause.expansions.iter().map(|one| (one.word.clone(), grouped(one.articles))).collect(),
            more: (more > 0).then(|| grouped(more as u64)),
        });
    }
    clause.clauses.iter().for_each(|part| collect_expanded(part, all));
}

struct Line<'a> {
    pieces: Vec<Piece>,
    here: &'a Address,
}

impl Line<'_> {
    fn add(&mut self, clause: &Clause) {
        let operator = clause.operator.as_deref().unwrap_or_default();
        match (clause.kind, clause.clauses.as_slice()) {
            ("not", [part]) => {
                self.sign(operator);
                self.add(part);
            }
            ("boost", [part]) => {
                self.add(part);
                self.sign(operator);
            }
            ("atleast" | "first", [part]) if part.clauses.len() > 1 => {
                self.sign(operator);
                self.parenthesised(part);
                self.pieces.push(Piece::Group(self.removable(clause)));
            }
            ("and" | "or" | "near", _) => {
                self.parenthesised(clause);
                self.pieces.push(Piece::Group(self.removable(clause)));
            }
            _ => self.pieces.push(Piece::Leaf(self.removable(clause))),
        }
    }

    fn parenthesised(&mut self, group: &Clause) {
        self.sign("(");
        self.members(group);
        self.sign(")");
    }

    fn members(&mut self, group: &Clause) {
        for (place, part) in group.clauses.iter().enumerate() {
            if place > 0 {
                let text = group.operator.clone().unwrap_or_default();
                self.pieces.push(Piece::Sign { text, mixed: group.mixed });
            }
            self.add(part);
        }
    }

    fn sign(&mut self, text: &str) {
        self.pieces.push(Piece::Sign { text: text.to_owned(), mixed: false });
    }

    fn removable(&self, clause: &Clause) -> Removable {
        Removable {
            query: clause.query.clone(),
            count: clause.articles.map(grouped),
            is_zero: clause.zero,
            href: clause.without.as_ref().map(|without| self.here.setting("q", without).href()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::made_up::{clause, group};

    #[track_caller]
    fn check(whole: &Clause, expected: &str) {
        let here = Address::read("/search", Some("q=x&tag=t&cursor=c"));
        let drawn: Vec<String> = line(whole, &here).iter().map(drawn).collect();
        assert_eq!(drawn.join(" "), expected);
    }

    fn drawn(piece: &Piece) -> String {
        let counted = |part: &Removable| part.count.clone().unwrap_or_else(|| "?".to_owned());
        match piece {
            Piece::Sign { text, mixed: false } => text.clone(),
            Piece::Sign { text, mixed: true } => format!("!{text}"),
            Piece::Leaf(leaf) => format!("{}={}", leaf.query, counted(leaf)),
            Piece::Group(group) => format!("={}", counted(group)),
        }
    }

    #[test]
    fn a_line_reads_like_the_canonical_form() {
        let either = group("or", "OR", 7, vec![clause("word", "b", Some(1234)), clause("word", "c", None)]);
        let not = group("not", "NOT", 5, vec![clause("tag", "tag:x", Some(4))]);
        let whole = group("and", "AND", 3, vec![clause("word", "a", Some(2)), either, not]);
        check(&whole, "a=2 AND ( b=1,234 OR c=? ) =7 AND NOT tag:x=4");
    }

    #[test]
    fn what_counts_or_bounds_stands_before_its_group() {
        let either = group("or", "OR", 7, vec![clause("word", "b", Some(1)), clause("word", "c", Some(2))]);
        check(&group("atleast", "ATLEAST/3", 2, vec![either.clone()]), "ATLEAST/3 ( b=1 OR c=2 ) =2");
        let single =
            Clause { query: "FIRST/9 b".into(), ..group("first", "FIRST/9", 2, vec![clause("word", "b", Some(3))]) };
        check(&single, "FIRST/9 b=2");
        check(&group("boost", "^2", 7, vec![either]), "( b=1 OR c=2 ) =7 ^2");
    }

    #[test]
    fn the_operators_of_a_mixture_are_marked() {
        let both = group("and", "AND", 1, vec![clause("word", "b", Some(1)), clause("word", "c", Some(1))]);
        let whole = Clause { mixed: true, ..group("or", "OR", 2, vec![clause("word", "a", Some(1)), both]) };
        check(&whole, "a=1 !OR ( b=1 AND c=1 ) =1");
    }

    #[test]
    fn a_clause_leads_to_the_first_page_without_it() {
        let whole = Clause { without: Some("b OR \"c\"".into()), ..clause("word", "a", Some(0)) };
        let here = Address::read("/search", Some("q=x&tag=t&cursor=c"));
        let pieces = line(&whole, &here);
        let [Piece::Leaf(leaf)] = pieces.as_slice() else { panic!("{pieces:?}") };
        assert_eq!(leaf.href.as_deref(), Some("/search?q=b+OR+%22c%22&tag=t"));
    }

    #[test]
    fn what_a_wildcard_stands_for_is_said_once() {
        let expansions = vec![crate::search::answer::Expansion { word: "mines".into(), articles: 1200 }];
        let wildcard = Clause { expansions, more: Some(1000), ..clause("wildcard", "mine*", Some(9)) };
        let whole = group("and", "AND", 1, vec![wildcard.clone(), wildcard]);
        let expected = Expanded {
            query: "mine*".into(),
            size: "1,001 words".into(),
            words: vec![("mines".into(), "1,200".into())],
            more: Some("1,000".into()),
        };
        assert_eq!(expanded(&whole), [expected]);
    }
}
