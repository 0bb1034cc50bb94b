use super::*;

fn show(token: &Token) -> String {
    match token {
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
        Token::And(_) => "AND".to_owned(),
        Token::Or(_) => "OR".to_owned(),
        Token::Not => "NOT".to_owned(),
        Token::Exclude => "-".to_owned(),
        Token::Require => "+".to_owned(),
        Token::Field(field) => format!("{}:", field.name()),
        Token::UnknownField(name) => format!("?{name}:"),
        Token::Word(text) => format!("w[{}]", text.plain()),
        Token::Exact(text) => format!("=[{}]", text.plain()),
        Token::Quoted(text) => format!("q[{}]", text.plain()),
        Token::Acronym(letters) => format!("caps[{letters}]"),
        Token::Value(text) => format!("v[{}]", text.plain()),
        Token::Range(typed) => format!("r{typed}"),
        Token::Regex(pattern) => format!("re[{pattern}]"),
        Token::Tilde(number) => format!("~{number}"),
        Token::Boost(weight) => format!("^{weight}"),
        Token::Proximity(Relation::Within(words)) => format!("W/{words}"),
        Token::Proximity(Relation::Before(words)) => format!("PRE/{words}"),
        Token::Proximity(Relation::Sentence) => "W/S".to_owned(),
        Token::Proximity(Relation::Paragraph) => "W/P".to_owned(),
        Token::Count(Count::AtLeast, number) => format!("ATLEAST/{number}"),
        Token::Count(Count::First, number) => format!("FIRST/{number}"),
    }
}

#[track_caller]
fn check(input: &str, expected: &str) {
    let chars: Vec<char> = input.chars().collect();
    let lexemes = lex(&chars, &mut Remarks::default());
    let shown: Vec<String> = lexemes.iter().map(|lexeme| show(&lexeme.token)).collect();
    assert_eq!(shown.join(" "), expected, "{input}");
}

