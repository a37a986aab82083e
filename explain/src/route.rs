//! Whether the request went to CloudFront at all.

use crate::certainty::Certainty;
use crate::evidence::{Distribution, OriginKind, Response};
use crate::source::Answer;
use crate::target::Target;

/// A request that another server answered.
#[derive(Clone, Debug)]
pub(crate) struct Detour {
    pub(crate) certainty: Certainty,
    pub(crate) facts: Vec<String>,
}

impl Detour {
    /// None where the request went to CloudFront, as far as the evidence tells.
    pub(crate) fn of(
        target: Option<&Target>,
        response: Option<&Response>,
        answer: Option<&Answer>,
        distribution: Option<&Distribution>,
    ) -> Option<Self> {
        let host = asked_host(target, response);
        let kind = host.as_deref().map_or(OriginKind::Other, OriginKind::of_host);
        if let Some(host) = host.filter(|_| kind != OriginKind::Other)
            && distribution.is_none_or(|it| it.answers_to(&host) != Some(true))
        {
            let redirected = response.is_some_and(|response| !response.redirects.is_empty());
            let mut facts = Vec::new();
            if redirected {
                facts.push(format!("an earlier answer redirected the viewer to `{host}`"));
            }
            facts.push(format!(
                "the request went to `{host}`, which is {} and not CloudFront",
                kind.description()
            ));
            return Some(Self { certainty: Certainty::Proved, facts });
        }
        let response = response?;
        if matches!(answer, Some(Answer::Edgepass(_))) || !is_complete(response) {
            return None;
        }
        if passed_cloudfront(response) {
            return None;
        }
        let server = match response.header("server") {
            Some(server) => format!("it says `server: {}`", server.escape_debug()),
            None => "it does not name its server".to_owned(),
        };
        Some(Self {
            certainty: Certainty::Likely,
            facts: vec![
                "the answer has none of the headers that CloudFront adds: `via`, `x-cache`, `x-amz-cf-id`"
                    .to_owned(),
                server,
            ],
        })
    }
}

/// The host of the last request, after all redirects.
fn asked_host(target: Option<&Target>, response: Option<&Response>) -> Option<String> {
    let sent = response.and_then(|response| response.request.as_ref());
    if let Some(host) = sent.and_then(|sent| sent.header("host")) {
        return Some(host.to_owned());
    }
    let redirect = response.and_then(|it| it.redirects.last()).and_then(|to| Target::read(to));
    redirect.or(target.cloned()).map(|target| target.host)
}

/// Whether all headers were given: every answer of every server here has these.
fn is_complete(response: &Response) -> bool {
    response.status.is_some()
        && response.header("date").is_some()
        && (response.header("content-type").is_some()
            || response.header("content-length").is_some())
}

fn passed_cloudfront(response: &Response) -> bool {
    let names = |header: &str| {
        response.header(header).is_some_and(|it| it.to_ascii_lowercase().contains("cloudfront"))
    };
    names("via")
        || names("x-cache")
        || names("server")
        || response.header("x-amz-cf-id").is_some()
        || response.header("x-amz-cf-pop").is_some()
}
