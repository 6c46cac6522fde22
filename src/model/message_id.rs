//! The Message Identification Hash, by which other programs' load files name the same message.

use crate::base::md5::md5;

/// The EDRM MIH (version 1.0, January 2023) of a Message-ID as it is kept here, without its angle brackets: MD5 of the
/// UTF-8 text with the brackets, lower-case hexadecimal; `None` without a Message-ID.
///
/// It identifies and does not prove equal content (copies with other blind recipients, lists that rewrite footers): nothing
/// is ever left out because of it.
pub fn mih(message_id: &str) -> Option<String> {
    let id = message_id.trim().trim_start_matches('<').trim_end_matches('>');
    (!id.is_empty()).then(|| md5(format!("<{id}>").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        let table = [
            // The example of the specification (edrm.net, EDRM MIH 1.0).
            ("CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com", Some("1de319c276884bd0c9e2f1621ada26cc")),
            ("<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>", Some("1de319c276884bd0c9e2f1621ada26cc")),
            ("op.tst12abc@example.com", Some("014ac643997226e56404f9a5b3497e37")),
            ("CAF=abc+123@mail.example.org", Some("91de329755fb5113f61beacfd056e65a")),
            ("", None),
            ("<>", None),
        ];
        for (id, expected) in table {
            assert_eq!(mih(id).as_deref(), expected, "{id}");
        }
    }
}
