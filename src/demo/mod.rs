//! The demonstration: a fictional city, and the story that is told with it.

pub mod city;
