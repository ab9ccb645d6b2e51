//! Where sessions lie, and how their last use is noted.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnConsumedCapacity},
};
use domain::{
    Moment, UserId,
    session::{Origin, Session, SessionId},
};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Indexes, Item, Key, Query, Stored, Table,
    query::Index,
    table::{failed, write_units},
};

/// Beside its owner's subject, so that one read finds both.
pub fn session(user: UserId, id: &SessionId) -> Key<Session> {
    Key::new(format!("subject#{user}"), format!("session#{id}"))
}

/// At most [`domain::session::MAX_SESSIONS`], in no order that means anything.
pub fn sessions_of(user: UserId) -> Query<Session> {
    Query::new(Index::Table, format!("subject#{user}")).prefix("session#")
}

impl Item for Session {
    const TYPE: &'static str = "Session";

    fn key(&self) -> Key<Self> {
        session(self.user_id, &self.id)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.ends_at), ..Indexes::default() }
    }
}

/// The user pool's refresh token of a session, closed with our seal: with it the session ends there, too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PoolToken {
    pub user_id: UserId,
    pub session_id: SessionId,
    pub sealed: String,
    pub ends_at: Moment,
}

pub fn pool_token(user: UserId, id: &SessionId) -> Key<PoolToken> {
    Key::new(format!("subject#{user}"), format!("pool-token#{id}"))
}

impl Item for PoolToken {
    const TYPE: &'static str = "PoolToken";

    fn key(&self) -> Key<Self> {
        pool_token(self.user_id, &self.session_id)
    }

    fn indexes(&self) -> Indexes {
        Indexes { expires_at: Some(self.ends_at), ..Indexes::default() }
    }
}

impl Table {
    /// Notes that a session is used, unless it has ended or its use was noted since it was read. It stays in the version
    /// it was read in, so that no write that builds on it is in the way.
    pub async fn note_use(
        &self,
        session: &Stored<Session>,
        origin: &Origin,
        now: Moment,
    ) -> Result<(), Error> {
        let origin = serde_dynamo::to_attribute_value(origin)
            .map_err(|error| Error::Failed(format!("encoding an origin: {error}")))?;
        let moment = |at: Moment| AttributeValue::S(at.to_string());
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(session.key().attributes()))
            .update_expression("SET last_used_at = :now, origin = :origin")
            .condition_expression("last_used_at = :was")
            .expression_attribute_values(":now", moment(now))
            .expression_attribute_values(":was", moment(session.last_used_at))
            .expression_attribute_values(":origin", origin)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(updated) => {
                write_units(updated.consumed_capacity.as_slice());
                Ok(())
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(failed("UpdateItem", &error)),
            },
        }
    }
}
