//! The steps of the walk, one file a stage: see [`crate::Stage`].

pub(crate) mod claims;
pub(crate) mod conditions;
pub(crate) mod find;
pub(crate) mod revocation;
pub(crate) mod token_alone;
