//! The `openssl` program.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use policy::Hash;

use crate::keys::{self, Key};

pub(crate) fn sign(key: Key, hash: Hash, text: &str) -> Vec<u8> {
    let output = digest(hash, &[("-sign", &key.private_pem())], text.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

pub(crate) fn verifies(key: Key, hash: Hash, text: &[u8], signature: &[u8]) -> bool {
    let file = keys::folder().join("signature");
    fs::write(&file, signature).unwrap();
    let output = digest(hash, &[("-verify", &key.public_pem()), ("-signature", &file)], text);
    match output.stdout.trim_ascii() {
        b"Verified OK" => true,
        b"Verification failure" => false,
        _ => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn digest(hash: Hash, options: &[(&str, &Path)], text: &[u8]) -> Output {
    let hash = match hash {
        Hash::Sha1 => "-sha1",
        Hash::Sha256 => "-sha256",
    };
    let mut command = Command::new("openssl");
    command.args(["dgst", hash]);
    for (option, file) in options {
        command.arg(option).arg(file);
    }
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program `openssl` is installed");
    process.stdin.take().unwrap().write_all(text).unwrap();
    process.wait_with_output().unwrap()
}
