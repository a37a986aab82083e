//! What is there, as `plan` and `status` show it.

use core::fmt;

use policy::{DelegatedKey, UnixTime};
use serde::Serialize;
use signer::rotation::{
    EdgeTrust, Inventory, MAX_ACCOUNT_KEYS, MAX_GROUP_KEYS, Next, Refused, RootKey, StoredKey, Wait,
};

/// What is there, and what comes next.
#[derive(Serialize)]
pub(super) struct Overview {
    current: Key,
    candidate: Option<Key>,
    /// The id of the key before, as long as anything is left of it.
    retiring: Option<String>,
    /// The id of a candidate that was given up, as long as anything is left of it.
    aborting: Option<String>,
    group: Vec<String>,
    public_keys: usize,
    deploying: Vec<String>,
    /// Null where no validator runs at the edge.
    edges: Option<Edges>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Following>,
}

#[derive(Serialize)]
struct Key {
    key_id: String,
    algorithm: &'static str,
    /// Where its private half is.
    custody: &'static str,
}

#[derive(Serialize)]
struct Edges {
    delegated: Vec<String>,
    published: Vec<String>,
    root_key_at_hand: bool,
}

#[derive(Serialize)]
struct Following {
    /// What the next change would be.
    change: Option<String>,
    waits_for: Option<&'static str>,
    until: Option<i64>,
    message: Option<String>,
    overdue_seconds: u64,
}

impl Overview {
    pub(super) fn new(there: &Inventory) -> Self {
        let retiring = there.retiring();
        Self {
            current: Key::new(&there.current),
            candidate: there.candidate().map(Key::new),
            retiring: retiring.map(|leaving| leaving.key_id),
            aborting: there.aborting().map(|(leaving, _)| leaving.key_id),
            group: there.group.members.clone(),
            public_keys: there.account.len(),
            deploying: there.deploying.clone(),
            edges: match &there.trust {
                EdgeTrust::None => None,
                EdgeTrust::State { delegated, published, root } => Some(Edges {
                    delegated: ids(delegated),
                    published: ids(published),
                    root_key_at_hand: *root == RootKey::AtHand,
                }),
            },
            next: None,
        }
    }

    pub(super) fn with(mut self, next: &Result<Next, Refused>, overdue_seconds: u64) -> Self {
        let wait = match next {
            Ok(Next::Wait(wait)) => Some(wait),
            _ => None,
        };
        self.next = Some(Following {
            change: match next {
                Ok(Next::Do(step)) => Some(step.to_string()),
                _ => None,
            },
            waits_for: wait.map(Wait::name),
            until: wait.and_then(Wait::until).map(UnixTime::as_seconds),
            message: match next {
                Err(refused) => Some(refused.to_string()),
                Ok(_) => wait.map(Wait::to_string),
            },
            overdue_seconds,
        });
        self
    }

    /// What a rotation would do.
    pub(super) fn plan(&self) -> String {
        let Key { key_id, .. } = &self.current;
        let trust = match &self.edges {
            None => "  2. add it to the key group; wait until that is deployed",
            Some(Edges { root_key_at_hand: true, .. }) => {
                "  2. add it to the key group and to the delegation; wait until both have reached the edges"
            }
            Some(_) => {
                "  2. add it to the key group; wait until you have delegated it, and until both have reached the edges"
            }
        };
        format!(
            "{self}\na rotation would\n  1. make a key pair, and store it beside `{key_id}`\n{trust}\n  3. switch: sign with it\n  4. finish: remove `{key_id}` once its last pass has ended"
        )
    }
}

impl Key {
    fn new(key: &StoredKey) -> Self {
        let (algorithm, custody) = (key.algorithm().name(), key.custody().name());
        Self { key_id: key.key_id.clone(), algorithm, custody }
    }
}

fn ids(keys: &[DelegatedKey]) -> Vec<String> {
    let id = |key: &DelegatedKey| key.id.clone().unwrap_or_else(|| "(any id)".to_owned());
    keys.iter().filter(|key| key.key_use == policy::KeyUse::CloudFront).map(id).collect()
}

impl fmt::Display for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { current, candidate, group, public_keys, .. } = self;
        write!(f, "signs:     {current}")?;
        if let Some(candidate) = candidate {
            write!(f, "\ncandidate: {candidate}")?;
        }
        for (what, id) in [("leaves:   ", &self.retiring), ("given up: ", &self.aborting)] {
            if let Some(id) = id {
                write!(f, "\n{what} {id}")?;
            }
        }
        let (members, most) = (group.join(", "), MAX_GROUP_KEYS);
        write!(f, "\nkey group: {members} ({} of {most} keys)", group.len())?;
        write!(f, "\naccount:   {public_keys} of {MAX_ACCOUNT_KEYS} public keys")?;
        if !self.deploying.is_empty() {
            write!(f, "\ndeploying: {}", self.deploying.join(", "))?;
        }
        match &self.edges {
            None => f.write_str("\nedges:     no validator runs there")?,
            Some(Edges { delegated, published, .. }) => {
                let (delegated, published) = (delegated.join(", "), published.join(", "));
                write!(f, "\nedges:     {delegated} delegated; {published} published")?;
            }
        }
        if let Some(next) = &self.next {
            let text = next.change.as_ref().or(next.message.as_ref());
            write!(f, "\nnext:      {}", text.map_or("nothing", String::as_str))?;
        }
        Ok(())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key_id, algorithm, custody } = self;
        write!(f, "{key_id}, {algorithm}, {custody}")
    }
}
