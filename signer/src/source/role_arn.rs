//! The name of a role in IAM.

use core::fmt;
use core::str::FromStr;

/// The ARN of a role, `arn:aws:iam::ACCOUNT:role/NAME`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleArn {
    text: String,
    account: String,
}

impl RoleArn {
    /// The ARN as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The principal of the role's account, `arn:aws:iam::ACCOUNT:root`.
    pub fn account(&self) -> &str {
        &self.account
    }
}

impl FromStr for RoleArn {
    type Err = RoleArnRefused;

    fn from_str(text: &str) -> Result<Self, RoleArnRefused> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "iam", "", account, resource]
                if resource.strip_prefix("role/").is_some_and(|name| !name.is_empty()) =>
            {
                let account = format!("arn:{partition}:iam::{account}:root");
                Ok(Self { text: text.to_owned(), account })
            }
            _ => Err(RoleArnRefused),
        }
    }
}

/// A text that is not the ARN of a role.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RoleArnRefused;

impl fmt::Display for RoleArnRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not the ARN of a role, `arn:aws:iam::ACCOUNT:role/NAME`")
    }
}

impl core::error::Error for RoleArnRefused {}
