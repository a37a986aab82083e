//! `--live`: the evidence that AWS itself has, by calls that read only.
//!
//! What the services answer is put into the JSON that the AWS CLI prints of it, so that it is read
//! as the files are.

mod buckets;
mod control_plane;
mod printed;
mod withheld;

use core::time::Duration;

use ::explain::{Evidence, NotEvidence};
use aws_config::meta::region::RegionProviderChain;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

use self::buckets::Buckets;
use self::control_plane::ControlPlane;
use self::withheld::{Unanswered, Withheld, noted};
use crate::outcome::Failure;

/// Somebody waits for the answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where CloudFront's control plane is; buckets are asked where they are.
const REGION: &str = "us-east-1";

/// Adds what AWS knows about a URL, and gives a line for all that it keeps to itself.
pub(super) async fn collect(url: &str, evidence: &mut Evidence) -> Result<Vec<String>, Failure> {
    let mut withheld = Vec::new();
    gather(url, evidence, &mut withheld).await?;
    Ok(withheld.iter().map(Withheld::to_string).collect())
}

async fn gather(
    url: &str,
    evidence: &mut Evidence,
    withheld: &mut Vec<Withheld>,
) -> Result<(), Failure> {
    let config = config().await;
    let control_plane = ControlPlane::new(&config);
    let keys = noted(control_plane.public_keys(evidence.key_id().as_deref()).await, withheld)?;
    evidence.keys.extend(keys.unwrap_or_default());
    let distribution = control_plane.distribution(host(url)).await;
    let Some(distribution) = noted(distribution, withheld)? else { return Ok(()) };
    for id in distribution.key_groups_for(url) {
        let group = noted(control_plane.key_group(id).await, withheld)?;
        evidence.key_groups.extend(group);
    }
    if let Some(bucket) = distribution.bucket_for(url) {
        let buckets = Buckets::new(&config, bucket);
        evidence.bucket_policy = noted(buckets.policy().await, withheld)?;
        evidence.public_access_block = noted(buckets.access_block().await, withheld)?;
    }
    evidence.distribution = Some(distribution);
    Ok(())
}

/// As the AWS CLI is configured: by environment, profile or role.
async fn config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .region(RegionProviderChain::default_provider().or_else(REGION))
        .timeout_config(timeouts)
        .load()
        .await
}

/// Without the port.
fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    rest.split(['/', '?', '#', ':']).next().unwrap_or(rest)
}

/// Reads an answer as the file of it would be read.
fn read<T>(printed: &str, reader: fn(&str) -> Result<T, NotEvidence>) -> Result<T, Unanswered> {
    reader(printed).map_err(|fault| Failure::Service(format!("the answer of AWS {fault}")).into())
}
