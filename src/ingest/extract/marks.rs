//! What a page carries about itself, gathered in one walk: meta elements, links, titles, microdata, dates, bylines and
//! tags that are seen. Nothing is judged here.

use dom_query::{Document, NodeId, NodeRef};

use super::microdata::{self, Item};
use super::seen::{self, TagRank, attribute};
use super::{lists, names, tags, titles};
use crate::ingest::clean;

/// More of anything is not looked at: a page of an article has a few of each.
const MOST: usize = 400;
const MOST_LINES: usize = 60;
const MOST_LINKS: usize = 3_000;

/// Dates found before lines without a class are looked through for some, and digits of one with its clock.
const FEW_TIMES: usize = 20;
const DIGITS: usize = 7;

/// Elements from a line that says when it was published to the headline below it.
const ABOVE: usize = 25;

/// Elements that are looked at for the headline, where none is marked as one, and letters that it has at least.
const MOST_ASKED: usize = 4_000;
const SHORTEST: usize = 12;

/// Elements behind the headline among which a line without a class is taken for a byline.
const NEAR: usize = 120;

#[derive(Default)]
pub(super) struct Marks {
    /// Names in small letters, and contents, in order.
    pub(super) metas: Vec<(String, String)>,
    pub(super) title: Option<String>,
    pub(super) headings: Vec<Heading>,
    /// Of the second rank, where there has been none of the first.
    pub(super) seconds: Vec<Heading>,
    /// Lines that say what the title of the window does, where there has been no heading of the first rank.
    pub(super) thirds: Vec<Heading>,
    /// Headings that are nothing but links to other pages.
    pub(super) linked: Vec<String>,
    pub(super) lang: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) base: Option<String>,
    pub(super) times: Vec<Time>,
    pub(super) bylines: Vec<Byline>,
    pub(super) tags: Vec<TagLink>,
    pub(super) items: Vec<Item>,
    /// Metas by `name`, until those by `property` are known: what is said by both is meant by the second.
    named: Vec<(String, String)>,
    /// Headings of the first rank that are nothing but links to the front page.
    mastheads: Vec<Heading>,
    /// Lines before any heading that say when it was published, and where they stand.
    early: Vec<(usize, Time)>,
    asked: usize,
    subheadings: usize,
    /// Where the last paragraph of some length began.
    text_at: usize,
    links: usize,
    looks: usize,
    elements: usize,
}

/// A heading of the first rank, and where it stands: in elements from the start.
pub(super) struct Heading {
    pub(super) text: String,
    pub(super) at: usize,
    /// It says that it is the headline.
    pub(super) is_called: bool,
}

/// A date that is seen.
pub(super) struct Time {
    /// What programs read, and people.
    pub(super) datetime: Option<String>,
    pub(super) text: String,
    pub(super) is_modified: bool,
    /// The smaller the surer: it is said to be of publication; it stands after the heading; it is a `<time>`.
    pub(super) rank: u8,
}

impl Time {
    /// The rank of a line that nothing but what stands in it calls a date.
    pub(super) const LINE: u8 = 6;
    /// Of one that holds nothing else, and may be a day.
    pub(super) const DAY: u8 = 7;
    /// Of what the first paragraph opens with.
    pub(super) const DATELINE: u8 = 8;
}

pub(super) struct Byline {
    pub(super) text: String,
    /// The smaller the surer.
    pub(super) rank: u8,
    pub(super) at: usize,
    /// Subheadings before it.
    pub(super) under: usize,
}

/// A link to what else there is on a subject.
pub(super) struct TagLink {
    pub(super) text: String,
    /// The smaller the surer.
    pub(super) rank: TagRank,
    /// Links of one list share it.
    pub(super) list: NodeId,
    pub(super) at: usize,
}

