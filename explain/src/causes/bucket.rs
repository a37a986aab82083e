//! The bucket behind CloudFront: who may read it.

use super::{BUCKET, object};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::certainty::Certainty;
use crate::evidence::{BucketPolicy, BucketRequest, Coverage, Origin, Reader, Statement};
use crate::need::Need;
use crate::source::{Answer, Source};

const CREATE_ACCESS_CONTROL: Fix = Fix::new(
    "aws cloudfront create-origin-access-control --origin-access-control-config Name={bucket},SigningProtocol=sigv4,SigningBehavior=always,OriginAccessControlOriginType=s3",
);

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "website-endpoint-origin",
        about: About::Origin,
        title: "the origin is the bucket's website endpoint, which cannot be private",
        meaning: "A website endpoint (bucket.s3-website-region.amazonaws.com) is plain HTTP for anonymous readers. CloudFront cannot sign requests to it, so origin access control does nothing there, and the website endpoint of a private bucket answers 403.",
        fix: &[
            Fix::new(
                "make the origin the bucket itself: {bucket}.s3.REGION.amazonaws.com, with origin access control",
            ),
            Fix::new(
                "let a CloudFront Function do what the website endpoint did for folders: append index.html",
            ),
        ],
        needs: &[Need::Distribution, Need::PublicAccessBlock, Need::BucketPolicy],
        sources: BUCKET,
        check: website_endpoint,
    },
    Cause {
        id: "default-root-object-missing",
        about: About::Origin,
        title: "the root was requested and no default root object is set",
        meaning: "Without DefaultRootObject CloudFront asks the bucket for the empty key. To S3 that is a listing of the bucket, which CloudFront may not read: 403. The default root object counts for `/` only, not for folders.",
        fix: &[
            Fix::new(
                "set DefaultRootObject to index.html: aws cloudfront update-distribution --id {distribution_id} --default-root-object index.html",
            ),
            Fix::new("for folders, append index.html in a CloudFront Function"),
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
            CREATE_ACCESS_CONTROL,
            Fix::new(
                "put its id into the origin as OriginAccessControlId, and allow the distribution in the bucket policy; leave public access blocked",
            ),
        ],
        needs: &[Need::Distribution, Need::PublicAccessBlock],
        sources: BUCKET,
        check: public_access_blocked,
    },
    Cause {
        id: "origin-access-control-missing",
        about: About::Origin,
        title: "the origin has no origin access control, so CloudFront reads the bucket unsigned",
        meaning: "A private bucket answers unsigned requests with AccessDenied. To create an origin access control is not enough: the origin has to name it.",
        fix: &[
            CREATE_ACCESS_CONTROL,
            Fix::new(
                "set OriginAccessControlId on the origin: aws cloudfront update-distribution --id {distribution_id} --if-match ETAG --distribution-config file://distribution-config.json",
            ),
        ],
        needs: &[Need::Distribution, Need::BucketPolicy],
        sources: BUCKET,
        check: access_control_missing,
    },
    Cause {
        id: "bucket-policy-other-distribution",
        about: About::Origin,
        title: "the bucket policy allows CloudFront for another distribution",
        meaning: "The usual statement allows cloudfront.amazonaws.com only where AWS:SourceArn is one distribution. A distribution that was made anew, or one that was copied for another stage, has another id.",
        fix: &[
            Fix::new(
                "name this distribution in the policy's Condition: \"StringEquals\": { \"AWS:SourceArn\": \"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\" }",
            ),
            Fix::new(
                "aws s3api put-bucket-policy --bucket {bucket} --policy file://bucket-policy.json    # with the statements that are in it now",
            ),
        ],
        needs: &[Need::Distribution, Need::DistributionState, Need::BucketPolicy],
        sources: BUCKET,
        check: other_distribution,
    },
    Cause {
        id: "bucket-policy-missing",
        about: About::Origin,
        title: "the bucket policy does not allow CloudFront to read the object",
        meaning: "Origin access control signs CloudFront's requests, and the bucket policy has to allow them: s3:GetObject on arn:aws:s3:::BUCKET/* for the service cloudfront.amazonaws.com. A statement on the bucket without /* allows no object, one for a prefix allows no other object, and a Deny whose condition CloudFront meets outweighs every Allow.",
        fix: &[
            Fix::when(
                is_known_to_have_no_policy,
                "for a bucket without a policy: aws s3api put-bucket-policy --bucket {bucket} --policy '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudfront.amazonaws.com\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{bucket}/*\",\"Condition\":{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\"}}}]}'",
            ),
            Fix::when(
                may_have_another_policy,
                "add a statement to the policy, beside those that are in it (put-bucket-policy replaces all of them): {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudfront.amazonaws.com\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{bucket}/*\",\"Condition\":{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\"}}}",
            ),
            Fix::when(
                is_read_by_identity,
                "move the origin to origin access control; or allow the identity: \"Principal\": { \"AWS\": \"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}\" }",
            ),
            Fix::when(
                has_denying_policy,
                "except CloudFront from the Deny: \"StringNotEquals\": { \"AWS:SourceArn\": \"arn:aws:cloudfront::ACCOUNT:distribution/{distribution_id}\" } beside its other conditions",
            ),
        ],
        needs: &[Need::Distribution, Need::BucketPolicy],
        sources: BUCKET,
        check: bucket_policy_missing,
    },
];

