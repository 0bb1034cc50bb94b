//! What the grouping of copies is measured by: how many copies it finds, and how much else it takes for one. The floors
//! are asserted on a part of the news; `BROADSHEET_STORIES=all` takes all of it and prints what was missed.

mod newsroom;
mod pairs;

use std::path::PathBuf;

use broadsheet::article::Article;
use broadsheet::stories::{Sketch, alike};
use newsroom::{Newsroom, Work, framed, is_another_form, nearest, series, words};
use pairs::{Edit, Random, SOURCES, Source, Stranger, edited, neighbours, read, sentences, standing};

use crate::archive::shared;

/// Of copies in which four sentences of five stand in the longer, so many are found,
const RECALL: f64 = 0.95;
/// and so many of those called copies are some.
const PRECISION: f64 = 0.99;

/// Articles of each source, unless all are asked for.
const PART: usize = 400;

/// Misses printed of each source.
const SHOWN: usize = 5;

#[derive(Default)]
struct Tally {
    copies: usize,
    found: usize,
    others: usize,
    wrong: usize,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.copies += other.copies;
        self.found += other.found;
        self.others += other.others;
        self.wrong += other.wrong;
    }

    fn judge(&self) {
        let recall = self.found as f64 / self.copies as f64;
        let precision = self.found as f64 / (self.found + self.wrong) as f64;
        println!("recall {recall:.4} of {}, precision {precision:.4} beside {}", self.copies, self.others);
        assert!(self.copies > 1000 && self.others > 500);
        assert!(recall >= RECALL && precision >= PRECISION);
    }
}

fn all() -> bool {
    std::env::var("BROADSHEET_STORIES").is_ok_and(|asked| asked == "all")
}

/// Where the news lies, and which of the sources are there.
fn sources() -> Option<(PathBuf, &'static [Source])> {
    let any = shared(SOURCES[0].path)?;
    Some((PathBuf::from(any).parent()?.to_owned(), SOURCES))
}

#[test]
fn edited_articles_are_copies_and_their_neighbours_are_not() {
    let Some((root, sources)) = sources() else { return };
    let mut sum = Tally::default();
    for source in sources {
        let articles = read(&root, source, if all() { usize::MAX } else { PART });
        let step = if all() { source.every } else { 4 };
        let mut tally = Tally::default();
        count_edited(source, &articles, step, &mut tally);
        count_neighbours(source, &articles, &mut tally);
        println!(
            "{}: {} of {} copies found, {} of {} others taken for some",
            source.path, tally.found, tally.copies, tally.wrong, tally.others
        );
        sum.add(&tally);
    }
    sum.judge();
}

/// Only articles of three sentences and more: less cannot be edited and keep four of five.
fn count_edited(source: &Source, articles: &[Article], step: usize, tally: &mut Tally) {
    let mut random = Random(7);
    let stranger = Stranger { articles };
    for edit in Edit::EACH {
        let (mut copies, mut found) = (0, 0);
        for article in articles.iter().step_by(step).filter(|article| sentences(article).len() >= 3) {
            let copy = edited(article, edit, &stranger, &mut random);
            copies += 1;
            if are_alike(article, &copy) {
                found += 1;
            } else if all() && copies - found <= SHOWN {
                println!("  missed: {edit:?} {:?} {:?}", article.headline, copy.body.first());
            }
        }
        println!("  {} {edit:?}: {found} of {copies}", source.path);
        tally.copies += copies;
        tally.found += found;
    }
}

/// What shares the most with an article, and less than half of whose sentences stand in it.
fn count_neighbours(source: &Source, articles: &[Article], tally: &mut Tally) {
    let mut shown = 0;
    let step = if all() { 1 } else { 4 };
    for (one, other) in neighbours(articles, 3).into_iter().step_by(step) {
        let (one, other) = (&articles[one], &articles[other]);
        if sentences(one).is_empty() || sentences(other).is_empty() || standing(one, other) >= 50 {
            continue;
        }
        tally.others += 1;
        if are_alike(one, other) {
            tally.wrong += 1;
            shown += 1;
            if all() && shown <= SHOWN {
                println!("  {} taken for a copy: {:?} {:?}", source.path, one.headline, other.headline);
            }
        }
    }
}

/// Articles of each source that are edited by the second making of pairs, and so many words at least.
const EDITED: usize = 50;
const WORDS: usize = 12;

