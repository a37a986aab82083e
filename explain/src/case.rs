//! The case: what follows from the evidence, worked out once for all causes.

use core::net::IpAddr;

use policy::{CloudFrontError, Field, Ipv4Network, Policy, PolicyFault, UnixTime};

use crate::authorship::{self, Authorship};
use crate::cause::Need;
use crate::evidence::{Behavior, Clock, Distribution, Evidence, KnownKey, Origin, Response};
use crate::pass::{Pass, as_sent};
use crate::source::{Answer, Source};
use crate::target::Target;

/// The evidence, and what follows from it.
pub(crate) struct Case<'e> {
    pub(crate) evidence: &'e Evidence,
    /// When it happened: as said, by the response, or by this machine's clock.
    pub(crate) now: UnixTime,
    pub(crate) answer: Option<Answer>,
    pub(crate) source: Source,
    pub(crate) target: Option<Target>,
    pub(crate) in_url: Pass,
    pub(crate) in_cookies: Pass,
    /// The decoded policy, read; of canned ones the dates only.
    pub(crate) policy: Option<Result<Policy, PolicyFault>>,
    pub(crate) authorship: Option<Authorship<'e>>,
}

impl<'e> Case<'e> {
    pub(crate) fn of(evidence: &'e Evidence) -> Self {
        let response = evidence.response.as_ref();
        let answer = response.map(Answer::of);
        let source = match (&answer, response) {
            (Some(answer), Some(response)) => answer.source(response),
            _ => Source::Unknown,
        };
        let now = match evidence.clock {
            Clock::Given => evidence.now,
            Clock::Machine => response.and_then(Response::date).unwrap_or(evidence.now),
        };
        let target = target(evidence);
        let query = target.as_ref().and_then(|target| target.query.as_deref());
        let in_url = Pass::of_query(query.unwrap_or_default());
        let in_cookies = Pass::of_cookies(&cookies(evidence));
        let mut case = Self {
            evidence,
            now,
            answer,
            source,
            target,
            in_url,
            in_cookies,
            policy: None,
            authorship: None,
        };
        case.policy = case.pass().and_then(|pass| pass.encoded(Field::Policy)).map(|policy| {
            // Line breaks around a policy are the signature's business.
            Policy::read(policy.bytes.trim_ascii())
        });
        let hosts = case.hosts();
        let found = case
            .pass()
            .and_then(|pass| authorship::find(pass, case.target.as_ref(), &hosts, &evidence.keys));
        case.authorship = found;
        case
    }

    /// The values that CloudFront looks at: any signing parameter in the URL hides the cookies.
    pub(crate) fn pass(&self) -> Option<&Pass> {
        if !self.in_url.is_empty() {
            Some(&self.in_url)
        } else {
            (!self.in_cookies.is_empty()).then_some(&self.in_cookies)
        }
    }

    /// The pass, if it has all that it needs.
    pub(crate) fn whole_pass(&self) -> Option<&Pass> {
        self.pass().filter(|pass| pass.is_whole())
    }

    /// The policy, if it can be read.
    pub(crate) fn readable_policy(&self) -> Option<&Policy> {
        self.policy.as_ref().and_then(|policy| policy.as_ref().ok())
    }

    /// When the pass ends, whatever its policy.
    pub(crate) fn expires(&self) -> Option<UnixTime> {
        match self.readable_policy() {
            Some(policy) => Some(policy.date_less_than()),
            None => UnixTime::from_digits(self.pass()?.value(Field::Expires)?),
        }
    }

    pub(crate) fn starts(&self) -> Option<UnixTime> {
        self.readable_policy()?.date_greater_than()
    }

    pub(crate) fn network(&self) -> Option<Ipv4Network> {
        self.readable_policy()?.source_ip()
    }

