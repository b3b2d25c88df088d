//! The words at the fields of limits.

use crate::chrome::Chrome;
use crate::text::texts;

texts! {
    words {
        rate: "Requests in a time", "Anfragen pro Zeit";
        rate_hint: "60/min, 10/s or 1000/h", "60/min, 10/s oder 1000/h";
        burst: "Of these at once", "Davon auf einmal";
        burst_hint: "After a pause.", "Nach einer Pause.";
        concurrency: "At the same time", "Gleichzeitig";
        concurrency_hint: "Requests on their way at once.", "Anfragen, die zugleich unterwegs sind.";
        bytes_per_day: "Bytes a day", "Datenmenge am Tag";
        bytes_hint: "500MiB or 2GiB", "500MiB oder 2GiB";
        heavy_rate: "Heavy ones in a time", "Aufwendige pro Zeit";
        heavy_rate_hint: "Searches, exports and the like.", "Suchen, Exporte und dergleichen.";
        heavy_concurrency: "Heavy ones at the same time", "Aufwendige gleichzeitig";
        heavy_concurrency_hint: "A count.", "Eine Anzahl.";
    }
    sentences {}
}

impl Text {
    /// What the page calls each of the six.
    pub(crate) fn labels(&self) -> [(&'static str, &'static str); 6] {
        // The longer names first: the shorter ones are their ends.
        [
            ("heavy_rate", self.heavy_rate),
            ("heavy_concurrency", self.heavy_concurrency),
            ("rate", self.rate),
            ("burst", self.burst),
            ("concurrency", self.concurrency),
            ("bytes_per_day", self.bytes_per_day),
        ]
    }
}

impl Chrome {
    /// The words at the fields of limits.
    pub(crate) fn limit_words(&self) -> &'static Text {
        TEXT.of(self.language)
    }
}
