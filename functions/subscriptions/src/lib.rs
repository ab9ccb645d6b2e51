//! Serves `/subscriptions`: what a user has subscribed to.

use api::{Answer, Caller, Context, InitError, ListQuery, Page, Params, Path, Problem};
use axum::extract::State;
use domain::{Refusal, SubscriptionId, field::id, subscription::Subscription};
use store::{
    Stored,
    renewals::renew,
    subscriptions::{Uses, of_user, subscription, subscription_uses},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Tries of a decision while others write.
const TRIES: u32 = 4;

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

/// Another's subscription is as absent as one that never was.
fn own(
    caller: &Caller,
    found: Option<Stored<Subscription>>,
) -> Result<Stored<Subscription>, Refusal> {
    found
        .filter(|subscription| subscription.user_id == caller.user_id)
        .ok_or_else(|| Refusal::not_found("subscription"))
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_subscriptions))
        .routes(routes!(get_subscription, cancel_subscription))
}

/// List subscriptions
///
/// The caller's own, newest first.
#[utoipa::path(get, path = "/subscriptions", operation_id = "listSubscriptions", tag = "Subscriptions",
    security(("cognito" = [])), params(ListQuery),
    responses((status = 200, description = "A page of subscriptions.", body = Page<api::views::Subscription>)))]
async fn list_subscriptions(
    State(app): State<App>,
    caller: Caller,
    Params(asked): Params<ListQuery>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let query = of_user(caller.user_id);
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let page = table.query(&query).await?;
    let counted =
        |item: &Stored<Subscription>| item.is_counted().then(|| subscription_uses(item.id));
    let uses = table.read(page.items.iter().map(counted).collect::<Vec<_>>()).await?;
    let now = table.clock().now();
    let items = page.items.iter().zip(&uses);
    Answer::ok(&Page {
        items: items
            .map(|(item, uses)| {
                api::views::Subscription::of(item, uses.as_deref().map(Uses::left), now)
            })
            .collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Read a subscription
///
/// With the uses that remain, where they are counted.
#[utoipa::path(get, path = "/subscriptions/{subscription_id}", operation_id = "getSubscription", tag = "Subscriptions",
    security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path)),
    responses((status = 200, description = "The subscription.", body = api::views::Subscription)))]
async fn get_subscription(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
) -> Result<Answer, Problem> {
    let (table, id) = (&app.context.table, id(&subscription_id)?);
    let (found, uses) = table.read((subscription(id), subscription_uses(id))).await?;
    let found = own(&caller, found)?;
    Answer::ok(&api::views::Subscription::of(
        &found,
        uses.as_deref().map(Uses::left),
        table.clock().now(),
    ))
}

/// Cancel a subscription
///
/// By the month or year: it may be used until its `end_date`, and is not charged again. Any other ends at once. A
/// repeat changes nothing.
#[utoipa::path(delete, path = "/subscriptions/{subscription_id}", operation_id = "cancelSubscription",
    tag = "Subscriptions", security(("cognito" = [])), params(("subscription_id" = SubscriptionId, Path)),
    extensions(("x-problems" = json!(["conflict"]))),
    responses((status = 200, description = "As it is now.", body = api::views::Subscription)))]
async fn cancel_subscription(
    State(app): State<App>,
    caller: Caller,
    Path(subscription_id): Path<String>,
) -> Result<Answer, Problem> {
    let (table, id, caller) = (&app.context.table, id(&subscription_id)?, &caller);
    table
        .attempt(TRIES, || async move {
            own(caller, table.get(&subscription(id)).await?)?;
            // What has begun is charged, though no tick has come by yet.
            renew(table, id).await?;
            let (found, uses) = table.read((subscription(id), subscription_uses(id))).await?;
            let (mut found, now) = (own(caller, found)?, table.clock().now());
            if found.cancel(now) {
                found = table.save(found).await?;
            }
            let uses = uses.as_deref().map(Uses::left);
            Answer::ok(&api::views::Subscription::of(&found, uses, now))
        })
        .await
}
