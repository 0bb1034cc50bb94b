//! NewsML-G2.

use std::ops::ControlFlow;

use super::Emit;
use crate::ingest::Reason;

pub(in crate::ingest) fn read(text: &str, emit: &mut Emit<'_>) -> ControlFlow<()> {
    emit(0..text.len(), Err(Reason::new("unknown_format", "this is not read")))
}
