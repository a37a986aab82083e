//! The claims that a pass carries along.

use clap::{Args, ValueHint};
use policy::{Claims, ClaimsFault, ClaimsRefused, PublicKey, TrustRefused, UnixTime, check_key_id};
use signer::{NamedTokenKey, SigningFailed, TokenKey};

use crate::outcome::Failure;
use crate::text_file::TextFile;

#[derive(Args)]
pub(crate) struct ClaimsOptions {
    /// Claims to sign along, a JSON object; `-` reads standard input
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        requires_all = ["claims_key", "claims_key_id"]
    )]
    claims: Option<TextFile>,
    /// The private key for claims, or a file with a secret of 32 bytes or more; `-` reads standard
    /// input
    #[arg(
        long,
        value_name = "PEM",
        value_hint = ValueHint::FilePath,
        allow_hyphen_values = true,
        requires = "claims"
    )]
    claims_key: Option<TextFile>,
    /// The id under which edges trust the key for claims
    #[arg(long, value_name = "ID", allow_hyphen_values = true, requires = "claims")]
    claims_key_id: Option<String>,
}

impl ClaimsOptions {
    /// The files that are named, by their options.
    pub(crate) fn files(&self) -> [(&'static str, Option<&TextFile>); 2] {
        [("--claims", self.claims.as_ref()), ("--claims-key", self.claims_key.as_ref())]
    }

    /// What is to be signed along, if anything.
    pub(crate) fn wanted(&self) -> Option<WantedClaims<'_>> {
        let (file, key, key_id) =
            (self.claims.as_ref()?, self.claims_key.as_ref()?, self.claims_key_id.as_ref()?);
        Some(WantedClaims { file, key, key_id })
    }
}

/// Claims and the key that signs them, named but not read.
pub(crate) struct WantedClaims<'o> {
    file: &'o TextFile,
    key: &'o TextFile,
    key_id: &'o str,
}

impl WantedClaims<'_> {
    /// The claims, issued now and ending with the pass unless they say otherwise.
    pub(crate) fn read(&self, now: UnixTime, expires: UnixTime) -> Result<Claims, Failure> {
        let text = self.file.read()?;
        match Claims::read_draft(text.as_bytes(), now, expires) {
            Ok(Claims { policy: Some(_), .. }) | Err(ClaimsFault::Type { claim: "pol", .. }) => {
                Err(self.unfit("`pol` is computed from the policy; leave it out"))
            }
            Ok(claims) => Ok(claims),
            Err(fault) => Err(self.faulty(&fault)),
        }
    }

    /// The key, which must not be the one that signs for CloudFront.
    pub(crate) fn key(
        &self,
        passphrase: Option<&[u8]>,
        cloudfront: &PublicKey,
    ) -> Result<NamedTokenKey<TokenKey>, Failure> {
        let Self { key: file, key_id, .. } = self;
        check_key_id(key_id).map_err(|refused| match refused {
            // Not repeated: it is a key.
            TrustRefused::PemAsKeyId => Failure::Usage(
                "`--claims-key-id` is a PEM; name the id under which edges trust the key"
                    .to_owned(),
            ),
            _ => Failure::Usage(format!(
                "`--claims-key-id {}`: an id has up to 64 letters, digits, `-` and `_`",
                key_id.escape_debug()
            )),
        })?;
        let usage = |problem: &dyn core::fmt::Display| Failure::Usage(format!("{file}: {problem}"));
        let key = TokenKey::read(&file.bytes()?, passphrase).map_err(|refused| usage(&refused))?;
        let id = (*key_id).to_owned();
        if key.public_key() == Some(cloudfront) {
            return Err(usage(&TrustRefused::KeyForBoth { id }));
        }
        Ok(NamedTokenKey { id, key })
    }

    pub(crate) fn refused(&self, refused: &ClaimsRefused<SigningFailed>) -> Failure {
        match refused {
            ClaimsRefused::Claims(fault) => self.faulty(fault),
            ClaimsRefused::Key(failed) => Failure::Service(format!("{}: {failed}", self.key)),
        }
    }

    fn faulty(&self, fault: &ClaimsFault) -> Failure {
        let advice = match fault {
            ClaimsFault::EndsBeforeStart => {
                "; unless the claims say otherwise, `iat` is now and `exp` is `--expires`"
            }
            ClaimsFault::TooLong { .. } => "; leave claims out or shorten them",
            ClaimsFault::Unknown { .. } => {
                "; there are `sub`, `jti`, `iat`, `exp`, `nbf`, `res`, `net`, `mth`, `org` and `ctx`"
            }
            _ => "",
        };
        self.unfit(&format!("{fault}{advice}"))
    }

    fn unfit(&self, problem: &str) -> Failure {
        Failure::Usage(format!("the claims of {}: {problem}", self.file))
    }
}
