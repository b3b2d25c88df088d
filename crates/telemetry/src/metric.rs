//! Names of metrics, as `/metrics` has them. A name is a promise to dashboards.

/// A metric, and what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// As Prometheus knows it.
    pub name: &'static str,
    /// In a sentence, without line breaks.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($constant:ident $name:literal $help:literal;)*) => {
        $(#[doc = $help] pub const $constant: Metric = Metric { name: $name, help: $help };)*

        /// Every metric.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    INFO "gatepass_info" "Always 1; labelled with the version.";
    READY "gatepass_ready" "1 when the gate is ready, else 0.";
    REQUESTS "gatepass_requests_total" "Requests answered, by instance and status class.";
    REFUSALS "gatepass_refusals_total" "Requests refused, by instance and reason.";
    OBSERVED "gatepass_observed_total"
        "Requests let pass that block would refuse, by instance and kind of credential.";
    REQUEST_SECONDS "gatepass_request_seconds" "From a request's head to its answer's end.";
    UPSTREAM_SECONDS "gatepass_upstream_seconds"
        "From a request sent to the product to the first byte of its answer.";
    RECEIVED_BYTES "gatepass_received_bytes_total" "Bytes of bodies received from callers.";
    SENT_BYTES "gatepass_sent_bytes_total" "Bytes of bodies sent to callers.";
    CONNECTIONS "gatepass_connections" "Connections of callers that are open.";
    UPSTREAM_CONNECTIONS "gatepass_upstream_connections"
        "Connections to products that are open, by instance.";
    UPSTREAM_ERRORS "gatepass_upstream_errors_total"
        "Requests that a product did not answer, by instance.";
    SURPRISES "gatepass_identity_surprises_total"
        "Answers that a product gave to somebody else than the token's owner, by instance.";
    BROKEN_CREDENTIALS "gatepass_broken_credentials"
        "Upstream credentials that are refused until a probe finds them right, by instance.";
    TOKENS "gatepass_tokens" "Tokens that the gate knows, by state.";
    REVISION "gatepass_store_revision" "The revision of the store that is in effect here.";
    STORE_AGE_SECONDS "gatepass_store_age_seconds" "Since the store was last read.";
    DIRECTORY_PROBLEM "gatepass_directory_problem"
        "1 when a directory can't be read and an older state of it holds, by directory.";
    DROPPED_ACTIVITY "gatepass_activity_dropped_total" "Lines of activity that were dropped.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ours_and_help_is_one_line() {
        for (at, metric) in ALL.iter().enumerate() {
            let plain = metric.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(plain && metric.name.starts_with("gatepass_"), "{}", metric.name);
            assert!(!metric.help.contains(['\n', '\\']), "{}", metric.name);
            assert!(ALL[at + 1..].iter().all(|other| other.name != metric.name));
        }
    }
}
