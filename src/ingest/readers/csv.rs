//! CSV and TSV, with whatever delimiter and quote.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::PoisonError;

use csv::{ReaderBuilder, StringRecord};

use super::columns::{self, Record, Values};
use super::{Emit, held};
use crate::article::Article;
use crate::ingest::{ReadOptions, Reason, dates};

/// A row longer than this has a quote that is never closed.
const LONGEST_ROW: usize = 16 << 20;

/// Bytes looked at in vain, for the ends of quotes that are closed nowhere or in the wrong place: enough for the mistakes of
/// any table, and little enough for one that is all mistakes.
const PATIENCE: usize = 256 << 20;

/// What it takes to begin anew, as bytes.
const BEGINNING: usize = 1 << 10;

/// What the head of a table says, and goes for all its rows.
#[derive(Default)]
pub(in crate::ingest) struct Reader {
    head: Option<Head>,
    /// Bytes looked at in vain.
    vain: usize,
}

struct Head {
    delimiter: u8,
    /// In lower case; empty where the first row holds data.
    columns: Vec<String>,
    /// Which of them have a name.
    places: HashMap<String, Vec<usize>>,
    /// Cells of the first row.
    width: usize,
    /// Nothing can be made of these columns.
    useless: bool,
    /// How the days of its dates are written.
    is_day_first: Option<bool>,
}

impl Head {
    fn of(delimiter: u8, columns: Vec<String>, width: usize) -> Head {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, name) in columns.iter().enumerate() {
            places.entry(columns::plain(name).into_owned()).or_default().push(at);
        }
        Head { delimiter, columns, places, width, useless: false, is_day_first: None }
    }

    /// The columns of a name.
    fn named(&self, name: &str) -> &[usize] {
        self.places.get(&*columns::plain(name)).map_or(&[], Vec::as_slice)
    }
}

impl Reader {
    /// May a row that is not whole be one that is not to be shown?
    pub(in crate::ingest) fn may_be_held(&self, row: &str, options: &ReadOptions) -> bool {
        self.head.as_ref().is_some_and(|head| held::may_be_held_row(&head.columns, &options.map, row))
    }

    /// Calls `emit` with every row's article, or with why there is none, and where the row stands. Returns how much of
    /// the text has been read; a row that may go on after it is left, unless the text has `ended`.
    pub(in crate::ingest) fn read(
        &mut self,
        text: &str,
        ended: bool,
        options: &ReadOptions,
        emit: &mut Emit<'_>,
    ) -> ControlFlow<(), usize> {
        let mut at = 0;
        if self.head.is_none() {
            let Some((head, length)) = head(text, ended, options) else { return ControlFlow::Continue(0) };
            at = length;
            if let Some(unread) = &options.unread {
                let mut unread = unread.lock().unwrap_or_else(PoisonError::into_inner);
                unread.extend(options.map.unread(&head.columns).cloned());
            }
            let reason = useless(&head, options);
            let is_day_first = is_day_first(&text[length..], &head, options);
            self.head = Some(Head { useless: reason.is_some(), is_day_first, ..head });
            if let Some(reason) = reason {
                emit(0..length.max(1).min(text.len()), Err(reason))?;
            }
        }
        let Some(head) = self.head.as_ref().filter(|head| !head.useless && self.vain <= PATIENCE) else {
            return ControlFlow::Continue(text.len());
        };
        let quote = options.quote.unwrap_or(b'"');
        // Once more from the second line of every row that turns out to be several.
        loop {
            let mut rows = rows(&text[at..], head.delimiter, quote);
            let mut row = StringRecord::new();
            loop {
                let start = at + rows.position().byte() as usize;
                let Ok(true) = rows.read_record(&mut row) else { return ControlFlow::Continue(text.len()) };
                let end = at + rows.position().byte() as usize;
                let unfinished = end >= text.len() && !ended;
                if unfinished && end - start < LONGEST_ROW {
                    return ControlFlow::Continue(start);
                }
                // Spreadsheets write the rows below the last filled one too.
                if row.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                let (start, raw) = begins(text, start, end);
                let as_held = |reason: Reason| reason.held(held::may_be_held_row(&head.columns, &options.map, raw));
                if raw.contains('\n') && (unfinished || is_misquoted(raw, head.delimiter, quote)) {
                    let line = raw.find('\n').map_or(end, |length| start + length + 1);
                    self.vain += end - start + BEGINNING;
                    if self.vain > PATIENCE {
                        let detail = "too many quotes open and are not closed as they should be; from here on this is not \
                            read. --quote says which character quotes";
                        emit(start..text.len(), Err(as_held(Reason::new("bad_row", detail))))?;
                        return ControlFlow::Continue(text.len());
                    }
                    let detail = "a quote opens in this row and is not closed as it should be";
                    emit(start..line, Err(as_held(Reason::new("bad_row", detail))))?;
                    at = line;
                    break;
                }
                let read = article(&row, head, options).map_err(as_held);
                let record = Row::of(&row, head);
                let unread = read.as_ref().ok().and_then(|read| held::unread_embargo(&record, &options.map, read));
                emit(start..end, read)?;
                if let Some(reason) = unread {
                    emit(start..end, Err(reason))?;
                }
            }
        }
    }
}

