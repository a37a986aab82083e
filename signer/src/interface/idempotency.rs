//! The same answer to the same question: `Idempotency-Key`.
//!
//! Best effort, in the memory of one process: a client that repeats a request whose answer got
//! lost usually gets that answer, not a second pass. Another instance issues again, which harms
//! nobody.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256, digest};
use http::{HeaderName, Response};
use policy::UnixTime;

use crate::interface::allowance::Allowance;
use crate::interface::caller::Issue;
use crate::interface::problem::{Cause, Problem};
use crate::interface::request::Request;

/// The header (draft-ietf-httpapi-idempotency-key-header).
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 128;

/// How long an answer is kept, in seconds.
const KEPT_SECONDS: u32 = 5 * 60;

/// How much of answers is kept, in bytes: some thousands of sessions.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Answers given lately, oldest first.
#[derive(Default)]
pub(crate) struct Answers(Mutex<VecDeque<Kept>>);

struct Kept {
    question: Question,
    until: UnixTime,
    bytes: usize,
    response: Response<String>,
}

/// Which question an answer is to. A caller who asks with the same key, but has other grants by
/// now or another address, or was revoked and has signed in again, asks anew.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Question {
    asked: [u8; 32],
    body: [u8; 32],
}

impl Question {
    /// None if the caller does not want one answer only.
    pub(crate) fn new(
        request: &Request,
        issue: &Issue,
        allowances: &[Allowance],
    ) -> Result<Option<Self>, Problem> {
        if !request.headers.contains_key(HEADER) {
            return Ok(None);
        }
        let visible = |key: &&str| {
            (1..=MAX_KEY_BYTES).contains(&key.len())
                && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let key = request.single(&HEADER).filter(visible).ok_or_else(|| {
            let detail =
                format!("send one `Idempotency-Key` of 1 to {MAX_KEY_BYTES} visible characters");
            Problem::new(Cause::IdempotencyKeyMalformed, detail)
        })?;
        let address = format!("{:?}", request.address);
        let cut_off = format!("{:?}", issue.cut_off);
        let mut asked = Context::new(&SHA256);
        let mut add = |part: &str| {
            asked.update(part.as_bytes());
            asked.update(&[0]); // in no part: all are visible ASCII
        };
        for part in [&request.path, &issue.subject, &issue.session, key, &address, &cut_off] {
            add(part);
        }
        for allowance in allowances {
            allowance.names.iter().for_each(|name| add(name));
            allowance.resources.iter().for_each(|resource| add(resource.as_str()));
        }
        let asked = asked.finish().as_ref().try_into().unwrap_or_default();
        let body = digest(&SHA256, &request.body).as_ref().try_into().unwrap_or_default();
        Ok(Some(Self { asked, body }))
    }
}

impl Answers {
    /// The answer that was given, if it is still kept.
    pub(crate) fn find(
        &self,
        question: &Question,
        now: UnixTime,
    ) -> Result<Option<Response<String>>, Problem> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|kept| now < kept.until);
        let Some(kept) = answers.iter().find(|kept| kept.question.asked == question.asked) else {
            return Ok(None);
        };
        if kept.question == *question {
            return Ok(Some(kept.response.clone()));
        }
        let detail = "this `Idempotency-Key` came with another body before; make a new one";
        Err(Problem::new(Cause::IdempotencyKeyReused, detail))
    }

    pub(crate) fn keep(&self, question: Question, response: &Response<String>, now: UnixTime) {
        let headers = response.headers().values().map(|value| value.len());
        let bytes = headers.fold(response.body().len(), usize::saturating_add);
        let kept = Kept {
            question,
            until: now.plus_seconds(KEPT_SECONDS),
            bytes,
            response: response.clone(),
        };
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push_back(kept);
        let mut total = answers.iter().map(|kept| kept.bytes).fold(0, usize::saturating_add);
        while total > MAX_BYTES
            && let Some(oldest) = answers.pop_front()
        {
            total = total.saturating_sub(oldest.bytes);
        }
    }
}
