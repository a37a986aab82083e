//! What a function and its store may be.

/// The longest function that is made, in bytes. CloudFront takes 10,240 (AWS: "Quotas on CloudFront
/// Functions", "Maximum function size"); what is left is for an operator's own lines.
pub const MAX_FUNCTION_BYTES: usize = 8192;

/// The least `max_stale_seconds` of a store: each heartbeat of its publisher costs a write.
pub const MIN_STALE_SECONDS: u32 = 900;
