//! The domain of a site.

use core::fmt;
use core::str::FromStr;

use signer::{CookieDomain, PlacementFault};

/// The longest name, in characters (RFC 1035, 2.3.4).
const MAX_NAME: usize = 253;
/// The longest label, in characters.
const MAX_LABEL: usize = 63;

/// The host that viewers see, as a browser sends it: an alternate domain name of a distribution.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Domain(String);

impl Domain {
    /// Its origin, by which edges and signers know the site.
    pub(super) fn origin(&self) -> String {
        format!("https://{self}")
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = NotADomain;

    fn from_str(text: &str) -> Result<Self, NotADomain> {
        use NotADomain::{
            Address, Characters, CloudFront, Label, Length, NotAscii, Path, Port, PublicSuffix,
            Scheme, SingleLabel, TrailingDot, UpperCase, Wildcard,
        };
        let fault = [
            (text.contains("://"), Scheme),
            (text.contains('/'), Path),
            (text.parse::<core::net::IpAddr>().is_ok(), Address),
            (text.contains(':'), Port),
            (text.contains('*'), Wildcard),
            (!text.is_ascii(), NotAscii),
            (text.bytes().any(|byte| byte.is_ascii_uppercase()), UpperCase),
            (
                !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)),
                Characters,
            ),
            (text.ends_with('.'), TrailingDot),
            (!text.split('.').all(is_label), Label),
            (text.len() > MAX_NAME, Length),
            (!text.contains('.'), SingleLabel),
            (text.ends_with(".cloudfront.net"), CloudFront),
            (text.parse::<CookieDomain>() == Err(PlacementFault::PublicSuffix), PublicSuffix),
        ];
        match fault.into_iter().find(|(applies, _)| *applies) {
            Some((_, fault)) => Err(fault),
            None => Ok(Self(text.to_owned())),
        }
    }
}

/// Letters, digits and hyphens, which neither begin nor end it (RFC 5890, 2.3.1).
fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

/// Why a text is no domain that a site can have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NotADomain {
    Address,
    Characters,
    CloudFront,
    Label,
    Length,
    NotAscii,
    Path,
    Port,
    PublicSuffix,
    Scheme,
    SingleLabel,
    TrailingDot,
    UpperCase,
    Wildcard,
}

impl fmt::Display for NotADomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => {
                "an address has no certificate; write a name such as `media.example.com`"
            }
            Self::Characters => {
                "a name has letters, digits, `-` and `.` only; write it as `media.example.com`"
            }
            Self::CloudFront => {
                "this name is CloudFront's own, and a distribution takes names of yours only; write it as `media.example.com`"
            }
            Self::Label => {
                "between two dots there are 1 to 63 characters, and `-` is neither the first nor the last of them"
            }
            Self::Length => "a name has at most 253 characters",
            Self::NotAscii => {
                "write the name as browsers send it, such as `xn--mnchen-3ya.example` for `münchen.example`"
            }
            Self::Path => "a site is a whole host; leave the path out",
            Self::Port => "CloudFront answers on the ports 80 and 443 only; leave the port out",
            Self::PublicSuffix => {
                "below this name strangers have names of their own, so that browsers keep no cookies for it; write the name of your site"
            }
            Self::Scheme => "write the name without its scheme, such as `media.example.com`",
            Self::SingleLabel => "a name has at least one dot; write it as `media.example.com`",
            Self::TrailingDot => {
                "with a dot at the end browsers take it for another host; leave the dot out"
            }
            Self::UpperCase => "browsers send names in lower case; write it so",
            Self::Wildcard => {
                "cookies and passes are for one host; name it, such as `media.example.com`"
            }
        })
    }
}

impl core::error::Error for NotADomain {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_are_taken() {
        for name in
            ["media.example.com", "a.b", "1.example", "xn--mnchen-3ya.example", "a--b.co.uk"]
        {
            assert_eq!(name.parse(), Ok(Domain(name.to_owned())));
        }
        let long = format!("{}.{0}.{0}.{}", "a".repeat(63), "b".repeat(61));
        assert_eq!(long.len(), MAX_NAME);
        assert!(long.parse::<Domain>().is_ok());
    }

    #[test]
    fn everything_else_is_refused_by_its_fault() {
        use NotADomain::*;
        for (text, fault) in [
            ("", Label),
            ("https://media.example.com", Scheme),
            ("media.example.com/videos", Path),
            ("media.example.com:443", Port),
            ("*.example.com", Wildcard),
            ("media.example.com.", TrailingDot),
            ("münchen.example", NotAscii),
            ("Media.example.com", UpperCase),
            ("media example.com", Characters),
            ("media_1.example.com", Characters),
            ("a\"b.example.com", Characters),
            ("media.example.com\n", Characters),
            ("media..com", Label),
            (".example.com", Label),
            ("-a.example.com", Label),
            ("a-.example.com", Label),
            ("localhost", SingleLabel),
            ("co.uk", PublicSuffix),
            ("github.io", PublicSuffix),
            ("192.0.2.1", Address),
            ("2001:db8::1", Address),
            ("d111111abcdef8.cloudfront.net", CloudFront),
        ] {
            assert_eq!(text.parse::<Domain>(), Err(fault), "{text}");
        }
        let label = format!("{}.example.com", "a".repeat(64));
        assert_eq!(label.parse::<Domain>(), Err(Label));
        assert_eq!(["a"; 128].join(".").parse::<Domain>(), Err(Length));
    }
}
