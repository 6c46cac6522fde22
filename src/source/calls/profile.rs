//! Local stand-in.
/// Stand-in.
#[derive(Debug, Clone)]
pub struct MappingProfile;
