//! What counts as a second factor, and how it is used up so that it works once?

use api::Problem;
use domain::{
    Moment, Refusal, UserId,
    account::{
        User,
        mfa::{Mfa, RecoveryCode, checked_code, code_required, mfa_not_enabled, wrong_code},
    },
    field::Checks,
    session,
};
use identity::SignIn;
use store::{Stored, Write, attempts::at_account, mfa::mfa, update};

use crate::{App, attempts::Attempt, problem, views::Hidden};

/// What somebody shows besides a password.
pub(crate) enum Second {
    Code(String),
    Recovery(RecoveryCode),
}

/// A second factor that was right, and the login that it belongs to, by their keyed hashes.
pub(crate) struct Shown {
    factor: Factor,
    challenge: Option<String>,
}

enum Factor {
    Code(String),
    Recovery(String),
}

/// One of the two, of the right shape.
pub(crate) fn second(
    code: Option<Hidden>,
    recovery_code: Option<Hidden>,
) -> Result<Second, Refusal> {
    let mut checks = Checks::new();
    let one = code.is_some() != recovery_code.is_some();
    checks.require(one, "/code", "show either `code` or `recovery_code`");
    let code = code.map(|code| code.0);
    if let Some(code) = &code {
        checked_code(&mut checks, "/code", code);
    }
    let recovery =
        recovery_code.map(|text| RecoveryCode::parse(&mut checks, "/recovery_code", &text.0));
    checks.finish()?;
    let recovery = recovery.map(Second::Recovery);
    code.map(Second::Code).or(recovery).ok_or_else(wrong_code)
}

/// What the app shows, of the right shape.
pub(crate) fn code(code: Hidden) -> Result<Second, Refusal> {
    second(Some(code), None)
}

impl Shown {
    fn spend(&self, mfa: &mut Mfa, now: Moment) -> Result<(), Refusal> {
        match &self.factor {
            Factor::Code(hash) => mfa.spend(hash, now)?,
            Factor::Recovery(hash) => mfa.spend_recovery_code(hash)?,
        }
        self.challenge.as_ref().map_or(Ok(()), |challenge| mfa.spend(challenge, now))
    }

    pub(crate) fn is_recovery(&self) -> bool {
        matches!(self.factor, Factor::Recovery(_))
    }
}

impl App {
    /// `challenge` is the login that it is shown for.
    pub(crate) fn shown(&self, owner: UserId, second: &Second, challenge: Option<&str>) -> Shown {
        let factor = match second {
            Second::Code(code) => Factor::Code(self.code_hash(owner, code)),
            Second::Recovery(code) => Factor::Recovery(self.recovery_hash(owner, code)),
        };
        let hash = |text: &str| self.context.tokens.hex(format!("challenge/{text}").as_bytes());
        Shown { factor, challenge: challenge.map(hash) }
    }

    pub(crate) fn code_hash(&self, owner: UserId, code: &str) -> String {
        self.context.tokens.hex(format!("code/{owner}/{code}").as_bytes())
    }

    pub(crate) fn recovery_hash(&self, owner: UserId, code: &RecoveryCode) -> String {
        self.context.tokens.hex(format!("recovery/{owner}/{}", code.expose()).as_bytes())
    }

    /// The write that uses up what was shown; a session of an account that asks for two factors begins with none less.
    pub(crate) async fn spent(
        &self,
        user: &User,
        shown: Option<&Shown>,
    ) -> Result<Option<Write>, Problem> {
        if !user.mfa_enabled {
            return Ok(None);
        }
        let shown = shown.ok_or_else(code_required)?;
        let mfa = self.spend(user.id, shown).await?;
        Ok(Some(update(&mfa)))
    }

    /// The second factor without what was shown, to be written.
    pub(crate) async fn spend(&self, user: UserId, shown: &Shown) -> Result<Stored<Mfa>, Problem> {
        let table = &self.context.table;
        let mut mfa = table.get(&mfa(user)).await?.ok_or_else(mfa_not_enabled)?;
        shown.spend(&mut mfa, table.clock().now())?;
        Ok(mfa)
    }

    /// Whether a recovery code is left; it is used up by what is written later.
    pub(crate) async fn has_recovery_code(
        &self,
        owner: UserId,
        code: &RecoveryCode,
    ) -> Result<(), Problem> {
        let found = self.context.table.get(&mfa(owner)).await?.ok_or_else(mfa_not_enabled)?;
        Ok(found.has_recovery_code(&self.recovery_hash(owner, code))?)
    }

    /// Whether a signed-in user knows their password and shows a second factor, which is not used up yet; each wrong try is
    /// counted.
    pub(crate) async fn prove_both(
        &self,
        owner: &User,
        password: Hidden,
        second: &Second,
        origin: &session::Origin,
    ) -> Result<Attempt, Problem> {
        if !owner.mfa_enabled {
            return Err(mfa_not_enabled().into());
        }
        let proved = self.prove(owner, password, origin).await?;
        let attempt = self.take_attempt(vec![at_account(owner.id)], origin.address).await?;
        let right = match (second, proved) {
            (Second::Recovery(code), _) => self.has_recovery_code(owner.id, code).await,
            (Second::Code(code), SignIn::CodeAsked(sign_in)) => {
                match self.identity.answer_code(&owner.id.to_string(), &sign_in, code).await {
                    Ok(tokens) => {
                        self.forget(SignIn::Done(tokens)).await;
                        Ok(())
                    }
                    Err(error) => Err(problem(error)),
                }
            }
            (Second::Code(_), SignIn::Done(_)) => Err(mfa_not_enabled().into()),
        };
        self.judged(&attempt, owner.id, right).await?;
        Ok(attempt)
    }
}
