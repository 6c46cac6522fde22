//! What is left out of what is given, over the whole way: from the decision to a search through every byte that was made.

#[path = "../support/exercise.rs"]
mod exercise;
mod made;
mod patterns;
#[path = "../support/place.rs"]
mod place;
mod planted;
mod rules;
mod searched;
mod shown;
mod spans;
