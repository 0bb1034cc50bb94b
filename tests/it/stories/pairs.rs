//! Pairs of articles of which is known whether they are copies: real articles, edited as newsrooms edit them; and real
//! articles beside those that are most like them and say something else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use broadsheet::article::Article;
use broadsheet::ingest::input::{self, Input, Progress};
use broadsheet::ingest::{FieldMap, Item, ReadOptions};

/// Numbers that look random and are the same every time (SplitMix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A corpus, and how it is read.
pub(super) struct Source {
    pub(super) path: &'static str,
    pub(super) map: &'static str,
    pub(super) signs: Option<(u8, u8)>,
    /// One article in so many is edited.
    pub(super) every: usize,
}

const PLAIN: Source = Source { path: "", map: "", signs: None, every: 1 };
const FINNISH: &str = "headline=otsikko,lead=tiivistelma,published=paivamaara,image=kuva";

pub(super) const SOURCES: &[Source] = &[
    Source { path: "reuters21578", every: 10, ..PLAIN },
    Source { path: "gnad10-test/test.csv.zst", map: "section=1,body=2", signs: Some((b';', b'\'')), ..PLAIN },
    Source { path: "kurdistan-multilingual/Dataset.csv.zst", ..PLAIN },
    Source { path: "masakhanews-a/data.tar.zst", every: 4, ..PLAIN },
    Source { path: "gsa-digitalgov-news/content-news.tar.zst", ..PLAIN },
    Source { path: "huffpost-10k/News_Category_Dataset_v3.json.zst", every: 10, ..PLAIN },
    Source { path: "agnews-test/test.csv.zst", map: "section=1,headline=2,lead=3", every: 10, ..PLAIN },
    Source { path: "fi-news/shards-000-119.tar.zst", map: FINNISH, every: 100, ..PLAIN },
];

pub(super) fn read(root: &Path, source: &Source, most: usize) -> Vec<Article> {
    let options = ReadOptions {
        map: FieldMap::parse(source.map).unwrap(),
        delimiter: source.signs.map(|(delimiter, _)| delimiter),
        quote: source.signs.map(|(_, quote)| quote),
        no_header: source.map.contains('1') && !source.map.contains("otsikko"),
        ..ReadOptions::default()
    };
    let mut articles = Vec::new();
    let _ = input::read(&Input::Path(root.join(source.path)), &options, &Progress::default(), &mut |item| {
        if let Item::Article { article, .. } = item {
            articles.push(*article);
        }
        if articles.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    articles
}

/// Whether a sentence ends between two characters.
fn ends(before: char, after: char) -> bool {
    matches!(before, '。' | '！' | '？' | '؟' | '።') || matches!(before, '.' | '!' | '?') && after.is_whitespace()
}

/// Sentences, roughly, and on purpose not as the code under test would cut them.
pub(super) fn sentences(article: &Article) -> Vec<String> {
    let mut all = vec![String::new()];
    for paragraph in &article.body {
        let mut before = ' ';
        for c in paragraph.chars() {
            let long = all.last().is_some_and(|last| last.chars().count() > 20);
            if long && ends(before, c) {
                all.push(String::new());
            }
            all.last_mut().unwrap().push(c);
            before = c;
        }
        all.push(String::new());
    }
    all.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Of the sentences of the shorter article, those that stand in the longer, in percent: word for word but for one word
/// in four.
pub(super) fn standing(one: &Article, other: &Article) -> usize {
    let sets = |article: &Article| {
        sentences(article)
            .iter()
            .map(|sentence| words(sentence).into_iter().collect::<BTreeSet<_>>())
            .collect::<Vec<_>>()
    };
    let (one, other) = (sets(one), sets(other));
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let stands = |sentence: &&BTreeSet<String>| {
        longer.iter().any(|there| {
            let common = sentence.intersection(there).count();
            common * 4 >= sentence.len().max(there.len()) * 3
        })
    };
    shorter.iter().filter(stands).count() * 100 / shorter.len().max(1)
}

/// How an article may be edited and still be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edit {
    Header,
    Trimmed,
    Halved,
    Rewritten,
    /// A sentence in five is another, and one word in ten.
    Much,
    All,
}

impl Edit {
    pub(super) const EACH: [Edit; 6] =
        [Edit::Header, Edit::Trimmed, Edit::Halved, Edit::Rewritten, Edit::Much, Edit::All];
}

/// What foreign words and sentences are taken from.
pub(super) struct Stranger<'a> {
    pub(super) articles: &'a [Article],
}

impl Stranger<'_> {
    fn sentence(&self, random: &mut Random) -> String {
        for _ in 0..50 {
            let all = sentences(&self.articles[random.below(self.articles.len())]);
            if !all.is_empty() {
                return all[random.below(all.len())].clone();
            }
        }
        "Nothing else was said.".to_owned()
    }

    fn word(&self, random: &mut Random) -> String {
        let all = words(&self.sentence(random));
        all.get(random.below(all.len())).cloned().unwrap_or_else(|| "otherwise".to_owned())
    }
}

