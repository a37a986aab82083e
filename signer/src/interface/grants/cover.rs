//! The one pattern of a policy that has to cover several resources.

use super::{EdgeClaims, GrantsFault, GrantsRefused, Rule, Template};

/// What all begin with, up to the first wildcard or query, and a `*`: the narrowest single pattern
/// that covers all, since CloudFront takes one statement only.
///
/// They share a site, so that it ends in the path at the earliest; and it never ends inside of an
/// escape, or inside of a `{claim}` that every viewer fills otherwise.
pub(crate) fn cover<'p>(patterns: impl IntoIterator<Item = &'p str>) -> String {
    let mut patterns = patterns.into_iter();
    let Some(first) = patterns.next() else { return String::new() };
    let mut is_single = true;
    let fixed = |pattern: &'p str| pattern.split(['*', '?']).next().unwrap_or_default();
    let mut common = fixed(first).to_owned();
    for next in patterns.filter(|next| *next != first) {
        is_single = false;
        let both = common.chars().zip(fixed(next).chars());
        common = both.take_while(|(left, right)| left == right).map(|(left, _)| left).collect();
    }
    if is_single {
        return first.to_owned();
    }
    let open = common.rfind('{').filter(|at| !common.get(*at..).unwrap_or_default().contains('}'));
    let escape = common.rfind('%').filter(|at| common.len().saturating_sub(*at) < "%XX".len());
    if let Some(end) = open.or(escape) {
        common.truncate(end);
    }
    common.push('*');
    common
}

/// Refuses what an edge that does not demand claims would not hold viewers to.
pub(super) fn check_at_edge(rules: &[Rule], claims: EdgeClaims) -> Result<(), GrantsRefused> {
    let Some(reason) = claims.without_token() else { return Ok(()) };
    for (at, rule) in rules.iter().enumerate() {
        if let Some(member) = rule.only_in_claims() {
            let fault = GrantsFault::OnlyInClaims { claims, reason };
            return Err(fault.of(format!("grant `{}`, {member}", rule.name)));
        }
        // A viewer may have any of the grants of one path, each alone or with others. If one pattern
        // covers each two of them, one covers all.
        let with_others = rules.iter().take(at + 1).rev();
        for other in with_others.filter(|other| other.path == rule.path) {
            if !rule.gives_cookies() || !other.gives_cookies() {
                continue;
            }
            let resources: Vec<&str> =
                other.resources.iter().chain(&rule.resources).map(Template::as_str).collect();
            let cover = cover(resources.iter().copied());
            if resources.contains(&cover.as_str()) {
                continue;
            }
            let mut resources: Vec<String> = resources.into_iter().map(str::to_owned).collect();
            resources.dedup();
            let member = if core::ptr::eq(rule, other) {
                format!("grant `{}`", rule.name)
            } else {
                format!("grants `{}` and `{}`", other.name, rule.name)
            };
            let fault = GrantsFault::WiderPolicy { cover, resources, claims, reason };
            return Err(fault.of(member));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::grants::signable;

    #[test]
    fn the_cover_is_narrow_and_never_cuts_an_escape() {
        for (patterns, narrow) in [
            (["https://h/standard/*", "https://h/u/a/*"], "https://h/*"),
            (["https://h/film-1/*", "https://h/film-2/*"], "https://h/film-*"),
            (["https://h/*", "https://h/a/b"], "https://h/*"),
            (["https://h/a", "https://h/a?x=1"], "https://h/a*"),
            (["https://h/a?x=1", "https://h/a?x=2"], "https://h/a*"),
            (["https://h/a%20b/*", "https://h/a%21b/*"], "https://h/a*"),
            (["https://h/a%20b/*", "https://h/a%20c/*"], "https://h/a%20*"),
            (["https://h/a/b.mp4", "https://h/a/b.mp4"], "https://h/a/b.mp4"),
        ] {
            assert_eq!(cover(patterns), narrow);
            assert!(signable(narrow).is_ok());
        }
        for (patterns, narrow) in [
            (["https://h/u/{sub}/a", "https://h/u/{sub}/b"], "https://h/u/{sub}/*"),
            (["https://h/u/{sub}/*", "https://h/u/{sid}/*"], "https://h/u/*"),
            (["https://h/u/{sub}/*", "https://h/u/{sub}/b"], "https://h/u/{sub}/*"),
            (["https://h/u/{sub}/*", "https://h/u/alice/*"], "https://h/u/*"),
        ] {
            assert_eq!(cover(patterns), narrow);
        }
    }
}
