//! Cookies given on the command line.

use std::ffi::OsString;

use explain::Cookies;

use crate::evidence_file::EvidenceFile;
use crate::outcome::Failure;

/// The text of cookies, or the name of a file with them. It is read by the commands and not by the
/// parser of the command line, whose messages would repeat it.
#[derive(Clone)]
pub(crate) struct CookieArgument(String);

impl CookieArgument {
    /// The cookies; where there are some of many sites, those for `url`.
    ///
    /// As with curl's `-b`, a text without `=` is the name of a file, unless it has another form of
    /// cookies.
    fn read(&self, url: Option<&str>) -> Result<Cookies, Failure> {
        let text = self.0.trim();
        let is_text = text.starts_with(['{', '[']) || text.contains(['=', '\n', '\t', ':']);
        if is_text {
            return Cookies::read(text, url)
                .map_err(|fault| Failure::Usage(format!("`--cookie` {fault}")));
        }
        EvidenceFile::from(OsString::from(text)).read(|text| Cookies::read(text, url))
    }
}

impl From<String> for CookieArgument {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// The cookies of all arguments.
pub(crate) fn read(arguments: &[CookieArgument], url: Option<&str>) -> Result<Cookies, Failure> {
    let mut all = Cookies::default();
    for argument in arguments {
        let Cookies { lines, set } = argument.read(url)?;
        all.lines.extend(lines);
        all.set.extend(set);
    }
    Ok(all)
}
