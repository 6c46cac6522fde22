//! Exports of every kind, made here, with the traps that real ones have.

use crate::base::digest::Sha256Digest;
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, RecordKind, Role};
use crate::source::chats::wrapping;
use crate::source::{ReadOptions, parse, part_bytes, read, shape_word};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::path::Path;

/// What was found in an export.
#[derive(Default)]
struct Holding {
    formats: Vec<ContainerFormat>,
    items: Vec<(RawItem, ParsedItem)>,
    exceptions: Vec<(ProblemCode, String)>,
    exception_bytes: usize,
    remarks: Vec<String>,
    declared: Option<u64>,
}

impl Holding {
    /// The items whose kind begins with a word, in order.
    fn of(&self, kind: &str) -> Vec<&ParsedItem> {
        self.items.iter().map(|one| &one.1).filter(|one| fact(one, "message kind").starts_with(kind)).collect()
    }

    fn bodies(&self, kind: &str) -> Vec<&str> {
        self.of(kind).iter().map(|one| one.body.as_str()).collect()
    }

    fn remark(&self, words: &str) -> bool {
        self.remarks.iter().any(|one| one.contains(words))
    }
}

fn hold(path: &Path) -> Holding {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut holding = Holding::default();
    let mut ordinals: Vec<u64> = Vec::new();
    let mut sink = |found: Found| {
        let mut next = |ordinal: u64| {
            let next = ordinals.last_mut().expect("finds lie in containers");
            assert_eq!(ordinal, *next, "ordinals have no gap");
            *next += 1;
        };
        match found {
            Found::Open { format, .. } => {
                holding.formats.push(format);
                ordinals.push(0);
            }
            Found::Close => assert!(ordinals.pop().is_some(), "what is closed was open"),
            Found::Declared(count) => holding.declared = Some(count),
            Found::Item(item) => {
                next(item.ordinal);
                let parsed = parse(&item, &options);
                let word = shape_word(&item.shape, *holding.formats.last().expect("open"));
                check_parts(&item, &parsed, word);
                holding.items.push((item, parsed));
            }
            Found::Exception(exception) => {
                next(exception.ordinal);
                holding.exception_bytes += exception.raw.len();
                holding.exceptions.push((exception.problem.code, exception.problem.message));
            }
            Found::Remark(problem) => holding.remarks.push(problem.message),
        }
        Ok(())
    };
    read(path, &options, &mut sink).expect("it can be opened");
    assert!(ordinals.is_empty(), "every container is closed");
    holding
}

/// Every attachment that has bytes is found again by its part.
fn check_parts(item: &RawItem, parsed: &ParsedItem, word: &str) {
    let Original::Bytes(bytes) = &item.original else { return };
    for attachment in &parsed.attachments {
        let found = part_bytes(bytes, word, attachment.part).map(|bytes| Sha256Digest::of(&bytes));
        assert_eq!(found, attachment.sha256, "{} of {}", attachment.name, item.place);
    }
}

fn fact<'p>(item: &'p ParsedItem, name: &str) -> &'p str {
    item.facts.get(name).map(String::as_str).unwrap_or_default()
}

fn names(item: &ParsedItem, role: Role) -> Vec<&str> {
    item.parties.iter().filter(|one| one.role == role).map(|one| one.name.as_str()).collect()
}

/// The same files as a folder and as an archive.
fn both(files: &[(&str, &[u8])], check: impl Fn(&Holding)) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let place = dir.path().join("export").join(path);
        std::fs::create_dir_all(place.parent().expect("has one")).expect("made");
        std::fs::write(&place, bytes).expect("written");
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    let archive = dir.path().join("export.zip");
    std::fs::write(&archive, zip.finish().expect("closed").into_inner()).expect("written");
    for place in [dir.path().join("export"), archive] {
        check(&hold(&place));
    }
}

/// One file under a name.
fn alone(name: &str, bytes: &[u8]) -> Holding {
    let dir = tempfile::tempdir().expect("a folder");
    let place = dir.path().join(name);
    std::fs::write(&place, bytes).expect("written");
    hold(&place)
}

