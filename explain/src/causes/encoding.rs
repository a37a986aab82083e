//! How the values of a pass are written.

use policy::{
    Carrier, CloudFrontError, Field, Ipv4NetworkFault, KeyKind, MAX_SIGNED_COOKIE_BYTES,
    PolicyFault, UnixTime,
};

use super::PASS;
use super::resource::departures;
use crate::case::Case;
use crate::cause::{About, Cause, Certainty, Need, Verdict};
use crate::encoded::{Encoded, Form};
use crate::pass::Pass;
use crate::rewriting::Change;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "truncated-cookie",
        about: About::Encoding,
        title: "a value of the pass is cut off",
        meaning: "Browsers drop or cut cookies above about 4 KB, log viewers and chat programs cut long URLs, and a `;` or line break inside a value ends it. Signatures have a fixed length and base64 comes in groups of four, so a missing end shows.",
        fix: &[
            "shorten the policy's resource; edgepass sign cookies refuses what browsers would drop",
            "copy the whole value: a signature by an RSA-2048 key has 344 characters",
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: truncated,
    },
    Cause {
        id: "wrong-base64-alphabet",
        about: About::Encoding,
        title: "a value of the pass is in another base64 alphabet than CloudFront's",
        meaning: "CloudFront wants plain base64 with `+` as `-`, `=` as `_` and `/` as `~`. That is not base64url, in which `_` is a digit and padding is left out. Plain base64 loses its `+` as well, which URLs take for a space.",
        fix: &[
            "openssl base64 -A | tr -- '+=/' '-_~'",
            "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: wrong_alphabet,
    },
    Cause {
        id: "policy-malformed",
        about: About::Encoding,
        title: "the policy is not one that CloudFront reads, or not the text that was signed",
        meaning: "A policy has one statement with Resource and Condition, DateLessThan in it, times as bare numbers, an address as one IPv4 network. A canned policy is signed over CloudFront's exact text, without white space and in its order, which JSON writers miss in small ways.",
        fix: &[
            "write policies with a signer: edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
            "see what the pass says: edgepass inspect 'URL'",
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: policy_malformed,
    },
];

const ENCODED: [Field; 2] = [Field::Signature, Field::Policy];

fn truncated(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.pass() else { return Verdict::Open };
    for field in ENCODED {
        let (Some(encoded), Some(text)) = (pass.encoded(field), pass.value(field)) else {
            continue;
        };
        let name = pass.name(field);
        if is_cut(case, field, &encoded) {
            let has = format!(
                "`{name}` has {} characters, {} bytes decoded",
                text.len(),
                encoded.bytes.len()
            );
            let rest = match field {
                Field::Signature => format!("no signature has that length; {}", lengths(case)),
                _ => "its JSON has no end".to_owned(),
            };
            return Verdict::proved([has, rest]);
        }
        if pass.carrier == Carrier::Cookie && name.len() + text.len() > MAX_SIGNED_COOKIE_BYTES {
            return Verdict::likely([format!(
                "`{name}` has {} bytes; browsers drop cookies above about 4096 with their attributes",
                text.len()
            )]);
        }
    }
    match case.whole_pass() {
        Some(_) => Verdict::ruled_out("its values have whole lengths"),
        None => Verdict::Open,
    }
}

fn lengths(case: &Case<'_>) -> String {
    match case.named_key().map(|key| key.kind) {
        Some(KeyKind::Rsa { bits }) => format!("RSA of {bits} bits makes {} bytes", bits / 8),
        Some(KeyKind::P256) => "P-256 makes 70 to 72 bytes".to_owned(),
        None => "RSA-2048 makes 256 bytes, P-256 70 to 72".to_owned(),
    }
}

/// Whether the end is missing, rather than written in another way.
fn is_cut(case: &Case<'_>, field: Field, encoded: &Encoded) -> bool {
    match field {
        Field::Signature => {
            let whole = is_whole_signature(case, &encoded.bytes);
            !whole && matches!(encoded.form, Form::CloudFront | Form::CloudFrontUnpadded)
        }
        _ => {
            let text = encoded.bytes.trim_ascii();
            text.starts_with(b"{") && !text.ends_with(b"}")
        }
    }
}

/// Of any kind of key: another one than the named may have signed.
fn is_whole_signature(case: &Case<'_>, bytes: &[u8]) -> bool {
    // ASN.1 DER (X.690): SEQUENCE, then how many bytes follow.
    let der = matches!(bytes, [0x30, length, rest @ ..] if usize::from(*length) == rest.len());
    let named = case.named_key().map(|key| key.kind);
    let rsa = matches!(named, Some(KeyKind::Rsa { bits }) if bytes.len() == bits.div_ceil(8));
    der || rsa || matches!(bytes.len(), 128 | 256 | 384 | 512)
}

fn wrong_alphabet(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.pass() else { return Verdict::Open };
    let mut facts = Vec::new();
    let mut certainty = Certainty::Proved;
    for field in ENCODED {
        let Some(encoded) = pass.encoded(field) else { continue };
        let name = pass.name(field);
        match encoded.form {
            Form::CloudFront => {}
            Form::Plain { symbol } => facts.push(format!(
                "`{name}` has a `{symbol}`, which is plain base64; CloudFront writes `+` as `-`, `=` as `_`, `/` as `~`"
            )),
            Form::UrlSafe => facts.push(format!(
                "`{name}` has `_` in its middle, which is base64url; CloudFront writes `~` there and `_` for the padding only"
            )),
            Form::PercentEncoded => {
                facts.push(format!("`{name}` is percent-encoded once more than it should be"));
            }
            Form::Foreign { symbol } => facts.push(format!(
                "`{name}` has `{}`, which is a symbol of no base64",
                symbol.escape_debug()
            )),
            Form::CloudFrontUnpadded if !is_cut(case, field, &encoded) => {
                facts.push(format!("`{name}` lacks its padding `_`, as base64url does"));
                certainty = Certainty::Likely;
            }
            Form::CloudFrontUnpadded => {}
        }
    }
    if !facts.is_empty() {
        if case.authorship.as_ref().is_some_and(|authorship| authorship.changes.is_empty()) {
            facts.push("read in that other form, the signature holds".to_owned());
        }
        return Verdict::Found(certainty, facts);
    }
    match case.whole_pass() {
        Some(_) => Verdict::ruled_out("its values are CloudFront's base64"),
        None if case.said(CloudFrontError::MalformedSignature) => {
            Verdict::likely(["CloudFront could not decode the signature".to_owned()])
        }
        None => Verdict::Open,
    }
}

fn policy_malformed(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.pass() else {
        return match (case.edgepass_code(), case.said(CloudFrontError::MalformedPolicy)) {
            (Some("policy-malformed" | "condition-unsupported"), _) => {
                Verdict::proved(["the edge says so in `x-edgepass-reason`".to_owned()])
            }
            (_, true) => Verdict::likely(["CloudFront says so: MalformedPolicy".to_owned()]),
            _ => Verdict::Open,
        };
    };
    if let Some(Err(fault)) = &case.policy {
        if is_cut_policy(pass) {
            return Verdict::ruled_out("it is cut off: see truncated-cookie");
        }
        return match certainty(fault) {
            Some(certainty) => {
                let certainty = match case.said(CloudFrontError::MalformedPolicy) {
                    true => Certainty::Proved,
                    false => certainty,
                };
                Verdict::Found(certainty, vec![fault.to_string()])
            }
            None => Verdict::ruled_out("AWS allows a policy without Resource"),
        };
    }
    if let Some(expires) = pass.value(Field::Expires)
        && UnixTime::from_digits(expires).is_none()
    {
        return Verdict::proved([format!(
            "`{}` is not a whole number of seconds",
            pass.name(Field::Expires)
        )]);
    }
    let text = case
        .authorship
        .as_ref()
        .is_some_and(|it| it.changes.iter().any(|(change, _)| *change == Change::Text));
    if let Some(authorship) = case.authorship.as_ref().filter(|_| text) {
        let facts = departures(case, Change::Text)
            .unwrap_or_else(|| authorship.changes.iter().map(|(_, what)| what.clone()).collect());
        return Verdict::Found(Certainty::Proved, facts);
    }
    if let Some(policy) = case.readable_policy()
        && pass.carrier == Carrier::Cookie
        && policy.resource().starts_with('*')
    {
        return Verdict::possible([format!(
            "the resource `{}` names no protocol; AWS's page on cookies wants `http://` or `https://`",
            policy.resource()
        )]);
    }
    if pass.value(Field::Expires).is_some() && pass.value(Field::Policy).is_some() {
        return Verdict::possible([
            "a policy and an expiry came together; AWS does not say which one counts".to_owned(),
        ]);
    }
    match case.whole_pass() {
        Some(_) if case.said(CloudFrontError::MalformedPolicy) => {
            Verdict::likely(["CloudFront says so: MalformedPolicy".to_owned()])
        }
        Some(_) => Verdict::ruled_out("the policy is one that CloudFront reads"),
        None => Verdict::Open,
    }
}

fn is_cut_policy(pass: &Pass) -> bool {
    pass.encoded(Field::Policy).is_some_and(|policy| {
        let text = policy.bytes.trim_ascii();
        text.starts_with(b"{") && !text.ends_with(b"}")
    })
}

/// How sure it is that CloudFront minds too: Edgepass is the stricter reader.
fn certainty(fault: &PolicyFault) -> Option<Certainty> {
    match fault {
        PolicyFault::Missing { key: "Resource", .. } => None,
        PolicyFault::Missing { .. }
        | PolicyFault::NotJson(_)
        | PolicyFault::Statements { .. }
        | PolicyFault::Type { .. }
        | PolicyFault::Network(Ipv4NetworkFault::Ipv6 | Ipv4NetworkFault::Malformed) => {
            Some(Certainty::Proved)
        }
        PolicyFault::AnyProtocolInCookie
        | PolicyFault::Network(Ipv4NetworkFault::PrefixMissing)
        | PolicyFault::Resource(_)
        | PolicyFault::Unknown { .. }
        | PolicyFault::Unsupported { .. } => Some(Certainty::Likely),
    }
}
