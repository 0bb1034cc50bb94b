//! Writing: a batch is one transaction, and is acknowledged when that transaction is on the disk.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::error::Result;
use super::hold::Held;
use super::pack::{LARGEST_PAGE, Packer, Unpacker, seal};
use super::pool::locked;
use super::read::read_kept;
use super::runs::{self, Counts, Rejected, RunId};
use super::stories::{Grouping, Telling};
use super::versions::{Fingerprint, Kept, Verdict, judge};
use super::{Spent, Store, names, sql};
use crate::article::{Article, ArticleId, Status};
use crate::identity::{Identity, Kind, article_id};
use crate::metering;
use crate::stories::strangers;

/// An article on its way in, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub identity: Identity,
    pub article: Article,
    /// The page it was taken from, as it came.
    pub original: Option<Vec<u8>>,
}

impl Incoming {
    /// What it is called in answers.
    pub fn id(&self) -> ArticleId {
        article_id(&self.identity)
    }

    /// About what it holds.
    pub fn size(&self) -> usize {
        self.article.size() + self.original.as_ref().map_or(0, Vec::len)
    }
}

/// An article of which is known already what the store compares: that takes time, and needs no store.
pub struct Ready {
    pub incoming: Incoming,
    print: Fingerprint,
    telling: Telling,
}

impl From<Incoming> for Ready {
    fn from(incoming: Incoming) -> Ready {
        let print = Fingerprint::of(&incoming.identity, &incoming.article);
        let telling = Telling::of(&incoming.article);
        Ready { incoming, print, telling }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    New,
    /// Another version of an article already kept.
    Version,
    /// The same, and it has nothing in common with the one before: perhaps it is another article with the same id.
    Stranger,
    /// Kept already.
    Unchanged,
    /// New, and an exact or near copy of another article.
    Copy,
    /// Somebody has deleted this article; it stays so, and nothing is kept.
    Deleted,
}

/// The one connection of this process that writes.
pub(super) struct Writer {
    pub(super) conn: Connection,
    packer: Packer,
}

impl Writer {
    pub(super) fn new(conn: Connection) -> Result<Mutex<Writer>> {
        Ok(Mutex::new(Writer { conn, packer: Packer::new()? }))
    }

    /// `IMMEDIATE`: the right to write is waited for here, never refused half-way.
    pub(super) fn begin(&mut self) -> Result<(Transaction<'_>, &mut Packer)> {
        let Writer { conn, packer } = self;
        Ok((conn.transaction_with_behavior(TransactionBehavior::Immediate)?, packer))
    }
}

impl Store {
    /// Stores articles, all or none; one outcome each, in order. An identity may come several times in one batch.
    pub fn put(&self, run: RunId, batch: &[Incoming]) -> Result<Vec<Outcome>> {
        let mut batch: Vec<Ready> = batch.iter().cloned().map(Ready::from).collect();
        self.write(run, &mut batch, &[], 0)
    }

    /// Notes in the ledger what could not be read.
    pub fn reject(&self, run: RunId, rejects: &[Rejected]) -> Result<()> {
        self.write(run, &mut [], rejects, 0).map(drop)
    }

    /// Articles, rejects and the `bytes` of input they were read from, as one transaction with the run's counts. Each has
    /// afterwards the identity under which it is kept.
    pub fn write(&self, run: RunId, batch: &mut [Ready], rejects: &[Rejected], bytes: u64) -> Result<Vec<Outcome>> {
        self.noted(self.write_all(run, batch, rejects, bytes))
    }

