//! `edgepass revocations delegate`.

use aws_lc::public_key_from_text;
use clap::Args;
use policy::{DelegatedKey, Delegation, ShortRsa, SiteId};
use signer::{Mandate, MandateRefused};

use crate::claims_trust::ClaimsTrust;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, warn};
use crate::private_key;
use crate::text_file::TextFile;
use crate::trust::Trust;
use crate::when::system_clock;

/// Sign with the root key which keys edges trust, and which key signs their state
#[derive(Args)]
#[command(after_help = "\
A step of its own so that the root key, which edges know by its public half, can stay offline: it
is needed when the keys change, and not for publishing. Both pairs are made by
`edgepass keygen --algorithm ecdsa-p256 --out DIR`.
The result, which is no secret, is printed; `edgepass revocations publish` takes it.

The keys that are listed replace those of the edges' configuration, so that rotating one needs no
redeployment. Without algorithms a key is trusted with SHA-256.

Examples:
  edgepass revocations delegate --site https://media.example.com --root-key root/private.pem \\
      --state-key state/public.pem --trust K2JCJMDEHXQW5F=public.pem:RSA-SHA256 \\
      --claims-trust claims-2026-11=claims-public.pem:ES256 > delegation.pem")]
pub(super) struct Delegate {
    /// The id of the site, as edges and publisher are told it
    #[arg(long, value_name = "ID")]
    site: SiteId,
    /// The root key, a private key
    #[arg(long, value_name = "PEM")]
    root_key: TextFile,
    /// The environment variable that holds the passphrase of an encrypted root key
    #[arg(long, value_name = "VAR")]
    passphrase_env: Option<String>,
    /// The public half of the key that signs states
    #[arg(long, value_name = "PEM")]
    state_key: TextFile,
    /// A public key to trust for CloudFront credentials; may be repeated
    #[arg(long, value_name = "ID=PEM[:ALG,ALG]")]
    trust: Vec<Trust>,
    /// A public key to trust for claims tokens; may be repeated
    #[arg(long, value_name = "ID=PEM[:ALG]")]
    claims_trust: Vec<ClaimsTrust>,
    /// Greater than that of every delegation before [default: the time in epoch seconds]
    #[arg(long, value_name = "N")]
    serial: Option<u64>,
}

impl Delegate {
    pub(super) fn run(self) -> Outcome {
        let now = system_clock()?;
        let state_key = public_key_from_text(&self.state_key.read()?, ShortRsa::Refuse)
            .map_err(|refused| Failure::Usage(format!("{}: {refused}", self.state_key)))?;
        let listed = self.trust.iter().map(Trust::listed);
        let listed = listed.chain(self.claims_trust.iter().map(ClaimsTrust::listed));
        let keys = listed.collect::<Result<Vec<DelegatedKey>, Failure>>()?;
        if keys.is_empty() {
            warn(
                "no key is listed: name with `--trust` and `--claims-trust` those that edges are to trust",
            );
        }
        let serial = self.serial.or_else(|| u64::try_from(now.as_seconds()).ok());
        let serial = serial.unwrap_or_default();
        let delegation = Delegation { site: self.site, serial, state_key, keys };
        let passphrase = self.passphrase_env.as_deref();
        let root = private_key::read(&self.root_key, passphrase, ShortRsa::Refuse)?;
        if *root.public_key() == delegation.state_key {
            return Err(Failure::Usage(
                "`--root-key` and `--state-key` are the same key; make another pair for the state"
                    .to_owned(),
            ));
        }
        let mandate = Mandate::sign(&delegation, &root).map_err(|refused| match refused {
            MandateRefused::Signing(_) => Failure::Service(refused.to_string()),
            _ => Failure::Usage(refused.to_string()),
        })?;
        print(mandate.to_string().trim_end())?;
        Ok(Ended::Done)
    }
}
