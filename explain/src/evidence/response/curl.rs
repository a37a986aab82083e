//! `curl -v`: lines that begin with `* ` are curl's, with `> ` sent, with `< ` received; all others
//! are the body.

use core::net::IpAddr;

use super::{Reading, header_line, request_line, status_line};

/// What curl shows. None if a text has neither of the lines with which exchanges begin.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut reading = Reading::default();
    // The progress meter returns the carriage and writes again, also in front of other lines.
    for line in text.split(['\n', '\r']).map(without_meter).filter(|line| !is_of_transfer(line)) {
        if let Some(message) = line.strip_prefix("> ").or(line.strip_prefix("< ")) {
            if let Some(request) = request_line(message) {
                reading.note_request(request);
            } else if let Some(status) = status_line(message) {
                reading.note_answer(status);
            } else if let Some(exchange) = reading.exchanges.last_mut()
                && let Some((name, value)) = header_line(message)
            {
                exchange.add_header(name, value);
            }
        } else if let Some(note) = line.strip_prefix("* ") {
            reading.server = connected_to(note).or(reading.server);
        } else if let Some(exchange) = reading.exchanges.last_mut() {
            // curl's last words may stand at the end of a body without a line end.
            exchange.add_to_body(line.split("* Connection #").next().unwrap_or(line));
        }
    }
    (!reading.exchanges.is_empty()).then_some(reading)
}

/// `Connected to h (2600:9000::1) port 443 (#0)`, since curl 8.16
/// `Established connection to h (2600:9000::1 port 443) from …`.
fn connected_to(note: &str) -> Option<IpAddr> {
    let rest =
        note.strip_prefix("Connected to ").or(note.strip_prefix("Established connection to "))?;
    let (_, inside) = rest.split_once('(')?;
    inside.split([')', ' ']).next()?.parse().ok()
}

/// A line after the state of the progress meter, which ends with the current speed.
fn without_meter(line: &str) -> &str {
    match line.rsplit_once("--:--:-- ") {
        Some((meter, rest)) if meter.trim_start().starts_with(|c: char| c.is_ascii_digit()) => rest
            .trim_start()
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'k' | 'M')),
        _ => line,
    }
}

/// What curl prints of the transfer: `{ [146 bytes data]`, the head of the progress meter, ends of
/// headers.
fn is_of_transfer(line: &str) -> bool {
    let mark = line.trim_end();
    matches!(mark, "" | "<" | ">" | "*")
        || ((mark.starts_with("{ [") || mark.starts_with("} [")) && mark.ends_with(" data]"))
        || mark.contains("% Total")
        || mark.contains("Dload  Upload")
}
