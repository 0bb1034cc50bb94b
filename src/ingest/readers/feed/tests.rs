use super::*;
use crate::ingest::readers::handed_on;

pub(super) fn articles(text: &str) -> Vec<Result<Article, Reason>> {
    handed_on(|emit| read(text, None, emit))
}

pub(super) fn rss(item: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/' \
         xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:media='http://search.yahoo.com/mrss/'><channel><title>The Wire</title>\
         <link>https://wire.example/world</link><language>en-gb</language>{item}</channel></rss>"
    )
}

#[track_caller]
fn one(item: &str) -> Article {
    let [article] = articles(&rss(item)).try_into().unwrap();
    article.unwrap()
}

#[test]
fn an_item_is_read_with_its_fields() {
    let article = one(
        "<item><title>Tin &amp;amp; zinc</title><link>/2025/tin</link><guid isPermaLink='false'>wire-tin-2025</guid>\
         <pubDate>Thu, 27 Feb 2025 16:44:05 +0100</pubDate><description>&lt;p&gt;Short.&lt;/p&gt;</description>\
         <content:encoded><![CDATA[<p>Tin\nrose.</p><p>It fell.</p><img src='/i.jpg'>]]></content:encoded>\
         <dc:creator>A. Writer</dc:creator><category domain='x'>metals</category><category>metals</category></item>",
    );
    assert_eq!((article.headline.as_str(), article.lead.as_deref()), ("Tin & zinc", Some("Short.")));
    assert_eq!(article.body, ["Tin rose.", "It fell."]);
    assert_eq!(article.url.as_deref(), Some("https://wire.example/2025/tin"));
    assert_eq!((article.external_id.as_deref(), article.namespace.as_str()), (Some("wire-tin-2025"), "wire.example"));
    assert_eq!((article.source.name.as_deref(), article.lang.as_deref()), (Some("The Wire"), Some("en-gb")));
    assert_eq!(
        (article.tags.as_slice(), article.authors.as_slice()),
        (&["metals".into()][..], &["A. Writer".into()][..])
    );
    assert_eq!(
        (article.published.at.unwrap().to_string().as_str(), article.published.from),
        ("2025-02-27T15:44:05Z", Provenance::Feed)
    );
    assert_eq!(article.image.as_deref(), Some("https://wire.example/i.jpg"));
}

#[test]
fn an_id_that_is_the_address_names_the_article_as_its_page_does() {
    let item = |guid: &str, link: &str| one(&format!("<item><title>A</title>{link}{guid}</item>"));
    let link = "<link>https://wire.example/a?utm_source=rss</link>";
    assert_eq!(item("<guid>https://wire.example/a</guid>", link).external_id, None);
    let article = item("<guid>https://wire.example/a</guid>", "");
    assert_eq!((article.external_id, article.url.as_deref()), (None, Some("https://wire.example/a")));
    let article =
        item("<guid isPermaLink='true'>https://wire.example/a</guid>", "<link>https://clicks.example/7</link>");
    assert_eq!((article.external_id, article.url.as_deref()), (None, Some("https://wire.example/a")));
    let article = item("<guid isPermaLink='false'>https://wire.example/?p=7</guid>", link);
    assert_eq!(
        (article.external_id.as_deref(), article.namespace.as_str()),
        (Some("https://wire.example/?p=7"), "wire.example")
    );
    assert_eq!(item("<guid>17</guid>", link).namespace, "wire.example/world", "a number is one within its feed");
}

#[test]
fn an_item_without_a_title_begins_with_its_text() {
    assert_eq!(one("<item><description>Only this.</description></item>").headline, "Only this.");
    let article = one(&format!("<item><content:encoded>{}</content:encoded></item>", "one two ".repeat(40)));
    assert!(article.headline.ends_with("one…") && article.headline.chars().count() <= 101, "{}", article.headline);
    assert_eq!(
        articles(&rss("<item><link>https://wire.example/a</link></item>"))[0].as_ref().unwrap_err().code,
        "no_text"
    );
}

