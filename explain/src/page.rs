//! The documentation of the causes, written from the same text as the explanations.

use core::fmt::Write as _;

use crate::cause::{About, Cause, Fix};
use crate::causes;
use crate::explanation::{PLACES, in_capitals};

/// The page of one cause, in Markdown.
pub fn page(cause: &Cause) -> String {
    let mut page = format!("# {}\n\n", cause.id);
    let mut put = |text: &str| page.push_str(text);
    put(&format!("{}.\n\n{}\n\n", sentence(cause.title), cause.meaning));
    let sources: Vec<&str> = cause.sources.iter().map(|source| source.name()).collect();
    put(&format!("Who answers: `{}`.\n\n## What to do\n", sources.join("`, `")));
    for Fix { line, .. } in cause.fix {
        put(&advice(&general(line)));
    }
    put("\n## What settles it\n\n```sh\n");
    let mut commands: Vec<String> =
        cause.needs.iter().map(|need| general(need.command())).collect();
    commands.dedup();
    put(&commands.join("\n"));
    put("\n```\n\nThen `edgepass explain` with these files. [All causes](README.md)\n");
    page
}

/// The list of all causes, in Markdown.
pub fn index_page() -> String {
    let mut page = String::from(
        "# Why is this a 403?\n\nEvery cause that `edgepass explain` knows, with what to do. These pages are written from the\nprogram's own texts.\n",
    );
    for about in About::ALL {
        let _ = write!(page, "\n## {}\n\n| cause | |\n| --- | --- |\n", sentence(about.name()));
        for cause in causes::all().filter(|cause| cause.about == about) {
            let _ = writeln!(page, "| [`{id}`]({id}.md) | {} |", cause.title, id = cause.id);
        }
    }
    page
}

/// A command in a block of its own, below the words that introduce it.
fn advice(line: &str) -> String {
    let block =
        |command: &str, indent: &str| format!("\n{indent}```sh\n{indent}{command}\n{indent}```\n");
    if is_command(line) {
        return block(line, "");
    }
    let after = line.match_indices(": ").map(|(at, mark)| (at, at + mark.len()));
    let split = after.filter_map(|(at, next)| Some((line.get(..at)?, line.get(next..)?)));
    match split.into_iter().find(|(_, rest)| is_command(rest)) {
        Some((words, command)) => format!("\n- {words}:\n{}", block(command, "  ")),
        None => format!("\n- {line}\n"),
    }
}

fn is_command(line: &str) -> bool {
    ["edgepass ", "aws ", "openssl ", "curl ", "dig "].iter().any(|it| line.starts_with(it))
}

/// With words in capitals for the values of a case.
fn general(line: &str) -> String {
    PLACES.into_iter().fold(line.to_owned(), |line, place| line.replace(place, &in_capitals(place)))
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
