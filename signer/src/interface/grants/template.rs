//! Resource patterns with a place for claims: `https://media.example.com/u/{sub}/*`.

use core::fmt;

use policy::{Grant, GrantRefused, PatternFault, ResourcePattern, Section, Target, UnixTime};

use crate::interface::identity::Viewer;
use crate::interface::origin::Origin;
use crate::interface::placement::CookiePath;

/// A pattern of which some path segments are taken from the viewer's claims.
///
/// A place is always a whole segment, so that `/u/{sub}*` cannot make one viewer's name the start
/// of another's; and what is put in has no character that means anything in a pattern or a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Template {
    text: String,
}

impl Template {
    pub(super) fn new(text: &str, site: &Origin) -> Result<Self, TemplateFault> {
        let target = site.target_of(text).ok_or(TemplateFault::OutsideSite)?;
        check_places(target)?;
        let template = Self { text: text.to_owned() };
        // A stand-in that every claim's value could be.
        template.pattern(|_| Some("x"))?;
        Ok(template)
    }

    /// The pattern for a viewer.
    pub(crate) fn for_viewer(&self, viewer: &Viewer) -> Result<ResourcePattern, TemplateFault> {
        self.pattern(|claim| viewer.text(claim))
    }

    /// The pattern, if it has no places.
    pub(crate) fn for_anyone(&self) -> Result<ResourcePattern, TemplateFault> {
        self.pattern(|_| None)
    }

    /// As the configuration has it.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The claims that are put in.
    pub(super) fn claims(&self) -> impl Iterator<Item = &str> {
        let places = self.text.split('{').skip(1);
        places.filter_map(|place| place.split_once('}').map(|(claim, _)| claim))
    }

    /// Whether claims are put in.
    pub(super) fn has_places(&self) -> bool {
        self.text.contains('{')
    }

    /// Whether cookies of this path are sent wherever the pattern matches.
    pub(super) fn lies_in(&self, path: &CookiePath, site: &Origin) -> bool {
        let target = site.target_of(&self.text).unwrap_or_default();
        let fixed = target.find(['*', '?', '{']).unwrap_or(target.len());
        target.get(..fixed).is_some_and(|fixed| path.holds(fixed))
    }

    fn pattern<'v>(
        &self,
        claim_text: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<ResourcePattern, TemplateFault> {
        let mut pattern = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (claim, after) = after.split_once('}').ok_or(TemplateFault::Place)?;
            let value = claim_text(claim).filter(|value| is_plain(value));
            let value = value.ok_or_else(|| TemplateFault::Value { claim: claim.to_owned() })?;
            pattern.push_str(before);
            pattern.push_str(value);
            rest = after;
        }
        pattern.push_str(rest);
        signable(&pattern)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a pattern can be signed does not depend on when.
const ANY_TIME: UnixTime = match UnixTime::from_seconds(1) {
    Some(time) => time,
    None => UnixTime::MILLISECONDS_SUSPECTED,
};

/// A pattern that a pass can be signed for.
pub(crate) fn signable(text: &str) -> Result<ResourcePattern, TemplateFault> {
    let pattern: ResourcePattern = text.parse().map_err(TemplateFault::Pattern)?;
    let grant = Grant {
        target: Target::Cookies(pattern.clone()),
        expires: ANY_TIME,
        starts: None,
        network: None,
    };
    grant.policy().map_err(TemplateFault::Unsignable)?;
    Ok(pattern)
}

/// Every `{` and `}` belongs to a place that is a segment of the path.
fn check_places(target: &str) -> Result<(), TemplateFault> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let place = |segment: &str| {
        let claim = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        claim.is_some_and(|claim| !claim.is_empty() && !claim.contains(['{', '}', '*', '"']))
    };
    let segments_are_right =
        path.split('/').all(|segment| !segment.contains(['{', '}']) || place(segment));
    if segments_are_right && !query.contains(['{', '}']) {
        Ok(())
    } else {
        Err(TemplateFault::Place)
    }
}

/// Whether a text means nothing but itself, in a pattern, a path and a URL.
fn is_plain(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !value.is_empty() && value.bytes().all(plain)
}

/// Why a text is not a resource to grant, or not for this viewer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TemplateFault {
    /// Not a URL of the site.
    OutsideSite,
    /// Not a pattern.
    Pattern(PatternFault),
    /// A brace that is not part of a `{claim}` between two slashes.
    Place,
    /// Not a pattern to sign.
    Unsignable(GrantRefused),
    /// What the viewer's claim says cannot be put in.
    Value {
        /// The claim.
        claim: String,
    },
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutsideSite => f.write_str(
                "does not begin with `site` and a `/`; wildcards in the protocol or host are never granted",
            ),
            Self::Pattern(fault) => fault.fmt(f),
            Self::Place => f.write_str(
                "has a `{` or `}` that does not belong to a whole path segment; write it as `/u/{sub}/*`",
            ),
            Self::Unsignable(GrantRefused::SingleWildcard { section: Section::Query }) => f.write_str(
                "has a second `?`, a wildcard whose meaning AWS leaves open; use `*`",
            ),
            Self::Unsignable(refused) => refused.fmt(f),
            Self::Value { claim } => write!(
                f,
                "needs the claim `{claim}` to be one or more of the characters A-Z a-z 0-9 _ -"
            ),
        }
    }
}

impl core::error::Error for TemplateFault {}
