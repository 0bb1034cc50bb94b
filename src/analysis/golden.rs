//! Checks the golden tables in tests/golden: words.tsv for running text, typed.tsv for queries. They are the specification
//! by example; their first lines say how to read them.

use super::{Event, QueryWord, STEM_MARK, Stemmers, Word, query_sequences, segment};

/// The rows of a table: its cells and its line number. Lines that begin with `#` and a space are remarks.
fn rows(name: &str) -> Vec<(usize, Vec<String>)> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines = table.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# "));
    lines.map(|(index, line)| (index + 1, line.split('\t').map(written).collect())).collect()
}

/// A cell, in which `\u{ad}` stands for the character.
fn written(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell;
    while let Some((before, escape)) = rest.split_once("\\u{") {
        let (code, after) = escape.split_once('}').unwrap();
        text.push_str(before);
        text.push(u32::from_str_radix(code, 16).ok().and_then(char::from_u32).unwrap());
        rest = after;
    }
    text + rest
}

fn language(cell: &str) -> Option<&str> {
    Some(cell).filter(|lang| *lang != "-")
}

/// All that analysis says of a text, in the notation of words.tsv.
fn analysed(stemmers: &mut Stemmers, lang: Option<&str>, text: &str) -> String {
    let mut said = Vec::new();
    segment(text, lang, |event| {
        said.push(match event {
            Event::SentenceEnd { .. } => "|".to_owned(),
            Event::Word(word) if word.span > 1 => {
                format!("{}-{}={}", word.position, word.position + word.span - 1, word.folded)
            }
            Event::Word(word) => analysed_word(stemmers, lang, &word),
        });
    });
    said.join(" ")
}

fn analysed_word(stemmers: &mut Stemmers, lang: Option<&str>, word: &Word<'_>) -> String {
    let mut terms = Vec::new();
    stemmers.index_terms(word, lang, &mut terms);
    let stems: Vec<&str> = terms.iter().filter_map(|term| Some(term.split_once(STEM_MARK)?.1)).collect();
    let mut said = format!("{}={}", word.position, word.folded);
    if !stems.is_empty() && stems != [word.folded] {
        said.push('>');
        said.push_str(&stems.join(","));
    }
    if let Some(acronym) = word.acronym {
        said.push('^');
        said.push_str(acronym);
    }
    said
}

fn check(name: &str, said: impl Fn(&[String]) -> String) {
    let mut wrong = Vec::new();
    for (line, cells) in rows(name) {
        let expected = cells.last().unwrap();
        let said = said(&cells);
        if said != *expected {
            wrong.push(format!("{name}:{line}: {}\n  expected {expected}\n  said     {said}", cells.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn running_text_reads_as_the_table_says() {
    check("words.tsv", |cells| {
        let [lang, text, _] = cells else { panic!("three cells a row: {cells:?}") };
        analysed(&mut Stemmers::new(), language(lang), text)
    });
}

#[test]
fn the_table_is_as_wide_as_the_world() {
    let rows = rows("words.tsv");
    let langs: std::collections::BTreeSet<&str> = rows.iter().filter_map(|(_, cells)| language(&cells[0])).collect();
    assert!(rows.len() >= 170, "{} rows", rows.len());
    assert!(langs.len() >= 20, "{langs:?}");
}

fn sequence(words: &[QueryWord]) -> String {
    let said = words.iter().map(|word| match &word.acronym {
        Some(acronym) => format!("{}^{acronym}", word.folded),
        None => word.folded.clone(),
    });
    said.collect::<Vec<_>>().join(" ")
}

#[test]
fn typed_words_are_looked_for_as_the_table_says() {
    check("typed.tsv", |cells| {
        let [typed, _] = cells else { panic!("two cells a row: {cells:?}") };
        let sequences = query_sequences(typed);
        sequences.iter().map(|words| sequence(words)).collect::<Vec<_>>().join(" | ")
    });
}

/// Whether an unquoted word meets a text of one word in some language.
fn meets(typed: &str, lang: &str, text: &str) -> bool {
    let mut stemmers = Stemmers::new();
    let mut indexed = Vec::new();
    segment(text, language(lang), |event| {
        if let Event::Word(word) = event {
            indexed.push(word.folded.to_owned());
            stemmers.index_terms(&word, language(lang), &mut indexed);
        }
    });
    let sequences = query_sequences(typed);
    let words = sequences.iter().filter(|sequence| sequence.len() == 1).flatten();
    words.flat_map(|word| stemmers.query_terms(word, &["en", "ja", lang])).any(|term| indexed.contains(&term))
}

#[test]
fn unquoted_words_meet_their_forms() {
    check("forms.tsv", |cells| {
        let [lang, typed, text, _] = cells else { panic!("four cells a row: {cells:?}") };
        if meets(typed, lang, text) { "yes" } else { "no" }.to_owned()
    });
}

#[test]
fn what_is_typed_as_it_is_written_is_found() {
    let mut stemmers = Stemmers::new();
    for (line, cells) in rows("words.tsv") {
        let (mut words, mut terms) = (Vec::new(), Vec::new());
        segment(&cells[1], language(&cells[0]), |event| {
            if let Event::Word(word) = event
                && word.span == 1
            {
                words.push(word.folded.to_owned());
                stemmers.index_terms(&word, language(&cells[0]), &mut terms);
            }
        });
        let sequences = query_sequences(&cells[1]);
        let found = sequences.iter().any(|sequence| sequence.iter().map(|word| &word.folded).eq(&words));
        assert!(found || words.is_empty(), "words.tsv:{line}: {words:?} in {sequences:?}");
        for word in sequences.iter().flatten().filter(|word| words.contains(&word.folded)) {
            let asked = stemmers.query_terms(word, &[cells[0].as_str()]);
            assert!(asked.iter().any(|term| terms.contains(term)), "words.tsv:{line}: {asked:?} in {terms:?}");
        }
    }
}
