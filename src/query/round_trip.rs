//! `parse(print(q))` is `q`, for trees that were drawn and for whatever may be typed.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::ast::*;
use super::*;

fn context() -> Context {
    let bounds = Bounds { bytes: usize::MAX, leaves: usize::MAX, depth: 64 };
    Context { mode: Mode::All, tz: TimeZone::UTC, now: "2025-03-05T12:30:00Z".parse().unwrap(), bounds }
}

fn node(kind: Kind) -> Node {
    Node { kind, at: 0..0 }
}

/// Words of every look: plain, like operators, like fields, full of signs.
fn word() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "SAME",
        "W/5",
        "/S",
        "atleast/3",
        "atleast3",
        "FIRST/50",
        "/5",
        "PRE/5",
        "and",
        "adj5",
        "la=en",
        "wc>1000",
        "LENGTH",
        "HEADLINE",
        "_exists_:tag",
        "near20:x",
        "negotiat!",
        ">x",
        "U.S.",
        "CAPS",
        "headline:x",
        "foo:bar",
        "-x",
        "+x",
        "!x",
        "=x",
        "x^2",
        "x~2",
        "x~",
        "x~0.8,",
        "~x",
        "/re/",
        "\"q\"",
        "a b",
        "a\\",
        "\\a",
        "*a",
        "a?",
        "a)",
        "(a",
        "[a",
        "a|b",
        "a&&b",
        "&a",
        "«a",
        "a」",
        "https://a.b/c?d=e",
        "10:30",
        "don't",
        "C++",
        "C#",
        ".NET",
        "x,",
        "東京",
        "稀土出口",
        "e\u{301}",
        "a\u{200b}b",
        "tag:",
    ]);
    prop_oneof![4 => "[a-zA-Z]{1,6}", 3 => odd.prop_map(str::to_owned), 2 => "[!-~]{0,3}[a-z0-9é][!-~ «“\u{3000}]{0,4}"]
}

fn wildcard() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{2,4}[*]", "[a-z][?][a-z]{0,3}", "[a-z]{2}[:~/&=-][*?][a-z]{0,2}"]
}

fn slot() -> impl Strategy<Value = Slot> {
    prop_oneof![3 => word().prop_map(Slot::Word), 1 => wildcard().prop_map(Slot::Wildcard)]
}

/// Words that have words near them.
fn fuzzy() -> impl Strategy<Value = Term> {
    let odd = prop::sample::select(vec![
        "AND", "W5", "don't", "C++", "x,", "é", "a\\", "CAPS", "東", "atleast3", ".NET", "#x",
    ]);
    let word = prop_oneof![3 => "[a-zA-Z]{1,6}", 1 => odd.prop_map(str::to_owned)];
    (word, 1..=2_u8).prop_map(|(word, edits)| Term::Fuzzy(word, edits))
}

fn regex() -> impl Strategy<Value = Term> {
    let odd = prop::sample::select(vec![
        r"a/b", r"\\", r"a\\/", r"[/\]]+", r"\p{L}x?", "(a|b)~2", "x^", r"\d+\.", "é|«", "a{2}\"", "OR",
    ]);
    let odd = odd.prop_filter("it is valid", |pattern| regex::check(pattern).is_ok());
    prop_oneof!["[a-z]{1,3}[.]?[+]?", odd.prop_map(str::to_owned)].prop_map(Term::Regex)
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        4 => word().prop_map(Term::Word),
        1 => word().prop_map(Term::Exact),
        1 => "[A-Z]{2,6}".prop_map(Term::Acronym),
        1 => wildcard().prop_map(Term::Wildcard),
        1 => fuzzy(),
        1 => regex(),
        1 => prop::collection::vec(slot(), 2..4).prop_map(Term::Phrase),
        1 => (prop::collection::vec(slot(), 2..4), 0..=250_u32).prop_map(|(slots, room)| Term::Loose(slots, room)),
    ]
}

