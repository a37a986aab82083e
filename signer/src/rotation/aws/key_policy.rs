//! The key policy of a key in KMS that the function `rotation` makes.

use serde_json::json;

use super::kms::TAG;
use crate::source::RoleArn;

/// Lets the role finish the key that it made, and leaves everything else to the account's policies.
///
/// KMS takes tags with `CreateKey` only from whoever may tag every key of the account. The role may
/// not: it creates the key without a tag and tags it then, as this policy allows. The policies of
/// other keys do not, and the role may not change those. (AWS: "Controlling access to tags", "Key
/// policies in AWS KMS".)
pub(super) fn key_policy(role: &RoleArn, group: &str) -> String {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Account",
                "Effect": "Allow",
                "Principal": { "AWS": role.account() },
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "RotationTags",
                "Effect": "Allow",
                "Principal": { "AWS": role.as_str() },
                "Action": "kms:TagResource",
                "Resource": "*",
                "Condition": {
                    "StringEquals": { format!("aws:RequestTag/{TAG}"): group },
                    "ForAllValues:StringEquals": { "aws:TagKeys": [TAG] },
                },
            },
            {
                "Sid": "RotationFinishes",
                "Effect": "Allow",
                "Principal": { "AWS": role.as_str() },
                "Action": ["kms:ScheduleKeyDeletion", "kms:UpdateKeyDescription"],
                "Resource": "*",
            },
        ],
    });
    policy.to_string()
}
