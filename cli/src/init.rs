//! `edgepass init`: all that a new site needs before it is deployed.

mod domain;
mod file;
mod keys;
mod secret;
#[cfg(feature = "aws")]
mod secrets_manager;
mod settings;

use std::path::PathBuf;

use clap::{Args, ValueHint};
use jiff::Timestamp;
use policy::is_origin;

use crate::keygen::KeyAlgorithm;
use crate::new_files::{NewFiles, Readers, check_free};
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, tell};
use crate::when::system_clock;

use self::domain::Domain;
use self::file::File;
use self::keys::{Keys, PRIVATE};
use self::secret::Arns;
use self::settings::{Given, Settings};

/// Make keys, edge.toml, grants.toml and the deployment parameters of a new site
#[derive(Args)]
#[command(after_help = "\
No file and no secret is ever overwritten, and no private key is printed. Into DIR go

  edge.toml        what the edge checks, with the public keys beside it
  grants.toml      who gets what: the file to edit
  delegation.pem   which keys edges trust, signed with the root key; no secret
  samconfig.toml   the parameters of infra/template.yaml
  private/         the private keys and the site secret, which only you can read

With --aws what belongs into private/ goes to Secrets Manager in us-east-1, where the functions run,
and not to this machine.

Examples:
  edgepass init --domain media.example.com --out infra/site
  edgepass init --domain media.example.com --out infra/site --aws \\
      --origin https://www.example.com --certificate arn:aws:acm:us-east-1:111122223333:certificate/ID \\
      --issuer https://cognito-idp.us-east-1.amazonaws.com/us-east-1_POOL --audience CLIENT")]
pub(crate) struct Init {
    /// The host that viewers see
    #[arg(long, value_name = "D")]
    domain: Domain,
    /// The folder to write into; it is made if it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    /// Store the private keys in Secrets Manager, with the credentials of the environment
    #[arg(long)]
    aws: bool,
    /// The kind of the CloudFront key
    #[arg(long, default_value = "ecdsa-p256")]
    algorithm: KeyAlgorithm,
    /// An origin of pages that show the content; may be repeated [default: that of the domain]
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = origin)]
    origins: Vec<String>,
    /// The certificate of the domain, in us-east-1
    #[arg(long, value_name = "ARN", value_parser = certificate)]
    certificate: Option<String>,
    /// The identity provider whose tokens count
    #[arg(long, value_name = "URL", value_parser = issuer)]
    issuer: Option<String>,
    /// The client whose tokens count
    #[arg(long, value_name = "ID", value_parser = plain)]
    audience: Option<String>,
}

impl Init {
    pub(crate) fn run(mut self) -> Outcome {
        if self.aws && cfg!(not(feature = "aws")) {
            return Err(Failure::Usage(
                "`--aws`: this program was built without the services of AWS; build it with `--features aws`, or leave the option out and store the keys yourself"
                    .to_owned(),
            ));
        }
        if self.origins.is_empty() {
            self.origins.push(self.domain.origin());
        }
        let claims_key_id = Timestamp::now().strftime("claims-%Y-%m").to_string();
        let keys = self.keys(&claims_key_id)?;
        let settings = self.settings(&claims_key_id);

        let mut files = vec![settings.edge(keys.algorithm()), settings.grants()];
        files.extend(keys.public_files());
        if !self.aws {
            files.extend(keys.private_files());
        }
        let names = files.iter().map(|file| file.name).chain([settings::SAMCONFIG_NAME]);
        let paths: Vec<PathBuf> = names.map(|name| self.out.join(name)).collect();
        check_free(paths.iter().map(PathBuf::as_path))?;

        let mut written = NewFiles::default();
        self.write(&mut written, &files)?;
        // As late as can be: secrets are harder to take back than files.
        let arns = self.store(&keys, &settings)?;
        let samconfig = settings.samconfig(&keys, &arns);
        if let Err(failure) = self.write(&mut written, &[samconfig]) {
            take_back(&arns);
            return Err(failure);
        }
        written.keep();
        let lines: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        print(&lines.join("\n"))?;
        self.tell_what_is_next();
        Ok(Ended::Done)
    }

