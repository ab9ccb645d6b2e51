//! What would a million requests, and a million jobs, cost on AWS?

use super::{
    metering::{Metered, meter},
    mix::KINDS,
};
use crate::{
    Failure,
    hub::Hub,
    price::{PicoUsd, Prices, Usage},
};

/// Of which the parts are shown.
const SHOWN: [&str; 3] = ["GET /jobs/{id}", "GET /jobs", CREATE];
const CREATE: &str = "POST /jobs (key)";
const RESULT: &str = "GET /jobs/{id}/result (key)";
const BILL: &str = "GET /bills/{id}";

/// Measures what each request uses and reports, in Markdown, what a million of it would cost.
pub async fn price(hub: &Hub) -> Result<String, Failure> {
    let prices = Prices::load()?;
    let metered = meter(hub, prices.assumed).await?;
    let mut text = preamble(&prices);
    for name in SHOWN {
        text += &itemised(&prices, name, metered.of(name)?)?;
    }
    let steps = [&metered.execution, metered.of(RESULT)?, metered.of(BILL)?];
    let job = steps.into_iter().fold(metered.of(CREATE)?.clone(), |sum, step| &sum + step);
    text += &itemised(
        &prices,
        "a job: created, queued, simulated, settled, its result and bill read",
        &job,
    )?;
    text += "\n| a million of | USD |\n|---|---|\n";
    let mut mix = PicoUsd::default();
    for (kind, usage) in KINDS.iter().zip(&metered.kinds) {
        let (_, sum) = prices.of_a_million(usage)?;
        text += &format!("| {} | {sum} |\n", kind.name);
        mix += sum.times(kind.weight.into());
    }
    text += &format!("| **requests of the load's mix** | **{}** |\n", mix.divided(1000));
    Ok(text)
}

fn preamble(prices: &Prices) -> String {
    let assumed = prices.assumed;
    format!(
        "### Price of a million, in USD\n\n\
         Prices as of {}, written down {}, of {}. {}\n\n\
         Billed time is measured while each call to AWS takes {} ms, with the processor time stretched to the share of one \
         that a function's memory buys ({} MiB buy all of it), rounded up. A message is {} SQS requests; {} of a thousand \
         requests are traced. Not counted: {}\n",
        prices.as_of,
        prices.written,
        prices.region,
        prices.source,
        assumed.aws_call_millis,
        assumed.full_processor_mib,
        assumed.sqs_requests_per_message,
        assumed.traces_per_thousand,
        prices.not_counted,
    )
}

impl Metered {
    fn of(&self, name: &str) -> Result<&Usage, Failure> {
        let at = KINDS.iter().position(|kind| kind.name == name);
        at.and_then(|at| self.kinds.get(at)).ok_or_else(|| format!("the mix has no {name}").into())
    }
}

/// Each summand as quantity times price.
fn itemised(prices: &Prices, name: &str, usage: &Usage) -> Result<String, Failure> {
    let (parts, sum) = prices.of_a_million(usage)?;
    let mut text = format!("\n| a million × {name} | at USD | USD |\n|---|---|---|\n");
    for part in parts {
        text +=
            &format!("| {} {} | {} | {} |\n", part.quantity, part.unit, part.price, part.amount);
    }
    text += &format!("| **together** | | **{sum}** |\n");
    Ok(text)
}
