//! Any bytes, read as a query.
#![cfg_attr(fuzzing, no_main)]

fn check(bytes: &[u8]) {
    broadsheet_fuzz::check(&String::from_utf8_lossy(bytes));
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check(bytes));

#[cfg(not(fuzzing))]
fn main() {
    broadsheet_fuzz::replay(check);
}
