//! Which URLs a pass is for.

use policy::{Carrier, CloudFrontError, Field, ResourcePattern, Section, wildcards_match};

use super::{PASS, SIGN_COOKIES, SIGN_URL};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::difference::{common, marked};
use crate::need::Need;
use crate::pass::percent_decoded;
use crate::relatives::is_part_of_a_stream;
use crate::rewriting::{Change, changes_between};
use crate::target::Target;

/// The everyday mistake of HLS and DASH comes before the rare ones.
pub(super) const ANOTHER_URL: &[Cause] = &[Cause {
    id: "signature-of-another-url",
    about: About::Resource,
    title: "the signature is that of another URL, such as the playlist's on its segments",
    meaning: "A canned policy is good for exactly one URL. A player that puts the query of a playlist's signed URL behind every segment sends a signature that fits none of them; most players send nothing at all. A proxy that changes the path after signing does the same. Segments need a pass for a pattern: cookies, or a custom policy whose query goes behind every URL.",
    fix: &[
        Fix::new(
            "one pass for all files of the stream, as cookies: edgepass sign cookies '{folder}/*' --key private.pem --key-id {key_id} --expires +12h",
        ),
        Fix::new(
            "or one query for all of them, which the player or the playlist puts behind each URL: edgepass sign url '{url}' --resource '{folder}/*' --key private.pem --key-id {key_id} --expires +12h",
        ),
        Fix::new(
            "behind a proxy: sign the path that CloudFront gets, not the one that the viewer sees",
        ),
    ],
    needs: &[Need::Url, Need::PublicKey, Need::SignedUrl],
    sources: PASS,
    check: signature_of_another_url,
}];

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "canned-policy-for-pattern",
        about: About::Resource,
        title: "a pattern was signed with a canned policy, which is for one exact URL",
        meaning: "CloudFront rebuilds a canned policy from the URL that is requested, which has no `*`, so a signature over `https://host/*` never holds. Most SDKs sign a pattern with a canned policy without a warning; it needs a custom policy. Cookies with CloudFront-Expires in place of CloudFront-Policy are canned too, and good for one single URL.",
        fix: &[
            Fix::new(
                "edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
            ),
            Fix::new(
                "with an SDK: give it the policy itself (getSignedCookies({ policy }), get_signed_url with a policy), not a URL and an expiry",
            ),
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: canned_policy_for_pattern,
    },
    Cause {
        id: "url-re-encoded",
        about: About::Resource,
        title: "the URL was encoded differently when it was requested than when it was signed",
        meaning: "The signature covers the characters of the URL as they are sent. SDKs, HTTP clients, browsers, templates and proxies percent-encode and decode on the way: a space as `%20` or `+`, `'` as `%27`, `~` as `%7E`, `&` as `&amp;`. People see one URL, the signature sees two.",
        fix: &[
            Fix::new("encode the URL first, sign the encoded text, and pass on exactly that text"),
            Fix::new(
                "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h    # refuses what a client would change, and says what to write",
            ),
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: url_re_encoded,
    },
    Cause {
        id: "url-changed-after-signing",
        about: About::Resource,
        title: "the query of the URL was changed after signing",
        meaning: "Query parameters are part of what is signed. They change afterwards where analytics or a cache buster adds one, where a player adds `_HLS_msn`, or where a shell cuts an unquoted URL at its first `&`.",
        fix: &[
            Fix::new(
                "add parameters before signing, or allow any with a pattern: edgepass sign url '{url}' --resource '{url}?*' --key private.pem --key-id {key_id} --expires +12h",
            ),
            Fix::new("put URLs in quotes in a shell"),
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: url_changed_after_signing,
    },
    Cause {
        id: "resource-mismatch",
        about: About::Resource,
        title: "the pass is for another resource",
        meaning: "CloudFront compares the requested URL with the signed resource in four sections: protocol, domain, path, query. A wildcard stays within its section, upper and lower case differ, and the domain is the host that the viewer asks, not the bucket's.",
        fix: &[
            Fix::new("sign what the viewer requests:"),
            SIGN_URL,
            SIGN_COOKIES,
            Fix::when(
                super::by_url,
                "or a pattern that covers it: edgepass sign cookies '{folder}/*' --key private.pem --key-id {key_id} --expires +12h",
            ),
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: resource_mismatch,
    },
];

/// A canned pass in a URL; CloudFront's answer does not contradict it.
fn canned_in_url<'c>(case: &'c Case<'_>) -> Option<&'c Target> {
    let whole = case.whole_pass()?;
    let canned = whole.carrier == Carrier::Url && whole.value(Field::Policy).is_none();
    case.target.as_ref().filter(|_| canned)
}

fn signature_of_another_url(case: &Case<'_>) -> Verdict {
    if let Some(facts) = departures(case, Change::AnotherUrl) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    let Some(target) = canned_in_url(case) else {
        return match case.whole_pass() {
            Some(_) => Verdict::ruled_out("the pass does not depend on one URL"),
            None => Verdict::Open,
        };
    };
    if case.authorship.is_some() {
        return Verdict::ruled_out("the signature tells what was signed");
    }
    if let Some(verdict) = given_as_signed(case, target) {
        return verdict;
    }
    let part = is_part_of_a_stream(&target.path);
    let habit = "players ask for such files because a playlist or manifest names them; the signature is probably the playlist's".to_owned();
    match case.named_key() {
        Some(key) => {
            let fact = format!(
                "the signature by {} holds neither for the requested URL nor for a playlist near it that was tried",
                key.name()
            );
            if part { Verdict::likely([fact, habit]) } else { Verdict::possible([fact]) }
        }
        None if part && case.said(CloudFrontError::AccessDenied) => Verdict::likely([
            format!(
                "`{}` is part of a stream, and a canned policy is good for one URL",
                target.path
            ),
            habit,
        ]),
        None => Verdict::Open,
    }
}

/// What the URL that somebody says was signed tells without a key.
fn given_as_signed(case: &Case<'_>, target: &Target) -> Option<Verdict> {
    let signed = case.signed_target()?;
    let changes = changes_between(&signed, target);
    if changes.is_empty() {
        return None;
    }
    let query = signed.query.as_deref().unwrap_or_default();
    let theirs = crate::pass::Pass::of_query(query);
    let same = theirs.value(Field::Signature).is_some()
        && theirs.value(Field::Signature) == case.in_url.value(Field::Signature);
    if !changes.contains(&Change::AnotherUrl) {
        return None;
    }
    let mut facts = marked("path", &signed.path, &target.path);
    if same {
        facts.insert(
            0,
            "both URLs have the same signature, and a canned one is good for one URL".to_owned(),
        );
        return Some(Verdict::Found(Certainty::Proved, facts));
    }
    facts.insert(0, "the URL given with `--signed-url` is another one".to_owned());
    Some(Verdict::Found(Certainty::Likely, facts))
}

fn canned_policy_for_pattern(case: &Case<'_>) -> Verdict {
    if let Some(facts) = departures(case, Change::Pattern) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    let Some(pass) = case.whole_pass() else { return Verdict::Open };
    let canned = pass.value(Field::Policy).is_none();
    if !canned {
        return Verdict::ruled_out("its policy is a custom one");
    }
    if case.authorship.is_some() {
        return Verdict::ruled_out("the signature holds for a URL");
    }
    let one_url =
        "cookies with CloudFront-Expires are good for one URL; which one, they do not say"
            .to_owned();
    match (pass.carrier, case.named_key()) {
        (Carrier::Cookie, Some(key)) => Verdict::likely([
            one_url,
            format!("the signature by {} does not hold for the requested one", key.name()),
        ]),
        (Carrier::Cookie, None) => Verdict::possible([one_url]),
        (Carrier::Url, _) => Verdict::Open,
    }
}

fn url_re_encoded(case: &Case<'_>) -> Verdict {
    if let Some(facts) = departures(case, Change::Encoded) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    if let Some(name) = escaped_parameter(case) {
        return Verdict::proved([format!(
            "the parameter is called `{name}`: `&` became `&amp;` where the URL was written into HTML or XML"
        )]);
    }
    undecided(case)
}

/// `amp;Signature` and the like.
fn escaped_parameter<'c>(case: &'c Case<'_>) -> Option<&'c str> {
    let query = case.target.as_ref()?.query.as_deref()?;
    let name = |part: &'c str| part.split('=').next().unwrap_or(part);
    query.split('&').map(name).find(|name| {
        let rest = name.strip_prefix("amp;");
        rest.is_some_and(|name| Field::named(Carrier::Url, name).is_some())
    })
}

fn url_changed_after_signing(case: &Case<'_>) -> Verdict {
    if let Some(facts) = departures(case, Change::Query) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    if escaped_parameter(case).is_some() {
        return Verdict::ruled_out("see url-re-encoded");
    }
    let lacks = case.in_url.lacks();
    if !case.in_url.is_empty() && !lacks.is_empty() && case.in_cookies.is_empty() {
        return Verdict::likely([format!(
            "the URL has signing parameters but no {}: it was cut off, as a shell cuts an unquoted URL at `&`",
            lacks.join(" and no ")
        )]);
    }
    undecided(case)
}

fn resource_mismatch(case: &Case<'_>) -> Verdict {
    if let Some(facts) = departures(case, Change::Other) {
        return Verdict::Found(Certainty::Proved, facts);
    }
    if case.edgepass_code() == Some("resource-mismatch") {
        return Verdict::proved(["the edge says so in `x-edgepass-reason`".to_owned()]);
    }
    let unproven = case.whole_pass().is_some() && case.authorship.is_none();
    let canned = case.pass().is_some_and(|pass| pass.value(Field::Policy).is_none());
    match case.named_key() {
        Some(key) if unproven && canned => Verdict::possible([format!(
            "the signature by {} holds neither for the requested URL nor for any other that was tried",
            key.name()
        )]),
        _ => undecided(case),
    }
}

/// Without a finding: whether the matter is closed.
fn undecided(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.whole_pass() else { return Verdict::Open };
    if pass.value(Field::Policy).is_some() {
        return match (&case.policy, &case.target) {
            (Some(Ok(_)), Some(_)) => Verdict::ruled_out("the policy's resource covers the URL"),
            _ => Verdict::Open,
        };
    }
    match &case.authorship {
        Some(_) => Verdict::ruled_out("the signature tells what was signed"),
        None if case.said(CloudFrontError::AccessDenied) && case.evidence.keys.is_empty() => {
            Verdict::possible([
                "the URL is part of what is signed; the public key would tell whether it is the signed one".to_owned(),
            ])
        }
        None => Verdict::Open,
    }
}

/// The facts about changes of one kind, None if there are none.
pub(super) fn departures(case: &Case<'_>, kind: Change) -> Option<Vec<String>> {
    let target = case.target.as_ref()?;
    let facts = match case.readable_policy() {
        Some(policy) => pattern_departures(policy.resource(), target, kind),
        None => url_departures(case, target, kind),
    };
    (!facts.is_empty()).then_some(facts)
}

/// From the URL for which the signature of a canned policy holds.
fn url_departures(case: &Case<'_>, target: &Target, kind: Change) -> Vec<String> {
    let Some(authorship) = &case.authorship else { return Vec::new() };
    let mut facts: Vec<String> = authorship
        .changes
        .iter()
        .filter(|(change, _)| *change == kind)
        .map(|(_, what)| format!("the signature by {} shows: {what}", authorship.key.name()))
        .collect();
    if facts.is_empty() || matches!(kind, Change::Pattern | Change::Text) {
        return facts;
    }
    let Some(signed) = authorship.url.as_deref().and_then(Target::read) else { return facts };
    for section in SECTIONS {
        let (one, other) = (signed.section(section), target.section(section));
        if one == other {
            continue;
        }
        if section == Section::Query {
            facts.extend(query_difference(&one, &other));
        } else {
            facts.extend(marked(&section.to_string(), &one, &other));
        }
    }
    facts
}

const SECTIONS: [Section; 4] = [Section::Protocol, Section::Domain, Section::Path, Section::Query];

/// From the resource of a custom policy.
fn pattern_departures(resource: &str, target: &Target, kind: Change) -> Vec<String> {
    let Ok(pattern) = resource.parse::<ResourcePattern>() else { return Vec::new() };
    let mut facts = Vec::new();
    for section in SECTIONS {
        let (signed, requested) = (pattern.section(section), target.section(section));
        if wildcards_match(signed, &requested) || change(section, signed, &requested) != kind {
            continue;
        }
        if section == Section::Query {
            facts.extend(query_difference(signed, &requested));
        } else if let Some((start, _)) = signed.split_once('*')
            && common(start, &requested) == start.chars().count()
        {
            facts.push(format!("the {section} `{requested}` does not match the signed `{signed}`"));
            let end = signed.rsplit('*').next().unwrap_or_default();
            if !end.is_empty() && !requested.ends_with(end) {
                facts.push(format!(
                    "it begins with `{start}` as it should, but does not end with `{end}`"
                ));
            }
        } else {
            facts.extend(marked(&section.to_string(), signed, &requested));
        }
    }
    facts
}

/// Which kind of change makes one section of the other.
fn change(section: Section, signed: &str, requested: &str) -> Change {
    let same = |one: &str, other: &str| wildcards_match(one, other);
    let decoded = percent_decoded(requested);
    let as_spaces = |text: &str| text.replace('+', " ");
    let encoded = same(signed, &decoded)
        || same(&percent_decoded(signed), &decoded)
        || same(&as_spaces(&percent_decoded(signed)), &as_spaces(&decoded));
    match section {
        Section::Protocol => Change::Scheme,
        Section::Domain => Change::Other,
        Section::Path | Section::Query if encoded => Change::Encoded,
        Section::Path => Change::Other,
        Section::Query => Change::Query,
    }
}

/// Which parameters differ, without their values: those may be secrets.
fn query_difference(signed: &str, requested: &str) -> Vec<String> {
    let name = |part: &str| part.split('=').next().unwrap_or_default().to_owned();
    let parts = |query: &str| -> Vec<String> {
        query.split('&').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (signed, requested) = (parts(signed), parts(requested));
    let named = |parts: &[String], wanted: &str| parts.iter().any(|part| name(part) == wanted);
    let mut facts = Vec::new();
    for part in &requested {
        let name = name(part);
        if !named(&signed, &name) && !signed.iter().any(|part| part.contains('*')) {
            facts.push(format!("the query parameter `{name}` was not signed"));
        } else if let Some(other) = signed.iter().find(|other| self::named(other) == name)
            && other != part
        {
            let at = common(other, part).saturating_sub(name.len() + 1) + 1;
            facts.push(format!(
                "the value of the query parameter `{name}` differs from character {at}"
            ));
        }
    }
    for part in &signed {
        let name = name(part);
        if !named(&requested, &name) && !part.contains('*') {
            facts.push(format!("the signed query parameter `{name}` is missing"));
        }
    }
    if facts.is_empty() {
        facts.push("the query parameters are in another order than the signed ones".to_owned());
    }
    facts
}

fn named(part: &str) -> &str {
    part.split('=').next().unwrap_or_default()
}
