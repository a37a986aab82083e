//! What the commands do.

use std::sync::Arc;

use policy::UnixTime;
use serde::Serialize;
use signer::rotation::{Arrival, AwsEstate, Goal, Next, Rotation, RotationFailed, Step, Wait};
use signer::source::RotationSources;
use signer::source::environment::Environment;
use tokio::time::{Duration, sleep};

use super::Options;
use super::overview::Overview;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, tell};
use crate::store::wait;
use crate::when::system_clock;

/// How often `--wait` looks again.
const PAUSE: Duration = Duration::from_secs(10);

/// How far a command came, as JSON.
#[derive(Serialize)]
struct Progress {
    done: bool,
    /// Null once it is done.
    waits_for: Option<&'static str>,
    until: Option<i64>,
    message: Option<String>,
    /// What was changed, in order.
    changes: Vec<String>,
}

impl Options {
    pub(super) fn plan(&self) -> Outcome {
        wait(async {
            let (there, next) = self.rotation().await?.look(Goal::Created).await?;
            let overview = Overview::new(&there);
            match next {
                Err(refused) => return Err(Failure::Usage(refused.to_string())),
                Ok(Next::Done) => {
                    tell("a rotation is under way already; see `edgepass rotate status`")
                }
                Ok(_) => {}
            }
            if self.json {
                print_json(&overview)?
            } else {
                print(&overview.plan())?
            }
            Ok(Ended::Done)
        })
    }

    pub(super) fn status(&self) -> Outcome {
        wait(async {
            let rotation = self.rotation().await?;
            let (there, next) = rotation.look(Goal::Switched).await?;
            let (there, next) = match there.candidate() {
                Some(_) => (there, next),
                None => rotation.look(Goal::Finished).await?,
            };
            let overview = Overview::new(&there).with(&next, rotation.overdue(&there));
            if self.json {
                print_json(&overview)?
            } else {
                print(&overview.to_string())?
            }
            Ok(Ended::Done)
        })
    }

    pub(super) fn go(&self, goals: &[Goal]) -> Outcome {
        wait(async {
            let rotation = self.rotation().await?;
            let mut changes = Vec::new();
            let arrival = self.advance(&rotation, goals, &mut changes).await?;
            let waits_for = match &arrival {
                Arrival::Reached => None,
                Arrival::Waiting(wait) => Some(wait),
            };
            if self.json {
                print_json(&Progress {
                    done: waits_for.is_none(),
                    waits_for: waits_for.map(Wait::name),
                    until: waits_for.and_then(Wait::until).map(UnixTime::as_seconds),
                    message: waits_for.map(Wait::to_string),
                    changes,
                })?;
            } else {
                print(
                    &waits_for.map_or_else(|| "done".to_owned(), |wait| format!("not yet: {wait}")),
                )?;
            }
            Ok(if waits_for.is_none() { Ended::Done } else { Ended::Denied })
        })
    }

    async fn advance(
        &self,
        rotation: &Rotation<AwsEstate>,
        goals: &[Goal],
        changes: &mut Vec<String>,
    ) -> Result<Arrival, Failure> {
        let mut said = None;
        for &goal in goals {
            loop {
                let mut change = |step: &Step| {
                    tell(&step.to_string());
                    changes.push(step.to_string());
                };
                let arrival = rotation.advance(goal, &mut change).await?;
                let Arrival::Waiting(waits_for) = &arrival else { break };
                if !self.wait {
                    return Ok(arrival);
                }
                if said.as_ref() != Some(waits_for) {
                    tell(&format!("waiting: {waits_for}"));
                    said = Some(waits_for.clone());
                }
                sleep(PAUSE).await;
            }
        }
        Ok(Arrival::Reached)
    }

    async fn rotation(&self) -> Result<Rotation<AwsEstate>, Failure> {
        let variable = |name: &str| self.site.variable(name);
        let sources = RotationSources::read(&Environment::new(&variable));
        let usage = |refused: signer::source::environment::VariableRefused| {
            Failure::Usage(refused.to_string())
        };
        system_clock()?;
        let clock = Arc::new(|| system_clock().unwrap_or(UnixTime::EPOCH));
        let opened = sources.map_err(usage)?.open(clock).await;
        opened.map_err(|refused| Failure::Service(refused.to_string()))
    }
}

impl From<RotationFailed> for Failure {
    fn from(failed: RotationFailed) -> Self {
        match failed {
            RotationFailed::Check(_)
            | RotationFailed::Estate(_)
            | RotationFailed::Generation(_)
            | RotationFailed::Restless => Self::Service(failed.to_string()),
            RotationFailed::Refused(refused) => Self::Usage(refused.to_string()),
        }
    }
}

impl From<signer::rotation::EstateFailed> for Failure {
    fn from(failed: signer::rotation::EstateFailed) -> Self {
        Self::Service(failed.to_string())
    }
}
