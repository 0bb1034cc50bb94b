//! A page as it came, cut down to what a parser may be given: an HTML parser costs whatever it is asked to, so how deep
//! elements nest, how many there are, how many attributes one has and how long they are is settled before. Text is never
//! lost to a bound; only the elements around it are. What says nothing to a reader (comments, scripts, styles, drawings)
//! goes; scripts that hold data about the page are handed over by themselves.

mod names;
mod scan;
mod tag;

#[cfg(test)]
mod tests;

use names::{BLOCKS, ENDS, FORMATTING, SILENT, UNWANTED, VOID, WALLS, is_one_of};
use scan::Scan;
use tag::Tag;

/// Elements in elements. Honest pages stay below 100.
const DEEPEST: usize = 500;

/// Elements, each counted with the formatting that a parser would open anew in it.
const MOST_ELEMENTS: usize = 400_000;

/// `<b>`, `<font>` and the like that are open at once: a parser repeats all of them in every paragraph.
const MOST_FORMATTING: usize = 24;

const LONGEST_TITLE: usize = 64 << 10;

/// Text without an element in it, which html5ever writes out in a time that grows with its square where it is all `&`.
const LONGEST_RUN: usize = 4 << 10;

/// Scripts with data about the page, and how much in all.
const MOST_DATA: usize = 200;
const LARGEST_DATA: usize = 4 << 20;

/// Scripts with what the page keeps for its own program, and how much in all.
const MOST_STATES: usize = 20;
const LARGEST_STATES: usize = 4 << 20;

pub(super) struct Bounded<'a> {
    pub(super) html: String,
    /// What scripts of the type `application/ld+json` hold.
    pub(super) data: Vec<&'a str>,
    /// What those of `application/json` do.
    pub(super) states: Vec<&'a str>,
}

pub(super) fn bounded(page: &str) -> Bounded<'_> {
    let mut cutter = Cutter {
        scan: Scan::of(page),
        out: String::with_capacity(page.len().min(1 << 20)),
        data: Vec::new(),
        data_bytes: 0,
        states: Vec::new(),
        states_bytes: 0,
        open: Vec::new(),
        dropped: Vec::new(),
        formatting: 0,
        elements: 0,
    };
    cutter.run();
    Bounded { html: cutter.out, data: cutter.data, states: cutter.states }
}

struct Cutter<'a> {
    scan: Scan<'a>,
    out: String,
    data: Vec<&'a str>,
    data_bytes: usize,
    states: Vec<&'a str>,
    states_bytes: usize,
    /// Elements that are open, by name.
    open: Vec<&'a str>,
    /// Elements beyond the bound that are not there: their ends must not end others.
    dropped: Vec<&'a str>,
    formatting: usize,
    elements: usize,
}

impl<'a> Cutter<'a> {
    fn run(&mut self) {
        let page = self.scan.page;
        let mut at = 0;
        while let Some(found) = page[at..].find('<') {
            self.text(&page[at..at + found]);
            at = self.markup(at + found);
        }
        self.text(&page[at..]);
    }