const TEAMS: &str = r##"{"@odata.context":"https://graph.example/v1.0/$metadata#Collection(chatMessage)","@odata.count":4,
 "@odata.nextLink":"https://graph.example/next","topic":"Hydrants","chatType":"group",
 "members":[{"displayName":"Ann Olson","email":"Ann.Olson@cedarbend.example"},{"displayName":"Bo Lind","email":"bo@cedarbend.example"},{"displayName":"Cy Moe","userId":"u3"}],
 "value":[
 {"id":"1","messageType":"message","createdDateTime":"2024-03-01T15:00:00.5Z","lastEditedDateTime":"2024-03-01T15:01:00Z","deletedDateTime":null,
  "chatId":"19:abc@thread.v2","importance":"high","from":{"user":{"id":"u1","displayName":"Ann Olson","email":"Ann.Olson@cedarbend.example","userIdentityType":"aadUser"}},
  "body":{"contentType":"html","content":"<p>See <at id=\"0\">Bo Lind</at> &amp; the plan</p><img src=\"https://graph.example/hostedContents/x/$value\"><attachment id=\"f\"></attachment>"},
  "attachments":[{"id":"f","contentType":"reference","contentUrl":"https://cedarbend.example/plan.docx","name":"plan.docx"},
   {"id":"q","contentType":"messageReference","content":"{\"messageId\":\"0\",\"messagePreview\":\"the quoted words\"}"}],
  "mentions":[{"id":0,"mentionText":"Bo Lind"}],
  "reactions":[{"reactionType":"like","createdDateTime":"2024-03-01T15:02:00Z","user":{"user":{"id":"u2","displayName":"Bo Lind"}}}]},
 {"id":"2","messageType":"message","createdDateTime":"2024-03-01T15:05:00Z","deletedDateTime":"2024-03-01T15:06:00Z","chatId":"19:abc@thread.v2","from":{"user":{"id":"u2","displayName":"Bo Lind"}},"body":{"contentType":"html","content":""},"attachments":[]},
 {"id":"3","messageType":"systemEventMessage","createdDateTime":"2024-03-01T15:07:00Z","chatId":"19:abc@thread.v2","from":null,"body":{"contentType":"html","content":"<systemEventMessage/>"},
  "eventDetail":{"@odata.type":"#microsoft.graph.callEndedEventMessageDetail","callDuration":"PT1M30S","callParticipants":[{"participant":{"user":{"displayName":"Cy Moe"}}}]}},
 {"id":"4","messageType":"message","createdDateTime":"2024-03-01T16:00:00Z","channelIdentity":{"teamId":"t1","channelId":"19:chan@thread.tacv2"},"subject":"Mains","from":{"application":{"id":"a1","displayName":"Alerts"}},"body":{"contentType":"text","content":"root"},
  "replies":[{"id":"5","replyToId":"4","messageType":"message","createdDateTime":"2024-03-01T16:01:00Z","channelIdentity":{"teamId":"t1","channelId":"19:chan@thread.tacv2"},"from":{"user":{"id":"u1","displayName":"Ann Olson"}},"body":{"contentType":"text","content":"the reply"}}]}
 ]}"##;

#[test]
fn teams_messages_keep_what_was_done_to_them() {
    let held = alone("messages.json", TEAMS.as_bytes());
    assert_eq!(held.formats, [ContainerFormat::TeamsGraph]);
    assert_eq!((held.items.len(), held.exceptions.len(), held.declared), (5, 0, Some(4)));
    let all = held.of("teams");
    let first = all[0];
    assert!(first.body.contains("See Bo Lind & the plan") && first.body.contains("the quoted words"), "{}", first.body);
    assert_eq!(names(first, Role::From), ["Ann Olson"]);
    assert_eq!(names(first, Role::Member), ["Bo Lind", "Cy Moe"]);
    assert_eq!(first.parties[0].normal.as_deref(), Some("ann.olson@cedarbend.example"));
    let told = ["conversation", "conversation name", "edited", "importance", "reactions"].map(|name| fact(first, name));
    let expected =
        ["19:abc@thread.v2", "Hydrants", "2024-03-01T15:01:00Z", "high", "like by Bo Lind at 2024-03-01T15:02:00Z"];
    assert_eq!(told, expected);
    assert_eq!(first.attachments[0].name, "plan.docx");
    assert_eq!(first.searchable, Searchable::Partly, "a picture in the text is not there");
    assert_eq!(fact(all[1], "deleted"), "2024-03-01T15:06:00Z");
    assert_eq!(held.items[1].0.copy.deleted, Some(true));
    assert_eq!((fact(all[2], "event"), fact(all[2], "event callDuration")), ("callEnded", "PT1M30S"));
    assert_eq!(fact(all[2], "event callParticipants"), "Cy Moe");
    assert_eq!(
        (all[3].subject.as_str(), fact(all[3], "sent by"), fact(all[3], "team")),
        ("Mains", "application", "t1")
    );
    assert_eq!(
        (all[4].body.as_str(), all[4].references.as_slice()),
        ("the reply", &["19:chan@thread.tacv2/4".to_owned()][..])
    );
    let Original::Bytes(parent) = &held.items[3].0.original else { panic!("in memory") };
    let message = wrapping::message_of(parent).expect("wrapped");
    assert!(!message.windows(9).any(|window| window == b"the reply"), "a reply lies in its own original only");
    assert!(held.remark("one page of several") && held.remark("1 attachments are links"));
}

#[test]
fn teams_messages_come_as_pages_lists_and_lines() {
    let one = r#"{"id":"1","messageType":"message","createdDateTime":"2024-03-01T15:00:00Z","chatId":"c","from":null,"body":{"contentType":"text","content":"x"}}"#;
    let two = one.replace("\"1\"", "\"2\"");
    let forms = [
        format!("{{\"value\":[{one},{two}]}}"),
        format!("[{one},\n{two}]"),
        format!("{one}\n{two}\n"),
        format!("\u{feff}{{\"messages\":[{one},{two}],\"x\":[1]}}"),
    ];
    let names: Vec<Vec<Option<Vec<u8>>>> = forms
        .iter()
        .map(|form| alone("x.json", form.as_bytes()).items.into_iter().map(|one| one.0.identity).collect())
        .collect();
    assert!(names.iter().all(|one| one.len() == 2 && *one == names[0]), "the same messages however they come");
}

