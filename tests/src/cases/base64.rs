//! Stage `find`, continued: policies and signatures that are not CloudFront's base64.

use crate::pass::{KEY_PAIR_ID, POLICY, Pass, RSA_SHA256, SIGNATURE, plain_base64};

use super::draft::{Case, END, FILE, POLICY_UNREADABLE, Refusal, SIGNATURE_UNREADABLE, case};

pub(super) fn cases() -> Vec<Case> {
    const PLAIN: &str = "of plain base64";
    const CUT: &str = "cut off or not padded";
    const SYMBOL: &str = "not base64";
    let signature = canned().value(SIGNATURE).to_owned();
    let bare = signature.trim_end_matches('_').to_owned();
    let policy = custom().value(POLICY).to_owned();
    let signed = |value: String| canned().with(SIGNATURE, value);
    let with_policy = |value: String| custom().with(POLICY, value);
    // The last symbol before `__` carries four bits that no byte uses.
    let stray_bits = format!("{}{}__", &bare[..bare.len() - 1], stray(&bare));
    let rows: Vec<(&str, &str, Pass, Refusal, &str)> = vec![
        (
            "signature-plain-base64",
            "only `openssl base64`, without the `tr`",
            signed(plain_base64(&signature)),
            SIGNATURE_UNREADABLE,
            PLAIN,
        ),
        (
            "signature-padded-with-equals-signs",
            "the padding is `_`",
            signed(format!("{bare}==")),
            SIGNATURE_UNREADABLE,
            PLAIN,
        ),
        (
            "signature-escaped-plain-base64",
            "decodes to `=`",
            signed(format!("{bare}%3D%3D")),
            SIGNATURE_UNREADABLE,
            PLAIN,
        ),
        (
            "signature-not-padded",
            "whole padding is what CloudFront documents",
            signed(bare.clone()),
            SIGNATURE_UNREADABLE,
            CUT,
        ),
        (
            "signature-padded-too-much",
            "one symbol too many",
            signed(format!("{signature}_")),
            SIGNATURE_UNREADABLE,
            CUT,
        ),
        (
            "signature-cut-off",
            "as by a mail program that breaks lines",
            signed(signature[..171].to_owned()),
            SIGNATURE_UNREADABLE,
            CUT,
        ),
        (
            "signature-stray-bits",
            "a second spelling of the same bytes",
            signed(stray_bits),
            SIGNATURE_UNREADABLE,
            CUT,
        ),
        (
            "signature-base64url",
            "`_` is padding, not the digit of base64url",
            signed(format!("_{}", &signature[1..])),
            SIGNATURE_UNREADABLE,
            CUT,
        ),
        (
            "signature-with-escaped-line-feed",
            "MIME line breaks",
            signed(format!("{}%0A{}", &signature[..76], &signature[76..])),
            SIGNATURE_UNREADABLE,
            "`Signature` has characters",
        ),
        (
            "signature-with-other-symbol",
            "`.` is in no base64 alphabet",
            signed(format!(".{}", &signature[1..])),
            SIGNATURE_UNREADABLE,
            SYMBOL,
        ),
        (
            "policy-not-padded",
            "whole padding is what CloudFront documents",
            with_policy(policy.trim_end_matches('_').to_owned()),
            POLICY_UNREADABLE,
            CUT,
        ),
        (
            "policy-cut-off",
            "as by a cookie limit",
            with_policy(policy[..policy.len() - 5].to_owned()),
            POLICY_UNREADABLE,
            CUT,
        ),
        (
            "policy-plain-json",
            "not encoded at all",
            with_policy("{%22Statement%22:[]}".to_owned()),
            POLICY_UNREADABLE,
            SYMBOL,
        ),
        (
            "policy-not-ascii",
            "not UTF-8 when decoded",
            with_policy("%C3%A9".to_owned()),
            POLICY_UNREADABLE,
            "`Policy` has characters",
        ),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(name, comment, pass, refusal, mentions)| {
            case(name, comment).get(pass.on(FILE)).deny(refusal, mentions)
        })
        .collect();
    cases.extend([
        case("signature-plain-base64-in-cookies", "only `openssl base64`, without the `tr`")
            .cookies([signed(plain_base64(&signature)).cookie()])
            .deny(SIGNATURE_UNREADABLE, PLAIN),
        case("signature-escaped-in-cookies", "cookies are not percent-decoded")
            .cookies([signed(signature.replace('~', "%7E")).cookie()])
            .deny(SIGNATURE_UNREADABLE, SYMBOL),
        case("policy-in-quotes-in-cookies", "cookie values are taken as they are, quotes included")
            .cookies([with_policy(format!("\"{policy}\"")).cookie()])
            .deny(POLICY_UNREADABLE, SYMBOL),
        case("policy-cut-off-in-cookies", "as by a cookie limit")
            .cookies([with_policy(policy[..policy.len() - 5].to_owned()).cookie()])
            .deny(POLICY_UNREADABLE, CUT),
        case(
            "signature-malformed-and-key-unknown",
            "the credential is decoded before keys are looked up",
        )
        .get(signed(bare).with(KEY_PAIR_ID, "KUNKNOWN").on(FILE))
        .deny(SIGNATURE_UNREADABLE, CUT),
    ]);
    cases
}

/// Another digit with the same two leading bits as the last one of `text`.
fn stray(text: &str) -> char {
    match text.chars().next_back() {
        Some('A') => 'B',
        Some('Q') => 'R',
        Some('g') => 'h',
        Some('w') => 'x',
        other => panic!("256 bytes end with two bits in a digit, not with {other:?}"),
    }
}

fn canned() -> Pass {
    RSA_SHA256.canned(FILE, END)
}

fn custom() -> Pass {
    RSA_SHA256.custom(super::allow::POLICY_TEXT)
}
