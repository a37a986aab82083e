//! A file of a new site.

use zeroize::Zeroizing;

use crate::new_files::Readers;

/// A file that is going to be written.
pub(super) struct File {
    /// Its path in the folder of the site.
    pub(super) name: &'static str,
    pub(super) readers: Readers,
    /// Wiped when it is dropped: it may be a private key.
    pub(super) text: Zeroizing<String>,
}

impl File {
    /// One that is no secret.
    pub(super) fn new(name: &'static str, text: String) -> Self {
        Self { name, readers: Readers::Everyone, text: Zeroizing::new(text) }
    }
}
