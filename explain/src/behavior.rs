//! Which behaviour of a distribution answers a path.

use policy::wildcards_match;

use crate::evidence::{Behavior, Distribution};
use crate::target::Target;

/// The bucket behind a behaviour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bucket<'d> {
    /// Its name.
    pub name: &'d str,
    /// Its region, if the name of the origin tells.
    pub region: Option<&'d str>,
}

impl Distribution {
    /// The ids of the key groups that the behaviour trusts which answers this URL.
    pub fn key_groups_for(&self, url: &str) -> &[String] {
        self.behavior_for(url).map_or(&[], |behavior| &behavior.trusted_key_groups.items)
    }

    /// The bucket behind the behaviour that answers this URL; None if its origin is no bucket.
    pub fn bucket_for(&self, url: &str) -> Option<Bucket<'_>> {
        let origin = self.origin(&self.behavior_for(url)?.target_origin_id)?;
        Some(Bucket { name: origin.bucket()?, region: origin.region() })
    }

    fn behavior_for(&self, url: &str) -> Option<&Behavior> {
        self.behaviors_for(&Target::read(url)?.normalised_path()).first().copied()
    }

    /// The behaviours whose pattern the path matches, in the order in which CloudFront asks them;
    /// the first one answers, the default one is last.
    pub(crate) fn behaviors_for(&self, path: &str) -> Vec<&Behavior> {
        let matches = |behavior: &&Behavior| {
            let pattern = &behavior.path_pattern;
            // A pattern may leave out the first slash.
            let path = if pattern.starts_with(['/', '*']) {
                path
            } else {
                path.strip_prefix('/').unwrap_or(path)
            };
            wildcards_match(pattern, path)
        };
        let named = self.config.cache_behaviors.items.iter().filter(matches);
        named.chain([&self.config.default_cache_behavior]).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    /// Two behaviours; the default one's origin has this name.
    fn distribution(domain_name: &str) -> Distribution {
        let json = format!(
            r#"{{
                "Origins": {{"Items": [
                    {{"Id": "bucket", "DomainName": "{domain_name}"}},
                    {{"Id": "api", "DomainName": "api.example.com"}}
                ]}},
                "CacheBehaviors": {{"Items": [
                    {{"PathPattern": "/api/*", "TargetOriginId": "api"}}
                ]}},
                "DefaultCacheBehavior": {{
                    "TargetOriginId": "bucket",
                    "TrustedKeyGroups": {{"Enabled": true, "Items": ["group"]}}
                }}
            }}"#
        );
        Distribution::read(&json).unwrap()
    }

    #[test]
    fn the_behaviour_of_a_url_tells_its_key_groups_and_bucket() {
        let distribution = distribution("media.s3.eu-central-1.amazonaws.com");
        let film = "https://media.example.com/film.mp4?Expires=1";
        assert_eq!(distribution.key_groups_for(film), ["group"]);
        let bucket = Bucket { name: "media", region: Some("eu-central-1") };
        assert_eq!(distribution.bucket_for(film), Some(bucket));
        let api = "https://media.example.com/x/../api/films";
        assert!(distribution.key_groups_for(api).is_empty());
        assert_eq!(distribution.bucket_for(api), None);
    }

    #[test]
    fn names_of_buckets() {
        for (origin, name, region) in [
            ("media.s3.amazonaws.com", "media", None),
            ("media.s3.dualstack.us-gov-west-1.amazonaws.com", "media", Some("us-gov-west-1")),
            ("media.s3-eu-west-1.amazonaws.com", "media", Some("eu-west-1")),
            ("media.s3-website-eu-west-1.amazonaws.com", "media", Some("eu-west-1")),
            ("media.s3-website.eu-south-2.amazonaws.com", "media", Some("eu-south-2")),
            ("media.s3.cn-north-1.amazonaws.com.cn", "media", Some("cn-north-1")),
            ("my.media-eu-1.s3.amazonaws.com", "my.media-eu-1", None),
        ] {
            let distribution = distribution(origin);
            let bucket = distribution.bucket_for("https://media.example.com/").unwrap();
            assert_eq!(bucket, Bucket { name, region }, "{origin}");
        }
    }
}
