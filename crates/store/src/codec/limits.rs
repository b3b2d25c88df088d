//! Limits as a document, within grants and the policy.

use gatepass_model::Limits;
use serde::{Deserialize, Serialize};

use super::{Problem, parse};

/// Left out where there is no limit: so was it written before there were any, and an older
/// Gatepass refuses a document that has one.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    burst: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_per_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heavy_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heavy_concurrency: Option<u32>,
}

/// The document of `limits`; `None` where there are none.
pub(crate) fn write_limits(limits: &Limits) -> Option<LimitsDocument> {
    let Limits { rate, burst, concurrency, bytes_per_day, heavy_rate, heavy_concurrency } = limits;
    (*limits != Limits::NONE).then(|| LimitsDocument {
        rate: rate.map(|rate| rate.to_string()),
        burst: *burst,
        concurrency: *concurrency,
        bytes_per_day: bytes_per_day.map(|bytes| bytes.to_string()),
        heavy_rate: heavy_rate.map(|rate| rate.to_string()),
        heavy_concurrency: *heavy_concurrency,
    })
}

/// The limits of a document that may be missing.
pub(crate) fn read_limits(document: Option<LimitsDocument>) -> Result<Limits, Problem> {
    let document = document.unwrap_or_default();
    let rate = |text: Option<String>| text.map(|text| parse(&text, "rate")).transpose();
    let bytes = document.bytes_per_day.map(|text| parse(&text, "bytes per day")).transpose()?;
    let limits = Limits {
        rate: rate(document.rate)?,
        burst: document.burst,
        concurrency: document.concurrency,
        bytes_per_day: bytes,
        heavy_rate: rate(document.heavy_rate)?,
        heavy_concurrency: document.heavy_concurrency,
    };
    limits.check().map_err(|_| "its limits make no sense".to_owned())?;
    Ok(limits)
}
