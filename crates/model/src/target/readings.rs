//! What others might read in a target that is not canonical.

use super::hex;

/// Every way in which somebody behind us might read the path of a page's target: parameters cut
/// or not, decoded up to five times, dots resolved or not, slashes collapsed, a backslash taken
/// for a slash. Each reading is its list of segments. For targets that are not canonical and are
/// let through all the same: if one reading is something that matters, the target is refused.
pub fn readings(raw: &[u8]) -> Vec<Vec<String>> {
    let end = raw.iter().position(|&byte| byte == b'?' || byte == b'#').unwrap_or(raw.len());
    let mut bytes = raw.get(..end).unwrap_or(raw).to_vec();
    let mut all = Vec::new();
    for _ in 0..5 {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for cut in [false, true] {
            let segments: Vec<String> = text
                .split(['/', '\\'])
                .map(|segment| if cut { segment.split(';').next().unwrap_or("") } else { segment })
                .map(|segment| segment.chars().filter(|c| !c.is_control()).collect())
                .filter(|segment: &String| !segment.is_empty())
                .collect();
            let resolved = resolve_dots(&segments);
            for reading in [segments, resolved] {
                if !all.contains(&reading) {
                    all.push(reading);
                }
            }
        }
        let decoded = decode_leniently(&bytes);
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    all
}

fn resolve_dots(segments: &[String]) -> Vec<String> {
    let mut resolved = Vec::new();
    for segment in segments {
        match segment.as_str() {
            "." => {}
            ".." => {
                resolved.pop();
            }
            _ => resolved.push(segment.clone()),
        }
    }
    resolved
}

fn decode_leniently(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        if let (b'%', [high, low, after @ ..]) = (first, others)
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(first);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_find_rest_behind_every_disguise() {
        for raw in [
            "/browse/..;/rest/api/2/x",
            "/x/%252e%252e/rest/api",
            "/%2572est/api",
            "//rest/api",
            "/a\\..\\rest/api",
            "/rest;x=1/api",
            "/rest%2fapi",
            "/x/%2e%2e%2frest/api/2",
            "/rest%00/api/2",
            "/rest/../browse",
        ] {
            let found =
                readings(raw.as_bytes()).iter().any(|r| r.first().is_some_and(|s| s == "rest"));
            assert!(found, "{raw}: {:?}", readings(raw.as_bytes()));
        }
        assert!(
            !readings(b"/browse/A-1;jsessionid=1")
                .iter()
                .any(|r| r.first().is_some_and(|s| s == "rest"))
        );
    }
}
