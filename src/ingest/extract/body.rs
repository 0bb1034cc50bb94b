//! The main text of a news page, paragraph by paragraph.
//!
//! The page is read once as a row of blocks (`blocks`), each with what the elements around it say of themselves (`hints`).
//! Which of them are the article is first said by the extraction crate (`pick`), or by where the prose is thickest where the
//! crate finds little (`region`); then what does not belong is taken out and what was overlooked is put in (`trim`). The
//! `articleBody` a page may carry is laid over the result (`given`): where the two agree, it says where the article ends.
//!
//! Pure: nothing here knows a publisher. The document is used up, so that nobody has to copy it.

mod blocks;
mod hints;
mod lines;
mod parts;
mod reading;

mod asides;
mod pick;
mod region;
mod trim;

mod given;

#[cfg(test)]
mod tests;

use dom_query::Document;
use url::Url;

use blocks::Page;
use given::Verdict;

/// What is known of the article before its body is looked for.
pub(in crate::ingest) struct Known<'a> {
    /// From JSON-LD or microdata: text or HTML; it may be cut off.
    pub(in crate::ingest) article_body: Option<&'a str>,
    pub(in crate::ingest) headline: &'a str,
    #[expect(dead_code, reason = "a lead that is also the first paragraph stays in the body")]
    pub(in crate::ingest) lead: Option<&'a str>,
    #[expect(dead_code, reason = "no rule is of one host")]
    pub(in crate::ingest) url: Option<&'a Url>,
    #[expect(dead_code, reason = "no rule is of one language")]
    pub(in crate::ingest) lang: Option<&'a str>,
}

/// The paragraphs, and whose word they are.
pub(in crate::ingest) struct Body {
    pub(in crate::ingest) paragraphs: Vec<String>,
    /// `page`: as the page shows them; `article-body`: from the data beside it; `both`: the page's, as far as the data says.
    pub(in crate::ingest) from: &'static str,
}

pub(in crate::ingest) fn body(document: Document, known: &Known<'_>) -> Body {
    let mut page = shown(document, known.headline);
    let given = known.article_body.map(given::paragraphs).unwrap_or_default();
    let (from, rest) = match given::compare(&mut page, &given) {
        Verdict::Other => ("page", Vec::new()),
        Verdict::Same => ("both", Vec::new()),
        Verdict::Longer(rest) => ("both", rest),
        Verdict::More => return Body { paragraphs: given, from: "article-body" },
    };
    trim::take_out_repeats(&mut page);
    let shown = page.blocks.into_iter().filter(|block| block.taken).map(|block| block.text);
    Body { paragraphs: shown.chain(rest).collect(), from }
}

/// The page with the blocks taken that it shows as the article.
fn shown(document: Document, headline: &str) -> Page {
    let mut page = Page::read(&document);
    page.pick(&pick::picked(document));
    trim::trim(&mut page, headline);
    if region::take_thicker(&mut page) {
        trim::trim(&mut page, headline);
    }
    page
}
