//! The rotation as a Lambda function: the four steps of Secrets Manager, and what comes after them.

use core::error::Error;
use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Context, LambdaEvent};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::clock::system_clock;
use crate::log::{ChangeLine, RotationLine};
use crate::rotation::{Arrival, AwsEstate, Goal, Inventory, Pending, Rotation, Step};
use crate::source::RotationSources;
use crate::source::environment::{Environment, VariableRefused};

/// How often it looks whether what it waits for has happened.
const PAUSE: Duration = Duration::from_secs(15);

/// What is left of an invocation's time when it gives up waiting: enough to say so.
const MARGIN: Duration = Duration::from_secs(30);

/// The function `rotation`, set up by environment variables.
///
/// | event | |
/// | --- | --- |
/// | `createSecret` | there is a candidate; what the rotation before left is removed first |
/// | `setSecret` | everybody who checks passes trusts it |
/// | `testSecret` | what it signs is admitted |
/// | `finishSecret` | it signs |
/// | anything else, such as a schedule's | what the rotation before left is removed, once its passes have ended |
///
/// A step waits for as long as the invocation lasts, and then fails: Secrets Manager calls it again,
/// and it goes on. The last of these events is never in a hurry, and so nothing but time ends a
/// drain.
pub struct RotationFunction {
    sources: RotationSources,
    clock: Clock,
    /// The name that the metrics go by.
    name: String,
}

/// A step as Secrets Manager orders it (AWS: "Lambda rotation functions").
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Order {
    step: Phase,
    secret_id: String,
    /// The id of the version that is to sign next.
    client_request_token: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
enum Phase {
    #[serde(rename = "createSecret")]
    Create,
    #[serde(rename = "setSecret")]
    Set,
    #[serde(rename = "testSecret")]
    Test,
    #[serde(rename = "finishSecret")]
    Finish,
}

impl RotationFunction {
    /// Reads the environment: whatever is wrong shows before the first event.
    pub fn start(environment: &Environment<'_>) -> Result<Self, VariableRefused> {
        let sources = RotationSources::read(environment)?;
        let clock: Clock = Arc::new(system_clock);
        Ok(Self { sources, clock, name: environment.function_name() })
    }

    /// Does what the event says, and logs it. An error makes Secrets Manager call again.
    pub async fn answer(
        &self,
        event: LambdaEvent<Value>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let request_id = &event.context.request_id;
        let end = Instant::now() + time_left(&event.context);
        let rotation = self.sources.open(Arc::clone(&self.clock)).await?;
        let ordered = event.payload.get("Step").is_some();
        let order = ordered.then(|| serde_json::from_value::<Order>(event.payload)).transpose()?;
        let arrival = self.follow(&rotation, order.as_ref(), request_id, end).await;
        let failure = arrival.as_ref().err().map(ToString::to_string);
        let overdue = rotation.look(Goal::Finished).await.ok();
        let overdue = overdue.map(|(there, _)| rotation.overdue(&there));
        RotationLine::new(
            &self.name,
            request_id,
            order.as_ref().map_or("finish", |order| order.step.name()),
            arrival.as_ref().map_err(|_| failure.as_deref().unwrap_or_default()),
            overdue,
        )
        .write();
        match arrival? {
            // Nobody expects a drain to end within one invocation.
            Arrival::Waiting(wait) if order.is_some() => {
                Err(format!("not done yet: {wait}").into())
            }
            _ => Ok(()),
        }
    }

    async fn follow(
        &self,
        rotation: &Rotation<AwsEstate>,
        order: Option<&Order>,
        request_id: &str,
        end: Instant,
    ) -> Result<Arrival, Failure> {
        let tell = &mut |step: &Step| ChangeLine::new(request_id, step).write();
        let Some(order) = order else {
            return Ok(rotation.advance(Goal::Finished, tell).await?);
        };
        if order.secret_id != self.sources.secret {
            return Err(format!(
                "Secrets Manager rotates `{}`, and this function `{}`; set `EDGEPASS_KEY`",
                order.secret_id, self.sources.secret
            )
            .into());
        }
        let (there, _) = rotation.look(Goal::Finished).await?;
        if !order.is_due(&there)? {
            // The one that switched may not have lived to note when: the drain begins now.
            let _draining = rotation.advance(Goal::Finished, tell).await?;
            return Ok(Arrival::Reached);
        }
        let goal = match order.step {
            Phase::Create => Goal::Created,
            Phase::Set => Goal::Trusted,
            Phase::Finish => Goal::Switched,
            Phase::Test => {
                rotation.check().await?;
                return Ok(Arrival::Reached);
            }
        };
        loop {
            let arrival = rotation.advance(goal, tell).await?;
            if arrival == Arrival::Reached || Instant::now() + PAUSE + MARGIN > end {
                return Ok(arrival);
            }
            sleep(PAUSE).await;
        }
    }
}

impl Order {
    /// Whether the version that it names is to sign next; not if it signs already.
    fn is_due(&self, there: &Inventory) -> Result<bool, Failure> {
        let pending = match &there.pending {
            Some(Pending::Empty(version)) => Some(version),
            Some(Pending::Key(key)) => Some(&key.version),
            None => None,
        };
        if there.current.version == self.client_request_token {
            return Ok(false);
        }
        match pending {
            Some(version) if *version == self.client_request_token => Ok(true),
            Some(version) => Err(format!(
                "another rotation is under way: AWSPENDING is `{version}`, and not `{}`; end it with `edgepass rotate switch` or `abort`",
                self.client_request_token
            )
            .into()),
            None => Err(format!(
                "the version `{}` is not AWSPENDING; the rotation was given up",
                self.client_request_token
            )
            .into()),
        }
    }
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "createSecret",
            Self::Set => "setSecret",
            Self::Test => "testSecret",
            Self::Finish => "finishSecret",
        }
    }
}

/// What Lambda hears of; it is in the log already.
type Failure = Box<dyn Error + Send + Sync>;

/// Until Lambda ends the invocation.
fn time_left(context: &Context) -> Duration {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(context.deadline).saturating_sub(since_1970)
}

impl fmt::Debug for RotationFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotationFunction").field("sources", &self.sources).finish_non_exhaustive()
    }
}