impl Marks {
    pub(super) fn of(document: &Document) -> Marks {
        let mut marks = Marks::default();
        let mut scopes = microdata::Scopes::default();
        for node in document.root().descendants_it().filter(NodeRef::is_element) {
            marks.element(&node);
            scopes.element(&node);
        }
        marks.items = scopes.items();
        marks.settle();
        let named = std::mem::take(&mut marks.named);
        let is_new = |(name, _): &(String, String)| !marks.metas.iter().any(|(known, _)| known == name);
        let named: Vec<_> = named.into_iter().filter(is_new).collect();
        marks.metas.extend(named);
        marks
    }

    /// What only the whole page tells: whether a link to the front page is all the heading there is, and whether what was
    /// dated stands close above one.
    fn settle(&mut self) {
        if self.headings.is_empty() && self.seconds.is_empty() && self.thirds.is_empty() {
            self.headings = std::mem::take(&mut self.mastheads);
        }
        let headings: Vec<usize> =
            [&self.headings, &self.seconds, &self.thirds].into_iter().flatten().map(|heading| heading.at).collect();
        let is_close = |at: usize| headings.iter().any(|heading| (at..at + ABOVE).contains(heading));
        let early = std::mem::take(&mut self.early);
        self.times.extend(early.into_iter().filter(|(at, _)| is_close(*at)).map(|(_, time)| time));
    }

