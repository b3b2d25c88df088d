//! What is signed: the signature base string of OAuth 1.0a (RFC 5849 3.4.1).

use gatepass_model::target::percent_encoded;

/// `METHOD&url&parameters`. `url` is that which the product sees, with neither query nor fragment,
/// its host in lower case and without a port that its scheme has anyway; `parameters` are all of
/// them, decoded: those of the query and those of the protocol, without the signature.
///
/// A body is not part of it: none that is sent here is a form (RFC 5849 3.4.1.3.1).
pub(super) fn base_string(method: &str, url: &str, parameters: &[(String, String)]) -> String {
    let encode = |(name, value): &(String, String)| (percent_encoded(name), percent_encoded(value));
    let mut encoded: Vec<(String, String)> = parameters.iter().map(encode).collect();
    // By name, then by value, as they are when encoded (RFC 5849 3.4.1.3.2).
    encoded.sort_unstable();
    let pairs: Vec<String> =
        encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let parameters = percent_encoded(&pairs.join("&"));
    format!("{}&{}&{parameters}", method.to_ascii_uppercase(), percent_encoded(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 5849 3.4.1.1, which has all of it: names twice, empty values, spaces.
    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let parameters = [
            ("b5", "=%3D"),
            ("a3", "a"),
            ("c@", ""),
            ("a2", "r b"),
            ("c2", ""),
            ("a3", "2 q"),
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(
            base_string("post", "http://example.com/request", &parameters),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q\
             %26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_\
             key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m\
             ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk\
             9d7dh3k39sjv7"
        );
    }
}
