//! Prometheus' text format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::Write as _;

use crate::metric::Metric;

/// The `Content-Type` of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Names and values of labels. Values may be any text; names must be of the format's letters.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

/// A histogram's state: how many measurements fell in each bucket.
#[derive(Clone, Copy, Debug)]
pub struct Buckets<'a> {
    /// Upper bounds, rising, without the infinite one.
    pub bounds: &'a [f64],
    /// How many fell at or below each bound and above the one before it; the last, one more
    /// than there are bounds, counts those above all. What is missing counts as 0.
    pub counts: &'a [u64],
    /// All measurements added up.
    pub sum: f64,
}

/// A page of metrics, written metric by metric. Each must come once, with all its samples.
#[derive(Clone, Debug, Default)]
pub struct PrometheusText {
    text: String,
}

impl PrometheusText {
    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// A metric that only rises; its name ends in `_total`.
    pub fn counter(mut self, metric: &Metric, samples: &[(Labels<'_>, u64)]) -> Self {
        self.head(metric, "counter");
        for (labels, value) in samples {
            self.sample(metric.name, labels, None, &value.to_string());
        }
        self
    }

    /// A metric that rises and falls.
    pub fn gauge(mut self, metric: &Metric, samples: &[(Labels<'_>, f64)]) -> Self {
        self.head(metric, "gauge");
        for (labels, value) in samples {
            self.sample(metric.name, labels, None, &number(*value));
        }
        self
    }

    /// Measurements, sorted into buckets.
    pub fn histogram(mut self, metric: &Metric, samples: &[(Labels<'_>, Buckets<'_>)]) -> Self {
        self.head(metric, "histogram");
        let (bucket, sum) = (format!("{}_bucket", metric.name), format!("{}_sum", metric.name));
        let count = format!("{}_count", metric.name);
        for (labels, buckets) in samples {
            let mut all: u64 = 0;
            let bounds = buckets.bounds.iter().copied().chain([f64::INFINITY]);
            let mut counts = buckets.counts.iter();
            for bound in bounds {
                all = all.saturating_add(counts.next().copied().unwrap_or(0));
                self.sample(&bucket, labels, Some(bound), &all.to_string());
            }
            self.sample(&sum, labels, None, &number(buckets.sum));
            self.sample(&count, labels, None, &all.to_string());
        }
        self
    }

    /// The page.
    pub fn finish(self) -> String {
        self.text
    }

    fn head(&mut self, metric: &Metric, kind: &str) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "# HELP {} {}", metric.name, metric.help);
        let _ = writeln!(self.text, "# TYPE {} {kind}", metric.name);
    }

    fn sample(&mut self, name: &str, labels: Labels<'_>, bound: Option<f64>, value: &str) {
        self.text.push_str(name);
        let bound = bound.map(number);
        let bound = bound.as_deref().map(|bound| ("le", bound));
        for (at, (label, text)) in labels.iter().copied().chain(bound).enumerate() {
            let _ = write!(self.text, "{}{label}=\"", if at == 0 { '{' } else { ',' });
            self.escaped(text);
            self.text.push('"');
        }
        if !labels.is_empty() || bound.is_some() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }

    fn escaped(&mut self, text: &str) {
        for found in text.chars() {
            match found {
                '\\' => self.text.push_str("\\\\"),
                '"' => self.text.push_str("\\\""),
                '\n' => self.text.push_str("\\n"),
                found => self.text.push(found),
            }
        }
    }
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric;

    #[test]
    fn a_page_has_help_type_and_samples_of_each_metric() {
        let page = PrometheusText::new()
            .counter(
                &metric::REFUSALS,
                &[
                    (&[("instance", "jira"), ("reason", "read_only")], 3),
                    (&[("instance", "wiki")], 0),
                ],
            )
            .gauge(&metric::READY, &[(&[], 1.0)])
            .gauge(&metric::STORE_AGE_SECONDS, &[(&[], 0.25)])
            .finish();
        assert_eq!(
            page,
            "# HELP gatepass_refusals_total Requests refused, by reason.\n\
             # TYPE gatepass_refusals_total counter\n\
             gatepass_refusals_total{instance=\"jira\",reason=\"read_only\"} 3\n\
             gatepass_refusals_total{instance=\"wiki\"} 0\n\
             # HELP gatepass_ready 1 when tokens are judged here, else 0.\n\
             # TYPE gatepass_ready gauge\n\
             gatepass_ready 1\n\
             # HELP gatepass_store_age_seconds Since the store was last read; 0 while it can be followed.\n\
             # TYPE gatepass_store_age_seconds gauge\n\
             gatepass_store_age_seconds 0.25\n"
        );
    }

    #[test]
    fn buckets_are_cumulative_and_end_at_infinity() {
        let buckets = Buckets { bounds: &[0.1, 1.0], counts: &[2, 0, 1], sum: 3.5 };
        let labels: Labels<'_> = &[("instance", "jira")];
        let page = PrometheusText::new()
            .histogram(&metric::UPSTREAM_SECONDS, &[(labels, buckets)])
            .finish();
        let samples: Vec<&str> = page.lines().skip(2).collect();
        assert_eq!(
            samples,
            [
                "gatepass_upstream_seconds_bucket{instance=\"jira\",le=\"0.1\"} 2",
                "gatepass_upstream_seconds_bucket{instance=\"jira\",le=\"1\"} 2",
                "gatepass_upstream_seconds_bucket{instance=\"jira\",le=\"+Inf\"} 3",
                "gatepass_upstream_seconds_sum{instance=\"jira\"} 3.5",
                "gatepass_upstream_seconds_count{instance=\"jira\"} 3",
            ]
        );
    }

    #[test]
    fn a_label_can_not_break_out_of_its_quotes() {
        let labels: Labels<'_> = &[("agent", "a\"} 1\nevil\\")];
        let page = PrometheusText::new().counter(&metric::REQUESTS, &[(labels, 1)]).finish();
        assert_eq!(page.lines().count(), 3);
        assert!(page.ends_with("{agent=\"a\\\"} 1\\nevil\\\\\"} 1\n"), "{page}");
    }
}
