//! New files: never in the place of others, and gone again unless all of them were made.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::outcome::Failure;
use crate::output::warn;

/// Who may read a new file or folder.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Readers {
    Everyone,
    Owner,
}

/// Files and folders that belong together. Until they are kept, they go with this.
#[derive(Default)]
pub(crate) struct NewFiles {
    /// In the order in which they were made.
    made: Vec<Made>,
}

enum Made {
    File(PathBuf),
    Folder(PathBuf),
}

impl NewFiles {
    /// Makes a folder, with those above it. One that is there stays as it is.
    pub(crate) fn folder(&mut self, path: &Path, readers: Readers) -> Result<(), Failure> {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
            self.folder(above, Readers::Everyone)?;
        }
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        }
        builder.create(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                Failure::Usage(format!("`{}` is not a folder; choose another", path.display()))
            }
            _ => Failure::Service(format!("cannot make the folder `{}`: {error}", path.display())),
        })?;
        self.made.push(Made::Folder(path.to_path_buf()));
        Ok(())
    }

    /// Makes a file of this text.
    pub(crate) fn write(
        &mut self,
        path: &Path,
        readers: Readers,
        text: &str,
    ) -> Result<(), Failure> {
        let failed = |error: io::Error| {
            Failure::Service(format!("cannot write `{}`: {error}", path.display()))
        };
        let mut file = create_new(path, readers).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => failed(error),
        })?;
        self.made.push(Made::File(path.to_path_buf()));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// All of them were made.
    pub(crate) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        for made in self.made.iter().rev() {
            let (path, removed) = match made {
                Made::File(path) => (path, fs::remove_file(path)),
                Made::Folder(path) => (path, fs::remove_dir(path)),
            };
            if let Err(error) = removed {
                warn(&format!("`{}` is left over: {error}; remove it", path.display()));
            }
        }
    }
}

/// Refuses where one of these files is there already: what is made before the last of them may be
/// hard to take back.
pub(crate) fn check_free<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Result<(), Failure> {
    match paths.into_iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(taken) => Err(exists(taken)),
        None => Ok(()),
    }
}

fn create_new(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!(
        "`{}` exists and is not overwritten; name another folder with `--out`",
        path.display()
    ))
}