    fn write_all(&self, run: RunId, batch: &mut [Ready], rejects: &[Rejected], bytes: u64) -> Result<Vec<Outcome>> {
        let started = Instant::now();
        let mut writer = self.writer();
        let (transaction, packer) = writer.begin()?;
        let (grouping, now) = (Grouping::new(&transaction), Timestamp::now());
        let mut batch_write =
            BatchWrite { transaction: &transaction, packer, grouping, telling: Duration::ZERO, run, now };
        let outcomes = batch.iter_mut().map(|one| batch_write.put(one)).collect::<Result<Vec<_>>>()?;
        let settled = Instant::now();
        let copies = batch_write.grouping.settle(now)?;
        let grouping = batch_write.telling + settled.elapsed();
        let outcomes: Vec<_> =
            outcomes.into_iter().map(|(outcome, num)| known_as(outcome, copies.contains(&num))).collect();
        runs::note_rejects(&transaction, run, rejects)?;
        runs::advance(&transaction, run, &tally(&outcomes, rejects.len(), bytes))?;
        fail::fail_point!("store::before_commit", |_| std::process::abort());
        transaction.commit()?;
        fail::fail_point!("store::after_commit", |_| std::process::abort());
        count(&outcomes, rejects, bytes);
        let spent = &mut *locked(&self.spent);
        spent.articles += batch.len() as u64;
        spent.writing += started.elapsed();
        spent.grouping += grouping;
        Ok(outcomes)
    }

    /// Takes an article out of every answer for good: its name and identity stay as a tombstone, so that reading it again
    /// does not bring it back. Says whether there is such an article.
    pub fn delete(&self, id: &ArticleId) -> Result<bool> {
        self.noted((|| {
            let mut writer = self.writer();
            let (transaction, _) = writer.begin()?;
            let read = |row: &Row<'_>| Ok((row.get::<_, u64>(0)?, row.get::<_, bool>(1)?));
            let found = transaction.prepare_cached(sql::DELETED)?.query_row(params![id.0], read).optional()?;
            let Some((num, is_deleted)) = found else { return Ok(false) };
            if !is_deleted {
                transaction.prepare_cached(sql::ARTICLE_DELETE)?.execute(params![num])?;
                let now = Timestamp::now();
                transaction.prepare_cached(sql::CHANGE_ADD)?.execute(params![num, now.as_millisecond()])?;
                // Its copies have another original.
                let mut grouping = Grouping::new(&transaction);
                grouping.withdraw(num)?;
                grouping.settle(now)?;
            }
            transaction.commit()?;
            Ok(true)
        })())
    }

    /// What writing has taken so far, and stories of it.
    pub fn spent(&self) -> Spent {
        *locked(&self.spent)
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        locked(&self.writer)
    }
}

pub(super) struct BatchWrite<'a> {
    transaction: &'a Transaction<'a>,
    packer: &'a mut Packer,
    grouping: Grouping<'a>,
    /// What telling stories has taken so far.
    telling: Duration,
    run: RunId,
    now: Timestamp,
}

