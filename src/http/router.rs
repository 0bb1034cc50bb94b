//! Every URL there is.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware;
use axum::routing::{MethodRouter, delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use super::{
    Door, Opening, api, articles, citations, client, compressed, copies, doors, explore, export, facets, forms, heads,
    openapi, pages, problem, runs, safe, seen, tables, versions, watching,
};
use problem::Problem;
use seen::Seeing;

use crate::config::{Config, Reading};

/// A request body, at most, but for articles.
const BODY: usize = 1024 * 1024;

/// Between two pieces of such a body, at most, and all of it.
const PAUSE: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(120);

/// Which other sites' scripts may read answers in a browser. What writes is refused to them by itself.
fn cross_origin(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let named = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect::<Vec<_>>();
    let allowed =
        if origins.iter().any(|origin| origin == "*") { AllowOrigin::any() } else { AllowOrigin::list(named) };
    let told = [
        "etag",
        "x-total",
        "x-snapshot",
        "x-next-cursor",
        "x-warnings",
        "x-request-id",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
    ]
    .map(HeaderName::from_static);
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers(told)
        .max_age(Duration::from_secs(3600));
    Some(layer)
}

pub(super) fn router(door: Door, config: &Config) -> Router {
    at_every_address(routes(door), config)
}

/// As long as the archive is being opened: what needs none is answered, and all else is told to come again.
pub(super) fn closed(config: &Config, opening: Opening) -> Router {
    let routes = Router::new().merge(health(get(not_open))).merge(pages::assets());
    let routes = match config.access.reading {
        Reading::Open => routes.merge(without_archive()),
        // Nobody can be asked whether a key is one.
        Reading::Key => routes,
    };
    let routes = routes.fallback(not_open).method_not_allowed_fallback(problem::method_not_allowed).with_state(opening);
    at_every_address(routes, config)
}

async fn not_open(State(opening): State<Opening>) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", opening.told()).hint("Ask again in a moment.")
}

/// What is done for whatever is asked.
fn at_every_address(routes: Router, config: &Config) -> Router {
    let http = Arc::new(config.http.clone());
    let cross_origin = cross_origin(&http.allow_origins);
    let seeing = Seeing { http: Arc::clone(&http), logs_queries: config.log.queries };
    cross_origin
        .into_iter()
        .fold(routes, Router::layer)
        .layer(CatchPanicLayer::custom(problem::after_panic))
        .layer(middleware::from_fn(heads::bounded))
        .layer(middleware::from_fn(problem::in_our_envelope))
        .layer(middleware::map_response(async |response| safe::answer(response)))
        .layer(middleware::from_fn_with_state(http, client::known))
        .layer(middleware::from_fn_with_state(seeing, seen::seen))
}

fn routes(door: Door) -> Router {
    let by_reading = middleware::from_fn_with_state(door.clone(), doors::reading);
    let by_administering = middleware::from_fn_with_state(door.clone(), doors::administering);
    let by_writing = middleware::from_fn_with_state(door.clone(), doors::writing);
    let by_watching = middleware::from_fn_with_state(door.clone(), doors::watching);
    Router::new()
        .merge(reading().route_layer(by_reading))
        .merge(withdrawal().route_layer(by_writing.clone()))
        .merge(watching().route_layer(by_watching))
        .merge(administration().route_layer(by_administering))
        .merge(health(get(api::ready)))
        .layer(middleware::from_fn(client::waited_for))
        .layer(RequestBodyLimitLayer::new(BODY))
        .layer(RequestBodyDeadlineLayer::new(LONGEST))
        .layer(RequestBodyTimeoutLayer::new(PAUSE))
        .layer(compressed::layer())
        .layer(middleware::from_fn(compressed::tag))
        // Added after the layers: articles may come without end, and each is answered when it is in.
        .merge(arrival().route_layer(by_writing))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .with_state(door)
}

