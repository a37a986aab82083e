//! `keygen`.

use std::fs;
use std::path::Path;

use crate::edgepass::{edgepass, folder, openssl};

fn keygen(algorithm: &str, out: &Path) -> crate::edgepass::Ended {
    edgepass(&["keygen", "--algorithm", algorithm, "--out", out.to_str().unwrap()])
}

/// Its keys sign and verify, OpenSSL reads them, and nobody else can read the private one.
#[test]
fn makes_pairs() {
    for algorithm in ["rsa-2048", "ecdsa-p256"] {
        let out = folder(&format!("keygen-{algorithm}")).join("new/keys");
        let ended = keygen(algorithm, &out);
        assert!(!format!("{ended:?}").contains("BEGIN"), "the key must not be printed");
        assert!(ended.stderr.contains("next: add "), "{ended:?}");
        let (private, public) = (out.join("private.pem"), out.join("public.pem"));
        let (private, public) = (private.to_str().unwrap(), public.to_str().unwrap());
        assert_eq!(ended.result(), format!("{private}\n{public}\n"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(private).unwrap().permissions().mode() & 0o777, 0o600);
        }
        openssl(&["pkey", "-in", private, "-check", "-noout"]);
        openssl(&["pkey", "-pubin", "-in", public, "-noout"]);

        let sign = ["sign", "url", "https://h.example/a", "--expires", "+1h", "--key-id", "K1"];
        let url = edgepass(&[&sign[..], &["--key", private]].concat()).result();
        let trust = format!("K1={public}");
        let verified = edgepass(&["verify", "--url", url.trim(), "--trust", &trust]);
        assert!(verified.result().starts_with("allow\n"));
    }
}

#[test]
fn overwrites_nothing() {
    for taken in ["private.pem", "public.pem"] {
        let out = folder(&format!("keygen-taken-{taken}"));
        fs::write(out.join(taken), "mine").unwrap();
        keygen("ecdsa-p256", &out).is_usage_error(&[taken, "exists and is not overwritten"]);
        assert_eq!(fs::read_to_string(out.join(taken)).unwrap(), "mine");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "half a pair was written");
    }
    let file = folder("keygen-file").join("file");
    fs::write(&file, "").unwrap();
    keygen("ecdsa-p256", &file).is_usage_error(&["is not a folder"]);
}
