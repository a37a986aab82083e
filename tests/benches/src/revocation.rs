//! What is revoked: building, publishing, taking over and asking a state, beside what one would
//! otherwise ask.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use policy::{BodyDraft, Revocable, Salt, Standing, State, Thumbprint};
use signer::{FileStore, FolderDestination};
use siphasher::sip::SipHasher13;
use tokio::runtime::Runtime;
use xorf::{BinaryFuse8, Filter};

use crate::contest::{self, Contest, goal};
use crate::site::{NOW, Site, sha256};

const COUNTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

const OURS: &str = "**Edgepass**, by the id of a session";
const FEW: &str = "**Edgepass**, one in a hundred revoked";
const STANDING: &str = "**Edgepass**, the whole standing of a pass";
const IDS: &str = "`HashSet` of ids";
const SORTED: &str = "`BTreeSet` of hashes";
const HALVES: &str = "sorted hashes, searched by halves";
const FUSE: &str = "`BinaryFuse8`, which revokes 0.4 % of the others";

const SALT: Salt = Salt(*b"salt of the site");

pub fn run(folder: &Path) {
    println!("| entries | bytes an entry | build, ms | decode, ms | publish, ms |");
    println!("| ---: | ---: | ---: | ---: | ---: |");
    let sizes = COUNTS.map(|count| Size::new("session", count, folder));
    let [.., most] = COUNTS;
    let subjects = Size::new("subject", most, folder);
    println!();

    print_header("a million entries", &["bytes an entry", "build, ms"]);
    let [.., million] = &sizes;
    print_row("**Edgepass**", [million.bytes_an_entry(), ms(million.build)]);
    million.print_baselines();
    println!();

    print_header("one look-up, ns", &COUNTS.map(|count| format!("among {count}")));
    let look_ups = sizes.each_ref().map(Size::ask);
    for name in [FEW, OURS, STANDING, IDS, SORTED, HALVES, FUSE] {
        print_row(name, look_ups.each_ref().map(|look_up| nanoseconds(look_up, name)));
    }
    println!();

    let [.., look_up] = &look_ups;
    goal("1 M entries, bytes an entry", million.bytes_an_entry(), 8.1);
    goal("1 M subjects, bytes an entry", subjects.bytes_an_entry(), 12.1);
    goal("1 M entries, build, ms", ms(million.build), 1000.0);
    goal("1 M entries, decode, ms", ms(million.decode), 10.0);
    goal("1 M entries, look-up, one in a hundred revoked, ns", nanoseconds(look_up, FEW), 200.0);
    goal("1 M entries, look-up, half of them revoked, ns", nanoseconds(look_up, OURS), 200.0);
}

/// A state of so many entries of one kind.
struct Size {
    ids: Vec<String>,
    state: State,
    build: Duration,
    decode: Duration,
}

impl Size {
    /// Prints its row of the first table.
    fn new(kind: &str, count: usize, folder: &Path) -> Self {
        let ids = ids(kind, count);
        let (body, build) = fastest(|| (), |()| body(kind, &ids));
        let site = Site::new();
        let head = site.head(&body);
        let (state, decode) = fastest(|| body.clone(), |body| site.state(&head, body));
        let publish = publish(site, kind, &ids, &folder.join(format!("{count}-{kind}s")));
        let size = Self { ids, state, build, decode };
        let figures = [ms(build), ms(decode), ms(publish)].map(|figure| format!("{figure:.2}"));
        println!("| {count} {kind}s | {:.2} | {} |", size.bytes_an_entry(), figures.join(" | "));
        size
    }

    fn bytes_an_entry(&self) -> f64 {
        self.state.body().as_bytes().len() as f64 / self.ids.len() as f64
    }

    fn print_baselines(&self) {
        let hashes = || self.ids.iter().map(|id| hash(id));
        let (_, sorted) = fastest(|| (), |()| hashes().collect::<BTreeSet<u64>>());
        let (fuse, filter) = fastest(|| (), |()| fuse(&hashes().collect::<Vec<u64>>()));
        println!("| {SORTED} | at least 8 | {:.1} |", ms(sorted));
        print_row(FUSE, [fuse.len() as f64 / self.ids.len() as f64, ms(filter)]);
    }

    fn ask(&self) -> contest::Standing {
        let Self { ids: sessions, state, .. } = self;
        let text = questions(sessions, 2);
        let asked = cut(&text);
        let text = questions(sessions, 100);
        let mostly_good = cut(&text);
        let mut hashes: Vec<u64> = sessions.iter().map(|id| hash(id)).collect();

        let mut contest = Contest::new("one look-up");
        contest.enter(OURS, asking(&asked, |id| state.body().has_session(id)));
        contest.enter(FEW, asking(&mostly_good, |id| state.body().has_session(id)));
        let keys = [Thumbprint([1; 32]), Thumbprint([2; 32])];
        contest.enter(
            STANDING,
            asking(&asked, |session| {
                let pass = Revocable { subject: session, session, keys: &keys, issued_at: NOW };
                state.standing(&pass) != Standing::Good
            }),
        );
        let ids: HashSet<&str> = sessions.iter().map(String::as_str).collect();
        contest.enter(IDS, asking(&asked, move |id| ids.contains(id)));
        let fuse = fuse(&hashes);
        contest.enter(FUSE, asking(&asked, move |id| fuse.contains(&hash(id))));
        let sorted: BTreeSet<u64> = hashes.iter().copied().collect();
        contest.enter(SORTED, asking(&asked, move |id| sorted.contains(&hash(id))));
        hashes.sort_unstable();
        contest.enter(HALVES, asking(&asked, move |id| hashes.binary_search(&hash(id)).is_ok()));
        contest.run(OURS)
    }
}

