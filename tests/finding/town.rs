//! A town of fourteen items, numbered as they are taken in.

use recordroom::base::clock::Clock;
use recordroom::base::durable;
use recordroom::base::monitor::VoidMonitor;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::profile::CustodianProfile;
use recordroom::repository::Repository;
use std::path::PathBuf;
use tempfile::TempDir;

/// From, To, more header lines, subject, date, body: families 1 to 10, from Anna Lee's mailbox.
const ANNA: [[&str; 6]; 10] = [
    [
        "Anna Lee <anna@cedarbend.example>",
        "Bo Berg <bo@cedarbend.example>",
        "",
        "Energy audit",
        "Mon, 06 Jan 2025 09:00:00 -0600",
        "The energy audit of city hall shows credit and market risk. Synergy with the county.",
    ],
    [
        "bo@cedarbend.example",
        "anna@cedarbend.example",
        "In-Reply-To: <anna-1@cedarbend.example>\r\n",
        "Re: Energy audit",
        "Tue, 07 Jan 2025 09:00:00 -0600",
        "Energetic people agreed. The agreement covers credit risk only.",
    ],
    [
        "pat@mill.example",
        "clerk@cedarbend.example",
        "Cc: anna@cedarbend.example\r\n",
        "Credit of the mill",
        "Mon, 03 Feb 2025 09:00:00 -0600",
        "Risk is small. We give you credit for the new road crew.",
    ],
    [
        "clerk@cedarbend.example",
        "pat@mill.example",
        "",
        "Denied",
        "Mon, 10 Feb 2025 09:00:00 -0600",
        "C++ and U.S.A. do not mix, don't they? foo@bar.example wrote R&D notes on section 13.43.",
    ],
    [
        "kenji@mill.example",
        "anna@cedarbend.example",
        "",
        "会議",
        "Sat, 01 Mar 2025 09:00:00 -0600",
        "東京都の予算会議は明日。",
    ],
    [
        "road@cedarbend.example",
        "bo@cedarbend.example",
        "Bcc: clerk@cedarbend.example\r\n",
        "Oak Street resurfacing (PR-1)",
        "Fri, 14 Mar 2025 09:00:00 -0500",
        "Call (763) 555-0142 about parcel 12-345. Costs: $1,250.00. Café Elm.",
    ],
    [
        "road@cedarbend.example",
        "bo@cedarbend.example",
        "",
        "Crew",
        "",
        "Oak Street, Oak Street. The road crew repairs the road, crew by crew.",
    ],
    [
        "Lee Vang <lee.vang@mill.example>",
        "anna@cedarbend.example",
        "plan.txt",
        "Plans",
        "Tue, 01 Apr 2025 09:00:00 -0500",
        "See attached.",
    ],
    [
        "anna@cedarbend.example",
        "bo@cedarbend.example",
        "culvert.png",
        "Photo",
        "Wed, 02 Apr 2025 09:00:00 -0500",
        "A photo of the culvert.",
    ],
    [
        "clerk@cedarbend.example",
        "anna@cedarbend.example",
        "",
        "Votes",
        "Mon, 05 May 2025 09:00:00 -0500",
        "The council voted. Voting continues; every vote counts.",
    ],
];
/// Family 11, from Bo Berg's mailbox, where message 1 lies once more.
const BO: [[&str; 6]; 1] = [[
    "Lee Vang <lee.vang@mill.example>",
    "bo@cedarbend.example",
    "",
    "Easement",
    "Sun, 01 Jun 2025 09:00:00 -0500",
    "The drainage easement was agreed by all. Energy use is low.",
]];
/// Families 12 to 14, from Bo Berg's telephone.
const TEXTS: &str = r#"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<smses count="3">
<sms protocol="0" address="763-555-0142" date="1742058000000" type="1" body="ok see you at the road" read="1" contact_name="Lee Vang" />
<sms protocol="0" address="763-555-0142" date="1742144400000" type="2" body="not later than noon, bring the easement" read="1" contact_name="Lee Vang" />
<sms protocol="0" address="612-555-0199" date="1742230800000" type="1" body="Energy bill is due. Vote today" read="1" contact_name="Pat Berg" />
</smses>"#;
/// The attachment of family 8.
const PLAN: &str = "Drainage easement on the Vang parcel. Annual report.";
/// The attachment of family 9: a picture of one dot, in Base64.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The town's repository.
pub struct Town {
    directory: TempDir,
}

