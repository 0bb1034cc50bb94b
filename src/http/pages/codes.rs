//! `/docs/errors`: what every code means and the way out. A problem's `type` leads here, to the code's own place.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, send};
use super::hits::EscapedText;
use super::wording::{capitalised, sentence};

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage {
    frame: Frame,
    chapters: &'static [Chapter],
}

/// The chapter of what comes in and cannot be read.
const REJECTS: &str = "rejects";

struct Chapter {
    anchor: &'static str,
    heading: &'static str,
    opening: &'static str,
    codes: &'static [Code],
}

struct Code {
    name: &'static str,
    /// What an answer with it has; 200 where it only comes beside results, 0 where it is in no answer by itself.
    status: u16,
    /// As in docs/errors.md, what a message would quote between backticks.
    meaning: &'static str,
}

impl Chapter {
    fn opening(&self) -> EscapedText {
        EscapedText::message(self.opening)
    }
}

impl Code {
    fn meaning(&self) -> EscapedText {
        EscapedText::message(&sentence(self.meaning))
    }

    fn status(&self) -> String {
        if self.status == 0 {
            return String::new();
        }
        let status = StatusCode::from_u16(self.status).ok();
        let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
        format!("{} {}", self.status, capitalised(&reason.to_lowercase()))
    }
}

pub(in crate::http) async fn codes() -> Response {
    send(StatusCode::OK, &page())
}

/// Those that a piece of input may be refused with.
pub(in crate::http) fn of_rejects() -> impl Iterator<Item = &'static str> {
    let rejects = CHAPTERS.iter().filter(|chapter| chapter.anchor == REJECTS);
    rejects.flat_map(|chapter| chapter.codes).map(|code| code.name)
}

/// Where a code is explained.
pub(super) fn address(code: &str) -> String {
    format!("/docs/errors#{code}")
}

fn page() -> CodesPage {
    CodesPage { frame: Frame::new("Errors and advice"), chapters: &CHAPTERS }
}

const fn code(name: &'static str, status: u16, meaning: &'static str) -> Code {
    Code { name, status, meaning }
}

