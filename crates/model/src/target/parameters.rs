//! The parameters of a query or of a form.

use std::borrow::Cow;

use super::hex;

/// Names and values of a query or of a form, as a servlet container reads them: parted at `&`,
/// the name ends at the first `=`, `+` is a space, escapes are decoded once. Escapes that are
/// broken stay as they are: the container drops such a parameter, and who looks for a name must
/// see more than the container does, not less.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// Over the bytes of a query without its `?`, or of a form.
    pub const fn new(encoded: &'a [u8]) -> Self {
        Self { rest: encoded }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (Cow<'a, [u8]>, Cow<'a, [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|&b| b == b'&').unwrap_or(self.rest.len());
            let (pair, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest.get(1..).unwrap_or_default();
            if pair.is_empty() {
                continue;
            }
            let split = pair.iter().position(|&b| b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(split)?;
            return Some((
                decode_parameter(name),
                decode_parameter(value.get(1..).unwrap_or_default()),
            ));
        }
        None
    }
}

fn decode_parameter(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|&byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match others {
                [high, low, others @ ..] => match (hex(*high), hex(*low)) {
                    (Some(high), Some(low)) => {
                        bytes.push(high << 4 | low);
                        rest = others;
                    }
                    _ => bytes.push(b'%'),
                },
                _ => bytes.push(b'%'),
            },
            byte => bytes.push(byte),
        }
    }
    Cow::Owned(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_a_servlet_container_reads_them() {
        let all: Vec<_> = Parameters::new(b"os%5Fusername=a+b&&x&=y&z=%zz&a=b=c")
            .map(|(n, v)| {
                (String::from_utf8(n.into()).unwrap(), String::from_utf8(v.into()).unwrap())
            })
            .collect();
        let expected = [("os_username", "a b"), ("x", ""), ("", "y"), ("z", "%zz"), ("a", "b=c")];
        assert_eq!(all, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
