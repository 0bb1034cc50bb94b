//! The text of one file, a piece at a time, so that a file need not fit into memory.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

use super::encoding;

/// Bytes read at a time.
const PIECE: usize = 1 << 20;
const STEP: usize = 64 << 10;

pub(super) struct Chunks<R> {
    stream: R,
    /// Read and not yet decoded.
    bytes: Vec<u8>,
    /// The encoding that whoever sent it names.
    told: Option<&'static Encoding>,
    /// `None` while all has been ASCII.
    decoder: Option<Decoder>,
    /// What has been read and not yet been let go.
    pub(super) text: String,
    /// Where the text begins, in bytes of the file's text and in lines from 1.
    pub(super) offset: u64,
    pub(super) line: u64,
    /// For now, nothing more has come; what there is can be looked at meanwhile.
    pub(super) paused: bool,
    /// Nothing follows the text.
    pub(super) ended: bool,
    /// Why it ended before its end.
    pub(super) broken: Option<io::ErrorKind>,
}

impl<R: Read> Chunks<R> {
    pub(super) fn new(stream: R, told: Option<&'static Encoding>) -> Chunks<R> {
        let (bytes, text) = (Vec::new(), String::new());
        let (offset, line, paused, ended, broken) = (0, 1, false, false, None);
        Chunks { stream, bytes, told, decoder: None, text, offset, line, paused, ended, broken }
    }

    /// Reads on until there are `wanted` bytes of text, or the file ends.
    pub(super) fn fill(&mut self, wanted: usize) {
        while !self.ended && self.text.len() < wanted {
            self.read_piece();
        }
    }

    /// The same, but whoever sends may be waiting for an answer: where nothing more comes for now, it ends as well.
    pub(super) fn fill_meanwhile(&mut self, wanted: usize) {
        while !self.ended && !self.paused && self.text.len() < wanted {
            self.read_piece();
        }
    }

    /// Lets go of the first `length` bytes of the text.
    pub(super) fn advance(&mut self, length: usize) {
        self.line += self.text[..length].bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.offset += length as u64;
        self.text.drain(..length);
    }

    fn read_piece(&mut self) {
        let (length, error) = self.take_in();
        let why = error.map(|error| error.kind());
        self.paused = why == Some(io::ErrorKind::WouldBlock);
        self.broken = why.filter(|_| !self.paused);
        self.ended = length < PIECE && !self.paused;
        if self.decoder.is_none()
            && let Some((encoding, mark)) = encoding::choose(&self.bytes, self.told, self.ended)
        {
            self.bytes.drain(..mark);
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        self.decode();
    }

    /// Reads a piece, and makes no room for a whole one where there is less: many files are small.
    fn take_in(&mut self) -> (usize, Option<io::Error>) {
        let mut taken = 0;
        loop {
            let from = self.bytes.len();
            self.bytes.resize(from + STEP, 0);
            let (length, error) = fill_meanwhile(&mut self.stream, &mut self.bytes[from..]);
            self.bytes.truncate(from + length);
            taken += length;
            if length < STEP || taken >= PIECE {
                return (taken, error);
            }
        }
    }

    fn decode(&mut self) {
        let Some(decoder) = &mut self.decoder else {
            self.text.push_str(&String::from_utf8_lossy(&self.bytes));
            return self.bytes.clear();
        };
        let mut at = 0;
        loop {
            self.text.reserve(self.bytes.len() - at + 64);
            let (result, read, _) = decoder.decode_to_string(&self.bytes[at..], &mut self.text, self.ended);
            at += read;
            if result == CoderResult::InputEmpty {
                return self.bytes.clear();
            }
        }
    }
}

/// Waits where the stream would have something else be done meanwhile.
pub(super) struct Patient<R>(pub(super) R);

impl<R: Read> Read for Patient<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

/// Fills the buffer as far as the stream goes for now; also says why it goes no further.
pub(super) fn fill_meanwhile(stream: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut length = 0;
    while length < buffer.len() {
        match stream.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (length, Some(error)),
        }
    }
    (length, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_in_pieces_and_keeps_its_place() {
        let text = "a\né\n".repeat(PIECE / 4);
        let mut chunks = Chunks::new(text.as_bytes(), None);
        chunks.fill(10);
        assert!(!chunks.ended && text.starts_with(&chunks.text));
        chunks.advance(5);
        assert_eq!((chunks.offset, chunks.line), (5, 3));
        chunks.fill(usize::MAX);
        assert_eq!((chunks.ended, chunks.text.as_str()), (true, &text[5..]));
    }

    /// Pauses after each word.
    struct Hesitant(Vec<&'static str>, bool);

    impl Read for Hesitant {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if !self.1 && !self.0.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let word = if self.0.is_empty() { "" } else { self.0.remove(0) };
            buffer[..word.len()].copy_from_slice(word.as_bytes());
            Ok(word.len())
        }
    }

    #[test]
    fn what_has_come_by_a_pause_can_be_looked_at() {
        let mut chunks = Chunks::new(Hesitant(vec!["one ", "two"], false), None);
        chunks.fill_meanwhile(100);
        assert_eq!((chunks.text.as_str(), chunks.paused, chunks.ended), ("one ", true, false));
        chunks.fill_meanwhile(100);
        assert_eq!(chunks.text, "one ", "until somebody has looked");
        chunks.paused = false;
        chunks.fill_meanwhile(100);
        assert_eq!((chunks.text.as_str(), chunks.ended, chunks.broken), ("one two", true, None));
        let mut chunks = Chunks::new(Hesitant(vec!["one ", "two"], false), None);
        chunks.fill(100);
        assert_eq!((chunks.text.as_str(), chunks.ended, chunks.broken), ("one two", true, None));
    }

    #[test]
    fn what_is_cut_between_pieces_is_decoded_whole() {
        let text = format!("{}é", "a".repeat(PIECE - 1));
        let mut chunks = Chunks::new(text.as_bytes(), None);
        chunks.fill(usize::MAX);
        assert!(chunks.text.ends_with("aé"));
    }
}
