//! The shapes that many answers share.

mod package;
mod subscription;

pub use package::{InputType, Package, ProgramInput, ResourceEstimate};
pub use subscription::Subscription;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": "0.30", "currency": "USD"}))]
pub struct Money {
    /// A decimal with at most six digits after the point.
    #[schema(max_length = 30, pattern = r"^-?\d+\.\d{2,6}$")]
    pub amount: String,
    /// Always USD.
    #[schema(max_length = 3)]
    pub currency: String,
}

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        Self { amount: money.to_string(), currency: domain::money::CURRENCY.to_owned() }
    }
}

impl Money {
    /// Reads what a caller wrote at `pointer`.
    pub fn parse(&self, pointer: &str) -> Result<domain::Money, domain::Refusal> {
        let mut checks = domain::field::Checks::new();
        let usd = self.currency == domain::money::CURRENCY;
        checks.require(usd, &format!("{pointer}/currency"), "use USD, the only currency so far");
        let amount = self.amount.parse::<domain::Money>();
        if let Err(error) = &amount {
            checks.require(false, &format!("{pointer}/amount"), error.to_string());
        }
        checks.finish()?;
        Ok(amount.unwrap_or_default())
    }
}

/// One line of a price.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    pub kind: domain::price::LineKind,
    #[schema(example = "Shots")]
    pub description: String,
    #[schema(example = 1000)]
    pub quantity: u64,
    pub amount: Money,
}

impl From<&domain::price::Line> for Line {
    fn from(line: &domain::price::Line) -> Self {
        Self {
            kind: line.kind,
            description: line.description.clone(),
            quantity: line.quantity,
            amount: line.amount.into(),
        }
    }
}
