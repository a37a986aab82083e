//! `init`: what it writes is taken by all that read it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use signer::source::RotatingKeys;
use signer::source::environment::Environment;
use signer::{Grants, Mandate, PublisherFunction};

use crate::edgepass::{Ended, edgepass, folder, openssl};

const PRIVATE: [&str; 5] = ["claims.pem", "root.pem", "signing.pem", "site-secret", "state.pem"];
const PUBLIC: [&str; 7] = [
    "claims-public.pem",
    "delegation.pem",
    "edge.toml",
    "grants.toml",
    "public.pem",
    "root-public.pem",
    "samconfig.toml",
];

fn init(out: &Path, more: &[&str]) -> Ended {
    let out = out.to_str().unwrap();
    edgepass(&[&["init", "--domain", "media.example.com", "--out", out], more].concat())
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}

/// A new site.
struct Site(PathBuf);

impl Site {
    fn new(test: &str, more: &[&str]) -> Self {
        let site = Self(folder(&format!("init-{test}")).join("infra/site"));
        init(&site.0, more).result();
        site
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// The claims key's id, which has the month of today in it.
    fn claims_key_id(&self) -> String {
        let edge = text(&self.path("edge.toml"));
        let id = edge.split("id = \"").nth(1).unwrap().split('"').next().unwrap();
        assert!(text(&self.path("samconfig.toml")).contains(&format!("ClaimsKeyId = \"{id}\"")));
        id.to_owned()
    }

    /// The environment that the functions get, with files in the place of Secrets Manager.
    fn variable(&self, name: &str) -> Option<String> {
        let file = |name: &str| Some(format!("file:{}", self.path(name)));
        match name {
            "EDGEPASS_GRANTS" => Some(self.path("grants.toml")),
            "EDGEPASS_KEY" => file("private/signing.pem"),
            "EDGEPASS_KEY_ID" => Some("K2JCJMDEHXQW5F".to_owned()),
            "EDGEPASS_CLAIMS_KEY" => file("private/claims.pem"),
            "EDGEPASS_CLAIMS_KEY_ID" => Some(self.claims_key_id()),
            "EDGEPASS_SITE_SECRET" => file("private/site-secret"),
            "EDGEPASS_STORE" => file("revocations.json"),
            "EDGEPASS_STATE" => file("published"),
            "EDGEPASS_STATE_KEY" => file("private/state.pem"),
            "EDGEPASS_STATE_DELEGATION" => file("delegation.pem"),
            "EDGEPASS_SITE" => Some("https://media.example.com".to_owned()),
            _ => None,
        }
    }
}

#[test]
fn files_are_written_and_no_key_is_printed() {
    let out = folder("init-files").join("infra/site");
    let ended = init(&out, &[]);
    assert!(!format!("{ended:?}").contains("BEGIN"), "no key may be printed");
    assert!(
        !format!("{ended:?}").contains(&text(out.join("private/site-secret").to_str().unwrap()))
    );
    assert!(ended.stderr.contains("next: "), "{ended:?}");
    let lines = ended.result();
    let listed: BTreeSet<&str> = lines.lines().collect();
    let private = PRIVATE.map(|name| out.join("private").join(name));
    let written: Vec<PathBuf> =
        PUBLIC.iter().map(|name| out.join(name)).chain(private.clone()).collect();
    assert_eq!(listed, written.iter().map(|path| path.to_str().unwrap()).collect());
    assert_eq!(names(&out.join("private")), PRIVATE.map(str::to_owned).into());
    assert_eq!(names(&out).len(), PUBLIC.len() + 1);
    for name in PUBLIC {
        let text = text(out.join(name).to_str().unwrap());
        assert!(!text.contains("PRIVATE KEY"), "{name}");
        assert!(!text.contains('<'), "{name} has a place that was not filled");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&out.join("private")), 0o700);
        assert_eq!(mode(&out), 0o700);
        assert!(private.iter().all(|path| mode(path) == 0o600));
    }
}

