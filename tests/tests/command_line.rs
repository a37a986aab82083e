//! Every case of the corpus through the program: `edgepass verify --json`.
//!
//! The program is the one that `EDGEPASS_BIN` names, else the one that `cargo build -p edgepass`
//! left beside the tests.
//!
//! What only a configuration can say (a maximum lifetime, the native mode, the state) is said by
//! `--config edge.toml`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use edgepass_tests::outcome::Outcome;
use edgepass_tests::vector::{
    Claims, ClaimsKey, StateInHand, Trust, Vector, ViewerRequest, WhenUnknown, folder, read_all,
};
use serde::Deserialize;

#[test]
fn every_case_is_answered_as_expected() {
    let program = program();
    let configurations = Configurations::new();
    let (inexpressible, cases): (Vec<_>, Vec<_>) = read_all(&folder("vectors"))
        .into_iter()
        .map(|(name, vector)| (why_inexpressible(&vector.request), name, vector))
        .partition(|(why, ..)| why.is_some());
    for (why, name, _) in &inexpressible {
        println!("not run: {name}: {}", why.unwrap());
    }
    println!("{} cases run, {} not", cases.len(), inexpressible.len());

    let failures = |cases: &[(Option<&str>, String, Vector)]| -> Vec<String> {
        cases
            .iter()
            .filter_map(|(_, name, vector)| {
                let config = configurations.needed(name, vector);
                let difference =
                    answer(&program, config.as_deref(), vector).differs(&vector.expect)?;
                Some(format!("{name}\n  {difference}"))
            })
            .collect()
    };
    let (one, other) = cases.split_at(cases.len() / 2);
    let failures = thread::scope(|scope| {
        let other = scope.spawn(|| failures(other));
        [failures(one), other.join().unwrap()].concat()
    });
    assert!(cases.len() > 200, "only {} cases could be run", cases.len());
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

fn program() -> PathBuf {
    let program = env::var_os("EDGEPASS_BIN").map_or_else(built_beside, PathBuf::from);
    assert!(
        program.is_file(),
        "`{}` is not there; run `cargo build -p edgepass`, or set EDGEPASS_BIN",
        program.display()
    );
    program
}

/// This test is `target/debug/deps/command_line-…`, the program `target/debug/edgepass`.
fn built_beside() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    folder.join("edgepass").with_extension(env::consts::EXE_EXTENSION)
}

/// A folder with the keys of the corpus, for an `edge.toml` for each case that needs one.
struct Configurations(PathBuf);

impl Configurations {
    fn new() -> Self {
        let configurations = Path::new(env!("CARGO_TARGET_TMPDIR")).join("configurations");
        fs::create_dir_all(&configurations).unwrap();
        for entry in fs::read_dir(folder("vectors/keys")).unwrap() {
            let file = entry.unwrap();
            fs::copy(file.path(), configurations.join(file.file_name())).unwrap();
        }
        let states = configurations.join("states");
        fs::create_dir_all(states.join("body")).unwrap();
        for part in [".", "body"] {
            for entry in fs::read_dir(folder("vectors/states").join(part)).unwrap() {
                let file = entry.unwrap();
                if file.file_type().unwrap().is_file() {
                    fs::copy(file.path(), states.join(part).join(file.file_name())).unwrap();
                }
            }
        }
        Self(configurations)
    }

    /// The file for this case, if options cannot say what is trusted.
    fn needed(&self, name: &str, vector: &Vector) -> Option<PathBuf> {
        let limited = vector.claims.as_ref().is_some_and(|claims| claims.max_lifetime.is_some());
        (limited
            || vector.mode.is_some()
            || vector.state.as_ref().is_some_and(is_more_than_options_say))
        .then(|| {
            let file = self.0.join(name.replace('/', "-")).with_extension("toml");
            fs::write(&file, vector.edge_toml()).unwrap();
            file
        })
    }
}

/// Whether it takes a configuration: options name a state that is there, and deny without one.
fn is_more_than_options_say(state: &StateInHand) -> bool {
    state.head.is_none() || state.when_unknown == WhenUnknown::Allow
}

/// What the options of the program cannot say.
fn why_inexpressible(request: &ViewerRequest) -> Option<&'static str> {
    let ViewerRequest { host, path, query, cookies, .. } = request;
    if host.contains(['/', '?'])
        || path.contains('?')
        || !(path.is_empty() || path.starts_with('/'))
    {
        return Some("host, path and query are no longer told apart in one URL");
    }
    let texts = [host, path].into_iter().chain(query).chain(cookies);
    texts.into_iter().any(|text| text.contains('\0')).then_some("a NUL ends an argument")
}

/// The members of `--json` that a case knows about.
#[derive(Deserialize)]
struct Verdict {
    decision: String,
    stage: Option<String>,
    code: Option<String>,
    cloudfront: Option<String>,
    message: Option<String>,
}

fn answer(program: &Path, config: Option<&Path>, vector: &Vector) -> Outcome {
    let Vector { request, trust, claims, state, now, .. } = vector;
    let mut command = Command::new(program);
    command.current_dir(folder("vectors/keys")).args(["verify", "--json"]);
    command.arg(format!("--url={}", request.url())).arg(format!("--method={}", request.method));
    command.args(request.cookies.iter().map(|line| format!("--cookie={line}")));
    command.args(request.address.iter().map(|address| format!("--ip={address}")));
    command.args(request.origin.iter().map(|origin| format!("--origin={origin}")));
    command.args(request.referer.iter().map(|referer| format!("--referer={referer}")));
    command.arg(format!("--now={now}"));
    if let Some(config) = config {
        command.arg("--config").arg(config);
    } else {
        command.args(trust.iter().map(trust_option)).args(claims_options(claims.as_ref()));
        if let Some(StateInHand { head: Some(head), root, .. }) = state {
            command.arg(format!("--state=../states/{head}")).arg(format!("--state-root={root}"));
        }
    }

    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let Ok(verdict) = serde_json::from_slice::<Verdict>(&output.stdout) else {
        panic!("{command:?} printed no verdict: {errors}");
    };
    match (verdict.decision.as_str(), output.status.code()) {
        ("allow", Some(0)) => {
            let Verdict { stage, code, cloudfront, message, .. } = verdict;
            assert_eq!([stage, code, cloudfront, message], [const { None }; 4]);
            Outcome::Allow
        }
        ("deny", Some(1)) => Outcome::Deny {
            stage: verdict.stage.unwrap(),
            code: verdict.code.unwrap(),
            cloudfront: verdict.cloudfront,
            message: verdict.message.unwrap(),
        },
        (decision, status) => panic!("{command:?}: `{decision}` with exit code {status:?}"),
    }
}

fn trust_option(trust: &Trust) -> String {
    let Trust { id, key, algorithms } = trust;
    format!("--trust={}={key}:{}", id.as_deref().unwrap_or(""), algorithms.join(","))
}

fn claims_options(claims: Option<&Claims>) -> Vec<String> {
    let Some(Claims { need, keys, .. }) = claims else { return vec!["--claims=off".to_owned()] };
    let key =
        |key: &ClaimsKey| format!("--claims-trust={}={}:{}", key.id, key.file(), key.algorithm);
    let need = format!("--claims={}", need.name());
    [need].into_iter().chain(keys.iter().map(key)).collect()
}
