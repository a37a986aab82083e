//! `explain --log`: the forms of logs, and what is counted.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::edgepass::{Ended, edgepass, folder};

fn written(test: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder(&format!("explain-log-{test}")).join("log");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_ref()).unwrap();
    packed.finish().unwrap()
}

fn read(test: &str, text: impl AsRef<[u8]>) -> Value {
    edgepass(&["explain", "--json", "--log", &written(test, text)]).json()
}

/// A request of a log: when, and what became of it.
#[derive(Clone, Copy)]
struct Line {
    second: u32,
    edge: &'static str,
    status: &'static str,
    path: &'static str,
    query: &'static str,
    result: &'static str,
    kind: &'static str,
    length: &'static str,
}

const LINE: Line = Line {
    second: 0,
    edge: "FRA56-P5",
    status: "403",
    path: "/film/1.ts",
    query: "-",
    result: "Error",
    kind: "text/xml",
    length: "146",
};

/// All 33 names of standard logs (AWS: "Standard logging reference") with the values of a line.
fn standard(line: Line) -> Vec<(&'static str, String)> {
    let Line { second, edge, status, path, query, result, kind, length } = line;
    let time = format!("21:{:02}:{:02}", second / 60, second % 60);
    let of = str::to_owned;
    vec![
        ("date", of("2026-11-30")),
        ("time", time),
        ("x-edge-location", of(edge)),
        ("sc-bytes", of("919")),
        ("c-ip", of("198.51.100.7")),
        ("cs-method", of("GET")),
        ("cs(Host)", of("d111111abcdef8.cloudfront.net")),
        ("cs-uri-stem", of(path)),
        ("sc-status", of(status)),
        ("cs(Referer)", of("-")),
        ("cs(User-Agent)", of("Mozilla/5.0%20(Windows%20NT%2010.0)")),
        ("cs-uri-query", of(query)),
        ("cs(Cookie)", of("-")),
        ("x-edge-result-type", of(if status == "200" { "Hit" } else { "Error" })),
        ("x-edge-request-id", of("AbC==")),
        ("x-host-header", of("media.example.com")),
        ("cs-protocol", of("https")),
        ("cs-bytes", of("321")),
        ("time-taken", of("0.002")),
        ("x-forwarded-for", of("-")),
        ("ssl-protocol", of("TLSv1.3")),
        ("ssl-cipher", of("TLS_AES_128_GCM_SHA256")),
        ("x-edge-response-result-type", of("Error")),
        ("cs-protocol-version", of("HTTP/2.0")),
        ("fle-status", of("-")),
        ("fle-encrypted-fields", of("-")),
        ("c-port", of("64461")),
        ("time-to-first-byte", of("0.002")),
        ("x-edge-detailed-result-type", of(result)),
        ("sc-content-type", of(kind)),
        ("sc-content-len", of(length)),
        ("sc-range-start", of("-")),
        ("sc-range-end", of("-")),
    ]
}

/// The 43 names of real-time logs (AWS: "Understanding real-time log configurations").
fn realtime(line: Line) -> Vec<(&'static str, String)> {
    let known = standard(line);
    let of = |name: &str| known.iter().find(|(other, _)| *other == name).unwrap().1.clone();
    let cookie = of("cs(Cookie)");
    let timestamp = format!("{}.937", 1_796_072_400 + line.second);
    [
        "timestamp",
        "c-ip",
        "time-to-first-byte",
        "sc-status",
        "sc-bytes",
        "cs-method",
        "cs-protocol",
        "cs-host",
        "cs-uri-stem",
        "cs-bytes",
        "x-edge-location",
        "x-edge-request-id",
        "x-host-header",
        "time-taken",
        "cs-protocol-version",
        "c-ip-version",
        "cs-user-agent",
        "cs-referer",
        "cs-cookie",
        "cs-uri-query",
        "x-edge-response-result-type",
        "x-forwarded-for",
        "ssl-protocol",
        "ssl-cipher",
        "x-edge-result-type",
        "fle-encrypted-fields",
        "fle-status",
        "sc-content-type",
        "sc-content-len",
        "sc-range-start",
        "sc-range-end",
        "c-port",
        "x-edge-detailed-result-type",
        "c-country",
        "cs-accept-encoding",
        "cs-accept",
        "cache-behavior-path-pattern",
        "cs-headers",
        "cs-header-names",
        "cs-headers-count",
        "origin-fbl",
        "origin-lbl",
        "asn",
    ]
    .into_iter()
    .map(|name| {
        let value = match name {
            "timestamp" => timestamp.clone(),
            "cs-cookie" => cookie.clone(),
            "c-ip-version" => "IPv4".to_owned(),
            _ if known.iter().any(|(other, _)| *other == name) => of(name),
            _ => "-".to_owned(),
        };
        (name, value)
    })
    .collect()
}