pub(super) fn edited(article: &Article, edit: Edit, stranger: &Stranger<'_>, random: &mut Random) -> Article {
    let mut copy = article.clone();
    let mut text = sentences(article);
    if matches!(edit, Edit::Trimmed | Edit::All) {
        text.truncate((text.len() * (60 + random.below(35))).div_ceil(100));
    }
    if edit == Edit::Halved {
        text.truncate(text.len().div_ceil(2));
    }
    if edit == Edit::Much {
        // At most one sentence in five of the copy is not in the original.
        let others = text.len() / 5;
        for _ in 0..others {
            let at = random.below(text.len());
            text[at] = stranger.sentence(random);
        }
    }
    if matches!(edit, Edit::Rewritten | Edit::Much | Edit::All) {
        text.iter_mut().for_each(|sentence| *sentence = rewritten(sentence, stranger, random));
    }
    if matches!(edit, Edit::Header | Edit::All) {
        text.insert(0, format!("{} (Newswire) - By our correspondent.", stranger.word(random).to_uppercase()));
    }
    if edit != Edit::Rewritten {
        copy.headline = format!("{}: {}", stranger.word(random), stranger.word(random));
    }
    copy.body = text.chunks(3).map(|paragraph| paragraph.join(" ")).collect();
    copy
}

/// One word in ten is another; where words have no spaces between them, two characters in twenty.
fn rewritten(sentence: &str, stranger: &Stranger<'_>, random: &mut Random) -> String {
    if sentence.contains(' ') {
        let word = |word: &str| if random.percent(10) { stranger.word(random) } else { word.to_owned() };
        return sentence.split(' ').map(word).collect::<Vec<_>>().join(" ");
    }
    let mut characters: Vec<char> = sentence.chars().collect();
    for at in 0..characters.len() / 2 {
        if random.percent(10) {
            characters[2 * at] = '某';
            characters[2 * at + 1] = '别';
        }
    }
    characters.into_iter().collect()
}

/// For each article the others that share most stretches of four words with it: the hardest that are no copies.
pub(super) fn neighbours(articles: &[Article], most: usize) -> BTreeSet<(usize, usize)> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    let stretches: Vec<BTreeSet<u64>> = articles.iter().map(stretches).collect();
    for (number, stretches) in stretches.iter().enumerate() {
        stretches.iter().for_each(|stretch| holders.entry(*stretch).or_default().push(number));
    }
    let mut pairs = BTreeSet::new();
    for (number, stretches) in stretches.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        let lists = stretches.iter().map(|stretch| &holders[stretch]).filter(|list| list.len() < 300);
        lists.flatten().filter(|other| **other != number).for_each(|other| *shared.entry(*other).or_default() += 1);
        let mut ranked: Vec<(usize, usize)> = shared.into_iter().map(|(other, count)| (count, other)).collect();
        ranked.sort_unstable_by(|one, other| other.cmp(one));
        pairs.extend(ranked.iter().take(most).map(|(_, other)| (number.min(*other), number.max(*other))));
    }
    pairs
}

fn stretches(article: &Article) -> BTreeSet<u64> {
    let mut all = words(&article.headline);
    all.extend(article.lead.iter().flat_map(|lead| words(lead)));
    all.extend(article.body.iter().flat_map(|paragraph| words(paragraph)));
    let hash = |stretch: &[String]| {
        stretch.join(" ").bytes().fold(7u64, |hash, byte| hash.wrapping_mul(1_099_511_628_211) ^ u64::from(byte))
    };
    all.windows(4).map(hash).collect()
}
