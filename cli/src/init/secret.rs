//! What only the functions of a site may read.

use std::collections::BTreeMap;

/// A text for Secrets Manager, or for a file of the owner's.
pub(super) struct Secret<'k> {
    /// What it is called in Secrets Manager, behind the name of the site.
    pub(super) name: &'static str,
    /// What it is called in the folder of the site.
    pub(super) file: &'static str,
    /// The parameter of the deployment that takes its ARN. None: no function reads it.
    pub(super) parameter: Option<&'static str>,
    pub(super) text: &'k str,
}

/// Where secrets are in Secrets Manager, by their [`Secret::name`]; empty if they are in files.
pub(super) type Arns = BTreeMap<&'static str, String>;
