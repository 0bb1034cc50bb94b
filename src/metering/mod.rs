//! HOW IT GOES: what the program counts and measures of itself, for those who watch over it.
//!
//! Whoever does something says so here, in its own words ([`answered`], [`taken_in`], [`looked_up`], …), and knows nothing
//! of who asks. What has been counted is told as Prometheus reads it ([`exposition()`]), together with how things stand at
//! that moment ([`Standing`]), which whoever asks brings along. Counting takes no lock that is held for long, and nothing is
//! allocated for a name that was counted before.

mod histogram;
mod named;

mod counts;
mod folders;
mod requests;
mod searches;

mod process;
mod standing;

mod exposition;

pub use counts::{Cache, bytes_read, expect_rejects, looked_up, polled, refused, rejected, run_over, taken_in};
pub use exposition::{MEDIA_TYPE, exposition};
pub use folders::{Folder, folder_seen, folders, read_from};
pub use histogram::Histogram;
pub use process::{Disk, begin, disk, started, uptime};
pub use requests::{Connection, answered, connection};
pub use searches::{Percentiles, Stage, Stages, TARGET, milliseconds, percentiles, searched, slow};
pub use standing::{Feed, Standing};
