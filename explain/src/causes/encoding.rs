//! How the values of a pass are written.

use policy::{
    Carrier, CloudFrontError, Field, Ipv4NetworkFault, KeyKind, MAX_SIGNED_COOKIE_BYTES,
    PolicyFault, UnixTime,
};

use super::resource::departures;
use super::{PASS, SIGN_COOKIES, SIGN_URL, by_cookie, by_url};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::encoded::{Encoded, Form};
use crate::need::Need;
use crate::pass::Pass;
use crate::rewriting::Change;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "truncated-cookie",
        about: About::Encoding,
        title: "a value of the pass is cut off",
        meaning: "Browsers drop or cut cookies above about 4 KB, log viewers and chat programs cut long URLs, and a `;` or line break inside a value ends it. A cut value shows: signatures have a fixed length, and base64 comes in groups of four.",
        fix: &[
            Fix::when(
                by_cookie,
                "shorten the policy's resource; edgepass sign cookies refuses what browsers would drop",
            ),
            Fix::new("copy the whole value: a signature by an RSA-2048 key has 344 characters"),
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: truncated,
    },
    Cause {
        id: "wrong-base64-alphabet",
        about: About::Encoding,
        title: "a value of the pass is not written in CloudFront's base64",
        meaning: "CloudFront takes plain base64 with `-` for `+`, `_` for `=` and `~` for `/`. That is not base64url, in which `_` is a digit and the padding is left out. A `+` of plain base64 in a URL becomes a space. Functions that set cookies often encode the value once more, and CloudFront does not decode it.",
        fix: &[
            Fix::when(encoded_again, "send the value raw, as the signer returned it:"),
            Fix::when(encoded_again, "PHP: setrawcookie() in place of setcookie()"),
            Fix::when(encoded_again, "Express: res.cookie(name, value, { encode: String })"),
            Fix::when(
                encoded_again,
                "Laravel: cookie($name, $value, raw: true), and the names of the cookies in the exceptions of EncryptCookies",
            ),
            Fix::when(encoded_again, "Django: response.set_cookie(), not set_signed_cookie()"),
            Fix::when(
                encoded_again,
                "Rails: response.add_header(\"Set-Cookie\", ...) in place of cookies[...]",
            ),
            Fix::when(
                in_other_alphabet,
                "translate the signer's base64: openssl base64 -A | tr -- '+=/' '-_~'",
            ),
            Fix::when(
                encoded_again_in_url,
                "put the signer's URL into the page as it is; do not pass it through encodeURIComponent or a form encoder",
            ),
            Fix::new("or let a signer write the values:"),
            SIGN_URL,
            SIGN_COOKIES,
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: wrong_alphabet,
    },
    Cause {
        id: "policy-malformed",
        about: About::Encoding,
        title: "CloudFront cannot read the policy, or it is not the text that was signed",
        meaning: "A policy has one statement with Resource and Condition. The Condition has DateLessThan, times are bare numbers, and an address is one IPv4 network. A canned policy is signed over CloudFront's exact text, without white space and in CloudFront's order; JSON writers differ from it in small ways.",
        fix: &[
            Fix::new("write policies with a signer:"),
            SIGN_URL,
            SIGN_COOKIES,
            Fix::new("see what the pass says: edgepass inspect 'URL'"),
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
                "`{name}` has a `{symbol}`, which is plain base64; CloudFront writes `-` for `+`, `_` for `=`, `~` for `/`"
            )),
            Form::UrlSafe => facts.push(format!(
                "`{name}` has `_` in its middle, which is base64url; CloudFront writes `~` there and `_` for the padding only"
            )),
            Form::PercentEncoded => {
                facts.push(format!("`{name}` was percent-encoded once more than it should be"));
            }
            Form::Quoted => facts.push(format!(
                "`{name}` is in double quotes, which CloudFront takes for part of the value"
            )),
            Form::Foreign { symbol } => facts.push(format!(
                "`{name}` has `{}`, which is not a symbol of base64",
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
            facts.push("written in CloudFront's base64, the signature holds".to_owned());
        }
        return Verdict::Found(certainty, facts);
    }
    match case.whole_pass() {
        Some(_) => Verdict::ruled_out("its values are in CloudFront's base64"),
        None if case.said(CloudFrontError::MalformedSignature) => {
            Verdict::likely(["CloudFront could not decode the signature".to_owned()])
        }
        None => Verdict::Open,
    }
}

/// Whether a value of the pass has one of these forms.
fn has_form(case: &Case<'_>, of: fn(Form) -> bool) -> bool {
    let Some(pass) = case.pass() else { return true };
    ENCODED.into_iter().filter_map(|field| pass.encoded(field)).any(|it| of(it.form))
}

fn is_encoded_again(form: Form) -> bool {
    matches!(form, Form::PercentEncoded | Form::Quoted)
}

fn encoded_again(case: &Case<'_>) -> bool {
    by_cookie(case) && has_form(case, is_encoded_again)
}

fn encoded_again_in_url(case: &Case<'_>) -> bool {
    by_url(case) && has_form(case, is_encoded_again)
}

fn in_other_alphabet(case: &Case<'_>) -> bool {
    has_form(case, |form| !is_encoded_again(form) && form != Form::CloudFront)
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
            "the resource `{}` names no protocol; by AWS's page on cookies it has to begin with `http://` or `https://`",
            policy.resource()
        )]);
    }
    // A policy beside an expiry refuses nothing: a widely used signer writes both (the package
    // aws-cloudfront-sign), and its passes are good.
    match case.whole_pass() {
        Some(_) if case.said(CloudFrontError::MalformedPolicy) => {
            Verdict::likely(["CloudFront says so: MalformedPolicy".to_owned()])
        }
        Some(_) => Verdict::ruled_out("CloudFront can read the policy"),
        None => Verdict::Open,
    }
}

fn is_cut_policy(pass: &Pass) -> bool {
    pass.encoded(Field::Policy).is_some_and(|policy| {
        let text = policy.bytes.trim_ascii();
        text.starts_with(b"{") && !text.ends_with(b"}")
    })
}

/// How sure it is that CloudFront refuses it too: Edgepass is the stricter reader.
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