/// Where a row's first character stands, and its text without the end of its last line.
fn begins(text: &str, start: usize, end: usize) -> (usize, &str) {
    let raw = &text[start..end];
    let blank = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
    (start + blank, raw.trim_matches(['\r', '\n']))
}

fn rows(text: &str, delimiter: u8, quote: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).quote(quote).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn article(row: &StringRecord, head: &Head, options: &ReadOptions) -> Result<Article, Reason> {
    let columns = head.columns.len();
    if columns > 0 && row.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
        return Err(Reason::new("bad_row", format!("{} cells under {columns} columns", row.len())));
    }
    columns::article(&Row::of(row, head), &options.map)
}

/// The head of a table and its length; `None` while it may go on.
fn head(text: &str, ended: bool, options: &ReadOptions) -> Option<(Head, usize)> {
    let (said, skip) = said_delimiter(text);
    let quote = options.quote.unwrap_or(b'"');
    let delimiter = options.delimiter.or(said).unwrap_or_else(|| delimiter(&text[skip..], quote));
    let mut rows = rows(&text[skip..], delimiter, quote);
    let mut row = StringRecord::new();
    let found = rows.read_record(&mut row).unwrap_or(false);
    let length = skip + rows.position().byte() as usize;
    if length >= text.len() && !ended && length < LONGEST_ROW {
        return None;
    }
    let width = if found { row.len() } else { 0 };
    if options.no_header || options.map.numbered() {
        return Some((Head::of(delimiter, Vec::new(), width), skip));
    }
    let columns = row.iter().take(width).map(|name| name.trim().to_lowercase()).collect();
    Some((Head::of(delimiter, columns, width), length))
}

/// Rows looked at to tell how dates are written.
const DATED: usize = 10_000;

/// Whether the days of a table's dates come first, as those say of which that can be told: all of them alike.
fn is_day_first(rest: &str, head: &Head, options: &ReadOptions) -> Option<bool> {
    let mut rows = rows(rest, head.delimiter, options.quote.unwrap_or(b'"'));
    let rows = rows.records().take(DATED).map_while(Result::ok);
    let mut orders = rows.flat_map(|row| {
        let record = Row::of(&row, head);
        ["published", "modified"]
            .map(|field| dates::is_day_first(columns::written(&record, &options.map, field).first()?))
    });
    let mut known = orders.by_ref().flatten();
    let first = known.next()?;
    known.all(|other| other == first).then_some(first)
}

/// `sep=;`: a first line with which spreadsheets say their delimiter.
fn said_delimiter(text: &str) -> (Option<u8>, usize) {
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    match first.trim_end_matches(['\r', '\n']).to_ascii_lowercase().strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (Some(*delimiter), first.len()),
        _ => (None, 0),
    }
}

