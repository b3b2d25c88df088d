//! The bars of the last days, as numbers that an SVG takes.

use super::{Day, TokenPage};

/// A bar: what was done below, what was refused on top of it.
pub(crate) struct Bar {
    pub(crate) x: usize,
    pub(crate) done_y: u64,
    pub(crate) done_height: u64,
    pub(crate) refused_y: u64,
    pub(crate) refused_height: u64,
    pub(crate) day: Day,
}

/// Height of the tallest bar.
const HEIGHT: u64 = 100;
/// From one bar to the next.
const STEP: usize = 24;

impl TokenPage {
    /// The bars, scaled to the busiest day. What is not nothing is seen.
    pub(crate) fn bars(&self) -> Vec<Bar> {
        let most = self.busiest().max(1);
        let scaled = |count: u64| {
            if count == 0 { 0 } else { (count.saturating_mul(HEIGHT) / most).clamp(2, HEIGHT) }
        };
        let bar = |(at, day): (usize, &Day)| {
            let refused_height = scaled(day.refused);
            let done_height = scaled(day.done).min(HEIGHT - refused_height);
            Bar {
                x: at * STEP,
                done_y: HEIGHT - done_height,
                done_height,
                refused_y: HEIGHT - done_height - refused_height,
                refused_height,
                day: *day,
            }
        };
        self.days.iter().enumerate().map(bar).collect()
    }

    /// Requests of the busiest day.
    pub(crate) fn busiest(&self) -> u64 {
        let all = self.days.iter().map(|day| day.done.saturating_add(day.refused));
        all.max().unwrap_or_default()
    }

    /// Requests that were forwarded.
    pub(crate) fn done(&self) -> u64 {
        self.days.iter().fold(0, |sum, day| sum.saturating_add(day.done))
    }

    /// Requests that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.days.iter().fold(0, |sum, day| sum.saturating_add(day.refused))
    }

    /// How wide all bars are together.
    pub(crate) fn width(&self) -> usize {
        self.days.len().max(1) * STEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::token::sample;

    #[test]
    fn bars_keep_within_their_height_and_show_what_is_little() {
        let mut page = sample::usual();
        page.days = vec![
            Day { done: u64::MAX, refused: u64::MAX, ..page.days[0] },
            Day { done: 1, refused: 0, ..page.days[0] },
            Day { done: 0, refused: 0, ..page.days[0] },
        ];
        let bars = page.bars();
        assert!(bars.iter().all(|bar| bar.done_height + bar.refused_height <= HEIGHT));
        assert_eq!((bars[1].done_height, bars[2].done_height), (2, 0));
    }
}
