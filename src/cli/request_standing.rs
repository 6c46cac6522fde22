//! `request narrow`, `standing`, `cycle`, `reconfirm`: what a request protects, and for how long.

use super::output::{Failure, Output, counted};
use super::request::Decided;
use super::{DONE, claw_back};
use crate::base::clock::local_date;
use crate::base::id::RequestId;
use crate::repository::Repository;
use crate::request;
use serde_json::{Value, json};

/// `recordroom request narrow`
pub fn narrow(opened: &mut Repository, one: &Decided, actor: &str, output: &Output) -> Result<u8, Failure> {
    let let_go = request::narrow(opened, one.request, &one.reason, actor)?;
    let text = format!(
        "{} protects from now on what it asks for, what was collected for it and what cannot be searched. It lets {} go; no \
         plan from before reaches them.\n",
        one.request,
        counted(let_go, "item")
    );
    output.result(json!({ "request": one.request, "let_go": let_go }), &text)?;
    Ok(DONE)
}

/// `recordroom request standing`
pub fn begin(opened: &mut Repository, id: RequestId, days: u32, actor: &str, output: &Output) -> Result<u8, Failure> {
    let cycle = request::make_standing(opened, id, days, actor)?;
    let text = format!(
        "{id} is a standing request. Every {days} days: recordroom request collect {id}, review, produce, and then: recordroom \
         request cycle {id} --reason TEXT\n"
    );
    output.result(json!({ "request": id, "cycle": cycle }), &text)?;
    Ok(DONE)
}

/// `recordroom request cycle`
pub fn delivered(opened: &mut Repository, one: &Decided, actor: &str, output: &Output) -> Result<u8, Failure> {
    let until = request::cycle_delivered(opened, one.request, &one.reason, actor)?;
    let text = format!(
        "A new cycle of {} begins today. What was protected so far stays protected through {until}.\n",
        one.request
    );
    output.result(json!({ "request": one.request, "protected_until": until }), &text)?;
    Ok(DONE)
}

/// `recordroom request reconfirm`
pub fn reconfirm(opened: &mut Repository, one: &Decided, actor: &str, output: &Output) -> Result<u8, Failure> {
    let next = request::reconfirm(opened, one.request, &one.reason, actor)?;
    let text = format!("It is recorded that {} goes on. Ask again by {next}.\n", one.request);
    output.result(json!({ "request": one.request, "reconfirm_by": next }), &text)?;
    Ok(DONE)
}

/// What `status` says of standing requests.
pub fn waiting(opened: &Repository) -> Result<(Value, String), Failure> {
    let today = opened.today();
    let (mut values, mut text) = (Vec::new(), String::new());
    for due in request::standing_requests(opened)? {
        let (id, deliver, confirm) = (due.request, due.deliver_from, due.reconfirm_by);
        values.push(json!({
            "request": id, "cycle_from": due.cycle.from, "deliver_from": deliver, "reconfirm_by": confirm,
        }));
        if deliver <= today {
            text.push_str(&format!(
                "{id:>9}  is a standing request whose cycle was to be delivered from {deliver} on: recordroom request collect \
                 {id}\n"
            ));
        }
        if confirm <= today {
            text.push_str(&format!(
                "{id:>9}  is to be confirmed by its requester again since {confirm}: recordroom request reconfirm {id} --reason \
                 TEXT\n"
            ));
        }
    }
    for request in opened.catalog().reading().requests()? {
        let progress = request::progress(&opened.catalog().reading(), request.id)?;
        for one in progress.challenges.iter().filter(|one| one.decided.is_none()) {
            text.push_str(&format!(
                "{:>9}  has a challenge of accuracy that is to be answered by {}: recordroom request answer-challenge {} \
                 --number {}\n",
                request.id, one.due_on, request.id, one.number
            ));
        }
    }
    for row in claw_back::waiting(opened)? {
        text.push_str(&format!(
            "{:>9}  has a breach assessment that is open since {}: recordroom produce assess {} --number {}\n",
            row.production,
            local_date(row.at, opened.zone()),
            row.production,
            row.number
        ));
    }
    Ok((json!(values), text))
}
