//! The busiest rooms beside the raw limit of what lies below them, in one run: reading a message against mail-parser alone,
//! sealing a family against BLAKE3 over the same bytes, cutting words against copying the text.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_parser::MessageParser;
use recordroom::model::item::{Original, RawItem, Shape};
use recordroom::model::provenance::CopyFacts;
use recordroom::source::{ReadOptions, parse};
use recordroom::vault::{FamilyKey, Section, seal_family};
use std::hint::black_box;

/// A message of ordinary length, with a quoted reply.
fn message() -> Vec<u8> {
    let mut text = String::from(
        "Received: from a.cedarbend.example by b.cedarbend.example; Tue, 4 Mar 2025 09:12:01 -0600\r\n\
         Message-ID: <1@cedarbend.example>\r\nDate: Tue, 4 Mar 2025 09:12:00 -0600\r\n\
         From: Ruth Amdahl <ruth@cedarbend.example>\r\nTo: Road Crew <roads@cedarbend.example>\r\n\
         Subject: Ridgeview Road, week 9\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
    );
    for line in 0..60 {
        let start = if line > 30 { "> " } else { "" };
        text.push_str(start);
        text.push_str("The contractor asks for two more days because the culvert at station 14 was under water.\r\n");
    }
    text.into_bytes()
}

fn reading(c: &mut Criterion) {
    let bytes = message();
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let item = RawItem {
        ordinal: 0,
        place: "1.eml".to_owned(),
        original: Original::Bytes(bytes.clone()),
        identity: None,
        shape: Shape::Message,
        copy: CopyFacts::default(),
    };
    let mut group = c.benchmark_group("reading a message");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("recordroom", |b| b.iter(|| parse(black_box(&item), &options)));
    group.bench_function("mail-parser alone", |b| {
        b.iter(|| {
            MessageParser::default().parse(black_box(&bytes)).map(|message| message.body_text(0).map(|t| t.len()))
        })
    });
    group.finish();
}

fn sealing(c: &mut Criterion) {
    let bytes = message();
    let key = FamilyKey::random();
    let mut group = c.benchmark_group("sealing a family");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("recordroom", |b| b.iter(|| seal_family(&key, &[(Section::Original, 0, black_box(&bytes))])));
    group.bench_function("BLAKE3 alone", |b| b.iter(|| blake3::hash(black_box(&bytes))));
    group.finish();
}

fn cutting(c: &mut Criterion) {
    let text = String::from_utf8(message()).unwrap_or_default();
    let mut group = c.benchmark_group("cutting words");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("recordroom", |b| {
        b.iter(|| {
            let mut count = 0_u64;
            recordroom::text::tokens(black_box(&text), &mut |_| count += 1);
            count
        });
    });
    group.bench_function("white space alone", |b| b.iter(|| black_box(&text).split_whitespace().count()));
    group.finish();
}

criterion_group!(rooms, reading, sealing, cutting);
criterion_main!(rooms);
