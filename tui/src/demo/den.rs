//! The demo's private directory: its socket, its data, its complaints.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// Tries for a name that is free.
const TRIES: u8 = 16;

/// A directory that only its owner may enter. Removed with all that is in it when dropped.
#[derive(Debug)]
pub struct Den {
    path: PathBuf,
}

impl Den {
    /// Makes one in the directory for temporary files.
    pub fn make() -> io::Result<Self> {
        let mut taken = io::Error::other("all names are taken");
        for _ in 0..TRIES {
            let random = RandomState::new().hash_one(0u8) as u32;
            let path = std::env::temp_dir().join(format!("actorscope-demo-{random:08x}"));
            match private_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Den {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes a den and what is in it. It may be gone already: whoever ends last removes it.
pub fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}

/// Fails if anything is there: a directory prepared by somebody else is not private.
fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_den_is_private_and_leaves_nothing_behind() {
        let den = Den::make().unwrap();
        let path = den.path().to_owned();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::write(path.join("something"), "in it").unwrap();
        drop(den);
        assert!(!path.exists());
    }
}
