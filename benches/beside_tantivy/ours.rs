//! What is asked of the real program.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::plain::FACETS;
use crate::queries::Query;
use crate::server::{self, Connection, Server};
use crate::{Answer, Depth};

/// The fields that tantivy's side fetches, too.
const FIELDS: &str = "id,headline,url,published,tags";

pub(crate) struct Ours {
    connection: Connection,
    server: Server,
}

impl Ours {
    pub(crate) fn start(data: &Path) -> anyhow::Result<Ours> {
        let server = Server::start(data)?;
        Ok(Ours { connection: server.connect()?, server })
    }

    pub(crate) fn articles(&self) -> anyhow::Result<u64> {
        self.server.articles()
    }

    pub(crate) fn ask(&mut self, query: &Query, depth: Depth) -> anyhow::Result<Answer> {
        let path = path(query, depth);
        let started = Instant::now();
        let answer = self.connection.get(&path)?;
        let took = started.elapsed();
        let answer: Value = serde_json::from_slice(answer)?;
        let hits = answer["hits"].as_array().context("no hits")?;
        let complete = match depth {
            Depth::Hits => true,
            Depth::Facets => answer["facets"].as_object().is_some_and(|facets| facets.len() == FACETS.len()),
            Depth::Whole => hits.iter().all(|hit| hit["highlights"]["headline"].is_string()),
        };
        ensure!(complete, "{path} is not answered in full");
        Ok(Answer { total: answer["total"].as_u64().context("no total")?, hits: hits.len(), took })
    }

    pub(crate) fn floor(&mut self) -> anyhow::Result<Duration> {
        self.connection.floor()
    }

    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.server.stop()
    }
}

fn path(query: &Query, depth: Depth) -> String {
    let facets = FACETS.join(",");
    let mut parameters = vec![("q", query.text.as_str()), ("limit", "10"), ("fields", FIELDS)];
    if depth != Depth::Hits {
        parameters.push(("facets", &facets));
    }
    if depth == Depth::Whole {
        parameters.push(("highlight", "1"));
    }
    server::search(&parameters)
}