    /// The viewer's address: as said, else of the version that curl connected with.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.evidence.address
    }

    pub(crate) fn connected_over_ipv6(&self) -> bool {
        let server = self.evidence.response.as_ref().and_then(|response| response.server);
        server.is_some_and(|server| server.is_ipv6())
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.pass()?.value(Field::KeyPairId)
    }

    /// The known key that CloudFront would verify with.
    pub(crate) fn named_key(&self) -> Option<&'e KnownKey> {
        let id = self.key_id()?;
        self.evidence.keys.iter().find(|key| key.id.as_deref() == Some(id))
    }

    pub(crate) fn method(&self) -> &str {
        let sent = self.evidence.response.as_ref().and_then(|response| response.request.as_ref());
        match (&self.evidence.method, sent) {
            (Some(method), _) => method,
            (None, Some(sent)) => &sent.method,
            (None, None) => "GET",
        }
    }

    pub(crate) fn distribution(&self) -> Option<&'e Distribution> {
        self.evidence.distribution.as_ref()
    }

    /// The behaviours that match the path, the one that answers first.
    pub(crate) fn behaviors(&self) -> Vec<&'e Behavior> {
        match (self.distribution(), &self.target) {
            (Some(distribution), Some(target)) => {
                distribution.behaviors_for(&target.normalised_path())
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn behavior(&self) -> Option<&'e Behavior> {
        self.behaviors().first().copied()
    }

    /// The origin of the behaviour that answers, else the only one that there is.
    pub(crate) fn origin(&self) -> Option<&'e Origin> {
        let distribution = self.distribution()?;
        match self.behavior() {
            Some(behavior) => distribution.origin(&behavior.target_origin_id),
            None => match distribution.config.origins.items.as_slice() {
                [only] => Some(only),
                _ => None,
            },
        }
    }

    /// The keys that the behaviour trusts, and where that is known from; None if it is not.
    pub(crate) fn trusted_key_ids(&self) -> Option<(Vec<&'e str>, Vec<String>)> {
        let behavior = self.behavior()?;
        let groups = &behavior.trusted_key_groups;
        if !groups.enabled || groups.items.is_empty() {
            return None;
        }
        let state = self.distribution().and_then(|distribution| distribution.state.as_ref());
        let (mut ids, mut names) = (Vec::new(), Vec::new());
        for group in &groups.items {
            let given = self.evidence.key_groups.iter().find(|given| given.id == *group);
            let active = state.and_then(|state| {
                state.active_trusted_key_groups.items.iter().find(|it| it.key_group_id == *group)
            });
            match (given, active) {
                (Some(given), _) => {
                    ids.extend(given.config.items.iter().map(String::as_str));
                    names.push(format!("key group `{}` ({group})", given.config.name));
                }
                (None, Some(active)) => {
                    ids.extend(active.key_pair_ids.items.iter().map(String::as_str));
                    names.push(format!("key group {group}"));
                }
                (None, None) => return None,
            }
        }
        Some((ids, names))
    }

    pub(crate) fn said(&self, error: CloudFrontError) -> bool {
        self.answer == Some(Answer::CloudFront(error))
    }

    /// The code of an Edgepass edge.
    pub(crate) fn edgepass_code(&self) -> Option<&str> {
        match &self.answer {
            Some(Answer::Edgepass(code)) => Some(code),
            _ => None,
        }
    }

    /// Whether a piece of evidence is at hand.
    pub(crate) fn has(&self, need: Need) -> bool {
        let evidence = self.evidence;
        match need {
            Need::Address => evidence.address.is_some(),
            Need::BucketPolicy => evidence.bucket_policy.is_some(),
            Need::Distribution => evidence.distribution.is_some(),
            Need::DistributionState => {
                evidence.distribution.as_ref().is_some_and(|it| it.state.is_some())
            }
            Need::KeyGroup => !evidence.key_groups.is_empty() || self.trusted_key_ids().is_some(),
            Need::PublicAccessBlock => evidence.public_access_block.is_some(),
            Need::PublicKey => self.named_key().is_some(),
            Need::Response => evidence.response.is_some(),
            Need::SetCookie => !evidence.set_cookies.is_empty(),
            Need::Url => self.target.is_some(),
        }
    }

    /// Hosts under which the same distribution or its origin is known.
    fn hosts(&self) -> Vec<String> {
        let Some(distribution) = self.distribution() else { return Vec::new() };
        let aliases = distribution.config.aliases.items.iter().cloned();
        let own = distribution.state.iter().map(|state| state.domain_name.clone());
        let origins = distribution.config.origins.items.iter().map(|it| it.domain_name.clone());
        aliases.chain(own).chain(origins).take(8).collect()
    }
}

/// The URL that was given, else the one that curl asked for.
fn target(evidence: &Evidence) -> Option<Target> {
    if let Some(url) = &evidence.url {
        return Target::read(url);
    }
    let sent = evidence.response.as_ref()?.request.as_ref()?;
    let host = sent.header("host")?;
    Target::read(&format!("https://{host}{}", sent.target))
}

/// The cookies that were given, else those that curl sent.
fn cookies(evidence: &Evidence) -> Vec<String> {
    if !evidence.cookies.is_empty() {
        return evidence.cookies.iter().map(|line| as_sent(line).to_owned()).collect();
    }
    let sent = evidence.response.as_ref().and_then(|response| response.request.as_ref());
    sent.map(|sent| sent.cookies()).unwrap_or_default()
}
