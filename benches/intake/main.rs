//! Taking in beside its bare costs, in one run: JSON Lines, pages and web archives.
//!
//!     cargo bench --bench intake
//!
//! Each input is taken in by the real program, `broadsheet ingest`, into a new folder; beside it stands what the work cannot
//! be done without: unpacking, the extraction crate over every page (one thread), and tantivy indexing the same texts (two
//! threads); and, of writing the articles to the store, what comparing them with those before takes. Times are clock times;
//! `cores` is the processor time of the program by its clock time. `--quick`, and any run that is not `cargo bench`, takes
//! a few articles of its own making.

mod bare;
mod corpus;
mod program;

use std::path::Path;
use std::time::Duration;

use corpus::Input;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let quick = has("--quick") || !has("--bench");
    let folder = tempfile::tempdir()?;
    println!(
        "input | articles | MB | seconds | articles/s | MB/s | cores | bare costs, seconds | by their sum | stories of writing"
    );
    for input in corpus::inputs(folder.path(), quick)? {
        measure(&input, folder.path())?;
    }
    Ok(())
}

fn measure(input: &Input, folder: &Path) -> anyhow::Result<()> {
    let taken = program::ingest(&input.path, &folder.join(input.name))?;
    let costs = bare::costs(input, folder)?;
    let written = bare::writing(input, folder)?;
    let sum: Duration = costs.iter().map(|(_, time)| *time).sum();
    let named: Vec<String> = costs.iter().map(|(name, time)| format!("{name} {:.2}", time.as_secs_f64())).collect();
    let (seconds, megabytes) = (taken.clock.as_secs_f64(), input.bytes as f64 / 1e6);
    println!(
        "{} | {} | {megabytes:.1} | {seconds:.2} | {:.0} | {:.1} | {:.2} | {} | {:.2} | {:.2} of {:.2}",
        input.name,
        taken.articles,
        taken.articles as f64 / seconds,
        megabytes / seconds,
        taken.processor.as_secs_f64() / seconds,
        named.join(", "),
        seconds / sum.as_secs_f64(),
        written.grouping.as_secs_f64(),
        written.writing.as_secs_f64(),
    );
    Ok(())
}
