//! `edgepass sign`: passes for viewers.

mod attributes;
mod claims;
mod cookies;
mod lints;
mod url;

use core::fmt;

use aws_lc::sha256;
use clap::{Args, Subcommand, ValueHint};
use policy::{
    Grant, GrantRefused, Ipv4Network, IssueRefused, KeyKind, ShortRsa, Signed, Target,
    TrustRefused, UnixTime, Unsigned,
};
use signer::PrivateKey;

use crate::hash::HashName;
use crate::network::network;
use crate::outcome::{Failure, Outcome};
use crate::output::warn;
use crate::private_key;
use crate::text_file::TextFile;
use crate::when::{Shown, When, system_clock};

use claims::ClaimsOptions;
use cookies::SignCookies;
use url::SignUrl;

/// Sign a URL or cookies
#[derive(Args)]
pub(crate) struct Sign {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Url(SignUrl),
    Cookies(SignCookies),
}

impl Sign {
    pub(crate) fn run(self) -> Outcome {
        match self.what {
            What::Url(url) => url.run(),
            What::Cookies(cookies) => cookies.run(),
        }
    }
}

/// What signing a URL and signing cookies have in common.
#[derive(Args)]
struct Signing {
    /// The private key; `-` reads standard input
    // With hyphens, so that a PEM given for its file is not repeated in a usage error.
    #[arg(long, value_name = "PEM", value_hint = ValueHint::FilePath, allow_hyphen_values = true)]
    key: TextFile,
    /// The environment variable that holds the passphrase of an encrypted key
    #[arg(long, value_name = "VAR")]
    passphrase_env: Option<String>,
    /// The id that CloudFront gave the public key
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    key_id: String,
    /// When the pass ends: RFC 3339, epoch seconds, or from now as +90m, +12h, +7d
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// When the pass begins, in the same forms
    #[arg(long, value_name = "WHEN")]
    starts: Option<When>,
    /// The IPv4 network that viewers must be in; an address alone means just that one
    #[arg(long, value_name = "CIDR", value_parser = network)]
    ip: Option<Ipv4Network>,
    /// sha256 is named in Hash-Algorithm; sha1 is not, and is what the AWS SDKs use by default
    #[arg(long, default_value = "sha256")]
    hash: HashName,
    /// Sign with RSA keys from 1024 bits on; only for published test vectors
    #[arg(long)]
    danger_allow_short_rsa: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    claims: ClaimsOptions,
}

impl Signing {
    /// Signs a pass for the target, which messages call `subject`.
    fn sign(&self, target: Target, subject: &impl fmt::Display) -> Result<Signed, Failure> {
        self.check_standard_input()?;
        let now = system_clock()?;
        let expires = self.expires.from(now);
        let starts = self.starts.map(|starts| starts.from(now));
        let grant = Grant { target, expires, starts, network: self.ip };
        let key = self.private_key()?;
        if let KeyKind::Rsa { bits: bits @ 2049.. } = key.public_key().kind() {
            warn(&format!(
                "{} is an RSA key of {bits} bits; CloudFront takes RSA 2048 or P-256 into its key groups, so it refuses this pass; make another key with `edgepass keygen`",
                self.key
            ));
        }
        let signed = self
            .unsigned(grant, &key, now, subject)?
            .sign(&key)
            .map_err(|failed| Failure::Service(format!("{}: {failed}", self.key)))?;
        if expires <= now {
            let shown = Shown { time: expires, now };
            warn(&format!("`--expires` is {shown}: the pass is refused from the start"));
        }
        for warning in lints::warnings(&subject.to_string(), self.ip, &self.key_id) {
            warn(&warning);
        }
        Ok(signed)
    }

    fn unsigned(
        &self,
        grant: Grant,
        key: &PrivateKey,
        now: UnixTime,
        subject: &impl fmt::Display,
    ) -> Result<Unsigned, Failure> {
        let (key_id, hash) = (self.key_id.as_str(), self.hash.into());
        let Some(wanted) = self.claims.wanted() else {
            return grant.unsigned(key_id, hash).map_err(|refused| self.refused(&refused, subject));
        };
        let passphrase = private_key::passphrase(self.passphrase_env.as_deref())?;
        let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
        let token_key = wanted.key(passphrase, key.public_key())?;
        let claims = wanted.read(now, grant.expires)?;
        grant.unsigned_with_claims(claims, &token_key, sha256, key_id, hash).map_err(|refused| {
            match refused {
                IssueRefused::Claims(refused) => wanted.refused(&refused),
                IssueRefused::Grant(refused) => self.refused(&refused, subject),
            }
        })
    }

    /// Standard input can be read once.
    fn check_standard_input(&self) -> Result<(), Failure> {
        let [claims, claims_key] = self.claims.files();
        let mut readers = [("--key", Some(&self.key)), claims, claims_key]
            .into_iter()
            .filter(|(_, file)| matches!(file, Some(TextFile::Stdin)))
            .map(|(option, _)| option);
        match (readers.next(), readers.next()) {
            (Some(first), Some(second)) => Err(Failure::Usage(format!(
                "`{first}` and `{second}` are both to be read from standard input, which holds one; name a file for the other"
            ))),
            _ => Ok(()),
        }
    }

    fn private_key(&self) -> Result<PrivateKey, Failure> {
        let short_rsa =
            if self.danger_allow_short_rsa { ShortRsa::DangerAllow } else { ShortRsa::Refuse };
        private_key::read(&self.key, self.passphrase_env.as_deref(), short_rsa)
    }

    fn refused(&self, refused: &GrantRefused, subject: &impl fmt::Display) -> Failure {
        Failure::Usage(match refused {
            // Not repeated: it is a key.
            GrantRefused::KeyId(TrustRefused::PemAsKeyId) => format!("`--key-id`: {refused}"),
            GrantRefused::KeyId(_) => {
                format!("`--key-id {}`: {refused}", self.key_id.escape_debug())
            }
            _ => cannot_sign(subject, refused),
        })
    }
}

fn cannot_sign(subject: &impl fmt::Display, refused: &GrantRefused) -> String {
    format!("cannot sign `{subject}`: {refused}")
}
