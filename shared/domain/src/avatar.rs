//! Which picture stands for a user, and what has become of the one uploaded last.

use serde::{Deserialize, Serialize};

use crate::{AvatarId, Moment, UserId};

/// The largest file that may be uploaded.
pub const MAX_AVATAR_BYTES: u64 = 5 * 1024 * 1024;

/// Sides of the squares that are shown, in pixels, the largest first.
pub const SIDES: [u32; 3] = [512, 128, 48];

/// The picture of a user, and what is awaited in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    pub user_id: UserId,
    /// The upload that was announced last, until it has arrived and was looked at.
    pub awaited: Option<AvatarId>,
    /// Whose squares are shown.
    pub shown: Option<AvatarId>,
    /// Why the last upload is not shown.
    pub refused: Option<Reason>,
    /// Whose squares may still lie about, to be deleted.
    pub former: Vec<AvatarId>,
    pub updated_at: Moment,
}

/// Why a file is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, snake_case, for programs.
    pub code: String,
    /// One sentence for people that says what to do.
    pub detail: String,
}

/// What has become of the last upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AvatarState {
    /// It has not arrived, or was not looked at yet.
    Pending,
    Ready,
    Refused,
}

impl Avatar {
    /// Of a user who has none.
    pub fn none(user_id: UserId, now: Moment) -> Self {
        let (awaited, shown, refused, former) = (None, None, None, Vec::new());
        Self { user_id, awaited, shown, refused, former, updated_at: now }
    }

    pub fn state(&self) -> Option<AvatarState> {
        match (&self.awaited, &self.refused, &self.shown) {
            (Some(_), ..) => Some(AvatarState::Pending),
            (None, Some(_), _) => Some(AvatarState::Refused),
            (None, None, Some(_)) => Some(AvatarState::Ready),
            (None, None, None) => None,
        }
    }

    /// This upload counts from now on, and none before it.
    pub fn announce(&mut self, upload: AvatarId, now: Moment) {
        (self.awaited, self.refused, self.updated_at) = (Some(upload), None, now);
    }

    /// Its squares, or why there are none; whether it was awaited at all.
    pub fn looked_at(&mut self, upload: AvatarId, refused: Option<Reason>, now: Moment) -> bool {
        if self.awaited != Some(upload) {
            return false;
        }
        if refused.is_none() {
            self.former.extend(self.shown.replace(upload));
        }
        (self.awaited, self.refused, self.updated_at) = (None, refused, now);
        true
    }

    /// Nothing is shown or awaited any more; whether that changes anything.
    pub fn remove(&mut self, now: Moment) -> bool {
        let changes = self.state().is_some();
        if changes {
            self.former.extend(self.shown.take());
            (self.awaited, self.refused, self.updated_at) = (None, None, now);
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::from_unix_millis(1_000_000 + 1_000 * second)
    }

    fn id(number: u8) -> AvatarId {
        AvatarId::new(at(0), [number; 10])
    }

    fn avatar() -> Avatar {
        Avatar::none(UserId::new(at(0), [1; 10]), at(0))
    }

    fn reason() -> Option<Reason> {
        Some(Reason { code: "avatar_unknown".to_owned(), detail: "No.".to_owned() })
    }

    #[test]
    fn only_the_upload_announced_last_is_shown() {
        let mut avatar = avatar();
        avatar.announce(id(1), at(1));
        avatar.announce(id(2), at(2));
        assert!(!avatar.looked_at(id(1), None, at(3)), "a later one is awaited");
        assert_eq!((avatar.state(), avatar.shown), (Some(AvatarState::Pending), None));
        assert!(avatar.looked_at(id(2), None, at(4)));
        assert!(!avatar.looked_at(id(2), reason(), at(5)), "once");
        assert_eq!((avatar.state(), avatar.shown), (Some(AvatarState::Ready), Some(id(2))));
    }

    #[test]
    fn a_refused_upload_leaves_the_picture_that_is_shown() {
        let mut avatar = avatar();
        avatar.announce(id(1), at(1));
        avatar.looked_at(id(1), None, at(2));
        avatar.announce(id(2), at(3));
        assert!(avatar.looked_at(id(2), reason(), at(4)));
        assert_eq!((avatar.state(), avatar.shown), (Some(AvatarState::Refused), Some(id(1))));
        assert_eq!(avatar.former, []);
        avatar.announce(id(3), at(5));
        assert_eq!((avatar.state(), &avatar.refused), (Some(AvatarState::Pending), &None));
        avatar.looked_at(id(3), None, at(6));
        assert_eq!((avatar.shown, avatar.former.as_slice()), (Some(id(3)), &[id(1)][..]));
    }

    #[test]
    fn what_is_removed_is_neither_shown_nor_awaited() {
        let mut avatar = avatar();
        assert!(!avatar.remove(at(1)));
        avatar.announce(id(1), at(1));
        avatar.looked_at(id(1), None, at(2));
        avatar.announce(id(2), at(3));
        assert!(avatar.remove(at(4)));
        assert_eq!((avatar.state(), avatar.former.as_slice()), (None, &[id(1)][..]));
        assert!(!avatar.looked_at(id(2), None, at(5)), "it comes too late");
        assert!(!avatar.remove(at(6)));
    }
}
