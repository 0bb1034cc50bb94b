//! Spans: what has to stand near what, how often, and how far in front. Only words and alternatives of one field have
//! places in a text; where something else is joined, the operands are asked for with AND, and the hint says how to write
//! what may have been meant.

use std::ops::{Range, RangeInclusive};

use super::super::advice::{BAD_BOOST, BAD_NUMBER, FIELD_EXTENDED, MATCHES_NOTHING, PROXIMITY_OPERAND};
use super::super::ast::{DISTANCES, FRONTS, Kind, Node, OCCURRENCES, Proximity, Relation, TextField};
use super::super::fields::Field;
use super::super::lexer::{Count, Lexeme, Token};
use super::super::{Advice, print};
use super::apart::{self, Weight, field_of, without_weights};
use super::{Parsed, Parser, bounds, gather, quoted};

/// Operands and what stands between them, before it is known whether all of them can take part.
pub(super) struct Chain {
    pub(super) first: Node,
    pub(super) links: Vec<(Proximity, Node)>,
}

impl Parser<'_> {
    /// `a W/5 b`, `a NOT W/5 b`, from left to right.
    pub(super) fn proximity(&mut self, scope: Field) -> Parsed {
        let start = self.next;
        let first = self.weighted(scope)?;
        if self.operator_ahead().is_none() {
            return Ok(first);
        }
        let beside = self.word_before(start);
        let field = self.field_of_chain(start, scope);
        let mut is_extended = false;
        let mut last = start;
        let mut chain = first.map(Chain::new);
        while let Some(how) = self.take_operator() {
            last = self.next;
            let right = self.span_operand(field, Parser::weighted)?;
            is_extended |= field != scope && !self.names_field(last..self.next);
            match (&mut chain, right) {
                (Some(chain), Some(right)) => chain.links.push((how, right)),
                (None, right) if !how.negated => chain = right.map(Chain::new),
                _ => {}
            }
        }
        let Some(chain) = chain else { return Ok(None) };
        let node = self.span(chain, scope)?;
        if is_extended {
            self.warn_extended(start, &node);
        }
        let neighbours = beside.into_iter().chain(self.word_behind(last));
        neighbours.for_each(|beside| self.note_one_word(&beside, &node));
        Ok(Some(node))
    }

    /// `ATLEAST/3 x`, `FIRST/50 x`; the next token is the count.
    pub(super) fn counted(&mut self, scope: Field) -> Parsed {
        let Some(Lexeme { token: Token::Count(count, number), at, .. }) = self.tokens.get(self.next).cloned() else {
            return Ok(None);
        };
        let inner = self.behind_sign(|parser| parser.span_operand(scope, Parser::operand))?;
        let kind: fn(u32, Box<Node>) -> Kind = match count {
            Count::AtLeast => Kind::AtLeast,
            Count::First => Kind::First,
        };
        let number = match count {
            Count::AtLeast => self.bounded(number, OCCURRENCES, &at, |number| format!("ATLEAST/{number}")),
            Count::First => self.bounded(number, FRONTS, &at, |number| format!("FIRST/{number}")),
        };
        Ok(inner.map(|inner| self.count(&at, &|inner| kind(number, Box::new(inner)), inner)))
    }

    fn count(&mut self, at: &Range<usize>, kind: &dyn Fn(Node) -> Kind, inner: Node) -> Node {
        if let Err(place) = field_of(&inner) {
            self.warn_operand(&place, &apart::counted(kind, &inner).as_ref().and_then(quoted));
            return inner;
        }
        let mut weights = Vec::new();
        let place = at.start..inner.at.end;
        let node = Node { kind: kind(without_weights(inner, &mut weights)), at: place };
        self.warn_weights(weights, &node);
        node
    }

    /// An operand of a span. An exclusion has no place in one; it is read, so that this can be said.
    fn span_operand(&mut self, scope: Field, read: fn(&mut Self, Field) -> Parsed) -> Parsed {
        while self.peek() == Some(&Token::Require) {
            self.next += 1;
        }
        let is_excluded = matches!(self.peek(), Some(Token::Not | Token::Exclude)) && self.operand_follows(1);
        if is_excluded { self.exclusion(scope) } else { read(self, scope) }
    }

    /// A chain that begins with a field is all in that field.
    fn field_of_chain(&self, start: usize, scope: Field) -> Field {
        match self.tokens.get(start).map(|lexeme| &lexeme.token) {
            Some(Token::Field(field)) if field.is_text() => *field,
            _ => scope,
        }
    }

    fn names_field(&self, tokens: Range<usize>) -> bool {
        self.tokens[tokens].iter().any(|lexeme| matches!(lexeme.token, Token::Field(_)))
    }

    /// The tokens of a proximity operator that has an operand behind it: itself, and the NOT before it.
    fn operator_ahead(&self) -> Option<(Relation, Range<usize>)> {
        let operator = self.next + usize::from(self.is_not_of_operator());
        let Token::Proximity(relation) = self.tokens.get(operator)?.token else { return None };
        self.operand_follows(operator + 1 - self.next).then_some((relation, self.next..operator + 1))
    }

    /// `NOT`; and `not` in any case before an operator that is one in any case.
    fn is_not_of_operator(&self) -> bool {
        match self.peek() {
            Some(Token::Not) => true,
            Some(Token::Word(text)) if !text.has_escapes() && text.plain().eq_ignore_ascii_case("not") => {
                let behind = self.tokens.get(self.next + 1);
                behind.is_some_and(|lexeme| self.input[lexeme.at.clone()].contains(&'/'))
            }
            _ => false,
        }
    }

    fn take_operator(&mut self) -> Option<Proximity> {
        let (relation, tokens) = self.operator_ahead()?;
        self.next = tokens.end;
        let at = self.tokens[tokens.end - 1].at.clone();
        let relation = match relation {
            Relation::Within(words) => {
                Relation::Within(self.bounded(words, DISTANCES, &at, |words| format!("W/{words}")))
            }
            Relation::Before(words) => {
                Relation::Before(self.bounded(words, DISTANCES, &at, |words| format!("PRE/{words}")))
            }
            Relation::Sentence | Relation::Paragraph => relation,
        };
        Some(Proximity { negated: tokens.len() > 1, relation })
    }

    /// The number, or the nearest that is allowed.
    pub(super) fn bounded(
        &mut self,
        number: u32,
        allowed: RangeInclusive<u32>,
        at: &Range<usize>,
        write: impl Fn(u32) -> String,
    ) -> u32 {
        let (least, most) = (*allowed.start(), *allowed.end());
        let nearest = number.clamp(least, most);
        if nearest != number {
            let message = format!("`{}` is not a number from {least} to {most}", self.typed(at));
            let hint = format!("write `{}`, as it was read", write(nearest));
            self.remarks.warn(Advice::new(BAD_NUMBER, message).at(at).hint(hint));
        }
        nearest
    }

    /// The operands joined as far as they can be; the others are asked for besides.
    fn span(&mut self, chain: Chain, scope: Field) -> Result<Node, Advice> {
        let faults = chain.faults(scope);
        if !faults.places.is_empty() {
            let meant = apart::chain(&chain).as_ref().and_then(quoted);
            faults.places.iter().for_each(|place| self.warn_operand(place, &meant));
        }
        let mut weights = Vec::new();
        let mut links = chain.links.into_iter();
        let mut node = chain.first;
        for (how, right) in links.by_ref().take(faults.sound_links) {
            node = self.near(node, how, right, &mut weights)?;
        }
        let others = links.filter(|(how, _)| !how.negated).map(|(_, right)| right);
        let place = node.at.clone();
        let node = gather(std::iter::once(node).chain(others).collect(), Kind::And);
        let node = node.unwrap_or(Node { kind: Kind::All, at: place });
        self.warn_weights(weights, &node);
        Ok(node)
    }

    fn near(&mut self, left: Node, how: Proximity, right: Node, weights: &mut Vec<Weight>) -> Result<Node, Advice> {
        let at = left.at.start..right.at.end;
        let (left, right) = (without_weights(left, weights), without_weights(right, weights));
        if how.negated && left == right && !matches!(how.relation, Relation::Before(_)) {
            let advice = Advice::new(MATCHES_NOTHING, "everything stands near itself, so this finds nothing").at(&at);
            self.remarks.warn(advice.hint(format!("write `{}`, or another word behind NOT", print(&left))));
        }
        let node = Node { kind: Kind::Near { left: Box::new(left), how, right: Box::new(right) }, at };
        let bounds = &self.context.bounds;
        if bounds::depth(&node) > bounds.depth { Err(bounds::too_deep(bounds, node.at.start)) } else { Ok(node) }
    }

    fn warn_operand(&mut self, at: &Range<usize>, meant: &Option<String>) {
        let message = "only words, phrases, OR and other proximities of one field can take part in a proximity";
        let hint = match meant {
            Some(meant) => format!("write `{meant}`"),
            None => "join it with AND outside of the proximity".to_owned(),
        };
        self.remarks.warn(Advice::new(PROXIMITY_OPERAND, message).at(at).hint(hint));
    }

    fn warn_weights(&mut self, weights: Vec<Weight>, node: &Node) {
        for Weight { weight, behind } in weights {
            let is_weight = |ch: &&char| matches!(ch, '^' | '.') || ch.is_ascii_digit();
            let at = behind..behind + self.input[behind..].iter().take_while(is_weight).count();
            let message = "a weight within a proximity was left out";
            let hint = match self.remarks.keeps_warnings().then(|| weighted(node, weight)).flatten() {
                Some(whole) => format!("put it behind the whole: `{whole}`"),
                None => "put it behind the whole".to_owned(),
            };
            self.remarks.warn(Advice::new(BAD_BOOST, message).at(&at).hint(hint));
        }
    }

    fn warn_extended(&mut self, start: usize, node: &Node) {
        let at = self.tokens[start].at.clone();
        let message = format!("`{}` was taken for everything that is joined to it", self.typed(&at));
        let hint = format!("write `{}`", print(node));
        self.remarks.warn(Advice::new(FIELD_EXTENDED, message).at(&at).hint(hint));
    }
}

