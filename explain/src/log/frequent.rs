//! The most frequent of very many names, in bounded memory.

use std::collections::HashMap;

/// How many names are counted at a time.
const MOST: usize = 4096;

/// Counts after Misra and Gries (1982): when the table is full everyone loses one, so that what is
/// frequent stays. A count is too low by at most the number of such losses.
#[derive(Debug, Default)]
pub(super) struct Frequent {
    counts: HashMap<Box<[u8]>, u64>,
}

impl Frequent {
    pub(super) fn add(&mut self, name: &[u8]) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
        } else if self.counts.len() < MOST {
            self.counts.insert(name.into(), 1);
        } else {
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }

    pub(super) fn most(&self, wanted: usize) -> Vec<(String, u64)> {
        let mut all: Vec<(&[u8], u64)> =
            self.counts.iter().map(|(name, count)| (&**name, *count)).collect();
        all.sort_by(|(name, count), (other, others)| others.cmp(count).then(name.cmp(other)));
        all.truncate(wanted);
        all.into_iter()
            .map(|(name, count)| (String::from_utf8_lossy(name).into_owned(), count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_frequent_stays() {
        let mut frequent = Frequent::default();
        for at in 0..100_000_u32 {
            frequent.add(format!("/rare/{at}").as_bytes());
            if at % 3 == 0 {
                frequent.add(b"/often");
            }
        }
        let most = frequent.most(1);
        assert_eq!(most.first().map(|(name, _)| name.as_str()), Some("/often"));
        assert!(frequent.counts.len() <= MOST);
    }
}
