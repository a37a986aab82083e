//! `edgepass sign`: passes for viewers.

mod attributes;
mod cookies;
mod url;

use core::convert::Infallible;
use core::fmt;
use std::env;

use clap::{Args, Subcommand, ValueHint};
use policy::{Grant, GrantRefused, Ipv4Network, ShortRsa, Signed, Target, TrustRefused};
use signer::PrivateKey;
use zeroize::Zeroizing;

use crate::hash::HashName;
use crate::network::network;
use crate::not_yet::not_yet;
use crate::outcome::{Failure, Outcome};
use crate::output::warn;
use crate::text_file::TextFile;
use crate::when::{Shown, When, system_clock};

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

#[derive(Args)]
struct ClaimsOptions {
    /// Claims to sign along; not supported yet
    #[arg(long, value_name = "FILE", value_parser = not_yet)]
    claims: Option<Infallible>,
    /// The key for claims; not supported yet
    #[arg(long, value_name = "PEM", value_parser = not_yet)]
    claims_key: Option<Infallible>,
    /// The id of the key for claims; not supported yet
    #[arg(long, value_name = "ID", value_parser = not_yet)]
    claims_key_id: Option<Infallible>,
}

impl Signing {
    /// Signs a pass for the target, which messages call `subject`.
    fn sign(&self, target: Target, subject: &impl fmt::Display) -> Result<Signed, Failure> {
        let now = system_clock()?;
        let expires = self.expires.from(now);
        let starts = self.starts.map(|starts| starts.from(now));
        let grant = Grant { target, expires, starts, network: self.ip };
        let unsigned = grant
            .unsigned(&self.key_id, self.hash.into())
            .map_err(|refused| self.refused(&refused, subject))?;
        let signed = unsigned
            .sign(&self.private_key()?)
            .map_err(|failed| Failure::Service(format!("{}: {failed}", self.key)))?;
        if expires <= now {
            let shown = Shown { time: expires, now };
            warn(&format!("`--expires` is {shown}: the pass is refused from the start"));
        }
        Ok(signed)
    }

    fn private_key(&self) -> Result<PrivateKey, Failure> {
        let short_rsa =
            if self.danger_allow_short_rsa { ShortRsa::DangerAllow } else { ShortRsa::Refuse };
        let passphrase = self.passphrase()?;
        let pem = self.key.read()?;
        let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
        PrivateKey::from_pem(&pem, passphrase, short_rsa)
            .map_err(|refused| Failure::Usage(format!("{}: {refused}", self.key)))
    }

    fn passphrase(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let Some(variable) = &self.passphrase_env else { return Ok(None) };
        match env::var_os(variable) {
            Some(passphrase) => Ok(Some(Zeroizing::new(passphrase.into_encoded_bytes()))),
            // Not repeated: it may be the passphrase itself.
            None => Err(Failure::Usage(
                "`--passphrase-env` takes the name of an environment variable, and none of this name is set".to_owned(),
            )),
        }
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
