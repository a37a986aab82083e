//! The values of a pass, as they were found in one carrier. Nothing in them is proven.

use alloc::borrow::Cow;

use super::fault::FieldFault;
use super::token::Token;
use crate::carrier::{CLAIMS_NAME, Carrier, Field, MAX_COOKIE_BYTES};
use crate::claims::ClaimsFault;
use crate::denied::Denied;
use crate::percent::percent_decoded;
use crate::split::{split, split_once};
use crate::trust::Deployment;

/// The values of one carrier, as they were found.
#[derive(Default)]
pub(super) struct Fields<'r> {
    pub(super) expires: Option<Cow<'r, str>>,
    pub(super) policy: Option<Cow<'r, str>>,
    pub(super) signature: Option<Cow<'r, str>>,
    pub(super) key_id: Option<Cow<'r, str>>,
    pub(super) hash: Option<Cow<'r, str>>,
    pub(super) token: Token<'r>,
}

impl<'r> Fields<'r> {
    pub(super) fn of_url(query: &'r str) -> Result<Self, Denied> {
        let carrier = Carrier::Url;
        let mut fields = Self::default();
        for component in split(query, b'&') {
            let (name, value) = split_once(component, b'=').unwrap_or((component, ""));
            let Some(field) = Field::named(carrier, name) else {
                if name == CLAIMS_NAME {
                    fields.token.put(value);
                } else if name.as_bytes().contains(&b'%') {
                    fields.take_escaped_name(name)?;
                }
                continue;
            };
            let value = percent_decoded(value).ok_or(Denied::CredentialMalformed {
                carrier,
                field,
                problem: FieldFault::Characters,
            })?;
            fields.put(carrier, field, value)?;
        }
        Ok(fields)
    }

    pub(super) fn of_cookies(lines: &[&'r str]) -> Result<Self, Denied> {
        let carrier = Carrier::Cookie;
        let bytes = lines.iter().map(|line| line.len()).fold(0, usize::saturating_add);
        if bytes > MAX_COOKIE_BYTES {
            let limit = MAX_COOKIE_BYTES;
            return Err(Denied::CredentialTooLarge { name: "Cookie", bytes, limit });
        }
        let mut fields = Self::default();
        for line in lines {
            for cookie in split(line, b';') {
                let (name, value) = split_once(cookie, b'=').unwrap_or((cookie, ""));
                // Only the white space that RFC 6265, 5.2, removes.
                let trim = |text: &'r str| text.trim_matches([' ', '\t']);
                let name = trim(name);
                if let Some(field) = Field::named(carrier, name) {
                    fields.put(carrier, field, Cow::Borrowed(trim(value)))?;
                } else if name == CLAIMS_NAME {
                    fields.token.put(trim(value));
                }
            }
        }
        Ok(fields)
    }

    /// A signing parameter or claims token whose name is percent-encoded: some readers decode the
    /// name and see it, others do not.
    fn take_escaped_name(&mut self, name: &str) -> Result<(), Denied> {
        let Some(name) = percent_decoded(name) else { return Ok(()) };
        if name == CLAIMS_NAME {
            self.token = Token::Faulty(ClaimsFault::EscapedName);
        }
        match Field::named(Carrier::Url, &name) {
            Some(field) => Err(Denied::CredentialMalformed {
                carrier: Carrier::Url,
                field,
                problem: FieldFault::EscapedName,
            }),
            None => Ok(()),
        }
    }

    fn put(&mut self, carrier: Carrier, field: Field, value: Cow<'r, str>) -> Result<(), Denied> {
        let place = match field {
            Field::Expires => &mut self.expires,
            Field::Policy => &mut self.policy,
            Field::Signature => &mut self.signature,
            Field::KeyPairId => &mut self.key_id,
            Field::HashAlgorithm => &mut self.hash,
        };
        if place.is_some() {
            let problem = FieldFault::Repeated;
            return Err(Denied::CredentialMalformed { carrier, field, problem });
        }
        *place = Some(value);
        Ok(())
    }

    pub(super) fn value(&self, field: Field) -> Option<&str> {
        match field {
            Field::Expires => self.expires.as_deref(),
            Field::Policy => self.policy.as_deref(),
            Field::Signature => self.signature.as_deref(),
            Field::KeyPairId => self.key_id.as_deref(),
            Field::HashAlgorithm => self.hash.as_deref(),
        }
    }

    /// Whether there is a credential or a part of one. `Hash-Algorithm` alone is none in native mode:
    /// AWS does not document whether CloudFront removes it together with the other values.
    pub(super) fn any(&self, deployment: Deployment) -> bool {
        let counts = |field| deployment == Deployment::Standalone || field != Field::HashAlgorithm;
        Field::ALL.into_iter().any(|field| counts(field) && self.value(field).is_some())
    }
}
