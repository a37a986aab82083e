//! `edgepass bundle cloudfront-function`: the companion.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use companion::{Function, KeyValueStore, Meta, StoreFault};
use edge_validator::{Enforcement, Settings};
use policy::UnixTime;
use signer::source::StoreSource;
use signer::{Entry, Page, Scope, Store};

use super::{read_config, warn_of_secrets};
use crate::outcome::{Ended, Failure, Outcome};
use crate::output;
use crate::store::wait;
use crate::when::system_clock;

/// Entries of the store asked for at a time.
const PAGE: u32 = 1000;

/// Make a CloudFront Function for viewer-request.
///
/// Writes function.js, for the runtime cloudfront-js-2.0, with the settings in it. The same input gives
/// the same bytes. It checks the claims token of requests whose signature CloudFront has checked: the
/// behaviour needs a trusted key group.
#[derive(Args)]
#[command(after_help = "\
With [key_value_store] the function reads who is revoked, and the secrets of claims tokens, from a
KeyValueStore of CloudFront. --store writes kvs.json, its first fill, from a store of revocations.

Examples:
  edgepass bundle cloudfront-function --config edge.toml --out bundle
  edgepass bundle cloudfront-function --config edge.toml --store file:revocations.json --out bundle
  aws cloudfront create-function --name edgepass --function-code fileb://bundle/function.js \\
      --function-config Comment=edgepass,Runtime=cloudfront-js-2.0")]
pub(super) struct CloudFrontFunction {
    /// The configuration of the edge
    #[arg(long, value_name = "edge.toml")]
    config: PathBuf,
    /// The folder to write into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The store of revocations that kvs.json is filled from: file:PATH or dynamodb:TABLE
    #[arg(long, value_name = "URL")]
    store: Option<StoreSource>,
    /// Bundle a configuration that makes every path public
    #[arg(long)]
    danger_public: bool,
}

impl CloudFrontFunction {
    pub(super) fn run(self) -> Outcome {
        let (settings, _) = read_config(&self.config)?;
        let config = self.config.display();
        let usage = |refused: &dyn core::fmt::Display| {
            Failure::Usage(format!("the configuration `{config}`: {refused}"))
        };
        if let (Some(openness), false) = (settings.openness(), self.danger_public) {
            return Err(Failure::Usage(format!(
                "{openness}, so the function would let in whoever CloudFront does; if that is meant, add `--danger-public`"
            )));
        }
        let function = Function::new(&settings).map_err(|refused| usage(&refused))?;
        let mut files = vec![("function.js", function.text().map_err(|refused| usage(&refused))?)];
        match (settings.key_value_store, self.store) {
            (None, None) => warn_of_secrets(&settings),
            (None, Some(_)) => {
                return Err(usage(
                    &"there is no `[key_value_store]`, so its function reads none; leave out `--store`, or add it there",
                ));
            }
            (Some(_), None) => output::warn(
                "the function refuses everybody until its KeyValueStore is filled; `--store` writes the first fill",
            ),
            (Some(_), Some(source)) => {
                let now = system_clock()?;
                let text = wait(async {
                    let store = source.open().await;
                    import(&settings, &*store, now).await
                })?;
                files.push(("kvs.json", text));
            }
        }
        if settings.enforcement != Enforcement::Enforce {
            output::warn(
                "`enforcement` is not \"enforce\", so the function lets through whatever CloudFront's own check does",
            );
        }
        write(&self.out, &files)?;
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        output::tell(&format!("wrote {} to {}", names.join(" and "), self.out.display()));
        Ok(Ended::Done)
    }
}

/// The store as AWS imports it: the keys of the settings, and what a store of revocations holds.
pub(crate) async fn import(
    settings: &Settings,
    store: &dyn Store,
    now: UnixTime,
) -> Result<String, Failure> {
    let usage = |fault: StoreFault| Failure::Usage(format!("no store is made: {fault}"));
    let life = settings.max_lifetime.unwrap_or(0);
    let mut meta = Meta::new(now, life, &settings.claims_keys)
        .map_err(|refused| Failure::Usage(refused.to_string()))?;
    let entries = entries(store).await?;
    for Entry { scope, up_to, .. } in &entries {
        match scope {
            Scope::All => meta.revoke_all(*up_to),
            Scope::Key(thumbprint) => meta.revoke_key(&thumbprint.to_string()),
            Scope::Session(_) | Scope::Subject(_) => {}
        }
    }
    let mut pairs = KeyValueStore::new(&meta).map_err(usage)?;
    for Entry { scope, up_to, recorded_at, .. } in &entries {
        match scope {
            Scope::Session(id) => pairs.revoke_session(id, recorded_at.plus_seconds(life)),
            Scope::Subject(id) => pairs.revoke_subject(id, *up_to),
            Scope::All | Scope::Key(_) => {}
        }
    }
    pairs.to_import().map_err(usage)
}

async fn entries(store: &dyn Store) -> Result<Vec<Entry>, Failure> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let Page { entries, next } = store.list(after.as_ref(), PAGE).await?;
        all.extend(entries);
        after = next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

fn write(folder: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &dyn core::fmt::Display| {
        Failure::Service(format!("cannot write `{}`: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}
