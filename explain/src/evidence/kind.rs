//! What a file is, where it is not what it was given as.

use serde_json::Value;

use super::document::{Document, NotEvidence};
use super::{cookies, response};
use crate::log;

/// A kind of file that people have at hand when they are refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Certificate,
    Cookies,
    /// `curl …`, not its output.
    Command,
    Document(Document),
    Log,
    PrivateKey,
    PublicKey,
    Response,
    Url,
}

impl Kind {
    /// The kind of a text; None if it is none of them.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if let Ok(value) = serde_json::from_str(text) {
            return Self::of_json(&value);
        }
        if text.contains("PRIVATE KEY-----") {
            Some(Self::PrivateKey)
        } else if ["http://", "https://"].iter().any(|it| text.starts_with(it))
            && !text.contains(char::is_whitespace)
        {
            Some(Self::Url)
        } else if log::is_log(text) {
            Some(Self::Log)
        } else if response::is_response(text) {
            Some(Self::Response)
        } else if text.starts_with("curl ") {
            Some(Self::Command)
        } else if cookies::is_cookies(text) {
            Some(Self::Cookies)
        // After what may quote a key: people put one where its id belongs, in a cookie or a URL.
        } else if text.contains("-----BEGIN CERTIFICATE-----") {
            Some(Self::Certificate)
        } else if text.contains("PUBLIC KEY-----") {
            Some(Self::PublicKey)
        } else {
            None
        }
    }

    /// The kind of a JSON value.
    pub(crate) fn of_json(value: &Value) -> Option<Self> {
        if let Some(document) = Document::of(value) {
            Some(Self::Document(document))
        } else if response::is_export(value) {
            Some(Self::Response)
        } else if log::is_record(value) {
            Some(Self::Log)
        } else if cookies::is_cookies_json(value) {
            Some(Self::Cookies)
        } else {
            None
        }
    }

    /// What to do with a file of this kind that was given as another.
    pub(crate) fn refusal(self) -> NotEvidence {
        let (found, option) = match self {
            Self::Command => return NotEvidence::Command,
            Self::PrivateKey => return NotEvidence::PrivateKey,
            Self::Url => return NotEvidence::Url,
            Self::Certificate => ("a certificate", "--public-key"),
            Self::Cookies => ("cookies", "--cookie"),
            Self::Document(document) => (document.name(), document.option()),
            Self::Log => ("a log", "--log"),
            Self::PublicKey => ("a public key", "--public-key"),
            Self::Response => ("a response", "--response"),
        };
        NotEvidence::Other { found, option }
    }
}