fn weighted(node: &Node, weight: f32) -> Option<String> {
    quoted(node)?;
    quoted(&Node { kind: Kind::Boost(Box::new(node.clone()), weight), at: node.at.clone() })
}

/// What keeps a chain from being a span.
struct Faults {
    places: Vec<Range<usize>>,
    /// Links from the left that nothing is wrong with.
    sound_links: usize,
}

impl Chain {
    fn new(first: Node) -> Chain {
        Chain { first, links: Vec::new() }
    }

    fn operands(&self) -> impl Iterator<Item = &Node> {
        std::iter::once(&self.first).chain(self.links.iter().map(|(_, right)| right))
    }

    /// Of two fields, the one that is not that of the place is the odd one.
    fn faults(&self, scope: Field) -> Faults {
        let mut faults = Faults { places: Vec::new(), sound_links: self.links.len() };
        let mut common: Option<TextField> = None;
        for (place, operand) in self.operands().enumerate() {
            let odd = match field_of(operand) {
                Err(odd) => odd,
                Ok(field) if common.is_none_or(|common| common == field) => {
                    common = Some(field);
                    continue;
                }
                Ok(field) if Field::Text(field) == scope => self.first.at.clone(),
                Ok(_) => operand.at.clone(),
            };
            faults.sound_links = faults.sound_links.min(place.saturating_sub(1));
            faults.places.push(odd);
        }
        faults
    }
}