    fn keys(&self, claims_key_id: &str) -> Result<Keys, Failure> {
        let site = self.domain.origin().parse();
        let site = site.map_err(|_| Failure::Usage(format!("`{}` is too long", self.domain)))?;
        Keys::generate(self.algorithm.into(), site, claims_key_id, system_clock()?)
    }

    fn settings<'s>(&'s self, claims_key_id: &'s str) -> Settings<'s> {
        let given = |parameter, value: &'s Option<String>, hint| Given {
            parameter,
            value: value.as_deref(),
            hint,
        };
        Settings {
            domain: &self.domain,
            origins: &self.origins,
            claims_key_id,
            given: [
                given(
                    "CertificateArn",
                    &self.certificate,
                    "A certificate of the domain: `aws acm list-certificates --region us-east-1`",
                ),
                given(
                    "JwtIssuer",
                    &self.issuer,
                    "The identity provider, such as https://cognito-idp.us-east-1.amazonaws.com/POOL",
                ),
                given("JwtAudience", &self.audience, "The clients whose tokens count"),
            ],
        }
    }

    fn write(&self, written: &mut NewFiles, files: &[File]) -> Result<(), Failure> {
        written.folder(&self.out, Readers::Owner)?;
        for File { name, readers, text } in files {
            if name.starts_with(PRIVATE) {
                written.folder(&self.out.join(PRIVATE), Readers::Owner)?;
            }
            written.write(&self.out.join(name), *readers, text)?;
        }
        Ok(())
    }

    #[cfg(feature = "aws")]
    fn store(&self, keys: &Keys, settings: &Settings<'_>) -> Result<Arns, Failure> {
        if self.aws { secrets_manager::create(keys, settings) } else { Ok(Arns::new()) }
    }

    #[cfg(not(feature = "aws"))]
    fn store(&self, _: &Keys, _: &Settings<'_>) -> Result<Arns, Failure> {
        Ok(Arns::new())
    }

    fn tell_what_is_next(&self) {
        let out = self.out.display();
        let stored = if self.aws {
            String::new()
        } else {
            format!(
                "\nkeep {out}/{PRIVATE} to yourself: samconfig.toml says how to store what is in it; root.pem can stay offline"
            )
        };
        tell(&format!(
            "next: edit grants.toml, fill in what samconfig.toml leaves open, and make the edge's function with\n  edgepass bundle lambda-edge --config {out}/edge.toml --out infra/bundle{stored}"
        ));
    }
}

#[cfg(feature = "aws")]
use self::secrets_manager::delete as take_back;

#[cfg(not(feature = "aws"))]
fn take_back(_: &Arns) {}

fn origin(text: &str) -> Result<String, &'static str> {
    if is_origin(text) && !text.contains('[') {
        Ok(text.to_owned())
    } else {
        Err(
            "is not an origin; write it in lower case as `https://www.example.com`, without a path or default port",
        )
    }
}

fn certificate(text: &str) -> Result<String, &'static str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "acm", "us-east-1", _, id] if id.starts_with("certificate/") => plain(text),
        _ => Err(
            "is not the ARN of a certificate in us-east-1, the only region from which CloudFront takes one; `aws acm list-certificates --region us-east-1` shows them",
        ),
    }
}

fn issuer(text: &str) -> Result<String, &'static str> {
    if text.starts_with("https://") {
        plain(text)
    } else {
        Err("is not the URL of an issuer, which begins with `https://`; it is `iss` of its tokens")
    }
}

/// What can stand between quotes in TOML as it is.
fn plain(text: &str) -> Result<String, &'static str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("has blanks, quotes or other characters that no id has; check what was pasted")
    }
}
