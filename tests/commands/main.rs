//! The program as it is typed: every act of it on something held, requests and productions, people and devices, gaps, what
//! can be wrong before a command starts, and the tour of the README.

mod gaps;
mod holds;
mod people;
mod production;
mod readme;
mod refusals;
mod requests;
