#![doc = include_str!("../README.md")]

mod authorship;
mod behavior;
mod case;
mod cause;
mod causes;
mod difference;
mod encoded;
mod evidence;
mod explanation;
pub mod log;
mod moment;
mod page;
mod pass;
mod rewriting;
mod source;
mod target;

pub use behavior::Bucket;
pub use cause::{About, Cause, Certainty, Need};
pub use causes::all as causes;
pub use evidence::{
    BucketPolicy, Clock, Distribution, Evidence, KeyGroup, KnownKey, NotEvidence,
    PublicAccessBlock, PublicKeyFile, Response, SetCookie, alias_covers,
};
pub use explanation::{Explained, Explanation, explain};
pub use page::{index_page, page};
pub use pass::as_sent;
pub use source::Source;
