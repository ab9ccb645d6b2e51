//! Serves `/dead-letters`: what administrators do about messages that were given up.

pub mod views;

use std::{collections::BTreeSet, future::Future, io, time::Duration};

use api::{Answer, Caller, Context, InitError, Page, Params, Path, Problem, Submission};
use axum::extract::State;
use domain::{
    DeadLetterId, Refusal, UserId,
    dead_letter::{DeadLetter, DeadLetterState, redrive_in_flight},
    field::id,
};
use store::{
    Stored, Table,
    dead_letters::{dead_letter, in_state},
    update,
};
use telemetry::{Fact, count};
use utoipa_axum::{router::OpenApiRouter, routes};
use worker::SourceQueues;

/// Sent again by one request: all are marked in one write.
const REDRIVES: u16 = 50;
/// How long a redrive waits for another one of the same letter, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub struct App {
    context: Context,
    queues: SourceQueues,
}

impl App {
    pub fn new(context: Context, queues: SourceQueues) -> Self {
        Self { context, queues }
    }

    pub async fn from_env() -> Result<Self, InitError> {
        let config = environment::aws();
        let queues = SourceQueues::from_env(&config)?;
        Ok(Self::new(Context::from_env(&config).await?, queues))
    }

    async fn letter(&self, dead_letter_id: &str) -> Result<Stored<DeadLetter>, Problem> {
        let found = self.context.table.get(&dead_letter(id(dead_letter_id)?)).await?;
        found.ok_or_else(|| Refusal::not_found("dead letter").into())
    }

    /// The open ones of a page, taken for this request, and where the next page begins.
    async fn take_page(
        &self,
        asked: &views::RedrivePageRequest,
    ) -> Result<(Vec<Stored<DeadLetter>>, Option<String>), Problem> {
        let (table, now) = (&self.context.table, self.context.table.clock().now());
        let query = in_state(DeadLetterState::Open);
        let query = self.context.page(query, Some(REDRIVES), asked.cursor.as_deref())?;
        let page = table.matching(&query, |letter| letter.source == asked.source).await?;
        let keys: Vec<_> = page.items.iter().map(|letter| dead_letter(letter.id)).collect();
        let mut open: Vec<_> = table.read(keys).await?.into_iter().flatten().collect();
        // What is done with them then is this request's answer too, if they are its own.
        if open.iter().any(|letter| letter.is_being_sent(now)) {
            return Err(redrive_in_flight().into());
        }
        // The list may be older than what was redriven just now.
        open.retain_mut(|letter| letter.begin_redrive(now).is_ok());
        Ok((open, self.context.cursor(&query, page.next)))
    }

    /// Writes that they are taken, sends them again, and answers them as they are to be written after it, and how many
    /// their queues took. What stops in between leaves them open, and another copy of a message does no harm.
    async fn send(
        &self,
        letters: Vec<Stored<DeadLetter>>,
        by: UserId,
    ) -> Result<(Vec<Stored<DeadLetter>>, usize), Problem> {
        let mut letters = self.context.table.save_all(letters).await?;
        let all: Vec<&DeadLetter> = letters.iter().map(|letter| &**letter).collect();
        let sent = self.queues.send_again(&all).await;
        let taken: BTreeSet<DeadLetterId> = sent.iter().flatten().copied().collect();
        let now = self.context.table.clock().now();
        for letter in &mut letters {
            match taken.contains(&letter.id) {
                true => letter.redriven(by, now),
                false => letter.not_redriven(),
            }
        }
        if let Err(failed) = sent {
            self.context.table.save_all(letters).await?;
            return Err(Problem::failed(failed));
        }
        Ok((letters, taken.len()))
    }
}

impl api::App for App {
    fn context(&self) -> Option<&Context> {
        Some(&self.context)
    }
}

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_dead_letters))
        .routes(routes!(get_dead_letter))
        .routes(routes!(redrive_dead_letter))
        .routes(routes!(redrive_dead_letters))
}

/// List dead letters
///
/// Messages that were given up, by when they were first sent, newest first, each with the reason. A page of one
/// `source` may be short and yet have a next one.
#[utoipa::path(get, path = "/dead-letters", operation_id = "listDeadLetters", tag = "Operations",
    security(("cognito" = ["admin"])), params(views::DeadLetterQuery),
    responses((status = 200, description = "A page of dead letters.", body = Page<views::DeadLetter>)))]