#[rustfmt::skip]
const CHAPTERS: [Chapter; 5] = [
    Chapter {
        anchor: "refusals",
        heading: "Refusals",
        opening: "Nothing was answered. Every refusal, on every address, has one of these codes; codes are stable, texts may change.",
        codes: &[
            code("bad_number", 400, "not a whole number; the hint names the range. In a query a warning: no such number, or the nearest was taken"),
            code("out_of_range", 400, "a number outside the range that the hint names, or a text that is too long"),
            code("unknown_value", 400, "no such value of this parameter; the hint names the nearest, or all. In a query a warning about a field's value"),
            code("unknown_parameter", 400, "no such parameter; the hint names the nearest. A search refuses it with `strict=1` and otherwise warns"),
            code("repeated_parameter", 400, "only facet filters may be repeated, and `q` of a comparison"),
            code("bad_timezone", 400, "no such time zone; give an IANA name, as `Europe/Berlin`"),
            code("bad_date", 400, "`from` or `to` is no date; write `2025`, `2025-02`, `2025-02-27`, `Feb 2025`, a moment, or `7d`. In a query a warning"),
            code("bad_range", 409, "`to` lies before `from`; swap them. In a query a warning: a range that is empty or not closed"),
            code("bad_cursor", 400, "no answer gave out this cursor; pass on `next_cursor` unchanged, or leave it out to begin anew"),
            code("cursor_mismatch", 409, "a cursor belongs to one search; repeat its parameters, or leave the cursor out"),
            code("bad_snapshot", 400, "no answer named this snapshot; pass it on unchanged, or leave it out"),
            code("too_many_buckets", 409, "the timeline would be too long; take a coarser `interval`, or a narrower span of dates"),
            code("too_many_expansions", 400, "a wildcard stands for more than 1,024 words, or all of a query for more than 8,192; write more letters"),
            code("query_too_long", 400, "the query is over 16 KB; ask for less at once"),
            code("query_too_deep", 400, "the query is nested more than 32 deep; use fewer parentheses within parentheses"),
            code("too_many_clauses", 400, "the query has more than 1,024 words and clauses or 32 regular expressions, or the request more than 1,024 parameters; ask for less at once"),
            code("too_many_mentions", 400, "more than 20,000 occurrences to be sorted; narrow the search, or take `by=article`, which has no bound"),
            code("nothing_to_compare", 400, "no query was given; give up to five, as `?q=gold&q=silver`"),
            code("too_many_queries", 400, "more than five queries to compare; give five at most"),
            code("too_many_to_cite", 400, "the search finds more than 100,000 articles, and a citation lists no more; narrow it, or export it"),
            code("bad_json", 400, "the body, or a line or object of it, is no JSON, or no object of parameters or of an article; mend it where the message says"),
            code("bad_request", 400, "the address or the request cannot be read"),
            code("key_needed", 401, "this needs a key: `broadsheet key create` makes one, which is sent as `Authorization: Bearer bs_…`"),
            code("bad_key", 401, "there is no such key; send it whole, as it was made"),
            code("key_over", 401, "the key has been revoked, or its time is over; `broadsheet key list` tells, `broadsheet key create` makes another"),
            code("wrong_scope", 403, "the key may not do this, or nobody may without one; the message names the scope that is needed"),
            code("cross_site", 403, "a page of another site has sent this; send it from a program, or from a page of this server"),
            code("not_found", 404, "there is nothing at this address"),
            code("no_article", 404, "there is no article of this id. Of what was sent (422) or read: nothing in it could be an article, as a home page, a list or an error page"),
            code("no_version", 404, "the article has no version of this number; the message names those it has"),
            code("no_original", 404, "the page that this version was taken from is not kept: it was no page, it was over 16 MiB, or it was read with `--no-originals`"),
            code("no_citation", 404, "there is no citation of this name"),
            code("article_withheld", 404, "the article, or this version of it, is not to be shown yet; the message says until when, where it is known"),
            code("no_run", 404, "there is no run of this number; `/api/v1/runs` lists them"),
            code("method_not_allowed", 405, "this address does not take this method; the header `Allow` names those it takes"),
            code("snapshot_gone", 410, "the snapshot is no longer kept; ask again without `snapshot` and `cursor`"),
            code("article_killed", 410, "the article, or this version of it, was cancelled by its provider; the message says when and by which version"),
            code("article_gone", 410, "the article has been withdrawn, or removed for good"),
            code("run_goes_on", 409, "the run is still being written, so that it cannot be undone; stop what sends it, or wait for its end"),
            code("too_large", 413, "the request is over 1 MiB; articles may come in any number. One article may have 16 MiB (in a file of many 256 MiB, over HTTP what `largest_article` says), its headline 16 KiB, a zip that is no file on the disk 256 MiB"),
            code("unsupported_type", 415, "send a form or JSON, and say so in `Content-Type`; of articles, that they cannot be unpacked"),
            code("headers_too_large", 431, "more than a hundred headers, or more than 32 KiB of them; send fewer"),
            code("too_often", 429, "more requests than the server is configured to take of one address or key; `Retry-After` says when to ask again, `RateLimit` what is left"),
            code("too_many_citations", 429, "as many searches, or articles, have been cited within 24 hours as the server takes without a key that may write; `Retry-After` says when there is room again. What is cited already can be cited again"),
            code("internal", 500, "the fault is ours; it has been logged under the request's id"),
            code("busy", 503, "too many searches, exports, or requests that bring articles, at once; `Retry-After` says when to ask again"),
            code("time_out", 503, "the search took over two seconds, or putting an export in order over twenty; ask for less, or again after `Retry-After`"),
            code("given_up", 503, "the connection was closed, or its sending side, and the answer took over 0.25 seconds; keep it open until the answer is there"),
            code("storage_damaged", 500, "what was asked for lies where the archive is damaged; all else is answered, and a backup brings it back"),
            code("storage_full", 503, "the disk of the archive is full: what comes in is not stored, searches go on; send it again after `Retry-After`"),
            code("storage_refused", 503, "the disk of the archive takes no writes, as one that is read-only: what comes in is not stored, searches go on; send it again after `Retry-After`"),
            code("stopping", 503, "the server has been asked to stop; another start is ready"),
            code("not_ready", 503, "the archive is being opened, or answers lack what came in more than a minute ago; `Retry-After` says when to ask again"),
        ],
    },
    Chapter {
        anchor: "warnings",
        heading: "Warnings",
        opening: "Something was not read as it was written. The answer says how it was read instead; with `strict=1` the first warning is a refusal with this code.",
        codes: &[
            code("unclosed_quote", 400, "a quote is never closed; close it, or leave it out"),
            code("unclosed_parenthesis", 400, "a parenthesis is never closed; close it, or leave it out"),
            code("unexpected_parenthesis", 400, "a parenthesis closes nothing; open it before, or leave it out"),
            code("missing_operand", 400, "nothing stands where something to look for belongs"),
            code("unknown_field", 400, "no such field; the hint names the nearest"),
            code("bad_wildcard", 400, "a wildcard where none can be; at least two letters come before a star"),
            code("bad_boost", 400, "what follows `^` is no weight, or it stands inside of a proximity"),
            code("bad_acronym", 400, "what is in `CAPS( )` is no acronym"),
            code("bad_fuzzy", 400, "a `~` is for one word and one or two edits"),
            code("bad_regex", 400, "a regular expression that cannot be read or looked for; its words are asked for"),
            code("other_dialect", 400, "this is how other services write it, and words here; the hint translates it. Also as a note"),
            code("proximity_operand", 400, "only words, phrases, OR and other proximities of one field can take part in a proximity; the hint says how to ask"),
            code("field_extended", 400, "a field before a proximity was taken for the whole; put parentheses around it"),
            code("matches_nothing", 400, "a part that nothing can match; name another word"),
            code("no_words", 400, "nothing to look for was left; read as everything"),
            code("more_advice", 400, "more of the same were left out; also as a note"),
        ],
    },
    Chapter {
        anchor: "notes",
        heading: "Notes",
        opening: "Good to know. A note never refuses anything.",
        codes: &[
            code("mixed_and_or", 200, "AND and OR on one level; AND binds tighter, and the message shows the reading"),
            code("operator_as_word", 200, "what may have been meant as an operator is a word here; operators are written in capitals"),
            code("proximity_one_word", 200, "only the nearest word takes part in a proximity; put quotes or parentheses around what belongs together"),
            code("question_mark", 200, "a question mark at the end of a word stands for one more character"),
            code("hyphen_as_text", 200, "a hyphen behind a colon does not exclude; put it before the field"),
            code("punctuation", 200, "a sign without a letter or digit was left out"),
        ],
    },
    Chapter {
        anchor: "remarks",
        heading: "Remarks on what is in",
        opening: "What is worth knowing of an article that was taken in; it stands beside its result in the answer of `POST /api/v1/articles`.",
        codes: &[
            code("embargoed", 200, "the article is in, and comes into answers by itself when its embargo ends"),
            code("withheld", 200, "the article is in, and hidden until a version comes that says it may be shown"),
            code("ends_nothing", 200, "a kill of what is not kept: should an article of this name come, it is not shown. If it was to end one that is here, send it with the id, or the address, by which that one came"),
            code("nothing_in_common", 200, "the article is shown in the place of one with the same id, with which it has neither address nor headline nor text in common; the one before is kept as an earlier version. If it is another article, `--namespace`, over HTTP `?namespace=`, tells the two collections apart"),
            code("unreadable_date", 200, "what stands where the date should be cannot be read; the article is in, without a date. Send it again with one (2025-02-28, or with the time and its offset)"),
        ],
    },
    Chapter {
        anchor: REJECTS,
        heading: "Reasons of rejects",
        opening: "What could not be taken in, in the answer of `POST /api/v1/articles` and in `broadsheet runs ID --rejects`, with its place; the rest is in. A request whose only piece is rejected is refused with the code, and this status. `bad_json`, `no_article` and `too_large` are among the refusals, and reasons too.",
        codes: &[
            code("no_text", 422, "neither headline nor lead nor body was found; if they stand under other names, say which: `--map headline=otsikko,body=teksti`, over HTTP `?map=…`"),
            code("no_columns", 422, "no column has a known name; `--map`, over HTTP `?map=`, says which column is which, by name or by number: by number where the first row is no header"),
            code("unknown_column", 422, "`--map` names a column that this table has not; the message lists those it has"),
            code("bad_row", 422, "more cells than columns, or a quote that is never closed; mend the row, or say the right `--delimiter` and `--quote`"),
            code("bad_xml", 422, "a mark is never closed; it was read as text, and what is around it is in. Mend it, or leave it"),
            code("bad_front_matter", 422, "what stands between `---` or `+++` is not YAML or TOML, or has no end; mend it"),
            code("bad_record", 422, "no record of a web archive, or one that holds no HTTP response; reading goes on at the next one"),
            code("bad_embargo", 422, "an embargo that cannot be read; the article is in, and hidden until a version comes without it. Send it again with a date"),
            code("no_head_line", 422, "no page dump: the first line is not `date YYYY-MM-DD URL`; leave out `--format`, or name another"),
            code("no_headline", 422, "a page dump that ends after its first line; add the article, or leave the file out"),
            code("not_text", 422, "an item of a wire that is a picture, a plan, a package or the like; nothing is missing but what has no text"),
            code("empty", 400, "there is nothing in it; send it again, or leave it out"),
            code("truncated", 400, "it breaks off; what came before is in. Get it whole, and read it again"),
            code("damaged", 422, "a packed record of a web archive that cannot be unpacked; the next ones are read. Get the archive again"),
            code("unknown_format", 415, "of no kind that is read; `broadsheet formats` lists those that are. Name one with `--format`, or turn it into text or HTML first"),
            code("too_deep", 422, "archives in archives in archives; unpack the outer ones first"),
            code("cannot_open", 0, "there is no right to read it, it is gone, or it is no file; mend that, and read it again"),
            code("cannot_read", 422, "reading it broke down, which is a fault of this program; the log says more. The rest is in"),
            code("set_aside", 422, "a file that only tells about the others, as `README` and `LICENSE`, or belongs to the look of a page; nothing is missing. Named by itself it is read"),
            code("not_its_own", 422, "a feed withdraws an article of another site: only what is of its own site, or has an id of the feed's own kind, can end by it"),
            code("passed_over", 422, "records of a web archive that are no pages (requests, pictures, other statuses than 200), or entries of an export that were never published, counted in one; links in an archive; nothing is missing"),
            code("deleted", 0, "comes with the outcome `unchanged`: the article was deleted, and is not taken in again"),
            code("purged", 422, "the article was removed for good, and is not taken in again under any of its names; nothing of it is kept with the reject"),
            code("too_old", 422, "the article is older than `after` of `[retention]` keeps; nothing of it is kept with the reject. Set that longer to have it"),
            code("not_a_feed", 0, "a feed's address leads to something else; name the feed's own address"),
            code("not_a_page", 0, "what a feed links to is no page; its item stands for it"),
            code("unreachable", 0, "there was no connection; it is tried again"),
            code("too_slow", 0, "there was no whole answer in time; it is tried again"),
            code("broken_off", 0, "the answer broke off; it is tried again"),
            code("http_status", 0, "the answer says no, with the status in the message"),
            code("gone", 0, "the answer says that it is gone for good (410); it is asked no more"),
            code("robots_forbid", 0, "the host's `robots.txt` forbids it; ask its owner for leave, or take it out"),
            code("robots_unknown", 0, "the host's `robots.txt` could not be had, which forbids everything for now; it is tried again"),
            code("private_address", 0, "its address is not public; `allow_private = true` in `[feeds]` allows such addresses"),
            code("not_http", 0, "it is at no address of the web: neither `http` nor `https`"),
            code("too_many_redirects", 0, "it leads on and on; name the address it ends at"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use axum::http::header;
    use axum::response::IntoResponse as _;

    use super::*;
    use crate::http::problem::Problem;

    #[test]
    fn every_refusal_for_the_time_being_says_when_to_ask_again() {
        let mut codes = CHAPTERS.iter().flat_map(|chapter| chapter.codes).filter(|code| code.status == 503).peekable();
        assert!(codes.peek().is_some());
        for code in codes {
            let refused = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code.name, "for a test").into_response();
            assert!(refused.headers().contains_key(header::RETRY_AFTER), "{}", code.name);
        }
    }

    /// Every source file's text up to its tests.
    fn sources(folder: &Path) -> Vec<String> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.file_name().unwrap() != "tests.rs");
        let text = |path: &PathBuf| {
            std::fs::read_to_string(path).unwrap().split("#[cfg(test)]\nmod tests {").next().unwrap().into()
        };
        let read = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![text(&path)] };
        paths.into_iter().flat_map(read).collect()
    }

    /// The first text in quotes after each place where a problem or a piece of advice is made; where its code is a constant,
    /// that is no code.
    fn made_after<'a>(opening: &'a str, source: &'a str) -> impl Iterator<Item = String> + 'a {
        let quoted = source.split(opening).skip(1).filter_map(|rest| rest.split('"').nth(1));
        quoted.filter(|text| !text.contains(' ')).map(str::to_owned)
    }

    /// Codes that are chosen where no reason is made.
    const CHOSEN: [&str; 11] = [
        "purged",
        "too_old",
        "deleted",
        "unreachable",
        "broken_off",
        "bad_embargo",
        "unreadable_date",
        "ends_nothing",
        "nothing_in_common",
        "withheld",
        "embargoed",
    ];

    /// Why nothing was asked for now: written nowhere.
    const UNTOLD: [&str; 2] = ["stopped", "held"];

    /// The text in quotes that follows at once, after as many other arguments as said.
    fn named_by<'a>(opening: &'a str, after: usize, source: &'a str) -> impl Iterator<Item = String> + 'a {
        let quoted = move |rest: &'a str| rest.splitn(after + 1, ',').nth(after)?.trim_start().strip_prefix('"');
        source.split(opening).skip(1).filter_map(quoted).filter_map(|text| Some(text.split_once('"')?.0.to_owned()))
    }

    fn emitted() -> BTreeSet<String> {
        let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let openings = ["Problem::new(", "Advice::of("];
        let made = sources.iter().flat_map(|source| openings.iter().flat_map(|opening| made_after(opening, source)));
        let reasons = sources.iter().flat_map(|source| named_by("Reason::new(", 0, source));
        let troubles = sources.iter().flat_map(|source| named_by("Trouble::new(", 1, source));
        let constants = [include_str!("../../query/advice.rs"), include_str!("../../store/error.rs")];
        let constants = constants.iter().flat_map(|source| source.lines());
        let constants =
            constants.filter_map(|line| line.strip_prefix("pub const ").filter(|line| line.contains(": &str")));
        let constants = constants.filter_map(|line| Some(line.split('"').nth(1)?.to_owned()));
        for code in CHOSEN {
            let others = sources.iter().filter(|source| !source.contains("const CHAPTERS"));
            let chosen = others.filter(|source| source.contains(&format!("\"{code}\""))).count();
            assert!(chosen > 0, "{code} is chosen no more");
        }
        let mut emitted: BTreeSet<String> = made.chain(constants).chain(reasons).chain(troubles).collect();
        emitted.extend(CHOSEN.map(str::to_owned));
        assert!(UNTOLD.iter().all(|code| emitted.remove(*code)));
        emitted
    }

    fn explained() -> BTreeSet<String> {
        CHAPTERS.iter().flat_map(|chapter| chapter.codes).map(|code| code.name.to_owned()).collect()
    }

    #[test]
    fn every_code_there_is_is_explained_and_no_other() {
        assert_eq!(emitted(), explained());
        let rows: usize = CHAPTERS.iter().map(|chapter| chapter.codes.len()).sum();
        assert_eq!(rows, explained().len(), "a code is explained twice");
    }

    #[test]
    fn the_documentation_says_the_same() {
        let documentation = include_str!("../../../docs/errors.md");
        for chapter in &CHAPTERS {
            assert!(documentation.contains(&format!("## {}\n{}\n", chapter.heading, chapter.opening)));
            for code in chapter.codes {
                let status = if code.status == 0 { "–".to_owned() } else { code.status.to_string() };
                let row = format!("| `{}` | {status} | {} |", code.name, code.meaning);
                assert!(documentation.lines().any(|line| line == row), "docs/errors.md wants the line\n{row}");
            }
        }
        let rows = documentation.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, explained().len());
    }

    #[test]
    fn every_code_has_a_place_of_its_own() {
        let page = page().render().unwrap();
        for code in explained() {
            assert_eq!(page.matches(&format!("id=\"{code}\"")).count(), 1, "{code}");
        }
    }
}
