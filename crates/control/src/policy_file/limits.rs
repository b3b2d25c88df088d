//! Tables of limits, in rules and instances.

use gatepass_model::{Lifetime, Limits};

use super::Reader;
use super::fields::{Fields, Kind, Known};

const LIMITS: [Known; 6] = [
    Known { key: "rate", kind: Kind::Text },
    Known { key: "burst", kind: Kind::Number },
    Known { key: "concurrency", kind: Kind::Number },
    Known { key: "bytes_per_day", kind: Kind::Text },
    Known { key: "heavy_rate", kind: Kind::Text },
    Known { key: "heavy_concurrency", kind: Kind::Number },
];
const SLOW_ABOVE: Known = Known { key: "slow_above", kind: Kind::Text };

impl Reader<'_> {
    /// The limits under `key` of a rule.
    pub(super) fn limits(&mut self, fields: Fields<'_>, key: &str) -> Limits {
        let Some((table, line)) = fields.table(key, self) else { return Limits::NONE };
        let path = fields.path(key);
        let inner = Fields::new(table, &path, line);
        inner.check_keys(&LIMITS, self);
        self.values(inner, fields, key)
    }

    /// The limits of an instance, and from when on its product counts as slow.
    pub(super) fn instance_limits(&mut self, fields: Fields<'_>) -> (Limits, Option<Lifetime>) {
        const KEY: &str = "limits";
        let Some((table, line)) = fields.table(KEY, self) else { return (Limits::NONE, None) };
        let path = fields.path(KEY);
        let inner = Fields::new(table, &path, line);
        let [rate, burst, concurrency, bytes, heavy_rate, heavy_concurrency] = LIMITS;
        let known = [rate, burst, concurrency, bytes, heavy_rate, heavy_concurrency, SLOW_ABOVE];
        inner.check_keys(&known, self);
        let limits = self.values(inner, fields, KEY);
        let slow_above = self.parsed::<Lifetime>(inner, SLOW_ABOVE.key);
        let slow_above = slow_above.filter(|span| {
            if span.as_millis() == 0 {
                inner.wrong(SLOW_ABOVE.key, "every answer takes longer than nothing", self);
            }
            span.as_millis() > 0
        });
        (limits, slow_above)
    }

    fn values(&mut self, inner: Fields<'_>, outer: Fields<'_>, key: &str) -> Limits {
        let limits = Limits {
            rate: self.parsed(inner, "rate"),
            burst: inner.number("burst"),
            concurrency: inner.number("concurrency"),
            bytes_per_day: self.parsed(inner, "bytes_per_day"),
            heavy_rate: self.parsed(inner, "heavy_rate"),
            heavy_concurrency: inner.number("heavy_concurrency"),
        };
        match limits.check() {
            // A rate that could not be read was told already.
            Err(_) if inner.has("rate") && limits.rate.is_none() => {}
            Err(error) => outer.wrong(key, error, self),
            Ok(()) => {}
        }
        limits
    }

    fn parsed<T>(&mut self, fields: Fields<'_>, key: &str) -> Option<T>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        match fields.text(key)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                fields.wrong(key, error, self);
                None
            }
        }
    }
}
