//! What the corpus holds: one file here for each stage of the walk, plus what is let through.

mod allow;
mod authenticate;
mod base64;
mod claims;
mod conditions;
mod draft;
mod find;
mod json;
mod read;
mod resource;
mod revocation;
mod states;
mod values;

pub use draft::Case;
pub use states::{StateFile, states};

/// Every case, in alphabetical order.
pub fn all() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        allow::cases(),
        authenticate::cases(),
        base64::cases(),
        claims::cases(),
        conditions::cases(),
        find::cases(),
        json::cases(),
        read::cases(),
        resource::cases(),
        revocation::cases(),
        values::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}