    /// Contents of the metas of these names, in the order of the names.
    pub(super) fn metas<'a>(&'a self, names: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .flat_map(|name| self.metas.iter().filter(move |(known, _)| known == name))
            .map(|(_, content)| content.as_str())
    }

    pub(super) fn meta<'a>(&'a self, names: &'a [&'a str]) -> Option<&'a str> {
        self.metas(names).find(|content| !content.trim().is_empty())
    }

    /// Contents of the metas whose names end so, whatever systems put before it (`content_author`, `dtk:author`), without
    /// those that `not` is a part of, or that are for advertisers.
    pub(super) fn metas_ending<'a>(&'a self, ends: &'a [&'a str], not: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
        const OTHERS: &[&str] = &["banner", "ads", "outbrain", "taboola", "web_", "web-"];
        let is_end = move |name: &str| ends.iter().any(|end| name.len() > end.len() && name.ends_with(end));
        let is_so = move |name: &str| is_end(name) && !not.iter().chain(OTHERS).any(|not| name.contains(not));
        self.metas.iter().filter(move |(name, _)| is_so(name)).map(|(_, content)| content.as_str())
    }

    fn element(&mut self, node: &NodeRef<'_>) {
        let Some(name) = node.node_name() else { return };
        self.elements += 1;
        match &*name {
            "html" => self.lang = attribute(node, "lang").or_else(|| attribute(node, "xml:lang")),
            "base" => self.base = self.base.take().or_else(|| attribute(node, "href")),
            "title" if self.title.is_none() => self.title = clean::some_line(&node.text()),
            "meta" => self.meta_element(node),
            "link" => self.link(node),
            "h1" if self.headings.len() < 20 && self.is_of_article(node) => {
                let heading = self.heading(node);
                let headings = if seen::leads_home(node) { &mut self.mastheads } else { &mut self.headings };
                headings.extend(heading);
            }
            "time" => self.time(node, true),
            "input" => self.hidden_date(node),
            "h2" | "h3" | "h4" => {
                self.subheadings += 1;
                if &*name == "h2"
                    && (self.headings.is_empty() || seen::is_called_headline(node))
                    && self.seconds.len() < 20
                    && self.is_of_article(node)
                {
                    let heading = self.heading(node);
                    self.seconds.extend(heading);
                }
                if self.linked.len() < MOST {
                    self.linked.extend(seen::linked_heading(node));
                }
                self.by_class(node, &name);
            }
            _ => {
                self.unmarked_heading(node, &name);
                if &*name == "p" && seen::is_long(node) {
                    self.opening(node);
                    self.text_at = self.elements;
                }
                self.by_class(node, &name);
            }
        }
    }

    fn heading(&self, node: &NodeRef<'_>) -> Option<Heading> {
        let (at, is_called) = (self.elements, seen::is_called_headline(node));
        seen::heading(node).map(|text| Heading { text, at, is_called })
    }

    /// A line that says what the title of the window does, or begins with.
    fn unmarked_heading(&mut self, node: &NodeRef<'_>, name: &str) {
        let may_be = self.headings.is_empty()
            && self.thirds.len() < 3
            && self.asked < MOST_ASKED
            && seen::may_hold_date(name)
            && node.first_child().is_some_and(|first| first.is_text() && first.text().trim().len() >= SHORTEST);
        if !may_be {
            return;
        }
        self.asked += 1;
        let Some(title) = self.title.as_deref().map(titles::letters) else { return };
        let Some(text) = seen::line(node) else { return };
        let said = titles::letters(&text);
        if said.chars().count() >= SHORTEST && title.starts_with(&said) && self.is_of_article(node) {
            self.thirds.push(Heading { text, at: self.elements, is_called: false });
        }
    }

    /// The day that the first paragraph opens with.
    fn opening(&mut self, node: &NodeRef<'_>) {
        if self.is_before_text() && self.times.len() < FEW_TIMES && self.is_of_article(node) {
            let time = |text| Time { datetime: None, text, is_modified: false, rank: Time::DATELINE };
            self.times.extend(seen::dateline(node).map(time));
        }
    }

    /// Looks so often, and no more: to look takes a way up through the page.
    fn is_of_article(&mut self, node: &NodeRef<'_>) -> bool {
        self.looks += 1;
        self.looks <= MOST * 5 && !seen::is_aside(node)
    }

    fn meta_element(&mut self, node: &NodeRef<'_>) {
        let content = attribute(node, "content").or_else(|| attribute(node, "value"));
        let Some(content) = content.filter(|_| self.metas.len() + self.named.len() < MOST * 2) else { return };
        for key in ["property", "name", "http-equiv", "itemprop"] {
            let names = attribute(node, key).unwrap_or_default().to_lowercase();
            // Microdata has a place of its own, unless nothing is around it.
            if key == "itemprop" && node.ancestors_it(None).any(|node| node.has_attr("itemscope")) {
                continue;
            }
            for name in names.split_whitespace() {
                let pair = (name.to_owned(), content.clone());
                let metas = if key == "property" { &mut self.metas } else { &mut self.named };
                if !metas.contains(&pair) {
                    metas.push(pair);
                }
            }
        }
    }

    fn link(&mut self, node: &NodeRef<'_>) {
        let is_canonical =
            node.attr("rel").is_some_and(|rel| rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("canonical")));
        if is_canonical && self.canonical.is_none() {
            self.canonical = attribute(node, "href");
        }
    }

    /// What the names of its classes say about an element, and where it leads.
    fn by_class(&mut self, node: &NodeRef<'_>, name: &str) {
        if matches!(name, "body" | "html" | "article" | "main" | "img" | "input" | "form") {
            return;
        }
        let rel = node.attr("rel").map(|rel| rel.to_lowercase()).unwrap_or_default();
        let href = if name == "a" { attribute(node, "href").unwrap_or_default() } else { String::new() };
        if name == "a" {
            self.tag_link(node, &rel, &href);
        } else if matches!(name, "li" | "span") {
            self.plain_tag(node);
        }
        let class = ["class", "id", "itemprop", "data-testid"]
            .iter()
            .filter_map(|key| node.attr(key))
            .map(|value| value.to_lowercase())
            .collect::<Vec<_>>()
            .join(" ");
        let is_author = rel.split_whitespace().any(|rel| rel == "author");
        match seen::byline_rank(&class, is_author) {
            Some(rank) => self.byline(node, rank),
            None => self.line(node, name, &href),
        }
        if seen::is_date_class(&class) {
            self.time(node, false);
        } else {
            self.dated_line(node, name);
        }
    }

    fn byline(&mut self, node: &NodeRef<'_>, rank: u8) {
        if self.bylines.len() < MOST_LINES && self.is_of_article(node) {
            let (at, under) = (self.elements, self.subheadings);
            self.bylines.extend(seen::parts(node).map(|text| Byline { text, rank, at, under }));
        }
    }

    /// A line that is a byline by how it begins, or by where it leads, close behind the headline.
    fn line(&mut self, node: &NodeRef<'_>, name: &str, href: &str) {
        if !self.is_near() || self.bylines.len() >= MOST_LINES || !seen::may_be_byline(name) {
            return;
        }
        let Some(text) = seen::short_parts(node) else { return };
        let first = text.split(" | ").next().unwrap_or_default();
        if names::leads_to_author(href) && names::are_full(&names::split(first)) && !seen::is_in_prose(node) {
            self.byline(node, seen::LINKED);
        } else if names::is_byline(first) {
            self.byline(node, seen::WORDED);
        } else if self.is_before_text() && !tags::leads_to_tag(href) && names::is_bare(&text) {
            self.byline(node, seen::BARE);
        }
    }

    /// Between the headline and the first paragraph stands who wrote.
    fn is_before_text(&self) -> bool {
        self.last_heading().is_some_and(|at| self.text_at < at)
    }

    /// Is the headline close before this?
    fn is_near(&self) -> bool {
        self.last_heading().is_some_and(|at| self.elements - at < NEAR)
    }

    fn has_heading(&self) -> bool {
        !self.headings.is_empty() || !self.mastheads.is_empty()
    }

    fn last_heading(&self) -> Option<usize> {
        let at = |headings: &[Heading]| headings.last().map(|heading| heading.at);
        at(&self.headings).or_else(|| at(&self.seconds).max(at(&self.thirds)))
    }

    /// A short line close behind the headline that may hold a date and a clock (`4 March 2025, 18:20`), be it an element of
    /// its own or stand loose between some; or one above it that says what it is.
    fn dated_line(&mut self, node: &NodeRef<'_>, name: &str) {
        if self.times.len() >= FEW_TIMES || self.early.len() >= FEW_TIMES {
            return;
        }
        if !self.is_near() {
            let may_be = self.last_heading().is_none()
                && matches!(name, "p" | "div" | "span" | "li" | "time" | "small")
                && seen::has_own_digits(node);
            let text = if may_be { seen::short_parts(node) } else { None };
            let day = text.as_deref().and_then(seen::day_in).filter(|text| seen::says_published(text));
            if let Some(text) = day.map(str::to_owned).filter(|_| self.is_of_article(node)) {
                self.early.push((self.elements, Time { datetime: None, text, is_modified: false, rank: Time::DAY }));
            }
            return;
        }
        if let Some(text) = seen::loose_text(node) {
            self.dated_text(node, &text);
        }
        if seen::may_hold_date(name)
            && let Some(text) = seen::short_parts(node)
        {
            self.dated_text(node, &text);
        }
    }

    /// A line that tells of several days says of each by itself what it is.
    fn note_time(&mut self, time: Time) {
        let days = if time.datetime.is_none() { seen::days_in(&time.text) } else { Vec::new() };
        if days.len() < 2 {
            return self.times.push(time);
        }
        let rank = time.rank;
        let one = |day: &str| {
            let (text, is_modified) = (day.to_owned(), seen::says_modified(day));
            Time { datetime: None, text, is_modified, rank }
        };
        self.times.extend(days.into_iter().map(one));
    }

    fn dated_text(&mut self, node: &NodeRef<'_>, text: &str) {
        if self.is_before_text() && seen::days_in(text).len() > 1 && self.is_of_article(node) {
            let text = text.to_owned();
            return self.note_time(Time { datetime: None, text, is_modified: false, rank: Time::DAY });
        }
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let told = || Some(text).filter(|text| seen::says_published(text) && !text.ends_with('.'));
        let day = seen::day_in(text).or_else(told).filter(|_| self.is_before_text());
        if day.is_none() && digits < DIGITS || !self.is_of_article(node) {
            return;
        }
        let is_modified = seen::says_modified(day.unwrap_or(text));
        let rank = if day.is_some() { Time::DAY } else { Time::LINE };
        let text = day.unwrap_or(text).to_owned();
        self.times.push(Time { datetime: None, text, is_modified, rank });
    }

    fn tag_link(&mut self, node: &NodeRef<'_>, rel: &str, href: &str) {
        self.links += 1;
        if self.links > MOST_LINKS || self.tags.len() >= MOST {
            return;
        }
        let has_heading = self.has_heading() || !self.seconds.is_empty();
        let list = lists::tag_list(node);
        let leads = || tags::leads_to_tag(href) && !seen::is_in_prose(node);
        let rank = match &list {
            _ if rel.split_whitespace().any(|rel| rel == "tag") => TagRank::Told,
            Some(list) if has_heading && list.rank == TagRank::Listed => TagRank::Listed,
            _ if has_heading && (seen::is_hashtag(node) || leads()) => TagRank::Linked,
            Some(list) if has_heading => list.rank,
            Some(_) if lists::is_in_article(node) => TagRank::Before,
            _ => return,
        };
        let Some(list) = list.map(|list| list.node).or_else(|| lists::list_of(node)) else { return };
        self.tag(node, list, rank);
    }

    fn tag(&mut self, node: &NodeRef<'_>, list: NodeRef<'_>, rank: TagRank) {
        // A list of tags may be a `<nav>` or a `<footer>`, or be called like one.
        let called = || list.parent().filter(|_| rank == TagRank::Listed);
        let around = lists::around_own(&list).filter(|_| rank != TagRank::Before).or_else(called).unwrap_or(*node);
        if self.is_of_article(&around) {
            let (list, at) = (list.id, self.elements);
            self.tags.extend(seen::short_line(node).map(|text| TagLink { text, rank, list, at }));
        }
    }

    /// `<ul class="tags"><li>Tin</li>`
    fn plain_tag(&mut self, node: &NodeRef<'_>) {
        if !self.has_heading() || self.tags.len() >= MOST {
            return;
        }
        if let Some(list) = lists::plain_entry(node) {
            self.tag(node, list, TagRank::Worded);
        }
    }

    /// `<input type="hidden" class="published_date" value="2019-11-18 23:41:18">`, which a script shows.
    fn hidden_date(&mut self, node: &NodeRef<'_>) {
        let is_hidden = attribute(node, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"));
        let names = ["class", "id", "name"].iter().filter_map(|key| attribute(node, key)).collect::<Vec<_>>().join(" ");
        let names = names.to_lowercase();
        let is_date = ["publish", "pubdate", "pub_date", "post_date"].iter().any(|name| names.contains(name));
        if is_hidden && is_date && self.times.len() < MOST_LINES {
            let datetime = attribute(node, "value");
            self.times.push(Time { datetime, text: String::new(), is_modified: false, rank: 4 });
        }
    }

    fn time(&mut self, node: &NodeRef<'_>, is_time: bool) {
        if self.times.len() >= MOST_LINES || !self.is_of_article(node) {
            return;
        }
        let text = seen::line(node).unwrap_or_default();
        let datetime =
            ["datetime", "data-datetime", "data-date-time", "data-time", "data-timestamp", "title", "content"];
        let may_be_title = is_time || node.node_name().is_some_and(|name| &*name == "abbr");
        let datetime =
            datetime.iter().filter(|key| may_be_title || **key != "title").find_map(|key| attribute(node, key));
        if datetime.is_none() && (text.is_empty() || !text.chars().any(char::is_numeric)) {
            return;
        }
        let around: String = node.ancestors_it(Some(2)).chain([*node]).map(|node| seen::names(&node)).collect();
        let has = |words: &[&str]| words.iter().any(|word| around.contains(word));
        let is_modified = has(&["modif", "updat", "aktuali", "actuali"]) || seen::says_modified(&text);
        let rank = 4 - 2 * u8::from(is_time) - u8::from(has(&["publi", "posted", "entry-date"]))
            + u8::from(self.headings.is_empty());
        self.note_time(Time { datetime, text, is_modified, rank });
    }
}
