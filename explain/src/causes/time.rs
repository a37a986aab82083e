//! When a pass is good.

use policy::{Field, UnixTime};

use super::{PASS, SIGN_COOKIES, SIGN_URL};
use crate::case::Case;
use crate::cause::{About, Cause, Fix, Verdict};
use crate::evidence::Clock;
use crate::moment::{Seconds, distance, rfc3339};
use crate::need::Need;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: "epoch-milliseconds",
        about: About::Time,
        title: "seconds and milliseconds were mixed up in a time of the pass",
        meaning: "CloudFront counts seconds since 1970. JavaScript's `Date.now()` and Java's `currentTimeMillis()` count milliseconds: taken for seconds they mean the year 58000, and CloudFront answers MalformedPolicy or lets the pass live for ever. The other way round, the AWS SDK for JavaScript v3 takes a number for milliseconds, so a pass that was given seconds ends in January 1970.",
        fix: &[
            Fix::new(
                "divide by 1000 where a signer takes seconds: Math.floor(Date.now() / 1000) + 3600",
            ),
            Fix::new(
                "give the AWS SDK for JavaScript v3 a date or text, not seconds: dateLessThan: new Date(Date.now() + 3600e3)",
            ),
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: epoch_milliseconds,
    },
    Cause {
        id: "expired",
        about: About::Time,
        title: "the pass had expired",
        meaning: "CloudFront compares the expiry with its own clock for every request: for each range request and after each reconnection too. An old pass comes from a page that was open for a long time, from a player that was paused, or from a link in a cache or an e-mail.",
        fix: &[
            SIGN_URL,
            SIGN_COOKIES,
            Fix::new(
                "renew passes before they end: sign for longer than a session lasts, or issue new cookies during playback",
            ),
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: expired,
    },
    Cause {
        id: "not-yet-valid",
        about: About::Time,
        title: "the pass is for later",
        meaning: "CloudFront refuses a custom policy with DateGreaterThan up to and including that second. A pass that starts at the present second is refused when its first request arrives at once.",
        fix: &[
            Fix::new("leave the start out, unless a release time is meant:"),
            SIGN_URL,
            SIGN_COOKIES,
            Fix::new("or start the pass a minute ago, so that the clocks may differ"),
        ],
        needs: &[Need::Url],
        sources: PASS,
        check: not_yet_valid,
    },
    Cause {
        id: "clock-skew",
        about: About::Time,
        title: "the signer's clock or time zone is wrong",
        meaning: "Local time taken for UTC moves a pass by whole hours: `datetime.now()` and `datetime.utcfromtimestamp()` in Python, `DateTime` without a kind in .NET. The clock of a machine without time synchronisation drifts by minutes; a pass that starts at the present second is then refused first.",
        fix: &[
            Fix::new("on the signer: date -u; timedatectl show -p NTPSynchronized"),
            Fix::new("make times with a zone: datetime.now(timezone.utc) + timedelta(hours=1)"),
        ],
        needs: &[Need::Url, Need::Response],
        sources: PASS,
        check: clock_skew,
    },
];

fn epoch_milliseconds(case: &Case<'_>) -> Verdict {
    let times = [("the expiry", case.expires()), ("the start", case.starts())];
    for (what, time) in times {
        let Some(time) = time else { continue };
        if time >= UnixTime::MILLISECONDS_SUSPECTED {
            let meant = UnixTime::from_seconds(time.as_seconds() / 1000).unwrap_or(time);
            return Verdict::proved([format!(
                "{what} `{time}` has {} digits: as milliseconds it is {}",
                time.to_string().len(),
                rfc3339(meant)
            )]);
        }
        let meant = time.as_seconds().checked_mul(1000).and_then(UnixTime::from_seconds);
        if let Some(meant) = meant
            && time.as_seconds() > 0
            && meant.as_seconds().abs_diff(case.now.as_seconds()) < TEN_YEARS
        {
            return Verdict::proved([format!(
                "{what} `{time}` is in {}; times a thousand it is {}: seconds were given where milliseconds were expected",
                rfc3339(time),
                rfc3339(meant)
            )]);
        }
    }
    match case.expires() {
        Some(_) => Verdict::ruled_out("its times are seconds"),
        None => Verdict::Open,
    }
}

