//! The store in AWS: a DynamoDB table.

use core::error::Error;
use core::fmt;
use core::time::Duration;
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, ReturnConsumedCapacity, ReturnValue,
};
use policy::UnixTime;

use super::retention::{CLOCKS, check_lifetime};
use super::{
    Cursor, Entry, LONGEST_LIFETIME, Page, Scope, Standing, Store, StoreAnswer, StoreUnavailable,
};

/// The partition key: the text of the scope.
const SCOPE: &str = "scope";
const UP_TO: &str = "up_to";
const RECORDED_AT: &str = "recorded_at";
const ACTOR: &str = "actor";
const NOTE: &str = "note";
/// The table's time-to-live attribute.
const EXPIRES: &str = "expires";

/// The item that holds the largest lifetime, in the place of a scope.
const LIFETIME: &str = "lifetime";
const SECONDS: &str = "seconds";

/// Attempts for one answer, the first included. Between them the SDK waits for a random part of a
/// time that doubles from the first of these to the last.
const ATTEMPTS: u32 = 6;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// For one attempt: a connection that hangs leaves time for another one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// For one answer with all its attempts. The function `session` has to live longer than that, or
/// nobody says why it did not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a change starts over because another one came in between.
const TURNS: u32 = 10;

/// What is asked for so that an answer shows whose it is.
const TOTAL: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

type Item = HashMap<String, AttributeValue>;

/// Revocations in a DynamoDB table with the partition key `scope` (a string), no sort key, and time
/// to live by `expires`.
///
/// An item is an entry: `up_to` and `recorded_at` in seconds, `actor` and `note` where there are
/// any. Every read is consistent. Time to live is the last resort, for entries that nobody prunes:
/// it lies behind every date at which [`super::prune`] may remove them, and is not set where an
/// entry is needed for ever.
#[derive(Clone, Debug)]
pub struct DynamoDbStore {
    client: Client,
    table: String,
    longest_sign_in: u32,
}

