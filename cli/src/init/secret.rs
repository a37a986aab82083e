//! What only the functions of a site may read.

use std::collections::BTreeMap;

/// A text for Secrets Manager, or for a file of the owner's.
pub(super) struct Secret<'k> {
    /// What it is called in Secrets Manager, behind the name of the site.
    pub(super) name: &'static str,
    /// What it is called in the folder of the site.
    pub(super) file: &'static str,
    /// The parameter of the deployment that takes its ARN.
    pub(super) parameter: &'static str,
    pub(super) use_of: Use,
    pub(super) text: &'k str,
}

/// When a function has to read a secret.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Use {
    Always,
    ForRotation,
}

/// Where secrets are in Secrets Manager, by their [`Secret::name`]; empty if they are in files.
pub(super) type Arns = BTreeMap<&'static str, String>;
