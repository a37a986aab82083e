//! Who signed, with what, and who is trusted.

use policy::{CloudFrontError, Field, Hash};

use super::{CHECK, PASS};
use crate::case::Case;
use crate::cause::{About, Cause, Certainty, Need, Verdict};
use crate::moment::{distance, rfc3339};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "pem-as-key-id",
        about: About::Keys,
        title: "the Key-Pair-Id is a key, or another id, instead of the public key's id",
        meaning: "Key-Pair-Id is the id that CloudFront gave the public key when it was uploaded, such as K2JCJMDEHXQW5F. SDKs call the parameter keyPairId and take anything: the PEM itself, the name of the key group, its id.",
        fix: &[
            "aws cloudfront list-public-keys --query 'PublicKeyList.Items[].[Id,Name]' --output text",
            "sign with that id: edgepass sign url '{url}' --key private.pem --key-id KEY_ID --expires +12h",
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: pem_as_key_id,
    },
    Cause {
        id: "hash-marker-missing",
        about: About::Keys,
        title: "the signature is SHA-256 but the request does not say so",
        meaning: "CloudFront takes a signature for SHA-1 unless the request carries Hash-Algorithm=SHA256, or the cookie CloudFront-Hash-Algorithm. Signing with SHA-256, as KMS and FIPS machines must, without the marker is refused with AccessDenied; so is a marker that CloudFront does not know.",
        fix: &[
            "append &Hash-Algorithm=SHA256 to the URL, or set the cookie CloudFront-Hash-Algorithm=SHA256",
            "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h    # writes the marker",
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: hash_marker_missing,
    },
    Cause {
        id: "hash-marker-superfluous",
        about: About::Keys,
        title: "the request says SHA-256 but the signature is SHA-1",
        meaning: "The marker Hash-Algorithm=SHA256 tells CloudFront how to check. An SDK that signs with SHA-1 by default, with the marker added by hand or left behind as an old cookie, is refused with AccessDenied.",
        fix: &[
            "sign with SHA-256: edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h --hash sha256",
            "or remove the marker; expire the old cookie CloudFront-Hash-Algorithm",
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: hash_marker_superfluous,
    },
    Cause {
        id: "signed-by-another-key",
        about: About::Keys,
        title: "another private key made the signature than the one that Key-Pair-Id names",
        meaning: "CloudFront verifies with the public key that Key-Pair-Id names. After a rotation, or with keys of two stages side by side, the private key and the id that are deployed together do not always belong together.",
        fix: &[
            "openssl pkey -in private.pem -pubout | diff - public.pem    # the pair that belongs together prints nothing",
            "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h    # with the private key of {key_id}",
        ],
        needs: &[Need::Url, Need::PublicKey],
        sources: PASS,
        check: signed_by_another_key,
    },
    Cause {
        id: "key-removed-before-drain",
        about: About::Keys,
        title: "the key was taken out of its key group while passes signed with it were still good",
        meaning: "A key group refuses everything that was signed with a key that is no longer in it, at once. In a rotation the old key must stay until the last pass that it signed has expired.",
        fix: &[
            "put {key_id} back until {expires}: aws cloudfront update-key-group --id {key_group_id} --if-match ETAG --key-group-config file://key-group-config.json",
            "rotate in this order: add the new key, sign with it, wait for the longest lifetime, remove the old key",
        ],
        needs: &[Need::Url, Need::Distribution, Need::KeyGroup, Need::PublicKey],
        sources: CHECK,
        check: key_removed_before_drain,
    },
    Cause {
        id: "key-not-in-group",
        about: About::Keys,
        title: "the key is in no key group that the behaviour trusts",
        meaning: "A public key counts for a URL only if it is in a key group that the URL's own cache behaviour trusts. Uploading the key is not enough, nor is a group on another behaviour or distribution.",
        fix: &[
            "aws cloudfront update-key-group --id {key_group_id} --if-match ETAG --key-group-config file://key-group-config.json    # with {key_id} among Items",
            "or sign with a key that is in the group",
        ],
        needs: &[Need::Url, Need::Distribution, Need::KeyGroup],
        sources: PASS,
        check: key_not_in_group,
    },
];

fn pem_as_key_id(case: &Case<'_>) -> Verdict {
    let Some(id) = case.key_id() else { return Verdict::Open };
    let name = case.pass().map_or("Key-Pair-Id", |pass| pass.name(Field::KeyPairId));
    if id.contains("BEGIN") || id.contains("PRIVATE KEY") || id.contains("PUBLIC KEY") {
        return Verdict::proved([format!("`{name}` holds a PEM of {} characters", id.len())]);
    }
    if id.len() > 64 || id.starts_with("MII") {
        return Verdict::proved([format!(
            "`{name}` has {} characters, like the inside of a PEM; ids have 14",
            id.len()
        )]);
    }
    if id.len() == 36 && id.matches('-').count() == 4 {
        return Verdict::proved([format!(
            "`{name}` is `{id}`, which has the form of a key group's id; the id of a public key in it is wanted"
        )]);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !id.bytes().all(plain) {
        return Verdict::likely([format!(
            "`{name}` has characters that no id of CloudFront's has"
        )]);
    }
    Verdict::ruled_out(format!("`{id}` has the form of an id"))
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
        (Some(_), _) => Verdict::ruled_out("the marker is the signature's"),
        (None, Some("SHA256")) => Verdict::ruled_out("the marker is there"),
        (None, _) => Verdict::Open,
    }
}

/// A stranger's word, as far as it is fit for a message.
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
                // Everything that was signed is at hand, so only the key is left.
                Verdict::likely([fact, "the policy is as it was sent, so the key is another one, or the policy was changed".to_owned()])
            } else {
                Verdict::possible([fact, "nor for a URL that usual changes lead to".to_owned()])
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
        return Verdict::ruled_out(format!("`{id}` is in the {}", groups.join(" or the ")));
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
            true => Verdict::likely(["the key is unknown, says the answer".to_owned()]),
            false => Verdict::Open,
        };
    };
    let id = shown(id);
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
        return Verdict::ruled_out(format!("`{id}` is in the {}", groups.join(" or the ")));
    }
    let mut facts = vec![format!(
        "{} trusts the {}, with {}",
        case.behavior().map_or_else(String::new, |behavior| behavior.name()),
        groups.join(" and the "),
        if trusted.is_empty() {
            "no key".to_owned()
        } else {
            format!("`{}`", trusted.join("`, `"))
        }
    )];
    facts.push(format!("the pass names `{id}`"));
    Verdict::Found(Certainty::Proved, facts)
}