impl BatchWrite<'_> {
    /// What became of it, and its number.
    fn put(&mut self, ready: &mut Ready) -> Result<(Outcome, u64)> {
        let known = self.meet(ready)?;
        let Ready { incoming, print, telling } = &*ready;
        let Incoming { identity, article, original } = incoming;
        let Some(known) = known else {
            let num = self.add_article(identity)?;
            if let Some(page) = &identity.page {
                names::call(self.transaction, identity, page)?;
            }
            let row = self.add_current(num, 1, incoming, print, telling)?;
            self.add_original(row, original.as_deref())?;
            return Ok((Outcome::New, num));
        };
        if known.is_deleted {
            return Ok((Outcome::Deleted, known.num));
        }
        let next = known.kept.count + 1;
        let mut outcome = Outcome::Version;
        let row = match judge(&known.kept, print, article.status) {
            Verdict::Unchanged => return Ok((Outcome::Unchanged, known.num)),
            Verdict::Recaptured => {
                let captured = print.captured.map(Timestamp::as_millisecond);
                self.transaction.prepare_cached(sql::ARTICLE_RECAPTURED)?.execute(params![known.num, captured])?;
                return Ok((Outcome::Unchanged, known.num));
            }
            Verdict::Current => {
                if self.is_stranger(known.num, incoming)? {
                    outcome = Outcome::Stranger;
                }
                self.add_current(known.num, next, incoming, print, telling)?
            }
            Verdict::Behind => self.add_version(known.num, next, article, print)?,
        };
        self.add_original(row, original.as_deref())?;
        Ok((outcome, known.num))
    }

    /// Whether what comes under an id has nothing in common with what is shown under it. Of what cannot be read nobody
    /// can tell.
    fn is_stranger(&self, num: u64, incoming: &Incoming) -> Result<bool> {
        if incoming.identity.kind != Kind::Provider || incoming.article.is_held() {
            return Ok(false);
        }
        let mut statement = self.transaction.prepare_cached(sql::CURRENT)?;
        let shown = statement.query_one(params![num], read_kept)?.open(self.transaction, &mut Unpacker::new()?);
        Ok(shown.is_ok_and(|shown| !shown.article.is_held() && strangers(&shown.article, &incoming.article)))
    }

    /// The article as it is kept. Where it is kept under another name than it comes by, it has that one from here on.
    fn meet(&self, ready: &mut Ready) -> Result<Option<Known>> {
        let Incoming { identity, article, .. } = &mut ready.incoming;
        let known = BatchWrite::known(self.transaction, identity, &ready.print.content)?;
        if known.is_some() {
            return Ok(known);
        }
        let called = match names::other(self.transaction, identity)? {
            None if article.is_held() => self.meant(identity)?,
            called => called,
        };
        let Some(called) = called else { return Ok(None) };
        if identity.page.is_some() {
            names::call(self.transaction, &called, identity)?;
        }
        article.namespace.clone_from(&called.namespace);
        *identity = called;
        BatchWrite::known(self.transaction, identity, &ready.print.content)
    }

    /// Whoever ends or holds back an article need say no more of it than its id: it is the only one there is of that id.
    fn meant(&self, identity: &Identity) -> Result<Option<Identity>> {
        if identity.kind != Kind::Provider || !identity.namespace.ends_with(':') {
            return Ok(None);
        }
        let mut statement = self.transaction.prepare_cached(sql::NAMESPACES)?;
        let found =
            statement.query_map(params![identity.key], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        let [only] = found.as_slice() else { return Ok(None) };
        Ok(Some(Identity { namespace: only.clone(), ..identity.clone() }))
    }

    /// What is kept under an identity, looked at for somebody who comes with a text.
    pub(super) fn known(conn: &Connection, identity: &Identity, text: &[u8; 32]) -> Result<Option<Known>> {
        let moment = |at: Option<i64>| at.and_then(|at| Timestamp::from_millisecond(at).ok());
        let read = |row: &Row<'_>| {
            let shown = Fingerprint {
                content: row.get(4)?,
                provider_version: row.get(5)?,
                modified: moment(row.get(6)?),
                modified_until: None,
                captured: moment(row.get(3)?),
                has_body: row.get(7)?,
            };
            let highest = row.get::<_, Option<u64>>(10)?.max(row.get(11)?);
            let latest = moment(row.get::<_, Option<i64>>(12)?.max(row.get(13)?));
            let (count, has_text, has_body) = (row.get(8)?, row.get(9)?, row.get(14)?);
            let kept = Kept { shown, count, has_text, highest, latest, has_body, is_killed: row.get(2)? };
            Ok(Known { num: row.get(0)?, is_deleted: row.get(1)?, kept })
        };
        let values = params![identity.key, identity.namespace, text];
        Ok(conn.prepare_cached(sql::KNOWN)?.query_row(values, read).optional()?)
    }

    fn add_article(&self, identity: &Identity) -> Result<u64> {
        let id = article_id(identity);
        let values = params![id.0, identity.namespace, identity.key, self.now.as_millisecond()];
        self.transaction.prepare_cached(sql::ARTICLE_ADD)?.execute(values)?;
        Ok(self.transaction.last_insert_rowid() as u64)
    }

    /// A version that answers show: the article names it, and the change log says so.
    fn add_current(
        &mut self,
        num: u64,
        number: u32,
        incoming: &Incoming,
        print: &Fingerprint,
        telling: &Telling,
    ) -> Result<i64> {
        let article = &incoming.article;
        let row = self.add_version(num, number, article, print)?;
        let status = Held::of(article, self.now).map_or(Status::Usable, |held| held.status);
        let captured = print.captured.map(Timestamp::as_millisecond);
        let values = params![num, row, status_name(status), captured];
        self.transaction.prepare_cached(sql::ARTICLE_CURRENT)?.execute(values)?;
        let values = params![num, self.now.as_millisecond()];
        self.transaction.prepare_cached(sql::CHANGE_ADD)?.execute(values)?;
        let started = Instant::now();
        match status {
            Status::Usable if number == 1 => self.grouping.tell(num, &article_id(&incoming.identity).0, telling)?,
            Status::Usable => self.grouping.retell(num, &article_id(&incoming.identity).0, telling)?,
            Status::Withheld | Status::Killed => self.grouping.withdraw(num)?,
        }
        self.telling += started.elapsed();
        Ok(row)
    }

    /// A page that is too large is no loss to the article.
    fn add_original(&mut self, row: i64, page: Option<&[u8]>) -> Result<()> {
        let Some(page) = page.filter(|page| page.len() <= LARGEST_PAGE) else { return Ok(()) };
        let packed = self.packer.pack_page(page)?;
        self.transaction.prepare_cached(sql::KEPT_PAGE_ADD)?.execute(params![row, packed])?;
        Ok(())
    }

    fn add_version(&mut self, num: u64, number: u32, article: &Article, print: &Fingerprint) -> Result<i64> {
        let packed = self.packer.pack(article)?;
        let seal = seal(num, number, &print.content, &packed);
        let modified = print.modified.map(Timestamp::as_millisecond);
        let (stored, run) = (self.now.as_millisecond(), self.run.0);
        self.transaction.prepare_cached(sql::VERSION_ADD)?.execute(params![
            num,
            number,
            print.provider_version,
            modified,
            print.has_body,
            stored,
            run,
            print.content,
            seal,
            packed
        ])?;
        let row = self.transaction.last_insert_rowid();
        if let Some(Held { status, until }) = Held::of(article, self.now) {
            let until = until.map(Timestamp::as_millisecond);
            let values = params![num, number, print.provider_version, modified, status_name(status), until];
            self.transaction.prepare_cached(sql::HOLD_ADD)?.execute(values)?;
        }
        Ok(row)
    }
}

