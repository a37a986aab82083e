//! The case: conclusions from the evidence that several causes need, drawn once.

use core::net::IpAddr;

use policy::{CloudFrontError, Field, Ipv4Network, Policy, PolicyFault, UnixTime};

use crate::authorship::{self, Authorship};
use crate::error_page::ErrorPage;
use crate::evidence::{
    Behavior, Clock, Distribution, Evidence, KnownKey, Origin, OriginKind, Response,
};
use crate::key_id::KeyIdForm;
use crate::need::Need;
use crate::pass::{Pass, as_sent, percent_decoded};
use crate::route::Detour;
use crate::source::{Answer, Source};
use crate::target::Target;

/// The evidence, and what follows from it.
pub(crate) struct Case<'e> {
    pub(crate) evidence: &'e Evidence,
    /// When it happened: as said, by the response, or by this machine's clock.
    pub(crate) now: UnixTime,
    pub(crate) answer: Option<Answer>,
    pub(crate) outcome: Outcome,
    pub(crate) source: Source,
    /// The page that the distribution served in place of an error, if the answer is one.
    pub(crate) error_page: Option<ErrorPage>,
    /// The server that answered in place of CloudFront, if one did.
    pub(crate) detour: Option<Detour>,
    pub(crate) target: Option<Target>,
    pub(crate) in_url: Pass,
    pub(crate) in_cookies: Pass,
    /// The decoded policy, read; of canned ones the dates only.
    pub(crate) policy: Option<Result<Policy, PolicyFault>>,
    pub(crate) authorship: Option<Authorship<'e>>,
}

/// What the status says of the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It was refused; so is every request of which no answer is known, since people ask why.
    Refused,
    /// It was let in, or redirected.
    LetIn,
    /// Something broke before there was an answer.
    Failed,
}

impl Outcome {
    const fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=399) => Self::LetIn,
            Some(500..=599) => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// The key of the object that CloudFront asks a bucket for.
#[derive(Clone, Debug)]
pub(crate) struct ObjectKey {
    pub(crate) key: String,
    /// Whether a function may have changed the path on the way.
    pub(crate) may_differ: bool,
}

impl<'e> Case<'e> {
    pub(crate) fn of(evidence: &'e Evidence) -> Self {
        let response = evidence.response.as_ref();
        let answer = response.map(Answer::of);
        let target = target(evidence);
        let distribution = evidence.distribution.as_ref();
        let error_page = match (&answer, response) {
            (Some(answer), Some(response)) => ErrorPage::of(response, answer, distribution),
            _ => None,
        };
        let detour = Detour::of(target.as_ref(), response, answer.as_ref(), distribution);
        let status = response.and_then(|response| response.status);
        let outcome = match error_page {
            // The page has a status of its own.
            Some(_) => Outcome::Refused,
            None => Outcome::of(status),
        };
        let source = match (&answer, response) {
            _ if error_page.is_some() => Source::Unknown,
            _ if outcome == Outcome::LetIn => Source::Nobody,
            _ if detour.is_some() => Source::NotCloudFront,
            (Some(answer), Some(response)) => answer.source(response),
            _ => Source::Unknown,
        };
        let now = match evidence.clock {
            Clock::Given => evidence.now,
            Clock::Machine => response.and_then(Response::date).unwrap_or(evidence.now),
        };
        let query = target.as_ref().and_then(|target| target.query.as_deref());
        let in_url = Pass::of_query(query.unwrap_or_default());
        let in_cookies = Pass::of_cookies(&cookies(evidence));
        let mut case = Self {
            evidence,
            now,
            answer,
            outcome,
            source,
            error_page,
            detour,
            target,
            in_url,
            in_cookies,
            policy: None,
            authorship: None,
        };
        case.policy = case.pass().and_then(|pass| pass.encoded(Field::Policy)).map(|policy| {
            // Whether line breaks around a policy were signed is for the signature to tell.
            Policy::read(policy.bytes.trim_ascii())
        });
        let (hosts, prefixes) = (case.hosts(), case.path_prefixes());
        let signed = case.signed_target();
        let found = case.pass().and_then(|pass| {
            let urls = authorship::Urls {
                requested: case.target.as_ref(),
                signed: signed.as_ref(),
                hosts: &hosts,
                prefixes: &prefixes,
            };
            authorship::find(pass, &urls, &evidence.keys)
        });
        case.authorship = found;
        case
    }

    /// The URL that was signed, as far as somebody said so.
    pub(crate) fn signed_target(&self) -> Option<Target> {
        self.evidence.signed_url.as_deref().and_then(Target::read)
    }

    /// The deepest folder that holds both the URL that was signed and the one requested, or the
    /// folder of the one requested, without its last slash.
    pub(crate) fn common_folder(&self) -> Option<String> {
        let requested = self.target.as_ref()?;
        let of_signature = self.authorship.as_ref().and_then(|it| it.url.as_deref());
        let signed = of_signature.and_then(Target::read).or_else(|| self.signed_target());
        let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut common = folder(&requested.path);
        if let Some(signed) = signed.filter(|signed| signed.host == requested.host) {
            while !common.is_empty() && !signed.path.starts_with(&format!("{common}/")) {
                common = folder(&common);
            }
        }
        Some(format!("{}://{}{common}", requested.scheme, requested.host))
    }

