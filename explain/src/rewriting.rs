//! What clients, SDKs and people do to a URL between signing and requesting.
//!
//! A canned policy is signed over the exact text of the URL. Where the signature does not hold for
//! the URL that was requested, undoing what usually happens to URLs finds the one that it holds
//! for. The SDKs meant are named where one is known for it.

use crate::pass::percent_decoded;
use crate::relatives::relatives;
use crate::target::Target;

/// The cause that a change belongs to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Change {
    /// Another URL was signed: that of the playlist, or one with another path.
    AnotherUrl,
    Encoded,
    Other,
    Pattern,
    Query,
    Scheme,
    Text,
}

/// A URL that may have been signed instead of the one requested.
#[derive(Clone, Debug)]
pub(crate) struct Rewriting {
    pub(crate) url: String,
    pub(crate) changes: Vec<(Change, String)>,
}

/// A part as it may have been, and what happened to it since.
type Former = (String, Option<(Change, &'static str)>);

/// How many URLs are tried: each costs a verification with each key.
const MOST: usize = 3000;

/// URLs that may have been signed: the requested one first, then those with one change, then those
/// with more. `prefixes` are beginnings of paths that the distribution knows.
pub(crate) fn rewritings(
    requested: &Target,
    hosts: &[String],
    prefixes: &[String],
) -> Vec<Rewriting> {
    let scheme = requested.scheme.as_str();
    let other_scheme = if scheme == "https" { "http" } else { "https" };
    let schemes: Vec<Former> = vec![
        (scheme.to_owned(), None),
        (other_scheme.to_owned(), Some((Change::Scheme, "it was signed for the other scheme"))),
    ];
    let paths = former_paths(&requested.path);
    let queries = former_queries(requested.own_query().as_deref());
    let hosts = former_hosts(&requested.host, scheme, hosts);

    let mut all: Vec<Rewriting> = Vec::new();
    for scheme in &schemes {
        for host in &hosts {
            for path in &paths {
                for query in &queries {
                    let parts = [scheme, host, path, query];
                    let changes: Vec<(Change, String)> = parts
                        .into_iter()
                        .filter_map(|(_, change)| {
                            change.map(|(kind, what)| (kind, what.to_owned()))
                        })
                        .collect();
                    let url = format!("{}://{}{}{}", scheme.0, host.0, path.0, query.0);
                    all.push(Rewriting { url, changes });
                }
            }
        }
    }
    all.extend(patterns(requested));
    all.extend(other_urls(requested, prefixes));
    all.sort_by_key(|rewriting| rewriting.changes.len());
    all.truncate(MOST);
    all
}

fn former_hosts(host: &str, scheme: &str, others: &[String]) -> Vec<Former> {
    let other = Some((Change::Other, "it was signed for another host of the distribution"));
    let mut hosts: Vec<Former> = vec![(host.to_owned(), None)];
    hosts.extend(others.iter().filter(|other| *other != host).map(|name| (name.clone(), other)));
    let (port, what) = match scheme {
        "http" => (":80", "the default port was signed; clients leave it out"),
        _ => (":443", "the default port was signed; clients leave it out"),
    };
    hosts.push((format!("{host}{port}"), Some((Change::Encoded, what))));
    if let Some((name, _)) = host.split_once(':') {
        hosts.push((name.to_owned(), Some((Change::Other, "the port was added after signing"))));
    }
    hosts
}

fn former_paths(path: &str) -> Vec<Former> {
    let mut paths: Vec<Former> = vec![(path.to_owned(), None)];
    let mut add = |former: String, kind, what| {
        if !paths.iter().any(|(known, _)| *known == former) {
            paths.push((former, Some((kind, what))));
        }
    };
    add(
        percent_decoded(path),
        Change::Encoded,
        "the plain path was signed, its percent-encoded form was requested (Rust's and JavaScript's `url` encode on the way)",
    );
    add(
        path.replace('%', "%25"),
        Change::Encoded,
        "the path was percent-encoded twice before signing",
    );
    add(
        path.replace("%25", "%"),
        Change::Encoded,
        "the path was percent-encoded a second time after signing",
    );
    add(
        encoded(&percent_decoded(path), "/-._~!$&'()*+,;=:@"),
        Change::Encoded,
        "the percent-encoded path was signed, the plain one was requested",
    );
    add(
        encoded(&percent_decoded(path), "/-._~!*'()"),
        Change::Encoded,
        "the path was signed as JavaScript's encodeURIComponent writes it (the AWS SDK for JavaScript v3 does so)",
    );
    add(
        encoded(&percent_decoded(path), "/-._~"),
        Change::Encoded,
        "the path was signed with every reserved character encoded (PHP's rawurlencode, Java's SDK)",
    );
    add(
        path.replace("%20", "+"),
        Change::Encoded,
        "spaces in the path were signed as `+` and requested as `%20`",
    );
    add(
        path.replace('+', "%20"),
        Change::Encoded,
        "spaces in the path were signed as `%20` and requested as `+`",
    );
    add(
        path.replace("%7E", "~"),
        Change::Encoded,
        "`~` was signed plain and requested as `%7E` (form encoders do so)",
    );
    add(case_of_escapes(path, true), Change::Encoded, "escapes were signed in upper case");
    add(case_of_escapes(path, false), Change::Encoded, "escapes were signed in lower case");
    add(format!("{path}/"), Change::Other, "a slash at the end was lost after signing");
    if let Some(shorter) = path.strip_suffix('/')
        && !shorter.is_empty()
    {
        add(shorter.to_owned(), Change::Other, "a slash at the end was added after signing");
    }
    if path.ends_with('/') {
        add(
            format!("{path}index.html"),
            Change::Other,
            "`index.html` was signed, its folder requested",
        );
    }
    if let Some(folder) = path.strip_suffix("index.html") {
        add(folder.to_owned(), Change::Other, "the folder was signed, its `index.html` requested");
    }
    add(
        path.replace("//", "/"),
        Change::Other,
        "a `//` was requested where a single slash was signed",
    );
    paths
}

fn former_queries(query: Option<&str>) -> Vec<Former> {
    let Some(query) = query else {
        let empty = "a bare `?` was signed; nothing after it was requested";
        return vec![(String::new(), None), ("?".to_owned(), Some((Change::Query, empty)))];
    };
    let mut queries: Vec<Former> = vec![(format!("?{query}"), None)];
    let mut add = |former: String, kind, what| {
        if !queries.iter().any(|(known, _)| *known == former) {
            queries.push((former, Some((kind, what))));
        }
    };
    add(String::new(), Change::Query, "the query was added after signing");
    let parts: Vec<&str> = query.split('&').collect();
    let without = |left_out: &dyn Fn(usize) -> bool| -> String {
        let left = parts.iter().enumerate().filter(|(at, _)| !left_out(*at)).map(|(_, part)| *part);
        let left: Vec<&str> = left.collect();
        if left.is_empty() { String::new() } else { format!("?{}", left.join("&")) }
    };
    for one in 0..parts.len().min(12) {
        add(without(&|at| at == one), Change::Query, "a query parameter was added after signing");
        add(without(&|at| at > one), Change::Query, "query parameters were added after signing");
    }
    let sorted = |by: &dyn Fn(&str) -> String| -> String {
        let mut parts = parts.clone();
        parts.sort_by_key(|part| by(part));
        format!("?{}", parts.join("&"))
    };
    add(
        sorted(&|part| part.to_owned()),
        Change::Query,
        "the query parameters were put in another order after signing",
    );
    let mut reversed = parts.clone();
    reversed.reverse();
    add(
        format!("?{}", reversed.join("&")),
        Change::Query,
        "the query parameters were put in another order after signing",
    );
    let decoded = percent_decoded(query);
    add(
        format!("?{decoded}"),
        Change::Encoded,
        "the plain query was signed, its percent-encoded form was requested",
    );
    add(
        format!("?{}", encoded(&decoded, "-._~!*'()=&")),
        Change::Encoded,
        "the query was signed percent-encoded, the plain one was requested (the AWS SDK for JavaScript v3 encodes it)",
    );
    add(
        format!("?{}", encoded(&decoded, "-._~=&")),
        Change::Encoded,
        "the query was signed with every reserved character encoded (PHP's http_build_query)",
    );
    add(
        format!("?{}", query.replace("%20", "+")),
        Change::Encoded,
        "spaces in the query were signed as `+` and requested as `%20`",
    );
    add(
        format!("?{}", query.replace('+', "%20")),
        Change::Encoded,
        "spaces in the query were signed as `%20` and requested as `+` (`URLSearchParams` writes `+`; the package aws-cloudfront-sign uses it)",
    );
    add(
        format!("?{}", query.replace("%27", "'")),
        Change::Encoded,
        "`'` was signed plain and requested as `%27` (browsers encode it)",
    );
    add(
        format!("?{}", query.replace("%25", "%")),
        Change::Encoded,
        "the query was percent-encoded a second time after signing",
    );
    add(
        format!("?{}", case_of_escapes(query, true)),
        Change::Encoded,
        "escapes in the query were signed in upper case",
    );
    add(
        format!("?{}", query.replace("&amp;", "&")),
        Change::Encoded,
        "`&` became `&amp;` after signing (HTML escaping)",
    );
    let flags = |bare: bool| -> String {
        let part = |part: &&str| match (bare, part.strip_suffix('=')) {
            (true, Some(name)) => name.to_owned(),
            (false, None) if !part.contains('=') => format!("{part}="),
            _ => (*part).to_owned(),
        };
        format!("?{}", parts.iter().map(part).collect::<Vec<_>>().join("&"))
    };
    add(
        flags(true),
        Change::Encoded,
        "a parameter without a value was signed as `name` and requested as `name=`",
    );
    add(
        flags(false),
        Change::Encoded,
        "a parameter without a value was signed as `name=` and requested as `name` (the AWS SDK for JavaScript v3 adds the `=`)",
    );
    queries
}

/// What happened to a URL between signing and requesting. Paths that differ in more than their
/// encoding are two URLs.
pub(crate) fn changes_between(signed: &Target, requested: &Target) -> Vec<Change> {
    let (signed_query, query) = (signed.own_query(), requested.own_query());
    let mut changes = Vec::new();
    if signed.scheme != requested.scheme {
        changes.push(Change::Scheme);
    }
    if signed.host != requested.host {
        changes.push(Change::Other);
    }
    if signed.path != requested.path {
        changes.push(match is_same_decoded(&signed.path, &requested.path) {
            true => Change::Encoded,
            false => Change::AnotherUrl,
        });
    }
    if signed_query != query {
        let (one, other) = (signed_query.unwrap_or_default(), query.unwrap_or_default());
        changes.push(if is_same_decoded(&one, &other) { Change::Encoded } else { Change::Query });
    }
    changes
}

fn is_same_decoded(one: &str, other: &str) -> bool {
    let plain = |text: &str| percent_decoded(&percent_decoded(text)).replace('+', " ");
    plain(one) == plain(other)
}

/// Other URLs whose signature someone may have used for this one, with the query and without.
fn other_urls(requested: &Target, prefixes: &[String]) -> Vec<Rewriting> {
    let Target { scheme, host, path, .. } = requested;
    let own = requested.own_query().map(|query| format!("?{query}"));
    let queries: Vec<String> = [Some(String::new()), own].into_iter().flatten().collect();
    relatives(path, prefixes)
        .into_iter()
        .flat_map(|(path, what)| {
            queries.iter().map(move |query| (path.clone(), what.clone(), query))
        })
        .map(|(path, what, query)| Rewriting {
            url: format!("{scheme}://{host}{path}{query}"),
            changes: vec![(Change::AnotherUrl, what)],
        })
        .collect()
}

/// Patterns that someone may have signed as if they were a URL.
fn patterns(requested: &Target) -> Vec<Rewriting> {
    let Target { scheme, host, path, .. } = requested;
    let mut patterns =
        vec!["*".to_owned(), "https://*".to_owned(), "http://*".to_owned(), "http*://*".to_owned()];
    let mut folder = path.as_str();
    let mut extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    while let Some((parent, _)) = folder.rsplit_once('/') {
        for scheme in [scheme.as_str(), "http*", "*"] {
            patterns.push(format!("{scheme}://{host}{parent}/*"));
        }
        if let Some((_, extension)) = extension.take() {
            patterns.push(format!("{scheme}://{host}{parent}/*.{extension}"));
            patterns.push(format!("{scheme}://{host}/*.{extension}"));
        }
        folder = parent;
    }
    patterns.push(format!("{scheme}://{host}{path}*"));
    patterns.push(format!("{scheme}://{host}*"));
    let change = |url: String| Rewriting {
        changes: vec![(
            Change::Pattern,
            format!("the pattern `{url}` was signed as a canned policy"),
        )],
        url,
    };
    patterns.into_iter().map(change).collect()
}

/// Percent-encoded, but for letters, digits and `plain`.
fn encoded(text: &str, plain: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || plain.contains(character) {
            encoded.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

fn case_of_escapes(text: &str, upper: bool) -> String {
    let mut left = 0_u8;
    let turned = |character: char| {
        let inside = left > 0;
        left = if character == '%' { 2 } else { left.saturating_sub(1) };
        match (inside, upper) {
            (true, true) => character.to_ascii_uppercase(),
            (true, false) => character.to_ascii_lowercase(),
            (false, _) => character,
        }
    };
    text.chars().map(turned).collect()
}

/// Canned texts that are not CloudFront's, which signers wrote all the same.
pub(crate) fn other_texts(url: &str, expires: &str) -> Vec<(String, &'static str)> {
    let canonical = canned_text(url, expires);
    vec![
        (
            format!("{canonical}\n"),
            "the signed text ends with a line break (written by `echo` or an editor)",
        ),
        (
            canonical.replace('/', "\\/"),
            "the signed text writes `/` as `\\/` (PHP's json_encode without JSON_UNESCAPED_SLASHES)",
        ),
        (
            canonical.replace("\":", "\": ").replace(",\"", ", \""),
            "the signed text has white space after `:` and `,` (Python's json.dumps without separators)",
        ),
        (
            canonical.replacen("\"Statement\":", "\"Statement\": ", 1),
            "the signed text has a space after `\"Statement\":` (older Java and .NET SDKs, which signed custom policies so)",
        ),
        (
            format!(
                r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":"{expires}"}}}}}}]}}"#
            ),
            "the signed text has the expiry in quotes",
        ),
        (
            format!(
                r#"{{"Statement":[{{"Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}},"Resource":"{url}"}}]}}"#
            ),
            "the signed text has `Condition` before `Resource` (a JSON writer that sorts keys)",
        ),
        (
            canonical.replace('&', "\\u0026"),
            "the signed text writes `&` as `\\u0026` (Go's encoding/json)",
        ),
    ]
}

/// CloudFront's own text (AWS: "Create a policy statement for a signed URL that uses a canned
/// policy").
pub(crate) fn canned_text(url: &str, expires: &str) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
    )
}
