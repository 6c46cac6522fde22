//! Who took part in an item of Outlook: its sender, its recipients, and those only its transport header names.

use crate::extract::mapi::bag::{ADDRESS, Bag};
use crate::extract::mapi::object::Object;
use crate::model::record::{Party, Role};
use crate::source::number;

/// The properties that tell one person: name, address, its kind, the SMTP address, the search key.
struct Person {
    name: u16,
    address: u16,
    kind: u16,
    smtp: u16,
    key: u16,
}

/// Who the message is from (MS-OXOMSG 2.2.1.54 and following).
const REPRESENTED: Person = Person { name: 0x0042, address: 0x0065, kind: 0x0064, smtp: 0x5D02, key: 0x003B };
/// Who sent it.
const SENDER: Person = Person { name: 0x0C1A, address: 0x0C1F, kind: 0x0C1E, smtp: 0x5D01, key: 0x0C1D };
/// One recipient.
const RECIPIENT: Person = Person { name: 0x3001, address: 0x3003, kind: 0x3002, smtp: 0x39FE, key: 0x300B };

/// Phone numbers of a contact (MS-OXOCNTC 2.2.1.4), fax numbers among them.
const NUMBERS: [u16; 18] = [
    0x3A02, 0x3A08, 0x3A09, 0x3A1A, 0x3A1B, 0x3A1C, 0x3A1D, 0x3A1E, 0x3A1F, 0x3A21, 0x3A23, 0x3A24, 0x3A25, 0x3A2D,
    0x3A2E, 0x3A2F, 0x3A57, 0x3A4B,
];

/// Everybody a message names; those of its transport header are added where the properties do not name them.
pub fn of_message(object: &Object, header: Vec<Party>) -> Vec<Party> {
    let mut parties = Vec::new();
    let from = person(&object.bag, &REPRESENTED, Role::From);
    let sender = person(&object.bag, &SENDER, Role::Sender);
    match (from, sender) {
        (Some(from), Some(sender)) => {
            let is_same = from.address.eq_ignore_ascii_case(&sender.address)
                || from.normal.is_some() && from.normal == sender.normal;
            parties.push(from);
            if !is_same {
                parties.push(sender);
            }
        }
        (Some(from), None) => parties.push(from),
        (None, Some(sender)) => parties.push(Party { role: Role::From, ..sender }),
        (None, None) => {}
    }
    for one in &object.recipients {
        // The high bits mark that it was sent again (MS-OXCMSG 2.2.3.1 PidTagRecipientType).
        let role = match one.number(0x0C15).map(|kind| kind & 0xF) {
            Some(1) | None => Role::To,
            Some(2) => Role::Cc,
            Some(3) => Role::Bcc,
            Some(_) => Role::Member,
        };
        parties.extend(person(one, &RECIPIENT, role));
    }
    if object.recipients.is_empty() && header.is_empty() {
        for (role, id) in [(Role::To, 0x0E04), (Role::Cc, 0x0E03), (Role::Bcc, 0x0E02)] {
            parties.extend(shown(&object.bag.text(id), role));
        }
    }
    if !header.iter().any(|one| one.role == Role::ReplyTo) {
        parties.extend(shown(&object.bag.text(0x0050), Role::ReplyTo));
    }
    for one in header {
        join(one, &mut parties);
    }
    parties
}

/// The addresses and numbers of a contact, all of the person whose card it is.
pub fn of_contact(object: &Object, name: &str) -> Vec<Party> {
    let mut parties: Vec<Party> = Vec::new();
    // Three addresses: what is shown, the address (MS-OXOCNTC 2.2.1.2).
    for at in [0x8083, 0x8093, 0x80A3] {
        let found = object.bag.named(ADDRESS, at).map(|found| object.bag.said_of(found));
        let written = found.and_then(|said| said.into_iter().next()).map(|said| said.text).unwrap_or_default();
        if !written.trim().is_empty() {
            parties.push(party(Role::Member, name, &written));
        }
    }
    for id in NUMBERS {
        let written = object.bag.text(id);
        if !written.trim().is_empty() {
            parties.push(number::party(Role::Member, name, written.trim(), None));
        }
    }
    // The members of a list have their names in the recipients of the item, where a program writes them.
    parties.extend(object.recipients.iter().filter_map(|one| person(one, &RECIPIENT, Role::Member)));
    if parties.is_empty() && !name.is_empty() {
        parties.push(party(Role::Member, name, ""));
    }
    // Whose address book it is.
    parties.extend(person(&object.bag, &SENDER, Role::Sender));
    parties
}

fn person(bag: &Bag, ids: &Person, role: Role) -> Option<Party> {
    let name = bag.text(ids.name);
    let shown = if role == Role::From || role == Role::Sender { String::new() } else { bag.text(0x5FF6) };
    let name = if name.is_empty() { shown } else { name };
    let written = bag.text(ids.address);
    let key = bag.bytes(ids.key).and_then(|key| String::from_utf8(key.to_vec()).ok());
    let key =
        key.as_deref().and_then(|key| key.strip_prefix("SMTP:")).map(|key| key.trim_end_matches('\0').to_lowercase());
    let is_smtp = bag.text(ids.kind).eq_ignore_ascii_case("SMTP") || is_address(&written);
    let address =
        [bag.text(ids.smtp), if is_smtp { written.clone() } else { String::new() }, key.unwrap_or_default(), written];
    let address = address.into_iter().map(|one| one.trim().to_owned()).find(|one| !one.is_empty()).unwrap_or_default();
    (!(name.trim().is_empty() && address.is_empty())).then(|| party(role, &name, &address))
}

fn party(role: Role, name: &str, address: &str) -> Party {
    let (name, address) = (name.trim(), address.trim());
    // Programs write the address once more as the name, in quotes.
    let normal = is_address(address).then(|| address.to_lowercase());
    Party { role, name: name.to_owned(), address: address.to_owned(), normal }
}

/// Names as a list shows them, with semicolons between them.
fn shown(list: &str, role: Role) -> Vec<Party> {
    let names = list.split(';').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| if is_address(name) { party(role, "", name) } else { party(role, name, "") }).collect()
}

/// Adds somebody of the transport header, or gives the one who is there already the address it tells.
fn join(one: Party, parties: &mut Vec<Party>) {
    let is_here = |known: &Party| known.normal.is_some() && known.normal == one.normal;
    let has_role =
        |known: &Party| known.role == one.role || matches!((known.role, one.role), (Role::From, Role::Sender));
    if let Some(known) = parties.iter_mut().find(|known| is_here(known) && has_role(known)) {
        // Programs put the address where no name is known.
        if known.name.is_empty() || known.name.eq_ignore_ascii_case(&known.address) && !one.name.is_empty() {
            known.name = one.name;
        }
        return;
    }
    // The same name in the same part, with an address of Exchange: the header tells the address of mail.
    let bare = |name: &str| name.trim_matches(['\'', '"', ' ']).to_lowercase();
    let is_same = |known: &&mut Party| {
        known.role == one.role && known.normal.is_none() && !one.name.is_empty() && bare(&known.name) == bare(&one.name)
    };
    match parties.iter_mut().find(is_same) {
        Some(known) => {
            known.address = one.address;
            known.normal = one.normal;
        }
        None => parties.push(one),
    }
}

/// Whether a text is an address of mail and no path of a directory.
fn is_address(text: &str) -> bool {
    text.contains('@') && !text.contains('/') && !text.trim().contains(' ')
}