const TEN_YEARS: u64 = 10 * 366 * 86_400;

fn expired(case: &Case<'_>) -> Verdict {
    let Some(expires) = case.expires() else {
        return match case.edgepass_code() {
            Some("expired" | "claims-expired") => {
                Verdict::proved(["the edge says so in `x-edgepass-reason`".to_owned()])
            }
            _ => Verdict::Open,
        };
    };
    if case.now < expires {
        let left = distance(expires, case.now);
        return Verdict::ruled_out(format!("it expires at {} ({left})", rfc3339(expires)));
    }
    Verdict::proved([
        format!("it expired at {} ({})", rfc3339(expires), distance(expires, case.now)),
        time_of_refusal(case),
    ])
}

fn time_of_refusal(case: &Case<'_>) -> String {
    let date = case.evidence.response.as_ref().and_then(|response| response.date());
    let by = match (case.evidence.clock, date) {
        (Clock::Given, _) => "as given with --now",
        (Clock::Machine, Some(_)) => "by the response's Date",
        (Clock::Machine, None) => "by this machine's clock",
    };
    format!("the request was made at {} ({by})", rfc3339(case.now))
}

fn not_yet_valid(case: &Case<'_>) -> Verdict {
    let Some(starts) = case.starts() else {
        return match (case.edgepass_code(), case.expires()) {
            (Some("not-yet-valid" | "claims-not-yet-valid"), _) => {
                Verdict::proved(["the edge says so in `x-edgepass-reason`".to_owned()])
            }
            (_, Some(_)) => Verdict::ruled_out("it has no start"),
            (_, None) => Verdict::Open,
        };
    };
    if case.now > starts {
        return Verdict::ruled_out(format!("it started at {}", rfc3339(starts)));
    }
    Verdict::proved([
        format!("it starts after {} ({})", rfc3339(starts), distance(starts, case.now)),
        time_of_refusal(case),
    ])
}

fn clock_skew(case: &Case<'_>) -> Verdict {
    if let Some(starts) = case.starts()
        && case.now <= starts
    {
        let ahead = starts.as_seconds().abs_diff(case.now.as_seconds());
        if ahead <= 15 * 60 {
            return Verdict::likely([format!(
                "the start is only {} ahead: it was probably the present second by the signer's clock",
                Seconds(ahead)
            )]);
        }
        if let Some(zone) = whole_hours(ahead) {
            return Verdict::likely([format!(
                "the start is {zone} ahead, to the minute: local time was probably taken for UTC"
            )]);
        }
    }
    if let Some(expires) = case.expires()
        && case.now >= expires
    {
        let past = expires.as_seconds().abs_diff(case.now.as_seconds());
        if let Some(zone) = whole_hours(past) {
            return Verdict::likely([format!(
                "it expired {zone} before the request, to the minute: local time was probably taken for UTC"
            )]);
        }
        return Verdict::ruled_out("nothing about the times looks like a time zone");
    }
    match case.pass().and_then(|pass| pass.value(Field::Expires).or(pass.value(Field::Policy))) {
        Some(_) => Verdict::ruled_out("the request was made within the times of the pass"),
        None => Verdict::Open,
    }
}

/// `3h 0m` if it is a whole number of hours, or of half ones as some zones have, to the minute.
fn whole_hours(seconds: u64) -> Option<Seconds> {
    const HALF: u64 = 1800;
    let halves = (seconds + 60) / HALF;
    let off = seconds.abs_diff(halves * HALF);
    ((2..=28).contains(&halves) && off <= 60).then_some(Seconds(halves * HALF))
}