#[test]
fn atom_is_read_in_all_its_kinds_of_text() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='fi' xml:base='https://wire.example/blog/'><title type='html'>The &lt;b&gt;Wire&lt;/b&gt;</title>\
        <author><name>A. Writer</name></author><entry><title>One</title><id>urn:uuid:1</id><link href='2025/one'/><link rel='self' href='x'/>\
        <updated>2025-02-27T16:44:00Z</updated><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Tin <b>rose</b>.</p>\
        <p>It fell.</p></div></content><category term='m' label='Metals'/></entry>\
        <entry><title>Two</title><id>urn:uuid:2</id><published>2025-02-26T00:00:00Z</published><updated>2025-02-27T00:00:00Z</updated>\
        <source><title>Elsewhere</title><author><name>B. Other</name></author></source><content>Plain &amp; simple.</content><summary>Lead</summary></entry></feed>";
    let found: Vec<Article> = articles(text).into_iter().map(Result::unwrap).collect();
    assert_eq!(
        (found[0].body.as_slice(), found[1].body.as_slice()),
        (&["Tin rose.".into(), "It fell.".into()][..], &["Plain & simple.".into()][..])
    );
    assert_eq!(found[0].url.as_deref(), Some("https://wire.example/blog/2025/one"));
    assert_eq!((found[0].authors[0].as_str(), found[1].authors[0].as_str()), ("A. Writer", "B. Other"));
    assert_eq!((found[0].source.name.as_deref(), found[0].lang.as_deref()), (Some("The Wire"), Some("fi")));
    assert_eq!((found[0].tags[0].as_str(), found[0].namespace.as_str()), ("Metals", "urn:uuid"));
    assert_eq!(found[0].published.at, found[0].modified.unwrap().at);
    assert_eq!(
        (found[1].published.at.unwrap().to_string().as_str(), found[1].lead.as_deref()),
        ("2025-02-26T00:00:00Z", Some("Lead"))
    );
}

#[test]
fn a_deleted_entry_kills_what_its_entry_was() {
    let deleted = |id: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='http://purl.org/atompub/tombstones/1.0'><link href='https://wire.example/'/>\
             <x:deleted-entry ref='{id}' when='2025-02-28T10:00:00Z'><x:comment>Withdrawn</x:comment></x:deleted-entry></feed>"
        )
    };
    let entry = |id: &str, link: &str| {
        let feed = "<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://wire.example/'/>";
        format!("{feed}<entry><title>A</title><id>{id}</id><link href='{link}'/></entry></feed>")
    };
    let settled = |article: &Article| identity::article_id(&identity::settle(article, None, "feed"));
    for (id, link) in [
        ("tag:wire.example,2025:1", "https://wire.example/a"),
        ("https://wire.example/a", "https://wire.example/a?utm_source=feed"),
        ("https://wire.example/?p=7", "https://wire.example/a"),
    ] {
        let article = articles(&entry(id, link)).remove(0).unwrap();
        let kills: Vec<Article> = articles(&deleted(id)).into_iter().map(Result::unwrap).collect();
        assert!(kills.iter().all(|kill| kill.status == Status::Killed), "{id}");
        assert!(kills.iter().any(|kill| settled(kill) == settled(&article)), "{id}: {kills:?}");
        assert_eq!(kills[0].modified.unwrap().at.unwrap().to_string(), "2025-02-28T10:00:00Z");
    }
    assert_eq!(articles(&deleted("")).remove(0).unwrap_err().code, "no_article");
}

#[test]
fn a_feed_says_how_often_it_is_worth_asking() {
    let seconds = |said: &str| pace(&rss(said)).map(|pace| pace.as_secs());
    assert_eq!(seconds("<ttl> 60 </ttl>"), Some(3600));
    let sy = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'";
    let period =
        format!("<sy:updatePeriod {sy}>Daily</sy:updatePeriod><sy:updateFrequency {sy}>4</sy:updateFrequency>");
    assert_eq!(seconds(&period), Some(21_600));
    assert_eq!(seconds(&format!("<ttl>5</ttl>{period}")), Some(21_600));
    assert_eq!((seconds("<ttl>0</ttl>"), seconds("<ttl>soon</ttl>"), seconds("")), (None, None, None));
    assert_eq!(seconds("<item><ttl>60</ttl></item>"), None);
}

#[test]
fn rdf_and_feeds_without_declarations_are_read() {
    let text = "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel rdf:about='x'>\
        <title>Old</title><items><rdf:Seq/></items></channel><item rdf:about='https://wire.example/a'><title>A</title>\
        <dc:date>2025-02-27T16:44+00:00</dc:date><dc:creator>B C (mailto:b@wire.example)</dc:creator></item></rdf:RDF>";
    let article = articles(text).remove(0).unwrap();
    assert_eq!((article.url.as_deref(), article.authors[0].as_str()), (Some("https://wire.example/a"), "B C"));
    assert_eq!((article.published.at.is_some(), article.source.name.as_deref()), (true, Some("Old")));
}

#[test]
fn a_feed_that_breaks_off_gives_what_is_whole() {
    let text = rss("<item><title>A</title></item><item><title>B</title>").replace("</channel></rss>", "");
    let found: Vec<_> =
        articles(&text).into_iter().map(|found| found.map(|a| a.headline).map_err(|r| r.code)).collect();
    assert_eq!(found, [Ok("A".to_owned()), Err("truncated")]);
}

#[test]
fn names_are_freed_of_their_addresses() {
    let check = |text: &str, expected: &[&str]| assert_eq!(names_of(text), expected, "{text}");
    check("a@wire.example (A. Writer)", &["A. Writer"]);
    check("A. Writer <a@wire.example>", &["A. Writer"]);
    check("By A. Writer (Paris)", &["A. Writer"]);
    check("Anna Krause and Cem Demir, AP", &["Anna Krause", "Cem Demir"]);
    check("a@wire.example", &[]);
    check("admin", &[]);
}