fn values(fields: &[(&str, String)], delimiter: &str) -> String {
    let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_str()).collect();
    values.join(delimiter)
}

fn names(fields: &[(&str, String)], delimiter: &str) -> String {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    names.join(delimiter)
}

fn object(fields: &[(&str, String)]) -> String {
    let members: serde_json::Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    Value::Object(members).to_string()
}

const SIGNED: &str = "Expires=1896313600&Signature=x&Key-Pair-Id=K1OLD";

/// Five requests: an accepted one, two without a pass, one of an unknown key, one abroad.
fn requests() -> [Line; 5] {
    [
        Line {
            status: "200",
            query: SIGNED,
            kind: "video/mp2t",
            length: "9",
            result: "Hit",
            ..LINE
        },
        Line { second: 1, ..LINE },
        Line { second: 2, edge: "LHR62-C3", ..LINE },
        Line { second: 3, query: SIGNED, length: "106", path: "/b \"2\".ts", ..LINE },
        Line { second: 60, result: "ClientGeoBlocked", kind: "text/html", length: "919", ..LINE },
    ]
}

/// The lines of all requests, each made by `line`.
fn joined(line: impl Fn(Line) -> String, between: &str) -> String {
    requests().map(line).join(between)
}

#[test]
fn every_form_of_a_log_is_counted_alike() {
    let header = "#Version: 1.0\n#Fields: ";
    let tabs = |line| values(&standard(line), "\t");
    let first = standard(LINE);
    let plain = format!("{header}{}\n{}\n", names(&first, " "), joined(tabs, "\n"));
    let expected = read("w3c", &plain);
    assert_eq!(expected["requests"], 5);
    assert_eq!(expected["denied"], 4);
    assert_eq!(expected["unreadable_lines"], 0);
    assert_eq!(
        (&expected["from"], &expected["to"]),
        (&json!("2026-11-30T21:00:00Z"), &json!("2026-11-30T21:01:00Z"))
    );
    assert_eq!(
        expected["causes"],
        json!([
            { "name": "unsigned-request", "denied": 2 },
            { "name": "geo-restriction", "denied": 1 },
            { "name": "key-not-in-group", "denied": 1 },
        ])
    );
    assert_eq!(expected["keys"], json!([{ "key_id": "K1OLD", "accepted": 1, "denied": 1 }]));

    // Standard logging v2: any fields in any order, `timestamp(ms)` for date and time.
    let chosen = |line: Line| {
        let mut fields = standard(line);
        fields.retain(|(name, _)| !matches!(*name, "date" | "time" | "cs(Host)" | "c-port"));
        fields.push(("timestamp(ms)", format!("{}937", 1_796_072_400 + line.second)));
        fields.push(("DistributionId", "E2EXAMPLE".to_owned()));
        fields
    };
    let json_of = |line: Line| object(&standard(line));
    let numbers = |line: Line| {
        let text = json_of(line);
        text.replace(&format!("\"{}\"", line.status), line.status)
    };
    let iso = |line: Line| format!("2026-11-30T22:05:{:02}.000Z", line.second % 60);
    let event = |line: Line| {
        json!({ "logStreamName": "CloudFront_E2EXAMPLE", "timestamp": 1, "message": json_of(line), "eventId": "1" })
            .to_string()
    };
    let table_event = |line: Line| json!({ "timestamp": 1, "message": tabs(line) }).to_string();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let envelope = |line: Line| {
        json!({ "messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": [{ "id": "1", "timestamp": 1, "message": json_of(line) }] })
            .to_string()
    };
    let result = |line: Line| {
        json!([{ "field": "@timestamp", "value": "2026-11-30 22:05:00.000" }, { "field": "@message", "value": json_of(line) }])
            .to_string()
    };
    let of_realtime = |line| values(&realtime(line), "\t");
    let cmcd = |line| format!("{}{}", of_realtime(line), "\t-".repeat(22));
    let with_underscores = |name: &str| name.replace(['-', '('], "_").replace(')', "");
    let underscores = |line: Line| {
        let fields = standard(line);
        let members = fields.iter().map(|(name, it)| (with_underscores(name), json!(it)));
        Value::Object(members.collect()).to_string()
    };
    let athena =
        |line: Line| standard(line).iter().map(|(_, it)| quoted(it)).collect::<Vec<_>>().join(",");
    let forms: Vec<(&str, String)> = vec![
        ("windows", plain.replace('\n', "\r\n")),
        ("no end", plain.trim_end().to_owned()),
        ("mark", format!("\u{feff}{plain}")),
        ("twice headed", format!("{plain}{header}{}\n", names(&first, " "))),
        ("no header", joined(tabs, "\n")),
        ("35 fields", joined(|line| format!("{}\t-\t-", tabs(line)), "\n")),
        ("real-time", joined(of_realtime, "\n")),
        ("real-time, CMCD", joined(cmcd, "\n")),
        (
            "v2 W3C",
            format!(
                "{header}{}\n{}",
                names(&chosen(LINE), " "),
                joined(|it| values(&chosen(it), "\t"), "\n")
            ),
        ),
        ("v2 JSON", joined(json_of, "\n")),
        ("v2 JSON, windows", joined(json_of, "\r\n")),
        ("v2 JSON, chosen", joined(|line| object(&chosen(line)), "\n")),
        ("v2 JSON, numbers", joined(numbers, "\n")),
        ("v2 JSON, one line", joined(json_of, "")),
        ("JSON array", format!("[{}]", joined(json_of, ","))),
        ("JSON array, indented", format!("[\n  {}\n]\n", joined(json_of, ",\n  "))),
        ("JSON of a query", joined(underscores, "\n")),
        (
            "filter-log-events",
            format!("{{\"events\":[{}],\"searchedLogStreams\":[]}}", joined(event, ",")),
        ),
        ("events with lines", format!("{{\"events\":[{}]}}", joined(table_event, ","))),
        ("export task", joined(|line| format!("{} {}", iso(line), json_of(line)), "\n")),
        ("export task, plain", joined(|line| format!("{} {}", iso(line), tabs(line)), "\n")),
        ("tail", joined(|line| format!("{} CloudFront_E2 {}", iso(line), json_of(line)), "\n")),
        ("subscription", joined(envelope, "")),
        (
            "console CSV",
            format!(
                "timestamp,message\n{}",
                joined(|line| format!("1796076300000,{}", quoted(&json_of(line))), "\n")
            ),
        ),
        (
            "Insights CSV",
            format!(
                "@timestamp,@message\n{}",
                joined(|line| format!("2026-11-30 22:05:00.000,{}", quoted(&json_of(line))), "\n")
            ),
        ),
        (
            "Insights JSON",
            format!(
                "[{}]",
                joined(
                    |line| format!(
                        "{{\"@timestamp\":\"2026-11-30 22:05:00.000\",\"@message\":{}}}",
                        json_of(line)
                    ),
                    ","
                )
            ),
        ),
        (
            "get-query-results",
            format!("{{\"results\":[{}],\"status\":\"Complete\"}}", joined(result, ",")),
        ),
        (
            "Athena CSV",
            format!(
                "{}\n{}",
                standard(LINE)
                    .iter()
                    .map(|(name, _)| quoted(&with_underscores(name)))
                    .collect::<Vec<_>>()
                    .join(","),
                joined(athena, "\n")
            ),
        ),
    ];
    for (form, text) in &forms {
        for (packed, bytes) in [
            ("plain", text.clone().into_bytes()),
            ("gzip", gzip(text)),
            ("members", members(text)),
            ("gzip twice", gzip(gzip(text))),
        ] {
            assert_eq!(read("form", bytes), expected, "{form}, {packed}");
        }
    }
}

