//! The deliberate faults of `tests/faults` still have their places in the engine. That the oracle sees them is for
//! `tests/faults/run`, which builds them.

use std::collections::BTreeSet;
use std::path::Path;

#[derive(serde::Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

#[derive(serde::Deserialize)]
struct Fault {
    what: String,
    file: String,
    code: String,
    instead: String,
}

#[test]
fn every_fault_has_its_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let faults = std::fs::read_to_string(root.join("tests/faults/faults.toml")).unwrap();
    let faults: Faults = toml::from_str(&faults).unwrap();
    let distinct: BTreeSet<&str> = faults.fault.iter().map(|fault| fault.what.as_str()).collect();
    assert!(distinct.len() >= 30 && distinct.len() == faults.fault.len(), "thirty faults, each told apart");
    for Fault { what, file, code, instead } in &faults.fault {
        let text = std::fs::read_to_string(root.join("src/engine/embedded").join(file)).unwrap();
        let pieces: Vec<&str> = code.split(['⟦', '⟧']).collect();
        let [_, spoilt, _] = pieces[..] else { panic!("{what}: one stretch is spoilt") };
        assert!(!spoilt.is_empty() && spoilt != instead, "{what}: nothing is spoilt");
        assert_eq!(text.matches(&pieces.concat()).count(), 1, "{what}: the place is not in {file}");
    }
}
