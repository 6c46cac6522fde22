//! Recordroom: a city's exported e-mail, texts and call detail go in; numbered productions and proved destruction
//! come out.
//!
//! Reading order: `model` (the nouns), `source` (bytes to values), `vault`, `catalog`, `index`, `ledger` (the four
//! stores), `repository` (a directory opened as one thing), then the operations. `manual/` is the manual.

pub mod base;

pub mod calendar;
pub mod model;
pub mod query;
pub mod text;

pub mod classify;
pub mod extract;
pub mod ledger;
pub mod notpublic;
pub mod package;
pub mod redaction;
pub mod render;
pub mod report;
pub mod schedule;
pub mod source;

pub mod catalog;
pub mod index;
pub mod vault;

pub mod repository;

pub mod citation;
pub mod letters;

pub mod access;
pub mod classification;
pub mod finding;
pub mod gaps;
pub mod grouping;
pub mod people;
pub mod protection;
pub mod retention;
pub mod screening;
pub mod timeline;
pub mod verify;

pub mod disposition;
pub mod filing;
pub mod hold;
pub mod ingest;
pub mod ranking;
pub mod request;
pub mod review;

pub mod production;

pub mod backup;
pub mod nightly;

pub mod demo;

pub mod cli;

pub mod manual;
