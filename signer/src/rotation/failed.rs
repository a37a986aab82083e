//! Why a rotation stopped.

use core::fmt;

use super::check::CheckFailed;
use super::estate::EstateFailed;
use super::refused::Refused;
use crate::key::GenerationFailed;

/// Why a rotation stopped. It may be taken up again.
#[derive(Debug)]
pub enum RotationFailed {
    /// The candidate cannot be relied on.
    Check(CheckFailed),
    /// A call.
    Estate(EstateFailed),
    /// There is no key pair.
    Generation(GenerationFailed),
    /// It may not.
    Refused(Refused),
    /// What it changes somebody else changes back.
    Restless,
}

impl fmt::Display for RotationFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(failed) => failed.fmt(f),
            Self::Estate(failed) => failed.fmt(f),
            Self::Generation(failed) => failed.fmt(f),
            Self::Refused(refused) => refused.fmt(f),
            Self::Restless => f.write_str(
                "what the rotation changes somebody else changes back; end the other one first",
            ),
        }
    }
}

impl core::error::Error for RotationFailed {}

impl From<CheckFailed> for RotationFailed {
    fn from(failed: CheckFailed) -> Self {
        Self::Check(failed)
    }
}

impl From<EstateFailed> for RotationFailed {
    fn from(failed: EstateFailed) -> Self {
        Self::Estate(failed)
    }
}

impl From<GenerationFailed> for RotationFailed {
    fn from(failed: GenerationFailed) -> Self {
        Self::Generation(failed)
    }
}

impl From<Refused> for RotationFailed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}
