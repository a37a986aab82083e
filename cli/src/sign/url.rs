//! `edgepass sign url`.

use clap::Args;
use policy::{ResourcePattern, Target};
use serde::Serialize;

use super::{Signing, cannot_sign};
use crate::hash::HashName;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json};
use crate::url_argument::UrlArgument;

/// Sign a URL
#[derive(Args)]
#[command(after_help = "\
The policy is CloudFront's canned one, unless --starts, --ip or --resource asks for more.
The URL is signed as it stands: percent-encode what is not plain ASCII.

Claims say what CloudFront cannot check: sub and jti (subject and session, required), nbf, res,
net, mth, org, ctx. iat is now and exp is --expires unless given; pol is computed. Where CloudFront
checks the pass too (native mode), let res, nbf and net repeat what the policy says. The key for
claims is not the CloudFront key: P-256 signs ES256, RSA RS256, a secret HS256.

Examples:
  edgepass sign url https://media.example.com/film.mp4 \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +12h
  edgepass sign url https://media.example.com/film/index.m3u8 \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires 2027-01-31T18:00:00Z \\
      --resource 'https://media.example.com/film/*' --ip 192.0.2.0/24 --json
  vault read -field=key secret/cdn | edgepass sign url https://media.example.com/film.mp4 \\
      --key - --key-id K2JCJMDEHXQW5F --expires +90m
  echo '{\"sub\":\"u-7f3a\",\"jti\":\"s-91c2\",\"mth\":[\"GET\"]}' |
      edgepass sign url https://media.example.com/film.mp4 \\
      --key private.pem --key-id K2JCJMDEHXQW5F --expires +12h \\
      --claims - --claims-key claims-private.pem --claims-key-id claims-2026-11")]
pub(crate) struct SignUrl {
    /// The URL that the viewer will request
    url: UrlArgument,
    #[command(flatten)]
    signing: Signing,
    /// Sign for all URLs of a pattern with `*`; the URL must be one of them
    #[arg(long, value_name = "PATTERN")]
    resource: Option<ResourcePattern>,
}

/// **fixed**: its members are a contract.
#[derive(Serialize)]
struct SignedUrlJson<'s> {
    url: &'s str,
    policy: &'s str,
    canned: bool,
    signature: &'s str,
    key_id: &'s str,
    hash: HashName,
    expires: i64,
}

impl SignUrl {
    pub(crate) fn run(self) -> Outcome {
        let Self { url, signing, resource } = self;
        let signed = signing.sign(Target::Url(url.signable()?, resource), &url)?;
        let signed_url =
            signed.url().map_err(|refused| Failure::Usage(cannot_sign(&url, &refused)))?;
        if signing.json {
            print_json(&SignedUrlJson {
                url: &signed_url,
                policy: signed.text(),
                canned: signed.policy().is_canned(),
                signature: signed.signature(),
                key_id: signed.key_id(),
                hash: signed.hash().into(),
                expires: signed.policy().date_less_than().as_seconds(),
            })?;
        } else {
            print(&signed_url)?;
        }
        Ok(Ended::Done)
    }
}