#[test]
fn what_newsrooms_and_sites_do_to_a_text_leaves_it_a_copy_and_no_other_text_is_one() {
    let Some((root, sources)) = sources() else { return };
    let mut sum = Tally::default();
    for source in sources {
        let articles = read(&root, source, if all() { 20_000 } else { PART });
        let step = (articles.len() / if all() { 500 } else { EDITED }).max(1);
        let mut tally = Tally::default();
        count_worked(source, &articles, step, &mut tally);
        count_apart(&articles, step, &mut tally);
        println!(
            "{}: {} of {} copies found, {} of {} others taken for some",
            source.path, tally.found, tally.copies, tally.wrong, tally.others
        );
        assert!(tally.found * 100 >= tally.copies * 93, "{}", source.path);
        sum.add(&tally);
    }
    sum.judge();
}

fn count_worked(source: &Source, articles: &[Article], step: usize, tally: &mut Tally) {
    let mut newsroom = Newsroom { articles, random: Random(11) };
    for work in Work::EACH {
        let (mut copies, mut found) = (0, 0);
        for article in articles.iter().skip(step / 2).step_by(step).filter(|article| words(article).len() >= WORDS) {
            let copy = newsroom.work(article, work);
            // Of less, what is put before it and after it is more than a fifth.
            let is_one = words(&copy).len() >= 10 && (work != Work::Everything || words(article).len() >= 60);
            copies += usize::from(is_one);
            found += usize::from(is_one && are_alike(article, &copy));
        }
        println!("  {} {work:?}: {found} of {copies}", source.path);
        tally.copies += copies;
        tally.found += found;
    }
}

fn count_apart(articles: &[Article], step: usize, tally: &mut Tally) {
    let mut apart: Vec<(Article, Article)> = Vec::new();
    for forms in [false, true] {
        let pairs = nearest(articles, step, 4, forms).into_iter();
        let pairs = pairs.map(|(one, other)| (articles[one].clone(), articles[other].clone()));
        apart.extend(pairs.filter(|(one, other)| newsroom::standing(one, other) < 50 || is_another_form(one, other)));
    }
    for (number, article) in articles.iter().enumerate().step_by(step) {
        apart.extend(series(article).filter(|(one, other)| newsroom::standing(one, other) < 50));
        let stranger = &articles[(number + articles.len() / 2) % articles.len()];
        if words(article).len().min(words(stranger).len()) >= 100 {
            apart.push(framed(article, stranger));
        }
    }
    tally.others += apart.len();
    tally.wrong += apart.iter().filter(|(one, other)| are_alike(one, other)).count();
}

fn are_alike(one: &Article, other: &Article) -> bool {
    match (Sketch::of(one), Sketch::of(other)) {
        (Some(one), Some(other)) => alike(&one, &other),
        _ => false,
    }
}

fn article(headline: &str, lead: &str, body: &[&str]) -> Article {
    Article {
        headline: headline.into(),
        lead: Some(lead.to_owned()).filter(|lead| !lead.is_empty()),
        body: body.iter().map(|paragraph| (*paragraph).to_owned()).collect(),
        ..Article::default()
    }
}

#[test]
fn the_same_form_filled_in_for_others_is_no_copy() {
    let quarter = |company: &str, figures: [&str; 6]| {
        let [shr, before, net, net_before, revs, revs_before] = figures;
        let body = format!(
            "Shr {shr} cts vs {before} cts\nNet {net} vs {net_before}\nRevs {revs} mln vs {revs_before} mln\nNOTE: All \
             amounts are adjusted for the two-for-one split of the stock in June and include the company's share of the \
             results of its affiliates, which are not consolidated."
        );
        article(&format!("{company} 1ST QTR NET"), "", &[&body])
    };
    let one = quarter("ALDER MILLS", ["34", "28", "1,203,411", "998,240", "14.2", "12.8"]);
    let other = quarter("BIRCH FOODS", ["61", "55", "7,551,002", "6,870,113", "88.4", "81.0"]);
    assert!(!are_alike(&one, &other));
    let weather = |town: &str, high: u8, low: u8| {
        let lead =
            format!("Sunny at first in {town}, clouds later; high {high}, low {low}, light winds from the west.");
        article(&format!("Weather for {town}"), &lead, &[])
    };
    assert!(!are_alike(&weather("Alderton", 21, 12), &weather("Birchester", 24, 14)));
    assert!(are_alike(&weather("Alderton", 21, 12), &weather("Alderton", 21, 12)));
}

