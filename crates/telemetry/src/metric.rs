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
    READY "gatepass_ready" "1 when tokens are judged here, else 0.";
    REQUESTS "gatepass_requests_total" "Requests whose head was read.";
    FORWARDED "gatepass_forwarded_total" "Requests that went up to a product.";
    REFUSALS "gatepass_refusals_total" "Requests refused, by reason.";
    OBSERVED "gatepass_observed_total" "Requests let pass that the mode block would refuse.";
    SESSIONS_OUTSIDE_PAGES "gatepass_sessions_outside_pages_total"
        "Calls with a session let pass that the mode browser would refuse.";
    UPSTREAM_SECONDS "gatepass_upstream_seconds"
        "From a request sent to the product to the first byte of its answer.";
    BYTES_IN "gatepass_received_bytes_total" "Bytes of requests' bodies.";
    BYTES_OUT "gatepass_sent_bytes_total" "Bytes of answers' bodies.";
    CONNECTIONS "gatepass_connections_total" "Connections of callers that were accepted.";
    OPEN_CONNECTIONS "gatepass_connections_open" "Connections of callers that are open.";
    UNADMITTED "gatepass_connections_unadmitted_total"
        "Connections that ended before their first request: no TLS, or no PROXY header.";
    EVICTED "gatepass_connections_evicted_total"
        "Idle connections that were ended to make room for new ones.";
    CERTIFICATE_END "gatepass_certificate_end_seconds"
        "When the TLS certificate in force ends, in seconds since 1970.";
    CERTIFICATE_PROBLEM "gatepass_certificate_problem"
        "1 when newer files of the TLS certificate can't be used, else 0.";
    BROKEN_ANSWERS "gatepass_broken_answers_total" "Answers that did not reach the caller whole.";
    RETRIES "gatepass_retries_total"
        "Requests sent once more because a reused connection had died.";
    IDENTITY_SURPRISES "gatepass_identity_surprises_total"
        "Answers withheld because a product gave them to somebody else than the token's owner.";
    IDENTITY_UNCONFIRMED "gatepass_identity_unconfirmed_total"
        "Answers to tokens in which the product did not say for whom it took the call.";
    SURPRISED_CREDENTIALS "gatepass_surprised_credentials"
        "Upstream credentials that are not used until a probe finds them right.";
    UNCLEAR_TARGETS "gatepass_unclear_targets_total"
        "Pages let pass whose address can be read in more than one way.";
    CUT "gatepass_cut_total" "Connections cut because their token had ended.";
    UPGRADES "gatepass_upgrades_total" "Connections that left HTTP, as those of web sockets do.";
    OPEN_UPGRADES "gatepass_upgrades_open" "Connections that left HTTP and are open.";
    SHED "gatepass_shed_total"
        "Requests with a token that were turned away because the product was in distress.";
    SHED_LEVEL "gatepass_shed_level"
        "Who is turned away at an instance: 0 nobody, 1 heavy requests, up to 7 all tokens.";
    LIMIT_NODES "gatepass_limit_nodes"
        "Nodes that share limits; 0 where each counts for itself, negative while they can't talk.";
    TOKENS "gatepass_tokens" "Tokens that are known here.";
    ROWS_REFUSED "gatepass_rows_refused_total"
        "Rows of tokens that were not written with the keys of the store.";
    REVISION "gatepass_store_revision" "The revision of the store that is in effect here.";
    STORE_AGE_SECONDS "gatepass_store_age_seconds"
        "Since the store was last read; 0 while it can be followed.";
    DIRECTORY_PROBLEMS "gatepass_directory_problems"
        "Directories that can't be read, and of which an older state holds.";
    PEOPLE_UNCONFIRMED "gatepass_people_unconfirmed_seconds"
        "Of a directory that is a product: since it last confirmed the one of its people in use whose \
         confirmation is the oldest.";
    ACTIVITY_DROPPED "gatepass_activity_dropped_total" "Requests that were not recorded.";
    ACTIVITY_FAILED "gatepass_activity_failed_total"
        "Times that the activity could not be written; it is tried again.";
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
