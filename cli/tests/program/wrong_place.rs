//! Every kind of file in the place of every option: it is read where it belongs, clearly refused
//! elsewhere, and nothing secret of it is repeated.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::edgepass::{EXPIRES, Ended, NOW, edgepass, folder, key, openssl};

const URL: &str = "https://media.example.com/film/1.ts";

/// A file, and the places where it belongs.
struct Input {
    name: String,
    path: PathBuf,
    bytes: Vec<u8>,
    belongs: &'static [&'static str],
}

/// A place for a file: the command line with it.
struct Place {
    name: &'static str,
    /// Whether the content itself is given, and not the name of the file.
    takes_text: bool,
    arguments: fn(&str) -> Vec<String>,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn explained(option: &str, value: &str) -> Vec<String> {
    words(&["explain", "--json", URL, "--now", NOW, option, value])
}

fn places() -> Vec<Place> {
    let file = |name, arguments| Place { name, takes_text: false, arguments };
    let text = |name, arguments| Place { name, takes_text: true, arguments };
    vec![
        file("response", |it| explained("--response", it)),
        file("cookie", |it| explained("--cookie", it)),
        file("public-key", |it| explained("--public-key", &format!("K1={it}"))),
        file("key-group", |it| explained("--key-group", it)),
        file("distribution", |it| explained("--distribution", it)),
        file("bucket-policy", |it| explained("--bucket-policy", it)),
        file("public-access-block", |it| explained("--public-access-block", it)),
        file("log", |it| words(&["explain", "--json", "--log", it])),
        file("inspect-cookie", |it| words(&["inspect", "--json", "--cookie", it])),
        file("trust", |it| words(&["verify", "--url", URL, "--trust", &format!("K1={it}")])),
        file("key", |it| {
            words(&["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES, "--key", it])
        }),
        text("url-text", |it| words(&["explain", "--json", it])),
        text("cookie-text", |it| explained("--cookie", it)),
        text("verify-url-text", |it| words(&["verify", "--trust", "=x.pem", "--url", it])),
        text("inspect-url-text", |it| words(&["inspect", it])),
        text("response-text", |it| explained("--response", it)),
        text("public-key-text", |it| explained("--public-key", it)),
        text("distribution-text", |it| explained("--distribution", it)),
        text("trust-text", |it| words(&["verify", "--url", URL, "--trust", it])),
        text("log-text", |it| words(&["explain", "--json", "--log", it])),
        text("fields-text", |it| words(&["explain", "--log", "x", "--log-fields", it])),
        text("key-text", |it| {
            words(&["sign", "url", URL, "--key-id", "K1", "--expires", EXPIRES, "--key", it])
        }),
        text("key-id-text", |it| {
            let private = key("p256.private");
            words(&["sign", "url", URL, "--key", &private, "--expires", EXPIRES, "--key-id", it])
        }),
        text("now-text", |it| words(&["explain", URL, "--now", it])),
        text("ip-text", |it| words(&["explain", URL, "--ip", it])),
        text("method-text", |it| words(&["explain", URL, "--method", it])),
    ]
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Where a file of this name belongs.
fn places_of(name: &str) -> &'static [&'static str] {
    if name.contains("/logs/") || name.ends_with(".log") || name.ends_with(".gz") {
        &["log"]
    } else if name.contains("/shown/") || name.contains("response") {
        &["response", "cookie", "cookie-text", "inspect-cookie"]
    } else if name.contains("cookies/") || name.contains("jar") {
        &["cookie", "cookie-text", "inspect-cookie"]
    } else if name.contains("distribution") {
        &["distribution"]
    } else if name.contains("key-group") {
        &["key-group"]
    } else if name.contains("bucket-policy") {
        &["bucket-policy"]
    } else if name.contains("public-access-block") {
        &["public-access-block"]
    } else if name.contains("private") {
        &["key"]
    } else if name.contains("public.") || name.contains("get-public-key") {
        &["public-key", "trust"]
    } else if name.contains("signed-url") {
        &["url-text", "verify-url-text", "inspect-url-text"]
    } else {
        &[]
    }
}

fn inputs() -> Vec<Input> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let made = folder("wrong-place");
    let mut paths: Vec<PathBuf> = [
        "explain/src/evidence/response/shown",
        "tests/explain/inputs/cookies",
        "tests/explain/inputs/logs",
        "tests/vectors/keys",
        "tests/explain/scenarios/bucket-policy-missing",
        "tests/explain/scenarios/key-not-in-group",
        "tests/explain/scenarios/public-access-blocked-without-oac",
    ]
    .iter()
    .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap())
    .map(|entry| entry.unwrap().path())
    .collect();
    let private = key("rsa.private");
    let pem = fs::read_to_string(&private).unwrap();
    let sign = |what: &str, url: &str, format: &[&str]| {
        let usual = ["sign", what, url, "--key", &private, "--key-id", "K1", "--expires", EXPIRES];
        edgepass(&[&usual[..], format].concat()).result()
    };
    let der = made.join("private.der");
    openssl(&["pkey", "-in", &private, "-outform", "DER", "-out", der.to_str().unwrap()]);
    let log = fs::read(root.join("tests/explain/inputs/logs/v2.json")).unwrap();
    let public = fs::read_to_string(key("rsa.public")).unwrap();
    let utf16 = pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let group = root.join("tests/explain/scenarios/key-not-in-group/key-group.json");
    for (name, bytes) in [
        ("cookies.json", sign("cookies", URL, &["--format", "json"]).into_bytes()),
        ("cookies-of-a-response.txt", sign("cookies", URL, &["--format", "set-cookie"]).into()),
        ("jar.txt", sign("cookies", URL, &["--format", "netscape"]).into_bytes()),
        ("signed-url.txt", sign("url", URL, &[]).trim().into()),
        ("private-escaped.pem", pem.replace('\n', "\\n").into_bytes()),
        ("private-secret.json", format!(r#"{{"key":"{}"}}"#, pem.replace('\n', "\\n")).into()),
        ("private-utf16.pem", utf16),
        ("get-public-key.json", {
            let encoded = public.replace('\n', "\\n");
            format!(r#"{{"PublicKey":{{"Id":"K1","PublicKeyConfig":{{"Name":"n","EncodedKey":"{encoded}"}}}}}}"#).into()
        }),
        ("logs.json.gz", packed(&log)),
        ("evidence-packed", packed(&fs::read(group).unwrap())),
        ("parquet", b"PAR1\x15\x04\x15\x10PAR1".to_vec()),
        ("empty", Vec::new()),
        ("blank", b" \r\n\n".to_vec()),
        ("prose", b"It worked yesterday: why is this = 403?".to_vec()),
        ("command", b"curl -b 'CloudFront-Policy=eyJTdGF0' https://media.example.com/a".to_vec()),
        ("bytes", (0..=255).collect()),
        ("long", vec![b'{'; 100_000]),
        ("nested", [vec![b'['; 50_000], vec![b']'; 50_000]].concat()),
        ("null", b"null".to_vec()),
        ("number", b"1795310185".to_vec()),
        ("dash", b"--json".to_vec()),
    ] {
        let path = made.join(name);
        fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    paths.push(der);
    paths.retain(|path| !path.ends_with("scenario.json"));
    paths
        .into_iter()
        .map(|path| {
            let name = path.to_str().unwrap().to_owned();
            let bytes = fs::read(&path).unwrap();
            Input { belongs: places_of(&name), name, path, bytes }
        })
        .collect()
}

/// Stretches of a file that no output may have: of private keys, of secrets, of signatures, and of
/// policies as they are sent.
fn secrets(input: &Input) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(&input.bytes).into_owned();
    let start = |value: &str| value.chars().take(24).collect::<String>();
    let mut secrets = BTreeSet::new();
    if input.name.contains("private") || input.name.ends_with(".secret") {
        secrets.extend(text.split(['\n', '\\']).filter(|it| it.len() > 40).map(start));
    }
    for name in ["Signature", "Policy"] {
        for (_, after) in text.match_indices(name).map(|(at, _)| text.split_at(at + name.len())) {
            let value = after.trim_start_matches(['"', '\'', ':', '=', ' ', '\t']);
            let digits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '~' | '_' | '%');
            let value: String = value.chars().take_while(|c| digits(*c)).collect();
            secrets.extend((value.len() > 24).then(|| start(&value)));
        }
    }
    secrets
}

/// None, or what is wrong with how the program ended.
fn complaint(input: &Input, place: &Place, ended: &Ended) -> Option<String> {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    if !(0..=3).contains(&ended.code) || said.contains("panicked") {
        return Some(format!("ended with {}", ended.code));
    }
    if let Some(secret) = secrets(input).into_iter().find(|secret| said.contains(secret)) {
        return Some(format!("repeats {secret}"));
    }
    let belongs = input.belongs.contains(&place.name);
    if belongs {
        return None;
    }
    if ended.code >= 2 {
        let says = ended.stderr.starts_with("error: ") && ended.stderr.trim().len() > 20;
        return (!says || !ended.stdout.is_empty()).then(|| "refused without saying why".to_owned());
    }
    // What was read although it does not belong there proves nothing.
    let reads = !place.takes_text && place.name != "inspect-cookie";
    (reads || said.contains("\"proved\"")).then(|| "was read".to_owned())
}

#[test]
fn every_file_in_every_place() {
    let (inputs, places) = (inputs(), places());
    let runs: Vec<(&Input, &Place)> = inputs
        .iter()
        .flat_map(|input| places.iter().map(move |place| (input, place)))
        // The system itself takes no such argument.
        .filter(|(input, place)| {
            let is_text = core::str::from_utf8(&input.bytes).is_ok() && !input.bytes.contains(&0);
            !place.takes_text || is_text && !input.bytes.is_empty()
        })
        .collect();
    assert!(runs.len() > 1000, "{}", runs.len());
    let failures: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = runs
            .chunks(runs.len().div_ceil(4))
            .map(|part| {
                scope.spawn(|| {
                    part.iter().filter_map(|(input, place)| tried(input, place)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), runs.len(), failures.join("\n"));
}

fn tried(input: &Input, place: &Place) -> Option<String> {
    let value = if place.takes_text {
        String::from_utf8(input.bytes.clone()).unwrap()
    } else {
        input.path.to_str().unwrap().to_owned()
    };
    let ended = edgepass(&(place.arguments)(&value));
    let said = |text: &str| text.chars().take(300).collect::<String>();
    complaint(input, place, &ended).map(|complaint| {
        format!(
            "{} as {}: {complaint}\n    {} {}",
            input.name,
            place.name,
            said(&ended.stdout),
            said(&ended.stderr)
        )
    })
}

/// And each is read where it belongs.
#[test]
fn every_file_where_it_belongs() {
    let places = places();
    for input in inputs() {
        // An exchange without a cookie has none to give; RSA keys of exponent 3 are not taken.
        let first = input.belongs.first().filter(|_| !input.name.contains("-e3."));
        for place in places.iter().filter(|place| Some(&place.name) == first) {
            let value = if place.takes_text {
                String::from_utf8(input.bytes.clone()).unwrap()
            } else {
                input.path.to_str().unwrap().to_owned()
            };
            let ended = edgepass(&(place.arguments)(&value));
            assert!(ended.code < 2, "{} as {}: {ended:?}", input.name, place.name);
        }
    }
}
