#![doc = include_str!("../README.md")]

mod authorship;
mod behavior;
mod case;
mod cause;
mod causes;
mod certainty;
mod difference;
mod encoded;
mod error_page;
mod evidence;
mod explanation;
mod key_id;
mod lint;
pub mod log;
mod moment;
mod need;
mod page;
mod pass;
mod relatives;
mod rewriting;
mod route;
mod source;
mod special_network;
mod target;

pub use behavior::Bucket;
pub use cause::{About, Cause, Fix};
pub use causes::all as causes;
pub use certainty::Certainty;
pub use evidence::{
    BucketPolicy, Clock, Cookies, Distribution, Evidence, KeyGroup, KnownKey, NotEvidence,
    PublicAccessBlock, PublicKeyFile, Response, SetCookie, alias_covers,
};
pub use explanation::{Explained, Explanation, Noted, explain};
pub use lint::{other_id, service_of_host};
pub use need::Need;
pub use page::{index_page, page};
pub use pass::as_sent;
pub use source::Source;
pub use special_network::unreachable_network;
