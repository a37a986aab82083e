//! `wget -S`: headers indented by two spaces, between wget's own lines in the user's language.

use core::net::IpAddr;

use super::{Exchange, Headers, Reading, Sent, address, header_line, status_line};

/// What wget shows. None if no line is an indented status line.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut request = None;
    for line in text.lines() {
        let indented = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        let received = indented.or(line.strip_prefix('\t')).unwrap_or_default();
        if let Some(status) = status_line(received) {
            let request = request.take();
            let status = Some(status);
            reading.exchanges.push(Exchange { request, status, ..Exchange::default() });
        } else if let Some(exchange) = reading.exchanges.last_mut()
            && let Some((name, value)) = header_line(received)
        {
            exchange.headers.add(name, value);
        } else if let Some(url) = requested(line) {
            request = Some(url);
        } else if let Some(server) = connecting_to(line) {
            reading.server = Some(server);
        } else if let Some(exchange) = reading.exchanges.last_mut()
            && (line.starts_with(['<', '{']) || !exchange.body.is_empty())
        {
            exchange.body.push_str(line);
            exchange.body.push('\n');
        }
    }
    (!reading.exchanges.is_empty()).then_some(reading)
}

/// `--2026-11-30 22:00:00--  https://media.example.com/v/1.ts`
fn requested(line: &str) -> Option<Sent> {
    let (_, url) = line.strip_prefix("--")?.split_once("--  ")?;
    request_of(url)
}

/// `Connecting to media.example.com (media.example.com)|203.0.113.10|:443... connected.`
fn connecting_to(line: &str) -> Option<IpAddr> {
    let mut parts = line.split('|');
    let (_, inside, after) = (parts.next()?, parts.next()?, parts.next()?);
    after.starts_with(':').then(|| address(inside)).flatten()
}

/// The request for a URL of which nothing else is known.
pub(super) fn request_of(url: &str) -> Option<Sent> {
    let (_, rest) = url.trim().split_once("://")?;
    let rest = rest.split('#').next().unwrap_or(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, target) = rest.split_at_checked(end)?;
    let mut headers = Headers::default();
    headers.add("Host", host);
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    (!host.is_empty()).then(|| Sent { method: "GET".to_owned(), target, headers })
}
