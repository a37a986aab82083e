//! The conditions of a bucket policy, decided for CloudFront's own requests to the bucket.

use std::collections::BTreeMap;

use policy::wildcards_match;
use serde::Deserialize;
use serde_json::Value;

use super::bucket_policy::{BucketRequest, Coverage, Reader};

/// Operators, the keys of each, and the values of each key (IAM, "JSON policy elements: Condition").
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Condition(BTreeMap<String, BTreeMap<String, Value>>);

/// What a request has at a condition's key (IAM, "AWS global condition context keys").
enum Known {
    Value(String),
    /// The request does not have the key.
    Absent,
    /// The request has a value that no policy of one's own lists: the address of an edge.
    Foreign,
    /// The evidence does not tell.
    Unknown,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Holds {
    Yes,
    No,
    Unknown,
}

impl Condition {
    /// How far the conditions let a statement take effect that is about the request otherwise.
    pub(crate) fn coverage(&self, request: &BucketRequest<'_>) -> Coverage {
        let mut depends = None;
        for (operator, key, values) in self.all() {
            match Operator::new(operator).holds(&known(key, request), values) {
                Holds::Yes => {}
                Holds::No if is_about_the_distribution(key) => return Coverage::OtherDistribution,
                Holds::No => return Coverage::Unmet(key.clone()),
                Holds::Unknown => depends = depends.or_else(|| Some(key.clone())),
            }
        }
        depends.map_or(Coverage::Whole, Coverage::Depends)
    }

    /// The distributions that conditions on `AWS:SourceArn` name.
    pub(crate) fn source_arns(&self) -> Vec<&str> {
        self.all()
            .filter(|(operator, key, _)| {
                key.eq_ignore_ascii_case("AWS:SourceArn") && !Operator::new(operator).negated
            })
            .flat_map(|(_, _, values)| one_or_many(values))
            .filter_map(Value::as_str)
            .collect()
    }

    pub(crate) fn keys(&self) -> Vec<&str> {
        self.all().map(|(_, key, _)| key.as_str()).collect()
    }

    fn all(&self) -> impl Iterator<Item = (&String, &String, &Value)> {
        self.0.iter().flat_map(|(operator, keys)| {
            keys.iter().map(move |(key, values)| (operator, key, values))
        })
    }
}

fn is_about_the_distribution(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:SourceArn") || key.eq_ignore_ascii_case("aws:SourceAccount")
}

fn known(key: &str, request: &BucketRequest<'_>) -> Known {
    let by_service = request.reader == Reader::CloudFront;
    let value = |text: &str| Known::Value(text.to_owned());
    let of_distribution = |part: Option<&str>| match (by_service, part) {
        (false, _) => Known::Absent,
        (true, Some(part)) => value(part),
        (true, None) => Known::Unknown,
    };
    let arn = request.distribution;
    match key.to_ascii_lowercase().as_str() {
        "aws:sourcearn" => of_distribution(arn),
        "aws:sourceaccount" => of_distribution(arn.and_then(|arn| arn.split(':').nth(4))),
        "aws:securetransport" => match request.secure {
            Some(secure) => Known::Value(secure.to_string()),
            None => Known::Unknown,
        },
        "aws:principalisawsservice" => Known::Value(by_service.to_string()),
        "aws:principalservicename" if by_service => value("cloudfront.amazonaws.com"),
        "aws:sourceip" => Known::Foreign,
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:vpcsourceip" => Known::Absent,
        "aws:principalaccount"
        | "aws:principalarn"
        | "aws:principalorgid"
        | "aws:principalorgpaths"
        | "aws:userid"
        | "aws:username"
            if !matches!(request.reader, Reader::Identity(_)) =>
        {
            Known::Absent
        }
        _ => Known::Unknown,
    }
}

/// `ForAnyValue:StringNotLikeIfExists`, taken apart.
struct Operator {
    name: String,
    negated: bool,
    /// Holds for a request without the key.
    holds_for_absent: bool,
}

impl Operator {
    fn new(operator: &str) -> Self {
        let lower = operator.to_ascii_lowercase();
        let (set, name) = lower.split_once(':').unwrap_or(("", &lower));
        let (if_exists, name) = match name.strip_suffix("ifexists") {
            Some(name) => (true, name),
            None => (false, name),
        };
        let negated = name.contains("not");
        Self {
            name: name.replace("not", ""),
            negated,
            holds_for_absent: if_exists || set == "forallvalues" || negated,
        }
    }

    fn holds(&self, known: &Known, values: &Value) -> Holds {
        let values: Vec<String> = one_or_many(values).iter().map(text).collect();
        if values.iter().any(|value| value.contains("${")) {
            return Holds::Unknown;
        }
        if self.name == "null" {
            let wanted = values.iter().any(|value| value == "true");
            return match known {
                Known::Unknown => Holds::Unknown,
                Known::Absent => yes(wanted),
                Known::Value(_) | Known::Foreign => yes(!wanted),
            };
        }
        match known {
            Known::Absent => yes(self.holds_for_absent),
            Known::Foreign => yes(self.negated),
            Known::Unknown => Holds::Unknown,
            Known::Value(known) => match self.matches(known, &values) {
                Some(matches) => yes(matches != self.negated),
                None => Holds::Unknown,
            },
        }
    }

    /// None for operators that no key needs that is known here.
    fn matches(&self, known: &str, values: &[String]) -> Option<bool> {
        let matches: fn(&str, &str) -> bool = match self.name.as_str() {
            "stringequals" => |pattern, text| pattern == text,
            "stringequalsignorecase" | "bool" => |pattern, text| pattern.eq_ignore_ascii_case(text),
            "stringlike" | "arnlike" | "arnequals" => wildcards_match,
            _ => return None,
        };
        Some(values.iter().any(|value| matches(value, known)))
    }
}

/// JSON policies write one value as it is and several as a list.
fn one_or_many(values: &Value) -> &[Value] {
    match values {
        Value::Array(values) => values,
        value => core::slice::from_ref(value),
    }
}

fn yes(holds: bool) -> Holds {
    if holds { Holds::Yes } else { Holds::No }
}

/// JSON policies write numbers and booleans with quotes and without.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
