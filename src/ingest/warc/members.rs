//! What a web archive is packed in: nothing, a gzip member a record, a zstd frame a record. Reading goes on behind what is
//! damaged, at the next member.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use crate::ingest::proportion::is_in_proportion;

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A dictionary for all frames, in a frame of its own that decoders skip (iipc.github.io/warc-specifications, WARC-zstd).
pub(in crate::ingest) const DICTIONARY: &[u8] = &[0x5d, 0x2a, 0x4d, 0x18];
const LARGEST_DICTIONARY: usize = 8 << 20;

/// Packed bytes of a member kept, so that behind damage the next one is looked for from where this one began: a damaged
/// stream may have been read far into what follows it.
const REMEMBERED: usize = 4 << 20;

const PIECE: usize = 64 * 1024;

/// Bytes as they lie in the archive, with those of the member at hand kept.
struct Raw<R> {
    stream: R,
    bytes: Vec<u8>,
    /// Where in `bytes` reading is.
    at: usize,
    /// Bytes taken from the stream: what is read again behind damage counts once.
    packed: u64,
}

impl<R: Read> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Raw<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.bytes.len() {
            self.more()?;
        }
        Ok(&self.bytes[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl<R: Read> Raw<R> {
    /// Reads a piece on; says how much there was.
    fn more(&mut self) -> io::Result<usize> {
        if self.at > REMEMBERED {
            self.forget();
        }
        let length = self.bytes.len();
        self.bytes.resize(length + PIECE, 0);
        let read = loop {
            match self.stream.read(&mut self.bytes[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let count = *read.as_ref().unwrap_or(&0);
        self.bytes.truncate(length + count);
        self.packed += count as u64;
        read
    }

    /// What has been read is not needed again.
    fn forget(&mut self) {
        self.bytes.drain(..self.at);
        self.at = 0;
    }

    fn starts_with(&mut self, mark: &[u8]) -> io::Result<bool> {
        while self.bytes.len() - self.at < mark.len() && self.more()? > 0 {}
        Ok(self.bytes[self.at..].starts_with(mark))
    }

    /// Goes to where `mark` next stands behind the beginning of what is remembered; `false`: nowhere.
    fn seek(&mut self, mark: &[u8]) -> io::Result<bool> {
        self.at = 1.min(self.bytes.len());
        loop {
            let found = self.bytes[self.at..].windows(mark.len()).position(|window| window == mark);
            if let Some(found) = found {
                self.at += found;
                self.forget();
                return Ok(true);
            }
            self.at = self.bytes.len().saturating_sub(mark.len() - 1).max(self.at);
            self.forget();
            if self.more()? == 0 {
                return Ok(false);
            }
        }
    }
}

/// The unpacked bytes of all members, one after the other.
pub(super) struct Members<R: Read> {
    state: State<R>,
    packing: Packing,
    dictionary: Vec<u8>,
    unpacked: u64,
}

/// Where reading is: between members, or in one.
enum State<R: Read> {
    Between(Raw<R>),
    Plain(Raw<R>),
    Gzip(Box<GzDecoder<Raw<R>>>),
    Zstd(Box<zstd::Decoder<'static, Raw<R>>>),
    /// What could not be unpacked is behind.
    Damaged(Raw<R>),
    Ended,
}

impl<R: Read> Members<R> {
    pub(super) fn new(stream: R, packing: Packing) -> Members<R> {
        let raw = Raw { stream, bytes: Vec::new(), at: 0, packed: 0 };
        Members { state: State::Between(raw), packing, dictionary: Vec::new(), unpacked: 0 }
    }

    /// What has been unpacked, by what it was packed in; at the end it is as it was before.
    pub(super) fn is_in_proportion(&self) -> bool {
        let packed = match &self.state {
            State::Between(raw) | State::Plain(raw) | State::Damaged(raw) => raw.packed,
            State::Gzip(decoder) => decoder.get_ref().packed,
            State::Zstd(decoder) => decoder.get_ref().packed,
            State::Ended => return true,
        };
        is_in_proportion(packed, self.unpacked)
    }

    pub(super) fn close(&mut self) {
        self.state = State::Ended;
    }

    /// After damage: goes on at the next member; `false` where there is none. Plain archives have no members: what reads
    /// them looks for the next record.
    pub(super) fn skip_damage(&mut self) -> io::Result<bool> {
        let mut raw = match std::mem::replace(&mut self.state, State::Ended) {
            State::Between(raw) | State::Damaged(raw) => raw,
            State::Gzip(decoder) => decoder.into_inner(),
            State::Zstd(decoder) => decoder.finish(),
            State::Plain(raw) => {
                self.state = State::Plain(raw);
                return Ok(true);
            }
            State::Ended => return Ok(false),
        };
        let found = raw.seek(if self.packing == Packing::Gzip { GZIP } else { ZSTD })?;
        if found {
            self.state = State::Between(raw);
        }
        Ok(found)
    }

    /// Opens the next member.
    fn open(&mut self, mut raw: Raw<R>) -> io::Result<State<R>> {
        raw.forget();
        if raw.fill_buf()?.is_empty() {
            return Ok(State::Ended);
        }
        let is_first = self.packing == Packing::Zstd && self.unpacked == 0 && self.dictionary.is_empty();
        if is_first && raw.starts_with(DICTIONARY)? {
            self.dictionary = dictionary(&mut raw)?;
            raw.forget();
            if raw.fill_buf()?.is_empty() {
                return Ok(State::Ended);
            }
        }
        Ok(match self.packing {
            Packing::Plain => State::Plain(raw),
            Packing::Gzip if raw.starts_with(GZIP)? => State::Gzip(Box::new(GzDecoder::new(raw))),
            Packing::Zstd if raw.starts_with(ZSTD)? => {
                let decoder = zstd::Decoder::with_dictionary(raw, &self.dictionary)?;
                State::Zstd(Box::new(decoder.single_frame()))
            }
            // Some writers pad with zeros.
            _ => State::Damaged(raw),
        })
    }
}

/// The content of the dictionary frame, which may itself be packed.
fn dictionary(raw: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = [0; 8];
    raw.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    if length > LARGEST_DICTIONARY {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length];
    raw.read_exact(&mut bytes)?;
    if bytes.starts_with(ZSTD) {
        return zstd::bulk::decompress(&bytes, LARGEST_DICTIONARY);
    }
    Ok(bytes)
}

impl<R: Read> Members<R> {
    /// Reads on in the member at hand; 0 is its end. An error says that it is damaged, and [`Members::skip_damage`] leads on.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.state {
            State::Plain(raw) => raw.read(buffer)?,
            State::Gzip(decoder) => decoder.read(buffer)?,
            State::Zstd(decoder) => decoder.read(buffer)?,
            State::Damaged(_) => return Err(io::ErrorKind::InvalidData.into()),
            State::Between(_) | State::Ended => 0,
        };
        self.unpacked += read as u64;
        Ok(read)
    }

    /// Opens the next member; `false`: there is none.
    pub(super) fn next_member(&mut self) -> io::Result<bool> {
        let raw = match std::mem::replace(&mut self.state, State::Ended) {
            State::Gzip(decoder) => decoder.into_inner(),
            State::Zstd(decoder) => decoder.finish(),
            State::Between(raw) | State::Damaged(raw) => raw,
            State::Plain(_) | State::Ended => return Ok(false),
        };
        self.state = self.open(raw)?;
        Ok(!matches!(self.state, State::Ended))
    }
}

/// What a packed file holds: its first bytes, unpacked as far as they go.
pub(in crate::ingest) fn peek(head: &[u8]) -> Option<(Packing, Vec<u8>)> {
    let packing = match head {
        head if head.starts_with(GZIP) => Packing::Gzip,
        head if head.starts_with(ZSTD) || head.starts_with(DICTIONARY) => Packing::Zstd,
        _ => return None,
    };
    let mut first = vec![0; 16];
    let mut length = 0;
    let mut members = Members::new(head, packing);
    if members.next_member().is_ok_and(|is_there| is_there) {
        while let Ok(count @ 1..) = members.read(&mut first[length..]) {
            length += count;
        }
    }
    first.truncate(length);
    Some((packing, first))
}
