//! Stage `read`: signed texts that are no strict JSON, or whose values are of other types.

use crate::pass::RSA_SHA256;

use super::draft::{Case, FILE, POLICY_MALFORMED, case};
use super::read::{STATEMENT, and, condition, denied, epoch, resource, statement};

pub(super) fn cases() -> Vec<Case> {
    [not_json(), numbers(), types()].concat()
}

fn not_json() -> Vec<Case> {
    let policy = statement(STATEMENT);
    let mut cases = denied(
        &[
            ("json-only-white-space", " ".into(), "a value is missing"),
            ("json-text-after-the-end", format!("{policy}x"), "text after the end"),
            ("json-two-documents", format!("{policy}{policy}"), "text after the end"),
            ("json-nul-after-the-end", format!("{policy}\0"), "text after the end"),
            ("json-byte-order-mark", format!("\u{feff}{policy}"), "a value is missing"),
            ("json-cut-off", policy[..policy.len() - 1].into(), "a comma or closing brace"),
            ("json-comma-at-the-end", statement(&format!("{STATEMENT},")), "a value is missing"),
            ("json-comma-missing", policy.replace(",\"Cond", "\"Cond"), "a comma or closing"),
            ("json-colon-missing", policy.replacen(':', "", 1), "a colon is missing"),
            ("json-comment", format!("/**/{policy}"), "a value is missing"),
            ("json-single-quotes", policy.replace('"', "'"), "a string is missing"),
            ("json-name-without-quotes", "{Statement:[]}".into(), "a string is missing"),
            ("json-string-not-closed", r#"{"Statement"#.into(), "a string is not closed"),
            ("json-no-break-space", policy.replacen(':', ":\u{a0}", 1), "a value is missing"),
            ("json-form-feed", policy.replacen(':', ":\u{c}", 1), "a value is missing"),
            ("json-control-character", resource("\"https://h/\u{1}\""), "a control character"),
            ("json-line-feed-in-string", resource("\"https://h/\n*\""), "a control character"),
            ("json-escape-unknown", resource(r#""https:\x2f/h/*""#), "an escape is invalid"),
            ("json-escape-cut-off", resource(r#""https://h/\u00""#), "an escape is invalid"),
            ("json-surrogate-alone", resource(r#""https://h/\ud800""#), "half a surrogate pair"),
            ("json-nested-nine-deep", "[[[[[[[[[1]]]]]]]]]".into(), "nested too deep"),
            ("json-nested-3000-deep", "[".repeat(3000), "nested too deep"),
        ],
        "readers that are kinder disagree with each other",
    );
    let latin1 = policy.replace('*', "é").into_bytes().into_iter().filter(|&byte| byte != 0xc3);
    cases.push(
        case("json-not-utf-8", "Latin-1")
            .aws("Create a signed URL using a custom policy")
            .get(RSA_SHA256.custom(latin1.collect::<Vec<u8>>()).on(FILE))
            .deny(POLICY_MALFORMED, "not UTF-8"),
    );
    cases
}

fn numbers() -> Vec<Case> {
    denied(
        &[
            ("epoch-fraction", epoch("1767229200.0"), "not an integer"),
            ("epoch-exponent", epoch("1767229200e0"), "not an integer"),
            ("epoch-leading-zero", epoch("01767229200"), "a number is malformed"),
            ("epoch-plus-sign", epoch("+1767229200"), "a value is missing"),
            ("epoch-hexadecimal", epoch("0x69566a50"), "a comma or closing brace"),
            ("epoch-minus-zero", epoch("-0"), "a number is malformed"),
            ("epoch-not-a-number", epoch("NaN"), "a value is missing"),
            ("epoch-beyond-64-bits", epoch("9223372036854775808"), "does not fit 64 bits"),
            ("epoch-negative", epoch("-1"), "`DateLessThan` is not a whole number of seconds"),
            ("epoch-a-string", epoch("\"1767229200\""), "`DateLessThan` is not a whole number"),
            ("epoch-null", epoch("null"), "`DateLessThan` is not a whole number"),
            ("epoch-true", epoch("true"), "`DateLessThan` is not a whole number"),
            ("epoch-array", epoch("[1767229200]"), "`DateLessThan` is not a whole number"),
            (
                "start-negative",
                and(r#""DateGreaterThan":{"AWS:EpochTime":-1}"#),
                "`DateGreaterThan` is not a whole number",
            ),
            (
                "start-a-string",
                and(r#""DateGreaterThan":{"AWS:EpochTime":"0"}"#),
                "`DateGreaterThan` is not a whole number",
            ),
        ],
        "a time is a whole number of seconds from 0 to 9223372036854775807",
    )
}

fn types() -> Vec<Case> {
    denied(
        &[
            ("policy-an-array", format!("[{STATEMENT}]"), "the policy is not an object"),
            ("policy-a-string", "\"Statement\"".into(), "the policy is not an object"),
            (
                "statement-an-object",
                format!(r#"{{"Statement":{STATEMENT}}}"#),
                "`Statement` is not an array",
            ),
            ("statement-null", r#"{"Statement":null}"#.into(), "`Statement` is not an array"),
            ("statement-of-a-string", statement("\"*\""), "the statement is not an object"),
            (
                "resource-an-array",
                resource(r#"["https://media.example.com/*"]"#),
                "`Resource` is not a string",
            ),
            ("resource-null", resource("null"), "`Resource` is not a string"),
            ("resource-a-number", resource("1"), "`Resource` is not a string"),
            ("condition-null", condition("null"), "`Condition` is not an object"),
            (
                "condition-an-array",
                condition(r#"[{"DateLessThan":{"AWS:EpochTime":1767229200}}]"#),
                "`Condition` is not an object",
            ),
            (
                "date-less-than-null",
                condition(r#"{"DateLessThan":null}"#),
                "`DateLessThan` is not an object",
            ),
            (
                "date-less-than-a-number",
                condition(r#"{"DateLessThan":1767229200}"#),
                "`DateLessThan` is not an object",
            ),
            ("start-null", and(r#""DateGreaterThan":null"#), "`DateGreaterThan` is not an object"),
            ("address-null", and(r#""IpAddress":null"#), "`IpAddress` is not an object"),
            (
                "address-a-string",
                and(r#""IpAddress":"192.0.2.0/24""#),
                "`IpAddress` is not an object",
            ),
            (
                "address-an-array",
                and(r#""IpAddress":{"AWS:SourceIp":["192.0.2.0/24"]}"#),
                "`AWS:SourceIp` is not a string",
            ),
            (
                "address-a-number",
                and(r#""IpAddress":{"AWS:SourceIp":3221225984}"#),
                "`AWS:SourceIp` is not a string",
            ),
        ],
        "a condition of another type is an error: dropping it would widen the grant",
    )
}
