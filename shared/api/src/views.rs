//! The shapes that many answers share.

mod package;
mod subscription;

pub use package::{InputType, Package, ProgramInput, ResourceEstimate};
pub use subscription::Subscription;

use domain::shape;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": "0.05", "currency": "USD"}))]
pub struct Money {
    /// A decimal with at most six digits after the point.
    #[schema(value_type = shape::Amount)]
    pub amount: String,
    /// Always USD.
    #[schema(value_type = shape::Currency)]
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
    #[schema(value_type = shape::Sentence)]
    pub description: String,
    #[schema(value_type = shape::Count)]
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