async fn list_dead_letters(
    State(app): State<App>,
    Params(asked): Params<views::DeadLetterQuery>,
) -> Result<Answer, Problem> {
    let query = in_state(asked.state.unwrap_or(DeadLetterState::Open));
    let query = app.context.page(query, asked.limit, asked.cursor.as_deref())?;
    let page = match asked.source {
        None => app.context.table.query(&query).await?,
        Some(source) => {
            app.context.table.matching(&query, |letter| letter.source == source).await?
        }
    };
    Answer::ok(&Page {
        items: page.items.iter().map(|letter| views::DeadLetter::from(&**letter)).collect(),
        next_cursor: app.context.cursor(&query, page.next),
    })
}

/// Read a dead letter
///
/// With the message itself, as it was sent.
#[utoipa::path(get, path = "/dead-letters/{dead_letter_id}", operation_id = "getDeadLetter", tag = "Operations",
    security(("cognito" = ["admin"])), params(("dead_letter_id" = DeadLetterId, Path)),
    responses((status = 200, description = "The dead letter.", body = views::DeadLetter)))]
async fn get_dead_letter(
    State(app): State<App>,
    Path(dead_letter_id): Path<String>,
) -> Result<Answer, Problem> {
    Answer::ok(&views::DeadLetter::whole(&*app.letter(&dead_letter_id).await?))
}

/// Redrive a dead letter
///
/// Sends the message to its queue again, as it was. Mend what made it fail first. A message says only what to look at,
/// so that one too many does nothing. The letter is kept for 90 days from then on.
#[utoipa::path(post, path = "/dead-letters/{dead_letter_id}/redrive", operation_id = "redriveDeadLetter",
    tag = "Operations",
    security(("cognito" = ["admin"])),
    params(("dead_letter_id" = DeadLetterId, Path), api::IdempotencyHeader),
    request_body = views::RedriveRequest,
    extensions(("x-problems" = json!(["already_redriven", "nothing_to_redrive", "redrive_in_flight"]))),
    responses((status = 200, description = "The dead letter as it is now.", body = views::DeadLetter)))]
async fn redrive_dead_letter(
    State(app): State<App>,
    caller: Caller,
    Path(dead_letter_id): Path<String>,
    submission: Submission<views::RedriveRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (app, by, dead_letter_id, submission) =
        (&app, caller.user_id, &dead_letter_id, &submission);
    let once = || {
        submission.once(table, || async move {
            let mut letter = app.letter(dead_letter_id).await?;
            letter.begin_redrive(table.clock().now())?;
            let (letters, taken) = app.send(vec![letter], by).await?;
            let Some(letter) = letters.first().filter(|_| taken == 1) else {
                table.save_all(letters).await?;
                return Err(Problem::failed(io::Error::other("the queue did not take a message")));
            };
            let answer = Answer::ok(&views::DeadLetter::from(&**letter))?;
            table.write([update(letter), submission.remember(table, &answer)]).await?;
            count(Fact::DeadLetterRedriven, 1);
            Ok(answer)
        })
    };
    patiently(table, once).await
}

/// Redrive a page of dead letters
///
/// Up to 50 open ones that came from one source, newest first; go on with the `cursor` of the answer until there is none.
#[utoipa::path(post, path = "/dead-letters/redrive", operation_id = "redriveDeadLetters", tag = "Operations",
    security(("cognito" = ["admin"])), params(api::IdempotencyHeader),
    request_body = views::RedrivePageRequest,
    extensions(("x-problems" = json!(["bad_cursor", "redrive_in_flight"]))),
    responses((status = 200, description = "What was sent again.", body = views::RedrivenPage)))]
async fn redrive_dead_letters(
    State(app): State<App>,
    caller: Caller,
    submission: Submission<views::RedrivePageRequest>,
) -> Result<Answer, Problem> {
    let table = &app.context.table;
    let (app, by, submission) = (&app, caller.user_id, &submission);
    let once = || {
        submission.once(table, || async move {
            let (open, cursor) = app.take_page(&submission.body).await?;
            let all = open.len();
            let (letters, taken) = app.send(open, by).await?;
            let answer =
                Answer::ok(&views::RedrivenPage { redriven: taken, left: all - taken, cursor })?;
            let remembered = submission.remember(table, &answer);
            table.write(letters.iter().map(update).chain([remembered])).await?;
            count(Fact::DeadLetterRedriven, taken as u64);
            Ok(answer)
        })
    };
    patiently(table, once).await
}

/// Again for some seconds while somebody else is sending: most often that is over in a moment.
async fn patiently<F, Fut>(table: &Table, once: F) -> Result<Answer, Problem>
where
    F: Fn() -> Fut,
    Fut: Future<Output = Result<Answer, Problem>>,
{
    let until = table.clock().now().plus(PATIENCE);
    loop {
        match once().await {
            Err(problem)
                if problem.code() == redrive_in_flight().code && table.clock().now() < until =>
            {
                table.clock().sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}
