//! Numbers and addresses as text, appended without the formatting machinery: a head has several.

use std::io::Write as _;
use std::net::IpAddr;

/// Appends a number in decimal.
pub(crate) fn push_decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut length = 0;
    for place in digits.iter_mut().rev() {
        // Below ten, so it fits.
        *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        length += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - length..).unwrap_or_default());
}

/// Appends an address as `X-Forwarded-For` has it: without a port, IPv6 without brackets.
pub(crate) fn push_address(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => {
            for (at, octet) in address.octets().into_iter().enumerate() {
                if at > 0 {
                    out.push(b'.');
                }
                push_decimal(octet.into(), out);
            }
        }
        // Writing to a Vec can't fail.
        IpAddr::V6(address) => {
            let _ = write!(out, "{address}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_read_as_the_standard_library_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 65_535, u64::MAX] {
            let mut out = b"=".to_vec();
            push_decimal(number, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("={number}"));
        }
        for text in ["0.0.0.0", "127.0.0.1", "192.0.2.10", "255.255.255.255", "::1", "2001:db8::7"]
        {
            let mut out = Vec::new();
            push_address(text.parse().unwrap(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
