//! Articles made up to be odd: compounds, acronyms, repeated words, nothing where something is expected, and scripts that
//! the real ones lack.

use broadsheet::article::{Article, Precision, Provenance, Source, Stamp};

/// What tells them from the others. They are the first of the corpus.
pub(super) const NAMESPACE: &str = "odd";

/// Language, headline, lead, paragraphs.
type Text = (&'static str, &'static str, Option<&'static str>, &'static [&'static str]);

const TEXTS: &[Text] = &[
    ("en", "a a b", Some("a b a"), &["a a b a a b. b a a. a", "b b b a", "a b c a c b a"]),
    ("en", "Oil", None, &["Oil. Oil! Oil? oil oil."]),
    (
        "en",
        "Rare-earth deal",
        Some(""),
        &["rare earths minerals, rare-earths, rare/earths and rareearths: rare earths."],
    ),
    (
        "en-GB",
        "E-mail from the U.S.: don't us US-China me",
        Some("AT&T's e-mail e mail email e-mails. E-mail!"),
        &[
            "The US told us that U.S.-China trade (US/China, U.S.A.) and NATO-UN talks don't stop. It's dont'. C++ or C#?",
            "Send e-mail by e-mail to e-mail lists. State-of-the-art COVID-19 state of the art, 3.5% of 1,000 or $3.5.",
            "Mail e-mail mail. Trump Tower, Trump said, is not Trump's tower. Trump trump tower trump.",
        ],
    ),
    ("en", "One two three", Some("four"), &["five", "six. seven", "eight nine ten one two three four five six seven."]),
    ("en", "e x e-mail", Some("e-mail-list e"), &["email e mail e-mail e e. mail-e mail e/mail/list list-e-mail e x"]),
    ("en", "THE ALL CAPITALS US HEADLINE", None, &["THE US SAID. US AND UN SAID."]),
    ("en", "", None, &["No headline. A headline would be here. No lead either."]),
    ("en", "Nothing but a headline nothing", None, &[]),
    (
        "tr",
        "Istanbul'da ışık İZMİR",
        Some("IŞIK ışık isik"),
        &["Diyarbakır ILIK ılık ilik kitaplar kitap kitabı evlerde ev."],
    ),
    (
        "de",
        "Straße und Maße",
        Some("Strasse, STRASSE"),
        &["Die Straßen der Stadt: Masse und Maße. Häuser, Haus, Häusern - Haus-Tür."],
    ),
    (
        "fr",
        "L'homme et l'eau",
        Some("Qu'il dit d'accord"),
        &["L'école de l'homme. Aujourd'hui l’eau d'un homme, hommes. École-eau."],
    ),
    (
        "fa",
        "می\u{200c}خواهم کتاب\u{200c}ها",
        None,
        &["کتاب ها و کتاب\u{200c}های می خواهم می\u{200c}خواهم. كتاب؟ کتابی!"],
    ),
    ("ar", "العربية اللُّغَة", Some("أُمَّة إلى أمة"), &["اللغة العربية لغة الأمة. الكتاب وكتاب والكتب كتب؟ إلى الأمة!"]),
    (
        "ko",
        "대통령은 한국은행",
        Some("대통령이 은행에"),
        &["정부는 대통령과 한국의 은행에서 말했다. 대통령! 물 물은 한국 정부. 한국-은행 한국은행-은행."],
    ),
    ("zh", "稀土出口", Some("出口稀土。"), &["中国稀土出口到美国。稀土稀土出口，出口！中国US稀土。", "美国的稀土"]),
    ("ja", "東京で地震", None, &["東京の地震。地震は東京で、東京タワー2020年。"]),
    ("th", "ราคาน้ำมัน", None, &["น้ำมันราคาน้ำมัน ราคา น้ำ"]),
    ("ru", "Российский рынок", Some("рынки России"), &["Ёлка и елка. Рынком рынка российских. Рынок-рынок!"]),
    ("sw", "Habari za leo", None, &["habari habari za leo habari-leo. Leo habari"]),
    (
        "",
        "No language at all",
        Some("language languages"),
        &["At all languages, all language. Mines mine mined mining."],
    ),
];

const AUTHORS: &[&[&str]] = &[
    &["Ann Lee", "Lee Ann", "J. R. Smith"],
    &["Jean-Pierre Lee"],
    &[],
    &["Ann", "Ann", "Ann Smith Lee, Reuters"],
    &["By Smith Ann Lee Smith"],
];

const DATELINES: &[Option<&str>] =
    &[Some("LONDON, Feb 26 -"), None, Some("St. Louis, U.S., March 3"), Some("New York/London")];

pub(super) fn articles() -> Vec<Article> {
    TEXTS.iter().enumerate().map(|(number, text)| article(number, text)).collect()
}

fn article(number: usize, (lang, headline, lead, body): &Text) -> Article {
    let from = Source { name: Some(["The Oddity", "Oddité"][number % 2].to_owned()), site: site(number) };
    Article {
        namespace: NAMESPACE.to_owned(),
        external_id: (number.is_multiple_of(3)).then(|| format!("odd-{number}")),
        url: (number % 3 == 1).then(|| format!("https://odd.example/{number}")),
        headline: (*headline).to_owned(),
        lead: lead.map(str::to_owned),
        body: body.iter().map(|paragraph| (*paragraph).to_owned()).collect(),
        published: published(number),
        source: from,
        authors: AUTHORS[number % AUTHORS.len()].iter().map(|name| (*name).to_owned()).collect(),
        tags: ["Odd", "Rare Earths", "odd"][..number % 4].iter().map(|tag| (*tag).to_owned()).collect(),
        section: (number.is_multiple_of(2)).then(|| "Oddities".to_owned()),
        people: (number.is_multiple_of(5)).then(|| "Élodie Müller".to_owned()).into_iter().collect(),
        lang: (!lang.is_empty()).then(|| (*lang).to_owned()),
        dateline: DATELINES[number % DATELINES.len()].map(str::to_owned),
        corrected: number.is_multiple_of(6),
        ..Article::default()
    }
}

fn site(number: usize) -> Option<String> {
    [Some("odd.example"), Some("news.odd.example"), Some("notodd.example"), None][number % 4].map(str::to_owned)
}

/// As exactly as dates come, or not at all.
fn published(number: usize) -> Stamp {
    let precisions = [Precision::Day, Precision::Second, Precision::Month, Precision::Year, Precision::Unknown];
    let precision = precisions[number % precisions.len()];
    let at = match precision {
        Precision::Year => "2025-01-01T00:00:00Z".to_owned(),
        Precision::Month => format!("2025-{:02}-01T00:00:00Z", 1 + number % 12),
        Precision::Day => format!("2025-02-{:02}T00:00:00Z", 1 + number),
        _ => format!("2025-02-{:02}T12:30:00Z", 1 + number),
    };
    let at = (precision != Precision::Unknown).then(|| at.parse().unwrap());
    Stamp { at, precision, from: Provenance::File, implausible: false }
}
