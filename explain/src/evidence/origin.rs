//! An origin of a distribution, and which service it is.

use serde::Deserialize;

/// Where CloudFront fetches what it has not cached.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Origin {
    pub(crate) id: String,
    pub(crate) domain_name: String,
    /// What CloudFront puts before the path of each request: empty, or with its first slash.
    #[serde(default)]
    pub(crate) origin_path: String,
    #[serde(default)]
    pub(crate) s3_origin_config: Option<S3OriginConfig>,
    #[serde(default)]
    pub(crate) origin_access_control_id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct S3OriginConfig {
    #[serde(default)]
    pub(crate) origin_access_identity: String,
}

/// The services that answer 403 each in its own way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OriginKind {
    ApiGateway,
    FunctionUrl,
    LoadBalancer,
    Other,
    S3,
    S3Website,
}

impl OriginKind {
    /// The service that has this host (AWS: "Use various origins with CloudFront distributions").
    pub(crate) fn of_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let name = host.split(':').next().unwrap_or_default();
        let Some(aws) = aws_name(name) else { return Self::Other };
        if name.contains(".lambda-url.") {
            Self::FunctionUrl
        } else if name.contains(".execute-api.") {
            Self::ApiGateway
        } else if aws.ends_with(".elb") || name.contains(".elb.") {
            Self::LoadBalancer
        } else if name.contains(".s3-website-") || name.contains(".s3-website.") {
            Self::S3Website
        } else if is_s3(name) {
            Self::S3
        } else {
            Self::Other
        }
    }

    /// With its article, for people.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::ApiGateway => "an API Gateway API",
            Self::FunctionUrl => "a Lambda function URL",
            Self::LoadBalancer => "a load balancer",
            Self::Other => "a server of its own",
            Self::S3 => "an S3 bucket",
            Self::S3Website => "the website endpoint of an S3 bucket",
        }
    }
}

/// A host of a service's, without AWS's own domain. None if AWS does not own it.
fn aws_name(host: &str) -> Option<&str> {
    [".amazonaws.com", ".amazonaws.com.cn", ".on.aws"]
        .into_iter()
        .find_map(|domain| host.strip_suffix(domain))
}

/// Whether AWS owns the name: nobody else can point it at a distribution.
pub(crate) fn is_aws_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let name = host.split(':').next().unwrap_or_default();
    let own = [".cloudfront.net", ".awsapprunner.com", ".elasticbeanstalk.com", ".amplifyapp.com"];
    aws_name(name).is_some() || own.iter().any(|domain| name.ends_with(domain))
}

/// In path style, too: `s3.eu-west-1.amazonaws.com/BUCKET`.
fn is_s3(host: &str) -> bool {
    [".s3.", ".s3-", ".s3-accesspoint."].iter().any(|mark| host.contains(mark))
        || host.starts_with("s3.")
        || host.starts_with("s3-")
}

impl Origin {
    pub(crate) fn kind(&self) -> OriginKind {
        OriginKind::of_host(&self.domain_name)
    }

    /// The bucket's website endpoint (AWS: "Website endpoints"), which CloudFront cannot sign for.
    pub(crate) fn is_website(&self) -> bool {
        self.kind() == OriginKind::S3Website
    }

    pub(crate) fn bucket(&self) -> Option<&str> {
        let name = &self.domain_name;
        if !(name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn")) {
            return None;
        }
        [".s3.", ".s3-"].into_iter().find_map(|mark| name.split_once(mark)).map(|(name, _)| name)
    }

    /// The bucket's region, which the older, global names do not tell.
    pub(crate) fn region(&self) -> Option<&str> {
        let service = self.domain_name.strip_prefix(self.bucket()?)?;
        let is_region = |label: &&str| {
            label.matches('-').count() >= 2 && label.ends_with(|last: char| last.is_ascii_digit())
        };
        let region =
            |label| ["s3-website-", "s3-"].iter().find_map(|mark| str::strip_prefix(label, mark));
        service.split('.').map(|label| region(label).unwrap_or(label)).find(is_region)
    }

    /// The identity that bucket policies named before origin access control.
    pub(crate) fn access_identity(&self) -> Option<&str> {
        let config = self.s3_origin_config.as_ref()?;
        let identity = config.origin_access_identity.rsplit('/').next().unwrap_or_default();
        (!identity.is_empty()).then_some(identity)
    }

    pub(crate) fn has_access_control(&self) -> bool {
        !self.origin_access_control_id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_hosts() {
        for (host, kind) in [
            ("media.s3.eu-west-1.amazonaws.com", OriginKind::S3),
            ("media.s3.dualstack.us-gov-west-1.amazonaws.com", OriginKind::S3),
            ("media.s3-eu-west-1.amazonaws.com", OriginKind::S3),
            ("s3.eu-west-1.amazonaws.com", OriginKind::S3),
            ("media-1234.s3-accesspoint.eu-west-1.amazonaws.com", OriginKind::S3),
            ("media.s3.cn-north-1.amazonaws.com.cn", OriginKind::S3),
            ("media.s3-website-eu-west-1.amazonaws.com", OriginKind::S3Website),
            ("media.s3-website.eu-south-2.amazonaws.com", OriginKind::S3Website),
            ("abcdefgh1234.lambda-url.eu-west-1.on.aws", OriginKind::FunctionUrl),
            ("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", OriginKind::ApiGateway),
            ("web-1234567890.eu-west-1.elb.amazonaws.com", OriginKind::LoadBalancer),
            ("web-1234567890.elb.eu-west-1.amazonaws.com", OriginKind::LoadBalancer),
            ("ec2-203-0-113-9.eu-west-1.compute.amazonaws.com", OriginKind::Other),
            ("media.s3.example.com", OriginKind::Other),
            ("www.example.com:8443", OriginKind::Other),
        ] {
            assert_eq!(OriginKind::of_host(host), kind, "{host}");
        }
    }

    #[test]
    fn hosts_that_aws_owns() {
        for (host, owned) in [
            ("d111111abcdef8.cloudfront.net", true),
            ("media.s3.amazonaws.com", true),
            ("abcdefgh1234.lambda-url.eu-west-1.on.aws", true),
            ("media.example.com", false),
            ("cloudfront.net.example.com", false),
        ] {
            assert_eq!(is_aws_host(host), owned, "{host}");
        }
    }
}
