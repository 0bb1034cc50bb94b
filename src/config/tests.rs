use super::*;

/// As a file that says this, and no variable.
fn parse(text: &str) -> Result<Config, String> {
    let mut layers = Layers::reference().unwrap();
    layers.add("a.toml", |_| text.parse().map_err(readable));
    layers.end().map_err(|error| error.to_string())
}

fn with(variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables = variables.iter().map(|(name, text)| (OsString::from(name), OsString::from(text)));
    Config::read(None, variables).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, words: &str) {
    let problem = parse(text).unwrap_err();
    assert!(problem.contains(words), "{problem}");
}

#[test]
fn a_number_is_asked_for_in_words() {
    refused("[limits]\nconnections = \"many\"", "`limits.connections`: invalid type: text, expected a whole number");
    for wrong in ["-1", "5000000000"] {
        let told = format!("integer `{wrong}`, expected a whole number from 0 to 4294967295");
        refused(&format!("[limits]\ncitations_per_day = {wrong}"), &told);
    }
}

#[test]
fn the_reference_is_what_holds_without_a_file() {
    let config = parse("").unwrap();
    assert_eq!(config, parse(REFERENCE).unwrap());
    assert_eq!(config.feeds.every, Duration::from_secs(900));
    assert_eq!(config.feeds.pause, Duration::from_secs(1));
    assert!(!config.feeds.allow_private && config.feeds.feed.is_empty() && config.watch.dirs.is_empty());
}

/// With its example uncommented, the reference is still a configuration, and shows every key of a feed.
#[test]
fn the_example_of_a_feed_in_the_reference_is_one() {
    let at = REFERENCE.find("# [[feeds.feed]]").unwrap();
    let example = REFERENCE[at..].lines().map(|line| line.trim_start_matches("# ").trim_start_matches('#'));
    let config = parse(&example.collect::<Vec<_>>().join("\n").replace("Whose", "# Whose")).unwrap();
    let feed = &config.feeds.feed[0];
    assert_eq!((feed.every, feed.fetch_pages), (Some(Duration::from_secs(300)), Some(true)));
    assert_eq!(feed.namespace.as_deref(), Some("newsroom"));
}

#[test]
fn what_is_given_replaces_only_itself() {
    let config = parse("[feeds]\nevery = \"1d\"\n[watch]\ndirs = [\"in\"]\n").unwrap();
    assert_eq!((config.feeds.every, config.feeds.pause), (Duration::from_secs(86_400), Duration::from_secs(1)));
    assert_eq!(config.watch.dirs, [PathBuf::from("in")]);
}

#[test]
fn the_address_that_readers_use_and_the_origins_of_scripts_are_checked() {
    let config = parse("[http]\npublic_url = \"https://a.example/\"\nallow_origins = [\"https://b.example\"]");
    let http = config.unwrap().http;
    assert_eq!(http.public_url.as_deref(), Some("https://a.example"));
    assert_eq!(http.allow_origins, ["https://b.example"]);
    refused("[http]\npublic_url = \"a.example\"", "write it as https://archive.example");
    refused("[http]\npublic_url = \"ftp://a.example\"", "no address of a server");
    refused("[http]\npublic_url = \"https://a.example/news\"", "write it as https://archive.example");
    refused("[http]\nallow_origins = [\"https://b.example/\"]", "write it as https://newsroom.example");
    refused("[http]\nallow_origins = [\"b.example\"]", "no origin");
    for listen in ["", "foo", ":8080", "127.0.0.1:http"] {
        refused(&format!("[http]\nlisten = \"{listen}\""), "write it as 127.0.0.1:8080");
    }
    assert!(parse("[http]\nlisten = \"[::1]:0\"").is_ok() && parse("[http]\nlisten = \"localhost:80\"").is_ok());
    for level in ["", "loud", "warning", "info,fetch", "broadsheet=loud"] {
        refused(&format!("[log]\nlevel = \"{level}\""), "is no level");
    }
    assert!(parse("[log]\nlevel = \"INFO,broadsheet::fetch=debug\"").is_ok());
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    refused("[feed]\nevery = \"5m\"", "there is no key `feed`; did you mean `feeds`?");
    refused("[feeds]\nevry = \"5m\"", "no key `feeds.evry`; did you mean `every`?");
    refused("[[feeds.feed]]\nurl = \"https://a.example\"\nfetchpages = true", "did you mean `fetch_pages`?");
    refused("[watch]\ncolour = 1", "no key `watch.colour`; there are dirs");
    refused("watch = 1", "write [watch]");
    refused("feeds.feed = \"https://a.example/\"", "write [[feeds.feed]]");
}

