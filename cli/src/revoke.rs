//! `edgepass revoke`: what passes are good no longer.

use aws_lc::{public_key_from_text, thumbprint};
use clap::{Args, ValueEnum};
use policy::{ShortRsa, UnixTime};
use serde::Serialize;
use signer::{Entry, Revocation, Scope, SiteSecret};

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, tell};
use crate::store::{StoreOption, wait};
use crate::text_file::TextFile;
use crate::when::{Shown, When, system_clock};

/// Revoke a subject, a session, a key, or everything
#[derive(Args)]
#[command(after_help = "\
SCOPE and ID:
  subject  `sub` of the claims: all passes of a person. That is a pseudonym; --identity makes it
           from what the identity provider calls them
  session  `jti` of the claims: the passes of one sign-in
  key      SHA-256 of the public key in hexadecimal, as logs have it, or --public-key: all passes
           that it signed
  all      no ID: all passes

A cut-off never moves back: of two orders the later one stands. Edges learn of a change with the
next publication, by the publisher or by `edgepass revocations publish`. --undo is for mistakes:
passes that have not expired are good again, in the wrong hands too.

Examples:
  edgepass revoke subject --identity alice --site-secret site.secret --store file:revocations.json
  edgepass revoke session 3hXyv0kQ --store file:revocations.json --note 'reported stolen'
  edgepass revoke key --public-key old/public.pem --store file:revocations.json
  edgepass revoke all --before 2027-01-31T18:00:00Z --store dynamodb:edgepass-revocations")]
pub(crate) struct Revoke {
    /// What to revoke
    scope: ScopeName,
    /// Which one
    #[arg(allow_hyphen_values = true)]
    id: Option<String>,
    /// Revoke what was issued up to this second: RFC 3339, epoch seconds, or from now as +90m, +12h,
    /// +7d [default: +30s, by which signers' clocks may differ]
    #[arg(long, value_name = "WHEN")]
    before: Option<When>,
    /// The person, as the identity provider calls them, instead of their pseudonym
    #[arg(long, value_name = "SUB", conflicts_with = "id", requires = "site_secret")]
    identity: Option<String>,
    /// The file of the site secret, under which people are pseudonyms
    #[arg(long, value_name = "FILE", requires = "identity")]
    site_secret: Option<TextFile>,
    /// The public key, instead of its hash
    #[arg(long, value_name = "PEM", conflicts_with_all = ["id", "identity"])]
    public_key: Option<TextFile>,
    /// Take the revocation back
    #[arg(long, conflicts_with_all = ["before", "by", "note"])]
    undo: bool,
    /// Who orders this, for the record
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    store: StoreOption,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeName {
    Subject,
    Session,
    Key,
    All,
}

#[derive(Serialize)]
struct Removed {
    /// Null if nothing stood.
    removed: Option<Revocation>,
}

impl Revoke {
    pub(crate) fn run(self) -> Outcome {
        let now = system_clock()?;
        let scope = self.scope()?;
        if self.undo {
            wait(self.unrevoke(&scope))?
        } else {
            wait(self.revoke(scope, now))?
        }
        Ok(Ended::Done)
    }

    async fn revoke(&self, scope: Scope, now: UnixTime) -> Result<(), Failure> {
        let whole = matches!(scope, Scope::Key(_) | Scope::Session(_));
        let ordered = Entry::new(scope, now);
        let up_to = match self.before {
            Some(_) if whole => {
                return Err(Failure::Usage(
                    "a session or a key is revoked as a whole; leave out `--before`".to_owned(),
                ));
            }
            Some(before) => before.from(now),
            None => ordered.up_to,
        };
        let (actor, note) = (self.by.clone(), self.note.clone());
        let stands =
            self.store.open().await?.revoke(&Entry { up_to, actor, note, ..ordered }).await?;
        let cut_off = Shown { time: stands.up_to, now };
        let text = match &stands.scope {
            scope @ (Scope::Key(_) | Scope::Session(_)) => format!("revoked {scope}"),
            scope => format!("revoked {scope}, issued up to {cut_off}"),
        };
        if !whole && stands.up_to > up_to {
            tell("an earlier order with a later cut-off stands already");
        }
        if self.json { print_json(&Revocation::from(stands)) } else { print(&text) }
    }

    async fn unrevoke(&self, scope: &Scope) -> Result<(), Failure> {
        let removed = self.store.open().await?.unrevoke(scope).await?;
        if self.json {
            return print_json(&Removed { removed: removed.map(Revocation::from) });
        }
        print(&match removed {
            Some(_) => format!("not revoked any more: {scope}"),
            None => format!("was not revoked: {scope}"),
        })
    }

    fn scope(&self) -> Result<Scope, Failure> {
        let name = match (self.scope, &self.identity, &self.public_key) {
            (ScopeName::Subject, Some(identity), _) => {
                return Ok(Scope::Subject(self.site_secret()?.viewer(identity)));
            }
            (ScopeName::Key, _, Some(public_key)) => return self.key(public_key),
            (_, Some(_), _) => return Err(wrong_option("--identity", "subject")),
            (_, _, Some(_)) => return Err(wrong_option("--public-key", "key")),
            (ScopeName::Subject, ..) => "subject",
            (ScopeName::Session, ..) => "session",
            (ScopeName::Key, ..) => "key",
            (ScopeName::All, ..) => "all",
        };
        let text = match (self.scope, &self.id) {
            (ScopeName::All, None) => "all".to_owned(),
            (ScopeName::All, Some(_)) => {
                return Err(Failure::Usage("`all` has no ID; leave it out".to_owned()));
            }
            (_, None) => {
                return Err(Failure::Usage(format!("which {name}? give its ID behind `{name}`")));
            }
            (_, Some(id)) => format!("{name}:{id}"),
        };
        text.parse()
            .map_err(|refused| Failure::Usage(format!("`{}`: {refused}", text.escape_debug())))
    }

    fn site_secret(&self) -> Result<SiteSecret, Failure> {
        let Some(file) = &self.site_secret else {
            return Err(Failure::Usage("`--identity` needs `--site-secret`".to_owned()));
        };
        SiteSecret::new(file.read()?.trim().as_bytes())
            .map_err(|refused| Failure::Usage(format!("{file}: {refused}")))
    }

    fn key(&self, file: &TextFile) -> Result<Scope, Failure> {
        // Of whatever length: it is not to be trusted, on the contrary.
        let key = public_key_from_text(&file.read()?, ShortRsa::DangerAllow);
        let key = key.map_err(|refused| Failure::Usage(format!("{file}: {refused}")))?;
        Ok(Scope::Key(thumbprint(&key)))
    }
}

fn wrong_option(option: &str, scope: &str) -> Failure {
    Failure::Usage(format!("`{option}` goes with `{scope}` only"))
}