#[test]
fn the_edge_takes_it_and_lets_its_passes_through() {
    for (algorithm, listed) in [("ecdsa-p256", "ECDSA-SHA256"), ("rsa-2048", "RSA-SHA256")] {
        let site = Site::new(algorithm, &["--algorithm", algorithm]);
        let (edge, bundle) = (site.path("edge.toml"), site.path("bundle"));
        assert!(text(&edge).contains(listed));
        edgepass(&["bundle", "lambda-edge", "--config", &edge, "--out", &bundle]).result();

        let claims = site.path("claims.json");
        fs::write(&claims, r#"{"sub":"alice","jti":"session"}"#).unwrap();
        let (key, claims_key) = (site.path("private/signing.pem"), site.path("private/claims.pem"));
        let url = edgepass(
            &[
                &["sign", "url", "https://media.example.com/standard/film.mp4", "--expires", "+1h"],
                &["--key", key.as_str(), "--key-id", "K2JCJMDEHXQW5F", "--claims", &claims][..],
                &["--claims-key", &claims_key, "--claims-key-id", &site.claims_key_id()],
            ]
            .concat(),
        );
        let url = url.result();
        let verified = edgepass(&["verify", "--url", url.trim(), "--config", &edge]);
        assert!(verified.result().starts_with("allow\n"), "{algorithm}");
        // And no others.
        let other = Site::new(&format!("{algorithm}-other"), &["--algorithm", algorithm]);
        let denied =
            edgepass(&["verify", "--url", url.trim(), "--config", &other.path("edge.toml")]);
        assert_eq!(denied.code, 1, "{denied:?}");
    }
}

#[tokio::test]
async fn the_functions_start_with_it() {
    let site = Site::new("functions", &[]);
    let variable = |name: &str| site.variable(name);
    let environment = Environment::new(&variable);
    let clock = std::sync::Arc::new(|| policy::UnixTime::from_seconds(1_800_000_000).unwrap());
    let keys = RotatingKeys::start(
        environment.key_sources().unwrap(),
        environment.freshness().unwrap(),
        clock,
    );
    keys.await.unwrap();
    let grants = Grants::from_toml(&environment.grants().unwrap()).unwrap();
    assert_eq!(grants.site(), "https://media.example.com");
    // As the function `session` does.
    let store = environment.store().unwrap().open().await;
    store.note_lifetime(grants.max_lifetime().as_seconds()).await.unwrap();
    let publisher = PublisherFunction::start(&environment).await.unwrap();
    publisher.publish("request", &serde_json::Value::Null).await.unwrap();
    let (head, root) = (site.path("published/head"), site.path("root-public.pem"));
    edgepass(&["revocations", "inspect", &head, "--root", &root]).result();

    // And the edge takes that state once the `#` is taken away.
    let mut edge = text(&site.path("edge.toml"));
    for start in ["[revocation]", "url =", "root_pem_file =", "refresh_seconds =", "max_stale"] {
        let commented = format!("# {start}");
        assert_eq!(edge.matches(&commented).count(), 1, "{start}");
        edge = edge.replace(&commented, start);
    }
    let (revoking, bundle) = (site.path("revoking.toml"), site.path("bundle"));
    fs::write(&revoking, edge).unwrap();
    let words = ["--config", &revoking, "--state", &head, "--out", &bundle];
    edgepass(&[&["bundle", "lambda-edge"][..], &words].concat()).result();
}

/// Edges that know the root key trust both keys by the delegation.
#[test]
fn the_delegation_lists_the_keys() {
    let site = Site::new("delegation", &[]);
    let mandate: Mandate = text(&site.path("delegation.pem")).parse().unwrap();
    assert_eq!(signer::public_key_pem(&mandate.root), text(&site.path("root-public.pem")));
    let delegation = mandate.delegation.unproven().unwrap();
    let listed: Vec<_> =
        delegation.keys.iter().map(|key| signer::public_key_pem(&key.key)).collect();
    assert_eq!(listed, ["public.pem", "claims-public.pem"].map(|name| text(&site.path(name))));
    let ids: Vec<_> = delegation.keys.iter().map(|key| key.id.clone()).collect();
    assert_eq!(ids, [None, Some(site.claims_key_id())]);
    // Five pairs, each its own.
    let keys = ["signing", "claims", "root", "state"];
    let keys = keys.map(|name| text(&site.path(&format!("private/{name}.pem"))));
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 4);
    openssl(&["pkey", "-in", &site.path("private/root.pem"), "-check", "-noout"]);
}

