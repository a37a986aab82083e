//! Scenarios of `edgepass explain`: what a person on call has, and what the answer must be.
//!
//! Each is a folder in `tests/explain/scenarios`: the files as curl and the AWS CLI print them, and
//! `scenario.json` with the command line and what is expected. Signatures are real.

mod account;
mod answer;
mod bucket;
mod exchange;
mod identity;
mod mixed;
mod origin;
mod pass;
mod service;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::account::NOW;

/// A scenario without its files.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The story.
    pub about: String,
    /// The command line after `edgepass explain`, run in the scenario's folder.
    pub arguments: Vec<String>,
    /// The whole answer.
    pub expect: Expected,
}

/// What the answer must be.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// `source` of `--json`.
    pub source: String,
    /// The first cause.
    pub first: String,
    /// All causes with their certainty.
    pub causes: BTreeMap<String, String>,
    /// Words, each of which is in one of the commands asked for; empty: none is asked for.
    pub missing: Vec<String>,
    /// The ids of all notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Words, each of which is in a fact or in the advice of the first cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Words that no advice may have: it would be wrong here, or make things worse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
}

/// A scenario with its files, as it is written.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The name of the folder: the cause's id, or a name of its own.
    pub name: String,
    /// Names and contents.
    pub files: Vec<(&'static str, String)>,
    /// What is in `scenario.json`.
    pub scenario: Scenario,
}

impl Folder {
    /// The text of `scenario.json`.
    pub fn to_json(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(&self.scenario).unwrap())
    }
}

/// All scenarios.
pub fn all() -> Vec<Folder> {
    [
        pass::all(),
        origin::all(),
        mixed::all(),
        answer::all(),
        bucket::all(),
        identity::all(),
        service::all(),
    ]
    .concat()
}

/// A scenario in the making.
struct Draft {
    folder: Folder,
}

impl Draft {
    fn new(name: &str, about: &str) -> Self {
        let expect = Expected {
            source: "unknown".to_owned(),
            first: String::new(),
            causes: BTreeMap::new(),
            missing: Vec::new(),
            notes: Vec::new(),
            says: Vec::new(),
            never: Vec::new(),
        };
        let scenario = Scenario { about: about.to_owned(), arguments: Vec::new(), expect };
        Self { folder: Folder { name: name.to_owned(), files: Vec::new(), scenario } }
            .option("--now", &NOW.to_string())
    }

    /// Without `--now`: the response's `Date` tells.
    fn by_date(mut self) -> Self {
        self.folder.scenario.arguments.drain(..2);
        self
    }

    fn argument(mut self, argument: impl Into<String>) -> Self {
        self.folder.scenario.arguments.push(argument.into());
        self
    }

    fn option(self, name: &str, value: &str) -> Self {
        self.argument(format!("{name}={value}")).split_last_option()
    }

    /// `--name=value` for values that begin with a dash, else two arguments.
    fn split_last_option(mut self) -> Self {
        let last = self.folder.scenario.arguments.pop().unwrap();
        let (name, value) = last.split_once('=').unwrap();
        if value.starts_with('-') {
            return self.argument(last);
        }
        self.folder.scenario.arguments.extend([name.to_owned(), value.to_owned()]);
        self
    }

    /// The key of the corpus, under its own id.
    fn key(self, key: crate::keys::TestKey) -> Self {
        self.key_as(key.id(), key)
    }

    fn key_as(self, id: &str, key: crate::keys::TestKey) -> Self {
        let file = format!("{id}=../../../vectors/keys/{}", key.public_file());
        self.option("--public-key", &file)
    }

    fn file(mut self, option: &str, name: &'static str, text: impl Into<String>) -> Self {
        self.folder.files.push((name, text.into()));
        self.option(option, name)
    }

    fn response(self, text: impl Into<String>) -> Self {
        self.file("--response", "response.txt", text)
    }

    fn distribution(self, document: &serde_json::Value) -> Self {
        self.file("--distribution", "distribution.json", pretty(document))
    }

    fn key_group(self, document: &serde_json::Value) -> Self {
        self.file("--key-group", "key-group.json", pretty(document))
    }

    fn bucket_policy(self, text: impl Into<String>) -> Self {
        self.file("--bucket-policy", "bucket-policy.json", text)
    }

    fn public_access_block(self, text: impl Into<String>) -> Self {
        self.file("--public-access-block", "public-access-block.json", text)
    }

    fn notes(mut self, ids: &[&str]) -> Self {
        self.folder.scenario.expect.notes = owned(ids);
        self
    }

    fn says(mut self, words: &[&str]) -> Self {
        self.folder.scenario.expect.says = owned(words);
        self
    }

    fn never(mut self, words: &[&str]) -> Self {
        self.folder.scenario.expect.never = owned(words);
        self
    }

    /// Who answered, the causes in order, and what is asked for.
    fn expect(mut self, source: &str, causes: &[(&str, &str)], missing: &[&str]) -> Folder {
        let expect = &mut self.folder.scenario.expect;
        expect.source = source.to_owned();
        expect.first = causes[0].0.to_owned();
        expect.causes =
            causes.iter().map(|(id, how)| ((*id).to_owned(), (*how).to_owned())).collect();
        expect.missing = owned(missing);
        self.folder
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn pretty(document: &serde_json::Value) -> String {
    // The AWS CLI indents by four.
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    document.serialize(&mut serializer).unwrap();
    format!("{}\n", String::from_utf8(text).unwrap())
}