const SLACK_USERS: &[u8] = br#"[{"id":"U0000001","name":"ann","real_name":"Ann Olson","profile":{"email":"ann@cedarbend.example"}},
 {"id":"U0000002","name":"bo","deleted":true,"profile":{"real_name":"Bo Lind"}},{"id":"B0000009","name":"alerts","is_bot":true}]"#;
const SLACK_DAY: &[u8] = br#"[
 {"type":"message","user":"U0000001","text":"<@U0000002> see <https://x.example|the plan> &amp; <#C0000001> &lt;now&gt;","ts":"1709305200.000100","thread_ts":"1709305200.000100","reply_count":1,
  "edited":{"user":"U0000001","ts":"1709305260.000000"},"reactions":[{"name":"eyes","users":["U0000002"],"count":1}],
  "files":[{"id":"F0000001","name":"plan.txt","mimetype":"text/plain","size":5,"url_private":"https://files.example/F0000001/plan.txt"},
           {"id":"F0000002","name":"gone.pdf","mimetype":"application/pdf","mode":"tombstone"}]},
 {"type":"message","user":"U0000002","text":"a reply","ts":"1709305300.000200","thread_ts":"1709305200.000100"},
 {"type":"message","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","hidden":true,"ts":"1709305400.000300"},
 {"type":"message","subtype":"bot_message","username":"Pump alarm","bot_id":"B0000009","text":"","attachments":[{"fallback":"Pump 4 stopped","title":"Pump 4 stopped","fields":[{"title":"Level","value":"high"}]}],"ts":"1709305500.000400"},
 {"type":"message","subtype":"channel_join","user":"U0000002","text":"<@U0000002> has joined the channel","ts":"1709305600.000500"},
 {"type":"message","user":"U0000001","text":"","blocks":[{"type":"rich_text","elements":[{"elements":[{"type":"text","text":"only in blocks"}]}]}],"ts":"bad"}
]"#;

#[test]
fn slack_messages_have_names_threads_and_what_was_done_to_them() {
    let channels = br#"[{"id":"C0000001","name":"water","members":["U0000001","U0000002"],"topic":{"value":"Mains"},"purpose":{"value":""}}]"#;
    let dms = br#"[{"id":"D0000001","members":["U0000001","U0000002"]}]"#;
    let direct = br#"[{"type":"message","user":"U0000002","text":"privately","ts":"1709305200.000100"}]"#;
    let files: &[(&str, &[u8])] = &[
        ("users.json", SLACK_USERS),
        ("channels.json", channels),
        ("dms.json", dms),
        ("integration_logs.json", b"[]"),
        ("water/2024-03-01.json", SLACK_DAY),
        ("water/attachments/F0000001-plan.txt", b"hello"),
        ("D0000001/2024-03-01.json", direct),
        ("lost/2024-03-02.json", direct),
    ];
    both(files, |held| {
        assert_eq!(held.formats[0], ContainerFormat::SlackExport);
        assert_eq!(held.of("slack").len(), 8);
        // The lists and the log stay files of the export; the fetched file went into its message.
        assert_eq!(held.items.len(), 8 + 4, "{:?}", held.items.iter().map(|one| &one.0.place).collect::<Vec<_>>());
        let water: Vec<_> =
            held.of("slack").into_iter().filter(|one| fact(one, "conversation") == "C0000001").collect();
        let first = water[0];
        assert!(first.body.starts_with("@Bo Lind see the plan (https://x.example) & #water <now>"), "{}", first.body);
        assert_eq!(names(first, Role::From), ["Ann Olson"]);
        assert_eq!(names(first, Role::To), ["Bo Lind"]);
        assert_eq!(fact(first, "edited"), "2024-03-01T15:01:00+00:00 by Ann Olson");
        assert_eq!(fact(first, "reactions"), "eyes by Bo Lind");
        assert_eq!(first.attachments[0].bytes, 5);
        assert_eq!(first.attachments[1].sha256, None);
        assert!(first.problems[0].message.contains("was deleted in Slack"), "{:?}", first.problems);
        assert_eq!(water[1].references, ["C0000001/1709305200.000100"]);
        assert_eq!(fact(water[1], "account"), "closed when the export was made");
        assert!(fact(water[2], "deleted").starts_with("yes"));
        assert_eq!(names(water[3], Role::From), ["alerts"]);
        assert_eq!(
            (fact(water[3], "name shown"), water[3].body.as_str()),
            ("Pump alarm", "Pump 4 stopped\nLevel\nhigh")
        );
        assert_eq!(fact(water[4], "message kind"), "slack channel_join");
        assert_eq!((water[5].body.as_str(), water[5].sent_at.is_none()), ("only in blocks", true));
        assert_eq!(fact(water[5], "date as written"), "bad");
        let direct = held.of("slack").into_iter().find(|one| fact(one, "conversation") == "D0000001").expect("one");
        assert_eq!((names(direct, Role::From), names(direct, Role::To)), (vec!["Bo Lind"], vec!["Ann Olson"]));
        assert!(held.remark("which conversation lost is (1 messages)") && held.remark("1 attachments are links"));
        assert!(held.exceptions.is_empty());
    });
}

