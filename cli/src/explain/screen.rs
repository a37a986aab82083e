//! An explanation for people: the first cause in full, the others in a line each.

use core::fmt::Write as _;

use ::explain::{Certainty, Explained, Explanation, Noted};
use clap::builder::Styles;
use clap::builder::styling::{AnsiColor, Style};

/// One screen; with `details` as many as it takes.
pub(super) fn text(explanation: &Explanation, details: bool) -> String {
    let mut text = heading(explanation);
    let (full, brief) = match explanation.causes.split_first() {
        _ if details => (explanation.causes.as_slice(), [].as_slice()),
        Some((first, rest)) => (core::slice::from_ref(first), rest),
        None => ([].as_slice(), [].as_slice()),
    };
    if explanation.causes.is_empty() {
        text.push_str("\n\nNothing that was given explains a 403.");
    }
    for explained in full {
        text.push_str(&in_full(explained));
    }
    if !brief.is_empty() {
        let _ = write!(text, "\n\n{}", label("also"));
        for explained in brief {
            let Explained { cause, certainty, .. } = explained;
            let style = style(*certainty);
            let _ = write!(
                text,
                "\n  {style}{:<8}{style:#}  {:<27} {}",
                certainty.name(),
                cause.id,
                cause.title
            );
        }
    }
    text.push_str(&notes(&explanation.notes, details));
    if !explanation.missing.is_empty() {
        let _ = write!(text, "\n\n{}", label("to settle the rest"));
        for command in &explanation.missing {
            let _ = write!(text, "\n  {command}");
        }
    }
    text.push_str(&ruled_out(explanation, details));
    text
}

fn heading(explanation: &Explanation) -> String {
    let styles = Styles::styled();
    let style = styles.get_header();
    let heading = &explanation.heading;
    match &explanation.answer {
        Some(answer) => format!("{style}{heading}{style:#} ({answer})"),
        None => format!("{style}{heading}{style:#} (no response was given)"),
    }
}

/// What did not refuse the request: below every cause.
fn notes(notes: &[Noted], details: bool) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut text = format!("\n\n{}", label("worth knowing, but not why"));
    for Noted { cause, evidence, fix } in notes {
        let _ = write!(text, "\n  {}: {}", cause.id, cause.title);
        for line in evidence.iter().chain(fix.iter().filter(|_| details)) {
            let _ = write!(text, "\n    {line}");
        }
    }
    text
}

fn in_full(explained: &Explained) -> String {
    let Explained { cause, certainty, evidence, fix } = explained;
    let style = style(*certainty);
    let mut text =
        format!("\n\n{style}{}{style:#}  {}: {}", certainty.name(), cause.id, cause.title);
    for fact in evidence {
        let _ = write!(text, "\n  {fact}");
    }
    let _ = write!(text, "\n\n  {}", wrapped(cause.meaning));
    let _ = write!(text, "\n\n{}", label("what to do"));
    for line in fix {
        let _ = write!(text, "\n  {line}");
    }
    text
}

/// At words, below an indentation of two.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 96;
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push_str("\n  ");
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

fn ruled_out(explanation: &Explanation, details: bool) -> String {
    let count = explanation.ruled_out.len();
    if !details {
        let more = if explanation.causes.len() > 1 { "all causes in full, and " } else { "" };
        return match count {
            0 => String::new(),
            _ => format!("\n\n--details shows {more}why {count} others are none"),
        };
    }
    let mut text = format!("\n\n{}", label("ruled out"));
    for (cause, why) in &explanation.ruled_out {
        let _ = write!(text, "\n  {:<34} {why}", cause.id);
    }
    text
}

fn label(text: &str) -> String {
    let styles = Styles::styled();
    let style = styles.get_usage();
    format!("{style}{text}{style:#}")
}

fn style(certainty: Certainty) -> Style {
    let color = match certainty {
        Certainty::Proved => AnsiColor::Red,
        Certainty::Likely => AnsiColor::Yellow,
        Certainty::Possible => AnsiColor::Cyan,
    };
    color.on_default().bold()
}