#[test]
fn a_common_tail_makes_no_copies() {
    let tail = "This article first appeared in the weekly edition. The views expressed are those of the author alone and \
                need not be shared by the editors. Readers who wish to reply may write to the usual address, with their \
                full name, and letters may be shortened before they are printed. All rights reserved, also those of \
                translation and of reprinting, in whole or in part, without leave in writing.";
    let one = article(
        "Bridge to be repaired",
        "",
        &[
            "The old bridge over the mill stream will be closed from Monday for repairs to its second arch.",
            "Engineers found in spring that the mortar between its stones had come loose, and no lorry has crossed since.",
            "Shopkeepers on both banks fear for their trade; the mayor has promised them a ferry until the first snow.",
            tail,
        ],
    );
    let other = article(
        "Choir wins",
        "",
        &[
            "A choir of forty voices from the harbour quarter took first prize at the contest of the coast towns.",
            "Its three songs were old ones that fishermen's wives sang at the nets, arranged by the conductor herself.",
            "The judges praised how clearly every word was heard, and the hall stood up for the last of the encores.",
            tail,
        ],
    );
    assert!(!are_alike(&one, &other));
}

#[test]
fn a_frame_at_both_ends_makes_no_copies() {
    let [before, after] = newsroom::FRAME;
    let council = "The council of the harbour town has agreed to repair the old bridge over the mill stream, which engineers had \
                   found in spring to be held up by little more than habit. Work on its second arch begins on Monday and is to \
                   be done before the first snow; until then a ferry takes those who walk, and cars go by the new bridge in \
                   the north. Shopkeepers on both banks fear for their trade and have asked for a lower tax.";
    let choir = "Forty voices from the fishing quarter took first prize at this year's contest of choirs, with three old songs \
                 that were once sung at the nets. The judges praised how clearly every word was heard at the back of the hall, \
                 and the conductor, who had arranged the songs herself, was called out four times. The prize is a week in the \
                 capital with a concert, which most of the singers will have to take as leave from their work.";
    let framed = |text: &str| article("Of the coast", "", &[before, text, after]);
    assert!(!are_alike(&framed(council), &framed(choir)));
    assert!(are_alike(&framed(council), &article("A bridge", "", &[council])));
    assert!(are_alike(
        &framed(council),
        &article("A bridge", "", &["By our correspondent.", council, "Read also: Choir wins."])
    ));
}

#[test]
fn texts_without_spaces_are_compared_as_well() {
    let text = "市政府星期一宣布，老桥将从下周起关闭三个月，以便修理第二个桥拱。工程师在春天的检查中发现石头之间的灰浆已经\
                松动，车辆将改走北边的新桥。商店老板担心顾客会减少，市长答应给他们补偿，并说工程会在第一场雪之前结束。";
    let header = format!("新闻社电 {text}");
    let cut: String = text.chars().take(75).collect();
    let other = "港口区的合唱团在沿海城镇的比赛中获得第一名，四十名歌手唱了三首古老的渔歌。评委说他们的声音清澈而有力，指挥\
                 说胜利属于每一个在寒冷的冬天里坚持排练的人，奖金将用来修理教堂的屋顶，并为孩子们买新的乐谱。";
    let article = |body: &str| article("标题", "", &[body]);
    assert!(are_alike(&article(text), &article(&header)));
    assert!(are_alike(&article(text), &article(&cut)));
    assert!(!are_alike(&article(text), &article(other)));
}

#[test]
fn an_unchanged_text_is_a_copy_under_any_headline() {
    let body = "The old bridge over the mill stream will be closed from Monday. Engineers found in spring that the mortar \
                between its stones had come loose, and cars will take the new bridge in the north.";
    let spelled = body.replace("bridge", "BRIDGE").replace(". ", " — ");
    assert!(are_alike(&article("Bridge closed", "", &[body]), &article("Detour", "A lead.", &[&spelled])));
    assert!(Sketch::of(&article("Bridge closed", "", &[])).is_none(), "a flash is nobody's copy");
}