impl Town {
    /// A repository with nothing in it, and two custodians.
    pub fn empty() -> Self {
        durable::set_syncing(false);
        let town = Self { directory: tempfile::tempdir().expect("a temporary directory") };
        let root = town.directory.path();
        let mut profile = Repository::new_profile("Cedar Bend", &root.join("keys"), &root.join("keys-second"));
        profile.domains = vec!["cedarbend.example".to_owned()];
        profile.custodians = ["Anna Lee", "Bo Berg"]
            .into_iter()
            .map(|name| {
                let toml = format!("name = {name:?}\ndepartment = \"Clerk\"");
                toml::from_str::<CustodianProfile>(&toml).expect("a custodian")
            })
            .collect();
        Repository::create(&root.join("room"), &profile, Clock::System).expect("created");
        town
    }

    /// With its fourteen items.
    pub fn new() -> Self {
        let town = Self::empty();
        let again = (1, &ANNA[0]);
        town.take_in("anna.mbox", &mbox("anna", (1..).zip(&ANNA)), "Anna Lee");
        town.take_in("bo.mbox", &format!("{}{}", mbox("bo", (1..).zip(&BO)), mbox("anna", [again])), "Bo Berg");
        town.take_in("texts.xml", TEXTS, "Bo Berg");
        town
    }

    /// Takes one file in for a custodian.
    pub fn take_in(&self, name: &str, content: &str, custodian: &str) {
        let path = self.path(name);
        durable::replace(&path, content.as_bytes()).expect("written");
        let mut repository = self.open();
        let custodian = Some(repository.custodian_named(custodian).expect("a custodian"));
        let options = IngestOptions { custodian, ..IngestOptions::default() };
        let report = ingest(&mut repository, &[path], &options, "clerk", &VoidMonitor).expect("taken in");
        assert_eq!(report.totals.exceptions, 0, "{name}");
    }

    pub fn open(&self) -> Repository {
        Repository::open(&self.directory.path().join("room"), None).expect("opened")
    }

    /// A file beside the repository.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// A mailbox of letters, each as From, To, more header lines or the name of a file, subject, date and body.
pub fn mbox<'l>(name: &str, letters: impl IntoIterator<Item = (usize, &'l [&'l str; 6])>) -> String {
    let mut mbox = String::new();
    for (number, [from, to, more, subject, date, body]) in letters {
        let (more, file) = if more.contains(':') { (*more, "") } else { ("", *more) };
        let date = if date.is_empty() { String::new() } else { format!("Date: {date}\r\n") };
        let (kind, body) = match file {
            "" => ("text/plain; charset=utf-8".to_owned(), (*body).to_owned()),
            file => ("multipart/mixed; boundary=part".to_owned(), with_file(body, file)),
        };
        mbox.push_str(&format!(
            "From export@cedarbend.example Mon Mar  3 09:00:00 2025\r\nFrom: {from}\r\nTo: {to}\r\n{more}\
             Subject: {subject}\r\n{date}Message-ID: <{name}-{number}@cedarbend.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: {kind}\r\n\r\n{body}\r\n\r\n"
        ));
    }
    mbox
}

fn with_file(body: &str, file: &str) -> String {
    let (kind, encoding, content) =
        if file.ends_with(".png") { ("image/png", "base64", PICTURE) } else { ("text/plain", "7bit", PLAN) };
    format!(
        "--part\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--part\r\nContent-Type: {kind}; name={file}\r\n\
         Content-Disposition: attachment; filename={file}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{content}\r\n\
         --part--\r\n"
    )
}
