//! The state in a folder: for a development server, and for hosts that serve files.

use core::sync::atomic::{AtomicU64, Ordering};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc::sha256;
use policy::{BodyDigest, UnixTime};
use tokio::task::spawn_blocking;

use super::{
    Destination, DestinationAnswer, DestinationUnavailable, Published, PublishedBody, Replaced,
    Version,
};

/// A folder with the file `head` and the folder `body`. Files appear whole or not at all.
#[derive(Clone, Debug)]
pub struct FolderDestination {
    folder: Arc<Path>,
}

impl FolderDestination {
    /// The state in this folder, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into().into() }
    }

    fn answer<'d, T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> DestinationAnswer<'d, T> {
        let folder = Arc::clone(&self.folder);
        Box::pin(async {
            let asked = spawn_blocking(move || {
                ask(&folder).map_err(|error| {
                    DestinationUnavailable::new(format_args!("`{}`: {error}", folder.display()))
                })
            });
            asked.await.map_err(DestinationUnavailable::new)?
        })
    }
}

impl Destination for FolderDestination {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        self.answer(head)
    }

    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>> {
        let name = name.to_owned();
        self.answer(move |folder| read(&folder.join("body").join(name)))
    }

    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()> {
        let (name, body) = (name.to_owned(), body.to_vec());
        self.answer(move |folder| {
            let bodies = folder.join("body");
            fs::create_dir_all(&bodies)?;
            replace(&bodies, &name, &body)
        })
    }

    fn replace_head<'d>(
        &'d self,
        bytes: &'d [u8],
        before: Option<&'d Version>,
    ) -> DestinationAnswer<'d, Replaced> {
        let (bytes, before) = (bytes.to_vec(), before.cloned());
        self.answer(move |folder| {
            fs::create_dir_all(folder)?;
            let lock = folder.join("head.lock");
            let turn = OpenOptions::new().create(true).truncate(false).write(true).open(lock)?;
            turn.lock()?;
            if head(folder)?.map(|there| there.version) != before {
                return Ok(Replaced::No);
            }
            replace(folder, "head", &bytes)?;
            Ok(Replaced::Yes)
        })
    }

    fn bodies(&self) -> DestinationAnswer<'_, Vec<PublishedBody>> {
        self.answer(|folder| {
            let mut bodies = Vec::new();
            for file in fs::read_dir(folder.join("body"))? {
                let file = file?;
                let modified = match file.metadata() {
                    // Another publisher has renamed or removed it since it was listed.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    metadata => metadata?.modified()?,
                };
                if let Ok(name) = file.file_name().into_string() {
                    bodies.push(PublishedBody { name, written_at: written_at(modified) });
                }
            }
            Ok(bodies)
        })
    }

    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()> {
        let name = name.to_owned();
        self.answer(move |folder| match fs::remove_file(folder.join("body").join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
    }
}

fn head(folder: &Path) -> io::Result<Option<Published>> {
    let bytes = read(&folder.join("head"))?;
    let version = |bytes: &[u8]| Version(BodyDigest(sha256(bytes)).to_string());
    Ok(bytes.map(|bytes| Published { version: version(&bytes), bytes }))
}

/// None if it is not there.
fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// In one step, and on the disk before it is said to be done.
///
/// No two writers share the file beside it. One that a crash leaves behind is cleaned up as a body.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    static WRITES: AtomicU64 = AtomicU64::new(0);
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    let beside = folder.join(format!("{name}.{}.{write}.new", std::process::id()));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn written_at(time: SystemTime) -> UnixTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).ok().and_then(UnixTime::from_seconds).unwrap_or(UnixTime::EPOCH)
}
