//! Which behaviour of a distribution answers a path.

use policy::wildcards_match;

use crate::evidence::{Behavior, Distribution};

impl Distribution {
    /// The behaviours whose pattern the path matches, in the order in which CloudFront asks them;
    /// the first one answers, the default one is last.
    pub(crate) fn behaviors_for(&self, path: &str) -> Vec<&Behavior> {
        let matches = |behavior: &&Behavior| {
            let pattern = &behavior.path_pattern;
            // A pattern may leave out the first slash.
            let path = if pattern.starts_with(['/', '*']) {
                path
            } else {
                path.strip_prefix('/').unwrap_or(path)
            };
            wildcards_match(pattern, path)
        };
        let named = self.config.cache_behaviors.items.iter().filter(matches);
        named.chain([&self.config.default_cache_behavior]).collect()
    }
}
