//! What a local edge says of itself when it has started.

use core::net::SocketAddr;
use std::path::Path;

use signer::EdgeClaims;

use crate::outcome::Failure;
use crate::output::print;

use super::edge::Edge;
use super::lambda::Process;
use super::state::{CLAIMS_KEY_ID, KEY_ID};

/// Prints how to use it.
pub(super) fn announce(
    edge: &Edge,
    address: SocketAddr,
    content: &Path,
    state: &Path,
    claims: EdgeClaims,
    process: Option<&Process>,
) -> Result<(), Failure> {
    let checked_by = match process {
        None => "the validator in this process".to_owned(),
        Some(process) => format!("the Lambda@Edge bundle in {}", process.description()),
    };
    let in_state = |name| state.join(name).display().to_string();
    let (key, claims_key) = (in_state("private.pem"), in_state("claims-private.pem"));
    let (secret, store) = (in_state("site-secret"), in_state("revocations.json"));
    let text = format!(
        "\
A local edge that plays CloudFront is running.

  open       http://{address}/
  protected  {}, by signed URLs and cookies of the key `{KEY_ID}`
             with a claims token ({claims}) of the key `{CLAIMS_KEY_ID}`
  checked    by {checked_by}
  public     {}
  content    {}
  state      {} (all keys, the secret of the pseudonyms, what is revoked)
  sign       echo '{{\"sub\":\"me\",\"jti\":\"shell\"}}' | \\
               edgepass sign url http://{address}/media/alice/index.m3u8 --expires +1h \\
               --key {key} --key-id {KEY_ID} \\
               --claims - --claims-key {claims_key} --claims-key-id {CLAIMS_KEY_ID}
  revoke     edgepass revoke subject --identity alice --before +0s \\
               --site-secret {secret} --store file:{store}
  stop       Ctrl-C

Refusals follow, each with its reason.",
        edge.protected().join(" "),
        edge.public().join(" "),
        content.display(),
        state.display(),
    );
    print(&text)
}
