//! Who took part in an item: author, sender, recipients, and what the mail header says of them.

use super::item::Message;
use super::property::PropertyBag;
use super::tag;
use crate::model::record::{Party, Role};

/// The tags under which one person of an item stands.
struct Tags {
    name: u16,
    kind: u16,
    address: u16,
    smtp: u16,
}

const AUTHOR: Tags = Tags {
    name: tag::REPRESENTING_NAME,
    kind: tag::REPRESENTING_TYPE,
    address: tag::REPRESENTING_ADDRESS,
    smtp: tag::REPRESENTING_SMTP,
};
const SENDER: Tags =
    Tags { name: tag::SENDER_NAME, kind: tag::SENDER_TYPE, address: tag::SENDER_ADDRESS, smtp: tag::SENDER_SMTP };
const RECIPIENT: Tags =
    Tags { name: tag::DISPLAY_NAME, kind: tag::ADDRESS_TYPE, address: tag::EMAIL_ADDRESS, smtp: tag::SMTP_ADDRESS };

/// Everybody who took part, in a fixed order of roles. `header` is what the mail header says, where there is one: it
/// gives Internet addresses for those who stand in the item by the directory of their mail system alone, and whoever
/// stands in it only.
pub fn parties(message: &Message, header: &[Party]) -> Vec<Party> {
    let page = message.code_page();
    let mut all = Vec::new();
    let author = person(&message.properties, &AUTHOR, Role::From, page);
    let sender = person(&message.properties, &SENDER, Role::Sender, page);
    match (author, sender) {
        (Some(author), Some(sender)) if is_same(&author, &sender) => {
            // The two are one person; the fuller of the two says who.
            // Programs put the address where no name is known.
            let is_bare = |one: &Party| one.name.is_empty() || one.name.eq_ignore_ascii_case(&one.address);
            let is_fuller = author.normal.is_none() && sender.normal.is_some() || is_bare(&author) && !is_bare(&sender);
            let fuller = if is_fuller { sender } else { author };
            all.push(Party { role: Role::From, ..fuller });
        }
        (Some(author), sender) => {
            all.push(author);
            all.extend(sender);
        }
        (None, Some(sender)) => all.push(Party { role: Role::From, ..sender }),
        (None, None) => {}
    }
    let invited = message.class().to_ascii_lowercase().starts_with("ipm.appointment")
        || message.class().to_ascii_lowercase().starts_with("ipm.schedule");
    for recipient in &message.recipients {
        let role = match recipient.number(tag::RECIPIENT_TYPE).map(|kind| kind & 0x0F) {
            Some(2) => Role::Cc,
            // Of a meeting the third kind are rooms and things ([MS-OXOCAL] section 2.2.4.10.1).
            Some(3) if invited => Role::Member,
            Some(3) => Role::Bcc,
            // The originator of a meeting stands among those invited; who it is, is said above.
            Some(0) if invited => continue,
            _ => Role::To,
        };
        all.extend(person(recipient, &RECIPIENT, role, page));
    }
    add_names_only(message, page, &mut all);
    complete(&mut all, header);
    all.sort_by_key(|party| order(party.role));
    all
}

fn order(role: Role) -> usize {
    let roles = [Role::From, Role::Sender, Role::To, Role::Cc, Role::Bcc, Role::ReplyTo, Role::Member];
    roles.iter().position(|one| *one == role).unwrap_or(roles.len())
}

fn is_same(one: &Party, two: &Party) -> bool {
    let by_address = one.address.eq_ignore_ascii_case(&two.address) && !one.address.is_empty();
    let by_normal = one.normal.is_some() && one.normal == two.normal;
    let nothing_else = one.address.is_empty() || two.address.is_empty();
    by_address || by_normal || nothing_else && one.name == two.name
}

/// One person: the Internet address where there is one, else the address as written.
fn person(bag: &PropertyBag, tags: &Tags, role: Role, page: u32) -> Option<Party> {
    let smtp = bag.text(tags.smtp, page);
    let written = bag.text(tags.address, page);
    let kind = bag.text(tags.kind, page);
    let address = if smtp.contains('@') { smtp } else { written };
    let mut name = bag.text(tags.name, page);
    if name.is_empty() && matches!(role, Role::To | Role::Cc | Role::Bcc | Role::Member) {
        name = bag.text(tag::RECIPIENT_DISPLAY_NAME, page);
    }
    if name.is_empty() && address.is_empty() {
        return None;
    }
    // An address of a directory (EX) may have an `@` in it too and is no Internet address.
    let is_internet = address.contains('@') && !address.starts_with('/') && !kind.eq_ignore_ascii_case("EX")
        || bag.text(tags.smtp, page).contains('@');
    let bare = address.trim_start_matches('<').trim_end_matches('>').trim_matches(['\'', '"']);
    let normal = is_internet.then(|| bare.to_lowercase());
    Some(Party { role, name, address, normal })
}

/// Names the item shows for a role of which its table has nobody, and names of those whom answers go to.
fn add_names_only(message: &Message, page: u32, all: &mut Vec<Party>) {
    let shown = [
        (Role::To, tag::DISPLAY_TO),
        (Role::Cc, tag::DISPLAY_CC),
        (Role::Bcc, tag::DISPLAY_BCC),
        (Role::ReplyTo, tag::REPLY_NAMES),
    ];
    for (role, tag) in shown {
        let listed = |party: &Party| party.role == role || role != Role::ReplyTo && party.role == Role::Member;
        if all.iter().any(listed) {
            continue;
        }
        let names = message.properties.text(tag, page);
        for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            let bare = name.trim_matches(['\'', '"', '<', '>']);
            let is_address = bare.contains('@') && !bare.contains(char::is_whitespace);
            let normal = is_address.then(|| bare.to_lowercase());
            let address = if is_address { name.to_owned() } else { String::new() };
            all.push(Party { role, name: name.to_owned(), address, normal });
        }
    }
}

/// Fills in from the mail header what the item does not have itself.
fn complete(all: &mut Vec<Party>, header: &[Party]) {
    for party in all.iter_mut().filter(|party| party.normal.is_none()) {
        let mut same = header
            .iter()
            .filter(|one| one.role == party.role && one.normal.is_some() && one.name.eq_ignore_ascii_case(&party.name));
        if let (Some(one), None) = (same.next(), same.next()) {
            party.normal.clone_from(&one.normal);
            if party.address.is_empty() {
                party.address.clone_from(&one.address);
            }
        }
    }
    let known: Vec<(Role, Option<String>, String)> =
        all.iter().map(|one| (one.role, one.normal.clone(), one.name.to_lowercase())).collect();
    for party in header {
        let is_known = known.iter().any(|(role, normal, name)| {
            *role == party.role
                && (normal.is_some() && *normal == party.normal
                    || normal.is_none() && *name == party.name.to_lowercase())
        });
        // Without an address in the item, its one author is the one the header names.
        let author = party.role == Role::From && known.iter().any(|(role, ..)| *role == Role::From);
        if author
            && !is_known
            && let Some(own) = all.iter_mut().find(|one| one.role == Role::From && one.normal.is_none())
        {
            own.normal.clone_from(&party.normal);
            continue;
        }
        let sender =
            party.role == Role::Sender && all.iter().any(|one| one.normal.is_some() && one.normal == party.normal);
        if !is_known && !sender {
            all.push(party.clone());
        }
    }
}