/// Nothing can be made of these columns.
fn useless(head: &Head, options: &ReadOptions) -> Option<Reason> {
    if options.no_header || options.map.numbered() {
        if !options.map.numbered() {
            let detail = "without a header, say by number which column is which: map headline=2,body=3";
            return Some(Reason::new("no_columns", detail));
        }
        let beyond = options.map.beyond(head.width)?;
        let detail = format!("there is no column {beyond}; the first row has {}", head.width);
        return Some(Reason::new("unknown_column", detail));
    }
    if let Some(missing) = options.map.missing(&head.columns) {
        let near = crate::nearest::nearest(missing, head.columns.iter().map(String::as_str));
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        let detail = format!("there is no column `{missing}`; {near}the columns are {}", listed(&head.columns));
        return Some(Reason::new("unknown_column", detail));
    }
    let has = |name: &str| head.columns.iter().any(|column| columns::same(column, name));
    (options.map.is_empty() && !columns::has_text(has)).then(|| {
        let detail = format!(
            "no column is called as a headline, lead or body: {}; map says which is which (headline=…,body=…), and by \
             number where the first row is no header (headline=2,body=3)",
            listed(&head.columns)
        );
        Reason::new("no_columns", detail)
    })
}

/// Names of columns, as far as anybody reads them.
fn listed(columns: &[String]) -> String {
    let short = |name: &String| name.chars().take(40).collect::<String>();
    let mut shown: Vec<String> = columns.iter().take(20).map(short).collect();
    if columns.len() > shown.len() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Rows looked at to find the delimiter.
const LOOKED_AT: usize = 50;

/// The likeliest of comma, semicolon, tab and bar: the one that parts most rows into equally many cells, of those the one
/// that parts them into most.
fn delimiter(text: &str, quote: u8) -> u8 {
    let rank = |delimiter: &u8| {
        let mut widths: Vec<usize> = Vec::new();
        let mut rows = rows(text, *delimiter, quote);
        let mut row = StringRecord::new();
        while widths.len() < LOOKED_AT && rows.read_record(&mut row).unwrap_or(false) {
            widths.push(row.len());
        }
        let alike = |width: &usize| widths.iter().filter(|other| *other == width).count();
        let (agreeing, width) = widths.iter().filter(|width| **width > 1).map(|width| (alike(width), *width)).max()?;
        Some((agreeing * 100 / widths.len(), width))
    };
    [b'|', b'\t', b';', b','].into_iter().max_by_key(rank).unwrap_or(b',')
}

/// A quote that closes is followed by a delimiter or the end of the row. Where one is not, or none closes, rows have
/// run together.
fn is_misquoted(row: &str, delimiter: u8, quote: u8) -> bool {
    let bytes = row.as_bytes();
    let (mut quoted, mut fresh, mut at) = (false, true, 0);
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if quoted && byte == quote {
            match bytes.get(at).copied() {
                Some(next) if next == quote => at += 1,
                Some(next) if next != delimiter && next != b'\r' && next != b'\n' => return true,
                _ => quoted = false,
            }
        } else if !quoted {
            quoted = fresh && byte == quote;
            fresh = byte == delimiter || byte == b'\n';
        }
    }
    quoted
}

struct Row<'a> {
    head: &'a Head,
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    fn of(cells: &'a StringRecord, head: &'a Head) -> Row<'a> {
        Row { head, cells }
    }

    /// What is in the columns of a name, or in the one of a number, where anything is.
    fn cells(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let (cells, named) = (self.cells, self.head.named(name));
        let numbered = || name.parse::<usize>().ok()?.checked_sub(1);
        let at = if named.is_empty() { numbered() } else { None };
        named.iter().copied().chain(at).filter_map(|at| filled(cells.get(at)?))
    }
}

impl Record for Row<'_> {
    fn is_day_first(&self) -> Option<bool> {
        self.head.is_day_first
    }

    /// Of two columns of one name, the one that is filled.
    fn get(&self, name: &str) -> Option<Values> {
        Some(Values { texts: vec![self.cells(name).next()?.to_owned()], is_list: false })
    }

    fn written(&self, name: &str) -> Vec<String> {
        self.cells(name).map(str::to_owned).collect()
    }
}

