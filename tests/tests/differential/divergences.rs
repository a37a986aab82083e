//! Where a peer is known to do something else, and why ours does not follow.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::order::Order;
use crate::peer::{self, Peer};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Divergence {
    peer: Name,
    input: Order,
    /// What ours signs, or `refused`.
    ours: String,
    /// What theirs signs, or `refused`.
    theirs: String,
    /// What our edge says to theirs: `admitted`, or the code of the refusal.
    verdict: String,
    reason: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
enum Name {
    #[serde(rename = "botocore")]
    Botocore,
    #[serde(rename = "@aws-sdk/cloudfront-signer")]
    JsSdk,
}

/// Each is still as it is written down, an agreement included. `UPDATE=1` writes down what is.
pub(crate) fn check() {
    let file = peer::folder().join("divergences.json");
    let written = fs::read_to_string(&file).unwrap();
    let mut divergences: Vec<Divergence> = serde_json::from_str(&written).unwrap();
    let (mut botocore, mut js_sdk) = (Peer::botocore(), Peer::js_sdk());
    for divergence in &mut divergences {
        let peer = match divergence.peer {
            Name::Botocore => &mut botocore,
            Name::JsSdk => &mut js_sdk,
        };
        divergence.observe(peer);
    }
    let agreed: Vec<&str> = divergences
        .iter()
        .filter(|divergence| divergence.ours == divergence.theirs)
        .map(|divergence| divergence.reason.as_str())
        .collect();
    assert!(agreed.is_empty(), "ours and theirs agree now; remove from the file: {agreed:#?}");

    let observed = serde_json::to_string_pretty(&divergences).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, observed).unwrap();
    } else if observed != written {
        let changed = observed.lines().filter(|line| !written.contains(line));
        panic!(
            "tests/peers/divergences.json is old; read this and run the test with UPDATE=1: {:#?}",
            changed.collect::<Vec<_>>()
        );
    }
}

impl Divergence {
    fn observe(&mut self, peer: &mut Peer) {
        let refused = || String::from("refused");
        self.ours = self.input.sign().map_or_else(|_| refused(), |pass| pass.to_string());
        let theirs = peer.sign(&self.input);
        self.verdict = match &theirs {
            Err(_) => String::from("none"),
            Ok(pass) => match pass.decide(&self.input) {
                Ok(_) => String::from("admitted"),
                Err(denied) => denied.code().as_str().to_owned(),
            },
        };
        self.theirs = theirs.map_or_else(|_| refused(), |pass| pass.to_string());
    }
}
