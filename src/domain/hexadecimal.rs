//! Bytes as text.

use std::fmt::Write as _;

/// Two lower-case digits for each byte, in order.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn each_byte_is_two_digits() {
        assert_eq!(hexadecimal(&[0x00, 0x0f, 0xa0, 0xff]), "000fa0ff");
        assert_eq!(hexadecimal(&[]), "");
    }
}