#[test]
fn slack_grid_exports_and_archives_of_a_folder_are_the_same() {
    let day = br#"[{"type":"message","user":"U0000001","text":"hi","ts":"1709305200.000100"}]"#;
    let channels = br#"[{"id":"C0000001","name":"water","members":[]}]"#;
    let grid: &[(&str, &[u8])] = &[
        ("org_users.json", SLACK_USERS),
        ("channels.json", b"[]"),
        ("teams/city/channels.json", channels),
        ("teams/city/water/2024-03-01.json", day),
    ];
    both(grid, |held| {
        let found = held.of("slack");
        assert_eq!((found.len(), fact(found[0], "conversation")), (1, "C0000001"));
        assert_eq!(names(found[0], Role::From), ["Ann Olson"]);
    });
    let wrapped: &[(&str, &[u8])] = &[
        ("Cedar Bend export/users.json", SLACK_USERS),
        ("Cedar Bend export/channels.json", channels),
        ("Cedar Bend export/water/2024-03-01.json", day),
    ];
    both(wrapped, |held| assert_eq!(fact(held.of("slack")[0], "conversation name"), "water"));
}

#[test]
fn an_edited_message_is_another_item_and_a_reaction_is_none() {
    let of = |text: &str, more: &str| {
        let day = format!(r#"[{{"type":"message","user":"U1","text":"{text}","ts":"1709305200.000100"{more}}}]"#);
        let files: [(&str, &[u8]); 3] =
            [("users.json", b"[]"), ("channels.json", b"[]"), ("water/2024-03-01.json", day.as_bytes())];
        let dir = tempfile::tempdir().expect("a folder");
        for (path, bytes) in files {
            let place = dir.path().join(path);
            std::fs::create_dir_all(place.parent().expect("has one")).expect("made");
            std::fs::write(&place, bytes).expect("written");
        }
        let held = hold(dir.path());
        held.items.into_iter().find(|one| !one.1.message_id.is_empty()).expect("one").0.identity
    };
    let plain = of("a", "");
    assert_eq!(plain, of("a", r#","reactions":[{"name":"eyes","users":["U2"]}],"reply_count":3"#));
    assert_ne!(plain, of("b", ""));
    assert_ne!(plain, of("a", r#","edited":{"user":"U1","ts":"1709305260.000000"}"#));
}

#[test]
fn facebook_messages_have_their_letters_pictures_and_calls() {
    let first = br#"{"participants":[{"name":"Cedar Bend City"},{"name":"Zo\u00c3\u00ab Berg"}],
 "messages":[
 {"sender_name":"Zo\u00c3\u00ab Berg","timestamp_ms":1709305300000,"content":"caf\u00c3\u00a9 \u00f0\u009f\u0091\u008d","type":"Generic","reactions":[{"reaction":"\u00e2\u009d\u00a4","actor":"Cedar Bend City"}],
  "photos":[{"uri":"your_facebook_activity/messages/inbox/zoe_1/photos/1.png","creation_timestamp":1709305300},{"uri":"your_facebook_activity/messages/inbox/zoe_1/photos/2.png"}]},
 {"sender_name":"Cedar Bend City","timestamp_ms":1709305200000,"type":"Call","call_duration":95,"content":"You called Zo\u00c3\u00ab."},
 {"sender_name":"Zo\u00c3\u00ab Berg","timestamp_ms":1709305100000,"is_unsent":true},
 {"sender_name":"Zo\u00c3\u00ab Berg","timestamp_ms":1709305000000,"share":{"link":"https://x.example/a"},"content":"look"}
 ],"title":"Zo\u00c3\u00ab Berg","thread_path":"inbox/zoe_1","is_still_participant":true}"#;
    let tenth = br#"{"participants":[],"messages":[{"sender_name":"A","timestamp_ms":1709300000000,"content":"tenth"}],"title":"t","thread_path":"inbox/zoe_1"}"#;
    let second = br#"{"participants":[],"messages":[{"sender_name":"A","timestamp_ms":1709301000000,"content":"second"}],"title":"t","thread_path":"inbox/zoe_1"}"#;
    let posts = br#"[{"timestamp":1709305000,"data":[{"post":"Hydrants will be flushed. caf\u00c3\u00a9"}],"title":"Cedar Bend City updated its status.","attachments":[{"data":[{"media":{"uri":"your_facebook_activity/posts/media/h.jpg","creation_timestamp":1709305000,"description":"a hydrant"}},{"external_context":{"url":"https://cedarbend.example/flush"}}]}]}]"#;
    let comments = br#"{"comments_v2":[{"timestamp":1709306000,"data":[{"comment":{"timestamp":1709306000,"comment":"Call us at noon","author":"Cedar Bend City"}}],"title":"Cedar Bend City replied."}]}"#;
    let files: &[(&str, &[u8])] = &[
        ("your_facebook_activity/messages/inbox/zoe_1/message_1.json", first),
        ("your_facebook_activity/messages/inbox/zoe_1/message_10.json", tenth),
        ("your_facebook_activity/messages/inbox/zoe_1/message_2.json", second),
        ("your_facebook_activity/messages/inbox/zoe_1/photos/1.png", b"\x89PNG\r\n\x1a\none"),
        ("your_facebook_activity/posts/your_posts_1.json", posts),
        ("your_facebook_activity/posts/media/h.jpg", b"\xff\xd8\xffjpeg"),
        ("your_facebook_activity/comments_and_reactions/comments.json", comments),
        ("preferences/settings.json", b"{\"a\":1}"),
    ];
    both(files, |held| {
        assert_eq!(held.formats[0], ContainerFormat::MetaDownload);
        assert_eq!(held.items.len(), 6 + 2 + 1);
        let messages = held.of("messenger");
        let bodies: Vec<&str> = messages.iter().map(|one| one.body.as_str()).collect();
        let expected = ["café 👍", "You called Zoë.", "", "look\nhttps://x.example/a", "second", "tenth"];
        assert_eq!(bodies, expected);
        let first = messages[0];
        assert_eq!((names(first, Role::From), names(first, Role::To)), (vec!["Zoë Berg"], vec!["Cedar Bend City"]));
        assert_eq!((fact(first, "reactions"), fact(first, "conversation")), ("❤ by Cedar Bend City", "zoe_1"));
        assert_eq!(first.attachments[0].found_type, "image/png");
        assert_eq!(first.attachments[1].sha256, None);
        let call = messages[1];
        assert_eq!((call.kind, call.duration.map(|one| one.seconds)), (RecordKind::Call, Some(95)));
        assert_eq!(fact(messages[2], "deleted"), "yes, unsent by its author");
        let Original::Bytes(original) = &held.items.iter().find(|one| one.1.body == "café 👍").expect("one").0.original
        else {
            panic!("in memory")
        };
        let message = wrapping::message_of(original).expect("wrapped");
        assert!(first_contains(message, br"caf\u00c3\u00a9"), "the original keeps what was written");
        let post = held.of("post")[0];
        assert!(
            post.body.contains("Hydrants will be flushed. café") && post.body.contains("a hydrant"),
            "{}",
            post.body
        );
        assert!(post.body.contains("https://cedarbend.example/flush"));
        assert_eq!(post.attachments[0].found_type, "image/jpeg");
        let comment = held.of("comment")[0];
        assert_eq!((comment.body.as_str(), names(comment, Role::From)), ("Call us at noon", vec!["Cedar Bend City"]));
        assert!(held.remark("1 attachments are links"), "{:?}", held.remarks);
    });
}

fn first_contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[test]
fn encrypted_conversations_instagram_and_html_are_known() {
    let sealed = br#"{"participants":["Cedar Bend City","Bo Lind"],"threadName":"Bo Lind_7","messages":[{"senderName":"Bo Lind","text":"caf\u00e9 \ud83d\udc4d","timestamp":1709305200000,"type":"text","isUnsent":false,"media":[{"uri":"./media/a.txt"}],"reactions":[]}]}"#;
    both(&[("messages/Bo Lind_7.json", sealed), ("messages/media/a.txt", b"words")], |held| {
        let all = held.of("messenger");
        assert_eq!((all.len(), all[0].body.as_str()), (1, "café 👍"), "right letters are left alone");
        assert_eq!(all[0].attachments[0].bytes, 5);
        assert_eq!(held.items.len(), 1);
    });
    let direct = br#"{"participants":[{"name":"a"},{"name":"b"}],"messages":[{"sender_name":"a","timestamp_ms":1709305200000,"content":"hi","is_geoblocked_for_viewer":false}],"title":"b","thread_path":"inbox/b_9"}"#;
    let posts =
        br#"[{"media":[{"uri":"media/posts/202403/1.jpg","creation_timestamp":1709305200,"title":"The new bridge"}]}]"#;
    let files: &[(&str, &[u8])] = &[
        ("your_instagram_activity/messages/inbox/b_9/message_1.json", direct),
        ("your_instagram_activity/media/posts_1.json", posts),
        ("media/posts/202403/1.jpg", b"\xff\xd8\xffjpeg"),
    ];
    both(files, |held| {
        assert_eq!(held.bodies("instagram"), ["hi"]);
        let post = held.of("post")[0];
        assert_eq!((post.body.as_str(), post.sent_at.is_some(), post.attachments.len()), ("The new bridge", true, 1));
    });
    let page =
        b"<!DOCTYPE html><html><body><div class=\"_a706\"><div class=\"_a6-g\">Hello hydrant</div></div></body></html>";
    let held = alone("message_1.html", page);
    assert_eq!(held.formats, [ContainerFormat::MetaDownload]);
    assert!(held.remark("in the format JSON") && held.items[0].1.body.contains("Hello hydrant"));
}

#[test]
fn archives_of_x_give_posts_and_direct_messages() {
    let tweets = br#"window.YTD.tweets.part0 = [ {"tweet":{"id_str":"77","id":"77","full_text":"Main break &amp; detour https://t.co/a","created_at":"Fri Mar 01 15:00:00 +0000 2024","favorite_count":"3",
 "entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://cedarbend.example/detour"}],"user_mentions":[{"name":"Bo","screen_name":"bo"}]},
 "extended_entities":{"media":[{"media_url_https":"https://pbs.example/media/pic.jpg"}]},"in_reply_to_status_id_str":"70","in_reply_to_screen_name":"bo"}} ]"#;
    let deleted = br#"window.YTD.deleted_tweets.part0 = [{"tweet":{"id_str":"78","full_text":"oops","created_at":"Fri Mar 01 16:00:00 +0000 2024","deleted_at":"Fri Mar 01 16:05:00 +0000 2024"}}]"#;
    let account = br#"window.YTD.account.part0 = [{"account":{"accountId":"1","username":"cedarbend","accountDisplayName":"Cedar Bend","email":"clerk@cedarbend.example"}}]"#;
    let direct = br#"window.YTD.direct_messages.part0 = [{"dmConversation":{"conversationId":"1-2","messages":[
 {"messageCreate":{"id":"9","senderId":"2","recipientId":"1","text":"is the water safe","createdAt":"2024-03-01T17:00:00.000Z","mediaUrls":[],"reactions":[]}},
 {"messageCreate":{"id":"8","senderId":"1","recipientId":"2","text":"yes","createdAt":"2024-03-01T17:01:00.000Z"}},
 {"conversationNameUpdate":{"name":"Water","initiatingUserId":"2","createdAt":"2024-03-01T17:02:00.000Z"}}]}}]"#;
    let files: &[(&str, &[u8])] = &[
        ("Your archive.html", b"<html>viewer</html>"),
        ("data/account.js", account),
        ("data/tweets.js", tweets),
        ("data/deleted-tweets.js", deleted),
        ("data/direct-messages.js", direct),
        ("data/tweets_media/77-pic.jpg", b"\xff\xd8\xffjpeg"),
    ];
    both(files, |held| {
        assert_eq!(held.formats[0], ContainerFormat::XArchive);
        assert_eq!((held.items.len(), held.exceptions.len()), (2 + 3 + 2, 0));
        let post = held.of("x post").into_iter().find(|one| one.message_id == "x/77").expect("one");
        assert_eq!(post.body, "Main break & detour https://t.co/a (https://cedarbend.example/detour)");
        assert_eq!((names(post, Role::From), post.direction), (vec!["Cedar Bend"], Direction::Out));
        assert_eq!((post.references.as_slice(), post.attachments[0].bytes), (&["x/70".to_owned()][..], 7));
        let gone = held.of("x post").into_iter().find(|one| one.message_id == "x/78").expect("one");
        assert!(fact(gone, "deleted").starts_with("Fri Mar 01 16:05"));
        let direct = held.of("x direct message");
        assert_eq!(direct.iter().map(|one| one.direction).collect::<Vec<_>>(), [Direction::In, Direction::Out]);
        assert_eq!(held.bodies("x conversationNameUpdate"), ["Water"]);
    });
}

