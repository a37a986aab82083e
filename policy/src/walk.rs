//! The steps of the walk, one file a stage: see [`crate::Stage`]. The step that refuses a request
//! is the file that is named like the stage of its refusal.
//!
//! A step takes what the one before it made and makes what the next one needs, of a type that
//! nothing else can make. The modules beside this folder are what steps work with, and know no step.

pub(crate) mod authenticate;
pub(crate) mod claims;
pub(crate) mod conditions;
pub(crate) mod find;
pub(crate) mod read;
pub(crate) mod revocation;
mod signed_url;