/// An article as kept so far.
pub(super) struct Known {
    num: u64,
    is_deleted: bool,
    pub(super) kept: Kept,
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Usable => "usable",
        Status::Withheld => "withheld",
        Status::Killed => "killed",
    }
}

/// New, and of a story that was there already.
fn known_as(outcome: Outcome, copy: bool) -> Outcome {
    if outcome == Outcome::New && copy { Outcome::Copy } else { outcome }
}

/// For those who watch over the program: here everything comes by that is read into the store.
fn count(outcomes: &[Outcome], rejects: &[Rejected], bytes: u64) {
    let counts = tally(outcomes, rejects.len(), bytes);
    let Counts { new, versions, unchanged, copies, .. } = counts;
    for (outcome, articles) in [("new", new), ("version", versions), ("unchanged", unchanged), ("copy", copies)] {
        metering::taken_in(outcome, articles);
    }
    rejects.iter().for_each(|reject| metering::rejected(&reject.code));
    metering::bytes_read(bytes);
}

fn tally(outcomes: &[Outcome], rejected: usize, bytes: u64) -> Counts {
    let count = |which| outcomes.iter().filter(|&&outcome| outcome == which).count() as u64;
    Counts {
        seen: outcomes.len() as u64,
        new: count(Outcome::New),
        versions: count(Outcome::Version) + count(Outcome::Stranger),
        unchanged: count(Outcome::Unchanged) + count(Outcome::Deleted),
        copies: count(Outcome::Copy),
        rejected: rejected as u64,
        bytes,
    }
}
