//! The sentences of an article: how many words and how many bytes each has.
//!
//! A highlight knows word positions and must find their letters. Kept with every document, this table leads from a
//! position to its sentence by adding up, and only that sentence is read again. About three bytes a sentence.

use std::ops::Range;

/// The table, encoded: for each paragraph (headline and lead are the first two) the number of its sentences, then for
/// each sentence its words and its bytes. Numbers are LEB128.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentences {
    bytes: Vec<u8>,
    paragraph: Vec<u8>,
    in_paragraph: u32,
    from: usize,
    open: bool,
}

/// One sentence of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// 0 is the headline, 1 the lead, 2 the first paragraph of the body.
    pub paragraph: usize,
    /// Words before it, in its section.
    pub first_word: u32,
    pub words: u32,
    /// Where it stands in its paragraph.
    pub bytes: Range<usize>,
}

impl Sentences {
    pub(super) fn begin_paragraph(&mut self) {
        self.close();
        self.open = true;
    }

    /// Adds the next sentence of the paragraph: its words, and the byte where the one after it begins.
    pub(super) fn push(&mut self, words: u32, end: usize) {
        write(&mut self.paragraph, words as usize);
        write(&mut self.paragraph, end.saturating_sub(self.from));
        self.from = end;
        self.in_paragraph += 1;
    }

    fn close(&mut self) {
        if self.open {
            write(&mut self.bytes, self.in_paragraph as usize);
            self.bytes.append(&mut self.paragraph);
        }
        self.in_paragraph = 0;
        self.from = 0;
        self.open = false;
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }

    /// Reads an encoded table; one that is cut short yields the sentences before the cut.
    pub fn decode(bytes: &[u8]) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        let mut rest = bytes;
        let mut paragraph = 0;
        let mut first_word = 0;
        while let Some(count) = read(&mut rest) {
            if paragraph <= 2 {
                first_word = 0;
            }
            let mut from = 0;
            for _ in 0..count {
                let (Some(words), Some(length)) = (read(&mut rest), read(&mut rest)) else { return sentences };
                let bytes = from..from + length;
                from = bytes.end;
                sentences.push(Sentence { paragraph, first_word, words: words as u32, bytes });
                first_word += words as u32;
            }
            paragraph += 1;
        }
        sentences
    }
}

fn write(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= ((byte & 0x7f) as usize) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_comes_back() {
        let mut table = Sentences::default();
        table.begin_paragraph();
        table.push(7, 300);
        table.begin_paragraph();
        table.begin_paragraph();
        table.push(2, 10);
        table.push(200, 1510);
        table.begin_paragraph();
        table.push(1, 4);
        let sentence = |paragraph, first_word, words, bytes| Sentence { paragraph, first_word, words, bytes };
        assert_eq!(
            Sentences::decode(&table.into_bytes()),
            [
                sentence(0, 0, 7, 0..300),
                sentence(2, 0, 2, 0..10),
                sentence(2, 2, 200, 10..1510),
                sentence(3, 202, 1, 0..4)
            ]
        );
    }
}
