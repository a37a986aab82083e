//! Secrets Manager, where the functions of a site fetch its private keys.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata};

use crate::outcome::Failure;
use crate::output::{tell, warn};
use crate::store::wait;

use super::keys::Keys;
use super::secret::{Arns, Secret};
use super::settings::Settings;

/// Where the functions run, because CloudFront takes functions and certificates from there only.
const REGION: &str = "us-east-1";

/// Creates a secret for every private key. Where one cannot be, those before it are deleted again.
pub(super) fn create(keys: &Keys, settings: &Settings<'_>) -> Result<Arns, Failure> {
    wait(async {
        let client = client().await;
        let mut arns = Arns::new();
        for secret in keys.secrets() {
            match create_one(&client, &secret, &settings.name_of(&secret)).await {
                Ok(arn) => {
                    // Said at once: whoever ends the program here has to know.
                    tell(&format!("stored {arn}"));
                    arns.insert(secret.name, arn);
                }
                Err(failure) => {
                    delete_all(&client, &arns).await;
                    return Err(failure);
                }
            }
        }
        Ok(arns)
    })
}

/// Deletes what [`create`] made. Says what it could not delete.
pub(super) fn delete(arns: &Arns) {
    let deleted = wait(async {
        delete_all(&client().await, arns).await;
        Ok(())
    });
    if let Err(Failure::Usage(message) | Failure::Service(message)) = deleted {
        warn(&message);
    }
}

async fn client() -> Client {
    let config =
        aws_config::defaults(BehaviorVersion::latest()).region(Region::from_static(REGION));
    Client::new(&config.load().await)
}

/// An existing secret is never given another value: AWS refuses to create it anew.
async fn create_one(client: &Client, secret: &Secret<'_>, name: &str) -> Result<String, Failure> {
    let request =
        client.create_secret().name(name).description("Edgepass").secret_string(secret.text);
    let created = request.send().await.map_err(|error| match error.code() {
        Some("ResourceExistsException") => Failure::Usage(format!(
            "the secret `{name}` exists in {REGION} and is not overwritten; delete it if no site uses it"
        )),
        Some(code) => Failure::Service(format!(
            "Secrets Manager refused to create `{name}` with `{code}`: {}",
            error.message().unwrap_or("it does not say why")
        )),
        None => Failure::Service(format!(
            "Secrets Manager did not answer for `{name}`, which may be there now: {}",
            DisplayErrorContext(&error)
        )),
    })?;
    created.arn.ok_or_else(|| {
        Failure::Service(format!(
            "Secrets Manager gave no ARN for `{name}`; delete it and try again"
        ))
    })
}

/// Nobody has used them, so that they need not be kept for the usual days.
async fn delete_all(client: &Client, arns: &Arns) {
    for arn in arns.values() {
        let request = client.delete_secret().secret_id(arn).force_delete_without_recovery(true);
        match request.send().await {
            Ok(_) => tell(&format!("deleted {arn}")),
            Err(error) => warn(&format!(
                "{arn} is left over: {}; delete it",
                error.code().unwrap_or("Secrets Manager did not answer")
            )),
        }
    }
}
