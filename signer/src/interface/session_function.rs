//! The interface as a Lambda function.

use core::fmt;
use std::sync::Arc;
use std::time::Instant;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::HeaderName;
use lambda_runtime::LambdaEvent;

use crate::clock::Clock;
use crate::clock::system_clock;
use crate::interface::Interface;
use crate::interface::event::event_response;
use crate::interface::grants::Grants;
use crate::interface::request::Request;
use crate::log::RequestLine;
use crate::source::RotatingKeys;
use crate::source::environment::{Environment, GRANTS, STORE, VariableRefused};

/// The function `session`: the interface, set up by environment variables.
pub struct SessionFunction {
    interface: Interface,
    /// The name that the metrics go by.
    name: String,
    token_header: Option<HeaderName>,
}

impl SessionFunction {
    /// Reads the environment, notes the longest lifetime in the store and fetches the keys:
    /// whatever is wrong shows before the first request.
    pub async fn start(environment: &Environment<'_>) -> Result<Self, VariableRefused> {
        let grants = Grants::from_toml(&environment.grants()?)
            .map_err(|refused| VariableRefused::new(GRANTS, &refused))?;
        let edge_claims = environment.edge_claims()?;
        grants
            .check_at_edge(edge_claims)
            .map_err(|refused| VariableRefused::new(GRANTS, &refused))?;
        if environment.is_behind_cloudfront()?
            && let Some(name) = grants.binding_address()
        {
            let cause = format!(
                "grant `{name}` has `bind_address`, and behind CloudFront every request comes from an address of CloudFront's, so that its passes would fit nobody; take it out"
            );
            return Err(VariableRefused::new(GRANTS, &cause));
        }
        let token_header = environment.token_header()?;
        let store = environment.store()?.open().await;
        let sources = environment.key_sources()?;
        let freshness = environment.freshness()?;
        let clock: Clock = Arc::new(system_clock);
        // Before anything of that lifetime is granted: revocations are kept as long.
        let noted = async {
            let noted = store.note_lifetime(grants.max_lifetime().as_seconds()).await;
            noted.map_err(|unavailable| VariableRefused::new(STORE, &unavailable))
        };
        let keys = RotatingKeys::start(sources, freshness, Arc::clone(&clock));
        // Each a connection to another service, which somebody waits for.
        let (_, keys) = tokio::try_join!(noted, keys)?;
        let mut interface = Interface::new(grants, edge_claims, Arc::new(keys), store, clock)
            .map_err(|refused| VariableRefused::new(GRANTS, &refused))?;
        if let Some(seconds) = environment.longest_sign_in()? {
            interface = interface.with_longest_sign_in(seconds);
        }
        Ok(Self { interface, name: environment.function_name(), token_header })
    }

    /// Answers one event, and logs it.
    pub async fn answer(
        &self,
        event: LambdaEvent<ApiGatewayV2httpRequest>,
    ) -> ApiGatewayV2httpResponse {
        let start = Instant::now();
        let request = Request::from_event(event.payload, self.token_header.as_ref());
        let answer = self.interface.answer(&request).await;
        let asked = (request.method.as_str(), request.path.as_str());
        let latency = start.elapsed();
        RequestLine::new(&self.name, &event.context.request_id, asked, &answer, latency).write();
        event_response(answer.response)
    }
}

impl fmt::Debug for SessionFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFunction").field("name", &self.name).finish_non_exhaustive()
    }
}
