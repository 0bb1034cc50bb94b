//! What an engine is asked: the query as read, and everything that decides what is collected.

use serde::{Deserialize, Serialize};

use super::{FacetField, Filter, Place, Until};
use crate::query::ast::Node;

/// What is asked of the engine: the query as read, and everything that decides what is collected.
#[derive(Clone, Debug)]
pub struct Plan {
    pub query: Node,
    /// Facet filters. A facet's own filters do not narrow its own counts.
    pub filters: Vec<Filter>,
    pub order: Order,
    /// Hits to return after the offset.
    pub limit: usize,
    pub offset: usize,
    /// One hit a story: the one of its matches that sorts first.
    pub collapse: bool,
    /// Only hits that sort after this one.
    pub after: Option<Place>,
    pub facets: Vec<FacetField>,
    /// Which of their values are told.
    pub values: Values,
    /// Collect the dates of all matches, for a timeline.
    pub dates: bool,
    /// And apart, those of the matches of single values.
    pub series: Option<Series>,
    /// Say of each hit what made it match.
    pub marks: bool,
    pub until: Until,
}

impl Plan {
    /// Only counts.
    pub fn counting(query: Node, until: Until) -> Plan {
        Plan {
            query,
            filters: Vec::new(),
            order: Order::default(),
            limit: 0,
            offset: 0,
            collapse: false,
            after: None,
            facets: Vec::new(),
            values: Values::default(),
            dates: false,
            series: None,
            marks: false,
            until,
        }
    }
}

/// Some values of a facet: of those with such a prefix, so many after so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    pub limit: usize,
    pub offset: usize,
    /// In the order of their names; else the most frequent first, equal ones by name.
    pub by_name: bool,
    /// A word of theirs begins so, folded; empty for all.
    pub prefix: String,
    /// Values that are filtered by are told even where they are not among these.
    pub and_selected: bool,
}

impl Default for Values {
    fn default() -> Values {
        Values { limit: 10, offset: 0, by_name: false, prefix: String::new(), and_selected: true }
    }
}

/// The values of a facet that have a timeline each: those filtered by, else the most frequent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    pub field: FacetField,
    pub limit: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    #[default]
    Relevance,
    Newest,
    Oldest,
    /// Relevance blended with age.
    Recent,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    pub sort: Sort,
    /// For [`Sort::Recent`]: what age is counted from, and after how much of it a score counts half.
    pub now_ms: i64,
    pub half_life_ms: i64,
}
