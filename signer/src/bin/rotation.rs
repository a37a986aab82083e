//! The Lambda function `rotation`: the CloudFront key, without locking viewers out.

use std::env;
use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;
use signer::source::environment::Environment;
use signer::{RotationFunction, log};

// One thread: an instance gets one event at a time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let variable = |name: &str| env::var(name).ok();
    let rotation = match RotationFunction::start(&Environment::new(&variable)) {
        Ok(rotation) => rotation,
        Err(refused) => return failed(&refused.to_string()),
    };
    let answer = async |event: LambdaEvent<Value>| rotation.answer(event).await;
    match run(service_fn(answer)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(message: &str) -> ExitCode {
    log::error("function-failed", message);
    ExitCode::FAILURE
}
