//! `edgepass bundle`: what is deployed to the edge, ready to upload.

mod cloudfront_function;

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use aws_lc::AwsLc;
use clap::{Args, Subcommand};
use edge_validator::{ClaimsKeySettings, Settings, StateSource, Validator, settings_from_toml};
use policy::JoseAlgorithm;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use self::cloudfront_function::CloudFrontFunction;
use crate::edge_claims::edge_claims;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output;
use crate::state_file;

/// How often the publisher of the templates (`infra/signer.yaml`) dates the state anew, in seconds.
const HEARTBEAT_SECONDS: u32 = 60;

/// Make what is deployed to the edge.
#[derive(Args)]
pub(crate) struct Bundle {
    #[command(subcommand)]
    target: Target,
}

#[derive(Subcommand)]
enum Target {
    LambdaEdge(LambdaEdge),
    #[command(name = "cloudfront-function")]
    CloudFrontFunction(CloudFrontFunction),
}

/// Make a Lambda@Edge function for viewer-request.
///
/// Writes index.mjs (exporting `handler`), the WASM modules, the settings, and function.zip with
/// all of them. The same input gives the same bytes.
#[derive(Args)]
#[command(after_help = "\
With [revocation] the function fetches the state from its `url`. Name the state of today with --state:
an instance that has just started has seen none yet, and then still takes none older than that.

Examples:
  edgepass bundle lambda-edge --config edge.toml --out bundle
  edgepass bundle lambda-edge --config edge.toml --state published/head --out bundle
  aws lambda update-function-code --function-name edge --zip-file fileb://bundle/function.zip --publish")]
struct LambdaEdge {
    /// The configuration of the edge
    #[arg(long, value_name = "edge.toml")]
    config: PathBuf,
    /// The folder to write into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The head of the state of what is revoked, as it was published: the function takes no older
    /// one [default: it takes any that is recent enough]
    #[arg(long, value_name = "HEAD_FILE")]
    state: Option<PathBuf>,
    /// Bundle a configuration that lets everybody in: a standalone one that enforces nothing, or one
    /// whose public paths cover every path
    #[arg(long)]
    danger_public: bool,
}

impl Bundle {
    pub(crate) fn run(self) -> Outcome {
        match self.target {
            Target::LambdaEdge(bundle) => bundle.run(),
            Target::CloudFrontFunction(bundle) => bundle.run(),
        }
    }
}

impl LambdaEdge {
    fn run(self) -> Outcome {
        let (mut settings, _) = read_config(&self.config)?;
        if companion::is_meant(&settings) || settings.key_value_store.is_some() {
            return Err(Failure::Usage(format!(
                "the configuration `{}` is that of a CloudFront Function: it has no `[[key]]`, or a `[key_value_store]`, which Lambda@Edge cannot read; use `edgepass bundle cloudfront-function`, or change it",
                self.config.display()
            )));
        }
        if let (Some(openness), false) = (settings.openness(), self.danger_public) {
            return Err(Failure::Usage(format!(
                "{openness}, so the bundle would let everybody in; if that is meant, add `--danger-public`"
            )));
        }
        self.bake_in_minimum(&mut settings)?;
        warn_of_claims(&settings);
        warn_of_secrets(&settings);
        warn_of_heartbeats(&settings);
        let files = lambda_edge_files(&settings)?;
        write_folder(&self.out, &files)?;
        output::tell(&format!(
            "wrote {} and function.zip to {}; deploy it as a Node.js function with the handler `index.handler`, published as a version in us-east-1",
            files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            self.out.display()
        ));
        Ok(Ended::Done)
    }

    fn bake_in_minimum(&self, settings: &mut Settings) -> Result<(), Failure> {
        let config = self.config.display();
        match (&mut settings.revocation, &self.state) {
            (None, None) => {}
            (None, Some(_)) => {
                return Err(Failure::Usage(format!(
                    "the configuration `{config}` has no `[revocation]`, so its edge takes no state; leave out `--state`, or add it there"
                )));
            }
            (Some(revocation), state) => {
                if let StateSource::File(file) = &revocation.source {
                    return Err(Failure::Usage(format!(
                        "the configuration `{config}`: `file` of `[revocation]` is `{file}`, and a Lambda@Edge function has no files; name the `url` under which the state is published"
                    )));
                }
                if let Some(head) = state {
                    revocation.minimum = state_file::minimum(head, revocation)?;
                }
            }
        }
        Ok(())
    }
}

