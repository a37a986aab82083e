//! Stage `claims`: the token that travels beside a credential.

mod binding;
mod carriers;
mod envelope;
mod native;
mod request;
mod set;
mod times;

use crate::pass::{Pass, RSA_SHA256};
use crate::token::{ClaimSet, ES256, HS256, RS256, TokenKey};
use crate::vector::{Claims, ClaimsKey, Need};

use super::allow::POLICY_TEXT;
use super::draft::{Case, Draft, NOW, case};

pub(super) fn cases() -> Vec<Case> {
    [
        binding::cases(),
        carriers::cases(),
        envelope::cases(),
        native::cases(),
        request::cases(),
        set::cases(),
        times::cases(),
    ]
    .concat()
}

/// Tokens are needed, and one key of each algorithm is trusted.
pub(super) fn required() -> Claims {
    let keys = [ES256, RS256, HS256].map(trusted_for_claims).into();
    Claims { need: Need::Required, max_lifetime: None, keys }
}

/// A key trusted under its id.
pub(super) fn trusted_for_claims(key: TokenKey) -> ClaimsKey {
    let file = Some(key.file().to_owned());
    let (key_file, secret) = match key {
        TokenKey::Pair(_) => (file, None),
        TokenKey::Secret(_) => (None, file),
    };
    let (id, algorithm) = (key.id().to_owned(), key.algorithm().to_owned());
    ClaimsKey { id, algorithm, key: key_file, secret }
}

/// One that is there must hold.
fn optional() -> Claims {
    Claims { need: Need::Optional, ..required() }
}

/// The pass of cases that are about the token.
pub(super) fn pass() -> Pass {
    RSA_SHA256.custom(POLICY_TEXT)
}

/// A claim set that belongs to [`pass`].
pub(super) fn set() -> ClaimSet {
    ClaimSet::at(NOW).bound_to(POLICY_TEXT)
}

/// A `Cookie` header with a pass and a token.
pub(super) fn cookie(pass: &Pass, token: &str) -> String {
    format!("{}; Edgepass-Claims={token}", pass.cookie())
}

/// A case with [`pass`] and this token in cookies.
pub(super) fn beside(name: &str, comment: &str, token: &str) -> Draft {
    case(name, comment).claims(required()).cookies([cookie(&pass(), token)])
}

/// A case with [`pass`] and a token with these claims in cookies.
pub(super) fn with(name: &str, comment: &str, set: &ClaimSet) -> Draft {
    beside(name, comment, &ES256.token(set.text()))
}