/// The bucket's origin, or the verdict where the origin is not a bucket.
fn bucket<'e>(case: &Case<'e>) -> Result<&'e Origin, Verdict> {
    if let Some(Answer::S3(code) | Answer::Website(code)) = &case.answer
        && code != "AccessDenied"
    {
        return Err(Verdict::ruled_out("S3 does not say AccessDenied"));
    }
    if let Some(id) = object::said_by_message(case) {
        return Err(Verdict::ruled_out(format!("S3's message says why: see {id}")));
    }
    match case.origin() {
        Some(origin) if origin.bucket().is_some() => Ok(origin),
        Some(origin) => {
            Err(Verdict::ruled_out(format!("the origin `{}` is not a bucket", origin.domain_name)))
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

/// CloudFront's request to the bucket.
fn asked<'r>(case: &'r Case<'_>, origin: &'r Origin, key: Option<&'r str>) -> BucketRequest<'r> {
    BucketRequest {
        reader: reader(origin),
        bucket: origin.bucket().unwrap_or_default(),
        key: key.filter(|key| !key.is_empty()),
        distribution: case.distribution().and_then(|distribution| distribution.arn()),
        // To a bucket CloudFront uses the viewer's protocol.
        secure: case.target.as_ref().map(|target| target.scheme == "https"),
    }
}

/// Whether everyone may read some object of the bucket.
fn is_public(policy: &BucketPolicy, origin: &Origin) -> bool {
    let request = BucketRequest {
        reader: Reader::Anonymous,
        bucket: origin.bucket().unwrap_or_default(),
        key: None,
        distribution: None,
        secure: None,
    };
    let allows =
        |it: &Statement| matches!(it.allows(&request), Coverage::Whole | Coverage::Depends(_));
    policy.statements.iter().any(allows)
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
            "it has an origin access control, which does nothing at a website endpoint".to_owned(),
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
        && !is_public(policy, origin)
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
        (Some(policy), _) if is_public(policy, origin) => match case.evidence.public_access_block {
            Some(block) if block.blocking().is_empty() => {
                Verdict::ruled_out("the bucket is open to everyone")
            }
            _ => Verdict::possible([
                fact,
                "the bucket policy allows everyone, unless public access is blocked".to_owned(),
            ]),
        },
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
    if reader(origin) != Reader::CloudFront {
        return Verdict::ruled_out("the origin has no origin access control");
    }
    let key = case.object_key();
    let request = asked(case, origin, key.as_ref().map(|key| key.key.as_str()));
    let coverages: Vec<(&Statement, Coverage)> =
        policy.statements.iter().map(|it| (it, it.allows(&request))).collect();
    if coverages.iter().any(|(_, coverage)| *coverage == Coverage::Whole) {
        return Verdict::ruled_out("the bucket policy allows the distribution");
    }
    let arns = |of: fn(&Coverage) -> bool| -> Vec<&str> {
        let statements = coverages.iter().filter(|(_, coverage)| of(coverage));
        statements.flat_map(|(statement, _)| statement.source_arns()).collect()
    };
    let others = arns(|coverage| *coverage == Coverage::OtherDistribution);
    if let Some(arn) = request.distribution.filter(|_| !others.is_empty()) {
        return Verdict::proved([
            format!("the bucket policy allows `{}`", others.join("`, `")),
            format!("the distribution is `{arn}`"),
        ]);
    }
    if coverages.iter().any(|(_, coverage)| *coverage == Coverage::OtherDistribution) {
        return Verdict::proved([
            "the bucket policy allows the distributions of another account".to_owned()
        ]);
    }
    let unknown = arns(|coverage| matches!(coverage, Coverage::Depends(_)));
    if request.distribution.is_none() && !unknown.is_empty() {
        return Verdict::possible([
            format!("the bucket policy allows `{}`", unknown.join("`, `")),
            "the id of the distribution is not in the file given".to_owned(),
        ]);
    }
    match coverages.iter().any(|(_, coverage)| matches!(coverage, Coverage::Depends(_))) {
        true => Verdict::Open,
        false => Verdict::ruled_out("see bucket-policy-missing"),
    }
}

fn bucket_policy_missing(case: &Case<'_>) -> Verdict {
    let origin = match bucket(case) {
        Ok(origin) => origin,
        Err(verdict) => return verdict,
    };
    let who = match reader(origin) {
        Reader::Anonymous => return Verdict::ruled_out("see origin-access-control-missing"),
        Reader::CloudFront => "the service `cloudfront.amazonaws.com`".to_owned(),
        Reader::Identity(identity) => format!("the origin access identity `{identity}`"),
    };
    let Some(policy) = &case.evidence.bucket_policy else {
        return match case.source {
            Source::S3 => Verdict::possible([format!(
                "S3 refused CloudFront's signed request for `{}`; the bucket's policy would tell why",
                origin.bucket().unwrap_or_default()
            )]),
            _ => Verdict::Open,
        };
    };
    let key = case.object_key();
    let request = asked(case, origin, key.as_ref().map(|key| key.key.as_str()));
    if let Some(verdict) = denied(policy, &request, &who) {
        return verdict;
    }
    let coverages: Vec<(&Statement, Coverage)> =
        policy.statements.iter().map(|it| (it, it.allows(&request))).collect();
    let any = |wanted: fn(&Coverage) -> bool| coverages.iter().any(|(_, it)| wanted(it));
    if any(|it| matches!(it, Coverage::Whole | Coverage::Depends(_))) {
        return Verdict::ruled_out(format!("the bucket policy allows {who}"));
    }
    if any(|it| *it == Coverage::OtherDistribution) {
        return Verdict::ruled_out("see bucket-policy-other-distribution");
    }
    let mut facts = Vec::new();
    let unmet = coverages.iter().find_map(|(_, coverage)| match coverage {
        Coverage::Unmet(key) => Some(key),
        _ => None,
    });
    let others: Vec<&str> = coverages
        .iter()
        .filter(|(statement, it)| *it == Coverage::OtherResource && !statement.forgets_objects())
        .flat_map(|(statement, _)| statement.resources())
        .collect();
    if policy.statements.is_empty() {
        facts.push("the bucket has no policy".to_owned());
    } else if let Some(unmet) = unmet {
        facts.push(format!(
            "the statement that allows {who} has a condition on `{unmet}`, which CloudFront's requests do not meet"
        ));
    } else if let (false, Some(key)) = (others.is_empty(), &key) {
        facts
            .push(format!("the bucket policy allows {who} to read `{}` only", others.join("`, `")));
        facts.push(format!(
            "CloudFront asks for `{}/{}`{}",
            request.bucket,
            key.key,
            if key.may_differ { ", unless a function changes the path" } else { "" }
        ));
    } else {
        facts.push(format!(
            "no statement of the bucket policy allows {who} s3:GetObject on objects"
        ));
    }
    if policy.statements.iter().any(Statement::forgets_objects) {
        facts.push("a statement allows it on the bucket's own ARN, without `/*`".to_owned());
    }
    let may_differ = !others.is_empty() && key.is_some_and(|key| key.may_differ);
    Verdict::Found(if may_differ { Certainty::Likely } else { Certainty::Proved }, facts)
}

/// The statement that denies, whatever others allow.
fn denied(policy: &BucketPolicy, request: &BucketRequest<'_>, who: &str) -> Option<Verdict> {
    policy.statements.iter().find_map(|statement| match statement.denies(request) {
        Coverage::Whole => {
            let mut facts =
                vec![format!("a Deny statement of the bucket policy denies {who} to read objects")];
            let keys = statement.condition_keys();
            if !keys.is_empty() {
                facts.push(format!(
                    "CloudFront's requests meet its condition on `{}`",
                    keys.join("`, `")
                ));
            }
            Some(Verdict::Found(Certainty::Proved, facts))
        }
        Coverage::Depends(key) => Some(Verdict::possible([format!(
            "a Deny statement of the bucket policy denies {who} to read objects, depending on `{key}`"
        )])),
        _ => None,
    })
}

/// Only then nothing is lost where a policy is put.
fn is_known_to_have_no_policy(case: &Case<'_>) -> bool {
    let policy = case.evidence.bucket_policy.as_ref();
    policy.is_some_and(|policy| policy.statements.is_empty()) && !is_read_by_identity(case)
}

fn is_read_by_identity(case: &Case<'_>) -> bool {
    bucket(case).is_ok_and(|origin| matches!(reader(origin), Reader::Identity(_)))
}

fn has_denying_policy(case: &Case<'_>) -> bool {
    let (Some(policy), Ok(origin)) = (&case.evidence.bucket_policy, bucket(case)) else {
        return false;
    };
    let key = case.object_key();
    let request = asked(case, origin, key.as_ref().map(|key| key.key.as_str()));
    denied(policy, &request, "").is_some()
}

fn may_have_another_policy(case: &Case<'_>) -> bool {
    !is_known_to_have_no_policy(case) && !is_read_by_identity(case) && !has_denying_policy(case)
}

/// Whether the bucket policy lets CloudFront list the bucket: then S3 answers 404 for what does not
/// exist.
pub(super) fn may_list(case: &Case<'_>) -> bool {
    let (Some(policy), Ok(origin)) = (&case.evidence.bucket_policy, bucket(case)) else {
        return false;
    };
    policy.statements.iter().any(|statement| statement.allows_listing(reader(origin)))
}

/// Whether everything that is known of the way to the bucket is as it should be.
pub(super) fn is_in_order(case: &Case<'_>) -> bool {
    let known = case.evidence.bucket_policy.is_some() && case.origin().is_some();
    known && CAUSES.iter().all(|cause| !matches!((cause.check)(case), Verdict::Found(..)))
}
