//! The folder of an index as tantivy has it: files that are mapped. A test can have it fail.

use std::path::Path;

use tantivy::directory::{Directory, MmapDirectory};

#[cfg(not(feature = "failpoints"))]
pub(super) fn directory(dir: &Path) -> tantivy::Result<Box<dyn Directory>> {
    Ok(Box::new(MmapDirectory::open(dir)?))
}

#[cfg(feature = "failpoints")]
pub(super) fn directory(dir: &Path) -> tantivy::Result<Box<dyn Directory>> {
    Ok(Box::new(failing::Failing(MmapDirectory::open(dir)?)))
}

/// Fails at `disk::open`, `disk::write`, `disk::rename`, `disk::sync` and `disk::lock`, as a full disk does.
#[cfg(feature = "failpoints")]
mod failing {
    use std::io::{self, BufWriter, ErrorKind, Write};
    use std::path::Path;
    use std::sync::Arc;

    use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
    use tantivy::directory::{
        AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, TerminatingWrite, WatchCallback,
        WatchHandle, WritePtr,
    };

    #[derive(Clone, Debug)]
    pub(super) struct Failing(pub(super) MmapDirectory);

    fn point(name: &str) -> io::Result<()> {
        fail::fail_point!(name, |_| Err(ErrorKind::StorageFull.into()));
        Ok(())
    }

    impl Directory for Failing {
        fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
            self.0.get_file_handle(path)
        }

        fn delete(&self, path: &Path) -> Result<(), DeleteError> {
            self.0.delete(path)
        }

        fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
            self.0.exists(path)
        }

        fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
            point("disk::open").map_err(|error| OpenWriteError::wrap_io_error(error, path.to_owned()))?;
            Ok(BufWriter::new(Box::new(FailingFile(self.0.open_write(path)?))))
        }

        fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
            self.0.atomic_read(path)
        }

        fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
            point("disk::rename")?;
            self.0.atomic_write(path, data)
        }

        fn sync_directory(&self) -> io::Result<()> {
            point("disk::sync")?;
            self.0.sync_directory()
        }

        fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
            point("disk::lock").map_err(LockError::wrap_io_error)?;
            self.0.acquire_lock(lock)
        }

        fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
            self.0.watch(watch_callback)
        }
    }

    struct FailingFile(WritePtr);

    impl Write for FailingFile {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            point("disk::write")?;
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }

    impl TerminatingWrite for FailingFile {
        fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
            point("disk::write")?;
            self.0.terminate_ref(token)
        }
    }
}
