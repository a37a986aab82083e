//! Lambda@Edge: the verdict as the JSON that its shim acts upon.

use policy::json::{self, Members};

use crate::response::Response;
use crate::validator::{Answer, Refusal, Verdict};

/// `{"forward":{…}}` or `{"respond":{…}}`, and `"log"` where there is something to log.
///
/// `respond` is a response as Lambda@Edge takes it (AWS: "Generate HTTP responses in request
/// triggers"): the status a string, header keys in lower case. `log` is one line without any
/// credential: `code`, `stage`, `keyId`, `enforced`. The shim adds `requestId`. The facts behind a
/// code are what `edgepass verify --config` says of the request: their texts would be an eighth of
/// the module.
pub fn answer_json(verdict: &Verdict) -> String {
    json::object(|answer| {
        match &verdict.answer {
            Answer::Forward(forwarded) => answer.object("forward", |forward| {
                forward
                    .string("querystring", &forwarded.query)
                    .string_or_null("cookie", forwarded.cookie.as_deref())
                    .string_or_null("referer", forwarded.referer.as_deref());
                if let Some(context) = &forwarded.context {
                    forward.string("context", context);
                }
            }),
            Answer::Respond(response) => {
                answer.object("respond", |members| put_response(members, response))
            }
        };
        if let Some(refusal) = &verdict.refusal {
            answer.object("log", |members| put_log_line(members, refusal));
        }
    })
}

fn put_response(members: &mut Members<'_>, response: &Response) {
    members
        .string("status", &response.status.to_string())
        .string("statusDescription", response.reason)
        .object("headers", |headers| {
            for (name, value) in &response.headers {
                headers.objects(name, [value], |header, value| {
                    header.string("key", name).string("value", value);
                });
            }
        });
    if !response.body.is_empty() {
        members.string("body", response.body);
    }
}

fn put_log_line(members: &mut Members<'_>, refusal: &Refusal) {
    let Refusal { denied, key_id, enforced } = refusal;
    members
        .string("edgepass", "refused")
        .string("code", denied.code().as_str())
        .string("stage", denied.stage().name())
        .string_or_null("keyId", key_id.as_deref())
        .boolean("enforced", *enforced);
}
