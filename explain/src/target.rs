//! A URL as it was requested, whatever is wrong with it.

use policy::Section;

use crate::pass::is_signing_parameter;

/// The parts of an absolute URL. Nothing is checked or changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Target {
    pub(crate) scheme: String,
    pub(crate) host: String,
    /// With its first slash, which a client adds where there is none.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
}

impl Target {
    pub(crate) fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        // A fragment never leaves the browser.
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at_checked(end)?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_owned(),
            path: path.to_owned(),
            query,
        })
    }

    /// The query without the signing parameters; None if nothing is left of it.
    pub(crate) fn own_query(&self) -> Option<String> {
        let query = self.query.as_deref()?;
        let parts: Vec<&str> =
            query.split('&').filter(|part| !is_signing_parameter(part)).collect();
        (!parts.is_empty()).then(|| parts.join("&"))
    }

    /// Without the signing parameters: the text that a canned policy signs.
    pub(crate) fn unsigned(&self) -> String {
        let own = self.own_query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{own}", self.without_query())
    }

    /// What a policy's section is compared with.
    pub(crate) fn section(&self, section: Section) -> String {
        match section {
            Section::Protocol => self.scheme.clone(),
            Section::Domain => self.host.clone(),
            Section::Path => self.path.clone(),
            Section::Query => self.own_query().unwrap_or_default(),
        }
    }

    /// Without the query, which may hold secrets.
    pub(crate) fn without_query(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.path)
    }

    /// The path that CloudFront picks a behaviour by (AWS: "Path normalization").
    pub(crate) fn normalised_path(&self) -> String {
        let mut segments: Vec<&str> = Vec::new();
        for segment in self.path.split('/').filter(|segment| !segment.is_empty()) {
            match segment {
                "." => {}
                ".." => {
                    segments.pop();
                }
                other => segments.push(other),
            }
        }
        let end = if self.path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
        format!("/{}{end}", segments.join("/"))
    }
}
