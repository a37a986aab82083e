//! ECDSA verification on P-256 (FIPS 186-5, 6.4.2).

use std::sync::OnceLock;

use policy::Hash;
use policy::der::Der;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::montgomery::Modulus;
use super::p256::{Affine, Comb, Element, GENERATOR, ORDER, PRIME, U256, sum_of_multiples};

pub(super) struct EcdsaKey {
    point: Affine,
    comb: OnceLock<Comb>,
}

/// What all keys share, computed at the first verification.
struct Domain {
    generator: Comb,
    order: Modulus,
}

struct Signature {
    r: U256,
    s: U256,
}

impl EcdsaKey {
    /// Of an uncompressed point: `04`, x, y.
    pub(super) fn new(point: &[u8]) -> Option<Self> {
        let (x, y) = point.strip_prefix(&[0x04])?.split_at_checked(32)?;
        let point = Affine::new(U256::from_be_bytes(x)?, U256::from_be_bytes(y)?)?;
        Some(Self { point, comb: OnceLock::new() })
    }

    pub(super) fn verifies(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature).and_then(|signature| self.accept(hash, message, &signature))
            == Some(())
    }

    fn accept(&self, hash: Hash, message: &[u8], Signature { r, s }: &Signature) -> Option<()> {
        // Neither digest is longer than the order: none of its bits is cut off.
        let digest = match hash {
            Hash::Sha1 => U256::from_be_bytes(&Sha1::digest(message)),
            Hash::Sha256 => U256::from_be_bytes(&Sha256::digest(message)),
        }?;
        let Domain { generator, order } = domain()?;
        let comb = self.comb.get_or_init(|| Comb::new(self.point));

        let number = |integer: U256| order.number(&integer.to_be_bytes());
        let inverse = order.to_montgomery(&number(s.invert_modulo(ORDER)?)?);
        let multiple = |factor: U256| {
            let product = order.multiply(&inverse, &number(factor)?);
            U256::from_be_bytes(&product.to_be_bytes())
        };
        let sum = sum_of_multiples(&[
            (generator, multiple(digest.reduced_once(ORDER))?),
            (comb, multiple(*r)?),
        ]);

        // r is the x of the sum modulo n. Since n < p < 2n, that x is r or r + n.
        let (above, carry) = r.add(ORDER);
        let x = [Some(*r), (!carry && above < PRIME).then_some(above)];
        x.into_iter().flatten().filter_map(Element::new).any(|x| sum.has_x(x)).then_some(())
    }
}

impl Signature {
    /// Strict DER: `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, 2.2.3), both
    /// from 1 to n - 1.
    fn from_der(der: &[u8]) -> Option<Self> {
        let mut whole = Der::new(der);
        let mut signature = whole.sequence()?;
        let (r, s) = (signature.positive()?, signature.positive()?);
        let scalar = |integer: &[u8]| {
            U256::from_be_bytes(integer).filter(|number| (U256::ONE..ORDER).contains(number))
        };
        let scalars = Self { r: scalar(r)?, s: scalar(s)? };
        (signature.is_empty() && whole.is_empty()).then_some(scalars)
    }
}

fn domain() -> Option<&'static Domain> {
    static DOMAIN: OnceLock<Option<Domain>> = OnceLock::new();
    let compute = || {
        let [x, y] = GENERATOR;
        let generator = Comb::new(Affine::new(x, y)?);
        Some(Domain { generator, order: Modulus::new(&ORDER.to_be_bytes())? })
    };
    DOMAIN.get_or_init(compute).as_ref()
}
