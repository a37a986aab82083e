//! `--curl`: the request made again, and its answer as `curl -sv` prints it.

use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::outcome::Failure;

/// What is read of a body, in bytes: error documents are short, and the request may be let in.
const MAX_BODY_BYTES: u64 = 64 << 10;

/// What is read of headers and remarks, in bytes: CloudFront's headers end at 32 KB.
const MAX_HEAD_BYTES: u64 = 1 << 20;

/// Exactly the URL that was given, by curl's own settings.
const ARGUMENTS: [&str; 10] = [
    "--disable", // must be first; curl's `-q`
    "--silent",
    "--show-error",
    "--verbose",
    "--globoff",
    "--path-as-is",
    "--max-time",
    "30",
    "--config",
    "-", // so that no list of processes shows the pass
];

/// Requests a URL with these cookies.
pub(super) fn exchange(
    url: &str,
    cookies: &[String],
    method: Option<&str>,
) -> Result<String, Failure> {
    let config = config(url.trim(), cookies, method)?;
    let mut curl = Command::new("curl")
        .args(ARGUMENTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::Usage(
                "the program `curl` is not here; install it, or give the answer with `--response`"
                    .to_owned(),
            ),
            _ => failed(&error),
        })?;
    let (head, body) = talk(&mut curl, &config).map_err(|error| failed(&error))?;
    if !head.lines().any(|line| line.starts_with("< HTTP/")) {
        let last =
            head.lines().rfind(|line| line.starts_with("curl: ")).unwrap_or("curl: no answer");
        return Err(Failure::Service(format!("the URL cannot be requested: {last}")));
    }
    Ok(format!("{head}\n{body}"))
}

/// What curl says of the exchange, and the beginning of the body.
fn talk(curl: &mut Child, config: &str) -> io::Result<(String, String)> {
    if let Some(mut stdin) = curl.stdin.take() {
        stdin.write_all(config.as_bytes())?;
    }
    let stderr = curl.stderr.take();
    // Beside the body: whichever is not read while it fills its pipe would stop curl.
    let head = thread::spawn(move || read(stderr, MAX_HEAD_BYTES));
    let body = read(curl.stdout.take(), MAX_BODY_BYTES)?;
    let head = head.join().unwrap_or_else(|_| Ok(String::new()))?;
    curl.wait()?;
    Ok((head, body))
}

fn read(source: Option<impl Read>, limit: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(source) = source {
        source.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What curl reads from standard input (curl(1), `--config`).
fn config(url: &str, cookies: &[String], method: Option<&str>) -> Result<String, Failure> {
    let mut config = format!("url = {}\n", quoted(url)?);
    if !cookies.is_empty() {
        let header = format!("Cookie: {}", cookies.join("; "));
        config.push_str(&format!("header = {}\n", quoted(&header)?));
    }
    match method {
        None => {}
        Some(method) if method.eq_ignore_ascii_case("HEAD") => config.push_str("head\n"),
        Some(method) => config.push_str(&format!("request = {}\n", quoted(method)?)),
    }
    Ok(config)
}

fn quoted(text: &str) -> Result<String, Failure> {
    if text.chars().any(char::is_control) {
        return Err(Failure::Usage(
            "the URL, a cookie or the method holds a line end or another control character; leave `--curl` out, or it away".to_owned(),
        ));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn failed(error: &io::Error) -> Failure {
    Failure::Service(format!("curl does not run: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn what_is_asked_of_curl() {
        let cookies = ["a=1; b=\"2\\\"".to_owned(), "c=3".to_owned()];
        let config = config("https://h/[1]", &cookies, Some("OPTIONS")).unwrap();
        assert_eq!(
            config,
            "url = \"https://h/[1]\"\nheader = \"Cookie: a=1; b=\\\"2\\\\\\\"; c=3\"\nrequest = \"OPTIONS\"\n"
        );
        assert_eq!(
            super::config("http://h/", &[], Some("head")).unwrap(),
            "url = \"http://h/\"\nhead\n"
        );
    }

    #[test]
    fn nothing_else_is_asked_of_curl() {
        let upload = "https://h/\"\nupload-file = \"/etc/passwd";
        assert!(config(upload, &[], None).is_err());
        assert!(config("https://h/", &["a=1\nurl = x".to_owned()], None).is_err());
        let quoted = config("https://h/\" --next", &[], None).unwrap();
        assert_eq!(quoted, "url = \"https://h/\\\" --next\"\n");
    }
}
