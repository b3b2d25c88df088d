//! Dates and times.

use gatepass_model::{Lifetime, Timestamp};

use super::html::Html;
use super::{de, en};
use crate::chrome::{Chrome, Language};

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Days that people think of as soon.
const SOON_DAYS: u32 = 14;

fn civil(moment: Timestamp) -> Option<jiff::civil::DateTime> {
    let stamp = jiff::Timestamp::from_second(moment.as_seconds()).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(stamp))
}

/// `1 March 2027`, `1. März 2027`.
pub(super) fn date(language: Language, moment: Timestamp) -> String {
    let Some(civil) = civil(moment) else { return moment.to_string() };
    let month = usize::from(civil.month().unsigned_abs()).saturating_sub(1);
    match language {
        Language::English => {
            let month = MONTHS_EN.get(month).copied().unwrap_or_default();
            format!("{} {month} {}", civil.day(), civil.year())
        }
        Language::German => {
            let month = MONTHS_DE.get(month).copied().unwrap_or_default();
            format!("{}. {month} {}", civil.day(), civil.year())
        }
    }
}

/// `1 March 2027, 14:30 UTC`.
pub(super) fn moment(language: Language, moment: Timestamp) -> String {
    let Some(civil) = civil(moment) else { return moment.to_string() };
    format!("{}, {:02}:{:02} UTC", date(language, moment), civil.hour(), civil.minute())
}

/// A moment in a sentence: without its time of day at midnight.
pub(super) fn end(language: Language, at: Timestamp) -> String {
    if at.as_seconds() % DAY == 0 { date(language, at) } else { moment(language, at) }
}

/// `3 hours ago`, `in 12 days`.
pub(super) fn relative(language: Language, at: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_seconds() - at.as_seconds();
    let distance = seconds.abs();
    if distance < MINUTE {
        return match (language, seconds < 0) {
            (Language::English, false) => "just now",
            (Language::English, true) => "in a moment",
            (Language::German, false) => "gerade eben",
            (Language::German, true) => "gleich",
        }
        .to_owned();
    }
    let span = span(language, distance);
    match (language, seconds < 0) {
        (Language::English, false) => format!("{span} ago"),
        (Language::German, false) => format!("vor {span}"),
        (_, true) => format!("in {span}"),
    }
}

/// A distance in the largest unit that says it well. In German it stands in the dative, which
/// is what `vor` and `in` ask for.
fn span(language: Language, seconds: i64) -> String {
    let (count, en_one, en_other, de_one, de_other) = if seconds < HOUR {
        (seconds / MINUTE, "minute", "minutes", "Minute", "Minuten")
    } else if seconds < 2 * DAY {
        (seconds / HOUR, "hour", "hours", "Stunde", "Stunden")
    } else if seconds < 60 * DAY {
        (seconds / DAY, "day", "days", "Tag", "Tagen")
    } else if seconds < 730 * DAY {
        (seconds / (30 * DAY), "month", "months", "Monat", "Monaten")
    } else {
        (seconds / (365 * DAY), "year", "years", "Jahr", "Jahren")
    };
    let count = count.unsigned_abs();
    match language {
        Language::English => en::counted(count, en_one, en_other),
        Language::German => de::counted(count, de_one, de_other),
    }
}

/// `90 days`, `12 hours`.
pub(super) fn lifetime(language: Language, lifetime: Lifetime) -> String {
    let seconds = lifetime.as_millis() / 1000;
    let (unit, en_one, en_other, de_one, de_other) = if seconds % DAY == 0 {
        (DAY, "day", "days", "Tag", "Tage")
    } else if seconds % HOUR == 0 {
        (HOUR, "hour", "hours", "Stunde", "Stunden")
    } else {
        (MINUTE, "minute", "minutes", "Minute", "Minuten")
    };
    let count = (seconds / unit).unsigned_abs();
    match language {
        Language::English => en::counted(count, en_one, en_other),
        Language::German => de::counted(count, de_one, de_other),
    }
}

