//! The canary: one request, as a viewer would send it.

use core::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use tokio::time::timeout;

use crate::rotation::EstateFailed;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The status of the answer. The URL is a credential, which no message repeats.
pub(super) async fn fetch(url: &str) -> Result<u16, EstateFailed> {
    let connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
    let request = HttpRequest::get(url);
    let request = request.map_err(|_| EstateFailed::new("the canary", &"its URL is none"))?;
    let answer = timeout(PATIENCE, connector.call(request)).await;
    let answer = answer.map_err(|_| EstateFailed::new("the canary", &"no answer within 20 s"))?;
    let unreachable = |_| EstateFailed::new("the canary", &"its host cannot be reached");
    Ok(answer.map_err(unreachable)?.status().as_u16())
}
