#![doc = include_str!("../README.md")]

mod key;
mod publish;
mod store;

pub use key::{
    GenerationFailed, KeySpec, PrivateKey, PrivateKeyRefused, SigningFailed, public_key_pem,
};
#[cfg(feature = "aws")]
pub use publish::S3Destination;
pub use publish::{
    Destination, DestinationAnswer, DestinationUnavailable, FolderDestination, Publication,
    PublishFailed, Published, PublishedBody, Publisher, Replaced, Version,
};
#[cfg(feature = "aws")]
pub use store::DynamoDbStore;
pub use store::{
    CUT_OFF_MARGIN, Cursor, Entry, FileStore, LONGEST_LIFETIME, MemoryStore, NotAScope, Page,
    Retention, Scope, Standing, Store, StoreAnswer, StoreUnavailable, prune,
};
