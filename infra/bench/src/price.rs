//! What would AWS charge for a million of something?

use std::{
    collections::BTreeMap,
    fmt,
    ops::{Add, AddAssign},
};

use serde::Deserialize;

use crate::Failure;

const PRICES: &str = include_str!("../../aws-prices.json");
const MILLION: u128 = 1_000_000;

/// A millionth of a millionth of a dollar: fine enough that no price here is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PicoUsd(u128);

/// What AWS charges by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    ApiRequest,
    LambdaRequest,
    /// In MiB-milliseconds.
    LambdaArm64,
    /// In MiB-milliseconds.
    #[serde(rename = "lambda_x86_64")]
    LambdaX86,
    ReadUnit,
    WriteUnit,
    SqsRequest,
    S3Put,
    S3Get,
    LogByte,
    Trace,
    ByteOut,
}

/// How much of each was used by so many repetitions of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    times: u128,
    /// In thousandths, since one may use half a unit.
    used: BTreeMap<Item, u128>,
}

/// The price file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub as_of: String,
    pub written: String,
    pub region: String,
    currency: String,
    pub source: String,
    prices: BTreeMap<Item, Price>,
    pub assumed: Assumed,
    pub not_counted: String,
}

/// So many dollars for so many units.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    usd: String,
    per: u128,
    unit: String,
    /// How many of what is counted here are one unit.
    #[serde(default = "one")]
    counted: u128,
}

const fn one() -> u128 {
    1
}

/// What is not measured here but needed for a price.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed {
    /// Each call a function makes is answered after so long.
    pub aws_call_millis: u64,
    /// A function with less memory has that much less of a processor.
    pub full_processor_mib: u64,
    /// Sent, received and deleted.
    pub sqs_requests_per_message: u64,
    pub traces_per_thousand: u64,
    /// A line of a door's access log.
    pub access_log_bytes: u64,
    pub response_header_bytes: u64,
}

/// One summand of a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whole units used by a million, in groups of three digits.
    pub quantity: String,
    pub unit: String,
    /// `0.40 / 1,000,000`.
    pub price: String,
    pub amount: PicoUsd,
}

impl Prices {
    /// Those of `infra/aws-prices.json`.
    ///
    /// # Errors
    /// Where the file is not as it should be.
    pub fn load() -> Result<Self, Failure> {
        let prices: Self = serde_json::from_str(PRICES)?;
        if prices.currency != "USD" {
            return Err("infra/aws-prices.json: give the prices in USD".into());
        }
        for price in prices.prices.values() {
            pico(&price.usd).ok_or_else(|| format!("{} is no amount of dollars", price.usd))?;
        }
        Ok(prices)
    }

    /// What a million of it costs, by what it is made of, and the sum.
    ///
    /// # Errors
    /// Where something has no price.
    pub fn of_a_million(&self, usage: &Usage) -> Result<(Vec<Part>, PicoUsd), Failure> {
        let mut parts = Vec::with_capacity(usage.used.len());
        let mut sum = PicoUsd::default();
        for (item, used) in &usage.used {
            let price = self.prices.get(item).ok_or_else(|| format!("{item:?} has no price"))?;
            let each = pico(&price.usd).ok_or("no amount of dollars")?;
            let thousandths = used * MILLION / usage.times.max(1);
            let counted = price.counted.max(1) * 1000;
            let amount = PicoUsd(thousandths * each / price.per.max(1) / counted);
            let said = if price.per == 1 {
                price.usd.clone()
            } else {
                format!("{} / {}", price.usd, grouped(price.per))
            };
            let quantity = grouped(thousandths / counted);
            parts.push(Part { quantity, unit: price.unit.clone(), price: said, amount });
            sum += amount;
        }
        Ok((parts, sum))
    }
}

impl Usage {
    /// Of so many repetitions.
    #[must_use]
    pub const fn of(times: u64) -> Self {
        Self { times: times as u128, used: BTreeMap::new() }
    }

    /// Adds what all repetitions together used.
    pub fn count(&mut self, item: Item, used: u64) {
        self.count_thousandths(item, u128::from(used) * 1000);
    }

    /// The same in thousandths of a unit.
    pub fn count_thousandths(&mut self, item: Item, used: u128) {
        if used > 0 {
            *self.used.entry(item).or_default() += used;
        }
    }

    /// The same thing `weight` times.
    #[must_use]
    pub fn times(&self, weight: u64) -> Self {
        let weigh = |(item, used): (&Item, &u128)| (*item, used * u128::from(weight));
        Self { times: self.times, used: self.used.iter().map(weigh).collect() }
    }
}

/// Both things, one after the other.
impl Add for &Usage {
    type Output = Usage;

    fn add(self, other: Self) -> Usage {
        let mut sum = Usage { times: self.times * other.times, used: BTreeMap::new() };
        for (usage, factor) in [(self, other.times), (other, self.times)] {
            for (item, used) in &usage.used {
                *sum.used.entry(*item).or_default() += used * factor;
            }
        }
        sum
    }
}

impl AddAssign for PicoUsd {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl PicoUsd {
    #[must_use]
    pub const fn times(self, times: u128) -> Self {
        Self(self.0 * times)
    }

