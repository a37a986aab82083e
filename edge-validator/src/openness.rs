//! Settings that let requests through without a pass, whatever they ask for.

use core::fmt;

use policy::{Deployment, wildcards_match};

use crate::settings::{Enforcement, Settings};

/// Why everybody is let in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Openness {
    /// No refusal is enforced, and CloudFront has not checked anything either.
    NotEnforced,
    /// This public path covers every path.
    PublicPath(String),
}

impl Settings {
    /// Why these settings let everybody in; None if they do not. Ask the operator whether that is
    /// meant before you deploy them.
    pub fn openness(&self) -> Option<Openness> {
        // In native mode CloudFront itself has refused those without a pass.
        let is_standalone = self.deployment == Deployment::Standalone;
        if is_standalone && self.enforcement != Enforcement::Enforce {
            return Some(Openness::NotEnforced);
        }
        covers_every_path(&self.public_paths).map(|path| Openness::PublicPath(path.to_owned()))
    }
}

/// The first pattern that covers every path, such as `*`, `/*`, `/?*`, `*.*` or `/*/*`: it matches a
/// path whose names no pattern mentions.
///
/// The names of the paths that are tried consist of a character that no pattern can have, and are
/// longer than any pattern. The paths are files with and without an extension, in up to as many
/// folders as a pattern has slashes.
fn covers_every_path(patterns: &[String]) -> Option<&str> {
    let longest = patterns.iter().map(String::len).max()?;
    let deepest = patterns.iter().map(|pattern| pattern.matches('/').count()).max()?;
    let name = "\u{1}".repeat(longest.saturating_add(1));
    let with_extension = [name.as_str(), ".", &name].concat();
    (0..=deepest).find_map(|folders| {
        let folders = ["/", &name].concat().repeat(folders);
        [&name, &with_extension].into_iter().find_map(|file| {
            let path = [folders.as_str(), "/", file].concat();
            patterns.iter().map(String::as_str).find(|pattern| wildcards_match(pattern, &path))
        })
    })
}

impl fmt::Display for Openness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEnforced => f.write_str("`enforcement` is not \"enforce\""),
            Self::PublicPath(path) => {
                write!(f, "`paths` of `[public]` has `{path}`, which covers every path")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_covers_every_path() {
        for pattern in [
            "*", "/*", "**", "/**", "*?", "*?*", "/?*", "/????*", "*/*", "*/**", "/*/*", "/*/*/*",
            "*.*", "/*.*", "/*/*.*",
        ] {
            let patterns = ["/login*", pattern].map(str::to_owned);
            assert_eq!(covers_every_path(&patterns), Some(pattern));
        }
        for pattern in [
            "/",
            "?",
            "/login",
            "/login*",
            "/*.css",
            "*.css",
            "*/thumbs/*",
            "/*/thumbs/*",
            "/a*",
            "*a*",
            "/????",
            "/.*",
            "/*-*",
            "/_*",
            "*/",
            "*.",
        ] {
            assert_eq!(covers_every_path(&[pattern.to_owned()]), None, "{pattern}");
        }
        assert_eq!(covers_every_path(&[]), None);
        let together = ["/", "/?*"].map(str::to_owned);
        assert_eq!(covers_every_path(&together), Some("/?*"));
    }
}
