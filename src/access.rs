//! WHO MAY: keys to the doors. A key is shown once, when it is made; what is kept is a hash of it, so that nobody who
//! reads the store can open anything.

use std::sync::Arc;

use jiff::Timestamp;

use crate::store::{KeptKey, Store, StoreError};

pub use crate::store::Scope;

/// How every key begins, so that one that has got into a text is recognised.
const MARK: &str = "bs_";

/// Bytes of what may be told of a key, and of what may not; both are written in hexadecimal digits.
const ID: usize = 4;
const SECRET: usize = 32;

/// The keys of an archive.
#[derive(Clone)]
pub struct Keys {
    store: Arc<Store>,
}

/// Who has shown a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The part of the key that may be told.
    pub key: String,
    pub scope: Scope,
}

/// Why a key opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// It was never made, or it is not written as keys are.
    Unknown,
    /// It was taken back, or its time is over.
    Over,
}

#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl Keys {
    pub fn new(store: Arc<Store>) -> Keys {
        Keys { store }
    }

    /// Makes a key and returns it; it cannot be had again.
    pub fn make(&self, name: &str, scope: Scope, expires: Option<Timestamp>) -> Result<String, AccessError> {
        let (id, secret) = (random::<ID>()?, random::<SECRET>()?);
        let shown = format!("{MARK}{id}_{secret}");
        let made = Timestamp::now();
        self.store.add_key(&KeptKey { id, hash: hash(&shown), scope, name: name.to_owned(), made, expires })?;
        Ok(shown)
    }

    /// Who shows this key. How long that takes tells whether there is a key of this id, and nothing of its secret.
    pub fn holder(&self, shown: &str, now: Timestamp) -> Result<Result<Holder, NoKey>, StoreError> {
        let Some(id) = told(shown) else { return Ok(Err(NoKey::Unknown)) };
        let Some(kept) = self.store.key(id)? else { return Ok(Err(NoKey::Unknown)) };
        // blake3 compares its hashes in constant time.
        if blake3::hash(shown.as_bytes()) != blake3::Hash::from_bytes(kept.hash) {
            return Ok(Err(NoKey::Unknown));
        }
        let is_over = kept.is_over(now);
        Ok(if is_over { Err(NoKey::Over) } else { Ok(Holder { key: kept.id, scope: kept.scope }) })
    }
}

/// What may be told of a key that is written as keys are.
pub fn told(shown: &str) -> Option<&str> {
    let (id, secret) = shown.strip_prefix(MARK)?.split_once('_')?;
    let is_hex =
        |text: &str, bytes: usize| text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(id, ID) && is_hex(secret, SECRET)).then_some(id)
}

fn hash(shown: &str) -> [u8; 32] {
    *blake3::hash(shown.as_bytes()).as_bytes()
}

fn random<const BYTES: usize>() -> Result<String, AccessError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(AccessError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn keys() -> (tempfile::TempDir, Keys) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        (dir, Keys::new(Arc::new(store)))
    }

    #[test]
    fn a_key_opens_what_it_was_made_for_and_only_a_hash_of_it_is_kept() {
        let (dir, keys) = keys();
        let shown = keys.make("wire desk", Scope::Write, None).unwrap();
        let holder = keys.holder(&shown, Timestamp::now()).unwrap().unwrap();
        assert_eq!((holder.scope, Some(holder.key.as_str())), (Scope::Write, told(&shown)));
        drop(keys);
        let secret = shown.rsplit('_').next().unwrap().to_owned();
        for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{}", entry.path().display());
        }
    }

    #[test]
    fn what_is_not_the_key_opens_nothing() {
        let (_dir, keys) = keys();
        let shown = keys.make("", Scope::Admin, None).unwrap();
        let other = keys.make("", Scope::Admin, None).unwrap();
        let (id, secret) = shown[MARK.len()..].split_once('_').unwrap();
        let others = other.rsplit('_').next().unwrap();
        let wrong = [
            String::new(),
            id.to_owned(),
            secret.to_owned(),
            format!("{MARK}{id}_{others}"),
            format!("{MARK}{id}_{}", secret.to_uppercase()),
            format!("{MARK}{id}_{}", &secret[1..]),
            format!("{shown} "),
            format!("{MARK}ffffffff_{secret}"),
        ];
        for wrong in wrong {
            assert_eq!(keys.holder(&wrong, Timestamp::now()).unwrap(), Err(NoKey::Unknown), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_over_when_its_time_is_and_when_it_is_taken_back() {
        let (_dir, keys) = keys();
        let now = Timestamp::now();
        let shown = keys.make("", Scope::Read, Some(now + 1.hour())).unwrap();
        assert!(keys.holder(&shown, now).unwrap().is_ok());
        assert_eq!(keys.holder(&shown, now + 1.hour()).unwrap(), Err(NoKey::Over));
        let id = told(&shown).unwrap();
        assert!(keys.store.end_key(id, now + 2.hours()).unwrap(), "never later than it was");
        assert_eq!(keys.holder(&shown, now + 1.hour()).unwrap(), Err(NoKey::Over));
        assert!(keys.store.end_key(id, now).unwrap());
        assert_eq!(keys.holder(&shown, now).unwrap(), Err(NoKey::Over));
        assert!(!keys.store.end_key("00000000", now).unwrap());
    }

    #[test]
    fn scopes_hold_what_is_below_them() {
        assert!(Scope::Read < Scope::Write && Scope::Write < Scope::Admin);
    }
}
