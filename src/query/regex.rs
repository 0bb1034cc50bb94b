//! Regular expressions: what may stand between slashes. An expression is for one whole word, whatever its case, so
//! anchors and flags have nothing to say; look-around and what may match no letter at all cannot be asked of a dictionary.
//! Nothing is compiled here: what an expression costs is read off its syntax.

use std::ops::Range;

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    self, Ast, ClassSet, ClassSetItem, ErrorKind, GroupKind, RepetitionKind, RepetitionRange, Span,
};
use regex_syntax::hir::translate::Translator;

/// Why an expression cannot be looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Characters of the expression.
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) hint: &'static str,
}

/// Characters. Longer ones are programs, not words.
const LONGEST: usize = 200;

const DEEPEST: u32 = 20;

/// Letters, with what is repeated written out: `(ab){3}` is six.
const LARGEST: u64 = 1000;

/// Letters that a class of Unicode counts for: in UTF-8 it is that much larger.
const CLASS: u64 = 10;

const WHOLE_WORD: &str =
    "leave it out: the expression is for the whole word, and `.*` stands for what may come before or behind";
const NO_FLAGS: &str = "leave it out: case is never regarded";

/// Whether the index can look for it.
pub(super) fn check(pattern: &str) -> Result<(), Fault> {
    let whole = 0..pattern.chars().count();
    if whole.end > LONGEST {
        let message = format!("the expression has {} characters; at most {LONGEST} are read", whole.end);
        return Err(Fault { at: whole, message, hint: "ask for less at once" });
    }
    let tree = ParserBuilder::new().nest_limit(DEEPEST).build().parse(pattern);
    let tree = tree.map_err(|error| unreadable(pattern, error.kind(), error.span()))?;
    ast::visit(&tree, Inspector { pattern })?;
    if can_be_empty(&tree) {
        let hint = "let it ask for one letter at least: `+` instead of `*`";
        return Err(Fault { at: whole, message: "the expression would match no letter at all".to_owned(), hint });
    }
    if size(&tree) > LARGEST {
        let hint = "repeat less: `{1,9}` instead of `{1,1000}`";
        return Err(Fault { at: whole, message: "the expression is too large with its repetitions".to_owned(), hint });
    }
    Ok(())
}

/// Walks the expression and stops at the first part that cannot be asked for.
struct Inspector<'a> {
    pattern: &'a str,
}

impl ast::Visitor for Inspector<'_> {
    type Output = ();
    type Err = Fault;

    fn finish(self) -> Result<(), Fault> {
        Ok(())
    }

    fn visit_pre(&mut self, tree: &Ast) -> Result<(), Fault> {
        match tree {
            Ast::Assertion(_) => Err(self.unneeded(tree.span(), WHOLE_WORD)),
            Ast::Flags(_) => Err(self.unneeded(tree.span(), NO_FLAGS)),
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) if !flags.items.is_empty() => Err(self.unneeded(&flags.span, NO_FLAGS)),
                _ => Ok(()),
            },
            Ast::ClassUnicode(_) => self.property(tree),
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Fault> {
        match item {
            ClassSetItem::Unicode(class) => self.property(&Ast::class_unicode(class.clone())),
            _ => Ok(()),
        }
    }
}

impl Inspector<'_> {
    fn unneeded(&self, span: &Span, hint: &'static str) -> Fault {
        let message = format!(
            "`{}` has no place in a regular expression here",
            &self.pattern[span.start.offset..span.end.offset]
        );
        Fault { at: characters(self.pattern, span), message, hint }
    }

    /// `\p{Greek}`: whether Unicode knows it.
    fn property(&self, class: &Ast) -> Result<(), Fault> {
        let known = Translator::new().translate(self.pattern, class);
        known.map(|_| ()).map_err(|error| Fault {
            at: characters(self.pattern, error.span()),
            message: format!("the regular expression cannot be read: {}", error.kind()),
            hint: "name a script or a category of Unicode: `\\p{Greek}`, `\\p{Lu}`",
        })
    }
}

fn unreadable(pattern: &str, kind: &ErrorKind, span: &Span) -> Fault {
    let hint = match kind {
        ErrorKind::UnsupportedLookAround => "say what the word looks like, not what stands around it",
        ErrorKind::UnsupportedBackreference => "write out what is repeated",
        ErrorKind::GroupUnclosed | ErrorKind::GroupUnopened => {
            "give the parenthesis its partner, or put `\\` before it"
        }
        ErrorKind::ClassUnclosed => "close the bracket, or put `\\` before it",
        ErrorKind::RepetitionMissing => "write before it what is to be repeated, or put `\\` before it",
        ErrorKind::NestLimitExceeded(_) => "use fewer parentheses within parentheses",
        _ => "put `\\` before a sign that means itself",
    };
    Fault { at: characters(pattern, span), message: format!("the regular expression cannot be read: {kind}"), hint }
}

/// Where nothing is what is wrong, the sign behind it.
fn characters(pattern: &str, span: &Span) -> Range<usize> {
    let count = |offset: usize| pattern.get(..offset).map_or(0, |before| before.chars().count());
    let start = count(span.start.offset);
    start..count(span.end.offset).max(start + 1).min(count(pattern.len()))
}

