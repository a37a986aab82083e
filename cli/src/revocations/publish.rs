//! `edgepass revocations publish`.

use core::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use policy::ShortRsa;
use serde::Serialize;
use signer::source::DestinationSource;
use signer::{GRACE_SECONDS, Mandate, PrivateKey, Publication, PublishFailed, Publisher};

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, warn};
use crate::store::{StoreOption, wait};
use crate::text_file::TextFile;
use crate::when::duration;

/// How long caches may keep the head, in seconds: half of the edges' default for
/// `refresh_seconds`.
const HEAD_SECONDS: u32 = 5;

/// Publish what is revoked, for edges to fetch
#[derive(Args)]
#[command(after_help = "\
Edges believe a state for max_stale_seconds: publish on every change, and at least thrice within
that time. Stopped at any point, the state before or the state after is there, each of them whole.

Examples:
  edgepass revocations publish --store file:revocations.json --to file:state \\
      --state-key state/private.pem --delegation delegation.pem --max-lifetime 12h
  edgepass revocations publish --store dynamodb:edgepass-revocations --to s3:BUCKET/edgepass/state \\
      --state-key state/private.pem --delegation delegation.pem")]
pub(super) struct Publish {
    #[command(flatten)]
    store: StoreOption,
    /// Where to: file:DIR or s3:BUCKET/PREFIX
    #[arg(long, value_name = "URL")]
    to: DestinationSource,
    /// The state key, a private key
    #[arg(long, value_name = "PEM")]
    state_key: TextFile,
    /// What `edgepass revocations delegate` printed for that key
    #[arg(long, value_name = "FILE")]
    delegation: TextFile,
    /// The longest lifetime of a pass, such as 12h, where it is not the signer's grants that say
    /// so: edges refuse passes of a longer one
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    max_lifetime: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Published {
    sequence: u64,
    generated_at: i64,
    maximum_lifetime: u32,
    revoked_up_to: i64,
    body: String,
    body_bytes: u32,
    removed: usize,
    replaced_a_stranger: bool,
}

impl Publish {
    pub(super) fn run(self) -> Outcome {
        let published = wait(self.publish())?;
        if published.replaced_a_stranger {
            warn(&format!(
                "`{}` held a head that is none of this site's; it was replaced",
                self.to
            ));
        }
        if self.json {
            print_json(&published)?;
        } else {
            let Published { sequence, body_bytes, .. } = published;
            print(&format!("published {sequence}, with {body_bytes} bytes of revocations"))?;
        }
        Ok(Ended::Done)
    }

    async fn publish(&self) -> Result<Published, Failure> {
        let publisher = self.publisher()?;
        let store = self.store.open().await?;
        if self.max_lifetime.is_none() && store.largest_lifetime().await? == 0 {
            return Err(Failure::Usage(
                "no signer has noted in this store how long passes live, and edges would refuse all of them; name the longest lifetime with `--max-lifetime`".to_owned(),
            ));
        }
        let destination = self.to.open(HEAD_SECONDS).await;
        let now = now_milliseconds();
        let published = publisher.publish(store.as_ref(), destination.as_ref(), now).await;
        let publication = published.map_err(|failed| match failed {
            PublishFailed::Contended
            | PublishFailed::Destination(_)
            | PublishFailed::Signing(_)
            | PublishFailed::Store(_) => Failure::Service(failed.to_string()),
            PublishFailed::OlderDelegation { .. }
            | PublishFailed::OtherStateKey
            | PublishFailed::Refused(_)
            | PublishFailed::Sequence => Failure::Usage(failed.to_string()),
        })?;
        Ok(publication.into())
    }

    fn publisher(&self) -> Result<Publisher, Failure> {
        if let (TextFile::Stdin, TextFile::Stdin) = (&self.state_key, &self.delegation) {
            return Err(Failure::Usage(
                "`--state-key` and `--delegation` are both to be read from standard input, which holds one; name a file for the other".to_owned(),
            ));
        }
        let refused = |file: &TextFile, refused: &dyn fmt::Display| {
            Failure::Usage(format!("{file}: {refused}"))
        };
        let state_key = PrivateKey::read(&self.state_key.bytes()?, None, ShortRsa::Refuse)
            .map_err(|fault| refused(&self.state_key, &fault))?;
        let mandate: Mandate =
            self.delegation.read()?.parse().map_err(|fault| refused(&self.delegation, &fault))?;
        let Mandate { delegation, root } = mandate;
        let written = delegation.unproven().map_err(|fault| refused(&self.delegation, &fault))?;
        let lifetime = self.max_lifetime.unwrap_or_default();
        Publisher::new(written.site, &[root], delegation, state_key, lifetime, GRACE_SECONDS)
            .map_err(|failed| refused(&self.delegation, &failed))
    }
}

impl From<Publication> for Published {
    fn from(publication: Publication) -> Self {
        let Publication { head, removed, replaced_a_stranger, .. } = publication;
        Self {
            sequence: head.sequence,
            generated_at: head.generated_at.as_seconds(),
            maximum_lifetime: head.maximum_lifetime,
            revoked_up_to: head.revoked_up_to.as_seconds(),
            body: head.body_digest.to_string(),
            body_bytes: head.body_bytes,
            removed,
            replaced_a_stranger,
        }
    }
}

fn now_milliseconds() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
