//! What a signer can be told before a pass is refused.

use crate::evidence::OriginKind;
use crate::key_id::KeyIdForm;

/// What a host is, if it is that of an AWS service behind CloudFront. A pass for it is good nowhere:
/// CloudFront compares the host that the viewer asks for, and the service knows nothing of passes.
pub fn service_of_host(host: &str) -> Option<&'static str> {
    match OriginKind::of_host(host) {
        OriginKind::Other => None,
        kind => Some(kind.description()),
    }
}

/// What a Key-Pair-Id is instead of a public key's id, if its form shows it. An id of any other form
/// may be one of Edgepass's own edges.
pub fn other_id(key_id: &str) -> Option<&'static str> {
    match KeyIdForm::of(key_id) {
        KeyIdForm::AccessKey => Some("an access key of AWS's API"),
        KeyIdForm::Arn => Some("an ARN, of which the id is the last part"),
        KeyIdForm::Distribution => Some("a distribution's id"),
        KeyIdForm::KeyGroup => Some("a key group's id"),
        KeyIdForm::Missing => Some("what a program writes where it has no value"),
        KeyIdForm::AccountKey
        | KeyIdForm::Name
        | KeyIdForm::Pem
        | KeyIdForm::PublicKey
        | KeyIdForm::Unknown => None,
    }
}
