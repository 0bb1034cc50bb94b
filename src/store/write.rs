//! Writing: a batch is one transaction, and is acknowledged when that transaction is on the disk.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::bounds::Bounds;
use super::error::Result;
use super::hold::Held;
use super::pack::{LARGEST_PAGE, Packer, Unpacker, seal};
use super::pool::locked;
use super::read::read_kept;
use super::runs::{self, Counts, Rejected, RunId};
use super::stories::{Grouping, Telling};
use super::versions::{Fingerprint, Kept, Verdict, judge};
use super::{Spent, Store, connect, names, sql};
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
    /// Where it stood, should it be refused.
    pub place: Standpoint,
    print: Fingerprint,
    telling: Telling,
}

/// Where something stood that the store takes or refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standpoint {
    /// File, and member within it.
    pub source: String,
    pub offset: Option<u64>,
    pub line: Option<u64>,
}

impl From<Incoming> for Ready {
    fn from(incoming: Incoming) -> Ready {
        let print = Fingerprint::of(&incoming.identity, &incoming.article);
        let telling = Telling::of(&incoming.article);
        Ready { incoming, place: Standpoint::default(), print, telling }
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
    /// It is among the rejects of its run.
    Refused(Refusal),
}

/// Why the store does not take an article that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was removed for good.
    Purged,
    /// What is as old is not kept.
    TooOld,
}

impl Refusal {
    /// As docs/errors.md has it.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Purged => "purged",
            Refusal::TooOld => "too_old",
        }
    }

    pub fn detail(self) -> &'static str {
        match self {
            Refusal::Purged => "this article has been removed for good and is not taken in again",
            Refusal::TooOld => "it is older than what is kept (`after` of [retention])",
        }
    }
}

/// The one connection of this process that writes.
pub(super) struct Writer {
    dir: PathBuf,
    pub(super) conn: Connection,
    packer: Packer,
}

impl Writer {
    pub(super) fn new(dir: &Path, conn: Connection) -> Result<Mutex<Writer>> {
        Ok(Mutex::new(Writer { dir: dir.to_owned(), conn, packer: Packer::new()? }))
    }

    /// `IMMEDIATE`: the right to write is waited for here, never refused half-way.
    pub(super) fn begin(&mut self) -> Result<(Transaction<'_>, &mut Packer)> {
        let Writer { dir, conn, packer } = self;
        connect::may_write(dir)?;
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
        let bounds = Bounds::of(self, &transaction, now)?;
        let mut batch_write =
            BatchWrite { transaction: &transaction, packer, grouping, telling: Duration::ZERO, run, now, bounds };
        let outcomes = batch.iter_mut().map(|one| batch_write.put(one)).collect::<Result<Vec<_>>>()?;
        let settled = Instant::now();
        let copies = batch_write.grouping.settle(now)?;
        let grouping = batch_write.telling + settled.elapsed();
        let outcomes: Vec<_> =
            outcomes.into_iter().map(|(outcome, num)| known_as(outcome, copies.contains(&num))).collect();
        runs::note_rejects(&transaction, run, rejects)?;
        let refused = refused(batch, &outcomes);
        runs::note_rejects(&transaction, run, &refused)?;
        runs::advance(&transaction, run, &tally(&outcomes, rejects.len(), bytes))?;
        fail::fail_point!("store::before_commit", |_| std::process::abort());
        transaction.commit()?;
        fail::fail_point!("store::after_commit", |_| std::process::abort());
        count(&outcomes, rejects.iter().chain(&refused), bytes);
        let spent = &mut *locked(&self.spent);
        spent.articles += batch.len() as u64;
        spent.writing += started.elapsed();
        spent.grouping += grouping;
        Ok(outcomes)
    }

