//! What copies cost, as a letter tells it.

use super::super::fee::dollars;
use super::super::progress::Progress;
use super::RequestLetterKind;
use super::told::Values;
use crate::model::request::{DataRequest, RequestKind};

/// What copies may cost at most, as whoever asks is told at the beginning.
fn copies(request: &DataRequest) -> &'static str {
    match (request.kind.is_of_the_act(), request.kind) {
        (false, _) => "",
        (true, RequestKind::DataSubject) => {
            "If you want copies, the city may ask what making and certifying them costs, and nothing for searching (Minn. Stat. \
             § 13.04, subd. 3). We tell you the price first."
        }
        (true, _) => {
            "If you want copies, the city may ask at most 25 cents for each of up to 100 black-and-white pages on paper, and else what \
             finding and copying the data costs (Minn. Stat. § 13.03, subd. 3(c)). We tell you the price first."
        }
    }
}

/// The words of the templates about money.
pub(super) fn told(request: &DataRequest, progress: &Progress, kind: RequestLetterKind) -> Values {
    let wanted = progress.fees.last().filter(|one| kind == RequestLetterKind::Estimate || !one.estimate);
    let Some(row) = wanted else {
        let free = kind == RequestLetterKind::Response && request.kind.is_of_the_act();
        let intro = if free { "There is no charge for this answer." } else { "" };
        return vec![
            ("fee_intro", intro.to_owned()),
            ("fee_lines", String::new()),
            ("fee_total", String::new()),
            ("prepay", String::new()),
            ("copies", copies(request).to_owned()),
        ];
    };
    let estimated = row.estimate;
    let intro = if estimated {
        "This is what we expect the copies to cost. If it turns out to be more, we ask you first."
    } else {
        "This is what the copies cost:"
    };
    let lines: Vec<String> =
        row.fee.lines.iter().map(|one| format!("- {}: {} ({})", one.what, dollars(one.cents), one.law)).collect();
    let mut total = format!("Total: {}.", dollars(row.fee.total_cents));
    if row.fee.waived_cents > 0 {
        total.push_str(&format!(" By its own policy the city does not ask for {}.", dollars(row.fee.waived_cents)));
    }
    let paid: u64 = progress.payments.iter().map(|one| one.1).sum();
    if paid > 0 {
        total.push_str(&format!(" You have paid {}.", dollars(paid)));
    }
    let prepay = match progress.unpaid_cents() {
        0 => String::new(),
        cents => format!(
            "Please pay {} before we make the copies. Looking at the data costs nothing and does not wait for a payment.",
            dollars(cents)
        ),
    };
    vec![
        ("fee_intro", intro.to_owned()),
        ("fee_lines", lines.join("\n")),
        ("fee_total", total),
        ("prepay", prepay),
        ("copies", copies(request).to_owned()),
    ]
}
