//! What `verify` is told of claims and revocation.

use std::path::PathBuf;

use aws_lc::sha256;
use clap::{Args, ValueEnum, ValueHint};
use policy::{ClaimsKey, ClaimsNeed, ClaimsRules, RevocationView, State, UnixTime, WhenUnknown};

use crate::claims_trust::ClaimsTrust;
use crate::outcome::Failure;
use crate::output::warn;
use crate::state_file;
use crate::text_file::TextFile;

/// How old a state may be where no configuration says: the default of `max_stale_seconds`.
const MAX_STALE_SECONDS: u32 = 300;

#[derive(Args)]
pub(super) struct ClaimsOptions {
    /// Whether a claims token is demanded [default: required with --claims-trust or --state, else optional]
    #[arg(long)]
    claims: Option<Need>,
    /// The method of the request
    #[arg(long, value_name = "M")]
    pub(super) method: Option<String>,
    /// The Origin of the request; repeated as often as the request has it
    #[arg(long, value_name = "O")]
    origin: Vec<String>,
    /// The Referer of the request; repeated as often as the request has it
    #[arg(long, value_name = "URL")]
    referer: Vec<String>,
    /// A key to trust for claims tokens; may be repeated
    #[arg(long, value_name = "ID=FILE[:ALG]", value_hint = ValueHint::FilePath)]
    claims_trust: Vec<ClaimsTrust>,
    /// The head of the state of what is revoked, as it was published: its body lies in `body`
    /// beside it. Stands for the one that --config names; for a CloudFront Function, its KeyValueStore as
    /// a file that AWS imports
    #[arg(long, value_name = "HEAD_FILE", value_hint = ValueHint::FilePath)]
    pub(super) state: Option<PathBuf>,
    /// The root key that the state goes back to; two while it changes
    #[arg(long, requires = "state", value_name = "PEM", value_hint = ValueHint::FilePath)]
    state_root: Vec<TextFile>,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum Need {
    Required,
    Optional,
    Off,
}

impl ClaimsOptions {
    /// The `Origin` and `Referer` headers.
    pub(super) fn source(&self) -> [Option<String>; 2] {
        [&self.origin, &self.referer].map(|lines| (!lines.is_empty()).then(|| lines.join(", ")))
    }

    /// The state, if one is named.
    pub(super) fn revocation(&self, now: UnixTime) -> Result<Option<Revoked>, Failure> {
        let Some(head) = &self.state else { return Ok(None) };
        if matches!(self.claims, Some(Need::Optional | Need::Off)) {
            return Err(Failure::Usage(
                "`--state` needs claims, without which no pass can be revoked; leave out `--claims`".to_owned(),
            ));
        }
        if self.claims_trust.is_empty() {
            return Err(Failure::Usage(
                "`--state` needs a key that claims tokens are signed with; name it with `--claims-trust ID=FILE`"
                    .to_owned(),
            ));
        }
        if self.state_root.is_empty() {
            return Err(Failure::Usage(
                "`--state` needs the root key that the state goes back to; name it with `--state-root PEM`, or take it from `--config edge.toml`"
                    .to_owned(),
            ));
        }
        state_file::load(head, &self.state_root, now).map(|state| Some(Revoked(state)))
    }

    /// What is asked of claims tokens.
    pub(super) fn trust(&self) -> Result<policy::ClaimsTrust, Failure> {
        let need = match (self.claims, self.claims_trust.is_empty()) {
            (Some(Need::Off), _) => return Ok(policy::ClaimsTrust::Off),
            (Some(Need::Required), true) => {
                return Err(Failure::Usage(
                    "`--claims required` needs a key that tokens are signed with; name it with `--claims-trust ID=FILE`"
                        .to_owned(),
                ));
            }
            (Some(Need::Optional) | None, true) => {
                warn(
                    "claims and revocation were not checked; `--claims off` says that this is meant",
                );
                return Ok(policy::ClaimsTrust::Off);
            }
            (Some(Need::Optional), false) => ClaimsNeed::Optional,
            (Some(Need::Required) | None, false) => ClaimsNeed::Required,
        };
        let keys: Result<Vec<ClaimsKey>, Failure> =
            self.claims_trust.iter().map(ClaimsTrust::load).collect();
        // The longest lifetime is a rule of a site, which `--config` has.
        let rules = ClaimsRules { need, keys: keys?, max_lifetime: None, sha256 };
        Ok(policy::ClaimsTrust::Checked(rules))
    }
}

/// What `--state` holds; nothing if an edge would not take it.
pub(super) struct Revoked(Option<State>);

impl Revoked {
    /// As an edge takes it whose `[revocation]` says no more than it has to.
    pub(super) fn view(&self) -> RevocationView<'_> {
        let when_unknown = WhenUnknown::Deny;
        RevocationView {
            state: self.0.as_ref(),
            max_stale_seconds: MAX_STALE_SECONDS,
            when_unknown,
        }
    }
}
