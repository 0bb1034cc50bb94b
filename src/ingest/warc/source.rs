//! The unpacked bytes of an archive by lines and by lengths, with the place they stand at.

use std::io::{self, Read};

use super::members::{Members, Packing};

/// A header line; longer ones are no header.
const LONGEST_LINE: usize = 64 * 1024;

const PIECE: usize = 64 * 1024;

pub(super) struct Source<R: Read> {
    members: Members<R>,
    bytes: Vec<u8>,
    at: usize,
    /// Where `bytes` begin, unpacked.
    start: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its end.
    Text(Vec<u8>),
    TooLong,
    End,
}

impl<R: Read> Source<R> {
    pub(super) fn new(stream: R, packing: Packing) -> Source<R> {
        Source { members: Members::new(stream, packing), bytes: Vec::new(), at: 0, start: 0 }
    }

    /// Bytes from the start, unpacked.
    pub(super) fn offset(&self) -> u64 {
        self.start + self.at as u64
    }

    /// After an error: goes on behind what is damaged, if anything follows.
    pub(super) fn skip_damage(&mut self) -> bool {
        self.start += self.bytes.len() as u64;
        self.bytes.clear();
        self.at = 0;
        self.members.skip_damage().unwrap_or(false)
    }

    /// Nothing more is read.
    pub(super) fn close(&mut self) {
        self.start += self.bytes.len() as u64;
        self.bytes.clear();
        self.at = 0;
        self.members.close();
    }

    pub(super) fn line(&mut self) -> io::Result<Line> {
        let mut looked = 0;
        loop {
            let rest = &self.bytes[self.at..];
            if let Some(end) = rest[looked..].iter().position(|byte| *byte == b'\n') {
                let line = rest[..looked + end].strip_suffix(b"\r").unwrap_or(&rest[..looked + end]).to_vec();
                self.at += looked + end + 1;
                return Ok(if line.len() > LONGEST_LINE { Line::TooLong } else { Line::Text(line) });
            }
            looked = rest.len();
            if looked > LONGEST_LINE {
                return self.skip_line();
            }
            if self.more()? == 0 {
                let rest = self.bytes.split_off(self.at);
                return Ok(if rest.is_empty() { Line::End } else { Line::Text(rest) });
            }
        }
    }

    /// The rest of a line that is none.
    fn skip_line(&mut self) -> io::Result<Line> {
        loop {
            if let Some(end) = self.bytes[self.at..].iter().position(|byte| *byte == b'\n') {
                self.at += end + 1;
                return Ok(Line::TooLong);
            }
            self.at = self.bytes.len();
            if self.more()? == 0 {
                return Ok(Line::TooLong);
            }
        }
    }

    /// The next `length` bytes; of more than `most` none are kept.
    pub(super) fn content(&mut self, length: u64, most: usize) -> io::Result<Option<Vec<u8>>> {
        let wanted = usize::try_from(length).ok().filter(|length| *length <= most);
        let mut kept = Vec::new();
        let mut left = length;
        while left > 0 {
            if self.at == self.bytes.len() && self.more()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let rest = &self.bytes[self.at..];
            let count = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if wanted.is_some() {
                kept.extend_from_slice(&rest[..count]);
            }
            self.at += count;
            left -= count as u64;
        }
        Ok(wanted.map(|_| kept))
    }

    /// Passes over line ends.
    pub(super) fn line_ends(&mut self) -> io::Result<()> {
        while self.is_at_line_end() || self.at == self.bytes.len() && self.more()? > 0 {}
        Ok(())
    }

    /// Passes over line ends behind a record, as far as its member goes. That brings the check of the member: an error says
    /// that what was read is damaged.
    pub(super) fn end_record(&mut self) -> io::Result<()> {
        while self.is_at_line_end() || self.at == self.bytes.len() && self.more_of_member()? > 0 {}
        Ok(())
    }

    fn is_at_line_end(&mut self) -> bool {
        let is_end = matches!(self.bytes.get(self.at), Some(b'\r' | b'\n'));
        self.at += usize::from(is_end);
        is_end
    }

    fn more(&mut self) -> io::Result<usize> {
        loop {
            let read = self.more_of_member()?;
            if read > 0 || !self.members.next_member()? {
                return Ok(read);
            }
        }
    }

    fn more_of_member(&mut self) -> io::Result<usize> {
        if !self.members.is_in_proportion() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.drain(..self.at);
        self.start += self.at as u64;
        self.at = 0;
        let length = self.bytes.len();
        self.bytes.resize(length + PIECE, 0);
        let read = self.members.read(&mut self.bytes[length..]);
        self.bytes.truncate(length + *read.as_ref().unwrap_or(&0));
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lengths_keep_their_place() {
        let mut source = Source::new(&b"one\r\ntwo\n\r\nxyz"[..], Packing::Plain);
        assert_eq!(source.line().unwrap(), Line::Text(b"one".to_vec()));
        assert_eq!(source.offset(), 5);
        assert_eq!(source.content(3, 9).unwrap(), Some(b"two".to_vec()));
        source.line_ends().unwrap();
        assert_eq!(source.content(1, 0).unwrap(), None, "passed over, not kept");
        assert_eq!(source.content(9, 9).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_line_without_an_end_is_not_held() {
        let long = io::repeat(b'a').take(4 << 20).chain(&b"\nnext"[..]);
        let mut source = Source::new(long, Packing::Plain);
        assert_eq!(source.line().unwrap(), Line::TooLong);
        assert!(source.bytes.len() < 4 * LONGEST_LINE);
        assert_eq!(source.line().unwrap(), Line::Text(b"next".to_vec()));
        assert_eq!(source.line().unwrap(), Line::End);
    }
}
