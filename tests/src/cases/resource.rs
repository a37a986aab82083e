//! Stage `conditions`: which URLs a resource pattern means. Both answers stand side by side here.

use crate::pass::RSA_SHA256;

use super::draft::{Case, RESOURCE_MISMATCH, case};

pub(super) fn cases() -> Vec<Case> {
    let in_urls = PATTERNS.iter().flat_map(|(pattern, rows)| {
        rows.iter().map(move |(name, url, departs)| {
            let pass = RSA_SHA256.custom(super::allow::policy_for(pattern));
            let draft = case(&format!("resource-{name}"), &format!("for `{pattern}`"))
                .aws("Create a signed URL using a custom policy")
                .get(pass.on(url));
            if departs.is_empty() { draft.allow() } else { draft.deny(RESOURCE_MISMATCH, departs) }
        })
    });
    let in_cookies = COOKIE_PATTERNS.iter().map(|(name, pattern, url, departs)| {
        let pass = RSA_SHA256.custom(super::allow::policy_for(pattern));
        let draft = case(&format!("cookie-resource-{name}"), &format!("for `{pattern}`"))
            .aws("Set signed cookies using a custom policy")
            .get(url)
            .cookies([pass.cookie()]);
        if departs.is_empty() { draft.allow() } else { draft.deny(RESOURCE_MISMATCH, departs) }
    });
    in_urls.chain(in_cookies).collect()
}

