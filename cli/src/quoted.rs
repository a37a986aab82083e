//! Texts of the command line in messages: what may be a secret is not repeated.

use std::path::Path;

/// A text in backticks, or words in its place if it may be a key, a pass or a part of one that was
/// typed where it does not belong.
pub(crate) fn quoted(text: &str) -> String {
    if is_secretive(text) {
        "the given text, which is not repeated here because it may be secret,".to_owned()
    } else {
        format!("`{}`", text.escape_debug())
    }
}

/// The name of a file in backticks, or words in its place.
pub(crate) fn quoted_path(path: &Path) -> String {
    let name = path.to_string_lossy();
    if is_secretive(&name) { quoted(&name) } else { format!("`{name}`") }
}

/// Whether a text may be secret: it holds a name of signing values, begins a value of them, or cannot
/// be what is typed on a command line.
pub(crate) fn is_secretive(text: &str) -> bool {
    const MARKS: [&str; 9] = [
        "-----",
        "CloudFront-",
        "Edgepass-Claims",
        "Policy=",
        "Signature=",
        "eyJ",  // the base64 of `{"`: policies and tokens
        "MEQC", // that of ECDSA signatures
        "MEUC",
        "MEYC",
    ];
    /// No file system in use has longer names in a path.
    const LONGEST_NAME: usize = 255;
    text.contains(['\n', '\r'])
        || text.split(['/', '\\']).any(|part| part.len() > LONGEST_NAME)
        || MARKS.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_secret_is_withheld() {
        for open in ["private.pem", "keys/K2JCJMDEHXQW5F.pem", "media.example.com", "+7w", "-"] {
            assert_eq!(quoted(open), format!("`{open}`"));
        }
        for secret in [
            "-----BEGIN PRIVATE KEY-----",
            "https://h/a?Expires=1&Signature=x",
            "CloudFront-Key-Pair-Id=K1",
            "eyJTdGF0ZW1lbnQi",
            "MEUCIQDx",
            "two\nlines",
            &"x".repeat(300),
        ] {
            assert!(!quoted(secret).contains(secret), "{secret}");
        }
    }
}
