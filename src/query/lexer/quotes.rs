//! Which marks open a phrase and which close it.

pub(super) fn opens(ch: char) -> bool {
    matches!(ch, '"' | '＂' | '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '『')
}

/// A straight quote is closed by a straight one, so that curly ones may stand inside; everything else by its partner in
/// any of the national orders („…“, „…”, ”…”, »…«).
pub(super) fn closes(open: char, ch: char) -> bool {
    match open {
        '"' | '＂' => matches!(ch, '"' | '＂'),
        '«' => ch == '»',
        '»' => ch == '«',
        '「' => ch == '」',
        '『' => ch == '』',
        '“' => matches!(ch, '”' | '"'),
        _ => matches!(ch, '“' | '”' | '"'),
    }
}
