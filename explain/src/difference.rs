//! Where one text departs from another, for people to see.

/// How many characters of a line are shown.
const WIDTH: usize = 64;

/// Three lines: what was signed, what was requested, and a mark below the first character that
/// differs. Long texts are shown from shortly before it.
pub(crate) fn marked(what: &str, signed: &str, requested: &str) -> Vec<String> {
    let at = common(signed, requested);
    let from = if at + 16 < WIDTH { 0 } else { at.saturating_sub(WIDTH / 2) };
    let window = |text: &str| -> String {
        let start = if from > 0 { "…" } else { "" };
        let end = if text.chars().count() > from + WIDTH { "…" } else { "" };
        let middle: String = text.chars().skip(from).take(WIDTH).map(shown).collect();
        format!("{start}{middle}{end}")
    };
    let label = what.chars().count() + "requested ".len();
    let mark = " ".repeat(label + 2 + at - from + usize::from(from > 0));
    vec![
        format!("{:<label$}: {}", format!("signed {what}"), window(signed)),
        format!("{:<label$}: {}", format!("requested {what}"), window(requested)),
        format!("{mark}^ differs from character {}", at + 1),
    ]
}

/// How many characters two texts begin with alike.
pub(crate) fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

/// One place for each character, and none that a terminal would obey.
fn shown(character: char) -> char {
    if character.is_control() { '\u{fffd}' } else { character }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a failing test should stop here"
    )]

    use super::*;

    #[test]
    fn the_mark_is_below_the_first_difference() {
        for (one, other) in [
            ("/film/1.mp4".to_owned(), "/film/2.mp4".to_owned()),
            (format!("/{}1", "a".repeat(100)), format!("/{}2.mp4", "a".repeat(100))),
            ("/a".to_owned(), "/a/".to_owned()),
        ] {
            let lines = marked("path", &one, &other);
            let column = lines[2].chars().position(|c| c == '^').unwrap();
            let at = |line: usize| lines[line].chars().nth(column);
            assert_ne!(at(0), at(1), "{lines:#?}");
            assert_eq!(lines[0].chars().nth(column - 1), lines[1].chars().nth(column - 1));
        }
    }
}
