//! The format in which `/metrics` speaks, held to its definition (OpenMetrics 1.0): whoever reads it strictly can.

use std::collections::{BTreeMap, BTreeSet};

/// The value of each series, by its name and labels as they stand there, and the kind of each family.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    pub(crate) series: BTreeMap<String, f64>,
    pub(crate) families: BTreeMap<String, String>,
}

impl Exposition {
    /// Ends where a line is not as it has to be.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Exposition {
        let body = text.strip_suffix("# EOF\n").expect("it ends with # EOF");
        assert!(body.ends_with('\n') && !body.contains('\r'));
        let (mut read, mut family, mut helped) = (Exposition::default(), (String::new(), String::new()), None);
        for line in body.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                assert!(!help.trim().is_empty(), "{line}");
                helped = Some(name.to_owned());
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert_eq!(helped.take().as_deref(), Some(name), "{line}");
                assert!(is_name(name) && ["counter", "gauge", "histogram"].contains(&kind), "{line}");
                let before = read.families.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "a family stands together: {line}");
                family = (name.to_owned(), kind.to_owned());
            } else {
                read.sample(line, &family.0, &family.1);
            }
        }
        read.check_histograms();
        read
    }

    #[track_caller]
    fn sample(&mut self, line: &str, family: &str, kind: &str) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let suffix = name.strip_prefix(family).unwrap_or_else(|| panic!("{line} stands under {family}"));
        let suffixes: &[&str] = match kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        assert!(suffixes.contains(&suffix), "{line} of a {kind}");
        let labels = series[name.len()..].strip_prefix('{').map(|labels| labels.strip_suffix('}').unwrap());
        let mut names = BTreeSet::new();
        for (label, _) in labels.map(labelled).unwrap_or_default() {
            assert!(is_name(&label) && !label.contains(':') && names.insert(label), "{line}");
        }
        let number: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(number.is_finite() && (kind == "gauge" || number >= 0.0), "{line}");
        assert_eq!(self.series.insert(series.to_owned(), number), None, "{line} is there twice");
    }

    /// Buckets grow, and the last is the count.
    #[track_caller]
    fn check_histograms(&self) {
        for name in self.families.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name) {
            let mut last: BTreeMap<String, (f64, f64)> = BTreeMap::new();
            let mut buckets: Vec<(String, f64, f64)> = Vec::new();
            for (series, value) in
                self.series.iter().filter(|(series, _)| series.starts_with(&format!("{name}_bucket")))
            {
                let labels = labelled(series.split_once('{').unwrap().1.strip_suffix('}').unwrap());
                let bound = labels.iter().find(|(label, _)| label == "le").map(|(_, bound)| bound.clone()).unwrap();
                let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap() };
                let others: Vec<String> =
                    labels.iter().filter(|(label, _)| label != "le").map(|(l, v)| format!("{l}=\"{v}\"")).collect();
                buckets.push((others.join(","), bound, *value));
            }
            buckets.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
            for (labels, bound, value) in buckets {
                let before = last.insert(labels, (bound, value));
                assert!(before.is_none_or(|(_, before)| before <= value), "{name}");
            }
            for (labels, (bound, value)) in last {
                let counted =
                    if labels.is_empty() { format!("{name}_count") } else { format!("{name}_count{{{labels}}}") };
                assert_eq!((bound, Some(&value)), (f64::INFINITY, self.series.get(&counted)), "{counted}");
            }
        }
    }

    /// 0 where there is none yet.
    pub(crate) fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or_default()
    }

    /// As they are named in queries and in the documentation: a counter with `_total`.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let named =
            |(name, kind): (&String, &String)| format!("{name}{}", if kind == "counter" { "_total" } else { "" });
        self.families.iter().map(named).collect()
    }
}

fn is_name(name: &str) -> bool {
    let is_first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

/// Names and values of labels, read a character at a time.
#[track_caller]
fn labelled(text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        let name: String = rest.by_ref().take_while(|c| *c != '=').collect();
        assert_eq!(rest.next(), Some('"'), "{text}");
        let mut value = String::new();
        loop {
            match rest.next().unwrap_or_else(|| panic!("{text} is not closed")) {
                '"' => break,
                '\\' => match rest.next() {
                    Some('n') => value.push('\n'),
                    Some(c @ ('"' | '\\')) => value.push(c),
                    other => panic!("{text}: \\{other:?}"),
                },
                c => value.push(c),
            }
        }
        labels.push((name, value));
        assert!(matches!(rest.next(), None | Some(',')), "{text}");
    }
    labels
}
