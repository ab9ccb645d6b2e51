//! Serves `/marketplace`: which apps are on sale, and how one subscribes to them.

pub mod views;

use api::{Answer, Caller, Context, InitError, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    AppId, Refusal, SubscriptionId, UserId,
    app::QuantumApp,
    field::id,
    listing::Listing,
    subscription::{self, Subscription, SubscriptionType, TRIAL_USES},
};
use store::{
    Stored, Write,
    apps::{self, Catalogue, CatalogueEntry},
    create, listings,
    subscriptions::{SubscribedClaim, claim, start},
    update, versions,
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

    /// What is on sale as `app_id`.
    async fn offer(&self, app_id: AppId) -> Result<Offer, Problem> {
        let table = &self.context.table;
        let (app, listing) = table.read((apps::app(app_id), listings::listing(app_id))).await?;
        Offer::of(app, listing).ok_or_else(|| Refusal::not_found("app").into())
    }

    /// The first subscription, or one in the place of an ended one.
    async fn place_of(&self, subscription: &Subscription) -> Result<Write, Problem> {
        let table = &self.context.table;
        let new = SubscribedClaim::of(subscription);
        let key = claim(new.user_id, new.app_id, new.subscription_type);
        let Some(mut earlier) = table.get(&key).await? else { return Ok(create(&new)) };
        let held = store::subscriptions::subscription(earlier.subscription_id);
        let held = table.get(&held).await?;
        if held.is_some_and(|held| held.is_live(table.clock().now())) {
            return Err(subscription::already_subscribed().into());
        }
        *earlier = new;
        Ok(update(&earlier))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

/// An app and the terms it is sold on.
struct Offer {
    app: QuantumApp,
    listing: Listing,
}

impl Offer {
    fn of(app: Option<Stored<QuantumApp>>, listing: Option<Stored<Listing>>) -> Option<Self> {
        let (app, listing) = (app?.into_inner(), listing?.into_inner());
        listing.is_shown(&app).then_some(Self { app, listing })
    }

    fn to(self, user: UserId) -> Result<Self, Refusal> {
        subscription::not_ones_own(user, &self.app)?;
        Ok(self)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_marketplace))
        .routes(routes!(get_marketplace_app))
        .routes(routes!(start_trial))
        .routes(routes!(subscribe_to_app))
}

/// List the apps on sale
///
/// Newest first. A page may hold fewer entries than asked for where apps were withdrawn.
#[utoipa::path(get, path = "/marketplace", operation_id = "listMarketplace", tag = "Marketplace",
    security(()), params(views::MarketplaceQuery),
    responses((status = 200, description = "A page of apps.", body = Page<views::MarketplaceEntry>)))]
async fn list_marketplace(
    State(app): State<App>,
    Params(asked): Params<views::MarketplaceQuery>,
) -> Result<Answer, Problem> {
    let query = apps::in_catalogue(Catalogue::Marketplace, asked.app_type);
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let page = app.context.table.query(&query).await?;
    let addresses =
        |entry: &Stored<CatalogueEntry>| (apps::app(entry.app_id), listings::listing(entry.app_id));
    let found =
        app.context.table.read(page.items.iter().map(addresses).collect::<Vec<_>>()).await?;
    let offers = found.into_iter().filter_map(|(app, listing)| Offer::of(app, listing));
    let items = offers.map(|offer| views::MarketplaceEntry::of(&offer.app, &offer.listing));
    Answer::ok(&Page { items: items.collect(), next_cursor: app.context.cursor(&query, page.next) })
}

/// Read an app on sale
///
/// With its terms, and what the version that runs by default takes as input and needs.
#[utoipa::path(get, path = "/marketplace/{app_id}", operation_id = "getMarketplaceApp", tag = "Marketplace",
    security(()), params(("app_id" = AppId, Path)),
    responses((status = 200, description = "The app.", body = views::MarketplaceApp)))]