impl DynamoDbStore {
    /// The store in this table. Retries and time-outs of `config` are replaced by the store's own.
    /// `longest_sign_in` is that of [`super::Retention`].
    pub fn new(config: Builder, table: &str, longest_sign_in: u32) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(MAX_BACKOFF);
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(PATIENCE)
            .build();
        let config = config.retry_config(retries).timeout_config(timeouts);
        let client = Client::from_conf(config.build());
        Self { client, table: table.to_owned(), longest_sign_in }
    }

    async fn item(&self, key: &str) -> Result<Option<Item>, StoreUnavailable> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key(SCOPE, text(key)).return_consumed_capacity(TOTAL);
        let got = get.send().await.map_err(unavailable)?;
        check_answer(got.consumed_capacity.as_ref())?;
        Ok(got.item)
    }

    async fn entry(&self, scope: &Scope) -> Result<Option<Entry>, StoreUnavailable> {
        self.item(&scope.to_string()).await?.map(|item| entry(&item)).transpose()
    }

    async fn put(&self, entry: &Entry) -> Result<Entry, StoreUnavailable> {
        for _ in 0..TURNS {
            let put =
                self.client.put_item().table_name(&self.table).set_item(Some(self.to_item(entry)));
            let put = put
                .condition_expression("attribute_not_exists(#scope) OR up_to < :up_to")
                .expression_attribute_names("#scope", SCOPE)
                .expression_attribute_values(":up_to", time(entry.up_to))
                .return_consumed_capacity(TOTAL);
            match put.send().await {
                Ok(put) => {
                    check_answer(put.consumed_capacity.as_ref())?;
                    return Ok(entry.clone());
                }
                Err(error)
                    if is_condition(&error, |error| {
                        error.is_conditional_check_failed_exception()
                    }) => {}
                Err(error) => return Err(unavailable(error)),
            }
            if let Some(stands) = self.entry(&entry.scope).await?
                && stands.up_to >= entry.up_to
            {
                return Ok(stands);
            }
        }
        Err(StoreUnavailable::new("others keep changing the same entry; try again"))
    }

    fn to_item(&self, entry: &Entry) -> Item {
        let Entry { scope, up_to, recorded_at, actor, note } = entry;
        let mut item = Item::from([
            (SCOPE.to_owned(), text(&scope.to_string())),
            (UP_TO.to_owned(), time(*up_to)),
            (RECORDED_AT.to_owned(), time(*recorded_at)),
        ]);
        if matches!(scope, Scope::Session(_) | Scope::Subject(_)) {
            let needed = LONGEST_LIFETIME.max(self.longest_sign_in);
            let expires = up_to.plus_seconds(needed).plus_seconds(CLOCKS).plus_seconds(1);
            item.insert(EXPIRES.to_owned(), time(expires));
        }
        for (name, value) in [(ACTOR, actor), (NOTE, note)] {
            if let Some(value) = value {
                item.insert(name.to_owned(), text(value));
            }
        }
        item
    }

    async fn page(&self, after: Option<&Cursor>, limit: u32) -> Result<Page, StoreUnavailable> {
        let limit = i32::try_from(limit.max(1)).unwrap_or(i32::MAX);
        let start = after.map(|cursor| Item::from([(SCOPE.to_owned(), text(&cursor.0))]));
        let scan = self.client.scan().table_name(&self.table).consistent_read(true).limit(limit);
        let scanned = scan.set_exclusive_start_key(start).send().await.map_err(unavailable)?;
        let is_entry = |item: &&Item| item.get(SCOPE) != Some(&text(LIFETIME));
        // A scan of an empty table also returns a list. An answer without one is garbled; taken for an
        // empty table, it would make a publisher undo every revocation.
        let items = scanned.items.ok_or_else(|| StoreUnavailable::new("a scan without items"))?;
        let entries = items.iter().filter(is_entry).map(entry).collect::<Result<_, _>>()?;
        let last = scanned.last_evaluated_key.filter(|key| !key.is_empty());
        let next = last.map(|key| string(&key, SCOPE).map(Cursor)).transpose()?;
        Ok(Page { entries, next })
    }

    async fn lifetime(&self) -> Result<u32, StoreUnavailable> {
        let Some(item) = self.item(LIFETIME).await? else { return Ok(0) };
        u32::try_from(number(&item, SECONDS)?).map_err(|_| damaged(&item, SECONDS))
    }

    async fn grow_lifetime(&self, seconds: u32) -> Result<u32, StoreUnavailable> {
        check_lifetime(seconds)?;
        let value = AttributeValue::N(seconds.to_string());
        let update = self.client.update_item().table_name(&self.table).key(SCOPE, text(LIFETIME));
        let update = update
            .update_expression("SET #seconds = :seconds")
            .condition_expression("attribute_not_exists(#seconds) OR #seconds < :seconds")
            .expression_attribute_names("#seconds", SECONDS)
            .expression_attribute_values(":seconds", value)
            .return_values(ReturnValue::UpdatedNew);
        match update.send().await {
            Ok(updated) => {
                let noted = updated.attributes.unwrap_or_default();
                number(&noted, SECONDS).map(|_| seconds)
            }
            Err(error)
                if is_condition(&error, |error| error.is_conditional_check_failed_exception()) =>
            {
                self.lifetime().await
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Store for DynamoDbStore {
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing> {
        Box::pin(async move {
            let subject = Scope::Subject(subject.to_owned());
            let session = Scope::Session(session.to_owned());
            let (subject, all, session) = tokio::try_join!(
                self.entry(&subject),
                self.entry(&Scope::All),
                self.entry(&session),
            )?;
            Ok(Standing {
                subject_cut_off: subject.map(|entry| entry.up_to),
                all_cut_off: all.map(|entry| entry.up_to),
                session_revoked: session.is_some(),
            })
        })
    }

    fn revoke<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, Entry> {
        Box::pin(self.put(entry))
    }

    fn unrevoke<'s>(&'s self, scope: &'s Scope) -> StoreAnswer<'s, Option<Entry>> {
        Box::pin(async move {
            let delete = self.client.delete_item().table_name(&self.table);
            let delete = delete.key(SCOPE, text(&scope.to_string()));
            let delete = delete.return_values(ReturnValue::AllOld).return_consumed_capacity(TOTAL);
            let deleted = delete.send().await.map_err(unavailable)?;
            check_answer(deleted.consumed_capacity.as_ref())?;
            let item = deleted.attributes.filter(|item| !item.is_empty());
            item.map(|item| entry(&item)).transpose()
        })
    }

    fn list<'s>(&'s self, after: Option<&'s Cursor>, limit: u32) -> StoreAnswer<'s, Page> {
        Box::pin(self.page(after, limit))
    }

    fn remove<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, bool> {
        Box::pin(async move {
            let delete = self.client.delete_item().table_name(&self.table);
            let delete = delete
                .key(SCOPE, text(&entry.scope.to_string()))
                .condition_expression("up_to = :up_to AND recorded_at = :recorded_at")
                .expression_attribute_values(":up_to", time(entry.up_to))
                .expression_attribute_values(":recorded_at", time(entry.recorded_at))
                .return_consumed_capacity(TOTAL);
            match delete.send().await {
                Ok(deleted) => check_answer(deleted.consumed_capacity.as_ref()).map(|()| true),
                Err(error)
                    if is_condition(&error, |error| {
                        error.is_conditional_check_failed_exception()
                    }) =>
                {
                    Ok(false)
                }
                Err(error) => Err(unavailable(error)),
            }
        })
    }

    fn largest_lifetime(&self) -> StoreAnswer<'_, u32> {
        Box::pin(self.lifetime())
    }

    fn note_lifetime(&self, seconds: u32) -> StoreAnswer<'_, u32> {
        Box::pin(self.grow_lifetime(seconds))
    }
}

/// Refuses an answer that is not the table's. `{}` is the answer to a question about an item that is
/// not there, and to a change that was made: whoever garbles answers says that nobody is revoked. The
/// table itself says what the answer cost.
fn check_answer(cost: Option<&ConsumedCapacity>) -> Result<(), StoreUnavailable> {
    match cost {
        Some(_) => Ok(()),
        None => Err(StoreUnavailable::new("an answer without its cost, which is not the table's")),
    }
}

fn is_condition<E, R>(error: &SdkError<E, R>, is: impl FnOnce(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(is)
}

fn unavailable<E: Error + 'static, R: fmt::Debug + 'static>(
    error: SdkError<E, R>,
) -> StoreUnavailable {
    StoreUnavailable::new(DisplayErrorContext(error))
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn time(time: UnixTime) -> AttributeValue {
    AttributeValue::N(time.to_string())
}

fn entry(item: &Item) -> Result<Entry, StoreUnavailable> {
    let time =
        |name| UnixTime::from_seconds(number(item, name)?).ok_or_else(|| damaged(item, name));
    let optional = |name| item.contains_key(name).then(|| string(item, name)).transpose();
    Ok(Entry {
        scope: string(item, SCOPE)?.parse().map_err(|_| damaged(item, SCOPE))?,
        up_to: time(UP_TO)?,
        recorded_at: time(RECORDED_AT)?,
        actor: optional(ACTOR)?,
        note: optional(NOTE)?,
    })
}

fn string(item: &Item, name: &str) -> Result<String, StoreUnavailable> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.cloned().ok_or_else(|| damaged(item, name))
}

fn number(item: &Item, name: &str) -> Result<i64, StoreUnavailable> {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    value.and_then(|digits| digits.parse().ok()).ok_or_else(|| damaged(item, name))
}

fn damaged(item: &Item, name: &str) -> StoreUnavailable {
    let scope = item.get(SCOPE).and_then(|value| value.as_s().ok()).map_or("?", String::as_str);
    StoreUnavailable::new(format_args!(
        "the item `{scope}` of the table has no proper `{name}`; mend or delete it"
    ))
}