fn can_be_empty(tree: &Ast) -> bool {
    match tree {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => true,
        Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => false,
        Ast::Repetition(repetition) => least(&repetition.op.kind) == 0 || can_be_empty(&repetition.ast),
        Ast::Group(group) => can_be_empty(&group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter().any(can_be_empty),
        Ast::Concat(concat) => concat.asts.iter().all(can_be_empty),
    }
}

fn size(tree: &Ast) -> u64 {
    match tree {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => 0,
        Ast::Literal(_) | Ast::Dot(_) => 1,
        Ast::ClassUnicode(_) | Ast::ClassPerl(_) => CLASS,
        Ast::ClassBracketed(class) => set_size(&class.kind),
        Ast::Repetition(repetition) => size(&repetition.ast).saturating_mul(most(&repetition.op.kind)),
        Ast::Group(group) => size(&group.ast),
        Ast::Alternation(alternation) => sum(&alternation.asts),
        Ast::Concat(concat) => sum(&concat.asts),
    }
}

fn sum(trees: &[Ast]) -> u64 {
    trees.iter().fold(1, |sum, tree| sum.saturating_add(size(tree)))
}

fn set_size(set: &ClassSet) -> u64 {
    match set {
        ClassSet::Item(item) => item_size(item),
        ClassSet::BinaryOp(pair) => set_size(&pair.lhs) + set_size(&pair.rhs),
    }
}

fn item_size(item: &ClassSetItem) -> u64 {
    match item {
        ClassSetItem::Unicode(_) | ClassSetItem::Perl(_) => CLASS,
        ClassSetItem::Bracketed(class) => set_size(&class.kind),
        ClassSetItem::Union(union) => union.items.iter().map(item_size).sum(),
        _ => 1,
    }
}

fn least(repetition: &RepetitionKind) -> u32 {
    match repetition {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => 0,
        RepetitionKind::OneOrMore => 1,
        RepetitionKind::Range(
            RepetitionRange::Exactly(least) | RepetitionRange::AtLeast(least) | RepetitionRange::Bounded(least, _),
        ) => *least,
    }
}

fn most(repetition: &RepetitionKind) -> u64 {
    match repetition {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore => 1,
        RepetitionKind::Range(RepetitionRange::AtLeast(most)) => u64::from(*most) + 1,
        RepetitionKind::Range(RepetitionRange::Exactly(most) | RepetitionRange::Bounded(_, most)) => u64::from(*most),
    }
}

/// Whether a hyphen stands outside of the brackets, where it is no range of letters.
pub(super) fn asks_for_hyphen(pattern: &str) -> bool {
    let mut brackets = 0_usize;
    let mut is_escaped = false;
    pattern.chars().any(|ch| {
        match ch {
            _ if is_escaped => {}
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        is_escaped = ch == '\\' && !is_escaped;
        ch == '-' && brackets == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fault(pattern: &str, at: Range<usize>, hint: &str) {
        let fault = check(pattern).unwrap_err();
        assert_eq!((fault.at, fault.hint.contains(hint)), (at, true), "{pattern}: {} {}", fault.message, fault.hint);
    }

    #[test]
    fn reads_what_describes_a_word() {
        for pattern in
            ["colou?rs?", "gr(a|e)y", "[a-z]{2,5}", r"\d+(st|nd|rd|th)", r"\p{Greek}+", "(?:ab)+", "é.*", "[^a]b"]
        {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn points_at_what_cannot_be_read() {
        check_fault("a(b", 1..2, "partner");
        check_fault("ab)", 2..3, "partner");
        check_fault("é[b", 1..2, "close the bracket");
        check_fault("*a", 0..1, "repeated");
        check_fault("a(?=b)", 1..4, "around it");
        check_fault(r"(a)\1", 3..5, "write out");
        check_fault(r"é\p{Klingon}", 1..12, "Greek");
        check_fault(r"[\p{Klingon}]", 1..12, "Greek");
        check_fault("[z-a]", 1..4, "means itself");
    }

    #[test]
    fn anchors_and_flags_have_nothing_to_say() {
        check_fault("^oil", 0..1, "whole word");
        check_fault("oil$", 3..4, "whole word");
        check_fault(r"\boil", 0..2, "whole word");
        check_fault("(?i)oil", 0..4, "case");
        check_fault("(?i:oil)", 2..3, "case");
    }

    #[test]
    fn a_word_has_a_letter() {
        for pattern in ["a*", "a?", "(a|)", "()", "a{0,3}", "a*b*"] {
            check_fault(pattern, 0..pattern.len(), "one letter");
        }
    }

    #[test]
    fn nothing_grows_without_bound() {
        check_fault("a{1000}{1000}", 0..13, "repeat less");
        check_fault("(a{900}|b{900})", 0..15, "repeat less");
        check_fault(r"\w{200}", 0..7, "repeat less");
        check_fault(&"a".repeat(201), 0..201, "less");
        let fault = check(&format!("{}a{}", "(".repeat(50), ")".repeat(50))).unwrap_err();
        assert_eq!(fault.hint, "use fewer parentheses within parentheses");
    }
}