    /// Long text in pieces, between words and not within a character reference where that can be.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while rest.len() > LONGEST_RUN {
            let most = rest.floor_char_boundary(LONGEST_RUN);
            let between = rest[..most].rfind(|c: char| c.is_whitespace() || c == '&').filter(|at| *at > 0);
            let (piece, after) = rest.split_at(between.unwrap_or(most));
            self.out.push_str(piece);
            self.out.push_str("<wbr>");
            rest = after;
        }
        self.out.push_str(rest);
    }

    /// Reads what `<` at this place begins, and says where it ends.
    fn markup(&mut self, at: usize) -> usize {
        let rest = &self.scan.page[at + 1..];
        match rest.as_bytes() {
            [b'!', b'-', b'-', ..] => self.comment(at),
            [b'!' | b'?', ..] => {
                if rest.get(1..8).is_some_and(|word| word.eq_ignore_ascii_case("doctype")) {
                    self.out.push_str("<!DOCTYPE html>");
                }
                self.scan.after(at, ">")
            }
            [b'/', letter, ..] if letter.is_ascii_alphabetic() => self.end_tag(at),
            [letter, ..] if letter.is_ascii_alphabetic() => self.start_tag(at),
            _ => {
                self.out.push_str("&lt;");
                at + 1
            }
        }
    }

    /// A comment that never ends is one up to the next `>`, so that the rest of the page is not lost with it.
    fn comment(&mut self, at: usize) -> usize {
        let rest = &self.scan.page[at + 4..];
        let empty = [">", "->"].iter().find(|end| rest.starts_with(**end));
        if let Some(end) = empty {
            return at + 4 + end.len();
        }
        match self.scan.find(at + 4, "-->") {
            Some(end) => end + 3,
            None => self.scan.after(at, ">"),
        }
    }

    fn end_tag(&mut self, at: usize) -> usize {
        let name = tag::name(&self.scan.page[at + 2..]);
        let end = self.scan.after(at, ">");
        self.close(name);
        end
    }

    fn close(&mut self, name: &str) {
        let near = self.dropped.len().saturating_sub(DEEPEST);
        if let Some(found) = self.dropped[near..].iter().rposition(|open| open.eq_ignore_ascii_case(name)) {
            self.dropped.truncate(near + found);
            self.line_end(name);
            return;
        }
        let is_formatting = is_one_of(name, FORMATTING);
        let found = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name));
        if let Some(found) = found {
            self.open.truncate(found);
            self.dropped.clear();
        }
        if is_formatting {
            self.formatting = self.formatting.saturating_sub(1);
        }
        self.elements += 1;
        // An end without a beginning ends nothing; only a parser would wonder.
        if (found.is_some() || is_formatting) && self.elements < MOST_ELEMENTS * 2 {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        } else {
            self.space(name);
        }
    }

    /// Words that stood in two elements stay two words.
    fn space(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) || is_one_of(name, &["br", "td", "th", "tr", "table"]) {
            self.out.push(' ');
        }
    }

    /// Paragraphs without their elements stay apart by their lines.
    fn line_end(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) && self.elements < MOST_ELEMENTS * 2 && !self.out.ends_with("<br>") {
            self.out.push_str("<br>");
        } else {
            self.space(name);
        }
    }

    fn start_tag(&mut self, at: usize) -> usize {
        let (tag, end) = Tag::read(&mut self.scan, at);
        let name = tag.name;
        if name.eq_ignore_ascii_case("title") {
            return self.title(&tag, end);
        }
        if let Some((_, mark)) = SILENT.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return self.silent(&tag, end, mark);
        }
        if is_one_of(name, UNWANTED) {
            self.out.push(' ');
            return end;
        }
        self.open(&tag);
        end
    }

    fn open(&mut self, tag: &Tag<'a>) {
        let name = tag.name;
        let is_void = is_one_of(name, VOID);
        let is_formatting = is_one_of(name, FORMATTING);
        self.end_others(name);
        self.elements += 1 + if is_formatting { 0 } else { self.formatting };
        if is_formatting && self.formatting >= MOST_FORMATTING {
            return;
        }
        let is_full = self.elements > MOST_ELEMENTS;
        if is_full || self.open.len() >= DEEPEST || !self.dropped.is_empty() {
            if !is_void {
                self.dropped.push(name);
            }
            return self.line_end(name);
        }
        if !is_void {
            self.open.push(name);
            self.formatting += usize::from(is_formatting);
        }
        tag.write(&mut self.out);
    }

    fn end_others(&mut self, name: &str) {
        if is_one_of(name, BLOCKS) {
            let wall =
                |open: &&str| is_one_of(open, &["table", "td", "th", "caption", "html", "object", "applet", "marquee"]);
            let near = self.open.iter().rposition(wall).map_or(0, |at| at + 1);
            if let Some(found) = self.open[near..].iter().rposition(|open| open.eq_ignore_ascii_case("p")) {
                self.open.truncate(near + found);
            }
        }
        let Some((_, ended)) = ENDS.iter().find(|(new, _)| is_one_of(name, new)) else { return };
        let mut found = None;
        for (at, open) in self.open.iter().enumerate().rev() {
            if is_one_of(open, ended) {
                found = Some(at);
            } else if is_one_of(open, WALLS)
                || is_one_of(open, &["tr", "tbody", "thead", "tfoot", "td", "th", "li", "dd", "dt"])
            {
                break;
            }
        }
        if let Some(found) = found {
            self.open.truncate(found);
        }
    }

    /// Takes an element with what is in it away; data about the page is kept by itself.
    fn silent(&mut self, tag: &Tag<'a>, from: usize, mark: &'static str) -> usize {
        if mark == "</svg" && tag.raw.ends_with("/>") {
            return from;
        }
        let found = self.scan.find(from, mark);
        let is_data = tag.value("type").is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"));
        let is_state = tag.value("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        // A script that never ends is the rest of a page that broke off; another element was not meant.
        let end = found.unwrap_or(if mark == "</script" { self.scan.page.len() } else { from });
        let text = &self.scan.page[from..end];
        if is_data && self.data.len() < MOST_DATA && self.data_bytes + text.len() <= LARGEST_DATA {
            self.data_bytes += text.len();
            self.data.push(text);
        }
        if is_state && self.states.len() < MOST_STATES && self.states_bytes + text.len() <= LARGEST_STATES {
            self.states_bytes += text.len();
            self.states.push(text);
        }
        if found.is_some() { self.scan.after(end, ">") } else { end }
    }

    fn title(&mut self, tag: &Tag<'a>, from: usize) -> usize {
        let found = self.scan.find(from, "</title");
        let end =
            found.or_else(|| self.scan.page[from..].find('<').map(|at| from + at)).unwrap_or(self.scan.page.len());
        let text = &self.scan.page[from..end];
        tag.write(&mut self.out);
        self.out.push_str(&text[..text.floor_char_boundary(LONGEST_TITLE)]);
        self.out.push_str("</title>");
        if found.is_some() { self.scan.after(end, ">") } else { end }
    }
}