#[test]
fn a_password_is_not_told() {
    for text in [
        "[limits]\nconnections = \"https://desk:tin-and-zinc@a.example\"",
        "[http]\npublic_url = \"https://desk:tin-and-zinc@a.example\"",
        "[[feeds.feed]]\nurl = \"https://desk:tin-and-zinc@a.example/feed\"",
        "[[feeds.feed]]\nurl = \"https://desk:tin-and-zinc@a.example:port/feed\"",
        "[[feeds.feed]]\nurl = \"ftp://desk:tin-and-zinc@a.example/feed\"",
    ] {
        let problem = parse(text).unwrap_err();
        assert!(!problem.contains("tin-and-zinc"), "{problem}");
    }
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_a_way_out() {
    refused("[feeds]\nevery = \"soon\"", "write it as 30s, 15m, 2h or 1d");
    refused("[feeds]\nevery = \"10s\"", "less than a minute");
    refused("[[feeds.feed]]\nurl = \"https://a.example\"\nevery = \"1s\"", "less than a minute");
    refused("[[feeds.feed]]\nurl = \"ftp://a.example/x\"", "only http and https");
    refused("[[feeds.feed]]\nurl = \"https://me:secret@a.example/x\"", "holds a name or a password");
    refused("[[feeds.feed]]\nurl = \"https://a.example\"\n[[feeds.feed]]\nurl = \"https://a.example/\"", "twice");
    refused("[[feeds.feed]]\nevery = \"5m\"", "url");
}

#[test]
fn a_folder_has_a_name() {
    refused("[archive]\ndir = \"\"", "`archive.dir`: a folder is to be named here; write it as ./data");
    refused("[archive]\ndir = \" \"", "write it as ./data");
    refused("[watch]\ndirs = [\"in\", \"\"]", "`watch.dirs`: a folder is to be named here");
    let problem = with(&[("BROADSHEET__ARCHIVE__DIR", "")]).unwrap_err();
    assert!(problem.starts_with("BROADSHEET__ARCHIVE__DIR: `archive.dir`"), "{problem}");
}

#[test]
fn a_feed_that_cannot_be_one_is_told_by_its_number() {
    let second = |keys: &str| format!("[[feeds.feed]]\nurl = \"https://a.example\"\n[[feeds.feed]]\n{keys}");
    let told =
        "a.toml: feed 2 of [[feeds.feed]]: `url`: `b.example/feed` is no address of a feed; write it whole, as https";
    refused(&second("url = \"b.example/feed\""), told);
    refused(
        &second("url = \"https://b.example\"\nevery = \"soon\""),
        "feed 2 of [[feeds.feed]]: `every`: `soon` is no time",
    );
    refused(&second("every = \"5m\""), "feed 2 of [[feeds.feed]]: there is no `url`");
    refused(
        "feeds.feed = [\"https://a.example\"]",
        "feed 1 of [[feeds.feed]]: invalid type: text, expected a section with a `url`",
    );
}

#[test]
fn all_mistakes_are_told_each_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    let feeds =
        "[[feeds.feed]]\nurl = \"a\"\nevry = \"5m\"\n[[feeds.feed]]\nurl = \"ftp://b\"\n[[feeds.feed]]\nurl = \"c\"\n";
    std::fs::write(&file, format!("[log]\nlevel = \"loud\"\ncolour = 1\n[limits]\nuploads = 0\n{feeds}")).unwrap();
    let variable = ("BROADSHEET__FEEDS__EVERY".into(), "soon".into());
    let told = Config::read(Some(&file), [variable]).unwrap_err().to_string();
    let lines: Vec<&str> = told.lines().collect();
    let words = [
        "key `evry`",
        "feed 1 of [[feeds.feed]]: `url`",
        "`ftp://b/`",
        "feed 3 of",
        "`limits.uploads`",
        "`log.colour`",
        "`loud`",
        "BROADSHEET__",
    ];
    assert_eq!(lines.len(), words.len(), "{told}");
    for word in words {
        assert_eq!(lines.iter().filter(|line| line.contains(word)).count(), 1, "{word}: {told}");
    }
}

