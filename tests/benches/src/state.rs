//! What is revoked, at an edge: building, taking over and asking a state, beside what one would
//! otherwise ask.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use cpu_time::ThreadTime;
use edge_validator::Native;
use policy::{
    BodyDigest, BodyDraft, Delegation, Hash, HeadDraft, MakeSignature, Minimum, Revocable,
    Salt, SignedDelegation, Standing, State, StateTrust, Thumbprint, UnixTime,
};
use signer::{KeySpec, PrivateKey};
use xorf::{BinaryFuse8, Filter};

use crate::contest::{Contest, goal};

const OURS: &str = "**Edgepass**, by the id of a session";

pub fn run() {
    println!(
        "| entries | bytes an entry | build, ms | decode, ms |\n| ---: | ---: | ---: | ---: |"
    );
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let sessions = ids("session", count);
        let (body, build) = fastest(|| body(&sessions));
        let site = Site::new();
        let head = site.head(&body);
        let take = || {
            let head = site.trust.head(&head, None, NOW).expect("ours");
            let copy = body.clone();
            let start = ThreadTime::now();
            (State::new(head, copy, sha256).expect("ours"), start.elapsed())
        };
        let (state, decode) = (0..9).map(|_| take()).min_by_key(|(_, decode)| *decode).expect("9");
        let each = body.len() as f64 / count as f64;
        println!("| {count} | {each:.2} | {:.2} | {:.2} |", ms(build), ms(decode));
        if count == 1_000_000 {
            println!();
            let lookup = ask(&state, &sessions);
            goal("1 M entries, build, ms", ms(build), 1000.0);
            goal("1 M entries, decode, ms", ms(decode), 10.0);
            goal("1 M entries, lookup, ns", lookup, 200.0);
        }
    }
}

/// Nanoseconds for one look-up.
fn ask(state: &State, sessions: &[String]) -> f64 {
    // Every other one is revoked, in an order that no cache foresees.
    let others = ids("other", sessions.len());
    let mut asked: Vec<&str> =
        sessions.iter().zip(&others).flat_map(|(one, other)| [one.as_str(), other]).collect();
    asked.sort_unstable_by_key(|id| digest(&SHA256, id.as_bytes()).as_ref().to_vec());
    // As one that was just read from a request, an id is at hand: only the look-up may have to wait
    // for memory.
    let asked: String = asked.into_iter().take(1 << 17).collect();
    let asked: Vec<&str> = (0..asked.len() / 32).map(|at| &asked[32 * at..32 * at + 32]).collect();
    let numbers: Vec<u64> = sessions.iter().map(|id| number(id)).collect();

    let mut contest = Contest::new("1 M sessions, one look-up");
    let mut turn = in_turn(&asked);
    contest.enter(OURS, move || state.body().has_session(turn()));
    let mut turn = in_turn(&asked);
    let keys = [Thumbprint([1; 32]), Thumbprint([2; 32])];
    contest.enter("**Edgepass**, the whole standing of a pass", move || {
        let (session, keys) = (turn(), &keys);
        let pass = Revocable { subject: session, session, keys, issued_at: NOW };
        state.standing(&pass) == Standing::Good
    });
    let hashed: HashSet<&str> = sessions.iter().map(String::as_str).collect();
    let mut turn = in_turn(&asked);
    contest.enter("`HashSet` of ids", move || hashed.contains(turn()));
    let sorted: BTreeSet<&str> = sessions.iter().map(String::as_str).collect();
    let mut turn = in_turn(&asked);
    contest.enter("`BTreeSet` of ids", move || sorted.contains(turn()));
    let fuse = BinaryFuse8::try_from(&numbers).expect("distinct");
    let bytes = fuse.len() as f64 / sessions.len() as f64;
    let mut turn = in_turn(&asked);
    contest.enter(
        &format!("`BinaryFuse8` ({bytes:.2} bytes an entry, revokes 0.4 % of the others)"),
        move || fuse.contains(&number(turn())),
    );
    let standing = contest.run(OURS);
    standing.print();
    standing.of(OURS).microseconds * 1000.0
}

fn in_turn<'a>(asked: &'a [&'a str]) -> impl FnMut() -> &'a str + 'a {
    let mut asked = asked.iter().cycle();
    move || asked.next().expect("endless")
}

/// Ids as the signer makes them: hexadecimal digits of a digest.
fn ids(kind: &str, count: usize) -> Vec<String> {
    let id = |at| hex(&sha256(format!("{kind} {at}").as_bytes())[..16]);
    (0..count).map(id).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As our hash does, but for a filter that hashes again.
fn number(id: &str) -> u64 {
    siphasher::sip::SipHasher24::new_with_key(&SALT.0).hash(id.as_bytes())
}

const SALT: Salt = Salt(*b"salt of the site");
const NOW: UnixTime = UnixTime::from_seconds(1_767_290_400).expect("after 1970");

fn body(sessions: &[String]) -> Vec<u8> {
    let mut draft = BodyDraft::new(SALT);
    sessions.iter().for_each(|session| draft.revoke_session(session));
    draft.encode().expect("not too many")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("32 bytes")
}

struct Site {
    key: PrivateKey,
    delegation: SignedDelegation,
    trust: StateTrust,
}

impl Site {
    fn new() -> Self {
        let [root, key] =
            [(); 2].map(|()| PrivateKey::generate(KeySpec::EcdsaP256).expect("random").0);
        let site = "https://media.example.com".parse().expect("visible");
        let backend = Arc::new(Native);
        let roots = [root.public_key().clone()];
        let trust = StateTrust::new(Some(site), &roots, Minimum::default(), backend).expect("sound");
        let delegation = Delegation {
            site: "https://media.example.com".parse().expect("visible"),
            serial: 1,
            state_key: key.public_key().clone(),
            keys: Vec::new(),
        };
        let unsigned = delegation.unsigned().expect("short");
        let signature = root.sign(Hash::Sha256, &unsigned).expect("a sound key");
        let delegation = SignedDelegation::new(&unsigned, &signature).expect("short");
        Self { key, delegation, trust }
    }

    fn head(&self, body: &[u8]) -> Vec<u8> {
        let draft = HeadDraft {
            sequence: 1,
            generated_at: NOW,
            maximum_lifetime: 43_200,
            revoked_up_to: UnixTime::EPOCH,
            body_bytes: body.len().try_into().expect("short"),
            body_digest: BodyDigest(sha256(body)),
        };
        let unsigned = draft.unsigned(&self.delegation);
        let signature = self.key.sign(Hash::Sha256, &unsigned).expect("a sound key");
        HeadDraft::signed(unsigned, &signature).expect("short")
    }
}

/// The fastest of nine, in processor time: longer than a turn on a shared machine, so that the clock
/// on the wall would count the work of others.
fn fastest<T>(mut once: impl FnMut() -> T) -> (T, Duration) {
    let timed = |_| {
        let start = ThreadTime::now();
        let made = once();
        (made, start.elapsed())
    };
    (0..9).map(timed).min_by_key(|(_, elapsed)| *elapsed).expect("nine")
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
