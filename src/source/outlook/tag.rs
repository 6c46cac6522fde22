//! Numbers of properties that are read by name here ([MS-OXPROPS] section 2, `PidTag...`).

/// What kind of item it is (`IPM.Note`).
pub const MESSAGE_CLASS: u16 = 0x001A;
/// The subject, in stores with a prefix mark before it.
pub const SUBJECT: u16 = 0x0037;
/// 0 low, 1 normal, 2 high.
pub const IMPORTANCE: u16 = 0x0017;
/// -1 not urgent, 0 normal, 1 urgent.
pub const PRIORITY: u16 = 0x0026;
/// 0 normal, 1 personal, 2 private, 3 confidential.
pub const SENSITIVITY: u16 = 0x0036;
/// When what is reported happened.
pub const REPORT_TIME: u16 = 0x0032;
/// When the client sent it.
pub const SUBMIT_TIME: u16 = 0x0039;
/// `RE: ` and the like.
pub const SUBJECT_PREFIX: u16 = 0x003D;
/// Name of the author on whose behalf it was sent.
pub const REPRESENTING_NAME: u16 = 0x0042;
/// Subject of the message a report is about.
pub const ORIGINAL_SUBJECT: u16 = 0x0049;
/// Names of those whom answers go to.
pub const REPLY_NAMES: u16 = 0x0050;
/// Kind of the author's address (`SMTP`, `EX`).
pub const REPRESENTING_TYPE: u16 = 0x0064;
/// Address of the author.
pub const REPRESENTING_ADDRESS: u16 = 0x0065;
/// Subject without prefix.
pub const CONVERSATION_TOPIC: u16 = 0x0070;
/// Place in the conversation.
pub const CONVERSATION_INDEX: u16 = 0x0071;
/// The header as the mail came in with it.
pub const TRANSPORT_HEADERS: u16 = 0x007D;
/// 1 to, 2 copy, 3 blind copy; higher bits are marks.
pub const RECIPIENT_TYPE: u16 = 0x0C15;
/// Name of who sent it.
pub const SENDER_NAME: u16 = 0x0C1A;
/// What a mail system said about a recipient.
pub const SUPPLEMENTARY_INFO: u16 = 0x0C1B;
/// Kind of the sender's address.
pub const SENDER_TYPE: u16 = 0x0C1E;
/// Address of who sent it.
pub const SENDER_ADDRESS: u16 = 0x0C1F;
/// Names of the blind-copied.
pub const DISPLAY_BCC: u16 = 0x0E02;
/// Names of the copied.
pub const DISPLAY_CC: u16 = 0x0E03;
/// Names of the recipients.
pub const DISPLAY_TO: u16 = 0x0E04;
/// When it was delivered.
pub const DELIVERY_TIME: u16 = 0x0E06;
/// 1 read, 8 unsent.
pub const MESSAGE_FLAGS: u16 = 0x0E07;
/// Subject without prefix.
pub const NORMALIZED_SUBJECT: u16 = 0x0E1D;
/// Bytes of an attachment with its properties.
pub const ATTACH_SIZE: u16 = 0x0E20;
/// The plain text.
pub const BODY: u16 = 0x1000;
/// The text of a report.
pub const REPORT_TEXT: u16 = 0x1001;
/// The compressed rich text.
pub const RTF_COMPRESSED: u16 = 0x1009;
/// The HTML text.
pub const HTML: u16 = 0x1013;
/// The Message-ID with its brackets.
pub const MESSAGE_ID: u16 = 0x1035;
/// Message-IDs of the conversation.
pub const REFERENCES: u16 = 0x1039;
/// Message-ID of what is answered.
pub const IN_REPLY_TO: u16 = 0x1042;
/// 261 replied, 262 forwarded.
pub const ICON_INDEX: u16 = 0x1080;
/// 102 replied, 103 replied to all, 104 forwarded.
pub const LAST_VERB: u16 = 0x1081;
/// When that was done.
pub const LAST_VERB_TIME: u16 = 0x1082;
/// 1 flag done, 2 flagged.
pub const FLAG_STATUS: u16 = 0x1090;
/// When the flag was marked as done.
pub const FLAG_DONE_TIME: u16 = 0x1091;
/// Whether it is hidden.
pub const HIDDEN: u16 = 0x10F4;
/// Name of a folder, recipient or attachment.
pub const DISPLAY_NAME: u16 = 0x3001;
/// Kind of a recipient's address.
pub const ADDRESS_TYPE: u16 = 0x3002;
/// Address of a recipient.
pub const EMAIL_ADDRESS: u16 = 0x3003;
/// When it was made.
pub const CREATION_TIME: u16 = 0x3007;
/// When it was last changed.
pub const MODIFICATION_TIME: u16 = 0x3008;
/// Items of a folder.
pub const CONTENT_COUNT: u16 = 0x3602;
/// Unread items of a folder.
pub const CONTENT_UNREAD: u16 = 0x3603;
/// Whether a folder has folders.
pub const SUBFOLDERS: u16 = 0x360A;
/// What kind of items a folder is for.
pub const CONTAINER_CLASS: u16 = 0x3613;
/// The content of an attachment.
pub const ATTACH_DATA: u16 = 0x3701;
/// The ending of its name.
pub const ATTACH_EXTENSION: u16 = 0x3703;
/// Its short name (8.3).
pub const ATTACH_FILENAME: u16 = 0x3704;
/// How it is attached.
pub const ATTACH_METHOD: u16 = 0x3705;
/// Its name.
pub const ATTACH_LONG_FILENAME: u16 = 0x3707;
/// Short path of a file elsewhere.
pub const ATTACH_PATHNAME: u16 = 0x3708;
/// Path of a file elsewhere.
pub const ATTACH_LONG_PATHNAME: u16 = 0x370D;
/// The media type it claims.
pub const ATTACH_MIME: u16 = 0x370E;
/// The id by which HTML shows it.
pub const ATTACH_CONTENT_ID: u16 = 0x3712;
/// 4 shown in the HTML text.
pub const ATTACH_FLAGS: u16 = 0x3714;
/// Whether it is hidden.
pub const ATTACH_HIDDEN: u16 = 0x7FFE;
/// The Internet address of a recipient.
pub const SMTP_ADDRESS: u16 = 0x39FE;
/// `Jr.`
pub const GENERATION: u16 = 0x3A05;
/// Given name.
pub const GIVEN_NAME: u16 = 0x3A06;
/// Telephone at work.
pub const BUSINESS_PHONE: u16 = 0x3A08;
/// Telephone at home.
pub const HOME_PHONE: u16 = 0x3A09;
/// Family name.
pub const SURNAME: u16 = 0x3A11;
/// Company.
pub const COMPANY: u16 = 0x3A16;
/// Job title.
pub const TITLE: u16 = 0x3A17;
/// Department.
pub const DEPARTMENT: u16 = 0x3A18;
/// Mobile telephone.
pub const MOBILE_PHONE: u16 = 0x3A1C;
/// Code page of 8-bit text.
pub const MESSAGE_CODEPAGE: u16 = 0x3FFD;
/// Code page of the text on the way.
pub const INTERNET_CODEPAGE: u16 = 0x3FDE;
/// Internet address of who sent it.
pub const SENDER_SMTP: u16 = 0x5D01;
/// Internet address of the author.
pub const REPRESENTING_SMTP: u16 = 0x5D02;
/// Name of a recipient as shown.
pub const RECIPIENT_DISPLAY_NAME: u16 = 0x5FF6;
/// What an invited person answered: 2 tentative, 3 accepted, 4 declined.
pub const TRACK_STATUS: u16 = 0x5FFF;