#[test]
fn of_an_export_only_what_was_published_is_read() {
    let entry = |title: &str, kind: &str, status: &str, more: &str| {
        format!(
            "<item><title>{title}</title><dc:creator>akrause2</dc:creator><wp:post_date_gmt>2025-03-01 08:00:00</wp:post_date_gmt>\
             <excerpt:encoded>Short.</excerpt:encoded><content:encoded>Tin rose.</content:encoded><wp:status>{status}</wp:status>\
             <wp:post_type>{kind}</wp:post_type>{more}</item>"
        )
    };
    let categories = "<category domain='category' nicename='uncategorized'>Uncategorized</category>\
        <category domain='post_tag'>tin</category><category domain='category'>Metals</category>\
        <category domain='category'>Trade</category><category domain='post_format'>Aside</category>";
    let export = [
        "<wp:author><wp:author_login>akrause2</wp:author_login><wp:author_display_name>Anna Krause</wp:author_display_name></wp:author>"
            .to_owned(),
        entry("Published", "post", "publish", categories),
        entry("Draft", "post", "draft", ""),
        entry("Private", "post", "private", ""),
        entry("Locked", "post", "publish", "<wp:post_password>x</wp:post_password>"),
        entry("About us", "page", "publish", ""),
        entry("logo", "attachment", "inherit", ""),
        entry("logo 2", "attachment", "inherit", ""),
    ];
    let [post, page, passed] = articles(&rss(&export.concat())).try_into().unwrap();
    let (post, passed) = (post.unwrap(), passed.unwrap_err());
    assert_eq!(
        (post.headline.as_str(), post.lead.as_deref(), post.authors),
        ("Published", Some("Short."), vec!["Anna Krause".to_owned()])
    );
    assert_eq!((post.section.as_deref(), post.tags), (Some("Metals"), vec!["tin".to_owned(), "Trade".to_owned()]));
    assert_eq!(post.published.at.unwrap().to_string(), "2025-03-01T08:00:00Z");
    assert_eq!(page.unwrap().headline, "About us");
    assert_eq!(
        (passed.code, passed.detail.as_str()),
        (
            "passed_over",
            "5 entries of the export are no published article: 2 attachment, 1 behind a password, 1 draft, 1 private"
        )
    );
}

#[test]
fn what_a_service_has_gathered_is_of_its_source() {
    let item = |source: &str, link: &str| {
        one(&format!(
            "<item><title>Tin is up in London - The Tin Times</title><link>{link}</link>\
             <description>&lt;a href='{link}'&gt;Tin is up in London&lt;/a&gt;&amp;nbsp;&lt;font&gt;The Tin Times&lt;/font&gt;</description>\
             <source url='{source}'>The Tin Times</source></item>"
        ))
    };
    let article = item("https://www.tintimes.example", "https://gathered.example/rss/CBM");
    assert_eq!((article.headline.as_str(), article.lead.as_deref()), ("Tin is up in London", None));
    assert_eq!(article.source.name.as_deref(), Some("The Tin Times"));
    assert_eq!(article.source.site.as_deref(), Some("tintimes.example"));
    let site = |source, link| item(source, link).source.site.unwrap();
    assert_eq!(
        site("https://feeds.example/tin.xml", "https://tintimes.example/tin"),
        "tintimes.example",
        "a feed lies anywhere"
    );
    assert_eq!(site("https://tintimes.example/", "https://news.tintimes.example/tin"), "news.tintimes.example");
    let said = one("<item><title>Tin is up - The Tin Times</title><description>Why it is.</description></item>");
    assert_eq!((said.headline.as_str(), said.lead.as_deref()), ("Tin is up - The Tin Times", Some("Why it is.")));
}

#[test]
fn what_an_entry_or_its_feed_holds_back_is_held_back() {
    let read = |feed: &str, said: &str| {
        let text = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:app='http://www.w3.org/2007/app'><title>F</title>{feed}\
             <entry><id>tag:wire.example,2025:1</id><title>A</title><published>2025-01-01</published>{said}</entry></feed>"
        );
        let found = handed_on(|emit| read(&text, None, emit));
        let article = found[0].as_ref().unwrap();
        (article.status, article.embargo.is_some(), found.get(1).map(|note| note.as_ref().unwrap_err().code))
    };
    let hidden = (Status::Withheld, false, None);
    assert_eq!(read("", "<app:control><app:draft>yes</app:draft></app:control>"), hidden);
    assert_eq!(read("<status>withheld</status>", ""), hidden);
    assert_eq!(read("", "<x:embargoDate>2999-01-01</x:embargoDate>"), (Status::Usable, true, None));
    assert_eq!(read("", "<embargo>soon</embargo>"), (Status::Withheld, false, Some("bad_embargo")));
    assert_eq!(read("", "<app:control><app:draft>no</app:draft></app:control>"), (Status::Usable, false, None));
}
