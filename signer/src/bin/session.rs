//! The Lambda function `session`: issues passes to callers whom the authorizer has authenticated.

use core::convert::Infallible;
use std::env;
use std::process::ExitCode;

use lambda_runtime::{run, service_fn};
use signer::source::environment::Environment;
use signer::{SessionFunction, log};

// One thread: an instance gets one event at a time.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let variable = |name: &str| env::var(name).ok();
    let session = match SessionFunction::start(&Environment::new(&variable)).await {
        Ok(session) => session,
        Err(refused) => return failed(&refused.to_string()),
    };
    let answer = async |event| Ok::<_, Infallible>(session.answer(event).await);
    match run(service_fn(answer)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(message: &str) -> ExitCode {
    log::error("function-failed", message);
    ExitCode::FAILURE
}
