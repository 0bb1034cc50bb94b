//! A beginning, a NUL, and what is repeated behind it until the query is as long as it may be: what takes more than its
//! share of time shows at that length. While it fuzzes, an eighth of that has to do: what is slow is put aside, and the
//! fuzzer comes to see more.
#![cfg_attr(fuzzing, no_main)]

fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (begin, again) = text.split_once('\0').unwrap_or(("", &text));
    let longest = broadsheet_fuzz::query::Bounds::default().bytes / if cfg!(fuzzing) { 8 } else { 1 };
    let room = longest.saturating_sub(begin.len());
    let times = room.checked_div(again.len()).unwrap_or(0);
    broadsheet_fuzz::check(&(begin.to_owned() + &again.repeat(times)));
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check(bytes));

#[cfg(not(fuzzing))]
fn main() {
    broadsheet_fuzz::replay(check);
}
