//! Articles made up for a test, the same ones every time; and numbers that are different every time, and printed.

use std::time::SystemTime;

use serde_json::json;

const WORDS: &[&str] = &[
    "tin",
    "zinc",
    "copper",
    "iron",
    "ore",
    "nickel",
    "lead",
    "cobalt",
    "market",
    "markets",
    "price",
    "prices",
    "mine",
    "mines",
    "miners",
    "strike",
    "port",
    "ship",
    "ships",
    "tonne",
    "tonnes",
    "bank",
    "rate",
    "rates",
    "rose",
    "fell",
    "demand",
    "supply",
    "minister",
    "government",
    "export",
    "exports",
    "trade",
    "talks",
    "agreement",
    "court",
];

/// A small generator of numbers that look random (Steele, Lea and Flood's SplitMix).
pub(crate) struct Numbers(u64);

impl Numbers {
    /// Printed, so that a test that has failed can be run again: `BROADSHEET_SEED=…`.
    pub(crate) fn seeded() -> Numbers {
        let given = std::env::var("BROADSHEET_SEED").ok().map(|seed| seed.parse().unwrap());
        let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() as u64;
        let seed = given.unwrap_or_else(now);
        eprintln!("BROADSHEET_SEED={seed}");
        Numbers(seed)
    }

    /// The same numbers every time.
    pub(crate) fn of(seed: u64) -> Numbers {
        Numbers(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut n = self.0;
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn words(&mut self, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len() as u64) as usize]).collect();
        words.join(" ")
    }
}

/// A query that finds something in most of these articles, or in few.
pub(crate) fn any_query(numbers: &mut Numbers) -> String {
    let [one, other, third] = [numbers.words(1), numbers.words(1), numbers.words(1)];
    match numbers.below(10) {
        0 => one,
        1 => format!("{one} AND {other}"),
        2 => format!("{one} OR {other} OR {third}"),
        3 => format!("{one} -{other}"),
        4 => format!("({one} OR {other}) AND NOT {third}"),
        5 => format!("{one} W/5 {other}"),
        6 => format!("\"{one} {other}\" OR {third}"),
        7 => format!("{}* tag:{other}", &one[..3]),
        8 => format!("headline:{one} OR ATLEAST/2 {other}"),
        _ => format!("({one} W/S {other}) OR date:2024-0{}", 1 + numbers.below(9)),
    }
}

/// One article as a line of JSON. `round` makes another text of it, under the same id.
pub(crate) fn article(id: u64, round: u64) -> String {
    let mut numbers = Numbers(id * 1000 + round);
    let sections = ["Metals", "Ports", "Politics"];
    let (month, day) = (1 + numbers.below(12), 1 + numbers.below(28));
    let article = json!({
        "id": format!("m{id}"),
        "title": format!("{} {id} round {round}", numbers.words(5)),
        "text": format!("{}.\n\n{}.", numbers.words(20), numbers.words(20)),
        "date": format!("2024-{month:02}-{day:02}"),
        "section": sections[numbers.below(3) as usize],
        "tags": [numbers.words(1), "metals"],
        "language": "en",
    });
    format!("{article}\n")
}

/// Articles 0 to `number`, the text of every tenth replaced further down.
pub(crate) fn corpus(number: u64) -> String {
    let first = (0..number).map(|id| article(id, 0));
    first.chain((0..number).step_by(10).map(|id| article(id, 1))).collect()
}
