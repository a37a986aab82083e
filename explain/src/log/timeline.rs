//! Requests over time, in a bounded number of bins.

use std::collections::BTreeMap;

use policy::UnixTime;

/// When there are more bins, two and two become one.
const MOST: usize = 2048;

/// How many bins are shown.
const SHOWN: u64 = 48;

/// Requests of one stretch of time.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Bin {
    /// Its first second.
    pub start: i64,
    /// All requests.
    pub requests: u64,
    /// Those answered 403.
    pub denied: u64,
}

/// Bins, and how wide each is.
#[derive(Debug)]
pub(super) struct Bins {
    pub(super) seconds: u64,
    pub(super) bins: Vec<Bin>,
}

/// Starts with minutes and doubles their width when they get too many.
#[derive(Debug)]
pub(super) struct Timeline {
    seconds: i64,
    bins: BTreeMap<i64, (u64, u64)>,
    /// The bin that was counted into last: lines come mostly in order.
    last: Option<(i64, (u64, u64))>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { seconds: 60, bins: BTreeMap::new(), last: None }
    }
}

impl Timeline {
    pub(super) fn add(&mut self, time: UnixTime, denied: bool) {
        let number = time.as_seconds() / self.seconds;
        match &mut self.last {
            Some((last, counts)) if *last == number => {
                counts.0 += 1;
                counts.1 += u64::from(denied);
            }
            _ => {
                self.put_last_away();
                self.last = Some((number, (1, u64::from(denied))));
            }
        }
    }

    fn put_last_away(&mut self) {
        if let Some((number, (requests, denied))) = self.last.take() {
            let counts = self.bins.entry(number).or_default();
            counts.0 += requests;
            counts.1 += denied;
            if self.bins.len() > MOST {
                self.double();
            }
        }
    }

    fn double(&mut self) {
        self.seconds *= 2;
        let bins = core::mem::take(&mut self.bins);
        for (number, (requests, denied)) in bins {
            let counts = self.bins.entry(number.div_euclid(2)).or_default();
            counts.0 += requests;
            counts.1 += denied;
        }
    }

    fn seconds(&self) -> u64 {
        let mut seconds = self.seconds.unsigned_abs();
        let span = self.span();
        while span / seconds > SHOWN {
            seconds = WIDTHS.into_iter().find(|width| *width > seconds).unwrap_or(seconds * 2);
        }
        seconds
    }

    fn span(&self) -> u64 {
        let numbers = || self.bins.keys().copied().chain(self.last.map(|(number, _)| number));
        let (first, last) = (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0));
        first.abs_diff(last).saturating_mul(self.seconds.unsigned_abs())
    }

    /// At most about [`SHOWN`], without gaps.
    pub(super) fn bins(mut self) -> Bins {
        let seconds = self.seconds();
        let width = i64::try_from(seconds).unwrap_or(i64::MAX);
        self.put_last_away();
        let mut shown: BTreeMap<i64, Bin> = BTreeMap::new();
        for (number, (requests, denied)) in &self.bins {
            let start = number.saturating_mul(self.seconds).div_euclid(width) * width;
            let bin = shown.entry(start).or_default();
            (bin.start, bin.requests, bin.denied) =
                (start, bin.requests + requests, bin.denied + denied);
        }
        let ends = (shown.keys().next().copied(), shown.keys().next_back().copied());
        let (Some(first), Some(last)) = ends else { return Bins { seconds, bins: Vec::new() } };
        let count = usize::try_from((last - first) / width).unwrap_or(0);
        let bins = (0..=count)
            .filter_map(|at| Some(first + i64::try_from(at).ok()?.checked_mul(width)?))
            .map(|start| shown.get(&start).copied().unwrap_or(Bin { start, ..Bin::default() }))
            .collect();
        Bins { seconds, bins }
    }
}

/// Widths that people like: 1, 5, 10, 15, 30 minutes, hours, days.
const WIDTHS: [u64; 12] =
    [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn nothing_is_lost_in_few_bins() {
        let mut timeline = Timeline::default();
        for minute in 0..30_000_i64 {
            let time = UnixTime::from_seconds(1_795_000_000 + minute * 61).unwrap();
            timeline.add(time, minute % 10 == 0);
        }
        let Bins { bins, .. } = timeline.bins();
        assert!(bins.len() <= 50, "{}", bins.len());
        assert_eq!(bins.iter().map(|bin| bin.requests).sum::<u64>(), 30_000);
        assert_eq!(bins.iter().map(|bin| bin.denied).sum::<u64>(), 3000);
    }
}
