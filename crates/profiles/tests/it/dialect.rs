use gatepass_model::{Product, Reason, Refusal};
use gatepass_profiles::{Audience, profile};
use serde_json::{Value, json};

const NASTY: &str = "no \"<script>alert('x')</script>\" & \\ \n\t\u{1}\u{2028} ä";

fn body(product: Product, reason: Reason, message: &str, audience: Audience) -> (String, String) {
    let refusal = Refusal::new(reason, message);
    let body = profile(product).refusal_body(&refusal, audience);
    (body.content_type.to_owned(), body.body)
}

fn program(product: Product, reason: Reason, message: &str) -> Value {
    let (content_type, body) = body(product, reason, message, Audience::Program);
    assert_eq!(content_type, "application/json;charset=UTF-8");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn programs_get_the_dialect_of_the_product() {
    let reason = Reason::ReadOnly;
    assert_eq!(
        program(Product::Jira, reason, NASTY),
        json!({"errorMessages": [NASTY], "errors": {}})
    );
    assert_eq!(
        program(Product::Confluence, reason, NASTY),
        json!({"statusCode": 403, "message": NASTY, "reason": "Forbidden"})
    );
    assert_eq!(
        program(Product::Bitbucket, reason, NASTY),
        json!({"errors": [{"context": null, "message": NASTY, "exceptionName": null}]})
    );
    let (_, written) = body(Product::Jira, reason, "x", Audience::Program);
    assert_eq!(written, r#"{"errorMessages":["x"],"errors":{}}"#);
}

#[test]
fn refused_passwords_speak_the_products_own_words_once() {
    let own = "Basic Authentication has been disabled on this instance.";
    let text = format!("{own} Ask the administrators.");
    for message in ["Ask the administrators.", &text] {
        let body = program(Product::Jira, Reason::PasswordsDisabled, message);
        assert_eq!(body, json!({"errorMessages": [text], "errors": {}, "message": text}));
        for product in [Product::Confluence, Product::Bitbucket] {
            let body = program(product, Reason::PasswordsDisabled, message);
            assert_eq!(body["message"], text.as_str(), "{product}");
        }
    }
    assert_eq!(program(Product::Jira, Reason::PasswordsDisabled, "")["message"], own);
}

#[test]
fn a_browser_gets_a_page_without_anything_of_the_message_alive() {
    let (content_type, page) =
        body(Product::Jira, Reason::PathNotAllowed, NASTY, Audience::Browser);
    assert_eq!(content_type, "text/html;charset=UTF-8");
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
    assert!(page.contains("<title>Forbidden - Jira</title>") && page.contains("path_not_allowed"));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
}

#[test]
fn git_gets_text_and_git_lfs_a_message() {
    let (content_type, text) = body(Product::Bitbucket, Reason::ReadOnly, "no", Audience::Git);
    assert_eq!((content_type.as_str(), text.as_str()), ("text/plain;charset=UTF-8", "no\n"));
    let (content_type, text) = body(Product::Bitbucket, Reason::ReadOnly, NASTY, Audience::GitLfs);
    assert_eq!(content_type, "application/vnd.git-lfs+json");
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"message": NASTY}));
}
