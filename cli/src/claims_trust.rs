//! The keys that `--claims-trust` names.

use core::fmt;
use core::str::FromStr;
use std::ffi::OsString;

use aws_lc::{AwsLc, PublicKeyRefused, public_key_from_text};
use edge_validator::ClaimsKeySettings;
use key_encoding::KeyFault;
use policy::{
    Algorithm, ClaimsKey, DelegatedKey, JoseAlgorithm, JoseAlgorithmFault, KeyKind, KeyUse,
    ShortRsa, check_key_id,
};

use crate::outcome::Failure;
use crate::text_file::TextFile;
use crate::trust::split_algorithms;

/// `ID=FILE[:ALG]`: a public key or a secret, the `kid` that names it, and what it signs with.
#[derive(Clone, Debug)]
pub(crate) struct ClaimsTrust {
    id: String,
    file: TextFile,
    /// None: what fits the file.
    algorithm: Option<JoseAlgorithm>,
}

impl ClaimsTrust {
    /// Reads the key.
    pub(crate) fn load(&self) -> Result<ClaimsKey, Failure> {
        let Self { id, file, algorithm } = self;
        let usage = |problem: &dyn fmt::Display| Failure::Usage(format!("{file}: {problem}"));
        let text = file.read()?;
        // Blanks around it are no part of it, so that a file may end with a line feed.
        let secret = || ClaimsKeySettings::secret(id, text.as_bytes().trim_ascii());
        let key = match (public_key_from_text(&text, ShortRsa::Refuse), algorithm) {
            (_, Some(JoseAlgorithm::Hs256)) => secret(),
            (Err(PublicKeyRefused::Fault(KeyFault::NoKey { .. })), None) => secret(),
            (Ok(key), algorithm) => {
                let fitting = fitting_algorithm(key.kind());
                ClaimsKeySettings::public(id, algorithm.unwrap_or(fitting), &key)
            }
            (Err(refused), _) => return Err(usage(&refused)),
        };
        key.ready(&AwsLc).map_err(|refused| usage(&refused))
    }
}

/// What tokens are signed with by a key of this kind.
pub(crate) fn fitting_algorithm(kind: KeyKind) -> JoseAlgorithm {
    match kind {
        KeyKind::P256 => JoseAlgorithm::Es256,
        KeyKind::Rsa { .. } => JoseAlgorithm::Rs256,
    }
}

impl ClaimsTrust {
    /// The key as a delegation lists it, in which there is no place for a secret.
    pub(crate) fn listed(&self) -> Result<DelegatedKey, Failure> {
        let Self { id, file, algorithm } = self;
        let usage = |problem: &dyn fmt::Display| Failure::Usage(format!("{file}: {problem}"));
        if *algorithm == Some(JoseAlgorithm::Hs256) {
            return Err(usage(
                &"everybody can read a delegation, so that it holds no secrets; keep keys for HS256 in the edge's configuration",
            ));
        }
        let key = public_key_from_text(&file.read()?, ShortRsa::Refuse)
            .map_err(|refused| usage(&refused))?;
        let (fitting, listed) = match key.kind() {
            KeyKind::P256 => (JoseAlgorithm::Es256, Algorithm::EcdsaSha256),
            KeyKind::Rsa { .. } => (JoseAlgorithm::Rs256, Algorithm::RsaSha256),
        };
        if algorithm.is_some_and(|algorithm| algorithm != fitting) {
            return Err(usage(&format_args!("this key signs with {}", fitting.name())));
        }
        let (id, algorithms) = (Some(id.clone()), vec![listed]);
        Ok(DelegatedKey { key_use: KeyUse::Claims, id, key, algorithms })
    }
}

impl FromStr for ClaimsTrust {
    type Err = NotClaimsTrust;

    fn from_str(text: &str) -> Result<Self, NotClaimsTrust> {
        let (id, rest) = text.split_once('=').ok_or(NotClaimsTrust::NoEqualsSign)?;
        check_key_id(id).map_err(|_| NotClaimsTrust::Id)?;
        let (file, name) = split_algorithms(rest);
        if file.is_empty() {
            return Err(NotClaimsTrust::NoFile);
        }
        let algorithm = name.map(str::parse).transpose().map_err(NotClaimsTrust::Algorithm)?;
        Ok(Self { id: id.to_owned(), file: TextFile::from(OsString::from(file)), algorithm })
    }
}

/// Why a text names no key to trust for claims.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotClaimsTrust {
    Algorithm(JoseAlgorithmFault),
    Id,
    NoEqualsSign,
    NoFile,
}

impl fmt::Display for NotClaimsTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(unknown) => write!(f, "after the colon, {unknown}"),
            Self::Id => f.write_str(
                "before the `=`, use the id that tokens name: up to 64 letters, digits, `-` and `_`",
            ),
            Self::NoEqualsSign => {
                f.write_str("has no `=`; write `claims-2026-11=claims-public.pem`")
            }
            Self::NoFile => f.write_str("names no file; write `claims-2026-11=claims-public.pem`"),
        }
    }
}

impl core::error::Error for NotClaimsTrust {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn read() {
        use JoseAlgorithm::{Es256, Hs256};
        for (text, file, algorithm) in [
            ("c-1=a.pem", "`a.pem`", None),
            ("c-1=-", "standard input", None),
            ("c-1=a.pem:ES256", "`a.pem`", Some(Es256)),
            (r"c-1=C:\a.secret:HS256", r"`C:\a.secret`", Some(Hs256)),
            (r"c-1=C:\a.secret", r"`C:\a.secret`", None),
        ] {
            let trust: ClaimsTrust = text.parse().unwrap();
            assert_eq!((trust.id.as_str(), trust.algorithm), ("c-1", algorithm), "{text}");
            assert_eq!(trust.file.to_string(), file, "{text}");
        }
    }

    #[test]
    fn refused() {
        for (text, why) in [
            ("a.pem", NotClaimsTrust::NoEqualsSign),
            ("c=", NotClaimsTrust::NoFile),
            ("c=:ES256", NotClaimsTrust::NoFile),
            ("=a.pem", NotClaimsTrust::Id),
            ("c 1=a.pem", NotClaimsTrust::Id),
            ("c=a.pem:", NotClaimsTrust::Algorithm(JoseAlgorithmFault)),
            ("c=a.pem:none", NotClaimsTrust::Algorithm(JoseAlgorithmFault)),
            ("c=a.pem:ES256,RS256", NotClaimsTrust::Algorithm(JoseAlgorithmFault)),
        ] {
            assert_eq!(text.parse::<ClaimsTrust>().err(), Some(why), "{text}");
        }
    }
}