fn record(kind: &str, extra: &str, block: &str) -> String {
    let id = block.len();
    format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: 2024-03-01T15:00:00Z\r\n{extra}Content-Length: {id}\r\n\r\n{block}\r\n\r\n"
    )
}

#[test]
fn captured_pages_become_items_and_the_rest_is_counted() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>Council</title></head><body>The <b>agenda</b></body></html>";
    let uri =
        "WARC-Target-URI: <https://cedarbend.example/council>\r\nContent-Type: application/http; msgtype=response\r\n";
    let records = [
        record("warcinfo", "", "software: x"),
        record("request", uri, "GET / HTTP/1.1\r\n\r\n"),
        record("response", uri, page),
        record("revisit", uri, ""),
        record("metadata", uri, "a: b"),
        record(
            "resource",
            "WARC-Target-URI: https://cedarbend.example/a.txt\r\nContent-Type: text/plain\r\n",
            "plain words",
        ),
    ];
    let mut packed = Vec::new();
    for one in &records {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(one.as_bytes()).expect("memory");
        packed.extend(packer.finish().expect("memory"));
    }
    for (name, bytes) in [("a.warc", records.concat().into_bytes()), ("a.warc.gz", packed)] {
        let held = alone(name, &bytes);
        assert_eq!(held.formats, [ContainerFormat::Warc], "{name}");
        assert_eq!((held.items.len(), held.exceptions.len()), (2, 0), "{name}");
        let (raw, first) = &held.items[0];
        assert_eq!((first.kind, first.subject.as_str()), (RecordKind::File, "https://cedarbend.example/council"));
        assert!(first.body.contains("The agenda"), "{}", first.body);
        assert_eq!((fact(first, "title"), fact(first, "status")), ("Council", "200"));
        assert_eq!(
            first.received_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref(),
            Some("2024-03-01T15:00:00+00:00")
        );
        let exact = records[2].trim_end_matches("\r\n\r\n").as_bytes();
        assert_eq!(raw.original, Original::Bytes(exact.to_vec()), "{name}: the record, byte for byte");
        assert_eq!(held.items[1].1.body.trim(), "plain words");
        assert!(held.remark("1 metadata, 1 request, 1 revisit, 1 warcinfo"), "{:?}", held.remarks);
    }
}

