//! What the form offers, and what policy says at each field.

use gatepass_model::{Lifetime, Timestamp};

use super::{CreateToken, CreateValues, LimitValues, text};
use crate::chrome::Chrome;
use crate::part::Place;

/// A choice of when a token ends.
pub(crate) struct EndChoice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    /// When that is.
    pub(crate) end: Option<Timestamp>,
    pub(crate) is_chosen: bool,
    /// Beyond what policy allows.
    pub(crate) is_beyond: bool,
}

/// The spans that are offered.
const SPANS: [(&str, u32); 4] = [("30d", 30), ("90d", 90), ("180d", 180), ("365d", 365)];

impl CreateToken {
    /// When a token may end.
    pub(crate) fn ends(&self, chrome: &Chrome) -> Vec<EndChoice> {
        let text = text::TEXT.of(chrome.language);
        let longest = self.bounds.longest_lifetime.as_ref().map(|bound| bound.value);
        let chosen = self.values.expires.as_str();
        let span = |(value, days): (&'static str, u32)| {
            let span = Lifetime::from_days(days);
            EndChoice {
                value,
                label: chrome.lifetime(&span),
                end: Some(chrome.now.plus(span)),
                is_chosen: chosen == value,
                is_beyond: longest.is_some_and(|longest| span > longest),
            }
        };
        let other = |value, label: &str, is_beyond| EndChoice {
            value,
            label: label.to_owned(),
            end: None,
            is_chosen: chosen == value,
            is_beyond,
        };
        let mut choices: Vec<EndChoice> = SPANS.into_iter().map(span).collect();
        choices.push(other("never", text.expires_never, longest.is_some()));
        choices.push(other("date", text.expires_on, false));
        // Who may set policy aside may ask for more.
        if self.may_override {
            for choice in &mut choices {
                choice.is_beyond = false;
            }
        }
        choose_within(&mut choices);
        choices
    }

    /// What the date field holds: the latest day that policy allows, where only a date is left.
    pub(crate) fn date(&self, chrome: &Chrome) -> String {
        let typed = self.values.expires_date.clone();
        let is_left =
            self.ends(chrome).iter().all(|choice| choice.is_beyond || choice.value == "date");
        match self.bounds.latest_end(chrome.now) {
            Some(latest) if typed.is_empty() && is_left => crate::words::date_value(&latest),
            _ => typed,
        }
    }

    /// Whether an instance is ticked.
    pub(crate) fn is_ticked(&self, place: &Place) -> bool {
        self.values.instances.iter().any(|name| name == place.name.as_str())
    }

    /// Whether policy lets a token work there.
    pub(crate) fn is_open(&self, place: &Place) -> bool {
        let bound = self.bounds.instances.as_ref().filter(|_| !self.may_override);
        bound.is_none_or(|bound| bound.value.iter().any(|name| name == place.name.as_str()))
    }

    /// Whether it only reads, whatever is chosen.
    pub(crate) fn is_forced_to_read(&self) -> bool {
        self.bounds.read_only.is_some()
    }

    /// Whether what is folded away must be seen: something is in it, or wrong with it.
    pub(crate) fn is_unfolded(&self) -> bool {
        const FOLDED: [&str; 11] = [
            "integration",
            "allow",
            "deny",
            "headers",
            "admin",
            "rate",
            "burst",
            "concurrency",
            "bytes_per_day",
            "heavy_rate",
            "heavy_concurrency",
        ];
        let is_asked = self.bounds.integration_required.is_some();
        let is_wrong = self.faults.iter().any(|fault| FOLDED.contains(&fault.field));
        is_asked || is_wrong || self.values.has_more()
    }

    /// The names of the instances that policy leaves, as people call them.
    pub(crate) fn open_places(&self, chrome: &Chrome) -> String {
        let open = self.places.iter().filter(|place| self.is_open(place));
        chrome.listed(&open.map(|place| place.title.clone()).collect::<Vec<_>>())
    }
}

/// A choice that can't be chosen is not sent: instead of it, the longest span within the bound is
/// chosen, or a date where none is.
fn choose_within(choices: &mut [EndChoice]) {
    if !choices.iter().any(|choice| choice.is_chosen && choice.is_beyond) {
        return;
    }
    let span = choices.iter().rposition(|choice| choice.end.is_some() && !choice.is_beyond);
    let date = choices.iter().position(|choice| choice.value == "date");
    for (at, choice) in choices.iter_mut().enumerate() {
        choice.is_chosen = Some(at) == span.or(date);
    }
}

impl CreateValues {
    fn has_more(&self) -> bool {
        let texts = [&self.integration, &self.allow, &self.deny, &self.headers];
        self.admin || texts.iter().any(|text| !text.is_empty()) || !self.limits.is_empty()
    }
}

impl LimitValues {
    /// Whether nothing is typed.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::chrome::{Language, Theme};
    use crate::page::create::{Ruled, sample};

    fn chosen(longest: &str) -> (&'static str, String) {
        let mut form = sample::empty();
        let value = longest.parse().unwrap();
        form.bounds.longest_lifetime = Some(Ruled { value, rule: None });
        let chrome = crate::sample::chrome(Language::English, Theme::System);
        let chosen: Vec<_> =
            form.ends(&chrome).into_iter().filter(|choice| choice.is_chosen).collect();
        assert_eq!(chosen.len(), 1);
        assert!(!chosen[0].is_beyond);
        (chosen[0].value, form.date(&chrome))
    }

    #[test]
    fn what_is_chosen_is_always_within_the_bound() {
        assert_eq!(chosen("365d"), ("90d", String::new()));
        assert_eq!(chosen("60d"), ("30d", String::new()));
        assert_eq!(chosen("7d"), ("date", "2026-12-08".to_owned()));
    }
}