/// Name, URL, and where the URL departs from the pattern; empty if it does not.
type Row = (&'static str, &'static str, &'static str);

/// A pattern and its URLs. Those of `example.com` and `cloudfront.net` are on AWS's page.
const PATTERNS: &[(&str, &[Row])] = &[
    (
        "https://www.example.com/hello*world",
        &[
            ("wildcard-none", "https://www.example.com/helloworld", ""),
            ("wildcard-hyphen", "https://www.example.com/hello-world", ""),
            ("wildcard-stays-in-path", "https://www.example.com/hello?world", "the path `/hello`"),
        ],
    ),
    (
        "https://d111111abcdef8.cloudfront.net/*game_download.zip*",
        &[
            ("zip", "https://d111111abcdef8.cloudfront.net/game_download.zip", ""),
            (
                "zip-with-query",
                "https://d111111abcdef8.cloudfront.net/example_game_download.zip?license=yes",
                "",
            ),
            (
                "zip-with-other-query",
                "https://d111111abcdef8.cloudfront.net/test_game_download.zip?license=temp",
                "",
            ),
        ],
    ),
    (
        "https://*",
        &[
            ("any-domain", "https://d111111abcdef8.cloudfront.net/training/orientation.pdf", ""),
            (
                "any-domain-other-protocol",
                "http://d111111abcdef8.cloudfront.net/training/orientation.pdf",
                "the protocol `http` does not match `https`",
            ),
        ],
    ),
    (
        "*",
        &[
            ("any-url", "https://d111111abcdef8.cloudfront.net/anything?x=1", ""),
            ("any-url-root", "http://192.0.2.1:8080/", ""),
        ],
    ),
    (
        "http://example.com*",
        &[
            ("domain-implies-path-and-query", "http://example.com/a/b?x=1", ""),
            ("domain-wildcard-is-any-end", "http://example.com.example.net/a", ""),
            ("domain-wildcard-other-start", "http://www.example.com/a", "the domain"),
        ],
    ),
    (
        "http://example.com/hello*",
        &[
            ("path-implies-query", "http://example.com/hello/world?x=1", ""),
            ("path-implies-query-other-path", "http://example.com/hell?o", "the path"),
        ],
    ),
    (
        "*example.com",
        &[
            ("no-protocol-http", "http://example.com/", ""),
            ("no-protocol-https", "https://www.example.com/", ""),
            ("no-protocol-implies-one-path", "https://www.example.com/a", "the path `/a`"),
            ("no-protocol-implies-no-query", "https://www.example.com/?a", "the query"),
        ],
    ),
    ("*example.com/a*", &[("no-protocol-with-path", "https://www.example.com/a.mp4?x", "")]),
    (
        "*://h/a",
        &[
            ("any-protocol-http", "http://h/a", ""),
            ("any-protocol-https", "https://h/a", ""),
            ("any-protocol-other-path", "https://h/b", "the path"),
        ],
    ),
    (
        "https://h/a.mp4",
        &[
            ("exact", "https://h/a.mp4", ""),
            ("exact-other-path", "https://h/b.mp4", "the path `/b.mp4` does not match `/a.mp4`"),
            ("exact-longer-path", "https://h/a.mp4x", "the path"),
            ("exact-shorter-path", "https://h/a.mp", "the path"),
            ("exact-other-case-of-path", "https://h/A.mp4", "the path"),
            ("exact-other-escape", "https://h/%61.mp4", "the path"),
            ("exact-query-added", "https://h/a.mp4?x=1", "the query does not match the query"),
            ("exact-other-domain", "https://i/a.mp4", "the domain `i` does not match `h`"),
            ("exact-other-case-of-domain", "https://H/a.mp4", "the domain"),
            ("exact-port-added", "https://h:443/a.mp4", "the domain"),
            ("exact-other-protocol", "http://h/a.mp4", "the protocol"),
        ],
    ),
    (
        "https://h",
        &[
            ("domain-only", "https://h/", ""),
            ("domain-only-is-one-path", "https://h/a", "the path"),
        ],
    ),
    (
        "https://h/u/1/*",
        &[
            ("folder", "https://h/u/1/a/b.pdf?x=1", ""),
            ("folder-itself", "https://h/u/1/", ""),
            ("folder-is-not-its-name", "https://h/u/1", "the path"),
            ("folder-is-not-its-sibling", "https://h/u/12/a.pdf", "the path"),
        ],
    ),
    (
        "https://h/*.m3u8",
        &[
            ("suffix", "https://h/a/b.m3u8", ""),
            ("suffix-other", "https://h/a/b.m3u8x", "the path"),
            ("suffix-implies-no-query", "https://h/a.m3u8?x=1", "the query"),
        ],
    ),
    (
        "https://h/free/*.m3u8?*",
        &[
            ("suffix-with-any-query", "https://h/free/a.m3u8?x=1", ""),
            ("suffix-with-any-query-or-none", "https://h/free/a.m3u8", ""),
            ("suffix-in-query-is-none", "https://h/paid/a.mp4?/free/x.m3u8", "the path"),
        ],
    ),
    (
        "https://*.h/a",
        &[
            ("subdomain", "https://www.h/a", ""),
            ("subdomain-of-another-domain", "https://i/x.h/a", "the domain `i`"),
            ("subdomain-needs-its-dot", "https://evil-h/a", "the domain"),
        ],
    ),
    ("https://h*/a", &[("domain-with-path-implies-nothing", "https://h/b", "the path")]),
    (
        "https://d?.h/a",
        &[
            ("one-character-in-domain", "https://d1.h/a", ""),
            ("one-character-in-domain-is-not-none", "https://d.h/a", "the domain"),
        ],
    ),
    (
        "https://h/a?x=*",
        &[
            ("query-value", "https://h/a?x=1", ""),
            ("query-value-empty", "https://h/a?x=", ""),
            ("query-missing", "https://h/a", "the query"),
            ("query-in-other-order", "https://h/a?y=1&x=1", "the query"),
        ],
    ),
    (
        "https://h/a?x=?",
        &[
            ("one-character-in-query", "https://h/a?x=1", ""),
            ("one-character-in-query-is-not-two", "https://h/a?x=12", "the query"),
            ("one-character-in-query-is-not-none", "https://h/a?x=", "the query"),
        ],
    ),
    (
        "https://h/a?b?c",
        &[
            ("first-question-mark-begins-the-query", "https://h/axb", "the path"),
            ("second-question-mark-is-a-wildcard", "https://h/a?bxc", ""),
        ],
    ),
    (
        "https://h/*ab*ab",
        &[
            ("wildcards-twice", "https://h/a/ab/abab", ""),
            ("wildcards-do-not-overlap", "https://h/ab", "the path"),
        ],
    ),
    ("https://h/*b*a", &[("wildcards-keep-their-order", "https://h/ab", "the path")]),
    ("https://h/**", &[("wildcards-side-by-side", "https://h/", "")]),
    ("https://h/a?*x?z*", &[("wildcard-tries-every-start", "https://h/a?xxyz", "")]),
];

/// Name, pattern, URL, and where the URL departs from the pattern; empty if it does not.
const COOKIE_PATTERNS: &[(&str, &str, &str, &str)] = &[
    ("folder", "https://h/video/*", "https://h/video/a.mp4?x=1", ""),
    ("other-folder", "https://h/audio/*", "https://h/video/a.mp4", "does not match `/audio/*`"),
    ("http", "http://h/*", "http://h/a.mp4", ""),
    ("other-protocol", "http://h/*", "https://h/a.mp4", "the protocol"),
    ("any-domain", "https://*", "https://media.example.com/a.mp4?x=1", ""),
    ("query", "https://h/a.mp4?v=*", "https://h/a.mp4?v=1", ""),
    ("other-query", "https://h/a.mp4?v=*", "https://h/a.mp4?w=1", "the query"),
];
