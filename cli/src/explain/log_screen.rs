//! The summary of a log for people.

use core::fmt::Write as _;

use ::explain::log::{Bin, Change, KeyChange, Spike, Summary};
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use policy::UnixTime;

use crate::when::rfc3339;

/// One screen.
pub(super) fn text(summary: &Summary) -> String {
    let styles = Styles::styled();
    let header = styles.get_header();
    let mut text = format!(
        "{header}{} of {} requests were answered 403{header:#} ({})",
        grouped(summary.denied),
        grouped(summary.requests),
        share(summary.denied, summary.requests)
    );
    if let (Some(from), Some(to)) = (summary.from, summary.to) {
        let _ = write!(text, "\n{} to {}", shown(from), shown(to));
    }
    if summary.unreadable > 0 {
        let _ = write!(text, "\n{} records could not be read", grouped(summary.unreadable));
    }
    for change in &summary.key_changes {
        text.push_str(&key_change(change, summary));
    }
    if let Some(spike) = &summary.spike {
        text.push_str(&rise(spike, summary));
    }
    if summary.denied > 0 {
        text.push_str(&over_time(&summary.timeline, summary.bin_seconds));
        let _ = write!(text, "\n\n{}", label("why"));
        for (refusal, count) in &summary.refusals {
            let _ = write!(
                text,
                "\n  {:>12}  {:<26} {}",
                grouped(*count),
                refusal.id(),
                refusal.description()
            );
        }
        let most = summary.paths.first().map_or(0, |(_, count)| *count);
        // Where no file stands out, its folder may.
        text.push_str(&if most.saturating_mul(20) < summary.denied {
            table("folder", &summary.folders)
        } else {
            table("path", &summary.paths)
        });
        text.push_str(&table("edge location", &summary.edges));
    }
    if summary.failed > 0 {
        let _ = write!(
            text,
            "\n\n{}",
            label(&format!("{} requests were answered 5xx", grouped(summary.failed)))
        );
        for (failure, count) in &summary.failures {
            let _ = write!(
                text,
                "\n  {:>12}  {:<26} {}",
                grouped(*count),
                failure.id(),
                failure.description()
            );
        }
    }
    if !summary.keys.is_empty() {
        let _ = write!(text, "\n\n{}", label("key in the URL"));
        for (id, key) in &summary.keys {
            let _ = write!(
                text,
                "\n  {:>12}  {:<26} {} accepted",
                grouped(key.denied),
                id,
                grouped(key.accepted)
            );
        }
    }
    text
}

fn key_change(change: &KeyChange, summary: &Summary) -> String {
    let bad = AnsiColor::Red.on_default().bold();
    let (key, times) = (&change.key, grouped(change.denied));
    let (since, until) = (shown(change.since), shown(change.until));
    let mut text = String::new();
    match (change.change, change.last_accepted) {
        (Change::Removed, Some(accepted)) => {
            let _ = write!(
                text,
                "\n\n{bad}key-removed-before-drain{bad:#}  the key `{key}` stopped being accepted while its passes were good\n  accepted until {}, refused from {since} to {until}: {times} times",
                shown(accepted)
            );
        }
        _ => {
            let _ = write!(
                text,
                "\n\n{bad}key-not-in-group{bad:#}  passes name the key `{key}`, and none of them was ever accepted\n  refused from {since} to {until}: {times} times"
            );
        }
    }
    if let Some(spike) = &summary.spike {
        text.push_str(if spike.begins_at(change.since, summary.bin_seconds) {
            "\n  the 403s of the whole log rose at the same time"
        } else {
            "\n  the 403s of the whole log rose at another time, which this does not explain"
        });
    }
    if let Some(other) = &change.replaced_by {
        let _ = write!(text, "\n  `{other}` is accepted since; it seems to have replaced it");
    }
    let _ = match change.change {
        Change::Removed => write!(
            text,
            "\n  put `{key}` back into the key group until its last pass has expired (docs/why-403/key-removed-before-drain.md)"
        ),
        Change::NeverTrusted => write!(
            text,
            "\n  sign with the key before, or put `{key}` into the key group (docs/why-403/key-not-in-group.md)"
        ),
    };
    text
}

fn rise(spike: &Spike, summary: &Summary) -> String {
    let Spike { from, until, denied, usual } = spike;
    format!(
        "\n\nthe 403s rose at {}: {} until {}, before that {} in {}",
        shown(*from),
        grouped(*denied),
        shown(*until),
        grouped(*usual),
        width(summary.bin_seconds)
    )
}

fn width(seconds: u64) -> String {
    match seconds {
        seconds if seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
        seconds if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds => format!("{} min", seconds / 60),
    }
}

fn over_time(bins: &[Bin], seconds: u64) -> String {
    let width = width(seconds);
    let most = bins.iter().map(|bin| bin.denied).max().unwrap_or(0).max(1);
    let bars: String = bins.iter().map(|bin| bar(bin.denied, most)).collect();
    let red = AnsiColor::Red.on_default();
    let peak = bins.iter().find(|bin| bin.denied == most);
    let peak = peak.map_or_else(String::new, |bin| {
        let start = UnixTime::from_seconds(bin.start).map_or_else(String::new, shown);
        format!("\n  most: {} from {start}", grouped(bin.denied))
    });
    format!(
        "\n\n{}\n  {red}{bars}{red:#}{peak}",
        label(&format!("403s over time, one bar for {width}"))
    )
}

fn bar(count: u64, most: u64) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if count == 0 {
        return '·';
    }
    let at = (count * 8).div_ceil(most).saturating_sub(1);
    usize::try_from(at).ok().and_then(|at| BARS.get(at)).copied().unwrap_or('█')
}

fn table(name: &str, rows: &[(String, u64)]) -> String {
    const ROWS: usize = 5;
    let mut text = format!("\n\n{}", label(name));
    for (name, count) in rows.iter().take(ROWS) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        let _ = write!(text, "\n  {:>12}  {name}", grouped(*count));
    }
    text
}

fn label(text: &str) -> String {
    let styles = Styles::styled();
    let style = styles.get_usage();
    format!("{style}{text}{style:#}")
}

fn shown(time: UnixTime) -> String {
    rfc3339(time).unwrap_or_else(|| time.to_string())
}

fn share(part: u64, whole: u64) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
