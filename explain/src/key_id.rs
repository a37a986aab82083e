//! Which kind of id a `Key-Pair-Id` is, told by its form.

/// What an id in the place of a public key's id is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyIdForm {
    /// `K2JCJMDEHXQW5F`, as CloudFront gives to public keys.
    PublicKey,
    /// `APKA…`: a key pair of an AWS account, as CloudFront used before key groups (IAM, "Unique
    /// identifiers").
    AccountKey,
    /// `AKIA…` or `ASIA…`: an access key of AWS's API.
    AccessKey,
    /// `E…`: a distribution, an origin access control or identity, a function's ETag.
    Distribution,
    /// A UUID, as CloudFront gives to key groups.
    KeyGroup,
    /// An Amazon resource name.
    Arn,
    /// Nothing: the code that signed had no id.
    Missing,
    /// The key itself, or the inside of its PEM.
    Pem,
    /// A word: the name of a key or of a key group.
    Name,
    /// None of these.
    Unknown,
}

/// What languages print for a value that is not there, and placeholders of examples.
const NOTHING: [&str; 9] =
    ["undefined", "null", "nil", "none", "nan", "false", "true", "key_id", "your_key_pair_id"];

impl KeyIdForm {
    pub(crate) fn of(id: &str) -> Self {
        let capitals = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        if id.contains("BEGIN") || id.contains("PRIVATE KEY") || id.contains("PUBLIC KEY") {
            return Self::Pem;
        }
        if id.starts_with("arn:") {
            return Self::Arn;
        }
        if id.len() > 64 || id.starts_with("MII") {
            return Self::Pem;
        }
        if NOTHING.contains(&id.to_ascii_lowercase().as_str())
            || id.starts_with(['$', '{', '<', '%', '['])
        {
            return Self::Missing;
        }
        if is_uuid(id) {
            return Self::KeyGroup;
        }
        let long = (12..=24).contains(&id.len());
        match id.get(..4) {
            Some("APKA") if capitals(id) => return Self::AccountKey,
            Some("AKIA" | "ASIA") if capitals(id) => return Self::AccessKey,
            _ => {}
        }
        match id.bytes().next() {
            Some(b'K') if long && capitals(id) => Self::PublicKey,
            Some(b'E') if long && capitals(id) => Self::Distribution,
            _ if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) => {
                Self::Name
            }
            _ => Self::Unknown,
        }
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart_by_their_form() {
        for (id, form) in [
            ("K2JCJMDEHXQW5F", KeyIdForm::PublicKey),
            ("APKAEXAMPLE5ZZE3J2XT", KeyIdForm::AccountKey),
            ("AKIAIOSFODNN7EXAMPLE", KeyIdForm::AccessKey),
            ("ASIAIOSFODNN7EXAMPLE", KeyIdForm::AccessKey),
            ("EDFDVBD6EXAMPLE", KeyIdForm::Distribution),
            ("4b2d6f1c-8a53-4f0e-9d77-2c1e5a9b3f60", KeyIdForm::KeyGroup),
            ("arn:aws:cloudfront::111122223333:public-key/K2JCJMDEHXQW5F", KeyIdForm::Arn),
            ("undefined", KeyIdForm::Missing),
            ("None", KeyIdForm::Missing),
            ("${CLOUDFRONT_KEY_ID}", KeyIdForm::Missing),
            ("{{key_pair_id}}", KeyIdForm::Missing),
            ("-----BEGIN PUBLIC KEY-----\nMIIB", KeyIdForm::Pem),
            ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", KeyIdForm::Pem),
            ("my-signing-key", KeyIdForm::Name),
            ("K1", KeyIdForm::Name),
            ("k2jcjmdehxqw5f", KeyIdForm::Name),
            ("K2JCJMDEHXQW5F ", KeyIdForm::Unknown),
            ("", KeyIdForm::Name),
        ] {
            assert_eq!(KeyIdForm::of(id), form, "{id}");
        }
    }
}
