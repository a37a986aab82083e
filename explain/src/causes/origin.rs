//! The bucket behind CloudFront.

use policy::wildcards_match;

use super::BUCKET;
use crate::case::Case;
use crate::cause::{About, Cause, Certainty, Need, Verdict};
use crate::evidence::{BucketPolicy, Origin, Reader};
use crate::source::{Answer, Source};

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "website-endpoint-origin",
        about: About::Origin,
        title: "the origin is the bucket's website endpoint, which cannot be private",
        meaning: "A website endpoint (bucket.s3-website-region.amazonaws.com) is plain HTTP for anonymous readers: CloudFront cannot sign requests to it, so origin access control does nothing and a private bucket answers 403.",
        fix: &[
            "make the origin the bucket itself: {bucket}.s3.REGION.amazonaws.com, with origin access control",
            "what the website endpoint did for folders, a CloudFront Function does: append index.html",
        ],
        needs: &[Need::Distribution, Need::PublicAccessBlock, Need::BucketPolicy],
        sources: BUCKET,
        check: website_endpoint,
    },
    Cause {
        id: "default-root-object-missing",
        about: About::Origin,
        title: "the root was requested and no default root object is set",
        meaning: "Without DefaultRootObject CloudFront asks the bucket for the empty key, which is a listing that it may not have: 403. The default root object counts for `/` only, not for folders.",
        fix: &[
            "set DefaultRootObject to index.html: aws cloudfront update-distribution --id {distribution_id} --default-root-object index.html",
            "for folders, append index.html in a CloudFront Function",
        ],
        needs: &[Need::Url, Need::Distribution],
        sources: BUCKET,
        check: default_root_object,
    },
    Cause {
        id: "public-access-blocked-without-oac",
        about: About::Origin,
        title: "CloudFront reads the bucket as an anonymous reader, and public access is blocked",
        meaning: "Without origin access control CloudFront sends its requests to S3 unsigned. S3 blocks public access on every new bucket, whatever policy the bucket has.",
        fix: &[
            "aws cloudfront create-origin-access-control --origin-access-control-config Name={bucket},SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3",
            "put its id into the origin as OriginAccessControlId, and allow the distribution in the bucket policy; leave public access blocked",
        ],
        needs: &[Need::Distribution, Need::PublicAccessBlock],
        sources: BUCKET,
        check: public_access_blocked,
    },
    Cause {
        id: "origin-access-control-missing",
        about: About::Origin,
        title: "the origin has no origin access control, so CloudFront reads the bucket unsigned",
        meaning: "A private bucket answers unsigned requests with AccessDenied. Creating an origin access control is not enough: the origin must name it.",
        fix: &[
            "aws cloudfront create-origin-access-control --origin-access-control-config Name={bucket},SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3",
            "set OriginAccessControlId on the origin: aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
        ],
        needs: &[Need::Distribution, Need::BucketPolicy],
        sources: BUCKET,
        check: access_control_missing,
    },
    Cause {
        id: "bucket-policy-other-distribution",
        about: About::Origin,
        title: "the bucket policy allows CloudFront for another distribution",
        meaning: "The usual statement allows cloudfront.amazonaws.com only where AWS:SourceArn is one distribution. A distribution that was made anew, or a stage that was copied, has another id.",
        fix: &[
            "name this distribution in the policy's Condition: \"StringEquals\": { \"AWS:SourceArn\": \"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\" }",
            "aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy.json",
        ],
        needs: &[Need::Distribution, Need::DistributionState, Need::BucketPolicy],
        sources: BUCKET,
        check: other_distribution,
    },
    Cause {
        id: "bucket-policy-missing",
        about: About::Origin,
        title: "the bucket policy does not allow CloudFront to read objects",
        meaning: "Origin access control signs CloudFront's requests, but the bucket must allow them: s3:GetObject on arn:aws:s3:::BUCKET/* for the service cloudfront.amazonaws.com. A statement on the bucket without /* allows no object.",
        fix: &[
            "aws s3api put-bucket-policy --bucket {bucket} --policy '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudfront.amazonaws.com\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{bucket}/*\",\"Condition\":{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\"}}}]}'",
        ],
        needs: &[Need::Distribution, Need::BucketPolicy],
        sources: BUCKET,
        check: bucket_policy_missing,
    },
];

