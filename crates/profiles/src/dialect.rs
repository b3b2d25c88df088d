//! Refusals, in the words and forms that clients of a product know.

use gatepass_model::{Product, Reason, Refusal};

use crate::escape::{html, json};

/// Who reads a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A program: the product's JSON.
    Program,
    /// A browser that asks for HTML: a small page.
    Browser,
    /// git, which shows plain text as `remote: …`.
    Git,
    /// git-lfs, which shows a top-level `message` only.
    GitLfs,
}

/// What goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalBody {
    /// The whole value of `Content-Type`.
    pub content_type: &'static str,
    /// In UTF-8.
    pub body: String,
}

/// Exactly this: a client compares the whole string before it looks into the body.
const JSON: &str = "application/json;charset=UTF-8";

/// What the products answer themselves where passwords are switched off; handlers look for it.
const PASSWORDS_DISABLED: &str = "Basic Authentication has been disabled on this instance.";

pub(crate) fn refusal_body(product: Product, refusal: &Refusal, audience: Audience) -> RefusalBody {
    let message = words(refusal);
    match audience {
        Audience::Program => {
            RefusalBody { content_type: JSON, body: program(product, refusal.reason, &message) }
        }
        Audience::Browser => RefusalBody {
            content_type: "text/html;charset=UTF-8",
            body: page(product, refusal.reason, &message),
        },
        Audience::Git => {
            RefusalBody { content_type: "text/plain;charset=UTF-8", body: format!("{message}\n") }
        }
        Audience::GitLfs => RefusalBody {
            content_type: "application/vnd.git-lfs+json",
            body: format!("{{\"message\":{}}}", json(&message)),
        },
    }
}

/// What is said, with the products' own words before it where they have some.
fn words(refusal: &Refusal) -> String {
    let said = refusal.message.trim();
    if refusal.reason != Reason::PasswordsDisabled || said.starts_with(PASSWORDS_DISABLED) {
        return said.to_owned();
    }
    format!("{PASSWORDS_DISABLED} {said}").trim_end().to_owned()
}

fn program(product: Product, reason: Reason, message: &str) -> String {
    let text = json(message);
    // The products' switch for passwords answers with a top-level `message`, whatever the
    // product's other errors look like: who looks for it finds it beside them.
    let also = match (reason, product) {
        (Reason::PasswordsDisabled, Product::Jira | Product::Bitbucket) => {
            format!(",\"message\":{text}")
        }
        _ => String::new(),
    };
    match product {
        // `errors` stays empty: a client that finds something there drops `errorMessages`.
        Product::Jira => format!("{{\"errorMessages\":[{text}],\"errors\":{{}}{also}}}"),
        Product::Confluence => {
            let status = reason.status();
            let phrase = json(phrase(status));
            format!("{{\"statusCode\":{status},\"message\":{text},\"reason\":{phrase}}}")
        }
        Product::Bitbucket => format!(
            "{{\"errors\":[{{\"context\":null,\"message\":{text},\"exceptionName\":null}}]{also}}}"
        ),
    }
}

fn page(product: Product, reason: Reason, message: &str) -> String {
    let (title, text, code) = (phrase(reason.status()), html(message), reason.as_str());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - {product}</title>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p>{text}</p>\n<p>Reason: <code>{code}</code></p>\n\
         </main>\n</body>\n</html>\n",
        product = product.title(),
    )
}

/// RFC 9110 15, and 6585 for 429 and 431.
const fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_phrase() {
        for reason in Reason::ALL {
            assert_ne!(phrase(reason.status()), "Refused", "{reason}");
        }
    }
}