/// How many look-ups there are before they begin again: a power of two.
const QUESTIONS: usize = 1 << 17;

const ID_BYTES: usize = 32;

/// Ids in an order that no cache foresees, of which one in so many is revoked. They lie one after
/// another, as an id that was just read from a request is at hand: only the look-up may have to wait
/// for memory.
fn questions(sessions: &[String], one_in: usize) -> String {
    let revoked = QUESTIONS / one_in;
    let others = ids("other", QUESTIONS - revoked);
    let stride = (sessions.len() / revoked).max(1);
    let both = others.iter().chain(sessions.iter().step_by(stride).cycle().take(revoked));
    let both = both.map(String::as_str);
    let mut asked: Vec<(usize, &str)> = both.enumerate().collect();
    asked.sort_by_cached_key(|(at, _)| sha256(&at.to_le_bytes()));
    asked.into_iter().map(|(_, id)| id).collect()
}

fn cut(text: &str) -> Vec<&str> {
    (0..QUESTIONS).map(|at| &text[ID_BYTES * at..ID_BYTES * (at + 1)]).collect()
}

/// Asks one question at a time: the next is another one if this is answered with yes, so that no
/// processor looks up several at once, which no request would have it do.
fn asking<'a>(asked: &'a [&'a str], has: impl Fn(&str) -> bool + 'a) -> impl FnMut() + 'a {
    let mut at = 0;
    move || {
        let found = black_box(has(asked[at]));
        at = (at + 1 + usize::from(found)) % QUESTIONS;
    }
}

/// Ids as the signer makes them: hexadecimal digits of a digest.
fn ids(kind: &str, count: usize) -> Vec<String> {
    let id = |at| hex(&sha256(format!("{kind} {at}").as_bytes())[..ID_BYTES / 2]);
    (0..count).map(id).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As in a body.
fn hash(id: &str) -> u64 {
    SipHasher13::new_with_key(&SALT.0).hash(id.as_bytes())
}

fn fuse(hashes: &[u64]) -> BinaryFuse8 {
    BinaryFuse8::try_from(hashes).expect("distinct")
}

fn body(kind: &str, ids: &[String]) -> Vec<u8> {
    let mut draft = BodyDraft::new(SALT);
    for id in ids {
        match kind {
            "session" => draft.revoke_session(id),
            _ => draft.revoke_subject(id, NOW),
        }
    }
    draft.encode().expect("not too many")
}

/// From a store in a file to a state in a folder, the disk included: the fastest of three.
fn publish(site: Site, kind: &str, ids: &[String], folder: &Path) -> Duration {
    fs::create_dir(folder).expect("an empty folder");
    let file = folder.join("revocations.json");
    fs::write(&file, stored(kind, ids)).expect("room on the disk");
    let (store, destination) = (FileStore::new(file), FolderDestination::new(folder.join("state")));
    let publisher = site.publisher();
    let runtime = Runtime::new().expect("threads");
    let now = u64::try_from(NOW.as_seconds()).expect("after 1970") * 1000;
    let timed = |_| {
        let start = Instant::now();
        let published = runtime.block_on(publisher.publish(&store, &destination, now));
        let elapsed = start.elapsed();
        let bytes = published.expect("a sound store").head.body_bytes;
        assert!(bytes as usize > 8 * ids.len(), "all of them are published");
        elapsed
    };
    (0..3).map(timed).min().expect("three")
}

/// A store's file, as it writes it.
fn stored(kind: &str, ids: &[String]) -> String {
    let mut text =
        String::from(r#"{"format":"edgepass-revocations-1","largest_lifetime":43200,"entries":["#);
    let now = NOW.as_seconds();
    for (at, id) in ids.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(text, r#"{comma}{{"scope":"{kind}:{id}","up_to":{now},"recorded_at":{now}}}"#)
            .expect("a text takes all");
    }
    text + "]}"
}

/// The fastest of nine, in processor time: longer than a turn on a shared machine, so that the clock
/// on the wall would count the work of others.
fn fastest<I, T>(mut input: impl FnMut() -> I, mut once: impl FnMut(I) -> T) -> (T, Duration) {
    let timed = |_| {
        let input = input();
        let start = ThreadTime::now();
        let made = once(input);
        (made, start.elapsed())
    };
    (0..9).map(timed).min_by_key(|(_, elapsed)| *elapsed).expect("nine")
}

fn nanoseconds(standing: &contest::Standing, name: &str) -> f64 {
    standing.of(name).microseconds * 1000.0
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn print_header(title: &str, columns: &[impl AsRef<str>]) {
    let names: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    println!("| {title} | {} |\n| --- |{}", names.join(" | "), " ---: |".repeat(names.len()));
}

fn print_row<const N: usize>(name: &str, figures: [f64; N]) {
    let figures = figures
        .map(|figure| if figure < 10.0 { format!("{figure:.2}") } else { format!("{figure:.0}") });
    println!("| {name} | {} |", figures.join(" | "));
}