fn field() -> impl Strategy<Value = TextField> {
    prop::sample::select(vec![
        TextField::Text,
        TextField::Text,
        TextField::Headline,
        TextField::Lead,
        TextField::Body,
        TextField::Hlead,
        TextField::Author,
        TextField::Dateline,
    ])
}

fn proximity() -> impl Strategy<Value = Proximity> {
    let relation = prop_oneof![
        (1..=250_u32).prop_map(Relation::Within),
        (1..=250_u32).prop_map(Relation::Before),
        Just(Relation::Sentence),
        Just(Relation::Paragraph),
    ];
    (any::<bool>(), relation).prop_map(|(negated, relation)| Proximity { negated, relation })
}

/// Words, alternatives and spans, all of one field.
fn span() -> impl Strategy<Value = Node> {
    field().prop_flat_map(|field| {
        let leaf = term().prop_map(move |term| node(Kind::Term { field, term }));
        leaf.prop_recursive(4, 12, 3, |inner| {
            let boxed = inner.clone().prop_map(Box::new);
            prop_oneof![
                4 => (boxed.clone(), proximity(), boxed.clone())
                    .prop_map(|(left, how, right)| Kind::Near { left, how, right }),
                2 => prop::collection::vec(inner, 2..4).prop_map(Kind::Or),
                1 => (1..=1000_u32, boxed.clone()).prop_map(|(least, inner)| Kind::AtLeast(least, inner)),
                1 => (1..=100_000_u32, boxed).prop_map(|(words, inner)| Kind::First(words, inner)),
            ]
            .prop_map(node)
        })
    })
}

/// Dates are what reading them makes them.
fn date() -> impl Strategy<Value = Kind> {
    let typed = prop::sample::select(vec![
        "date:2025",
        "after:2025-02-01",
        "before:2025-03",
        "when:24h",
        "when:7d",
        "seen:last-week",
        "modified:>=2024-02",
        "date:[2025-01 TO 2025-03}",
        "date:{* TO 2025-02-27T16:44]",
        "date:<2025-02-27T16:44:00+02:00",
    ]);
    typed.prop_map(|typed| parse(typed, &context()).unwrap().query.kind)
}

fn value() -> impl Strategy<Value = Kind> {
    let whole = prop::sample::select(vec![WholeField::Tag, WholeField::Source, WholeField::Place, WholeField::Org]);
    let text = || word().prop_map(|text| text.trim_matches(super::text::is_space).to_owned());
    let site = "[a-z0-9]{1,5}(-[a-z]{1,3})?(\\.[a-z]{2,4}){0,2}";
    let lang = prop::sample::select(vec!["en", "en-GB", "zh-Hant", "fin"]);
    let has = prop::sample::select(vec![Has::Image, Has::Author, Has::Tags, Has::Modified]);
    let is = prop::sample::select(vec![Is::Duplicate, Is::Original, Is::Corrected, Is::Killed]);
    let range = (prop::option::of(0..500_u64), prop::option::of(500..900_u64));
    prop_oneof![
        3 => (whole, text()).prop_map(|(field, text)| Value::Whole(field, text)),
        1 => site.prop_map(Value::Site),
        1 => lang.prop_map(|tag| Value::Lang(tag.to_owned())),
        1 => text().prop_map(Value::Id),
        1 => text().prop_map(Value::Url),
        1 => has.prop_map(Value::Has),
        1 => is.prop_map(Value::Is),
        1 => range
            .prop_filter("`words:*` is everything", |(min, max)| min.is_some() || max.is_some())
            .prop_map(|(min, max)| Value::Words(NumberRange { min, max })),
    ]
    .prop_map(Kind::Value)
}

fn tree() -> impl Strategy<Value = Node> {
    let term = (field(), term()).prop_map(|(field, term)| Kind::Term { field, term });
    let leaf = prop_oneof![1 => Just(Kind::All), 8 => term, 4 => value(), 1 => date()].prop_map(node);
    let leaf = prop_oneof![3 => leaf, 2 => span()];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(Kind::And),
            2 => prop::collection::vec(inner, 2..4).prop_map(Kind::Or),
            1 => boxed.clone().prop_map(Kind::Not),
            1 => (boxed, prop::sample::select(vec![0.0, 0.25, 2.0, 100.0])).prop_map(|(inner, weight)| Kind::Boost(inner, weight)),
        ]
        .prop_map(node)
    })
}

