#![doc = include_str!("../README.md")]

mod armour;
mod characters;
mod fault;
mod form;

use zeroize::Zeroizing;

pub use self::fault::{Found, KeyFault, Wanted};
pub use self::form::Form;

/// A key as DER, and how the DER is structured.
#[derive(Clone, Eq, PartialEq)]
pub struct Key {
    /// The structure of `der`.
    pub form: Form,
    /// Exactly one DER value. It is wiped from memory when it is dropped.
    pub der: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Key").field("form", &self.form).finish_non_exhaustive()
    }
}

/// The one private key in `stored`; certificates and public keys beside it are passed over.
///
/// The caller wipes `stored`.
pub fn private_key(stored: &[u8]) -> Result<Key, KeyFault> {
    only(stored, Wanted::PrivateKey, Form::is_private)
}

/// The one public key in `stored`. A private key beside it is refused: it does not belong where
/// public keys are kept.
pub fn public_key(stored: &[u8]) -> Result<Key, KeyFault> {
    only(stored, Wanted::PublicKey, |form| form == Form::PublicKeyInfo)
}

fn only(stored: &[u8], wanted: Wanted, fits: fn(Form) -> bool) -> Result<Key, KeyFault> {
    let mut keys = keys(stored, wanted)?;
    if wanted == Wanted::PublicKey && keys.iter().any(|key| key.form.is_private()) {
        return Err(KeyFault::Instead { wanted, found: Found::PrivateKey });
    }
    let other = keys.first().map(|key| key.form);
    keys.retain(|key| fits(key.form));
    // A secret may hold the same key twice, under two names.
    keys.dedup();
    match (keys.pop(), keys.len(), other) {
        (Some(key), 0, _) => Ok(key),
        (Some(_), others, _) => Err(KeyFault::Several { wanted, count: others + 1 }),
        (None, _, Some(form)) => Err(KeyFault::Instead { wanted, found: Found::of_form(form) }),
        (None, _, None) => Err(KeyFault::NoKey { wanted }),
    }
}

/// All keys and certificates in `stored`.
fn keys(stored: &[u8], wanted: Wanted) -> Result<Vec<Key>, KeyFault> {
    if form::is_one_value(stored) {
        return Ok(vec![Key { form: Form::of(stored), der: Zeroizing::new(stored.to_vec()) }]);
    }
    let text = characters::text(stored).ok_or(KeyFault::NotText)?;
    if text.trim().is_empty() {
        return Err(KeyFault::Empty);
    }
    let in_armour = armour::keys(&text, wanted)?;
    if !in_armour.is_empty() {
        return Ok(in_armour);
    }
    let bare = armour::bare(&text)?;
    if !bare.is_empty() {
        return Ok(bare);
    }
    match Found::in_text(&text) {
        Some(found) => Err(KeyFault::Instead { wanted, found }),
        None => Err(KeyFault::NoKey { wanted }),
    }
}
