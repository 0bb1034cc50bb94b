//! SIGINT and SIGTERM as a wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

/// As a shell says it of a program that a signal ended.
pub(super) const INTERRUPTED: u8 = 130;

/// How long what is under way may take after a signal.
const GRACE: Duration = Duration::from_secs(20);

/// Set once a signal has come. A second signal, or the end of this time after the first, ends the process where it stands:
/// what has been stored by then is stored.
pub(super) fn heard() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let set = Arc::clone(&stop);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            set.store(true, Ordering::Relaxed);
            tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} () = tokio::time::sleep(GRACE) => {} }
            std::process::exit(INTERRUPTED.into());
        });
    })?;
    Ok(stop)
}