fn filled(cell: &str) -> Option<&str> {
    let empty = cell.trim().is_empty() || matches!(cell.trim(), "null" | "NULL" | "None" | "NaN" | "nan" | "\\N");
    (!empty).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::FieldMap;

    type Read = Vec<Result<(String, Option<String>), &'static str>>;

    #[track_caller]
    fn read_all(text: &str, options: &ReadOptions) -> Read {
        let mut found = Vec::new();
        let _ = Reader::default().read(text, true, options, &mut |_, article| {
            found.push(article.map(|article| (article.headline, article.lead)).map_err(|reason| reason.code));
            ControlFlow::Continue(())
        });
        found
    }

    fn headline(text: &str) -> Result<(String, Option<String>), &'static str> {
        Ok((text.to_owned(), None))
    }

    #[test]
    fn columns_are_found_by_name_in_any_case_or_by_map() {
        let read = read_all("Title;summary\n\"a\nb\";c\n", &ReadOptions::default());
        assert_eq!(read, [Ok(("a b".to_owned(), Some("c".to_owned())))]);
        let map = FieldMap::parse("headline=otsikko,lead=2").unwrap();
        let read = read_all("otsikko,x\na,null\n", &ReadOptions { map, ..ReadOptions::default() });
        assert_eq!(read, [headline("a")]);
    }

    #[test]
    fn of_two_columns_of_one_name_either_may_hold_back() {
        for (head, cells) in [("embargo,embargo", "2020-01-01,2999-01-01"), ("status,status", "published,withheld")] {
            let (mut held, text) = (false, format!("title,{head}\nTin,{cells}\n"));
            let _ = Reader::default().read(&text, true, &ReadOptions::default(), &mut |_, article| {
                let article = article.unwrap();
                held = article.embargo.is_some() || article.status != crate::article::Status::Usable;
                ControlFlow::Continue(())
            });
            assert!(held, "{head}");
        }
    }

    #[test]
    fn a_table_is_read_however_wide_it_is() {
        let wide: String = (0..50_000).map(|n| format!(",c{n}")).collect();
        let read = read_all(&format!("title{wide}\n{}", "Tin,x\n".repeat(2000)), &ReadOptions::default());
        assert_eq!(read, vec![headline("Tin"); 2000]);
    }

    #[test]
    fn how_a_table_writes_its_days_is_told_by_those_that_can_be_told() {
        let dates = |rows: &str| {
            let (mut found, text) = (Vec::new(), format!("title,date\n{rows}"));
            let _ = Reader::default().read(&text, true, &ReadOptions::default(), &mut |_, article| {
                found.push(article.unwrap().published.at.map(|at| at.to_string()[..10].to_owned()));
                ControlFlow::Continue(())
            });
            found.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()
        };
        assert_eq!(dates("a,03/04/2025\nb,03/25/2025\n"), ["2025-03-04", "2025-03-25"]);
        assert_eq!(dates("a,03/04/2025\nb,25/03/2025 10:00\n"), ["2025-04-03", "2025-03-25"]);
        assert_eq!(dates("a,03/04/2025\nb,25/03/2025\nc,03/25/2025\n")[0], "", "they are not alike");
        assert_eq!(dates("a,03/04/2025\n"), [""], "it could be either");
    }

    #[test]
    fn columns_that_nothing_is_read_from_are_named_to_whoever_asks() {
        let unread = |map: &str| {
            let asked = std::sync::Arc::default();
            let map = FieldMap::parse(map).unwrap();
            let options = ReadOptions { map, unread: Some(std::sync::Arc::clone(&asked)), ..ReadOptions::default() };
            read_all("title,otsikko,kirjoittaja,Pub Date\na,b,c,d\n", &options);
            asked.lock().unwrap().iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(unread(""), ["kirjoittaja", "otsikko"]);
        assert_eq!(unread("headline=otsikko,authors=3"), ["title"], "a mapped field is looked for nowhere else");
    }

    #[test]
    fn odd_quotes_and_missing_headers_by_option() {
        let map = FieldMap::parse("headline=2").unwrap();
        let options = ReadOptions { map, delimiter: Some(b';'), quote: Some(b'\''), ..ReadOptions::default() };
        assert_eq!(read_all("x;'a;''b'", &options), [headline("a;'b")]);
    }

    #[test]
    fn the_delimiter_is_what_parts_all_rows_alike() {
        let map = || FieldMap::parse("headline=2").unwrap();
        let rows = "Web;'One, two, three, and four'\nPanorama;'Five'\nWeb;'Six, seven'\n";
        let options = ReadOptions { map: map(), quote: Some(b'\''), ..ReadOptions::default() };
        assert_eq!(read_all(rows, &options), ["One, two, three, and four", "Five", "Six, seven"].map(headline));
        let options = ReadOptions { map: map(), ..ReadOptions::default() };
        assert_eq!(read_all("1,\"a;b;c\"\n2,\"d;e\"\n", &options), ["a;b;c", "d;e"].map(headline));
        assert_eq!(read_all("1\ta, b\n2\tc, d, e\n", &options), ["a, b", "c, d, e"].map(headline));
    }

    #[test]
    fn a_column_beyond_the_last_is_refused() {
        let map = FieldMap::parse("headline=9").unwrap();
        assert_eq!(read_all("a,b\nc,d\n", &ReadOptions { map, ..ReadOptions::default() }), [Err("unknown_column")]);
    }

    #[test]
    fn what_fits_nowhere_is_refused_with_a_reason() {
        assert_eq!(read_all("a,b\nc,d\n", &ReadOptions::default()), [Err("no_columns")]);
        assert_eq!(read_all("title,date\na,b,c\n,2\n", &ReadOptions::default()), [Err("bad_row"), Err("no_text")]);
        assert_eq!(read_all("title,date\n,\nTin,\n, \n", &ReadOptions::default()), [Ok(("Tin".into(), None))]);
        let map = FieldMap::parse("headline=nope").unwrap();
        assert_eq!(read_all("title\na\n", &ReadOptions { map, ..ReadOptions::default() }), [Err("unknown_column")]);
        assert!(FieldMap::parse("hedline=x").unwrap_err().contains("headline"));
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_row() {
        let read = read_all("title,text\na,\"x\nb,y\nc,z\n", &ReadOptions::default());
        assert_eq!(read.len(), 3, "{read:?}");
        assert_eq!((&read[0], &read[1], &read[2]), (&Err("bad_row"), &headline("b"), &headline("c")));
        let read = read_all("title,text\na,\"x\nb,\"y\"\nc,z\n", &ReadOptions::default());
        assert_eq!((&read[0], &read[1], &read[2]), (&Err("bad_row"), &headline("b"), &headline("c")));
    }

    #[test]
    fn a_table_of_nothing_but_open_quotes_is_given_up_in_time() {
        let text = format!("title,text\n{}", "\"a\",\"b\n".repeat(60_000));
        let read = read_all(&text, &ReadOptions::default());
        assert!(read.len() < 2000 && read.iter().all(|read| read == &Err("bad_row")), "{}", read.len());
    }

    #[test]
    fn odd_tables_are_read() {
        let plain = ReadOptions::default();
        assert_eq!(read_all("title\na\nb\n", &plain), [headline("a"), headline("b")]);
        assert_eq!(read_all("title,title\n,b\n", &plain), [headline("b")], "two columns of one name");
        assert_eq!(read_all("Head-Line|x\r\na\r\n\r\nb|y\r\n", &plain), [headline("a"), headline("b")], "short rows");
        assert_eq!(read_all("title,lead\na,,,\n", &plain), [headline("a")], "empty cells too many");
        assert_eq!(read_all("sep=;\ntitle;lead\na;,\n", &plain), [Ok(("a".to_owned(), Some(",".to_owned())))]);
        assert_eq!(
            read_all("title,size\na,\"3.5\"\" disk\"\n5\" disk,b\n", &plain),
            [headline("a"), headline("5\" disk")]
        );
    }

    #[test]
    fn a_row_that_may_go_on_is_left() {
        let mut reader = Reader::default();
        let mut found = Vec::new();
        let mut read = |text: &str, ended| {
            reader.read(text, ended, &ReadOptions::default(), &mut |at, article| {
                found.push((at, article.unwrap().headline));
                ControlFlow::Continue(())
            })
        };
        assert_eq!(read("title,text\na,b\nc,\"d", false), ControlFlow::Continue(15));
        assert_eq!(read("c,\"d\ne\"\nf,g", true), ControlFlow::Continue(11));
        assert_eq!(found, [(11..15, "a".to_owned()), (0..8, "c".to_owned()), (8..11, "f".to_owned())]);
    }
}