async fn get_marketplace_app(
    State(app): State<App>,
    Path(app_id): Path<String>,
) -> Result<Answer, Problem> {
    let app_id = id(&app_id)?;
    let about = (versions::latest(app_id), apps::latest_readme(app_id));
    let addresses = (apps::app(app_id), listings::listing(app_id), about);
    let (found, listing, (latest, readme)) = app.context.table.read(addresses).await?;
    let offer = Offer::of(found, listing).ok_or_else(|| Refusal::not_found("app"))?;
    let latest = latest.map(|latest| latest.into_inner().version);
    let readme = readme.map(|readme| readme.into_inner().content);
    Answer::ok(&views::MarketplaceApp::of(&offer.app, &offer.listing, latest.as_ref(), readme))
}

/// Start a trial of an app
///
/// Ten uses within fourteen days, on simulators, free; once for each user and app.
#[utoipa::path(post, path = "/marketplace/{app_id}/trial", operation_id = "startTrial", tag = "Marketplace",
    security(("cognito" = [])), params(("app_id" = AppId, Path), api::IdempotencyHeader),
    request_body = views::TrialRequest,
    extensions(("x-problems" = json!(["own_app", "listing_closed", "no_trial", "trial_used"]))),
    responses((status = 201, description = "The subscription.", body = api::views::Subscription,
        example = json!(views::trial_example()))))]
async fn start_trial(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    submission: Submission<views::TrialRequest>,
) -> Result<Answer, Problem> {
    let (app, user, app_id, submission) = (&app, caller.user_id, id(&app_id)?, &submission);
    let table = &app.context.table;
    submission
        .once(table, || async move {
            let Offer { app, listing } = app.offer(app_id).await?.to(user)?;
            let (clock, name) = (table.clock(), &app.details.name);
            let trial = Subscription::trial(
                clock.id(SubscriptionId::new),
                user,
                &listing,
                name,
                clock.now(),
            )?;
            let answer = answer(&trial)?;
            let place = create(&SubscribedClaim::of(&trial)).or(subscription::trial_used());
            let mut writes = start(&trial);
            writes.extend([place, submission.remember(table, &answer)]);
            table.write(writes).await?;
            Ok(answer)
        })
        .await
}

/// Subscribe to an app
///
/// The rate agreed is the listing's of this moment; a later change does not touch it. The fee of the first month or
/// year is on the bill within a minute.
#[utoipa::path(post, path = "/marketplace/{app_id}/subscribe", operation_id = "subscribeToApp", tag = "Marketplace",
    security(("cognito" = [])), params(("app_id" = AppId, Path), api::IdempotencyHeader),
    request_body = views::SubscribeRequest,
    extensions(("x-problems" = json!(["own_app", "listing_closed", "not_offered", "already_subscribed"]))),
    responses((status = 201, description = "The subscription.", body = api::views::Subscription)))]
async fn subscribe_to_app(
    State(app): State<App>,
    caller: Caller,
    Path(app_id): Path<String>,
    submission: Submission<views::SubscribeRequest>,
) -> Result<Answer, Problem> {
    let (app, user, app_id, submission) = (&app, caller.user_id, id(&app_id)?, &submission);
    let table = &app.context.table;
    submission
        .once(table, || async move {
            let Offer { app: sold, listing } = app.offer(app_id).await?.to(user)?;
            let (clock, name) = (table.clock(), &sold.details.name);
            let (id, now) = (clock.id(SubscriptionId::new), clock.now());
            let by = |kind| Subscription::by_term(kind, id, user, &listing, name, now);
            let paid = match submission.body.subscription_type {
                views::PaidType::PayPerUse => {
                    Subscription::pay_per_use(id, user, &listing, name, now)
                }
                views::PaidType::Monthly => by(SubscriptionType::Monthly),
                views::PaidType::Annual => by(SubscriptionType::Annual),
            }?;
            let answer = answer(&paid)?;
            let mut writes = start(&paid);
            writes.extend([app.place_of(&paid).await?, submission.remember(table, &answer)]);
            table.write(writes).await?;
            Ok(answer)
        })
        .await
}

fn answer(begun: &Subscription) -> Result<Answer, Problem> {
    let uses = begun.is_counted().then_some(TRIAL_USES);
    let view = api::views::Subscription::of(begun, uses, begun.created_at);
    Answer::created(format!("/subscriptions/{}", begun.id), &view)
}
