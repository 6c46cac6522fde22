//! The identity of items that come as rows and elements: a list of named fields, each with its length.
//!
//! The list of fields of a kind is part of the format of a repository: a field is never renamed, and a new list gets
//! a new name, or the same item would be taken in twice.

/// An identity under construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(Vec<u8>);

impl Identity {
    /// The identity of an item of a kind, by the name of its list of fields (`sms/1`).
    pub fn new(list: &str) -> Self {
        let mut identity = Self(Vec::new());
        identity.0.extend_from_slice(b"recordroom-identity\0");
        identity.field("list", list.as_bytes());
        identity
    }

    /// Adds a field. Its length goes before it, so that two lists of fields are never the same bytes.
    pub fn field(&mut self, name: &str, value: &[u8]) -> &mut Self {
        for part in [name.as_bytes(), value] {
            self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
            self.0.extend_from_slice(part);
        }
        self
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let mut one = Identity::new("x/1");
        one.field("a", b"12").field("b", b"3");
        let mut two = Identity::new("x/1");
        two.field("a", b"1").field("b", b"23");
        assert_ne!(one.into_bytes(), two.into_bytes());
    }
}
