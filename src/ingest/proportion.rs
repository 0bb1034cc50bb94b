//! What is unpacked is bounded by what it was packed in.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Real text packs a hundred times at most; far beyond it, and beyond what a memory holds anyway, is an attack on the disk.
const HIGHEST_RATIO: u64 = 250;
const UNSUSPICIOUS: u64 = 256 << 20;

pub(super) fn is_in_proportion(packed: u64, unpacked: u64) -> bool {
    unpacked <= UNSUSPICIOUS.max(packed.saturating_mul(HIGHEST_RATIO))
}

/// How much has been read and how much that was unpacked, by all who read the same bytes.
#[derive(Clone, Default)]
pub(super) struct Proportion {
    pub(super) packed: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
}

impl Proportion {
    /// To a file whose size is known.
    pub(super) fn of(packed: u64) -> Proportion {
        Proportion { packed: Arc::new(packed.into()), unpacked: Arc::default() }
    }

    pub(super) fn is_kept(&self) -> bool {
        is_in_proportion(self.packed.load(Ordering::Relaxed), self.unpacked.load(Ordering::Relaxed))
    }
}

/// What is unpacked, as long as it is in proportion to what is read.
pub(super) struct Proportionate<R> {
    pub(super) inner: R,
    pub(super) proportion: Proportion,
}

impl<R: Read> Read for Proportionate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.proportion.is_kept() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.inner.read(buffer)?;
        self.proportion.unpacked.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_out_of_proportion_is_read_no_further() {
        let unpack = |packed: u64, unpacked: u64| {
            let proportion = Proportion { unpacked: Arc::new(unpacked.into()), ..Proportion::of(packed) };
            Proportionate { inner: io::repeat(b'a'), proportion }.read(&mut [0; 8]).map_err(|error| error.kind())
        };
        assert_eq!(unpack(10, UNSUSPICIOUS), Ok(8), "a small file may");
        assert_eq!(unpack(10, UNSUSPICIOUS + 1), Err(io::ErrorKind::FileTooLarge));
        assert_eq!(unpack(UNSUSPICIOUS, UNSUSPICIOUS * 100), Ok(8), "a large one in proportion");
    }
}