/// Packed in pieces, as whoever joins gzip files has them.
fn members(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(700).flat_map(gzip).collect()
}

/// Standard logs grew from 12 fields in 2010 to 33 in 2019. Fields that say why came last.
#[test]
fn older_logs_without_a_header_are_known_by_their_number() {
    for columns in [12, 15, 18, 19, 23, 24, 26] {
        let line = |line| values(&standard(line)[..columns], "\t");
        let summary = read("older", joined(line, "\n"));
        assert_eq!((&summary["requests"], &summary["denied"]), (&json!(5), &json!(4)), "{columns}");
        assert_eq!(summary["causes"], json!([{ "name": "unknown", "denied": 4 }]), "{columns}");
    }
}

#[test]
fn fields_that_are_there_are_not_called_missing() {
    let causes = |line: Line| {
        let summary = read("fields", values(&standard(line), "\t"));
        summary["causes"][0]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(causes(Line { kind: "application/json", length: "23", ..LINE }), "origin-denied");
    assert_eq!(causes(Line { kind: "text/plain", length: "9", ..LINE }), "origin-denied");
    assert_eq!(causes(Line { kind: "-", length: "0", ..LINE }), "unclear");
    assert_eq!(causes(Line { kind: "application/xml", length: "243", ..LINE }), "s3");
    assert_eq!(causes(Line { kind: "-", result: "OriginError", ..LINE }), "origin-denied");
    let screen =
        edgepass(&["explain", "--log", &written("few", values(&standard(LINE)[..24], "\t"))]);
    assert!(screen.result().contains("log x-edge-detailed-result-type, sc-content-type"));
}

#[test]
fn failures_are_told_apart() {
    let failed = |status, result| Line { status, result, kind: "text/html", length: "915", ..LINE };
    let lines = [
        failed("502", "OriginDnsError"),
        failed("502", "OriginConnectError"),
        failed("504", "OriginCommError"),
        failed("502", "OriginInvalidResponseError"),
        failed("503", "LambdaExecutionError"),
        failed("502", "LambdaValidationError"),
        failed("503", "FunctionThrottledError"),
        failed("500", "FunctionGeneratedResponse"),
        failed("503", "CapacityExceeded"),
        failed("500", "Error"),
        failed("504", "ClientCommError"),
        LINE,
    ];
    let log = lines.map(|line| values(&standard(line), "\t")).join("\n");
    let summary = read("failures", &log);
    assert_eq!((&summary["denied"], &summary["failed"]), (&json!(1), &json!(11)));
    assert_eq!(
        summary["failures"],
        json!([
            { "name": "function-failed", "failed": 3 },
            { "name": "origin-unreachable", "failed": 2 },
            { "name": "capacity-exceeded", "failed": 1 },
            { "name": "function-answered-5xx", "failed": 1 },
            { "name": "origin-answered-5xx", "failed": 1 },
            { "name": "origin-name-unresolved", "failed": 1 },
            { "name": "origin-response-invalid", "failed": 1 },
            { "name": "viewer-gone", "failed": 1 },
        ])
    );
    let screen = edgepass(&["explain", "--log", &written("failures-screen", log)]).result();
    assert!(screen.contains("11 requests were answered 5xx"), "{screen}");
}

const FIELDS: &str = "#Version: 1.0\n#Fields: date time x-edge-location sc-status cs-uri-stem cs-uri-query x-edge-result-type x-edge-detailed-result-type sc-content-type sc-content-len\n";

fn signed(clock: &str, edge: &str, key: &str, accepted: bool) -> String {
    let query = format!("Expires=1895313600&Signature=x&Key-Pair-Id={key}");
    let (status, result, kind, length) =
        if accepted { (200, "Hit", "video/mp2t", 9) } else { (403, "Error", "text/xml", 106) };
    format!(
        "{clock}\t{edge}\t{status}\t/film/1.ts\t{query}\t{result}\t{result}\t{kind}\t{length}\n"
    )
}

fn clock(minute: u32) -> String {
    format!("2026-11-22\t{:02}:{:02}:00", minute / 60, minute % 60)
}

/// An hour of a key, and an hour after it was removed.
fn rotation() -> String {
    let mut log = FIELDS.to_owned();
    for minute in 0..120 {
        log.push_str(&signed(&clock(minute), "FRA56-P4", "K1OLD", minute < 60));
        if minute >= 50 {
            log.push_str(&signed(&clock(minute), "LHR62-C3", "K2NEW", true));
        }
    }
    log
}

#[test]
fn a_key_removed_too_early_is_called_so() {
    let plain = written("rotation", rotation());
    let summary = edgepass(&["explain", "--json", "--log", &plain]).json();
    assert_eq!(summary["requests"], 190);
    assert_eq!(summary["denied"], 60);
    assert_eq!(summary["causes"], json!([{ "name": "key-not-in-group", "denied": 60 }]));
    assert_eq!(summary["edge_locations"], json!([{ "name": "FRA56-P4", "denied": 60 }]));
    assert_eq!(
        summary["key_changes"],
        json!([{
            "key_id": "K1OLD", "change": "removed", "last_accepted": "2026-11-22T00:59:00Z",
            "since": "2026-11-22T01:00:00Z", "until": "2026-11-22T01:59:00Z", "denied": 60,
            "replaced_by": "K2NEW", "at_spike": true,
        }])
    );
    assert_eq!(
        summary["spike"],
        json!({ "from": "2026-11-22T01:00:00Z", "until": "2026-11-22T02:00:00Z", "denied": 60, "usual": 0 })
    );
    let screen = edgepass(&["explain", "--log", &plain]).result();
    assert!(screen.contains("key-removed-before-drain  the key `K1OLD`"), "{screen}");
    assert!(screen.contains("the 403s of the whole log rose at the same time"), "{screen}");
    let both = edgepass(&["explain", "--json", "--log", &plain, "--log", &plain]).json();
    assert_eq!(both["requests"], 380);
}

#[test]
fn a_key_that_no_behaviour_trusts_yet_is_called_so() {
    let mut log = FIELDS.to_owned();
    for minute in 0..120 {
        let key = if minute < 60 { "K1OLD" } else { "K2NEW" };
        log.push_str(&signed(&clock(minute), "FRA56-P4", key, minute < 60));
    }
    let file = written("never", &log);
    let changes = &edgepass(&["explain", "--json", "--log", &file]).json()["key_changes"];
    assert_eq!(changes[0]["change"], "never-trusted");
    assert_eq!(
        (&changes[0]["key_id"], &changes[0]["last_accepted"]),
        (&json!("K2NEW"), &Value::Null)
    );
    assert_eq!(changes[0]["at_spike"], true);
    let screen = edgepass(&["explain", "--log", &file]).result();
    assert!(screen.contains("key-not-in-group  passes name the key `K2NEW`"), "{screen}");
    // Refused from the beginning of the log: nothing changed in it.
    let after: String = log.lines().skip(62).map(|line| format!("{line}\n")).collect();
    let summary = read("never-after", format!("{FIELDS}{after}"));
    assert_eq!((&summary["denied"], &summary["key_changes"]), (&json!(60), &json!([])));
}

/// A change beside a rise of another cause.
#[test]
fn a_rise_at_another_time_is_not_put_down_to_a_key() {
    let mut log = rotation();
    for second in 0..3000 {
        let clock = format!("2026-11-22\t00:{:02}:{:02}", 20 + second / 600, second / 10 % 60);
        log.push_str(&format!(
            "{clock}\tFRA56-P4\t403\t/a\t-\tError\tError\tapplication/xml\t243\n"
        ));
    }
    let file = written("elsewhere", &log);
    let summary = edgepass(&["explain", "--json", "--log", &file]).json();
    assert_eq!(summary["spike"]["from"], "2026-11-22T00:20:00Z");
    assert_eq!(summary["key_changes"][0]["at_spike"], false);
    let screen = edgepass(&["explain", "--log", &file]).result();
    assert!(screen.contains("rose at another time"), "{screen}");
}

#[test]
fn logs_that_are_none_are_refused() {
    let refused = |name: &str, content: &[u8], code: i32, words: &str| {
        let ended: Ended = edgepass(&["explain", "--log", &written(name, content)]);
        assert_eq!(ended.code, code, "{ended:?}");
        assert!(ended.stderr.contains(words), "{ended:?}");
    };
    refused("no-log", b"hello\n", 2, "is no log of CloudFront's");
    refused("empty", b" \n", 2, "is empty");
    refused("no-status", b"#Fields: date time\n", 2, "has no field `sc-status`");
    refused("no-time", b"#Fields: date sc-status\n", 2, "nor `timestamp` or `timestamp(ms)`");
    refused("few-fields", b"1795310185.1\t192.0.2.1\t403\n", 2, "has 3 columns without names");
    refused("one-line", &vec![b'a'; 3 << 20], 2, "is no log of CloudFront's");
    let long = [FIELDS.as_bytes(), &vec![b'a'; 3 << 20]].concat();
    refused("long-line", &long, 2, "has a record of more than");
    refused("parquet", b"PAR1\x15\x04\x15", 2, "is Parquet, which is not read here");
    refused("zip", b"PK\x03\x04\x14", 2, "is a ZIP archive");
    refused("zstd", b"\x28\xb5\x2f\xfd\x04", 2, "`zstd -d`");
    refused("no-record", b"[{\"a\":1},{\"b\":2}]", 2, "is JSON without any record");
    refused("no-time", b"{\"sc-status\":\"403\"}", 2, "is JSON without any record");
    let group = br#"{"KeyGroup":{"Id":"g","KeyGroupConfig":{"Name":"n","Items":[]}}}"#;
    refused("group", group, 2, "holds a key group; give it with `--key-group`");
    refused("response", b"HTTP/2 403\nserver: CloudFront\n\n", 2, "give it with `--response`");
    refused("page", b"<Error><Code>AccessDenied</Code></Error>", 2, "give it with `--response`");
    refused("jar", b"a.example\tFALSE\t/\tTRUE\t0\tb\tc\n", 2, "has 7 columns without names");
    let packed = gzip(rotation());
    refused("cut-gz", &packed[..packed.len() / 2], 3, "fetch it again");
    edgepass(&["explain", "--log", "nowhere.gz"]).is_usage_error(&["does not exist"]);
}

/// A log of an hour without requests has a header and nothing else.
#[test]
fn a_log_without_requests_is_one() {
    let summary = read("header-alone", FIELDS);
    assert_eq!((&summary["requests"], &summary["denied"]), (&json!(0), &json!(0)));
    assert_eq!(summary["spike"], Value::Null);
}

#[test]
fn chosen_fields_are_named_by_the_user() {
    let log = written(
        "realtime",
        "1795310185.123\t403\t/a\tFRA56-P4\n1795310186.001\t200\t/b\tFRA56-P4\n",
    );
    for fields in [
        "timestamp,sc-status,cs-uri-stem,x-edge-location",
        "timestamp sc-status cs-uri-stem x-edge-location",
        "[\n    \"timestamp\",\n    \"sc-status\",\n    \"cs-uri-stem\",\n    \"x-edge-location\"\n]",
    ] {
        let summary =
            edgepass(&["explain", "--json", "--log", &log, "--log-fields", fields]).json();
        assert_eq!((&summary["requests"], &summary["denied"]), (&json!(2), &json!(1)), "{fields}");
        assert_eq!(summary["from"], "2026-11-22T01:16:25Z");
    }
    let spaces = written("spaces", "2026-11-30 21:00:00 403\n2026-11-30 21:00:01 200\n");
    let named = ["explain", "--json", "--log", &spaces, "--log-fields", "date,time,sc-status"];
    assert_eq!(edgepass(&named).json()["denied"], 1);
    edgepass(&["explain", "--log", &log, "--log-fields", "timestamp"])
        .is_usage_error(&["`--log-fields` has no field `sc-status`"]);
}

/// Records that cannot be read, after one that could, are counted and passed over.
#[test]
fn damaged_records_are_counted() {
    let good = values(&standard(LINE), "\t");
    let json = object(&standard(LINE));
    for (test, text) in [
        ("table", format!("{good}\n{}\n{good}", good.replace("403", "x"))),
        ("json", format!("{json}\n{}\n{json}", json.replace("21:00:00", "later"))),
        ("json-cut", format!("{json}\n{{\"sc-status\": 4x}}\n{json}")),
    ] {
        let summary = read(test, text);
        let found = (&summary["requests"], &summary["unreadable_lines"]);
        assert_eq!(found, (&json!(2), &json!(1)), "{test}");
    }
    let cut = format!("{json}\n{}\n{json}", json.get(..json.len() - 10).unwrap());
    assert_eq!(read("cut", cut)["requests"], 2, "the line after a cut one is whole");
}
