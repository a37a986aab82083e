//! The Lambda function `publisher`: from the store of revocations to the state that edges fetch.

use std::env;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use signer::source::environment::Environment;
use signer::{PublisherFunction, log};

// One thread: an instance gets one event at a time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let variable = |name: &str| env::var(name).ok();
    let publisher = match PublisherFunction::start(&Environment::new(&variable)).await {
        Ok(publisher) => publisher,
        Err(refused) => return failed(&refused.to_string()),
    };
    let publish = async |event: LambdaEvent<Value>| {
        publisher.publish(&event.context.request_id, &event.payload).await
    };
    match run(service_fn(publish)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(message: &str) -> ExitCode {
    log::error("function-failed", message);
    ExitCode::FAILURE
}