/// The bucket's origin, or why there is none to speak of.
fn bucket<'e>(case: &Case<'e>) -> Result<&'e Origin, Verdict> {
    match case.origin() {
        Some(origin) if origin.bucket().is_some() => Ok(origin),
        Some(origin) => {
            Err(Verdict::ruled_out(format!("the origin `{}` is no bucket", origin.domain_name)))
        }
        None => Err(Verdict::Open),
    }
}

/// How CloudFront presents itself to the bucket.
fn reader(origin: &Origin) -> Reader<'_> {
    match origin.access_identity() {
        _ if origin.has_access_control() => Reader::CloudFront,
        Some(identity) => Reader::Identity(identity),
        None => Reader::Anonymous,
    }
}

fn allows(policy: &BucketPolicy, reader: Reader<'_>) -> bool {
    policy.statements.iter().any(|statement| statement.allows(reader))
}

fn website_endpoint(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => {
            return match &case.answer {
                Some(Answer::Website(code)) => Verdict::likely([format!(
                    "the answer is the HTML page of a website endpoint: {code}"
                )]),
                _ => verdict,
            };
        }
    };
    if !origin.is_website() {
        return Verdict::ruled_out(format!("`{}` is the bucket itself", origin.domain_name));
    }
    let mut facts = vec![format!("the origin is `{}`", origin.domain_name)];
    let mut private = false;
    if origin.has_access_control() {
        facts.push(
            "it has an origin access control, which website endpoints do not heed".to_owned(),
        );
        private = true;
    }
    if let Some(block) = case.evidence.public_access_block
        && let [first, ..] = block.blocking().as_slice()
    {
        facts.push(format!("the bucket has `{first}` on"));
        private = true;
    }
    if let Some(policy) = &case.evidence.bucket_policy
        && !allows(policy, Reader::Anonymous)
    {
        facts.push("the bucket policy does not allow everyone to read".to_owned());
        private = true;
    }
    let certainty = match (private, case.source) {
        (true, _) => Certainty::Proved,
        (false, Source::S3) => Certainty::Likely,
        (false, _) => Certainty::Possible,
    };
    Verdict::Found(certainty, facts)
}

fn default_root_object(case: &Case<'_>) -> Verdict {
    let Some(target) = &case.target else { return Verdict::Open };
    if !target.path.ends_with('/') {
        return Verdict::ruled_out("the URL names a file");
    }
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    if origin.is_website() {
        return Verdict::ruled_out("website endpoints have their own index");
    }
    let object = case.distribution().map_or("", |it| it.config.default_root_object.as_str());
    let sure = |sure| if case.source == Source::S3 { sure } else { Certainty::Likely };
    match (target.path.as_str(), object) {
        ("/", "") => Verdict::Found(
            sure(Certainty::Proved),
            vec!["the request is for `/`".to_owned(), "`DefaultRootObject` is empty".to_owned()],
        ),
        ("/", object) => Verdict::ruled_out(format!("`DefaultRootObject` is `{object}`")),
        (folder, _) if case.source == Source::S3 => Verdict::likely([
            format!("the request is for the folder `{folder}`"),
            "the default root object counts for `/` only".to_owned(),
        ]),
        (folder, _) => Verdict::possible([format!("the request is for the folder `{folder}`")]),
    }
}

fn public_access_blocked(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    if origin.is_website() {
        return Verdict::ruled_out("see website-endpoint-origin");
    }
    if !matches!(reader(origin), Reader::Anonymous) {
        return Verdict::ruled_out("CloudFront signs its requests to the bucket");
    }
    let Some(block) = case.evidence.public_access_block else { return Verdict::Open };
    match block.blocking().as_slice() {
        [] => Verdict::ruled_out("the bucket blocks no public access"),
        blocking => Verdict::proved([
            format!(
                "the origin `{}` has no origin access control and no identity",
                origin.domain_name
            ),
            format!("the bucket has `{}` on", blocking.join("`, `")),
        ]),
    }
}

