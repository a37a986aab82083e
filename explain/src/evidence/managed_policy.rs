//! The origin request policies and cache policies that AWS manages: what they forward to an origin.
//!
//! Source: AWS, CloudFront developer guide, "Use managed origin request policies" and "Use managed
//! cache policies", as of 2026. Their ids are the same in every account.

/// A managed origin request policy or cache policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManagedPolicy {
    id: &'static str,
    pub(crate) name: &'static str,
    /// Whether the viewer's `Host` reaches the origin.
    pub(crate) forwards_host: bool,
}

impl ManagedPolicy {
    pub(crate) fn with_id(id: &str) -> Option<Self> {
        POLICIES.into_iter().find(|policy| policy.id == id)
    }
}

const fn policy(id: &'static str, name: &'static str, forwards_host: bool) -> ManagedPolicy {
    ManagedPolicy { id, name, forwards_host }
}

#[rustfmt::skip]
const POLICIES: [ManagedPolicy; 15] = [
    // Origin request policies.
    policy("216adef6-5c7f-47e4-b989-5492eafa07d3", "AllViewer", true),
    policy("33f36d7e-f396-46d9-90e0-52428a34d9dc", "AllViewerAndCloudFrontHeaders-2022-06", true),
    policy("b689b0a8-53d0-40ab-baf2-68738e2966ac", "AllViewerExceptHostHeader", false),
    policy("59781a5b-3903-41f3-afcb-af62929ccde1", "CORS-CustomOrigin", false),
    policy("88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", "CORS-S3Origin", false),
    policy("775133bc-15f2-49f9-abea-afb2e0bf67d2", "Elemental-MediaTailor-PersonalizedManifests", false),
    policy("bf0718e1-ba1e-49d1-88b1-f726733018ae", "HostHeaderOnly", true),
    policy("acba4595-bd28-49b8-b9fe-13317c0390fa", "UserAgentRefererHeaders", false),
    // Cache policies: what is in the cache key reaches the origin too.
    policy("2e54312d-136d-493c-8eb9-b001f22f67d2", "Amplify", true),
    policy("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "CachingDisabled", false),
    policy("658327ea-f89d-4fab-a63d-7e88639e58f6", "CachingOptimized", false),
    policy("b2884449-e4de-46a7-ac36-70bc7f1ddd6d", "CachingOptimizedForUncompressedObjects", false),
    policy("08627262-05a9-4f76-9ded-b50ca2e3a84f", "Elemental-MediaPackage", false),
    policy("83da9c7e-98b4-4e11-a168-04f0df8e2c65", "UseOriginCacheControlHeaders", true),
    policy("4cc15a8a-d715-48a4-82b8-cc0b614638fe", "UseOriginCacheControlHeaders-QueryStrings", true),
];