fn reading() -> Router<Door> {
    Router::new()
        .route("/", get(pages::home))
        .route("/search", get(pages::search))
        .route("/article/{id}", get(pages::article))
        .route("/article/{id}/compare", get(pages::compare))
        .route("/mentions", get(pages::mentions))
        .route("/compare", get(pages::beside))
        .route("/terms", get(pages::terms))
        .route("/values/{field}", get(pages::facet_values))
        .route("/about", get(pages::about))
        .route("/status", get(pages::status))
        .route("/citations", get(pages::to_cite).post(pages::cite))
        .route("/citations/{id}", get(pages::citation))
        .route("/docs", get(pages::docs))
        .route("/opensearch.xml", get(pages::opensearch))
        .route("/api/v1/search", get(api::search).post(api::search_by_form))
        .route("/api/v1/search.csv", get(forms::csv))
        .route("/api/v1/search.jsonl", get(forms::lines))
        .route("/api/v1/search.rss", get(forms::rss))
        .route("/api/v1/search.atom", get(forms::atom))
        .route("/api/v1/search.feed.json", get(forms::json_feed))
        .route("/api/v1/export", get(export::export))
        .route("/api/v1/facets/{field}", get(facets::facet))
        .route("/api/v1/facets/{field}/values.csv", get(tables::facet))
        .route("/api/v1/terms", get(explore::terms))
        .route("/api/v1/terms.csv", get(tables::terms))
        .route("/api/v1/mentions", get(explore::mentions))
        .route("/api/v1/mentions.csv", get(tables::mentions))
        .route("/api/v1/compare", get(explore::compare))
        .route("/api/v1/compare.csv", get(tables::compare))
        .route("/api/v1/suggest", get(explore::suggest))
        .route("/api/v1/about", get(explore::about))
        .route("/api/v1/status", get(watching::status))
        .route("/api/v1/citations", post(citations::cite))
        .route("/api/v1/citations/{id}", get(citations::citation))
        .route("/api/v1/citations/{id}/articles.csv", get(citations::articles))
        .route("/api/v1/query", get(api::query))
        .route("/api/v1/articles/{id}", get(api::article))
        .route("/api/v1/articles/{id}/copies", get(copies::copies))
        .route("/api/v1/articles/{id}/related", get(explore::related))
        .route("/api/v1/articles/{id}/diff", get(versions::difference))
        .route("/api/v1/articles/{id}/original", get(versions::original))
        .route("/api/v1/runs", get(runs::runs))
        .route("/api/v1/runs/{id}", get(runs::run))
        .route("/api/v1/runs/{id}/rejects", get(runs::rejects))
        .route("/api/v1/runs/{id}/rejects.jsonl", get(runs::rejects_as_lines))
        .route("/api/v1/runs/{id}/rejects.txt", get(runs::rejects_as_pieces))
        .merge(without_archive())
}

/// What is read and is the same for every archive.
fn without_archive<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/help", get(pages::help))
        .route("/docs/errors", get(pages::codes))
        .route("/openapi.json", get(openapi::description))
}

fn withdrawal() -> Router<Door> {
    Router::new().route("/api/v1/articles/{id}", delete(articles::delete))
}

fn administration() -> Router<Door> {
    Router::new().route("/api/v1/runs/{id}", delete(runs::undo))
}

fn arrival() -> Router<Door> {
    Router::new().route("/api/v1/articles", post(articles::add))
}

/// What watches over the server all the time, and what pages are made of: no bound, and a key where reading needs one.
fn watching() -> Router<Door> {
    Router::new().route("/metrics", get(watching::metrics)).merge(pages::assets())
}

/// For those who watch over the server: no key, no bound.
fn health<S: Clone + Send + Sync + 'static>(ready: MethodRouter<S>) -> Router<S> {
    Router::new().route("/healthz", get(api::alive)).route("/readyz", ready).route("/version", get(api::version))
}
