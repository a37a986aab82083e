//! The files that configure a site.

use policy::Algorithm;

use super::domain::Domain;
use super::file::File;
use super::keys::Keys;
use super::secret::{Arns, Secret, Use};

const EDGE: &str = include_str!("edge.toml");
const GRANTS: &str = include_str!("grants.toml");
const SAMCONFIG: &str = include_str!("samconfig.toml");

/// The file of the parameters.
pub(super) const SAMCONFIG_NAME: &str = "samconfig.toml";

/// The longest name of a stack: with it begin names that may have 64 characters.
const MAX_STACK: usize = 48;

/// What the files say beside the keys.
pub(super) struct Settings<'s> {
    pub(super) domain: &'s Domain,
    /// Of pages that show the content.
    pub(super) origins: &'s [String],
    pub(super) claims_key_id: &'s str,
    /// Parameters of the deployment that may be missing, with where to get them.
    pub(super) given: [Given<'s>; 3],
}

/// A parameter of the deployment that only its operator knows.
pub(super) struct Given<'s> {
    pub(super) parameter: &'static str,
    pub(super) value: Option<&'s str>,
    /// What it is, and where it is found.
    pub(super) hint: &'static str,
}

impl Settings<'_> {
    /// `edge.toml`.
    pub(super) fn edge(&self, algorithm: Algorithm) -> File {
        let text = self.filled(EDGE).replace("<algorithm>", &algorithm.to_string());
        File::new("edge.toml", text)
    }

    /// `grants.toml`.
    pub(super) fn grants(&self) -> File {
        File::new("grants.toml", self.filled(GRANTS))
    }

    /// The parameters of the deployment. What is not known yet is a comment that says where it
    /// comes from: a deployment without it ends with its name.
    pub(super) fn samconfig(&self, keys: &Keys, arns: &Arns) -> File {
        let mut text = self
            .filled(SAMCONFIG)
            .replace("<stack>", &self.stack())
            .replace("<cors origins>", &self.origins.join(","))
            .replace("<public key>", &keys.public_key());
        for Given { parameter, value, hint } in &self.given {
            match value {
                Some(value) => text.push_str(&format!("{parameter} = \"{value}\"\n")),
                None => text.push_str(&format!("# {hint}\n# {parameter} = \"\"\n")),
            }
        }
        for secret in keys.secrets() {
            match (arns.get(secret.name), secret.use_of) {
                (Some(arn), Use::Always) => {
                    text.push_str(&format!("{} = \"{arn}\"\n", secret.parameter));
                }
                (Some(arn), Use::ForRotation) => text.push_str(&format!(
                    "# Only for Rotation, to delegate by itself; else no function has to read it.\n# {} = \"{arn}\"\n",
                    secret.parameter
                )),
                (None, Use::Always) => text.push_str(&self.unstored(&secret)),
                // It can stay offline.
                (None, Use::ForRotation) => {}
            }
        }
        File::new(SAMCONFIG_NAME, text)
    }

    /// What a secret is called in Secrets Manager.
    pub(super) fn name_of(&self, secret: &Secret<'_>) -> String {
        format!("edgepass/{}/{}", self.domain, secret.name)
    }

    fn unstored(&self, secret: &Secret<'_>) -> String {
        let (name, file, parameter) = (self.name_of(secret), secret.file, secret.parameter);
        format!(
            "# The ARN that this prints:\n#   aws secretsmanager create-secret --region us-east-1 --name {name} --secret-string file://site/{file}\n# {parameter} = \"\"\n"
        )
    }

    fn filled(&self, template: &str) -> String {
        let quoted = self.origins.iter().map(|origin| format!("\"{origin}\""));
        template
            .replace("<site>", &self.domain.origin())
            .replace("<domain>", &self.domain.to_string())
            .replace("<claims key id>", self.claims_key_id)
            .replace("<origins>", &quoted.collect::<Vec<_>>().join(", "))
    }

    fn stack(&self) -> String {
        let name: String =
            format!("edgepass-{}", self.domain).replace('.', "-").chars().take(MAX_STACK).collect();
        name.trim_end_matches('-').to_owned()
    }
}
