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
        Token::Regex(text) => format!("re[{}]", text.plain()),
        Token::Fuzzy => "~".to_owned(),
        Token::Boost(weight) => format!("^{weight}"),
        Token::Proximity => "NEAR".to_owned(),
        Token::Count => "COUNT".to_owned(),
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
    for operator in
        ["W/5", "w/5", "NEAR/5", "Near/5", "NEAR", "PRE/5", "ONEAR/5", "adj/5", "W/S", "w/p", "/S", "/p", "SAME"]
    {
        check(&format!("a {operator} b"), "w[a] NEAR w[b]");
    }
    for operator in ["ATLEAST/3 (a)", "ATLEAST3(a)", "atleast3(a)", "FIRST/50 (a)", "first/50 (a)"] {
        check(operator, "COUNT ( w[a] )");
    }
    check("near same w/o pre/ first atleast3 a", "w[near] w[same] w[w/o] w[pre/] w[first] w[atleast3] w[a]");
}

#[test]
fn suffixes_stand_behind_what_they_belong_to() {
    check("a^2 \"a b\"^0.5 (a)^3 a~ a~2^3 \"a b\"~5", "w[a] ^2 q[a b] ^0.5 ( w[a] ) ^3 w[a] ~ w[a] ~ ^3 q[a b] ~");
    check("~a https://x.edu/~bob", "w[~a] w[https://x.edu/~bob]");
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
    check("/colou?r|gr(a|e)y/ /usr/bin a/b", "re[colou?r|gr(a|e)y] w[/usr/bin] w[a/b]");
    check(r"\AND a\:b a\ b", "w[AND] w[a:b] w[a b]");
    check("[sic] [a TO b]", "w[[sic]] r[a TO b]");
    check("（a）", "( w[a] )");
}
