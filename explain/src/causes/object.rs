//! S3's own messages about an object.

use super::bucket;
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{OriginKind, Response};
use crate::need::Need;
use crate::source::{Answer, Source};

const S3: &[Source] = &[Source::S3, Source::Unknown];

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "two-auth-mechanisms",
        about: About::Origin,
        title: "S3 got a second authentication from the viewer, beside CloudFront's own or in its place",
        meaning: "S3 takes `Authorization`, `X-Amz-Signature` and the parameters Signature, Expires and AWSAccessKeyId for its own authentication. They reach S3 where the viewer used a presigned S3 URL with CloudFront's host, where a forwarded `Authorization` header is the application's, and where a behaviour without trusted key groups forwards the parameters of a signed URL: CloudFront removes them only where it checks them.",
        fix: &[
            Fix::when(
                has_unsigned_pass,
                "let the behaviour of this path trust the key group: then CloudFront checks the parameters and removes them",
            ),
            Fix::when(
                has_unsigned_pass,
                "if the path is meant to be public, request it without signing parameters",
            ),
            Fix::new(
                "forward neither `Authorization` nor the query string to the bucket: the cache policy CachingOptimized and the origin request policy CORS-S3Origin do neither",
            ),
            Fix::new(
                "use CloudFront's signed URLs with CloudFront's host, and presigned S3 URLs with the bucket's host",
            ),
        ],
        needs: &[Need::Url, Need::Response, Need::Distribution],
        sources: S3,
        check: two_auth_mechanisms,
    },
    Cause {
        id: "kms-key-denied",
        about: About::Origin,
        title: "the object is encrypted with a KMS key that CloudFront may not use",
        meaning: "S3 decrypts an object for a reader only if the reader may use its KMS key. CloudFront may with origin access control and a statement in the key's policy. It never may with an origin access identity, or unsigned: SSE-KMS needs Signature Version 4. The key aws/s3 cannot be used at all, because its policy cannot be changed.",
        fix: &[
            Fix::when(
                signs_with_access_control,
                "add to the key's policy: {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudfront.amazonaws.com\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\"}}}",
            ),
            Fix::when(
                signs_without_access_control,
                "give the origin an origin access control: aws cloudfront create-origin-access-control --origin-access-control-config Name={bucket},SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3",
            ),
            Fix::new(
                "see how the object is encrypted: aws s3api head-object --bucket {bucket} --key '{key}' --query '[ServerSideEncryption,SSEKMSKeyId]'",
            ),
            Fix::new(
                "or encrypt it with S3's own keys: aws s3 cp 's3://{bucket}/{key}' 's3://{bucket}/{key}' --sse AES256",
            ),
        ],
        needs: &[Need::Response, Need::Distribution],
        sources: S3,
        check: kms_key_denied,
    },
    Cause {
        id: "object-key-mismatch",
        about: About::Origin,
        title: "the bucket has no object with the key that CloudFront asks for",
        meaning: "CloudFront asks S3 for the origin path followed by the whole path of the URL: a behaviour's pattern such as /media/* is not removed, and OriginPath is put before it. Keys differ in case, in `+` for a space, in a doubled slash, and in a second percent-encoding.",
        fix: &[
            Fix::new(
                "look for the object: aws s3api list-objects-v2 --bucket {bucket} --prefix '{key}' --max-items 5",
            ),
            Fix::when(
                has_origin_path,
                "mind the OriginPath: it is put before the path of the URL, so the URL must not repeat it",
            ),
            Fix::new(
                "upload under the key that is asked for, or rewrite the path in a CloudFront Function (viewer-request)",
            ),
        ],
        needs: &[Need::Url, Need::Response, Need::Distribution],
        sources: S3,
        check: object_key_mismatch,
    },
];

/// S3's error document.
fn document<'c>(case: &'c Case<'_>) -> Option<(&'c str, &'c Response, &'c str)> {
    let (Answer::S3(code) | Answer::Website(code)) = case.answer.as_ref()? else { return None };
    let response = case.evidence.response.as_ref()?;
    let message = response.element("Message").or(response.list_item("Message"));
    Some((code, response, message.unwrap_or_default()))
}

fn no_document(case: &Case<'_>) -> Verdict {
    match &case.answer {
        Some(Answer::S3(_) | Answer::Website(_)) => {
            Verdict::ruled_out("S3's document says something else")
        }
        Some(Answer::S3Headers) | None => Verdict::Open,
        Some(_) => Verdict::ruled_out("the answer is not S3's"),
    }
}

