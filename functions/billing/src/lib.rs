//! Serves `/bills`: what each month of a user comes to, and of which items.

pub mod views;

use api::{Answer, Caller, Context, InitError, ListQuery, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    Kind, Period, Refusal, bill, bill::already_refunded, field::sentence, moment::BadPeriod, shape,
};
use store::{
    create,
    ledger::{self, Entered, bills_page, enter, items_of, totals_of_all},
};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Clone)]
pub struct App {
    context: Context,
}

impl App {
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        Ok(Self::new(Context::from_env(&environment::aws()).await?))
    }
}

/// A bill's id is its month.
fn period(bill_id: &str) -> Result<Period, Refusal> {
    bill_id
        .parse()
        .map_err(|bad: BadPeriod| Refusal::new(Kind::Malformed, "bad_id", sentence(&bad)))
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create_refund))
        .routes(routes!(list_bills))
        .routes(routes!(get_bill))
        .routes(routes!(list_bill_items))
}

/// List bills
///
/// The caller's own, newest first: one for each month in which something was charged or given back, at most twelve on a page.
#[utoipa::path(get, path = "/bills", operation_id = "listBills", tag = "Billing",
    security(("cognito" = [])), params(ListQuery),
    responses((status = 200, description = "A page of bills.", body = Page<views::Bill>)))]
async fn list_bills(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let query = totals_of_all(caller.user_id);
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let (bills, next) = bills_page(&app.context.table, caller.user_id, &query).await?;
    Answer::ok(&Page {
        items: bills.iter().map(views::Bill::from).collect(),
        next_cursor: app.context.cursor(&query, next),
    })
}

/// Read a bill
///
/// While it is open it grows with every job that ends in its month, UTC. It is closed an hour after the month has ended.
#[utoipa::path(get, path = "/bills/{bill_id}", operation_id = "getBill", tag = "Billing",
    security(("cognito" = [])),
    params(("bill_id" = shape::Month, Path, description = "The month.")),
    responses((status = 200, description = "The bill.", body = views::Bill)))]
async fn get_bill(
    State(app): State<App>,
    caller: Caller,
    Path(bill_id): Path<String>,
) -> Result<Answer, Problem> {
    let bill = ledger::bill(&app.context.table, caller.user_id, period(&bill_id)?).await?;
    let bill = bill.ok_or_else(|| Refusal::not_found("bill"))?;
    Answer::ok(&views::Bill::from(&bill))
}

/// List the items of a bill
///
/// Newest first; they add up to the bill.
#[utoipa::path(get, path = "/bills/{bill_id}/items", operation_id = "listBillItems", tag = "Billing",
    security(("cognito" = [])),
    params(("bill_id" = shape::Month, Path, description = "The month."), ListQuery),
    responses((status = 200, description = "A page of items.", body = Page<views::BillingItem>)))]
async fn list_bill_items(
    State(app): State<App>,
    caller: Caller,
    Path(bill_id): Path<String>,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let query = items_of(caller.user_id, period(&bill_id)?);
    let page = app.context.list(query, &asked, |item| views::BillingItem::from(&**item)).await?;
    if page.items.is_empty() && asked.cursor.is_none() {
        return Err(Refusal::not_found("bill").into());
    }
    Answer::ok(&page)
}

/// Refund an item
///
/// Gives back some or all of it, once, whoever's bill it stands on: by an item on that user's open bill. For
/// administrators.
#[utoipa::path(post, path = "/bills/{bill_id}/items/{item_id}/refund", operation_id = "createRefund", tag = "Billing",
    security(("cognito" = ["admin"])),
    params(("bill_id" = shape::Month, Path, description = "The month."),
        ("item_id" = shape::ItemId, Path, description = "The item to give back of."), api::IdempotencyHeader),
    request_body = views::RefundRequest,
    extensions(("x-problems" = json!(["validation_failed", "nothing_to_refund", "already_refunded"]))),
    responses((status = 200, description = "What counters the item.", body = views::BillingItem)))]
async fn create_refund(
    State(app): State<App>,
    Path((bill_id, item_id)): Path<(String, String)>,
    submission: Submission<views::RefundRequest>,
) -> Result<Answer, Problem> {
    let (table, period, submission) = (&app.context.table, period(&bill_id)?, &submission);
    let (item_id, asked) = (&item_id, &submission.body);
    bill::check_item_id(item_id)?;
    submission
        .once(table, || async move {
            let found = ledger::item(table, item_id).await?.filter(|item| item.period() == period);
            let item = found.ok_or_else(|| Refusal::not_found("item"))?;
            let refund = bill::refund(&item, asked.amount()?, &asked.reason, table.clock().now())?;
            enter(table, std::slice::from_ref(&refund), |period| {
                let stands = refund.clone().on(period);
                let answer = Answer::ok(&views::BillingItem::from(&stands))?;
                let entered = create(&Entered::of(&stands)).or(already_refunded());
                Ok((vec![entered, submission.remember(table, &answer)], answer))
            })
            .await
        })
        .await
}
