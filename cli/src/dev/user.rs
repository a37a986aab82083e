//! The demo users.

use serde::{Deserialize, Serialize};

/// Anyone may sign in as any of them: this stands for a site's own sign-in, which Edgepass is no part of.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum User {
    Alice,
    Bob,
    /// An administrator: may revoke.
    Carol,
}

/// The folder of the group `editors`, beside those of the users.
pub(super) const SHARED_FOLDER: &str = "shared";

impl User {
    pub(super) const ALL: [Self; 3] = [Self::Alice, Self::Bob, Self::Carol];

    /// Those who have a clip.
    pub(super) const VIEWERS: [Self; 2] = [Self::Alice, Self::Bob];

    /// Also the name of the user's folder.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
            Self::Carol => "carol",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Alice => "Alice",
            Self::Bob => "Bob",
            Self::Carol => "Carol",
        }
    }

    /// The groups that the user is in.
    pub(super) const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Alice => &[],
            Self::Bob => &["editors"],
            Self::Carol => &["administrators"],
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Alice => Self::Bob,
            Self::Bob | Self::Carol => Self::Alice,
        }
    }

    /// Where the user's clip begins.
    pub(super) fn clip(self) -> String {
        format!("/media/{}/index.m3u8", self.id())
    }
}
