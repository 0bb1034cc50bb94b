//! The text of one file, a piece at a time, so that a file need not fit into memory.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder};

use super::encoding;

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

pub(super) struct Chunks<R> {
    stream: R,
    /// Read and not yet decoded.
    bytes: Vec<u8>,
    /// `None` while all has been ASCII.
    decoder: Option<Decoder>,
    /// What has been read and not yet been let go.
    pub(super) text: String,
    /// Where the text begins, in bytes of the file's text and in lines from 1.
    pub(super) offset: u64,
    pub(super) line: u64,
    /// Nothing follows the text.
    pub(super) ended: bool,
    /// Why it ended before its end.
    pub(super) broken: Option<io::ErrorKind>,
}

impl<R: Read> Chunks<R> {
    pub(super) fn new(stream: R) -> Chunks<R> {
        let (bytes, text) = (Vec::new(), String::new());
        Chunks { stream, bytes, decoder: None, text, offset: 0, line: 1, ended: false, broken: None }
    }

    /// Reads on until there are `wanted` bytes of text, or the file ends.
    pub(super) fn fill(&mut self, wanted: usize) {
        while !self.ended && self.text.len() < wanted {
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
        let start = self.bytes.len();
        self.bytes.resize(start + PIECE, 0);
        let (length, error) = fill(&mut self.stream, &mut self.bytes[start..]);
        self.bytes.truncate(start + length);
        self.broken = error.map(|error| error.kind());
        self.ended = length < PIECE;
        if self.decoder.is_none()
            && let Some((encoding, mark)) = encoding::choose(&self.bytes, self.ended)
        {
            self.bytes.drain(..mark);
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        self.decode();
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

/// Fills the buffer as far as the stream goes; also says why it goes no further.
pub(super) fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
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
        let mut chunks = Chunks::new(text.as_bytes());
        chunks.fill(10);
        assert!(!chunks.ended && text.starts_with(&chunks.text));
        chunks.advance(5);
        assert_eq!((chunks.offset, chunks.line), (5, 3));
        chunks.fill(usize::MAX);
        assert_eq!((chunks.ended, chunks.text.as_str()), (true, &text[5..]));
    }

    #[test]
    fn what_is_cut_between_pieces_is_decoded_whole() {
        let text = format!("{}é", "a".repeat(PIECE - 1));
        let mut chunks = Chunks::new(text.as_bytes());
        chunks.fill(usize::MAX);
        assert!(chunks.text.ends_with("aé"));
    }
}