#[test]
fn what_is_given_stands_in_the_parameters() {
    let certificate = "arn:aws:acm:us-east-1:111122223333:certificate/a";
    let given = [
        ["--certificate", certificate],
        ["--issuer", "https://id.example.com"],
        ["--audience", "web"],
        ["--origin", "https://www.example.com"],
        ["--origin", "https://app.example.com:8443"],
    ];
    let site = Site::new("given", &given.concat());
    let parameters = text(&site.path("samconfig.toml"));
    for line in [
        "DomainName = \"media.example.com\"",
        "CertificateArn = \"arn:aws:acm:us-east-1:111122223333:certificate/a\"",
        "JwtIssuer = \"https://id.example.com\"",
        "JwtAudience = \"web\"",
        "CorsOrigins = \"https://www.example.com,https://app.example.com:8443\"",
        "stack_name = \"edgepass-media-example-com\"",
        // A deployment without it ends with its name.
        "# SigningKeyArn = \"\"",
    ] {
        assert!(parameters.lines().any(|found| found == line), "no {line} in {parameters}");
    }
    let origins = r#"["https://www.example.com", "https://app.example.com:8443"]"#;
    assert!(text(&site.path("edge.toml")).contains(&format!("cors_origins = {origins}")));
    assert!(text(&site.path("grants.toml")).contains(&format!("origins = {origins}")));
}

#[test]
fn nothing_is_overwritten_and_nothing_half_made() {
    for taken in PUBLIC.iter().copied().chain(["private/root.pem"]) {
        let out = folder(&format!("init-taken-{}", taken.replace('/', "-")));
        fs::create_dir_all(out.join(taken).parent().unwrap()).unwrap();
        fs::write(out.join(taken), "mine").unwrap();
        init(&out, &[]).is_usage_error(&[taken, "exists and is not overwritten"]);
        assert_eq!(fs::read_to_string(out.join(taken)).unwrap(), "mine");
        assert_eq!(names(&out).len(), 1, "part of a site was written");
    }
    // In the middle: the files before it are gone again, and so are the folders.
    let out = folder("init-half").join("site");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("private"), "mine").unwrap();
    init(&out, &[]).is_usage_error(&["private", "is not a folder"]);
    assert_eq!(names(&out), ["private".to_owned()].into());
    let again = folder("init-again").join("site");
    init(&again, &[]).result();
    let root = fs::read(again.join("private/root.pem")).unwrap();
    init(&again, &[]).is_usage_error(&["exists and is not overwritten"]);
    assert_eq!(fs::read(again.join("private/root.pem")).unwrap(), root);
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let out = folder("init-refused").join("site");
    let path = out.to_str().unwrap();
    for (domain, says) in [
        ("https://media.example.com", "without its scheme"),
        ("media.example.com:443", "leave the port out"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("*.example.com", "are for one host"),
        ("media.example.com.", "leave the dot out"),
    ] {
        edgepass(&["init", "--domain", domain, "--out", path]).is_usage_error(&[domain, says]);
    }
    for (option, value, says) in [
        ("--origin", "https://www.example.com/", "is not an origin"),
        ("--origin", "*", "is not an origin"),
        ("--certificate", "arn:aws:acm:eu-central-1:111122223333:certificate/a", "us-east-1"),
        ("--issuer", "cognito", "begins with `https://`"),
        ("--audience", "a\"b", "no id has"),
        ("--algorithm", "rsa-1024", "ecdsa-p256"),
    ] {
        init(&out, &[option, value]).is_usage_error(&[says]);
    }
    if cfg!(not(feature = "aws")) {
        init(&out, &["--aws"]).is_usage_error(&["`--aws`", "--features aws"]);
    }
    assert!(!out.exists());
}