/// Anything, but mostly made of what means something.
fn input() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "rare",
        "U.S.",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "W/5",
        " W/5 ",
        " PRE/2 ",
        " NOT W/S ",
        " /5 ",
        "/s",
        "ATLEAST/3",
        " ATLEAST/3 ",
        "ATLEAST3(",
        "FIRST/0 ",
        " adj5 ",
        "ti(",
        "LENGTH > 5",
        "la=",
        "near20:\"",
        " not ",
        " +5 ",
        "NEAR(5)",
        "FIRST50(",
        "from:>3",
        "al-Qae*",
        "中国*",
        "/a-b/",
        "_exists_:",
        "sourcelang:",
        "CAPS(us)",
        "(",
        ")",
        "\"",
        "“",
        "”",
        "«",
        "[",
        "]",
        "{",
        "^2",
        "^",
        "~2",
        "~",
        "~0.8",
        "/a+/",
        "/(/",
        "*",
        "?",
        "/",
        "\\",
        "-",
        "+",
        "!",
        "=",
        "&",
        "&&",
        "|",
        ":",
        ",",
        " ",
        "  ",
        "headline:",
        "tag:",
        "foo:",
        "date:",
        "words:",
        "site:",
        "has:",
        "is:",
        "url:",
        "lang:",
        "2025-02",
        "7d",
        "> ",
        "<=",
        "[1 TO 2]",
        "x.com",
        "東",
        "稀土出口",
        "\u{301}",
        "\0",
        "é",
    ]);
    prop_oneof![
        3 => prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()),
        1 => "\\PC{0,40}",
        1 => any::<String>(),
    ]
}

/// More than is usual, for they are cheap; PROPTEST_CASES takes precedence.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn reading_what_is_printed_gives_the_same_tree(tree in tree()) {
        let printed = print(&tree);
        let reading = parse(&printed, &context()).unwrap();
        prop_assert_eq!(&reading.query, &tree, "{}", printed);
        prop_assert_eq!(&reading.canonical, &printed);
        prop_assert!(promise::reads_as_written(&reading), "{}: {:?}", printed, reading.warnings);
    }

    #[test]
    fn whatever_is_typed_has_a_canonical_form_that_holds(input in input(), any in any::<bool>()) {
        let mode = if any { Mode::Any } else { Mode::All };
        promise::hold(&input, &Context { mode, ..context() });
    }

    /// Spans of everything, whether it can take part or not.
    #[test]
    fn a_hint_about_a_span_can_be_followed(tree in tree(), how in proximity(), right in tree(), count in 1..9_u32) {
        let near = Kind::Near { left: Box::new(tree), how, right: Box::new(right) };
        for typed in [print(&node(near.clone())), print(&node(Kind::AtLeast(count, Box::new(node(near)))))] {
            for warning in parse(&typed, &context()).unwrap().warnings {
                let hint = warning.hint.unwrap_or_default();
                let Some(meant) = hint.strip_prefix("write `").and_then(|hint| hint.strip_suffix('`')) else { continue };
                let reading = parse(meant, &context()).unwrap();
                prop_assert!(promise::reads_as_written(&reading), "{}: {}: {:?}", typed, meant, reading.warnings);
                prop_assert_eq!(&reading.canonical, meant);
            }
        }
    }
}

/// The fewest inputs that go every way fuzzing has found through the parser.
#[test]
fn what_fuzzing_has_kept_holds_too() {
    let kept = include_str!("../../fuzz/corpus.txt").lines();
    let inputs: Vec<String> = kept.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(inputs.len() > 100);
    for (input, mode) in inputs.iter().flat_map(|input| [(input, Mode::All), (input, Mode::Any)]) {
        promise::hold(input, &Context { mode, bounds: Bounds::default(), ..context() });
    }
}
