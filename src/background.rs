//! Threads for work that nobody waits for at this moment: they take what processors searches leave them. So articles that
//! come in slow no answer down.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Of 0, which searches have, to 19. At 10 the system gives a thread about a tenth of what it gives a search.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Runs work on a thread of its own, which yields to searches; so do the threads that it starts.
///
/// # Errors
/// The thread could not be started.
pub fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    Builder::new().name(name.to_owned()).spawn(move || {
        give_way();
        work()
    })
}

/// Elsewhere than on Linux only whole processes can be made to give way.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::warn!(%error, "articles may come in at the expense of searches");
    }
}
