//! Who signed, with which key, and which keys CloudFront trusts.

use policy::{CloudFrontError, Field, Hash};

use super::{CHECK, PASS, SIGN_COOKIES, SIGN_URL};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::key_id::KeyIdForm;
use crate::moment::{distance, rfc3339};
use crate::need::Need;

/// CloudFront looks the id up before anything else of a pass.
pub(super) const WRONG_IDS: &[Cause] = &[
    Cause {
        id: "wrong-key-id",
        about: About::Keys,
        title: "the Key-Pair-Id is not the id of a public key",
        meaning: "Key-Pair-Id is the id that CloudFront gives to a public key when it is uploaded, such as K2JCJMDEHXQW5F. Signers take any text in its place and sign without a complaint: the name of the key, the id of its key group, an access key, or `undefined` where a variable of the environment is not set.",
        fix: &[
            Fix::new(
                "aws cloudfront list-public-keys --query 'PublicKeyList.Items[].[Id,Name]' --output text",
            ),
            Fix::new(
                "give the signer that id, and let it stop where it has none: the SDKs call it keyPairId or key_pair_id",
            ),
            SIGN_URL,
            SIGN_COOKIES,
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: wrong_key_id,
    },
    Cause {
        id: "trusted-signer-account",
        about: About::Keys,
        title: "the pass is signed with an account's key pair that the behaviour does not trust",
        meaning: "An id that begins with APKA is that of a CloudFront key pair of an AWS account, which its root user made. It counts only where the account is among the behaviour's TrustedSigners (`self` is the distribution's own account), and only while the key pair is active. A key group never takes it: AWS recommends key groups, and such key pairs are the older way.",
        fix: &[
            Fix::new(
                "see which key pairs count: aws cloudfront get-distribution --id {distribution_id} --query Distribution.ActiveTrustedSigners",
            ),
            Fix::new(
                "move to a key group: upload a public key (aws cloudfront create-public-key), put it into a group (aws cloudfront create-key-group), name the group in TrustedKeyGroups, and sign with the id of that key",
            ),
            Fix::when(
                trusts_accounts,
                "or add the number of the account that owns the key pair to TrustedSigners",
            ),
        ],
        needs: &[Need::Url, Need::Distribution, Need::DistributionState],
        sources: CHECK,
        check: trusted_signer_account,
    },
];

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "pem-as-key-id",
        about: About::Keys,
        title: "the Key-Pair-Id holds a key instead of the public key's id",
        meaning: "Key-Pair-Id is the id that CloudFront gives to a public key when it is uploaded, such as K2JCJMDEHXQW5F. SDKs call the parameter keyPairId and take any text, the PEM of the key included.",
        fix: &[
            Fix::new(
                "aws cloudfront list-public-keys --query 'PublicKeyList.Items[].[Id,Name]' --output text",
            ),
            SIGN_URL,
            SIGN_COOKIES,
            Fix::when(
                holds_private_key,
                "replace the key: whoever saw the URL has the private key",
            ),
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: pem_as_key_id,
    },
    Cause {
        id: "hash-marker-missing",
        about: About::Keys,
        title: "the signature is SHA-256 but the request does not say so",
        meaning: "CloudFront takes a signature for SHA-1 unless the request carries Hash-Algorithm=SHA256, or the cookie CloudFront-Hash-Algorithm=SHA256. A SHA-256 signature without that marker, as KMS and FIPS machines make it, is refused with AccessDenied. So is a marker that CloudFront does not know.",
        fix: &[
            Fix::when(super::by_url, "append &Hash-Algorithm=SHA256 to the URL"),
            Fix::when(
                super::by_cookie,
                "set the cookie CloudFront-Hash-Algorithm=SHA256 beside the others",
            ),
            Fix::new("or let a signer write the marker:"),
            SIGN_URL,
            SIGN_COOKIES,
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: hash_marker_missing,
    },
    Cause {
        id: "hash-marker-superfluous",
        about: About::Keys,
        title: "the request says SHA-256 but the signature is SHA-1",
        meaning: "The marker Hash-Algorithm=SHA256 tells CloudFront how to check the signature. A signature that an SDK made with SHA-1, its default, is refused with AccessDenied if the marker was added by hand, or was left behind as an old cookie.",
        fix: &[
            Fix::when(
                super::by_url,
                "sign with SHA-256: edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h --hash sha256",
            ),
            Fix::when(
                super::by_cookie,
                "sign with SHA-256: edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h --hash sha256",
            ),
            Fix::new("or remove the marker; expire an old cookie CloudFront-Hash-Algorithm"),
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: hash_marker_superfluous,
    },
    Cause {
        id: "signed-by-another-key",
        about: About::Keys,
        title: "another private key made the signature than the one that Key-Pair-Id names",
        meaning: "CloudFront verifies a signature with the public key that Key-Pair-Id names. After a rotation, or where the keys of two stages lie side by side, a private key can be deployed with the id of another key.",
        fix: &[
            Fix::new(
                "compare the private key with the public one: openssl pkey -in private.pem -pubout | diff - public.pem    # prints nothing if they are a pair",
            ),
            Fix::new("sign with a private key and its own id:"),
            SIGN_URL,
            SIGN_COOKIES,
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: signed_by_another_key,
    },
    Cause {
        id: "key-removed-before-drain",
        about: About::Keys,
        title: "the key was taken out of its key group while passes signed with it were still good",
        meaning: "CloudFront refuses every pass whose key is no longer in the key group, from the moment that the key is removed. In a rotation the old key has to stay in the group until the last pass that it signed has expired.",
        fix: &[
            Fix::new(
                "put {key_id} back until {expires}: aws cloudfront update-key-group --id {key_group_id} --if-match ETAG --key-group-config file://key-group-config.json",
            ),
            Fix::new(
                "rotate in this order: add the new key, sign with it, wait for the longest lifetime of a pass, remove the old key",
            ),
        ],
        needs: &[Need::Url, Need::Distribution, Need::KeyGroup, Need::PublicKey],
        sources: CHECK,
        check: key_removed_before_drain,
    },
    Cause {
        id: "key-not-in-group",
        about: About::Keys,
        title: "the key is in no key group that the behaviour trusts",
        meaning: "A public key counts for a URL only if it is in a key group that the cache behaviour of this URL trusts. To upload the key is not enough, and a group of another behaviour or distribution does not count.",
        fix: &[
            Fix::new(
                "aws cloudfront update-key-group --id {key_group_id} --if-match ETAG --key-group-config file://key-group-config.json    # with {key_id} among Items",
            ),
            Fix::new("or sign with a key that is in the group"),
        ],
        needs: &[Need::Url, Need::Distribution, Need::KeyGroup],
        sources: PASS,
        check: key_not_in_group,
    },
];

fn wrong_key_id(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.pass() else { return Verdict::Open };
    let name = pass.name(Field::KeyPairId);
    let Some(id) = case.key_id() else {
        return match pass.all(Field::KeyPairId).is_empty() {
            true => Verdict::Open,
            false => {
                Verdict::proved([format!("`{name}` is empty: the code that signed had no id")])
            }
        };
    };
    let trusted = case.trusted_key_ids().is_some_and(|(ids, _)| ids.contains(&id));
    if trusted || case.named_key().is_some() {
        return Verdict::ruled_out("the id is that of a known key");
    }
    let refused = matches!(&case.answer, Some(crate::source::Answer::CloudFront(_)));
    let (certainty, what) = match KeyIdForm::of(id) {
        KeyIdForm::PublicKey => {
            return Verdict::ruled_out("it has the form of a public key's id");
        }
        KeyIdForm::AccountKey => return Verdict::ruled_out("see trusted-signer-account"),
        KeyIdForm::Pem => return Verdict::ruled_out("see pem-as-key-id"),
        KeyIdForm::Missing => (
            Certainty::Proved,
            format!("`{name}` is `{}`: the code that signed had no id", shown(id)),
        ),
        KeyIdForm::AccessKey => (
            Certainty::Proved,
            format!(
                "`{name}` has the form of an access key of AWS's API, which CloudFront does not verify with"
            ),
        ),
        KeyIdForm::Distribution => (
            Certainty::Proved,
            format!("`{name}` has the form of a distribution's id, `{}`", shown(id)),
        ),
        KeyIdForm::KeyGroup => (
            Certainty::Proved,
            format!(
                "`{name}` has the form of a key group's id; the id of a public key in the group is needed"
            ),
        ),
        KeyIdForm::Arn => {
            (Certainty::Proved, format!("`{name}` is an ARN; the id alone is needed"))
        }
        KeyIdForm::Name => (
            if refused { Certainty::Likely } else { Certainty::Possible },
            format!(
                "`{name}` is `{}`, which looks like a name; ids look like `K2JCJMDEHXQW5F`",
                shown(id)
            ),
        ),
        KeyIdForm::Unknown => {
            (Certainty::Likely, format!("`{name}` has characters that no id of CloudFront's has"))
        }
    };
    let mut facts = vec![what];
    if let Some(signing) = case.authorship.as_ref().and_then(|it| it.key.id.as_deref()) {
        facts.push(format!("the signature was made with the key `{signing}`: that is the id"));
    }
    Verdict::Found(certainty, facts)
}

fn trusted_signer_account(case: &Case<'_>) -> Verdict {
    let Some(id) = case.key_id() else { return Verdict::Open };
    if KeyIdForm::of(id) != KeyIdForm::AccountKey {
        return Verdict::ruled_out("the id is not that of an account's key pair");
    }
    let unknown = case.said(CloudFrontError::InvalidKey);
    let fact = format!("`{}` has the form of an account's key pair", shown(id));
    let Some(behavior) = case.behavior() else {
        let certainty = if unknown { Certainty::Likely } else { Certainty::Possible };
        return Verdict::Found(certainty, vec![fact]);
    };
    if !behavior.is_signed() {
        return Verdict::ruled_out(format!("{} checks no signatures", behavior.name()));
    }
    if !behavior.trusted_signers.enabled {
        return Verdict::proved([
            fact,
            format!("{} trusts key groups only, and these take public keys only", behavior.name()),
        ]);
    }
    let mut facts = vec![
        fact,
        format!(
            "{} trusts the accounts `{}`",
            behavior.name(),
            behavior.trusted_signers.items.join("`, `")
        ),
    ];
    let state = case.distribution().and_then(|distribution| distribution.state.as_ref());
    let active = state.map(|state| {
        let signers = state.active_trusted_signers.items.iter();
        signers.flat_map(|signer| &signer.key_pair_ids.items).any(|active| active == id)
    });
    match active {
        Some(true) => Verdict::ruled_out("it is among the distribution's active key pairs"),
        Some(false) => {
            facts.push(
                "no active key pair of the distribution's ActiveTrustedSigners has this id"
                    .to_owned(),
            );
            Verdict::Found(Certainty::Proved, facts)
        }
        None => {
            let certainty = if unknown { Certainty::Likely } else { Certainty::Possible };
            Verdict::Found(certainty, facts)
        }
    }
}

fn trusts_accounts(case: &Case<'_>) -> bool {
    case.behavior().is_none_or(|behavior| behavior.trusted_signers.enabled)
}

fn pem_as_key_id(case: &Case<'_>) -> Verdict {
    let Some(id) = case.key_id() else { return Verdict::Open };
    let name = case.pass().map_or("Key-Pair-Id", |pass| pass.name(Field::KeyPairId));
    if KeyIdForm::of(id) != KeyIdForm::Pem {
        return Verdict::ruled_out("the Key-Pair-Id holds no key");
    }
    if id.contains("BEGIN") || id.contains(" KEY") {
        return Verdict::proved([format!("`{name}` holds a PEM of {} characters", id.len())]);
    }
    Verdict::proved([format!(
        "`{name}` has {} characters, like the inside of a PEM; ids have 14",
        id.len()
    )])
}

fn holds_private_key(case: &Case<'_>) -> bool {
    case.key_id().is_some_and(|id| id.contains("PRIVATE KEY"))
}

fn hash_marker_missing(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.whole_pass() else { return Verdict::Open };
    let marker = pass.value(Field::HashAlgorithm);
    match (&case.authorship, marker) {
        (Some(authorship), None | Some("SHA1")) if authorship.hash == Hash::Sha256 => {
            Verdict::proved([
                format!("the signature by {} holds with SHA-256", authorship.key.name()),
                match marker {
                    None => format!(
                        "there is no `{}`, so CloudFront checks with SHA-1",
                        pass.name(Field::HashAlgorithm)
                    ),
                    Some(marker) => format!("`{}` says {marker}", pass.name(Field::HashAlgorithm)),
                },
            ])
        }
        (_, Some(other)) if !matches!(other, "SHA1" | "SHA256") => Verdict::likely([format!(
            "`{}` is `{}`; AWS documents `SHA1` and `SHA256`",
            pass.name(Field::HashAlgorithm),
            shown(other)
        )]),
        (Some(_), _) => Verdict::ruled_out("the marker fits the signature"),
        (None, Some("SHA256")) => Verdict::ruled_out("the marker is there"),
        (None, _) => Verdict::Open,
    }
}

/// A stranger's word, cut and escaped for a message.
fn shown(text: &str) -> String {
    text.chars().take(20).flat_map(char::escape_debug).collect()
}

fn hash_marker_superfluous(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.whole_pass() else { return Verdict::Open };
    if pass.value(Field::HashAlgorithm) != Some("SHA256") {
        return Verdict::ruled_out("there is no marker for SHA-256");
    }
    match &case.authorship {
        Some(authorship) if authorship.hash == Hash::Sha1 => Verdict::proved([
            format!("the signature by {} holds with SHA-1", authorship.key.name()),
            format!("`{}` says SHA256", pass.name(Field::HashAlgorithm)),
        ]),
        Some(_) => Verdict::ruled_out("the signature holds with SHA-256"),
        None => Verdict::Open,
    }
}

fn signed_by_another_key(case: &Case<'_>) -> Verdict {
    let Some(pass) = case.whole_pass() else { return Verdict::Open };
    let id = shown(case.key_id().unwrap_or_default());
    match (&case.authorship, case.named_key()) {
        (Some(authorship), Some(named)) if authorship.key.spki != named.spki => Verdict::proved([
            format!("the signature was made with {}", authorship.key.name()),
            format!("`{}` names `{id}`, whose key does not verify it", pass.name(Field::KeyPairId)),
        ]),
        (Some(_), Some(_)) => {
            Verdict::ruled_out(format!("the key of `{id}` verifies the signature"))
        }
        (Some(_), None) if is_no_id(case) => Verdict::ruled_out("see wrong-key-id"),
        (Some(authorship), None) if authorship.key.id.is_some() => Verdict::likely([
            format!("the signature was made with {}", authorship.key.name()),
            format!(
                "`{}` names `{id}`, whose public key was not given",
                pass.name(Field::KeyPairId)
            ),
        ]),
        (Some(_), None) => Verdict::Open,
        (None, Some(named)) => {
            let fact = format!("the signature does not hold with {} and either hash", named.name());
            let custom = pass.value(Field::Policy).is_some();
            if custom {
                // The whole signed text is in the request, so only the key is left.
                Verdict::likely([fact, "all that was signed is in the request, so another key signed, or the policy was changed afterwards".to_owned()])
            } else {
                Verdict::possible([fact, "nor for any other URL that was tried".to_owned()])
            }
        }
        (None, None) => match case.edgepass_code() {
            Some("signature-invalid") => {
                Verdict::possible(["the edge says that the signature is not the key's".to_owned()])
            }
            _ => Verdict::Open,
        },
    }
}

fn key_removed_before_drain(case: &Case<'_>) -> Verdict {
    let (Some(id), Some(expires)) = (case.key_id(), case.expires()) else { return Verdict::Open };
    if case.now >= expires {
        return Verdict::ruled_out("the pass has expired");
    }
    let Some((trusted, groups)) = case.trusted_key_ids() else { return Verdict::Open };
    if trusted.contains(&id) {
        return Verdict::ruled_out(format!("`{id}` is in {}", groups.join(" or ")));
    }
    let own = case.authorship.as_ref().is_some_and(|it| it.key.id.as_deref() == Some(id));
    if !own {
        return match case.named_key() {
            Some(_) => Verdict::ruled_out(format!("`{id}` did not make the signature")),
            None => Verdict::Open,
        };
    }
    let good_until = format!(
        "the key `{id}` made the signature, and the pass is good until {} ({})",
        rfc3339(expires),
        distance(expires, case.now)
    );
    let modified = case.evidence.key_groups.iter().filter_map(|group| group.last_modified()).max();
    match (modified, case.starts()) {
        (Some(modified), Some(starts)) if modified > starts && modified <= case.now => {
            Verdict::proved([
                good_until,
                format!("the pass began at {}", rfc3339(starts)),
                format!("the key group was last changed at {}, after that", rfc3339(modified)),
            ])
        }
        (Some(modified), _) if modified <= case.now => Verdict::likely([
            good_until,
            format!(
                "the key group was last changed at {} ({})",
                rfc3339(modified),
                distance(modified, case.now)
            ),
        ]),
        _ => Verdict::likely([good_until]),
    }
}

fn key_not_in_group(case: &Case<'_>) -> Verdict {
    let unknown =
        case.said(CloudFrontError::InvalidKey) || case.edgepass_code() == Some("unknown-key");
    let Some(id) = case.key_id() else {
        return match unknown {
            true => Verdict::likely(["the answer says that the key is unknown".to_owned()]),
            false => Verdict::Open,
        };
    };
    if is_no_id(case) {
        return Verdict::ruled_out("see wrong-key-id, pem-as-key-id or trusted-signer-account");
    }
    let id = shown(id);
    if let Some(behavior) = case.behavior()
        && behavior.trusted_signers.enabled
        && !behavior.trusted_key_groups.enabled
    {
        return Verdict::proved([
            format!("the pass names the public key `{id}`"),
            format!(
                "{} trusts the key pairs of accounts (TrustedSigners), and no key group",
                behavior.name()
            ),
        ]);
    }
    let Some((trusted, groups)) = case.trusted_key_ids() else {
        return match (unknown, case.behavior()) {
            (true, _) => Verdict::likely([format!(
                "CloudFront does not know the key `{id}` for this path: Unknown Key"
            )]),
            (false, Some(behavior)) if !behavior.is_signed() => {
                Verdict::ruled_out(format!("{} checks no signatures", behavior.name()))
            }
            (false, _) => Verdict::Open,
        };
    };
    if trusted.contains(&id.as_str()) {
        return Verdict::ruled_out(format!("`{id}` is in {}", groups.join(" or ")));
    }
    let mut facts = vec![format!(
        "{} trusts {}, with {}",
        case.behavior().map_or_else(String::new, |behavior| behavior.name()),
        groups.join(" and "),
        if trusted.is_empty() {
            "no key".to_owned()
        } else {
            format!("`{}`", trusted.join("`, `"))
        }
    )];
    facts.push(format!("the pass names `{id}`"));
    Verdict::Found(Certainty::Proved, facts)
}

/// Whether the id is of a form that no public key's has.
fn is_no_id(case: &Case<'_>) -> bool {
    let Some(id) = case.key_id() else { return false };
    !matches!(KeyIdForm::of(id), KeyIdForm::PublicKey | KeyIdForm::Name | KeyIdForm::Unknown)
        && case.named_key().is_none()
}
