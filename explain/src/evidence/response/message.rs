//! HTTP messages as they are sent (RFC 9112): `curl -i`, `http -v`, `wget -d`, and what browsers copy
//! as raw headers.

use super::{Reading, header_line, request_line, status_line};

/// The messages of a text; what stands before the first, such as a command, is passed over.
pub(super) fn read(text: &str) -> Option<Reading> {
    let mut reading = Reading::default();
    let mut is_body = false;
    for line in text.lines() {
        let start = line.trim_start();
        if let Some(status) = status_line(start) {
            reading.note_answer(status);
            is_body = false;
        } else if let Some(request) = request_line(start) {
            reading.note_request(request);
            is_body = false;
        } else if let Some(exchange) = reading.exchanges.last_mut() {
            match header_line(start).filter(|_| !is_body) {
                Some((name, value)) => exchange.add_header(name, value),
                None => {
                    is_body = true;
                    exchange.add_to_body(line);
                }
            }
        }
    }
    (!reading.exchanges.is_empty()).then_some(reading)
}
