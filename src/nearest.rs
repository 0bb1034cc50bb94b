//! "Did you mean": the known name that is fewest slips of the finger away.

/// The nearest of `names`, if it is near enough to be what was meant: one edit in short names, two or three in longer.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().take(64).collect();
    let allowed = 1 + typed.len() / 4;
    let distance = |name: &str| {
        let length = name.chars().count();
        // A name that is so much longer or shorter need not be compared.
        let near = length.abs_diff(typed.len()) <= allowed;
        let edits = near.then(|| edits(&typed, &name.chars().collect::<Vec<_>>()));
        edits.filter(|distance| *distance <= allowed && *distance < length)
    };
    let near = names.into_iter().filter_map(|name| Some((distance(name)?, name)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn edits(left: &[char], right: &[char]) -> usize {
    let width = right.len() + 1;
    let [mut before_last, mut last, mut row] = [vec![0; width], (0..width).collect(), vec![0; width]];
    for i in 1..=left.len() {
        row[0] = i;
        for j in 1..width {
            let replaced = last[j - 1] + usize::from(left[i - 1] != right[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        (before_last, last, row) = (last, row, before_last);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(nearest(typed, ["headline", "tag", "author", "site", "is"]), expected, "{typed}");
    }

    #[test]
    fn finds_what_was_meant() {
        check("headlin", Some("headline"));
        check("Headlnie", Some("headline"));
        check("tga", Some("tag"));
        check("auther", Some("author"));
    }

    #[test]
    fn stays_silent_when_nothing_is_near() {
        check("zebra", None);
        check("x", None);
        check("", None);
    }
}
