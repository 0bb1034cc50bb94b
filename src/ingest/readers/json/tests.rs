use super::*;
use crate::article::Status;

#[track_caller]
fn articles(text: &str) -> Vec<Result<Article, Reason>> {
    let mut found = Vec::new();
    let _ = Reader::default().read(text, true, &FieldMap::default(), &mut |_, article| {
        found.push(article);
        ControlFlow::Continue(())
    });
    found
}

#[track_caller]
fn headlines(text: &str) -> Vec<Result<String, &'static str>> {
    let found = articles(text).into_iter();
    found.map(|article| article.map(|article| article.headline).map_err(|reason| reason.code)).collect()
}

#[track_caller]
fn one(text: &str) -> Article {
    let [article] = articles(text).try_into().unwrap();
    article.unwrap()
}

fn a() -> Result<String, &'static str> {
    Ok("A".to_owned())
}

#[test]
fn articles_are_found_however_they_are_wrapped() {
    assert_eq!(headlines(r#"{"title":"A"}"#), [a()]);
    assert_eq!(headlines("{\"title\":\"A\"}\n{\"headline\":\"A\"}\n"), [a(), a()]);
    assert_eq!(headlines(r#"{"title":"A"}{"headline":"A"}"#), [a(), a()]);
    assert_eq!(headlines(r#"[{"Title":"A"},{"title":"A"}]"#), [a(), a()]);
    assert_eq!(headlines("[\n{\"title\":\"A\"},\n{\"title\":\"A\"}\n]"), [a(), a()]);
    assert_eq!(headlines(r#"{"response":{"results":[{"title":"A"}]}}"#), [a()]);
    assert_eq!(headlines(r#"{"hits":{"hits":[{"_id":"7","_source":{"title":"A"}}]}}"#), [a()]);
    assert_eq!(one(r#"{"_id":"7","_source":{"title":"A"}}"#).external_id.as_deref(), Some("7"));
    assert_eq!(headlines(r#"{"title":"A","data":{"x":1},"items":[{"title":"B"}]}"#), [a()], "an article with a list");
}

#[test]
fn what_services_answer_is_read() {
    let article = one(
        r#"{"id":"world/2025/mar/01/tin","webTitle":"Tin rises","webPublicationDate":"2025-03-01T08:00:00Z",
            "webUrl":"https://paper.example/tin","tags":[{"id":"business/tin","webTitle":"Tin"}],
            "fields":{"headline":"Tin rises, again","bodyText":"It rose.","trailText":"A metal.","byline":"A Writer"}}"#,
    );
    assert_eq!((article.headline.as_str(), article.lead.as_deref()), ("Tin rises, again", Some("A metal.")));
    assert_eq!(
        (&article.body, &article.authors, &article.tags),
        (&vec!["It rose.".to_owned()], &vec!["A Writer".to_owned()], &vec!["Tin".to_owned()])
    );
    let article = one(
        r#"{"title":"Tin rises - The Wire","source":{"id":"w","name":"The Wire"},"author":"https://social.example/wire",
            "publishedAt":"2025-03-01T08:00:00Z","content":"It rose.… [+1234 chars]"}"#,
    );
    assert_eq!((article.headline.as_str(), article.authors.len()), ("Tin rises", 0));
    assert_eq!(article.body, ["It rose.…"]);
    let article = one(
        r#"{"id":17,"date":"2025-03-01T09:00:00","date_gmt":"2025-03-01T08:00:00","title":{"rendered":"Tin"},"author":3,
            "content":{"rendered":"<p>It rose.</p>"},"link":"https://blog.example/tin"}"#,
    );
    assert_eq!(
        (article.published.at.unwrap().to_string().as_str(), article.authors.len()),
        ("2025-03-01T08:00:00Z", 0)
    );
}

#[test]
fn a_broken_line_is_rejected_and_the_next_one_read() {
    assert_eq!(headlines("{\"title\":\n{\"title\":\"A\"}"), [Err("bad_json"), a()]);
    assert_eq!(headlines("{}\n17"), [Err("no_text"), Err("no_article")]);
    let lines = "{\"title\":\"A\"}\n{\"title\":\"un\n{\"title\":\"A\"}\n";
    assert_eq!(headlines(lines), [a(), Err("bad_json"), a()]);
}

#[test]
fn a_broken_object_among_pretty_ones_is_one_reject() {
    let text = "[\n  {\n    \"title\": \"A\"\n  },\n  {\n    \"title\" \"x\",\n    \"lead\": \"y\"\n  },\n  {\n    \"title\": \"A\"\n  }\n]";
    assert_eq!(headlines(text), [a(), Err("bad_json"), a()]);
    let cut = "[\n  {\n    \"title\": \"A\",\n  {\n    \"title\": \"A\"\n  }\n]";
    assert_eq!(headlines(cut), [Err("bad_json"), a()]);
}

#[test]
fn values_are_read_however_they_are_written() {
    let article = one(
        r#"{"id":17,"title":"A","source":{"id":null,"name":"The Wire"},"author":[{"name":"B C"},{"name":"D"}],
            "keywords":"tin, zinc","date":{"$date":"2020-01-02T03:04:05Z"},"text":["one","two"],"section":null,"image":{"url":"https://a.example/i"}}"#,
    );
    assert_eq!(article.external_id.as_deref(), Some("17"));
    assert_eq!(article.source.name.as_deref(), Some("The Wire"));
    assert_eq!((article.authors.len(), article.tags.len(), article.body.len()), (2, 2, 2));
    assert_eq!(article.published.at.unwrap().to_string(), "2020-01-02T03:04:05Z");
    assert_eq!(article.image.as_deref(), Some("https://a.example/i"));
    let article = one(
        r#"{"title":{"rendered":"A"},"content":{"rendered":"<p>b</p><p>c</p>"},"date":1577934245,"tags":["Paris, France","x"]}"#,
    );
    assert_eq!((article.body.len(), article.tags.len()), (2, 2), "an array's elements are whole");
    assert_eq!(article.published.at.unwrap().to_string(), "2020-01-02T03:04:05Z");
    let article = one(r#"{"headline":{"main":"A"},"byline":{"original":"By B and C"},"pub_date":"2020-01-02"}"#);
    assert_eq!((article.headline.as_str(), article.authors[0].as_str()), ("A", "B and C"));
}

#[test]
fn objects_that_never_end_are_given_up_in_time() {
    assert!(headlines(&"{\"a\":\n".repeat(50_000)).len() <= 50_000);
    let read = headlines(&"{\\\"\n".repeat(60_000));
    assert!(read.len() < 50_000 && read.iter().all(Result::is_err), "{}", read.len());
}

#[test]
fn waiting_for_the_rest_of_an_object_is_not_in_vain() {
    let (mut reader, mut count) = (Reader { vain: MOST_VAIN - 10, ..Reader::default() }, 0);
    let mut read = |text: &str, ended| {
        let taken = reader.read(text, ended, &FieldMap::default(), &mut |_, article| {
            count += usize::from(article.is_ok());
            ControlFlow::Continue(())
        });
        (taken, count)
    };
    for _ in 0..3 {
        assert_eq!(read("{\"title\":\"A\", \"text\":", false), (ControlFlow::Continue(0), 0));
    }
    assert_eq!(read("{\"title\":\"A\", \"text\":\"b\"}", true).1, 1);
}

#[test]
fn a_number_too_long_for_one_names_nothing() {
    let read = |id: &str| one(&format!(r#"{{"title":"A","id":{id}}}"#)).external_id;
    assert_eq!(read("12345678901234567").as_deref(), Some("12345678901234567"));
    assert_eq!(read("12345678901234567890123"), None);
    assert_eq!(read("\"12345678901234567890123\"").as_deref(), Some("12345678901234567890123"));
}

#[test]
fn whatever_may_be_an_embargo_hides() {
    let read = |embargo: &str| {
        let found = articles(&format!("{{\"title\":\"A\",{embargo}}}"));
        let article = found[0].as_ref().unwrap();
        let end = article.embargo.map(|at| at.to_string()).unwrap_or_default();
        (article.status == Status::Withheld, end, found.get(1).map(|note| note.as_ref().unwrap_err().code))
    };
    let hidden = (true, String::new(), Some("bad_embargo"));
    for unread in [
        r#""embargo":"until noon""#,
        r#""embargoed":true"#,
        r#""embargo":{"until":"soon"}"#,
        r#""Embargo Until":["2030-03-01T06:00:00Z","soon"]"#,
        r#""embargo":"2030-03-01T06:00:00Z","embargo_until":"soon""#,
    ] {
        assert_eq!(read(unread), hidden, "{unread}");
    }
    let end = |end: &str| (false, end.to_owned(), None);
    assert_eq!(read(r#""embargo":{"$date":"2030-03-01T06:00:00Z"}"#), end("2030-03-01T06:00:00Z"));
    let both = r#""embargoed":"2030-03-01T07:00:00Z","embargo_until":"2030-03-01T06:00:00Z""#;
    assert_eq!(read(both), end("2030-03-01T07:00:00Z"));
    for none in ["null", "false", "\" \"", "{}", "[]", "\"None\""] {
        assert_eq!(read(&format!("\"embargo\":{none}")), end(""), "{none}");
    }
}

#[test]
fn lines_are_known_by_the_second() {
    let (mut reader, mut count) = (Reader::default(), 0);
    let mut read = |text: &str, ended| {
        let taken = reader.read(text, ended, &FieldMap::default(), &mut |_, article| {
            count += usize::from(article.is_ok());
            ControlFlow::Continue(())
        });
        (taken, count, reader.lines)
    };
    assert_eq!(read("{\"title\":\"A\"}\n", false), (ControlFlow::Continue(14), 1, None));
    assert_eq!(read("{\"title\":\"A\"}\n{\"title\":\"A\"}\n{\"ti", false).1, 3);
    assert_eq!(read("{\"title\":\n{\"title\":\"A\"}\n", true), (ControlFlow::Continue(24), 4, Some(true)));
}

#[test]
fn what_may_go_on_is_left() {
    let mut reader = Reader::default();
    let mut emit = |_: Range<usize>, _: Result<Article, Reason>| ControlFlow::Continue(());
    let text = "[{\"title\":\"A\"}, {\"title\":";
    assert_eq!(reader.read(text, false, &FieldMap::default(), &mut emit), ControlFlow::Continue(16));
    let text = "{\"title\":\"A\"}\n{\"title\":\"A\"}\n{\"title";
    assert_eq!(Reader::default().read(text, false, &FieldMap::default(), &mut emit), ControlFlow::Continue(28));
}

#[test]
fn what_an_envelope_withholds_is_withheld() {
    let shown = |text: &str| articles(text).into_iter().map(|article| article.unwrap().status).collect::<Vec<_>>();
    let lines = r#"[{"title":"A"},{"title":"B","status":"withheld"}]"#;
    assert_eq!(shown(&format!(r#"{{"status":"ok","articles":{lines}}}"#)), [Status::Usable, Status::Withheld]);
    assert_eq!(shown(&format!(r#"{{"status":"withheld","data":{lines}}}"#)), [Status::Withheld; 2]);
    let dated = articles(&format!(r#"{{"embargo":"2999-01-01T00:00:00Z","data":{lines}}}"#));
    assert!(dated.into_iter().all(|article| article.unwrap().embargo.is_some()));
    let own = r#"[{"title":"A","embargo":null},{"title":"B","embargo":"2020-01-01"}]"#;
    let dated = articles(&format!(r#"{{"embargo":"2999-01-01T00:00:00Z","data":{own}}}"#));
    assert!(dated.into_iter().all(|article| article.unwrap().embargo.is_some()), "the last that ends counts");
    let published = r#"[{"title":"A","status":"published"}]"#;
    assert_eq!(shown(&format!(r#"{{"status":"withheld","data":{published}}}"#)), [Status::Withheld]);
}

#[test]
fn a_broken_piece_is_kept_as_its_envelope_is() {
    let held = |envelope: &str| {
        let text = format!(r#"{{{envelope},"articles":[{{"title":"A"}},{{"title":"B","x":}},{{"y":1}}]}}"#);
        articles(&text).into_iter().filter_map(Result::err).map(|reason| reason.is_held).collect::<Vec<_>>()
    };
    assert_eq!(held(r#""embargo":"2999-01-01""#), [true; 3]);
    assert_eq!(held(r#""status":"ok","embargo":null"#)[1..], [false; 2]);
    let far = format!(r#"{{"title":"A","body":"{}","embargo":"2999-01-01","x":}}"#, "tin ".repeat(40_000));
    assert!(articles(&far)[0].as_ref().unwrap_err().is_held, "however far it stands");
}

#[test]
fn what_an_envelope_says_behind_its_list_goes_for_the_list() {
    let body = "tin ".repeat(30_000);
    let text = format!(
        r#"{{"response":{{"results":[{{"title":"A","body":"{body}"}},{{"title":,}},{{"title":"A"}}],"of":[{{"status":"draft"}}]}},"embargo":"2999-01-01"}}"#
    );
    let found = articles(&text);
    let shown = found.iter().flatten().map(|article| (article.embargo.is_some(), article.status));
    assert_eq!(shown.collect::<Vec<_>>(), [(true, Status::Usable); 2]);
    assert!(found.iter().flat_map(|read| read.as_ref().err()).all(|reason| reason.code == "bad_json"));
}

#[test]
fn what_an_envelope_says_too_late_is_reported() {
    let late = |behind: &[&str]| {
        let mut text = r#"{"articles":["#.to_owned();
        while text.len() < PATIENCE {
            text.push_str(&format!(r#"{{"title":"A","body":"{}"}},"#, "tin ".repeat(250_000)));
        }
        let (mut reader, mut found) = (Reader::default(), Vec::new());
        let mut emit = |_: Range<usize>, read: Result<Article, Reason>| {
            found.extend(read.err().map(|reason| (reason.code, reason.is_held, reason.detail.contains("`embargo`"))));
            ControlFlow::Continue(())
        };
        for (at, piece) in behind.iter().enumerate() {
            text.push_str(piece);
            let taken = reader.read(&text, at + 1 == behind.len(), &FieldMap::default(), &mut emit);
            text.drain(..taken.continue_value().unwrap());
        }
        found
    };
    let told = [("bad_embargo", true, true)];
    assert_eq!(late(&["", r#"{"title":"A"}],"a":{"draft":true},"emb"#, r#"argo""#, r#": "2999"#, r#"-01-01"}"#]), told);
    assert_eq!(late(&["", r#"],"embargo":"2999-01-01"}"#]), told);
    assert_eq!(late(&["", r#"],"embargo":null,"status":"ok","total":3}"#]), []);
}

#[test]
fn a_draft_is_withheld_whenever_its_embargo_ends() {
    let status = |said: &str| one(&format!(r#"{{"title":"A",{said}}}"#)).status;
    for draft in [
        r#""draft":true"#,
        r#""published":false"#,
        r#""is_published":0,"embargo":"2020-01-01""#,
        r#""status":"draft","embargo":"2020-01-01""#,
        r#""status":{"code":"withheld"}"#,
        r#""status":[{"qcode":"stat:withheld"}]"#,
        r#""status":{"state":"withheld"}"#,
    ] {
        assert_eq!(status(draft), Status::Withheld, "{draft}");
        let article = one(&format!(r#"{{"title":"A",{draft}}}"#));
        assert_eq!(article.embargo, None, "{draft}");
    }
    for shown in [
        r#""draft":false"#,
        r#""published":true"#,
        r#""published":"2025-03-01""#,
        r#""draft":null,"status":{"code":"final"}"#,
        r#""status":"active""#,
    ] {
        assert_eq!(status(shown), Status::Usable, "{shown}");
    }
    let two = one(r#"{"title":"A","embargo":{"from":"2020-01-01","until":"2999-01-01"}}"#);
    assert!(two.embargo.is_some_and(|end| end.to_string().starts_with("2999")));
}

#[test]
fn a_list_that_is_called_something_is_a_list() {
    let list = r#"[{"title":"A","body":"x"},{"title":"A"}]"#;
    assert_eq!(headlines(&format!(r#"{{"title":"My export","date":"2025-01-01","articles":{list}}}"#)), [a(), a()]);
    assert_eq!(headlines(&format!(r#"{{"text":"query was tin","docs":{list}}}"#)), [a(), a()]);
    let related = format!(r#"{{"id":"1","title":"B","body":"y","stories":{list}}}"#);
    assert_eq!(headlines(&related), [Ok("B".to_owned())], "others that an article names are not it");
}

#[test]
fn a_broken_object_in_an_envelope_is_one_reject() {
    let bad = || Err("bad_json");
    let text = r#"{"status":"ok","articles":[{"title":"A"},{"title":,},{"title":"A"}],"total":3}"#;
    assert_eq!(headlines(text), [bad(), a(), bad(), a()]);
    let text = r#"{"response":{"results":[{"title":"A"},{"title":"A"},{"title":"B"#;
    assert_eq!(headlines(text), [bad(), a(), a(), bad()]);
    assert_eq!(headlines(r#"{"articles":[{"title":"A"},],}"#), [bad(), a()]);
    let text = r#"{"articles":[{"title":,},{"title":"A"}],"meta":{"title":"Page [2]}"},"of":[1]} {"title":"A"}"#;
    assert_eq!(headlines(text), [bad(), bad(), a(), a()], "what the envelope says behind its list is none");
    let held = articles(r#"{"status":"withheld","articles":[{"title":"A"},{"title":"B"#);
    assert_eq!(held[1].as_ref().unwrap().status, Status::Withheld);
}

#[test]
fn a_list_in_an_envelope_is_read_before_its_end_has_come() {
    let mut text = r#"{"status":"ok","articles":["#.to_owned();
    while text.len() < PATIENCE {
        text.push_str(&format!(r#"{{"title":"A","body":"{}"}},"#, "tin ".repeat(250_000)));
    }
    let (mut reader, mut found) = (Reader::default(), 0);
    let taken = reader.read(&text, false, &FieldMap::default(), &mut |_, article| {
        found += usize::from(article.is_ok_and(|article| article.headline == "A"));
        ControlFlow::Continue(())
    });
    assert!(found > 16 && matches!(taken, ControlFlow::Continue(taken) if taken == text.len()), "{found}");
}

#[test]
fn keys_that_nothing_is_read_from_are_told() {
    let told = |text: &str, map: &str| unread(text, &FieldMap::parse(map).unwrap()).join(",");
    let lines =
        "{\"Headline\":\"A\",\"Story Text\":\"x\",\"Note\":null}\n{\"title\":\"B\",\"words\":{\"n\":1},\"_x\":1}\n";
    assert_eq!(told(lines, ""), "Story Text,words");
    assert_eq!(told(lines, "body=Story Text"), "words");
    let listed = "{\"status\":\"ok\",\"count\":1,\"response\":{\"docs\":[{\"title\":\"A\",\"slug\":\"a\",\"fields\":{\"body\":\"x\"}}]}}";
    assert_eq!(told(listed, ""), "slug");
    assert_eq!(told("[\n {\n  \"title\": \"A\",\n  \"slug\": \"a\"\n }\n]", ""), "slug");
    assert_eq!(told("{\"uri\":\"u\",\"versioncreated\":\"2025-01-01\",\"headline\":\"A\",\"x\":1}", ""), "");
}

#[test]
fn an_object_whose_text_has_a_name_that_nobody_knows_is_no_empty_article() {
    let code = |text: &str| {
        article(&serde_json::from_str(text).unwrap(), &FieldMap::default()).map_err(|reason| reason.detail)
    };
    let foreign = r#"{"id":"7","date":"2025-03-01","kop":"Tin stijgt","tekst":"Tin steeg op maandag."}"#;
    assert!(code(foreign).unwrap_err().contains("kop, tekst"));
    assert!(code(r#"{"id":"7","date":"2025-03-01","headlines":{"basic":"Tin"}}"#).unwrap_err().contains("headlines"));
    assert!(code(r#"{"id":"7","date":"2025-03-01","headline":"","kop":"Tin stijgt"}"#).is_ok());
    assert!(code(r#"{"url":"https://a.example/1","date":"2025-03-01","slug":"tin"}"#).is_ok());
    assert!(code(r#"{"id":"7","status":"killed","reason":"Wrong in parts."}"#).is_ok());
    assert!(code(r#"{"id":"7","status":"withheld"}"#).is_ok(), "what holds back need say no more either");
    assert!(code(r#"{"id":"7","status":"usable"}"#).is_err());
}

#[test]
fn a_word_for_nothing_is_no_id() {
    let id = |id: &str| {
        let object = serde_json::json!({"id": id, "title": "Tin"});
        article(&object, &FieldMap::default()).unwrap().external_id
    };
    assert_eq!(["None", "null", "N/A", "undefined", "-"].map(id), [const { None }; 5]);
    assert_eq!(id("none-17").as_deref(), Some("none-17"));
}
