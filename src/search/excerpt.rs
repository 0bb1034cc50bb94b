//! How an article begins: what a list shows of one that has no lead, and what one without a headline is called.

use crate::article::Article;

/// About as long as a fragment with matches, in bytes.
const LENGTH: usize = 280;

/// The first words of the body, `None` where there is a lead to be shown.
pub(super) fn of(article: &Article) -> Option<String> {
    let has_lead = article.lead.as_deref().is_some_and(|lead| !lead.trim().is_empty());
    if has_lead { None } else { beginning(&article.body) }
}

/// Whole words from the start of a text, in so many bytes at most. Where words have no spaces it is cut between letters.
pub fn first_words(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let head = &text[..text.floor_char_boundary(most)];
    match head.rfind(char::is_whitespace) {
        Some(space) if space > most / 2 => head[..space].trim_end(),
        _ => head,
    }
}

/// Short paragraphs follow each other, as far as there is room.
fn beginning(body: &[String]) -> Option<String> {
    let mut text = String::new();
    for paragraph in body.iter().map(|paragraph| paragraph.trim()).filter(|paragraph| !paragraph.is_empty()) {
        if text.len() > LENGTH {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        // No more than is shown, but enough to know that there is more.
        text.push_str(&paragraph[..paragraph.floor_char_boundary(2 * LENGTH)]);
    }
    let shown = first_words(&text, LENGTH);
    if shown.is_empty() {
        return None;
    }
    Some(if shown.len() < text.len() { format!("{shown}…") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(lead: Option<&str>, body: &[&str]) -> Article {
        let body = body.iter().map(|paragraph| (*paragraph).to_owned()).collect();
        Article { lead: lead.map(str::to_owned), body, ..Article::default() }
    }

    #[test]
    fn an_article_without_a_lead_begins_with_its_body() {
        assert_eq!(of(&article(None, &["OSLO", " ", "The ferry sank."])).as_deref(), Some("OSLO The ferry sank."));
        assert_eq!(of(&article(Some(" "), &["Body."])).as_deref(), Some("Body."));
        assert_eq!(of(&article(Some("Lead."), &["Body."])), None);
        assert_eq!(of(&article(None, &["", " "])), None);
    }

    #[test]
    fn a_long_beginning_is_cut_between_words_and_says_so() {
        let excerpt = of(&article(None, &["tin ".repeat(5000).as_str()])).unwrap();
        assert!(excerpt.len() <= LENGTH + "…".len() && excerpt.ends_with("tin…"), "{excerpt}");
        let short = "tin ".repeat(60);
        assert!(of(&article(None, &[&short, &short])).unwrap().ends_with("tin…"));
    }

    #[test]
    fn a_text_without_spaces_is_cut_between_letters() {
        assert_eq!(first_words("東京都知事", 7), "東京");
        assert_eq!(first_words("one two", 7), "one two");
        assert_eq!(first_words("one two three", 9), "one two");
    }
}
