//! A page that is looked through for marks, each stretch of it once however many beginnings have no end.

use std::collections::HashMap;

pub(super) struct Scan<'a> {
    pub(super) page: &'a str,
    /// Where a mark stands for the last time: beyond it there is no need to look for it again and again.
    last: HashMap<&'static str, Option<usize>>,
}

impl<'a> Scan<'a> {
    pub(super) fn of(page: &'a str) -> Scan<'a> {
        Scan { page, last: HashMap::new() }
    }

    /// Where the mark stands next. Those that begin with `</` are names, in any case.
    pub(super) fn find(&mut self, at: usize, mark: &'static str) -> Option<usize> {
        let page = self.page;
        let last = *self.last.entry(mark).or_insert_with(|| {
            page.rmatch_indices(beginning(mark)).map(|(found, _)| found).find(|found| is_at(page, *found, mark))
        });
        last.filter(|last| *last >= at)?;
        page[at..].match_indices(beginning(mark)).map(|(found, _)| at + found).find(|found| is_at(page, *found, mark))
    }

    /// Where the page goes on after the mark: its end, where there is none.
    pub(super) fn after(&mut self, at: usize, mark: &'static str) -> usize {
        self.find(at, mark).map_or(self.page.len(), |found| found + mark.len())
    }
}

/// What can be looked for as it is written.
fn beginning(mark: &'static str) -> &'static str {
    if mark.starts_with("</") { "</" } else { mark }
}

fn is_at(page: &str, at: usize, mark: &str) -> bool {
    page.as_bytes().get(at..at + mark.len()).is_some_and(|found| found.eq_ignore_ascii_case(mark.as_bytes()))
}