    /// Takes an article out of every answer for good: its name and identity stay as a tombstone, so that reading it again
    /// does not bring it back. Says whether there is such an article.
    pub fn delete(&self, id: &ArticleId) -> Result<bool> {
        let deleted = (|| {
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
        })();
        self.noted_where(deleted, |is_there| *is_there)
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
    bounds: Bounds,
}

impl BatchWrite<'_> {
    /// What became of it, and its number.
    fn put(&mut self, ready: &mut Ready) -> Result<(Outcome, u64)> {
        if let Some(refusal) = self.bounds.refuse(self.transaction, &ready.incoming)? {
            return Ok((Outcome::Refused(refusal), 0));
        }
        let (known, also) = self.meet(ready)?;
        let Ready { incoming, print, telling, .. } = &*ready;
        let Incoming { identity, article, original } = incoming;
        let Some(known) = known else {
            let (num, first) = self.add_article(identity)?;
            let Some(number) = first else { return Ok((Outcome::Deleted, num)) };
            let row = self.add_current(num, number, incoming, print, telling)?;
            self.call(identity, also.as_ref(), Some(row))?;
            self.add_original(row, original.as_deref())?;
            return Ok((Outcome::New, num));
        };
        if known.is_deleted {
            self.call(identity, also.as_ref(), None)?;
            return Ok((Outcome::Deleted, known.num));
        }
        let next = known.last + 1;
        let mut outcome = Outcome::Version;
        let row = match judge(&known.kept, print, article.status) {
            Verdict::Unchanged => {
                let row = self.bring_again(known.num, &print.content)?;
                self.call(identity, also.as_ref(), row)?;
                return Ok((Outcome::Unchanged, known.num));
            }
            Verdict::Recaptured => {
                let row = self.bring_again(known.num, &print.content)?;
                self.call(identity, also.as_ref(), row)?;
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
        self.call(identity, also.as_ref(), Some(row))?;
        self.add_original(row, original.as_deref())?;
        Ok((outcome, known.num))
    }

    fn call(&self, identity: &Identity, also: Option<&Identity>, row: Option<i64>) -> Result<()> {
        also.map_or(Ok(()), |also| names::call(self.transaction, identity, also, row))
    }

    /// Notes that this run, too, has brought a version that is kept; returns its row.
    fn bring_again(&self, num: u64, text: &[u8; 32]) -> Result<Option<i64>> {
        let mut statement = self.transaction.prepare_cached(sql::OF_TEXT)?;
        let rows = statement.query_map(params![num, text], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        // Of several of one text the newest: it was one that came.
        let newest = rows.first().copied();
        if let Some(row) = newest {
            self.transaction.prepare_cached(sql::BROUGHT_AGAIN)?.execute(params![row, self.run.0])?;
        }
        Ok(newest)
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

    /// The article as it is kept, and what it is also called from now on. Where it is kept under another name than it comes
    /// by, it has that one from here on.
    fn meet(&self, ready: &mut Ready) -> Result<(Option<Known>, Option<Identity>)> {
        let Incoming { identity, article, .. } = &mut ready.incoming;
        let known = BatchWrite::known(self.transaction, identity, &ready.print.content)?;
        if known.is_some() {
            return Ok((known, None));
        }
        let called = match names::other(self.transaction, identity)? {
            None if article.is_held() => self.meant(identity)?,
            called => called,
        };
        let Some(called) = called else { return Ok((None, identity.page.as_deref().cloned())) };
        article.namespace.clone_from(&called.namespace);
        let came_as = std::mem::replace(identity, called);
        let known = BatchWrite::known(self.transaction, identity, &ready.print.content)?;
        Ok((known, Some(came_as).filter(|came_as| came_as.page.is_some())))
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
            let (has_text, has_body) = (row.get(9)?, row.get(14)?);
            let kept = Kept { shown, has_text, highest, latest, has_body, is_killed: row.get(2)? };
            Ok(Known { num: row.get(0)?, is_deleted: row.get(1)?, last: row.get(8)?, kept })
        };
        let values = params![identity.key, identity.namespace, text];
        Ok(conn.prepare_cached(sql::KNOWN)?.query_row(values, read).optional()?)
    }

    /// Its number, and that of the version that comes; none where it was withdrawn before its last version was taken back:
    /// then it stays so.
    fn add_article(&self, identity: &Identity) -> Result<(u64, Option<u32>)> {
        let id = article_id(identity);
        let values = params![id.0, identity.namespace, identity.key, self.now.as_millisecond()];
        let mut add = self.transaction.prepare_cached(sql::ARTICLE_ADD)?;
        if let Some(added) = add.query_row(values, |row| Ok((row.get(0)?, Some(row.get(1)?)))).optional()? {
            return Ok(added);
        }
        let mut withdrawn = self.transaction.prepare_cached(sql::WITHDRAWN_BEFORE)?;
        Ok((withdrawn.query_one(params![id.0], |row| row.get(0))?, None))
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
    /// The highest number that a version of it was ever given.
    last: u32,
    pub(super) kept: Kept,
}

pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Usable => "usable",
        Status::Withheld => "withheld",
        Status::Killed => "killed",
    }
}

/// What the store itself has refused, as rejects. Nothing of the article goes in there: it is not to be kept.
fn refused(batch: &[Ready], outcomes: &[Outcome]) -> Vec<Rejected> {
    let refused = batch.iter().zip(outcomes).filter_map(|(ready, outcome)| {
        let Outcome::Refused(refusal) = outcome else { return None };
        let Standpoint { source, offset, line } = ready.place.clone();
        let (code, detail) = (refusal.code().to_owned(), refusal.detail().to_owned());
        Some(Rejected { source, offset, line, code, detail, copy: Vec::new() })
    });
    refused.collect()
}

/// New, and of a story that was there already.
fn known_as(outcome: Outcome, copy: bool) -> Outcome {
    if outcome == Outcome::New && copy { Outcome::Copy } else { outcome }
}

/// For those who watch over the program: here everything comes by that is read into the store.
fn count<'a>(outcomes: &[Outcome], rejects: impl Iterator<Item = &'a Rejected>, bytes: u64) {
    let counts = tally(outcomes, 0, bytes);
    let Counts { new, versions, unchanged, copies, .. } = counts;
    for (outcome, articles) in [("new", new), ("version", versions), ("unchanged", unchanged), ("copy", copies)] {
        metering::taken_in(outcome, articles);
    }
    rejects.for_each(|reject| metering::rejected(&reject.code));
    metering::bytes_read(bytes);
}

fn tally(outcomes: &[Outcome], rejected: usize, bytes: u64) -> Counts {
    let count = |which| outcomes.iter().filter(|&&outcome| outcome == which).count() as u64;
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Refused(_))).count();
    Counts {
        seen: (outcomes.len() - refused) as u64,
        new: count(Outcome::New),
        versions: count(Outcome::Version) + count(Outcome::Stranger),
        unchanged: count(Outcome::Unchanged) + count(Outcome::Deleted),
        copies: count(Outcome::Copy),
        rejected: (rejected + refused) as u64,
        bytes,
    }
}
