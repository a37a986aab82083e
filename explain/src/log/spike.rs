//! Where the 403s rose far above what they were before.

use policy::UnixTime;

use super::timeline::Bin;

/// Fewer refusals in all are no spike.
const LEAST: u64 = 20;

/// How many times what was usual before.
const TIMES: u64 = 5;

/// A rise of the 403s.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Spike {
    /// The first second of the bin in which they rose.
    pub from: UnixTime,
    /// The first second after the last bin of the rise.
    pub until: UnixTime,
    /// 403s from then until then.
    pub denied: u64,
    /// 403s in a bin before, in the median.
    pub usual: u64,
}

impl Spike {
    /// The rise that leads to the bin with the most 403s.
    pub(super) fn of(bins: &[Bin], seconds: u64) -> Option<Self> {
        let (peak, most) = bins.iter().enumerate().max_by_key(|(_, bin)| bin.denied)?;
        let is_high = |bin: &&Bin| bin.denied.saturating_mul(2) >= most.denied;
        let earlier = bins.get(..peak)?;
        let first = peak - earlier.iter().rev().take_while(is_high).count();
        let usual = median(bins.get(..first)?)?;
        let high: Vec<&Bin> = bins.get(first..)?.iter().take_while(is_high).collect();
        let denied = high.iter().map(|bin| bin.denied).sum();
        if denied < LEAST || most.denied < usual.max(1).saturating_mul(TIMES) {
            return None;
        }
        let width = i64::try_from(seconds).ok()?;
        Some(Self {
            from: UnixTime::from_seconds(high.first()?.start)?,
            until: UnixTime::from_seconds(high.last()?.start.checked_add(width)?)?,
            denied,
            usual,
        })
    }

    /// Whether a moment lies in the bin in which the 403s rose, or the one before.
    pub fn begins_at(&self, time: UnixTime, bin_seconds: u64) -> bool {
        let width = i64::try_from(bin_seconds).unwrap_or(i64::MAX);
        let after = time.as_seconds().saturating_sub(self.from.as_seconds());
        (width.saturating_neg()..width).contains(&after)
    }
}

/// None without any bin: then nothing tells what was usual.
fn median(bins: &[Bin]) -> Option<u64> {
    let mut denied: Vec<u64> = bins.iter().map(|bin| bin.denied).collect();
    denied.sort_unstable();
    denied.get(denied.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    fn spike(denied: &[u64]) -> Option<(i64, i64, u64, u64)> {
        let bins: Vec<Bin> = (0..)
            .zip(denied)
            .map(|(at, denied)| Bin { start: at * 60, requests: 1000, denied: *denied })
            .collect();
        let Spike { from, until, denied, usual } = Spike::of(&bins, 60)?;
        Some((from.as_seconds(), until.as_seconds(), denied, usual))
    }

    #[test]
    fn a_rise_begins_where_the_403s_rose() {
        assert_eq!(spike(&[2, 1, 3, 100, 90, 95, 2]), Some((180, 360, 285, 2)));
        assert_eq!(spike(&[0, 0, 0, 0, 40]), Some((240, 300, 40, 0)));
        assert_eq!(spike(&[40, 45, 41, 60]), None, "as before");
        assert_eq!(spike(&[0, 3, 2, 9]), None, "few");
        assert_eq!(spike(&[100, 90, 95]), None, "from the start: nobody knows what was usual");
        assert_eq!(spike(&[]), None);
    }

    #[test]
    fn a_change_fits_the_rise_or_does_not() {
        let at = |seconds| UnixTime::from_seconds(seconds).unwrap();
        let spike = Spike { from: at(600), until: at(900), denied: 100, usual: 1 };
        assert!(spike.begins_at(at(600), 60) && spike.begins_at(at(659), 60));
        assert!(spike.begins_at(at(541), 60));
        assert!(!spike.begins_at(at(660), 60) && !spike.begins_at(at(530), 60));
    }
}