#[test]
fn a_short_form_filled_in_for_another_place_or_match_is_no_copy() {
    let weather = |town: &str, sky: &str, high: u8, pressure: u16| {
        let today = format!(
            "Skies over {town} will be {sky} today, with a high of {high} degrees and a pressure of {pressure} hectopascals, the \
             Coastal Weather Office said on Monday."
        );
        let body = [
            today.as_str(),
            "Winds come from the south at first and turn to the west before dark. Those who drive are asked to mind the ice \
             on bridges, where the road freezes first.",
            "The rest of the week stays unsettled, says the office, whose next report comes at six in the evening.",
        ];
        article(&format!("Weather in {town} today"), "", &body)
    };
    let alderton = weather("Alderton", "clear", 3, 1012);
    assert!(!are_alike(&alderton, &weather("Birchester", "grey", 5, 1009)));
    assert!(!are_alike(
        &Article { headline: "The weather".into(), ..alderton.clone() },
        &Article { headline: "The weather".into(), ..weather("Birchester", "grey", 5, 1009) }
    ));
    let game = |home: &str, guests: &str, score: &str| {
        let met = format!(
            "{home} and {guests} met on Saturday in the league of the coast before a good crowd, and the game ended {score}."
        );
        let coach = "Their coach said afterwards that he was content with the effort and that the side would look at the \
                     pictures before the next round.";
        article(&format!("{home} - {guests} {score}"), "", &[&met, coach])
    };
    assert!(!are_alike(&game("Alderton", "Elm Town", "2-1"), &game("Birchester", "Ashford", "0-0")));
    assert!(are_alike(&game("Alderton", "Elm Town", "2-1"), &game("Alderton", "Elm Town", "2-1")));
}

#[test]
fn another_event_under_the_same_introduction_is_no_copy() {
    let school = "The School of the Harbour was founded in 1911 by six captains who wanted their daughters to learn more than \
                  knots. It has been a place of study for the whole of the coast ever since, and its courses in law, medicine and \
                  the building of ships are taught together with the College of the Plain, which saves families the cost of \
                  sending their children far from home. Since 2009 a second house stands beside the lighthouse.";
    let talk = article(
        "A talk on tides",
        "",
        &[school, "Dr. Mary Oduya of the house of law gave a talk on tides and borders on Monday, June 2."],
    );
    let veneers = article(
        "Workshop: carving masts",
        "",
        &[
            school,
            "The house of ships holds a workshop on carving masts next week, with a visit to the yard of Jan Petersen.",
        ],
    );
    assert!(!are_alike(&talk, &veneers));
    let headed = format!("HARBOUR, June 2 - {school}");
    let again = article("The school and its guests", "", &[&headed, &talk.body[1]]);
    assert!(are_alike(&talk, &again), "under another headline");
}

#[test]
fn a_page_of_the_introduction_alone_is_no_copy_of_an_event_that_stands_under_it() {
    let school = "The School of the Harbour was founded in 1911 by six captains who wanted their daughters to learn more than \
                  knots. It has been a place of study for the whole of the coast ever since, and its courses in law, medicine and \
                  the building of ships are taught together with the College of the Plain, which saves families the cost of \
                  sending their children far from home. Since 2009 a second house stands beside the lighthouse.";
    let talk = article(
        "Tides, borders, sand, treaties and towns",
        "",
        &[
            school,
            "Dr. Mary Oduya of the house of law spoke on Monday about tides, borders and treaties: who owns the sand that the \
             sea has laid between two towns, and who may fish above it, was never written down, she said.",
        ],
    );
    assert!(!are_alike(&talk, &article("Study in spring", "", &[school])), "one word that the introduction has not");
    assert!(
        are_alike(&talk, &article("Tides, borders, sand, treaties and towns", "", &[school])),
        "cut, under its own headline"
    );
}

#[test]
fn a_report_of_one_sentence_about_another_guest_is_no_copy() {
    let visit = |guests: &str| {
        let said = format!("The head of the harbour school welcomes the {guests} in the old house by the water");
        article(&said, "", &[&said])
    };
    assert!(!are_alike(&visit("teachers from abroad"), &visit("choir of the coast")));
    assert!(are_alike(&visit("choir of the coast"), &visit("choir of the coast")));
    let quiz = |asked: &str| {
        article(&format!("{asked} Play the ten questions of today!"), "The quiz of our sports desk, every day.", &[])
    };
    assert!(!are_alike(
        &quiz("Which country does Anna Lind play for?"),
        &quiz("Which country does Berta Holm skate for?")
    ));
}
