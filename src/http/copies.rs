//! The API's answer about the copies of an article, where they are too many to stand with it.

use axum::extract::Path;

use super::problem::{Envelope, PROBLEM};
use super::question::{Answered, Question};
use super::runs::Page;
use crate::search::answer::CopiesAnswer;

/// The other articles that tell the story of one, the earliest first
#[utoipa::path(
    get,
    path = "/api/v1/articles/{id}/copies",
    params(
        ("id" = String, Path, description = "As an answer names it"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Copies, 1 to 1000; 100 by default"),
        ("cursor" = Option<String>, Query, pattern = "^[0-9]{0,18}$", description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of the copies as they are now", body = CopiesAnswer),
        (status = 304, description = "Nothing has changed since the answer of this ETag"),
        (status = 400, description = "A parameter cannot be read", body = Envelope, content_type = PROBLEM),
        (status = 404, description = "There is no such article, or it is not to be shown yet", body = Envelope, content_type = PROBLEM),
        (status = 410, description = "The article has been withdrawn", body = Envelope, content_type = PROBLEM),
        (status = 503, description = "Too many requests at once", body = Envelope, content_type = PROBLEM),
    )
)]
pub(super) async fn copies(Path(id): Path<String>, question: Question) -> Answered {
    let page = Page::of(&question)?;
    question.answer(&question.archive.copies(id, page.cursor, page.limit).await?)
}