    /// Whether the viewer's pass is in cookies, or would be if it arrived.
    pub(crate) fn is_by_cookie(&self) -> bool {
        self.in_url.is_empty()
            && (!self.in_cookies.is_empty() || !self.evidence.set_cookies.is_empty())
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

    /// Whether the distribution says that nobody looks at passes, and the answer does not contradict
    /// it.
    pub(crate) fn checks_no_pass(&self) -> bool {
        self.source == Source::Unknown
            && self
                .behavior()
                .is_some_and(|behavior| !behavior.is_signed() && !behavior.has_viewer_function())
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

    /// The service behind CloudFront, by the origin or else by the answer.
    pub(crate) fn origin_kind(&self) -> Option<OriginKind> {
        let by_answer = match &self.answer {
            Some(Answer::Service(kind, _)) => Some(*kind).filter(|it| *it != OriginKind::Other),
            Some(Answer::S3(_) | Answer::S3Headers) => Some(OriginKind::S3),
            Some(Answer::Website(_)) => Some(OriginKind::S3Website),
            _ => None,
        };
        self.origin().map(Origin::kind).or(by_answer)
    }

    /// The key that CloudFront asks a bucket for: the origin's path, then the URL's.
    pub(crate) fn object_key(&self) -> Option<ObjectKey> {
        let (target, origin) = (self.target.as_ref()?, self.origin()?);
        let distribution = self.distribution()?;
        let path = match target.path.as_str() {
            "/" => format!("/{}", distribution.config.default_root_object.trim_start_matches('/')),
            path => percent_decoded(path),
        };
        let key = format!("{}{path}", origin.origin_path.trim_end_matches('/'));
        Some(ObjectKey {
            key: key.strip_prefix('/').unwrap_or(&key).to_owned(),
            may_differ: self.behavior().is_some_and(Behavior::has_request_function),
        })
    }

    /// An id for a command: of the key that made the signature, else of one that the behaviour
    /// trusts, else the pass's own if it has the form of one.
    pub(crate) fn usable_key_id(&self) -> Option<String> {
        let usable = |id: &&str| KeyIdForm::of(id) == KeyIdForm::PublicKey;
        let signing = self.authorship.as_ref().and_then(|it| it.key.id.as_deref());
        let trusted = self.trusted_key_ids().and_then(|(ids, _)| ids.first().copied());
        let named = self.key_id().filter(usable);
        signing
            .filter(|id| policy::check_key_id(id).is_ok())
            .or(named)
            .or(trusted.filter(usable))
            .map(str::to_owned)
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
                    names.push(format!("the key group `{}` ({group})", given.config.name));
                }
                (None, Some(active)) => {
                    ids.extend(active.key_pair_ids.items.iter().map(String::as_str));
                    names.push(format!("the key group {group}"));
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

    /// Whether CloudFront found a pass in the request, and there is none in what was given.
    fn lacks_the_pass(&self) -> bool {
        let found = match self.answer {
            Some(Answer::CloudFront(error)) => error != CloudFrontError::MissingKey,
            _ => false,
        };
        found && self.pass().is_none()
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
            Need::SignedUrl => evidence.signed_url.is_some(),
            Need::Url => self.target.is_some() && !self.lacks_the_pass(),
        }
    }

    /// Beginnings of paths in the distribution: of its origins and of its behaviours' patterns.
    fn path_prefixes(&self) -> Vec<String> {
        let Some(distribution) = self.distribution() else { return Vec::new() };
        let origins = distribution.config.origins.items.iter().map(|it| it.origin_path.clone());
        let patterns = distribution.config.cache_behaviors.items.iter();
        let patterns = patterns.filter_map(|behavior| literal_folder(&behavior.path_pattern));
        origins.chain(patterns).filter(|prefix| !prefix.is_empty()).take(16).collect()
    }

    /// Hosts of the same distribution and of its origins.
    fn hosts(&self) -> Vec<String> {
        let Some(distribution) = self.distribution() else { return Vec::new() };
        let aliases = distribution.config.aliases.items.iter().cloned();
        let own = distribution.state.iter().map(|state| state.domain_name.clone());
        let origins = distribution.config.origins.items.iter().map(|it| it.domain_name.clone());
        aliases.chain(own).chain(origins).take(8).collect()
    }
}

/// The literal beginning of a path pattern: `/media` of `/media/*`.
fn literal_folder(pattern: &str) -> Option<String> {
    let literal = pattern.split(['*', '?']).next()?;
    let folder = literal.rsplit_once('/')?.0.trim_start_matches('/');
    (!folder.is_empty()).then(|| format!("/{folder}"))
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