fn access_control_missing(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    if origin.is_website() {
        return Verdict::ruled_out("see website-endpoint-origin");
    }
    if !matches!(reader(origin), Reader::Anonymous) {
        return Verdict::ruled_out("the origin has an origin access control or identity");
    }
    let fact = format!(
        "the origin `{}` has an empty `OriginAccessControlId` and no identity",
        origin.domain_name
    );
    match (&case.evidence.bucket_policy, case.source) {
        (Some(policy), _) if allows(policy, Reader::Anonymous) => {
            match case.evidence.public_access_block {
                Some(block) if block.blocking().is_empty() => {
                    Verdict::ruled_out("the bucket is open to everyone")
                }
                _ => Verdict::possible([
                    fact,
                    "the bucket policy allows everyone, unless public access is blocked".to_owned(),
                ]),
            }
        }
        (Some(_), _) => {
            Verdict::proved([fact, "the bucket policy does not allow everyone to read".to_owned()])
        }
        (None, Source::S3) => Verdict::likely([fact]),
        (None, _) => Verdict::possible([fact]),
    }
}

fn other_distribution(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    let Some(policy) = &case.evidence.bucket_policy else { return Verdict::Open };
    if !matches!(reader(origin), Reader::CloudFront) {
        return Verdict::ruled_out("the origin has no origin access control");
    }
    let allowing: Vec<_> =
        policy.statements.iter().filter(|statement| statement.allows(Reader::CloudFront)).collect();
    if allowing.is_empty() {
        return Verdict::ruled_out("see bucket-policy-missing");
    }
    if allowing.iter().any(|statement| statement.is_unconditional()) {
        return Verdict::ruled_out("the bucket policy allows every distribution");
    }
    let arns: Vec<&str> = allowing.iter().flat_map(|statement| statement.source_arns()).collect();
    if arns.is_empty() {
        return Verdict::Open;
    }
    let named = format!("the bucket policy allows `{}`", arns.join("`, `"));
    let Some(state) = case.distribution().and_then(|distribution| distribution.state.as_ref())
    else {
        return Verdict::possible([
            named,
            "the id of the distribution is not in the file given".to_owned(),
        ]);
    };
    if arns.iter().any(|arn| wildcards_match(arn, &state.arn)) {
        return Verdict::ruled_out("the bucket policy names the distribution");
    }
    Verdict::proved([named, format!("the distribution is `{}`", state.arn)])
}

fn bucket_policy_missing(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    let reader = reader(origin);
    let who = match reader {
        Reader::Anonymous => return Verdict::ruled_out("see origin-access-control-missing"),
        Reader::CloudFront => "the service `cloudfront.amazonaws.com`".to_owned(),
        Reader::Identity(identity) => format!("the origin access identity `{identity}`"),
    };
    let Some(policy) = &case.evidence.bucket_policy else {
        return match case.source {
            Source::S3 => Verdict::possible([format!(
                "S3 refused CloudFront's signed request for `{}`; its policy would tell",
                origin.bucket().unwrap_or_default()
            )]),
            _ => Verdict::Open,
        };
    };
    if policy.statements.iter().any(|it| it.denies(reader) && it.is_unconditional()) {
        return Verdict::proved([format!("the bucket policy denies {who} to read objects")]);
    }
    if allows(policy, reader) {
        return Verdict::ruled_out(format!("the bucket policy allows {who}"));
    }
    let mut facts = match policy.statements.as_slice() {
        [] => vec!["the bucket has no policy".to_owned()],
        _ => {
            vec![format!("no statement of the bucket policy allows {who} s3:GetObject on objects")]
        }
    };
    if policy.statements.iter().any(|statement| statement.forgets_objects()) {
        facts.push("a statement allows it on the bucket's own ARN, without `/*`".to_owned());
    }
    Verdict::Found(Certainty::Proved, facts)
}
