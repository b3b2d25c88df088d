//! A form as its template asks for it: which field is wrong, and how.

use crate::chrome::Chrome;
use crate::fault::{FORM, FieldFault};

/// A form's faults, in the language of the page.
pub(crate) struct Form<'a> {
    chrome: &'a Chrome,
    faults: &'a [FieldFault],
    labels: Vec<(&'static str, &'static str)>,
}

/// A field as its template asks for it.
pub(crate) struct FormField {
    /// Its name, and the beginning of the ids of what belongs to it.
    pub(crate) name: String,
    /// What is wrong with it.
    pub(crate) faults: Vec<String>,
    /// Whether it is the first wrong one, which gets the focus.
    pub(crate) is_first: bool,
}

impl FormField {
    /// Whether something is wrong with it.
    pub(crate) fn is_bad(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// A fault as the summary at the top lists it.
pub(crate) struct SummaryLine {
    /// The field to go to; empty for the form as a whole.
    pub(crate) field: &'static str,
    /// What the page calls it; empty where that says nothing.
    pub(crate) label: &'static str,
    /// What is wrong.
    pub(crate) words: String,
}

impl<'a> Form<'a> {
    /// The same, with what the page calls its fields.
    pub(crate) fn labelled(self, labels: Vec<(&'static str, &'static str)>) -> Form<'a> {
        Self { labels, ..self }
    }

    /// What the page calls a field. Limits are called the same whatever stands before their name.
    fn label(&self, field: &str) -> &'static str {
        let exact = self.labels.iter().find(|(name, _)| *name == field);
        let limit = || {
            self.labels.iter().find(|(name, _)| {
                field.strip_suffix(name).is_some_and(|prefix| prefix.ends_with('_'))
            })
        };
        exact.or_else(limit).map(|(_, label)| *label).unwrap_or_default()
    }

    /// A field by its name.
    pub(crate) fn field(&self, name: &str) -> FormField {
        let own = self.faults.iter().filter(|fault| fault.field == name);
        let faults: Vec<String> = own.map(|fault| self.chrome.fault(&fault.fault)).collect();
        let first = self.faults.iter().find(|fault| fault.field != FORM);
        let is_first = first.is_some_and(|first| first.field == name);
        FormField { name: name.to_owned(), faults, is_first }
    }

    /// A field whose name begins with `prefix`.
    pub(crate) fn prefixed(&self, prefix: &str, name: &str) -> FormField {
        self.field(&format!("{prefix}{name}"))
    }

    /// All faults, as the summary lists them.
    pub(crate) fn summary(&self) -> Vec<SummaryLine> {
        let line = |fault: &FieldFault| SummaryLine {
            field: fault.field,
            label: self.label(fault.field),
            words: self.chrome.fault(&fault.fault),
        };
        self.faults.iter().map(line).collect()
    }
}

impl Chrome {
    /// A form with its faults.
    pub(crate) fn form<'a>(&'a self, faults: &'a [FieldFault]) -> Form<'a> {
        Form { chrome: self, faults, labels: Vec::new() }
    }
}
