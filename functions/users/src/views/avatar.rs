//! How a picture is announced, and what a user is shown of what stands for them.

use std::collections::BTreeMap;

use domain::{
    Moment,
    avatar::{self, AvatarState},
    shape,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of picture that is known.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub enum PictureType {
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/webp")]
    Webp,
    #[serde(rename = "image/gif")]
    Gif,
}

impl PictureType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

/// What is said of a picture before its upload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"content_type": "image/png"}))]
pub struct AvatarRequest {
    pub content_type: PictureType,
}

/// A form that uploads one picture.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "url": "https://hub-avatars.s3.us-west-2.amazonaws.com/",
    "fields": {"key": "avatars/uploads/01a1e35e-c000-7a1d-8a3f-5c2e9b7d4f10/01a1f868-1c40-73ea-8c70-8fcd5bae70b3"},
    "expires_at": "2026-11-20T10:35:00.000Z"
}))]
pub struct AvatarForm {
    /// Where to post it, as `multipart/form-data`.
    #[schema(value_type = shape::SignedAddress)]
    url: String,
    /// All of them go before the last field, `file`.
    #[schema(value_type = shape::FormFields)]
    fields: BTreeMap<String, String>,
    /// Take another form after that.
    expires_at: Moment,
}

impl From<files::Upload> for AvatarForm {
    fn from(form: files::Upload) -> Self {
        Self { url: form.url, fields: form.fields, expires_at: form.expires_at.into() }
    }
}

/// A square that is shown, as WebP.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"side": 128, "url": "https://hub-avatars.s3.us-west-2.amazonaws.com/avatars/a/b/128.webp"}))]
pub struct AvatarImage {
    /// In pixels.
    #[schema(value_type = shape::Position)]
    pub side: u32,
    /// Good for five minutes.
    #[schema(value_type = shape::SignedAddress)]
    pub url: String,
}

/// Why the last upload is not shown.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "avatar_damaged", "detail": "The picture is damaged; save it anew, and upload that."
}))]
pub struct AvatarReason {
    #[schema(value_type = shape::Code)]
    code: String,
    #[schema(value_type = shape::Sentence)]
    detail: String,
}

/// What stands for a user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "state": "READY",
    "images": [{"side": 128, "url": "https://hub-avatars.s3.us-west-2.amazonaws.com/avatars/a/b/128.webp"}]
}))]
pub struct Avatar {
    /// Of the picture uploaded last; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<AvatarState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<AvatarReason>,
    /// The largest first; of the picture before while the last one is not READY.
    #[schema(max_items = 3)]
    images: Vec<AvatarImage>,
}

impl Avatar {
    pub fn of(avatar: &avatar::Avatar, images: Vec<AvatarImage>) -> Self {
        let reason = avatar.refused.clone();
        let reason = reason.map(|avatar::Reason { code, detail }| AvatarReason { code, detail });
        Self { state: avatar.state(), reason, images }
    }
}