/// The cause that S3's message proves by its words.
pub(super) fn said_by_message(case: &Case<'_>) -> Option<&'static str> {
    let proves = |cause: &&Cause| {
        cause.id != "object-key-mismatch"
            && matches!((cause.check)(case), Verdict::Found(Certainty::Proved, _))
    };
    CAUSES.iter().find(proves).map(|cause| cause.id)
}

fn two_auth_mechanisms(case: &Case<'_>) -> Verdict {
    let Some((_, _, message)) = document(case) else { return no_document(case) };
    let says = [
        "Only one auth mechanism allowed",
        "Query-string authentication requires",
        "Query-string authentication version 4 requires",
        "Unsupported Authorization Type",
        "Authorization header is invalid",
    ]
    .into_iter()
    .find(|begin| message.starts_with(begin));
    let Some(says) = says else { return no_document(case) };
    let mut facts = vec![format!("S3 says: {says}")];
    let query = case.target.as_ref().and_then(|target| target.query.as_deref()).unwrap_or_default();
    if query.contains("X-Amz-Signature=") || query.contains("AWSAccessKeyId=") {
        facts.push("the URL is a presigned URL of S3".to_owned());
    }
    if has_unsigned_pass(case) {
        let name = case.behavior().map_or_else(String::new, |it| it.name());
        facts.push(format!(
            "{name} checks no signatures, so CloudFront forwards the signing parameters of the URL"
        ));
    }
    let sent = case.evidence.response.as_ref().and_then(|response| response.request.as_ref());
    if sent.is_some_and(|sent| sent.header("authorization").is_some()) {
        facts.push("the viewer sends an `Authorization` header".to_owned());
    }
    Verdict::Found(Certainty::Proved, facts)
}

/// A pass in a URL that CloudFront does not check, and so does not remove.
fn has_unsigned_pass(case: &Case<'_>) -> bool {
    !case.in_url.is_empty() && case.behavior().is_some_and(|behavior| !behavior.is_signed())
}

fn kms_key_denied(case: &Case<'_>) -> Verdict {
    let Some((code, _, message)) = document(case) else { return no_document(case) };
    let lower = message.to_ascii_lowercase();
    let what = if lower.contains("requires aws signature version 4")
        || lower.contains("require aws signature version 4")
    {
        "S3 says that objects encrypted with KMS need Signature Version 4"
    } else if code.starts_with("KMS.") {
        return Verdict::proved([
            format!("S3 says `{}`", code.escape_debug()),
            "the KMS key of the object is disabled, deleted or not usable now".to_owned(),
        ]);
    } else if lower.contains("kms:") || lower.contains("kms key") {
        "S3 says that the reader may not use the KMS key (kms:Decrypt)"
    } else if lower.contains("the ciphertext refers to") {
        "S3 says that the reader may not see the KMS key, or that the key is another region's"
    } else {
        return no_document(case);
    };
    let mut facts = vec![what.to_owned()];
    if let Some(origin) = case.origin() {
        facts.push(match (origin.has_access_control(), origin.access_identity()) {
            (true, _) => "CloudFront signs its requests by origin access control".to_owned(),
            (false, Some(_)) => {
                "CloudFront reads by an origin access identity, which cannot use KMS keys"
                    .to_owned()
            }
            (false, None) => "CloudFront reads unsigned, and so cannot use KMS keys".to_owned(),
        });
    }
    Verdict::Found(Certainty::Proved, facts)
}

fn signs_with_access_control(case: &Case<'_>) -> bool {
    case.origin().is_none_or(|origin| origin.has_access_control())
}

fn signs_without_access_control(case: &Case<'_>) -> bool {
    !signs_with_access_control(case)
}

fn has_origin_path(case: &Case<'_>) -> bool {
    case.origin().is_some_and(|origin| !origin.origin_path.is_empty())
}

fn object_key_mismatch(case: &Case<'_>) -> Verdict {
    if let Some((code, response, _)) = document(case)
        && code == "NoSuchKey"
    {
        let asked = response.element("Key").or(response.list_item("Key"));
        let mut facts = vec!["S3 says `NoSuchKey`".to_owned()];
        facts.extend(asked.map(|key| format!("S3 was asked for `{}`", key.escape_debug())));
        facts.extend(tells(case));
        return Verdict::Found(Certainty::Proved, facts);
    }
    if !matches!(&case.answer, Some(Answer::S3(code)) if code == "AccessDenied") {
        return no_document(case);
    }
    if !matches!(case.origin_kind(), Some(OriginKind::S3)) {
        return Verdict::ruled_out("the origin is not a bucket");
    }
    let tells = tells(case);
    let known = bucket::is_in_order(case) && !bucket::may_list(case);
    match (tells.is_empty(), known) {
        (true, _) => Verdict::ruled_out("nothing about the key is unusual"),
        (false, true) => {
            let mut facts = tells;
            facts.push("S3 says AccessDenied for a missing object too, since CloudFront may not list the bucket".to_owned());
            Verdict::Found(Certainty::Likely, facts)
        }
        (false, false) => Verdict::Found(Certainty::Possible, tells),
    }
}

/// What about the key is unusual.
fn tells(case: &Case<'_>) -> Vec<String> {
    let (Some(target), Some(origin), Some(key)) = (&case.target, case.origin(), case.object_key())
    else {
        return Vec::new();
    };
    let mut tells = Vec::new();
    let prefix = origin.origin_path.trim_end_matches('/');
    if !prefix.is_empty() && target.path.starts_with(&format!("{prefix}/")) {
        tells.push(format!(
            "the URL begins with `{prefix}` and OriginPath is `{prefix}`, so the key is `{}`",
            key.key
        ));
    }
    if target.path.contains("//") {
        tells.push("the path has `//`, which S3 takes for part of the key".to_owned());
    }
    if target.path.contains("%25") {
        tells.push("the path is percent-encoded twice".to_owned());
    }
    if target.path.contains('+') {
        tells.push("the path has a `+`, which S3 takes for a space".to_owned());
    }
    tells
}
