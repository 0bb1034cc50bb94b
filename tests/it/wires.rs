//! What the wires and feeds of others hold: of every file the articles a person counts in it, and why the rest is none.

use std::ops::ControlFlow;
use std::path::PathBuf;

use broadsheet::article::{Article, Status};
use broadsheet::ingest::input::{self, Input, Progress};
use broadsheet::ingest::{Item, ReadOptions};

use crate::archive::{TestArchive, shared};

/// A file, how many articles it holds, and the reasons of all that is refused in it.
type Expected = (&'static str, usize, &'static [&'static str]);

const NOT_TEXT: &[&str] = &["not_text"];
const NO_TEXT: &[&str] = &["no_text"];

const NINJS: &[Expected] = &[
    ("1.4/businesswire-newsml-20130515006361.json", 1, &[]),
    ("1.4/businesswire-newsml-20130605006126.json", 1, &[]),
    ("1.4/businesswire-newsml-20130612006110.json", 1, &[]),
    ("1.4/businesswire-newsml-20130731006140.json", 1, &[]),
    ("1.4/ninjs-1-4-examples.json", 1, &[]),
    ("1.4/ninjsExComplex1.json", 1, &[]),
    ("1.4/ninjsExComplex2.json", 1, &[]),
    ("1.4/ninjsExMediumText1.json", 1, &[]),
    ("1.4/ninjsExSimplePhoto1.json", 0, NOT_TEXT),
    ("1.4/ninjsExSimpleText1.json", 1, &[]),
    ("2.1/SIPA_image_2.json", 0, NOT_TEXT),
    ("2.1/ap_audio.json", 0, NOT_TEXT),
    ("2.1/ap_image.json", 0, NOT_TEXT),
    ("2.1/ap_video.json", 0, NOT_TEXT),
    ("2.1/businesswire-newsml-20130605006126.json", 1, &[]),
    ("2.1/businesswire-newsml-20130731006140.json", 1, &[]),
    ("2.1/dpa_text.json", 1, &[]),
    ("2.1/imageEncodedRights.json", 0, NOT_TEXT),
    ("2.1/imageLinkedRights.json", 0, NOT_TEXT),
    ("2.1/ninjsExSimpleText_2.json", 1, &[]),
    ("2.1/ntb_text.json", 1, &[]),
    ("2.1/schema-extension/extension-example.json", 1, &[]),
    ("2.1/schema-extension/extension-schema.json", 0, &["unknown_format"]),
    ("2.1/tt_text_image_2.json", 1, &[]),
    ("3.0/20231004-UEFA-ChampionLeague.json", 0, NOT_TEXT),
    ("3.0/20231005-65-addb-event.json", 0, NOT_TEXT),
    ("3.0/20231008-anti-doping-measures-at-the-tour-down-under-will-be-the-toughest-ever-addb-ninjs-nitf.json", 1, &[]),
    // It says when and where the press meets; the text that goes with it is another article's.
    ("3.0/20231016-addb-example-press-conference.json", 0, NOT_TEXT),
    ("3.0/SIPA_image_3.json", 0, NOT_TEXT),
    ("3.0/ap_audio.json", 0, NOT_TEXT),
    ("3.0/ap_image.json", 0, NOT_TEXT),
    ("3.0/ap_video.json", 0, NOT_TEXT),
    ("3.0/businesswire-newsml-20130605006126.json", 1, &[]),
    ("3.0/businesswire-newsml-20130731006140.json", 1, &[]),
    ("3.0/collection/20231016-event-timeline-sample.json", 0, &["not_text"; 14]),
    ("3.0/dpa_text.json", 1, &[]),
    ("3.0/imageEncodedRights.json", 0, NOT_TEXT),
    ("3.0/imageLinkedRights.json", 0, NOT_TEXT),
    ("3.0/ninjsExSimpleText_3.json", 1, &[]),
    ("3.0/ntb_text.json", 1, &[]),
    ("3.0/simpleEvent.json", 0, NOT_TEXT),
    ("3.0/tt_event_pressconference_3.0.json", 0, NOT_TEXT),
    ("3.0/tt_text_image_3.json", 1, &[]),
    ("NewsML/businesswire-newsml-20130515006361.xml", 1, &[]),
    ("NewsML/businesswire-newsml-20130605006126.xml", 1, &[]),
    ("NewsML/businesswire-newsml-20130612006110.xml", 1, &[]),
    ("NewsML/businesswire-newsml-20130731006140.xml", 1, &[]),
];

const NEWSML_G2: &[Expected] = &[
    ("LISTING_10_Abstract_Concept_conveyed_in_a_NewsML-G2_Concept_Item.xml", 0, NOT_TEXT),
    ("LISTING_11_Person_Concept_conveyed_in_a_NewsML-G2_Concept_Item.xml", 0, NOT_TEXT),
    ("LISTING_12_Knowledge_Item_for_Access_Codes.xml", 0, NOT_TEXT),
    ("LISTING_13_Complete_Catalog_Item.xml", 0, NOT_TEXT),
    ("LISTING_14_Event_sent_as_a_Concept_Item.xml", 0, NOT_TEXT),
    ("LISTING_15_Two_Related_Events_in_a_Knowledge_Item.xml", 0, NOT_TEXT),
    // Events, as data.
    ("LISTING_16_A_Set_of_Events_carried_in_a_News_Item.xml", 0, NO_TEXT),
    ("LISTING_17_Planning_Item_a_CCL.xml", 0, NOT_TEXT),
    ("LISTING_18_Planning_Item_at_PCL.xml", 0, NOT_TEXT),
    ("LISTING_19_Planning_Item_with_delivery_at_CCL.xml", 0, NOT_TEXT),
    ("LISTING_1_A_NewsML-G2_News_Item.xml", 1, &[]),
    ("LISTING_20_Planning_Item_with_delivery_at_PCL.xml", 0, NOT_TEXT),
    ("LISTING_21_A_complete_sample_SportsML-G2_document.xml", 1, &[]),
    ("LISTING_22_Sports_story_in_NewsML-G2NITF.xml", 1, &[]),
    ("LISTING_23_SportsML-G2_Package.xml", 0, NOT_TEXT),
    (
        "LISTING_24_News_Message_conveying_a_complete_News_Package.xml",
        0,
        &["not_text", "no_text", "no_text", "no_text", "no_text"],
    ),
    ("LISTING_25_An_NITF_marked-up_article_conveyed_in_inlineXML.xml", 1, &[]),
    ("LISTING_26_Embedded_photo_metadata_fields_mapped_to_NewsML-G2.xml", 0, NOT_TEXT),
    ("LISTING_27_Company_Financial_Information.xml", 1, &[]),
    ("LISTING_28_Illustrating_Located_Subject_and_Dateline.xml", 0, NOT_TEXT),
    ("LISTING_29_Hop_History.xml", 0, NO_TEXT),
    ("LISTING_2_NewsML-G2_Text_Document.xml", 1, &[]),
    ("LISTING_3A_Photo_in_NewsML-G2_(URI_sibling_attributes).xml", 0, NOT_TEXT),
    ("LISTING_3_Photo_in_NewsML-G2.xml", 0, NOT_TEXT),
    ("LISTING_4_Multiple_Renditions_of_a_Video_in_NewsML-G2.xml", 0, NOT_TEXT),
    ("LISTING_5_Multi-part_Video_in_NewsML-G2.xml", 0, NOT_TEXT),
    ("LISTING_6_Simple_NewsML-G2_Package.xml", 0, NOT_TEXT),
    ("LISTING_7_Group_Set_example_showing_Hierarchical_Package_Structure.xml", 0, NOT_TEXT),
    ("LISTING_8_Group_Set_example_showing_an_ALT_Package_Mode.xml", 0, NOT_TEXT),
    ("LISTING_9_Group_Set_example_showing_a_SEQ_Package_Mode.xml", 0, NOT_TEXT),
    ("Receiver View.xml", 1, &[]),
    ("ap_metadata_example.xml", 0, NOT_TEXT),
    ("facet-example-2.xml", 0, NO_TEXT),
    ("facet-example-3.xml", 1, &[]),
    ("facet-example.xml", 0, NO_TEXT),
];

/// Feeds of other than one item; in every other file of the folders there is one, and nothing is refused.
const FEEDS: &[Expected] = &[
    ("atom/atom_example_2.xml", 2, &[]),
    ("atom/atom_example_6.xml", 4, &[]),
    ("atom/atom_mediarss_reddit_1.xml", 25, &[]),
    ("jsonfeed/jsonfeed_elastic_1.1.json", 3, &[]),
    ("jsonfeed/jsonfeed_example_1.json", 2, &[]),
    ("rss0/rss_0.91_spec_1.xml", 2, &[]),
    ("rss0/rss_0.92_spec_1.xml", 3, &[]),
    ("rss1/rss_1.0_example_1.xml", 2, &[]),
    ("rss1/rss_1.0_spec_1.xml", 2, &[]),
    ("rss2/rss_2.0_invalid_1.xml", 0, &["truncated"]),
    ("rss2/rss_2.0_relurl_1.xml", 2, &[]),
    ("rss2/rss_2.0_spec_1.xml", 2, &[]),
    ("xml/xml_sample_1.xml", 0, &["unknown_format"]),
    ("xml/xml_sample_2.xml", 0, &["unknown_format"]),
];

fn read(path: &str) -> (Vec<Article>, Vec<String>) {
    let (mut articles, mut rejects) = (Vec::new(), Vec::new());
    let input = Input::Path(PathBuf::from(path));
    let _ = input::read(&input, &ReadOptions::default(), &Progress::default(), &mut |item| {
        match item {
            Item::Article { article, .. } => articles.push(*article),
            Item::Reject { reason, .. } => rejects.push(format!("{}: {}", reason.code, reason.detail)),
            Item::Page(_) => rejects.push("page: none is among them".to_owned()),
        }
        ControlFlow::Continue(())
    });
    (articles, rejects)
}

/// What is not as expected, one line each.
fn misses(folder: &str, expected: &[Expected]) -> Vec<String> {
    let differs = |(file, count, codes): &Expected| {
        let (articles, rejects) = read(&format!("{folder}/{file}"));
        let found: Vec<&str> = rejects.iter().filter_map(|reject| reject.split(':').next()).collect();
        let empty = articles.iter().filter(|article| article.headline.is_empty()).count();
        (articles.len() != *count || found != **codes || empty > 0)
            .then(|| format!("{file}: {} articles, {empty} without a headline, refused {rejects:?}", articles.len()))
    };
    expected.iter().filter_map(differs).collect()
}

#[test]
fn every_article_of_the_wires_is_read_and_every_refusal_has_its_reason() {
    for (folder, expected) in [("iptc-examples/ninjs", NINJS), ("iptc-examples/newsml-g2", NEWSML_G2)] {
        let Some(folder) = shared(folder) else { return };
        let misses = misses(&folder, expected);
        assert!(misses.is_empty(), "{}", misses.join("\n"));
    }
}

#[test]
fn every_item_of_the_feeds_is_an_article() {
    let Some(root) = shared("feeds") else { return };
    let mut misses = misses(&root, FEEDS);
    for folder in ["atom", "jsonfeed", "rss0", "rss1", "rss2", "xml"] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap().flatten() {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if FEEDS.iter().any(|(file, ..)| *file == name) {
                continue;
            }
            let (articles, rejects) = read(&format!("{root}/{name}"));
            if articles.len() != 1 || !rejects.is_empty() {
                misses.push(format!("{name}: {} articles, refused {rejects:?}", articles.len()));
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn fields_of_the_examples_are_what_a_reader_sees_in_them() {
    let Some(root) = shared("iptc-examples") else { return };
    let one = |file: &str| read(&format!("{root}/{file}")).0.remove(0);
    let article = one("ninjs/3.0/dpa_text.json");
    assert_eq!(article.external_id.as_deref(), Some("urn:newsml:dpa.com:20090101:190510-99-167362"));
    assert_eq!((article.namespace.as_str(), article.provider_version), ("dpa.com", Some(2)));
    assert_eq!(
        (article.authors.as_slice(), article.source.name.as_deref()),
        (&["Christian Hollmann".into()][..], Some("dpa"))
    );
    assert!(article.body.len() > 5 && article.body[0].starts_with("Für Lucien Favre war es"), "{:?}", article.body);
    let article = one("ninjs/3.0/tt_text_image_3.json");
    assert!(article.image.is_some() && article.places == ["Sverige", "Gotland", "Finland"]);
    let article = one("newsml-g2/LISTING_22_Sports_story_in_NewsML-G2NITF.xml");
    assert_eq!(article.body.len(), 6);
    assert!(
        article.tags.contains(&"Major League Baseball".to_owned()) && article.people == ["Doug Davis", "Freddy Garcia"]
    );
    let article = one("newsml-g2/LISTING_1_A_NewsML-G2_News_Item.xml");
    assert_eq!(article.embargo.unwrap().to_string(), "2018-10-23T12:00:00Z");
    assert_eq!((article.places.as_slice(), article.provider_version), (&["Berlin".to_owned()][..], Some(11)));
    let article = one("ninjs/NewsML/businesswire-newsml-20130605006126.xml");
    assert_eq!(article.external_id.as_deref(), Some("urn:newsml:businesswire.com:20010714:20130605006126"));
    assert!(article.body[0].starts_with("(美國商業資訊)") && article.tags.contains(&"Nanotechnology".to_owned()));
}

#[test]
fn encodings_that_feeds_declare_are_believed() {
    let Some(root) = shared("feeds") else { return };
    for (file, words) in [
        ("xml/xml_iso8859.xml", "Glasfaserförderung"),
        ("rss0/rss_0.91_encoding_1.xml", "Expansão de Parâmetros"),
        ("rss2/rss_2.0_encoding_1.xml", "quânticos"),
    ] {
        let headline = read(&format!("{root}/{file}")).0.remove(0).headline;
        assert!(headline.contains(words), "{file}: {headline}");
    }
}

#[test]
fn items_one_a_line_are_read_with_their_versions_and_kills() {
    let archive = TestArchive::new();
    let item = |version: u64, rest: &str| {
        format!("{{\"uri\":\"urn:newsml:wire.example:1\",\"type\":\"text\",\"version\":\"{version}\",{rest}}}\n")
    };
    let lines = [
        item(1, "\"headline\":\"Tin up\",\"body_text\":\"Tin rose.\""),
        item(3, "\"headline\":\"Tin down\",\"body_text\":\"Tin fell.\""),
        item(2, "\"headline\":\"Tin still\",\"body_text\":\"Tin stood.\""),
        "{\"uri\":\"urn:newsml:wire.example:2\",\"type\":\"picture\",\"versioncreated\":\"2025-02-27T00:00:00Z\"}\n"
            .to_owned(),
        item(4, "\"pubstatus\":\"canceled\""),
    ];
    let file = archive.file("wire.jsonl", &lines.concat());
    let said = archive.ingest(&[&file]);
    assert!(said.contains("1 new, 3 new versions") && said.contains("1 rejected"), "{said}");
    let (articles, _) = read(&file);
    assert_eq!(articles.last().unwrap().status, Status::Killed);
}

#[test]
fn a_feed_that_never_ends_is_read_as_far_as_it_is_held() {
    let archive = TestArchive::new();
    let item =
        format!("<item><title>Tin</title><link>https://wire.example/a</link></item><!-- {} -->\n", "x".repeat(1 << 16));
    let mut feed = "<rss version=\"2.0\"><channel><title>The Wire</title>\n".to_owned();
    (0..1100).for_each(|_| feed.push_str(&item));
    let file = archive.file("endless.xml", &feed);
    let (articles, rejects) = read(&file);
    assert!(articles.len() > 1000 && articles.len() < 1100, "{}", articles.len());
    assert!(rejects.len() == 1 && rejects[0].starts_with("too_large"), "{rejects:?}");
}
