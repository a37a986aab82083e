//! The mandate: a delegation as it is kept, with the root key that gave it.

use core::fmt;
use core::str::FromStr;

use aws_lc::{PublicKeyRefused, public_key_from_text};
use pkcs8::LineEnding;
use pkcs8::der::pem;
use policy::{
    Delegation, Hash, KeyRefused, MakeSignature, PublicKey, ShortRsa, SignedDelegation,
    StateRefused,
};

use crate::{PrivateKey, SigningFailed, public_key_pem};

/// The label of the first block.
const LABEL: &str = "EDGEPASS DELEGATION";

const BEGIN_ROOT: &str = "-----BEGIN PUBLIC KEY-----";

/// What a publisher acts by: the delegation to its state key, and the public half of the root key
/// that signed it. As text two PEM blocks, `EDGEPASS DELEGATION` and `PUBLIC KEY`, none of them
/// secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mandate {
    /// Goes into every head.
    pub delegation: SignedDelegation,
    /// What edges know the site by.
    pub root: PublicKey,
}

impl Mandate {
    /// Signs a delegation with the root key, which is needed for this only.
    pub fn sign(delegation: &Delegation, root: &PrivateKey) -> Result<Self, MandateRefused> {
        let unsigned = delegation.unsigned().map_err(MandateRefused::Delegation)?;
        let signature = root.sign(Hash::Sha256, &unsigned).map_err(MandateRefused::Signing)?;
        let signed = SignedDelegation::new(&unsigned, &signature);
        let delegation = signed.map_err(MandateRefused::Delegation)?;
        Ok(Self { delegation, root: root.public_key().clone() })
    }
}

impl fmt::Display for Mandate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let block = pem::encode_string(LABEL, LineEnding::LF, self.delegation.as_bytes());
        f.write_str(&block.map_err(|_| fmt::Error)?)?;
        f.write_str(&public_key_pem(&self.root))
    }
}

impl FromStr for Mandate {
    type Err = MandateRefused;

    fn from_str(text: &str) -> Result<Self, MandateRefused> {
        let at = text.find(BEGIN_ROOT).ok_or(MandateRefused::Form)?;
        let (delegation, root) = text.split_at(at);
        let delegation = SignedDelegation::from_bytes(&delegation_block(delegation)?);
        let root = public_key_from_text(root, ShortRsa::Refuse).map_err(|refused| match refused {
            PublicKeyRefused::Unfit(refused) => MandateRefused::Root(refused),
            _ => MandateRefused::Form,
        });
        Ok(Self { delegation: delegation.map_err(MandateRefused::Delegation)?, root: root? })
    }
}

fn delegation_block(text: &str) -> Result<Vec<u8>, MandateRefused> {
    let mut bytes = Vec::new();
    let decoded = pem::Decoder::new_detect_wrap(text.trim().as_bytes()).and_then(|mut decoder| {
        decoder.decode_to_end(&mut bytes)?;
        Ok(decoder.type_label() == LABEL)
    });
    if decoded == Ok(true) { Ok(bytes) } else { Err(MandateRefused::Form) }
}

/// Why a text is no mandate, or none was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MandateRefused {
    /// The delegation itself.
    Delegation(StateRefused),
    /// Not the two blocks.
    Form,
    /// The root key.
    Root(KeyRefused),
    /// The root key did not sign.
    Signing(SigningFailed),
}

impl fmt::Display for MandateRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delegation(refused) => refused.fmt(f),
            Self::Form => f.write_str(
                "not a delegation file, which has the PEM blocks `EDGEPASS DELEGATION` and `PUBLIC KEY`; make one with `edgepass revocations delegate`",
            ),
            Self::Root(refused) => write!(f, "the root key: {refused}"),
            Self::Signing(failed) => failed.fmt(f),
        }
    }
}

impl core::error::Error for MandateRefused {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;
    use crate::KeySpec;

    #[test]
    fn written_and_read() {
        let [root, state] = [(); 2].map(|()| PrivateKey::generate(KeySpec::EcdsaP256).unwrap().0);
        let site = "https://media.example.com".parse().unwrap();
        let state_key = state.public_key().clone();
        let delegation = Delegation { site, serial: 7, state_key, keys: Vec::new() };
        let mandate = Mandate::sign(&delegation, &root).unwrap();
        let text = mandate.to_string();
        assert_eq!(text.parse(), Ok(mandate.clone()));
        assert_eq!(mandate.delegation.unproven(), Ok(delegation));
        // As secret stores and Windows may hand it out.
        assert_eq!(text.replace('\n', "\r\n").parse(), Ok(mandate));
        let root_block = public_key_pem(root.public_key());
        for wrong in ["", "x", root_block.as_str(), text.trim_end_matches(&*root_block)] {
            assert_eq!(wrong.parse::<Mandate>(), Err(MandateRefused::Form), "{wrong}");
        }
        let damaged = text.replacen("DELEGATION", "DELEGATIONS", 2);
        assert_eq!(damaged.parse::<Mandate>(), Err(MandateRefused::Form));
    }
}