#[test]
fn damaged_captures_give_what_can_be_had() {
    let uri = "WARC-Target-URI: https://x.example/\r\n";
    let whole = record("resource", uri, "one two three");
    let cut = &record("resource", uri, "a longer block of words")[..150];
    let bytes = format!("{whole}GARBAGE LINE\r\nmore\r\n{whole}{cut}");
    let held = alone("a.warc", bytes.as_bytes());
    assert_eq!(held.items.len(), 2);
    let codes: Vec<ProblemCode> = held.exceptions.iter().map(|one| one.0).collect();
    assert!(codes.contains(&ProblemCode::Malformed) && codes.len() == 2, "{:?}", held.exceptions);
}

#[test]
fn a_vcon_is_one_item_with_its_recordings() {
    let plain = br#"{"vcon":"0.0.2","uuid":"0190-1","created_at":"2024-03-01T15:10:00Z","subject":"Hydrant","parties":[{"tel":"+16125550142","name":"Ann"},{"mailto":"bo@cedarbend.example","name":"Bo"}],
 "dialog":[{"type":"text","start":"2024-03-01T15:00:00Z","parties":[0,1],"body":"is it open?","encoding":"none"},
  {"type":"recording","start":"2024-03-01T15:01:00Z","duration":4.72,"parties":[1,0],"mediatype":"text/plain","filename":"call.txt","encoding":"base64url","body":"aGVsbG8"},
  {"type":"recording","start":"2024-03-01T15:02:00Z","duration":2,"parties":[1,0],"url":"https://x.example/b.wav"}],
 "analysis":[{"type":"transcript","dialog":1,"encoding":"json","body":"{\"segments\":[{\"text\":\"the transcript\"}]}"}],"attachments":[]}"#;
    let held = alone("a.vcon", plain);
    let (raw, item) = &held.items[0];
    assert_eq!(raw.original, Original::Bytes(plain.to_vec()));
    assert_eq!((item.kind, item.duration.map(|one| one.seconds)), (RecordKind::Call, Some(7)));
    assert!(item.body.contains("Ann: is it open?") && item.body.contains("the transcript"), "{}", item.body);
    assert_eq!((item.attachments.len(), item.attachments[0].bytes, item.attachments[1].sha256), (2, 5, None));
    assert_eq!((names(item, Role::From), names(item, Role::To)), (vec!["Ann"], vec!["Bo"]));
    let signed = format!(r#"{{"payload":"{}","signatures":[]}}"#, "eyJwYXJ0aWVzIjpbXSwiZGlhbG9nIjpbXSwidXVpZCI6InMifQ");
    let held = alone("b.vcon", signed.as_bytes());
    assert_eq!(held.items[0].1.message_id, "s", "a signed one is read through its payload");
    let sealed = alone("c.vcon", br#"{"ciphertext":"xyz","recipients":[]}"#);
    assert!(sealed.remark("encrypted") && sealed.items.len() == 1);
}

#[test]
fn what_is_no_message_is_an_exception_and_what_breaks_off_is_said() {
    let text = r#"{"value":[{"id":"1","messageType":"message","createdDateTime":"2024-03-01T15:00:00Z","chatId":"c","body":{"contentType":"text","content":"x"}},
 null,"text",{"id": nonsense},{"id":"2","messageType":"message","createdDateTime":"2024-03-01T15:00:00Z","chatId":"c","body":{"content":"half \ud83d"}},{"id":"3","mess"#;
    let held = alone("x.json", text.as_bytes());
    assert_eq!((held.items.len(), held.exceptions.len()), (2, 4), "{:?}", held.exceptions);
    assert_eq!(held.items[1].1.problems[0].code, ProblemCode::Undecodable);
    assert_eq!(held.exceptions[3].0, ProblemCode::Truncated);
    let empty = r#"{"@odata.context":"x#Collection(chatMessage)","value":[],"a":{"messageType":1,"createdDateTime":1,"body":1}}"#;
    let held = alone("x.json", empty.as_bytes());
    assert_eq!(
        (held.items.len(), held.items[0].1.kind),
        (1, RecordKind::File),
        "nothing was cut out, so it is kept whole"
    );
}

#[test]
fn ordinary_files_are_left_alone() {
    let files: [(&str, &[u8]); 5] = [
        ("a.json", br#"{"messages":[{"text":"x"}]}"#),
        ("users.json", b"[]"),
        ("page.html", b"<html><body>message</body></html>"),
        ("message_1.json", br#"{"participants":[],"other":1}"#),
        ("b.js", b"window.x = 1;"),
    ];
    for (name, bytes) in files {
        assert_eq!(alone(name, bytes).formats, [ContainerFormat::File], "{name}");
    }
    both(&[("channels.json", b"[]"), ("x/2024-03-01.json", b"[]")], |held| {
        assert!(matches!(held.formats[0], ContainerFormat::Folder | ContainerFormat::Zip));
    });
}

#[test]
fn what_is_too_large_or_said_too_often_is_kept_and_said() {
    // A film above the limit of a message stays a file beside it.
    let thread = br#"{"participants":[],"messages":[{"sender_name":"a","timestamp_ms":1709305200000,"videos":[{"uri":"messages/inbox/a_1/videos/long.mp4"}]}],"thread_path":"inbox/a_1"}"#;
    let film = vec![7_u8; crate::base::limits::ITEM_IN_MEMORY_BYTES as usize + 1];
    let dir = tempfile::tempdir().expect("a folder");
    let place = dir.path().join("messages/inbox/a_1");
    std::fs::create_dir_all(place.join("videos")).expect("made");
    std::fs::write(place.join("message_1.json"), thread).expect("written");
    std::fs::write(place.join("videos/long.mp4"), film).expect("written");
    let held = hold(dir.path());
    assert_eq!(held.items.len(), 2);
    assert!(held.of("messenger")[0].problems[0].message.contains("an item of its own"));
    assert!(matches!(held.items[1].0.original, Original::Stretch { .. }), "and it is sealed from where it lies");
    // What stands around the lists and does not fit into every message is kept by itself.
    let long = "x".repeat(70_000);
    let page = format!(
        r#"{{"participants":[],"a":1,"a":2,"messages":[{{"sender_name":"a","timestamp_ms":1709305200000,"content":"hi"}}],"long":"{long}"}}"#
    );
    let held = alone("message_1.json", page.as_bytes());
    assert_eq!((held.items.len(), held.exceptions.len(), held.exception_bytes), (1, 2, 70_002 + 1));
    // A message of more names than a program would write.
    let many: String = (0..400).map(|n| format!(",\"n{n}\":{n}")).collect();
    let page = format!(
        r#"{{"participants":[],"messages":[{{"sender_name":"a","timestamp_ms":1709305200000,"content":"hi","message kind":"forged"{many}}}]}}"#
    );
    let held = alone("message_1.json", page.as_bytes());
    let item = &held.items[0].1;
    assert!(item.facts.len() < 300 && item.searchable == Searchable::Partly);
    assert_eq!((fact(item, "message kind"), fact(item, "message kind as written")), ("messenger message", "forged"));
}

/// Bytes of an export with some of them changed, cut off or doubled.
fn damaged(bytes: &[u8], changes: &[(usize, u8)], cut: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, byte) in changes {
        let length = bytes.len();
        bytes[at % length] = *byte;
    }
    bytes.truncate(bytes.len() - cut % bytes.len());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn damage_never_stops_the_reading(
        which in 0_usize..6,
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..6),
        cut in prop_oneof![Just(0_usize), any::<usize>()],
    ) {
        let page = record("response", "Content-Type: application/http\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nxyz");
        let vcon: &[u8] = br#"{"parties":[{"tel":"+16125550142"}],"dialog":[{"type":"text","parties":[0],"body":"x"},{"type":"recording","encoding":"base64url","body":"aGVsbG8","parties":7}]}"#;
        let thread: &[u8] = br#"{"participants":[{"name":"a"}],"messages":[{"sender_name":"a","timestamp_ms":1709305200000,"content":"caf\u00c3\u00a9","photos":[{"uri":"x/y.png"}]},{"sender_name":"b","timestamp_ms":1,"call_duration":5}]}"#;
        let posts: &[u8] = br#"window.YTD.tweets.part0 = [{"tweet":{"id_str":"7","full_text":"a https://t.co/a","created_at":"Fri Mar 01 15:00:00 +0000 2024","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://x.example"}],"media":[{"media_url":"https://x.example/p.jpg"}]}}}]"#;
        let direct: &[u8] = br#"window.YTD.direct_messages.part0 = [{"dmConversation":{"conversationId":"1-2","messages":[{"messageCreate":{"id":"9","senderId":"2","text":"hi","createdAt":"2024-03-01T17:00:00.000Z"}},{"messageCreate":{"id":"8"}}]}}]"#;
        let all: [(&str, &[u8]); 6] = [
            ("t.json", TEAMS.as_bytes()),
            ("a.warc", page.as_bytes()),
            ("c.vcon", vcon),
            ("message_1.json", thread),
            ("tweets.js", posts),
            ("direct-messages.js", direct),
        ];
        let (name, bytes) = all[which];
        let bytes = damaged(bytes, &changes, cut);
        let held = alone(name, &bytes);
        prop_assert!(bytes.is_empty() || !held.items.is_empty() || !held.exceptions.is_empty(), "something is told");
    }

    #[test]
    fn damaged_days_of_slack_are_read(
        changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..6),
        cut in prop_oneof![Just(0_usize), any::<usize>()],
    ) {
        let day = damaged(SLACK_DAY, &changes, cut);
        let users = damaged(SLACK_USERS, &changes, cut);
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("water")).expect("made");
        for (path, bytes) in [("users.json", users.as_slice()), ("dms.json", b"[]"), ("water/2024-03-01.json", &day)] {
            std::fs::write(dir.path().join(path), bytes).expect("written");
        }
        let held = hold(dir.path());
        prop_assert!(held.items.len() + held.exceptions.len() >= 3, "the two lists and the day");
    }
}