/// In the words in which the signer refuses grants at such an edge.
fn warn_of_claims(settings: &Settings) {
    let claims = edge_claims(settings);
    if let Some(reason) = claims.without_token() {
        output::warn(&format!(
            "with `claims` of the edge `{claims}` {reason}: methods, origins, addresses of IPv6 and the exact resources of a wider policy bind nobody, and nothing is revoked; see that the signer's `EDGEPASS_EDGE_CLAIMS` is `{claims}` (parameter `EdgeClaims` of the templates), so that it refuses grants that need claims"
        ));
    }
}

fn warn_of_secrets(settings: &Settings) {
    let secret = |key: &&ClaimsKeySettings| key.algorithm() == JoseAlgorithm::Hs256;
    for key in settings.claims_keys.iter().filter(secret) {
        output::warn(&format!(
            "the bundle holds the secret of the claims key `{}` (HS256): whoever can read the function's code can sign claims; ES256 needs only a public key there",
            key.id()
        ));
    }
}

/// One heartbeat may fail, and the next one take its time.
fn warn_of_heartbeats(settings: &Settings) {
    let enough = 3 * HEARTBEAT_SECONDS;
    if let Some(revocation) = &settings.revocation
        && revocation.max_stale_seconds < enough
    {
        let stale = revocation.max_stale_seconds;
        output::warn(&format!(
            "`max_stale_seconds` of `[revocation]` is `{stale}`: everybody is refused when a state gets older than that, and the publisher of the templates dates it anew only every {HEARTBEAT_SECONDS} s; write at least {enough}, or publish at least every {} s",
            stale / 3
        ));
    }
}

/// Reads an `edge.toml` with the files that it names, and makes the validator that it describes.
pub(crate) fn read_config(path: &Path) -> Result<(Settings, Validator), Failure> {
    let usage = |error: &dyn core::fmt::Display| {
        Failure::Usage(format!("the configuration `{}`: {error}", path.display()))
    };
    let text = fs::read_to_string(path).map_err(|error| usage(&error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |name: &str| fs::read(folder.join(name)).map_err(|error| error.to_string());
    let settings = settings_from_toml(&text, read).map_err(|refused| usage(&refused))?;
    let validator = Validator::new(settings.clone(), AwsLc).map_err(|refused| usage(&refused))?;
    Ok((settings, validator))
}

/// A file of a bundle.
type File = (&'static str, Vec<u8>);

/// The files of the Lambda@Edge function for these settings.
pub(crate) fn lambda_edge_files(settings: &Settings) -> Result<Vec<File>, Failure> {
    let [function, module] = edge_module()?;
    Ok(vec![
        ("index.mjs", function.to_vec()),
        ("edgepass_bg.wasm", module.to_vec()),
        ("settings.json", settings.to_json().into_bytes()),
    ])
}

/// The function and its module, if this program was built with them.
#[cfg(edge_module)]
fn edge_module() -> Result<[&'static [u8]; 2], Failure> {
    Ok([
        include_bytes!("../../wasm/dist/lambda-edge/index.mjs"),
        include_bytes!("../../wasm/dist/edgepass_bg.wasm"),
    ])
}

/// The function and its module, if this program was built with them.
#[cfg(not(edge_module))]
fn edge_module() -> Result<[&'static [u8]; 2], Failure> {
    Err(Failure::Usage(
        "this program was built without the edge module; run `wasm/build` in the checkout and build it again"
            .to_owned(),
    ))
}

/// Writes the files and a zip of them.
pub(crate) fn write_folder(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &dyn core::fmt::Display| {
        Failure::Service(format!("cannot write `{}`: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let zip = zipped(files).map_err(|error| failed(folder, &error))?;
    let zip: File = ("function.zip", zip);
    for (name, bytes) in files.iter().chain([&zip]) {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}

/// The same files give the same bytes: no times, one order, one mode.
fn zipped(files: &[File]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