/// `2027-03-01`: what a date field holds.
pub(crate) fn date_value(at: &Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

fn time_element(at: Timestamp, title: &str, shown: &str) -> Html {
    Html::new()
        .markup("<time datetime=\"")
        .text(&at.to_string())
        .markup("\" title=\"")
        .text(title)
        .markup("\">")
        .text(shown)
        .markup("</time>")
}

impl Chrome {
    /// `3 hours ago`, with the exact time in its title.
    pub(crate) fn ago(&self, at: &Timestamp) -> Html {
        let exact = moment(self.language, *at);
        time_element(*at, &exact, &relative(self.language, *at, self.now))
    }

    /// `1 March 2027, 14:30 UTC`, with its distance in the title.
    pub(crate) fn moment(&self, at: &Timestamp) -> Html {
        let distance = relative(self.language, *at, self.now);
        time_element(*at, &distance, &moment(self.language, *at))
    }

    /// `1 March 2027`, with the exact time in its title.
    pub(crate) fn date(&self, at: &Timestamp) -> Html {
        let exact = moment(self.language, *at);
        time_element(*at, &exact, &date(self.language, *at))
    }

    /// `1 March 2027, 14:30 UTC`, as a text.
    pub(crate) fn moment_text(&self, at: &Timestamp) -> String {
        moment(self.language, *at)
    }

    /// An end in a sentence, as a text: without its time of day at midnight.
    pub(crate) fn end_text(&self, at: &Timestamp) -> String {
        end(self.language, *at)
    }

    /// `1 March 2027`, as a text.
    pub(crate) fn date_text(&self, at: &Timestamp) -> String {
        date(self.language, *at)
    }

    /// `90 days`.
    pub(crate) fn lifetime(&self, span: &Lifetime) -> String {
        lifetime(self.language, *span)
    }

    /// Whether a moment to come is near.
    pub(crate) fn is_soon(&self, at: &Timestamp) -> bool {
        *at > self.now && *at <= self.now.plus(Lifetime::from_days(SOON_DAYS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chrome::Language::{English, German};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_written_as_each_language_does() {
        let spring = at("2027-03-01T14:30:00Z");
        assert_eq!(moment(English, spring), "1 March 2027, 14:30 UTC");
        assert_eq!(moment(German, spring), "1. März 2027, 14:30 UTC");
        assert_eq!(end(German, at("2027-12-24")), "24. Dezember 2027");
    }

    #[test]
    fn distances_are_told_in_the_largest_unit_that_says_them_well() {
        let now = at("2027-03-01T14:30:00Z");
        let told = |text: &str| (relative(English, at(text), now), relative(German, at(text), now));
        for (moment, english, german) in [
            ("2027-03-01T14:29:30Z", "just now", "gerade eben"),
            ("2027-03-01T14:29:00Z", "1 minute ago", "vor 1 Minute"),
            ("2027-03-01T11:30:00Z", "3 hours ago", "vor 3 Stunden"),
            ("2027-02-27T14:30:00Z", "2 days ago", "vor 2 Tagen"),
            ("2026-12-01T14:30:00Z", "3 months ago", "vor 3 Monaten"),
            ("2024-03-01T14:30:00Z", "3 years ago", "vor 3 Jahren"),
            ("2027-03-13T14:30:00Z", "in 12 days", "in 12 Tagen"),
        ] {
            assert_eq!(told(moment), (english.to_owned(), german.to_owned()));
        }
    }

    #[test]
    fn spans_are_told_in_whole_units() {
        assert_eq!(lifetime(English, "365d".parse().unwrap()), "365 days");
        assert_eq!(lifetime(German, "36h".parse().unwrap()), "36 Stunden");
        assert_eq!(lifetime(German, "1d".parse().unwrap()), "1 Tag");
    }
}
