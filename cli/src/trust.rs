//! The keys that `--trust` names.

use core::fmt;
use core::str::FromStr;

use aws_lc::{AwsLcKey, public_key_from_text, thumbprint};
use policy::{
    Algorithm, AlgorithmFault, DelegatedKey, Hash, KeyUse, ShortRsa, TrustRefused, TrustedKey,
    TrustedKeys, check_key_id,
};

use crate::outcome::Failure;
use crate::text_file::TextFile;

/// `ID=PEM[:ALG,ALG]`: a public key, the Key-Pair-Id that it answers for, and what it may sign
/// with.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    /// None: it answers for any.
    id: Option<String>,
    file: TextFile,
    /// Empty: with both hashes.
    algorithms: Vec<Algorithm>,
}

impl Trust {
    /// Whether a credential of this key id may use SHA-1 only because nobody named algorithms.
    pub(crate) fn allows_sha1_tacitly(&self, key_id: &str) -> bool {
        self.algorithms.is_empty() && self.id.as_ref().is_none_or(|id| id == key_id)
    }

    /// The key as a delegation lists it: with SHA-256, where no algorithm is named.
    pub(crate) fn listed(&self) -> Result<DelegatedKey, Failure> {
        let Self { id, file, algorithms } = self;
        let key = public_key_from_text(&file.read()?, ShortRsa::Refuse)
            .map_err(|refused| Failure::Usage(format!("{file}: {refused}")))?;
        let mut algorithms = algorithms.clone();
        if algorithms.is_empty() {
            algorithms.push(Algorithm::new(key.kind(), Hash::Sha256));
        }
        Ok(DelegatedKey { key_use: KeyUse::CloudFront, id: id.clone(), key, algorithms })
    }

    fn load(&self, short_rsa: ShortRsa) -> Result<TrustedKey, Failure> {
        let Self { id, file, algorithms } = self;
        let usage = |problem: &dyn fmt::Display| Failure::Usage(format!("{file}: {problem}"));
        let pem = file.read()?;
        let key = public_key_from_text(&pem, short_rsa).map_err(|refused| usage(&refused))?;
        let native = AwsLcKey::new(&key).map_err(|refused| usage(&refused))?;
        let both = [Hash::Sha256, Hash::Sha1].map(|hash| Algorithm::new(key.kind(), hash));
        let algorithms = if algorithms.is_empty() { &both } else { algorithms.as_slice() };
        TrustedKey::new(id.as_deref(), &key, thumbprint(&key), algorithms, Box::new(native))
            .map_err(|refused| usage(&refused))
    }
}

/// Reads the keys.
pub(crate) fn load(trust: &[Trust], short_rsa: ShortRsa) -> Result<TrustedKeys, Failure> {
    let keys: Result<Vec<TrustedKey>, Failure> =
        trust.iter().map(|trust| trust.load(short_rsa)).collect();
    TrustedKeys::new(keys?).map_err(|refused| Failure::Usage(format!("`--trust`: {refused}")))
}

impl FromStr for Trust {
    type Err = NotTrust;

    fn from_str(text: &str) -> Result<Self, NotTrust> {
        let (id, rest) = text.split_once('=').ok_or(NotTrust::NoEqualsSign)?;
        if !id.is_empty() {
            check_key_id(id).map_err(NotTrust::Id)?;
        }
        let (file, names) = split_algorithms(rest);
        if file.is_empty() {
            return Err(NotTrust::NoFile);
        }
        let names = names.map(|names| names.split(','));
        let algorithms: Result<_, _> = names.into_iter().flatten().map(str::parse).collect();
        let algorithms = algorithms.map_err(NotTrust::Algorithm)?;
        let id = (!id.is_empty()).then(|| id.to_owned());
        Ok(Self { id, file: TextFile::from(std::ffi::OsString::from(file)), algorithms })
    }
}

/// `FILE:ALG` as its two parts, where the second may be missing.
pub(crate) fn split_algorithms(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        // A colon inside a path: `C:\keys\public.pem`.
        Some((_, path)) if path.contains(['/', '\\', '.']) => (text, None),
        Some((file, names)) => (file, Some(names)),
        None => (text, None),
    }
}

/// Why a text names no key to trust.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum NotTrust {
    Algorithm(AlgorithmFault),
    Id(TrustRefused),
    NoEqualsSign,
    NoFile,
}

impl fmt::Display for NotTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(unknown) => write!(f, "after the colon, {unknown}"),
            Self::Id(refused) => refused.fmt(f),
            Self::NoEqualsSign => f.write_str(
                "has no `=`; write `K2JCJMDEHXQW5F=public.pem:RSA-SHA256`, or `=public.pem` for a key that answers for any id",
            ),
            Self::NoFile => f.write_str("names no file; write `K2JCJMDEHXQW5F=public.pem`"),
        }
    }
}

impl core::error::Error for NotTrust {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn read() {
        use Algorithm::{RsaSha1, RsaSha256};
        for (text, id, file, algorithms) in [
            ("K1=a.pem", Some("K1"), "`a.pem`", vec![]),
            ("=a.pem", None, "`a.pem`", vec![]),
            ("K1=-", Some("K1"), "standard input", vec![]),
            ("K1=-:RSA-SHA1", Some("K1"), "standard input", vec![RsaSha1]),
            ("K1=a:b.pem:RSA-SHA256,RSA-SHA1", Some("K1"), "`a:b.pem`", vec![RsaSha256, RsaSha1]),
            (r"K1=C:\a.pem", Some("K1"), r"`C:\a.pem`", vec![]),
            ("K1=/x=y/a.pem", Some("K1"), "`/x=y/a.pem`", vec![]),
        ] {
            let trust: Trust = text.parse().unwrap();
            assert_eq!(trust.id.as_deref(), id, "{text}");
            assert_eq!(trust.file.to_string(), file, "{text}");
            assert_eq!(trust.algorithms, algorithms, "{text}");
        }
    }

    #[test]
    fn refused() {
        for (text, why) in [
            ("a.pem", NotTrust::NoEqualsSign),
            ("K1=", NotTrust::NoFile),
            ("K1=:RSA-SHA256", NotTrust::NoFile),
            ("K 1=a.pem", NotTrust::Id(TrustRefused::KeyId)),
            ("K1=a.pem:", NotTrust::Algorithm(AlgorithmFault)),
            ("K1=a.pem:rsa-sha256", NotTrust::Algorithm(AlgorithmFault)),
            ("K1=a.pem:RSA-SHA256,", NotTrust::Algorithm(AlgorithmFault)),
        ] {
            assert_eq!(text.parse::<Trust>().err(), Some(why), "{text}");
        }
    }
}
