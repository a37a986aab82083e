//! Whether an answer is a page that the distribution serves in place of an error.

use crate::certainty::Certainty;
use crate::evidence::{Distribution, Response};
use crate::source::Answer;

/// A custom error page: it says nothing about what was refused, or by whom.
#[derive(Clone, Debug)]
pub(crate) struct ErrorPage {
    pub(crate) certainty: Certainty,
    pub(crate) facts: Vec<String>,
}

impl ErrorPage {
    /// None where the answer is the error itself, or no error at all.
    pub(crate) fn of(
        response: &Response,
        answer: &Answer,
        distribution: Option<&Distribution>,
    ) -> Option<Self> {
        if answer.is_an_error_document() || *answer == Answer::Generated {
            return None;
        }
        let status = response.status?;
        let failed = response.header("x-cache").is_some_and(|it| it.starts_with("Error from"));
        let is_error = matches!(status, 400..=599);
        if !failed && !is_error {
            return None;
        }
        let mut facts = Vec::new();
        if failed && !is_error {
            facts.push(format!(
                "the status is {status}, yet `x-cache` says `Error from cloudfront`: CloudFront answered an error with a page of its own choice"
            ));
        }
        let Some(distribution) = distribution else {
            return (!facts.is_empty()).then_some(Self { certainty: Certainty::Likely, facts });
        };
        let mapped: Vec<String> = distribution
            .config
            .custom_error_responses
            .items
            .iter()
            .filter(|page| page.answers() == Some(status))
            .map(|page| {
                format!(
                    "the distribution answers the error {} with the page `{}` and the status {status}",
                    page.error_code, page.response_page_path
                )
            })
            .collect();
        if mapped.is_empty() {
            return (!facts.is_empty()).then_some(Self { certainty: Certainty::Likely, facts });
        }
        facts.extend(mapped);
        if is_error {
            facts.push("the body is no error document of CloudFront or S3".to_owned());
        }
        Some(Self { certainty: Certainty::Proved, facts })
    }
}