#[test]
fn quotes_of_every_country() {
    for phrase in ["\"a b\"", "“a b”", "„a b“", "„a b”", "”a b”", "«a b»", "»a b«", "「a b」", "『a b』", "＂a b＂"]
    {
        check(phrase, "q[a b]");
    }
    check("\"he “said” so\"", "q[he “said” so]");
    check(r#""a \" b""#, "q[a \" b]");
    check("他「経済」", "w[他] q[経済]");
}

#[test]
fn operators_in_every_spelling() {
    check("a AND b & c && d a&&b", "w[a] AND w[b] AND w[c] AND w[d] w[a] AND w[b]");
    check("a OR b | c || d|e", "w[a] OR w[b] OR w[c] OR w[d] OR w[e]");
    check("NOT a -b !c +d -(e) -\"f\"", "NOT w[a] - w[b] - w[c] + w[d] - ( w[e] ) - q[f]");
    check("and or not", "w[and] w[or] w[not]");
    check("\"a\"&\"b\"", "q[a] AND q[b]");
}

#[test]
fn signs_inside_words_are_letters() {
    check("AT&T C++ US-China Yahoo! a-b don't 24/7 --x - + 10:30", {
        "w[AT&T] w[C++] w[US-China] w[Yahoo!] w[a-b] w[don't] w[24/7] w[--x] w[-] w[+] w[10:30]"
    });
    check("https://a.b/c?d=e Breaking: x", "w[https://a.b/c?d=e] w[Breaking:] w[x]");
    check("E=mc2 a=b", "w[E=mc2] w[a=b]");
}

#[test]
fn operators_of_position_in_every_spelling() {
    check("W/5 w/5 /5 NEAR/5 Near/5", "W/5 W/5 W/5 W/5 W/5");
    check("PRE/5 pre/5 ONEAR/5 OnEar/5 ADJ/5", "PRE/5 PRE/5 PRE/5 PRE/5 PRE/5");
    check("W/S w/s /S /s W/P w/p /P /p", "W/S W/S W/S W/S W/P W/P W/P W/P");
    check("NEAR SAME near same Near Same", "W/10 W/P w[near] w[same] w[Near] w[Same]");
    check("a NOT W/5 b NOT NEAR c", "w[a] NOT W/5 w[b] NOT W/10 w[c]");
    check("w/99999999999999999999", &format!("W/{}", u32::MAX));
    check("w/o pre/ W/5x W/-5 W/٥ a/5", "w[w/o] w[pre/] w[W/5x] w[W/-5] w[W/٥] w[a/5]");
    check(r"\W/5 W\/5 headline:W/5", "w[W/5] w[W/5] headline: w[W/5]");
}

#[test]
fn counts_in_every_spelling() {
    check("ATLEAST/3 (a) atleast/3 a ATLEAST3(a) atleast3(a)", {
        "ATLEAST/3 ( w[a] ) ATLEAST/3 w[a] ATLEAST/3 ( w[a] ) ATLEAST/3 ( w[a] )"
    });
    check("FIRST/50 a first/50 a", "FIRST/50 w[a] FIRST/50 w[a]");
    check("first atleast3 a atleast(a) first/x", "w[first] w[atleast3] w[a] w[atleast] ( w[a] ) w[first/x]");
    check("headline:ATLEAST/3 a", "headline: ATLEAST/3 w[a]");
}

#[test]
fn suffixes_stand_behind_what_they_belong_to() {
    check("a^2 \"a b\"^0.5 (a)^3", "w[a] ^2 q[a b] ^0.5 ( w[a] ) ^3");
    check("a~ a~2^3 a~0.8 =a~1 CAPS(us)~ a~2|b", "w[a] ~ w[a] ~2 ^3 w[a] ~0.8 =[a] ~1 caps[US] ~ w[a] ~2 OR w[b]");
    check("\"a b\"~5 \"a b\"~ tag:\"a b\"~5", "q[a b] ~5 q[a b] ~ tag: q[a b] ~5");
    check("a~2, b~. \"a b\"~5; (c~)", "w[a] ~2 w[b] ~ q[a b] ~5 ( w[c] ~ )");
    check(r"~a https://x.edu/~bob a\~ a~b \\~", r"w[~a] w[https://x.edu/~bob] w[a~] w[a~b] w[\~]");
}

#[test]
fn a_regular_expression_keeps_its_backslashes() {
    check(r"/colou?r|gr(a|e)y/ headline:/\d+/^2", r"re[colou?r|gr(a|e)y] headline: re[\d+] ^2");
    check(r"/a\/b/ /a\\\/b/ /a\\/", r"re[a/b] re[a\\/b] re[a\\]");
    check("/usr/bin a/b /a // (/a/)", "w[/usr/bin] w[a/b] w[/a] w[//] ( re[a] )");
}

#[test]
fn fields_and_their_values() {
    check("title:a headline=b Tag:nat-gas", "headline: w[a] headline: w[b] tag: v[nat-gas]");
    check("url:https://x.org/Foo_(bar)) a", "url: v[https://x.org/Foo_(bar)] ) w[a]");
    check("tag:\"a b\" tag:(a b) tag:x^2 tag:a, site=cnn.com", {
        "tag: q[a b] tag: ( w[a] w[b] ) tag: v[x] ^2 tag: v[a] site: v[cnn.com]"
    });
    check(
        "date:[2025 TO 2026] date:>= 2025 date:[2025 TO 2026",
        "date: r[2025 TO 2026] date: v[>= 2025] date: r[2025 TO 2026",
    );
    check("colour:red", "?colour: w[red]");
}

#[test]
fn the_rest() {
    check("=word =\"a b\" CAPS(us) caps(us)", "=[word] q[a b] caps[US] w[caps] ( w[us] )");
    check(r"\AND a\:b a\ b", "w[AND] w[a:b] w[a b]");
    check("[sic] [a TO b]", "w[[sic]] r[a TO b]");
    check("（a）", "( w[a] )");
}
