//! The TIME collection as it came from Cornell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) struct Time {
    /// The lines of each article; it is numbered by its place, from 1.
    pub(crate) articles: Vec<Vec<String>>,
    pub(crate) questions: BTreeMap<u32, String>,
    /// By question: the numbers of the articles that answer it.
    pub(crate) relevant: BTreeMap<u32, BTreeSet<usize>>,
}

/// Judgements number articles by their place among 425, of which every copy lacks two, between these numbers.
const LACKING: (usize, usize) = (370, 2);

impl Time {
    /// `None` where it is absent.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Option<Time>> {
        let folder = root.join("time-collection");
        if !folder.is_dir() {
            println!("ABSENT: {}", folder.display());
            return Ok(None);
        }
        let read = |name: &str| -> anyhow::Result<String> {
            Ok(String::from_utf8_lossy(&std::fs::read(folder.join(name))?).into_owned())
        };
        Ok(Some(Time {
            articles: pieces(&read("TIME.ALL")?, "*TEXT").into_iter().map(|(_, lines)| lines).collect(),
            questions: pieces(&read("TIME.QUE")?, "*FIND")
                .into_iter()
                .filter_map(|(head, lines)| Some((head.trim().parse().ok()?, lines.join(" "))))
                .collect(),
            relevant: read("TIME.REL.ALL")?.lines().filter_map(judgement).collect(),
        }))
    }
}

/// What stands behind each mark: the rest of its line, and the lines up to the next that are not empty.
fn pieces(text: &str, mark: &str) -> Vec<(String, Vec<String>)> {
    let mut pieces: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().map(str::trim).take_while(|line| !line.starts_with("*STOP")) {
        match (line.strip_prefix(mark), pieces.last_mut()) {
            (Some(head), _) => pieces.push((head.to_owned(), Vec::new())),
            (None, Some((_, lines))) if !line.is_empty() => lines.push(line.to_owned()),
            _ => {}
        }
    }
    pieces
}

fn judgement(line: &str) -> Option<(u32, BTreeSet<usize>)> {
    let mut numbers = line.split_whitespace().map(str::parse::<usize>);
    let question = u32::try_from(numbers.next()?.ok()?).ok()?;
    let (last, lacking) = LACKING;
    let place = |number: usize| if number > last { number - lacking } else { number };
    Some((question, numbers.filter_map(Result::ok).map(place).collect()))
}