#[test]
fn a_variable_says_what_a_key_is_in_the_form_of_its_value() {
    let config = with(&[
        ("BROADSHEET__FEEDS__EVERY", "5m"),
        ("BROADSHEET__FEEDS__FETCH_PAGES", "true"),
        ("BROADSHEET__LIMITS__UPLOADS", " 7 "),
        ("BROADSHEET__LIMITS__LARGEST_ARTICLE", "64KiB"),
        ("BROADSHEET__WATCH__DIRS", "/a, /b"),
        ("BROADSHEET__HTTP__ALLOW_ORIGINS", "[\"https://a.example\"]"),
        ("BROADSHEET__FEEDS__FEED", "[{url = \"https://a.example/feed\"}]"),
        ("BROADSHEET_DATA_DIR", "of something else"),
        ("PATH", "/bin"),
    ]);
    let config = config.unwrap();
    assert_eq!((config.feeds.every, config.feeds.fetch_pages), (Duration::from_secs(300), true));
    assert_eq!((config.limits.uploads, config.limits.largest_article), (7, 64 << 10));
    assert_eq!(config.watch.dirs, [PathBuf::from("/a"), PathBuf::from("/b")]);
    assert_eq!(config.http.allow_origins, ["https://a.example"]);
    assert_eq!(config.feeds.feed.len(), 1);
}

#[test]
fn what_is_wrong_with_a_variable_is_told_by_its_name() {
    let refused = |name: &str, text: &str, words: &str| {
        let problem = with(&[("BROADSHEET__WATCH__DIRS", "/a"), (name, text)]).unwrap_err();
        assert!(problem.starts_with(&format!("{name}: ")) && problem.contains(words), "{problem}");
    };
    refused("BROADSHEET__FEEDS__EVRY", "5m", "there is no key `feeds.evry`; did you mean `every`?");
    refused("BROADSHEET__FEED__EVERY", "5m", "did you mean `feeds`?");
    refused("BROADSHEET__FEEDS__EVERY", "soon", "write it as 30s");
    refused("BROADSHEET__FEEDS", "5m", "`feeds` is a section");
    refused("BROADSHEET__FEEDS__EVERY__MINUTES", "5", "feeds.every");
    refused("BROADSHEET__LIMITS__UPLOADS", "many", "`many` is no number");
    refused("BROADSHEET__LIMITS__UPLOADS", "0", "write 1 or more");
    refused("BROADSHEET__LIMITS__UPLOADS", "-1", "uploads");
    refused("BROADSHEET__FEEDS__FETCH_PAGES", "yes", "neither true nor false");
    refused("BROADSHEET__HTTP__ALLOW_ORIGINS", "[broken", "no list");
    refused("BROADSHEET__", "x", "no key");
}

#[test]
fn a_variable_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.toml");
    std::fs::write(&file, "[feeds]\nevery = \"1h\"\npause = \"3s\"\n").unwrap();
    let variable = ("BROADSHEET__FEEDS__EVERY".into(), "2h".into());
    let config = Config::read(Some(&file), [variable]).unwrap();
    assert_eq!((config.feeds.every, config.feeds.pause), (Duration::from_secs(7200), Duration::from_secs(3)));
}

#[test]
fn ages_are_years_or_days() {
    let age = |text: &str| parse(&format!("[retention]\nafter = \"{text}\"")).map(|config| config.retention.after);
    assert_eq!([age(""), age(" ")], [Ok(None), Ok(None)]);
    assert_eq!(age("10y"), Ok(Some(Age { years: 10, days: 0 })));
    assert_eq!(age("90 d"), Ok(Some(Age { years: 0, days: 90 })));
    for wrong in ["10", "0d", "-1y", "1.5y", "6mo", "y", "99999999999d", "forever", "24h"] {
        let problem = age(wrong).unwrap_err();
        assert!(problem.contains("write it as 10y or 90d"), "{problem}");
    }
}

#[test]
fn sizes_have_units() {
    let size = |text: &str| {
        parse(&format!("[limits]\nlargest_article = \"{text}\"")).map(|config| config.limits.largest_article)
    };
    assert_eq!([size("1B"), size("3 KiB"), size("2MiB")], [Ok(1), Ok(3 << 10), Ok(2 << 20)]);
    for wrong in ["16", "16MB", "MiB", "-1MiB", "99999999999GiB"] {
        assert!(size(wrong).unwrap_err().contains("write it as 64KiB"), "{wrong}");
    }
    assert!(size("1GiB").unwrap_err().contains("256MiB"));
}
