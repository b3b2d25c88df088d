//! Who answered.

use super::question::Question;

/// What came back of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The gate: every answer that passes it, its own or a product's, has its id.
    Gate,
    /// A 403 without any sign of a product: a valve, or another wall.
    Forbidden,
    /// A product, by this header of its.
    Product { status: u16, mark: &'static str },
    /// Somebody.
    Somebody { status: u16 },
    /// Something that is no answer.
    Unclear(String),
}

/// What the gate writes on every answer; see `X-Gatepass-Request-Id` in the documentation.
const GATE: &str = "x-gatepass-request-id";

/// What the products write on their answers, also on those to nobody.
const PRODUCT: [&str; 8] = [
    "X-AREQUESTID",
    "X-AUSERNAME",
    "X-ASESSIONID",
    "X-ANODEID",
    "X-ASEN",
    "X-Seraph-LoginReason",
    "X-Confluence-Request-Time",
    "X-Confluence-Cluster-Node",
];

/// Who that is, by status and headers.
pub(super) fn recognise(status: u16, has: impl Fn(&str) -> bool) -> Heard {
    if has(GATE) {
        return Heard::Gate;
    }
    match PRODUCT.into_iter().find(|name| has(name)) {
        Some(mark) => Heard::Product { status, mark },
        None if status == 403 => Heard::Forbidden,
        None => Heard::Somebody { status },
    }
}

/// For people.
pub(super) fn words(question: &Question, heard: &Heard) -> String {
    let path = &question.path;
    let claim = question.claims.as_ref().map_or_else(String::new, |address| {
        format!(" of somebody who claims in X-Forwarded-For to be {address}")
    });
    match heard {
        Heard::Gate => format!("the gate answers GET {path}{claim}"),
        Heard::Forbidden => format!("GET {path}{claim} is answered with 403"),
        Heard::Product { status, mark } => {
            format!("a product answers GET {path}{claim} with {status} ({mark})")
        }
        Heard::Somebody { status } => {
            format!("GET {path}{claim} is answered with {status}, and not by the gate")
        }
        Heard::Unclear(words) => {
            format!(
                "connections are taken, but what GET {path}{claim} brings is not clear: {words}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_shows_nothing_of_a_product_and_the_gate_shows_its_id() {
        let of = |status, names: &[&str]| {
            recognise(status, |name| names.iter().any(|one| one.eq_ignore_ascii_case(name)))
        };
        assert_eq!(of(200, &["x-ausername", "X-Gatepass-Request-Id"]), Heard::Gate);
        assert_eq!(of(403, &[]), Heard::Forbidden);
        let mark = "X-AREQUESTID";
        assert_eq!(of(403, &["x-arequestid"]), Heard::Product { status: 403, mark });
        assert_eq!(of(404, &["server"]), Heard::Somebody { status: 404 });
    }
}
