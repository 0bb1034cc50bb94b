//! Reading without storing: what an input would bring.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::input::{self, Input, Progress};
use super::pipeline::{Settled, settle};
use super::{Format, Item, ReadOptions};
use crate::store::{Incoming, Rejected};

/// Rejects kept to be shown.
const SHOWN: usize = 20;

/// What was found in one input.
#[derive(Default)]
pub struct Found {
    /// By format, in the order of their names: how many articles, and the first of them.
    pub formats: BTreeMap<&'static str, (u64, Incoming)>,
    pub rejects: u64,
    /// By code.
    pub reasons: BTreeMap<String, u64>,
    pub first_rejects: Vec<Rejected>,
    /// Of the rejects, those that nothing is missing by.
    pub set_aside: u64,
    /// Columns of tables, and keys of objects, that nothing is read from.
    pub unread: BTreeSet<String>,
    pub bytes: u64,
}

impl Found {
    pub fn articles(&self) -> u64 {
        self.formats.values().map(|(count, _)| count).sum()
    }

    fn add(&mut self, format: Format, settled: Settled<Incoming>) {
        match settled {
            Settled::Article(_, incoming) => {
                self.formats.entry(format.name()).or_insert_with(|| (0, *incoming)).0 += 1;
            }
            Settled::Reject(reject) => {
                self.rejects += 1;
                *self.reasons.entry(reject.code.clone()).or_default() += 1;
                if self.first_rejects.len() < SHOWN {
                    self.first_rejects.push(reject);
                }
            }
        }
    }
}

/// Reads an input as [`super::run::run`] does, as far as `stop` lets it, and stores nothing.
pub fn read(input: &Input, options: &ReadOptions, namespace: Option<&str>, stop: &AtomicBool) -> Found {
    let (now, progress, mut found) = (Timestamp::now(), Progress::default(), Found::default());
    let unread: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let options = ReadOptions { unread: Some(Arc::clone(&unread)), ..options.clone() };
    let _ = input::read(input, &options, &progress, &mut |item| {
        if stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let format = match &item {
            Item::Article { format, .. } => *format,
            Item::Page(_) | Item::Reject { .. } => Format::Html,
        };
        found.add(format, settle(item, namespace, false, now));
        ControlFlow::Continue(())
    });
    found.set_aside = progress.set_aside.load(Ordering::Relaxed);
    found.unread = std::mem::take(&mut *unread.lock().unwrap_or_else(PoisonError::into_inner));
    found.bytes = progress.read.load(Ordering::Relaxed);
    found
}
