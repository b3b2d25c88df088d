//! What a test runner's closing lines say: how many tests passed, how many did not run.

use anyhow::{Result, bail};

/// Counts of one runner's closing lines, added up.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Counts {
    passed: u64,
    skipped: u64,
}

impl Counts {
    /// Of all closing lines among what `cargo nextest`, `cargo test` or `pytest` printed.
    pub(super) fn of(lines: &[String]) -> Self {
        let mut counts = Self::default();
        for line in lines.iter().filter(|line| is_closing(line)) {
            let words: Vec<_> = line.split_whitespace().map(bare).collect();
            for (number, word) in words.iter().zip(words.iter().skip(1)) {
                let Ok(number) = number.parse::<u64>() else { continue };
                match *word {
                    "passed" => counts.passed += number,
                    // cargo, nextest, pytest; an expected failure is a test that proves nothing.
                    "ignored" | "skipped" | "deselected" | "xfailed" => counts.skipped += number,
                    _ => {}
                }
            }
        }
        counts
    }

    /// The summary's words; a test that did not run is an error.
    pub(super) fn all_ran(&self) -> Result<String> {
        if self.skipped > 0 {
            bail!("{} tests passed, but {} did not run", self.passed, self.skipped);
        }
        Ok(format!("{} passed", self.passed))
    }

    /// As [`Self::all_ran`]; a suite without a test is an error too.
    pub(super) fn some_ran(&self) -> Result<String> {
        if self.passed == 0 {
            bail!("no test ran");
        }
        self.all_ran()
    }
}

fn is_closing(line: &str) -> bool {
    let line = line.trim();
    // cargo test; nextest; pytest, with and without -q.
    line.starts_with("test result: ")
        || line.starts_with("Summary [")
        || line.trim_matches(['=', ' ']).rsplit_once(" in ").is_some_and(|(counts, time)| {
            time.split([' ', 's']).next().is_some_and(|time| time.parse::<f64>().is_ok())
                && counts.split(", ").all(|count| count.split(' ').count() == 2)
        })
}

fn bare(word: &str) -> &str {
    word.trim_matches(['=', ',', ';', '.', '(', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> (u64, u64) {
        let lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        let Counts { passed, skipped } = Counts::of(&lines);
        (passed, skipped)
    }

    #[test]
    fn the_closing_lines_of_all_runners_are_read() {
        let nextest = "     Summary [   0.012s] 41 tests run: 41 passed (1 leaky), 2 skipped";
        let test = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(of(&[nextest]), (41, 2));
        assert_eq!(of(&[test, "running 3 tests", test]), (10, 2));
        assert_eq!(of(&["3 passed in 0.12s"]), (3, 0));
        assert_eq!(of(&["=== 3 passed, 1 skipped, 2 warnings in 62.12s (0:01:02) ==="]), (3, 1));
    }

    #[test]
    fn what_tests_print_is_not_counted() {
        assert_eq!(of(&["9 passed", "it 9 passed in time", "we saw 9 passed in 3 s", ""]), (0, 0));
    }

    #[test]
    fn a_suite_where_a_test_or_all_did_not_run_fails() {
        let counts = |passed, skipped| Counts { passed, skipped };
        assert_eq!(counts(3, 0).some_ran().unwrap(), "3 passed");
        assert!(counts(3, 1).some_ran().is_err());
        assert!(counts(0, 0).some_ran().is_err());
        assert!(counts(0, 0).all_ran().is_ok());
    }
}
