//! CSV and TSV, with whatever delimiter and quote.

use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};

use super::columns::{self, Record};
use crate::article::Article;
use crate::ingest::{ReadOptions, Reason};

/// Calls `emit` with every row's article, or with why there is none, and the line and byte at which it begins.
pub(in crate::ingest) fn read(
    text: &str,
    options: &ReadOptions,
    emit: &mut dyn FnMut(u64, usize, Result<Article, Reason>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let headless = options.no_header || options.map.numbered();
    let mut reader = ReaderBuilder::new()
        .delimiter(options.delimiter.unwrap_or_else(|| delimiter(text)))
        .quote(options.quote.unwrap_or(b'"'))
        .has_headers(!headless)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns: Vec<String> = match reader.headers() {
        _ if headless => Vec::new(),
        Ok(header) => header.iter().map(|name| name.trim().to_lowercase()).collect(),
        Err(error) => return emit(1, 0, Err(Reason::new("bad_row", error.to_string()))),
    };
    if let Some(reason) = useless(&columns, headless, options) {
        return emit(1, 0, Err(reason));
    }
    let mut row = StringRecord::new();
    loop {
        let (line, byte) = (reader.position().line(), reader.position().byte() as usize);
        match reader.read_record(&mut row) {
            Ok(false) => return ControlFlow::Continue(()),
            Ok(true) if !headless && row.len() > columns.len() => {
                let detail = format!("{} cells under {} columns", row.len(), columns.len());
                emit(line, byte, Err(Reason::new("bad_row", detail)))?;
            }
            Ok(true) => {
                let cells = Row { columns: &columns, cells: &row };
                emit(line, byte, columns::article(&cells, &options.map))?;
            }
            Err(_) => emit(line, byte, Err(Reason::new("bad_row", "this row is not text")))?,
        }
    }
}

/// Nothing can be made of these columns.
fn useless(columns: &[String], headless: bool, options: &ReadOptions) -> Option<Reason> {
    if headless {
        let numbered = options.map.numbered();
        return (!numbered)
            .then(|| Reason::new("no_columns", "without a header, map columns by number: headline=2,body=3"));
    }
    if let Some(missing) = options.map.missing(columns) {
        let detail = format!("there is no column `{missing}`; the columns are {}", columns.join(", "));
        return Some(Reason::new("unknown_column", detail));
    }
    let means = columns.iter().any(|column| columns::known(column));
    (options.map.is_empty() && !means)
        .then(|| Reason::new("no_columns", "no column has a known name; say which is which: --map headline=…,body=…"))
}

/// The likeliest of comma, semicolon, tab and bar: the one most frequent in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

struct Row<'a> {
    columns: &'a [String],
    cells: &'a StringRecord,
}

impl Record for Row<'_> {
    fn get(&self, name: &str) -> Option<Vec<String>> {
        let by_name = self.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        let at = by_name.or_else(|| name.parse::<usize>().ok()?.checked_sub(1))?;
        let cell = self.cells.get(at)?;
        let empty = cell.trim().is_empty() || matches!(cell, "null" | "NULL" | "None" | "NaN");
        (!empty).then(|| vec![cell.to_owned()])
    }

    fn separator(&self) -> &'static [char] {
        &[',', ';', '|']
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::FieldMap;

    #[track_caller]
    fn read_all(text: &str, options: &ReadOptions) -> Vec<Result<(String, Option<String>), &'static str>> {
        let mut found = Vec::new();
        let _ = read(text, options, &mut |_, _, article| {
            found.push(article.map(|article| (article.headline, article.lead)).map_err(|reason| reason.code));
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn columns_are_found_by_name_in_any_case_or_by_map() {
        let read = read_all("Title;summary\n\"a\nb\";c\n", &ReadOptions::default());
        assert_eq!(read, [Ok(("a b".to_owned(), Some("c".to_owned())))]);
        let map = FieldMap::parse("headline=otsikko,lead=2").unwrap();
        let read = read_all("otsikko,x\na,null\n", &ReadOptions { map, ..ReadOptions::default() });
        assert_eq!(read, [Ok(("a".to_owned(), None))]);
    }

    #[test]
    fn odd_quotes_and_missing_headers_by_option() {
        let map = FieldMap::parse("headline=2").unwrap();
        let options = ReadOptions { map, delimiter: Some(b';'), quote: Some(b'\''), ..ReadOptions::default() };
        assert_eq!(read_all("x;'a;''b'", &options), [Ok(("a;'b".to_owned(), None))]);
    }

    #[test]
    fn what_fits_nowhere_is_refused_with_a_reason() {
        assert_eq!(read_all("a,b\nc,d\n", &ReadOptions::default()), [Err("no_columns")]);
        assert_eq!(read_all("title,date\na,b,c\n,2\n", &ReadOptions::default()), [Err("bad_row"), Err("no_text")]);
        let map = FieldMap::parse("headline=nope").unwrap();
        assert_eq!(read_all("title\na\n", &ReadOptions { map, ..ReadOptions::default() }), [Err("unknown_column")]);
        assert!(FieldMap::parse("hedline=x").unwrap_err().contains("headline"));
    }
}