    #[must_use]
    pub const fn divided(self, by: u128) -> Self {
        Self(self.0 / if by == 0 { 1 } else { by })
    }
}

/// Dollars with four digits behind the point, rounded half up.
impl fmt::Display for PicoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 + 50_000_000) / 100_000_000;
        f.pad(&format!("{}.{:04}", rounded / 10_000, rounded % 10_000))
    }
}

/// `1234567` is `1,234,567`.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let first = (digits.len() - 1) % 3 + 1;
    let (head, tail) = digits.split_at(first);
    let groups = tail.as_bytes().chunks(3).map(String::from_utf8_lossy);
    groups.fold(head.to_owned(), |text, group| text + "," + &group)
}

/// A decimal amount of dollars with at most twelve digits behind the point.
fn pico(usd: &str) -> Option<u128> {
    let (whole, fraction) = usd.split_once('.').unwrap_or((usd, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 12 || !digits(whole) || !digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<12}").parse().ok()
}

/// What Lambda bills for one invocation, in milliseconds: the time it took, with the processor time stretched to the share
/// of a processor its memory buys, rounded up.
#[must_use]
pub fn billed_millis(
    elapsed_nanos: u64,
    cpu_nanos: u64,
    memory_mib: u32,
    assumed: &Assumed,
) -> u64 {
    let share = u64::from(memory_mib).clamp(1, assumed.full_processor_mib);
    let stretched = cpu_nanos * assumed.full_processor_mib / share;
    (elapsed_nanos + stretched - cpu_nanos).div_ceil(1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        Prices::load().expect("the committed file")
    }

    #[test]
    fn an_amount_is_read_exactly_or_not_at_all() {
        assert_eq!(pico("3.50"), Some(3_500_000_000_000));
        assert_eq!(pico("0.0000133334"), Some(13_333_400));
        assert_eq!(pico("2"), Some(2_000_000_000_000));
        for bad in ["", ".5", "-1", "1e-3", "0.0000000000001", "1.2.3"] {
            assert_eq!(pico(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_million_requests_cost_what_the_file_says() {
        let mut usage = Usage::of(4);
        usage.count(Item::ApiRequest, 4);
        usage.count_thousandths(Item::ReadUnit, 2000);
        usage.count(Item::LambdaArm64, 4 * 512 * 3);
        let (parts, sum) = prices().of_a_million(&usage).expect("priced");
        let amounts: Vec<String> = parts.iter().map(|part| part.amount.to_string()).collect();
        // 1,000,000 × 3.50/1,000,000; 500,000 × 0.125/1,000,000; 1,500 GB-s × 0.0000133334
        assert_eq!(amounts, ["3.5000", "0.0200", "0.0625"]);
        assert_eq!(sum.to_string(), "3.5825");
    }

    #[test]
    fn a_job_costs_the_sum_of_its_steps() {
        let (mut create, mut execute) = (Usage::of(2), Usage::of(3));
        create.count(Item::WriteUnit, 20);
        execute.count(Item::WriteUnit, 15);
        let (parts, _) = prices().of_a_million(&(&create + &execute.times(2))).expect("priced");
        assert_eq!(parts[0].quantity, "20,000,000");
        assert_eq!(parts[0].amount.to_string(), "12.5000");
    }

    #[test]
    fn little_memory_buys_little_of_a_processor() {
        let assumed = prices().assumed;
        assert_eq!(billed_millis(5_000_000, 1_000_000, 1769, &assumed), 5);
        assert_eq!(billed_millis(5_000_000, 1_000_000, 512, &assumed), 8);
        assert_eq!(billed_millis(5_000_001, 0, 512, &assumed), 6);
        assert_eq!(billed_millis(0, 0, 512, &assumed), 1);
        assert_eq!(billed_millis(5_000_000, 1_000_000, 10_240, &assumed), 5);
    }

    #[test]
    fn every_item_has_a_price() {
        use Item::{
            ApiRequest, ByteOut, LambdaArm64, LambdaRequest, LambdaX86, LogByte, ReadUnit, S3Get,
            S3Put, SqsRequest, Trace, WriteUnit,
        };
        let items = [
            ApiRequest,
            LambdaRequest,
            LambdaArm64,
            LambdaX86,
            ReadUnit,
            WriteUnit,
            SqsRequest,
            S3Put,
            S3Get,
            LogByte,
            Trace,
            ByteOut,
        ];
        let mut usage = Usage::of(1);
        items.into_iter().for_each(|item| usage.count(item, 1_000_000));
        let (parts, _) = prices().of_a_million(&usage).expect("each is priced");
        assert_eq!(parts.len(), items.len());
        assert!(parts.iter().all(|part| part.amount > PicoUsd::default()), "{parts:?}");
    }

    #[test]
    fn an_amount_without_a_price_is_no_price() {
        let mut prices = prices();
        prices.prices.remove(&Item::S3Put);
        let mut usage = Usage::of(1);
        usage.count(Item::S3Put, 1);
        assert!(prices.of_a_million(&usage).is_err());
    }

    #[test]
    fn numbers_are_told_in_groups() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), expected);
        }
    }
}
