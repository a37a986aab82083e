//! One claim: what it says, as far as that can be known.

use core::fmt;

use serde_json::Value;

use super::token::{TokenUnknown, VerifiedToken};

/// A claim that an authorizer passed on.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// The authorizer's own text; empty for a list in JSON.
    written: String,
    meaning: Meaning,
}

/// What a claim says.
#[derive(Clone, Debug)]
enum Meaning {
    /// Several texts.
    List(Vec<String>),
    /// One text: a string; or a number or truth value, as JSON writes it.
    Text(String),
    /// Nothing that can be relied on.
    Unread(Unread),
}

impl Claim {
    /// A member of a Lambda authorizer's context, which is JSON. None for `null`.
    pub(super) fn of_json(value: Value) -> Option<Self> {
        let meaning = match value {
            Value::Array(items) => Meaning::List(items.into_iter().filter_map(scalar).collect()),
            Value::Null => return None,
            Value::Object(_) => Meaning::Unread(Unread::NotTexts),
            value => Meaning::Text(scalar(value)?),
        };
        let written = match &meaning {
            Meaning::Text(text) => text.clone(),
            Meaning::List(_) | Meaning::Unread(_) => String::new(),
        };
        Some(Self { written, meaning })
    }

    /// A claim as API Gateway hands it over: scalars as text, lists as `[a b]` without quotes,
    /// objects as JSON. (Measured by others: github.com/floci-io/floci, pull request 2011.) One such
    /// text can have several meanings. The token, if it is known, says which it has.
    pub(super) fn of_jwt(
        name: &str,
        text: String,
        token: Result<&VerifiedToken, TokenUnknown>,
    ) -> Self {
        let meaning = match token {
            Ok(token) => Meaning::in_token(token.get(name), &text),
            Err(unknown) => Meaning::of_text_alone(&text, unknown),
        };
        Self { written: text, meaning }
    }

    /// The text that the authorizer passed on. Who it is and when they signed in is read from this,
    /// so that the same sign-in is the same session whatever else is known of the token.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether it has this value, or is a list that contains it.
    pub(super) fn has(&self, value: &str) -> bool {
        match &self.meaning {
            Meaning::List(list) => list.iter().any(|item| item == value),
            Meaning::Text(text) => text == value,
            Meaning::Unread(_) => false,
        }
    }

    /// What it says, if that is one text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.meaning {
            Meaning::Text(text) => Some(text),
            Meaning::List(_) | Meaning::Unread(_) => None,
        }
    }

    /// Why it matches nothing.
    pub(super) fn unread(&self) -> Option<Unread> {
        match &self.meaning {
            Meaning::Unread(why) => Some(*why),
            Meaning::List(_) | Meaning::Text(_) => None,
        }
    }
}

impl Meaning {
    /// What the token says, if API Gateway makes exactly this text of it.
    fn in_token(value: Option<&Value>, text: &str) -> Self {
        let list = match value {
            Some(Value::Array(items)) => {
                items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>()
            }
            Some(Value::Object(_)) => None,
            value => {
                let same = value.cloned().and_then(scalar).filter(|scalar| scalar == text);
                return same.map_or(Self::Unread(Unread::Differs), Self::Text);
            }
        };
        match list {
            None => Self::Unread(Unread::NotTexts),
            Some(list) if format!("[{}]", list.join(" ")) == text => {
                Self::List(list.into_iter().map(str::to_owned).collect())
            }
            Some(_) => Self::Unread(Unread::Differs),
        }
    }

    /// A text in brackets is a list, or a text that looks like one; and a list does not show where
    /// its members end. Where nobody said which header holds the token, a list of one word is taken
    /// as that, and never as a text. Where somebody did, a token that cannot be read is a reason to
    /// believe less.
    fn of_text_alone(text: &str, unknown: TokenUnknown) -> Self {
        let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
        let (list, object) = (inside('[', ']'), inside('{', '}'));
        if list.is_none() && object.is_none() {
            return Self::Text(text.to_owned());
        }
        let has_one_meaning = |word: &&str| {
            let splits = |letter: char| letter.is_whitespace() || "[]{}\"".contains(letter);
            !word.is_empty() && !word.contains(splits)
        };
        match list.filter(has_one_meaning) {
            Some(word) if unknown == TokenUnknown::HeaderNotNamed => {
                Self::List(vec![word.to_owned()])
            }
            _ => Self::Unread(Unread::Ambiguous(unknown)),
        }
    }
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}

/// Why a claim matches nothing, though the authorizer passed it on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unread {
    /// A text in brackets, without the token that would tell what it means.
    Ambiguous(TokenUnknown),
    /// The authorizer passed on something else than the token says.
    Differs,
    /// An object, or a list with other members than strings.
    NotTexts,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous(unknown) => {
                write!(f, "in brackets it can mean several things, and {unknown}")
            }
            Self::Differs => {
                f.write_str("the authorizer passed on something else than the token says")
            }
            Self::NotTexts => f.write_str("it is neither a text nor a list of texts"),
        }
    }
}

/// A claim that grants ask for and that matches nothing, though the authorizer passed it on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnreadClaim {
    /// Its name.
    pub claim: String,
    /// Why.
    pub why: Unread,
}

impl fmt::Display for UnreadClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.claim, self.why)
    }
}
