//! Which site is rotated, by options or by the environment of its Lambda function.

use clap::Args;

/// Which site.
#[derive(Args)]
#[command(
    next_help_heading = "The site (each by default what the variable of the Lambda function says)"
)]
pub(super) struct SiteOptions {
    /// The secret that holds the CloudFront key or names it in KMS, in Secrets Manager
    /// (EDGEPASS_KEY)
    #[arg(long, value_name = "ARN")]
    secret: Option<String>,
    /// The id of CloudFront's key group (EDGEPASS_KEY_GROUP)
    #[arg(long, value_name = "ID")]
    key_group: Option<String>,
    /// grants.toml, which says how long passes live (EDGEPASS_GRANTS)
    #[arg(long, value_name = "FILE")]
    grants: Option<String>,
    /// The store of revocations, which knows how long passes ever lived; `memory` where there is
    /// none (EDGEPASS_STORE)
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Where the state is published that edges trust: s3:BUCKET/PREFIX or file:DIR; `none` where no
    /// validator runs at the edge (EDGEPASS_STATE)
    #[arg(long, value_name = "URL")]
    state: Option<String>,
    /// Where the publisher reads the delegation: file:, secretsmanager: or ssm:
    /// (EDGEPASS_STATE_DELEGATION)
    #[arg(long, value_name = "SOURCE")]
    delegation: Option<String>,
    /// The root key, which signs delegations; left out, somebody else signs (EDGEPASS_ROOT_KEY)
    #[arg(long, value_name = "SOURCE")]
    root_key: Option<String>,
    /// For how long edges believe a state: max_stale_seconds of edge.toml
    /// (EDGEPASS_MAX_STALE_SECONDS, or 300)
    #[arg(long, value_name = "SECONDS")]
    max_stale_seconds: Option<String>,
    /// What the next key signs with, such as ECDSA-SHA256; left out, what the current one does
    /// (EDGEPASS_NEXT_ALGORITHM)
    #[arg(long, value_name = "ALG")]
    to: Option<String>,
    /// Where the private half of the next key is, `kms` or `secret`; left out, where that of the
    /// current one is (EDGEPASS_NEXT_CUSTODY)
    #[arg(long, value_name = "WHERE")]
    custody: Option<String>,
    /// A URL to fetch with a pass of the new key before the switch (EDGEPASS_CANARY)
    #[arg(long, value_name = "URL")]
    canary: Option<String>,
}

#[cfg(feature = "aws")]
impl SiteOptions {
    /// A variable of the function, unless an option says otherwise.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        use signer::source::environment::{
            CANARY, GRANTS, KEY, KEY_GROUP, MAX_STALE_SECONDS, NEXT_ALGORITHM, NEXT_CUSTODY,
            ROOT_KEY, STATE, STATE_DELEGATION, STORE,
        };
        let option = match name {
            CANARY => &self.canary,
            GRANTS => &self.grants,
            KEY_GROUP => &self.key_group,
            KEY => &self.secret.as_ref().map(|secret| format!("secretsmanager:{secret}")),
            MAX_STALE_SECONDS => &self.max_stale_seconds,
            NEXT_ALGORITHM => &self.to,
            NEXT_CUSTODY => &self.custody,
            ROOT_KEY => &self.root_key,
            STATE => &self.state,
            STATE_DELEGATION => &self.delegation,
            STORE => &self.store,
            _ => &None,
        };
        option.clone().or_else(|| std::env::var(name).ok())
    }
}
