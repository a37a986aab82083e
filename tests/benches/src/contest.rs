//! Several ways to do one thing, measured in turns.
//!
//! The machine may be shared and its speed may change at any moment, so nobody runs alone: each
//! round gives every contestant a short turn, the first place goes around, and ratios are taken
//! within a round before the median over all rounds is.

use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// An odd number, so that the median is one of the measurements.
const ROUNDS: usize = 301;

/// Long enough for the clock, and well within the few milliseconds after which a busy machine's
/// scheduler gives the processor to another process.
const TURN: Duration = Duration::from_millis(1);

/// Before each turn. A process that waited for its peers starts with all of the scheduler's time
/// slice, one that computed has used it up: on a busy machine only the latter would be interrupted.
const PAUSE: Duration = Duration::from_millis(1);

/// Does the thing so many times, and says how long that took.
type Run<'a> = Box<dyn FnMut(u32) -> Duration + 'a>;

pub struct Contest<'a> {
    title: &'static str,
    contestants: Vec<(String, Run<'a>)>,
}

impl<'a> Contest<'a> {
    pub fn new(title: &'static str) -> Self {
        Self { title, contestants: Vec::new() }
    }

    /// A contestant in this process.
    pub fn enter<T>(&mut self, name: &str, mut once: impl FnMut() -> T + 'a) {
        self.enter_elsewhere(name, move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(once());
            }
            start.elapsed()
        });
    }

    /// A contestant that keeps the time itself.
    pub fn enter_elsewhere(&mut self, name: &str, run: impl FnMut(u32) -> Duration + 'a) {
        self.contestants.push((name.to_owned(), Box::new(run)));
    }

    /// Runs it, with ratios to the contestant named.
    pub fn run(mut self, reference: &'static str) -> Standing {
        let times: Vec<u32> = self.contestants.iter_mut().map(|(_, run)| warm_up(run)).collect();
        let count = self.contestants.len();
        let mut rounds = vec![vec![0.0; count]; ROUNDS];
        for (number, round) in rounds.iter_mut().enumerate() {
            for turn in 0..count {
                let who = (number + turn) % count;
                sleep(PAUSE);
                let elapsed = (self.contestants[who].1)(times[who]);
                round[who] = elapsed.as_secs_f64() * 1e6 / f64::from(times[who]);
            }
        }
        let names: Vec<String> = self.contestants.into_iter().map(|(name, _)| name).collect();
        let base = names.iter().position(|name| name == reference).expect("a contestant");
        let row = |who: usize| Row {
            microseconds: median(rounds.iter().map(|round| round[who])),
            ratio: median(rounds.iter().map(|round| round[who] / round[base])),
        };
        let rows = (0..count).map(row).collect();
        Standing { title: self.title, reference, names, rows }
    }
}

/// What one takes beyond the other, in microseconds, where that is little of what either takes:
/// each is run once, right after the other, they take turns in being first, and the median is of the
/// differences of such neighbours.
pub fn beyond<T, U>(mut one: impl FnMut() -> T, mut other: impl FnMut() -> U) -> f64 {
    let mut one = || microseconds(&mut one);
    let mut other = || microseconds(&mut other);
    let difference = |round| {
        if round % 2 == 0 {
            one() - other()
        } else {
            let other = other();
            one() - other
        }
    };
    median((0..ROUNDS * 10).map(difference))
}

fn microseconds<T>(once: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    black_box(once());
    start.elapsed().as_secs_f64() * 1e6
}

/// How many times fill a turn, found by trying, which warms up caches and compilers too.
fn warm_up(run: &mut Run<'_>) -> u32 {
    let start = Instant::now();
    let (mut times, mut fastest) = (1, f64::INFINITY);
    while start.elapsed() < TURN * 100 {
        let elapsed = run(times);
        fastest = fastest.min(elapsed.as_secs_f64() / f64::from(times));
        if elapsed < TURN {
            times *= 2;
        }
    }
    ((TURN.as_secs_f64() / fastest) as u32).max(1)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The result of a contest.
pub struct Standing {
    title: &'static str,
    reference: &'static str,
    names: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy)]
pub struct Row {
    pub microseconds: f64,
    /// To the reference.
    pub ratio: f64,
}

impl Standing {
    pub fn of(&self, name: &str) -> Row {
        let place = self.names.iter().position(|other| other == name).expect("a contestant");
        self.rows[place]
    }

    pub fn print(&self) {
        println!("| {} | median, µs | × {} |\n| --- | ---: | ---: |", self.title, self.reference);
        for (name, row) in self.names.iter().zip(&self.rows) {
            println!("| {name} | {:.1} | {:.2} |", row.microseconds, row.ratio);
        }
        println!();
    }
}

/// Prints whether a figure is as low as it is to be.
pub fn goal(what: &str, figure: f64, limit: f64) {
    let verdict = if figure <= limit { "reached" } else { "**missed**" };
    println!("- {what}: goal {limit}, measured {figure:.2}: {verdict}");
}
