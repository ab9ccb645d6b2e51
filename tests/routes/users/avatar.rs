//! A picture that stands for a user: drawn anew of what was uploaded last, whatever arrives late, twice or with ill intent.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use tests::{Stack, User, notification, put_object, services};

use super::each;

const AVATAR: &str = "/users/me/avatar";

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(60, 40).write_to(&mut bytes, format).expect("it is written");
    bytes.into_inner()
}

async fn form(by: &User, key: &str) -> Value {
    let asked = by.post(AVATAR, json!({"content_type": "image/png"})).key(key).await;
    asked.expect(200)
}

fn key(form: &Value) -> &str {
    form["fields"]["key"].as_str().expect("a key")
}

/// Tells the function that the form's object arrived; whether it is done with it.
async fn arrived(stack: &Stack, form: &Value) -> bool {
    let batch = json!({"Records": [{"messageId": "m1", "body": notification(key(form))}]});
    let batch = serde_json::from_value(batch).expect("an SQS event");
    stack.consume("process-avatar", batch).await.expect("it consumes a queue").is_clean()
}

async fn is_uploaded(stack: &Stack, form: &Value) -> bool {
    stack.avatar_upload_size(key(form)).await.is_some()
}

/// Uploads a file and has it looked at; what stands for the user then.
async fn upload(stack: &Stack, by: &User, name: &str, bytes: &[u8]) -> Value {
    let form = form(by, name).await;
    assert_eq!(stack.send_form(&form, bytes).await, 204);
    assert!(arrived(stack, &form).await);
    assert!(!is_uploaded(stack, &form).await, "what was looked at is deleted");
    by.get(AVATAR).await.expect(200)
}

fn links(avatar: &Value) -> Vec<String> {
    each_link(&avatar["images"])
}

fn each_link(images: &Value) -> Vec<String> {
    let images = images.as_array().expect("images");
    images.iter().map(|image| image["url"].as_str().expect("a link").to_owned()).collect()
}

#[tokio::test]
async fn a_picture_is_awaited_then_shown_as_squares_and_nothing_else_is_kept() {
    let stack = Stack::start().await;
    let (ada, eve) = (stack.user("ada").await, stack.user("eve").await);
    assert_eq!(ada.get(AVATAR).await.expect(200), json!({"images": []}));
    let form = form(&ada, "first").await;
    assert_eq!(key(&form).split('/').take(3).collect::<Vec<_>>(), ["avatars", "uploads", &ada.id]);
    assert_eq!(ada.get(AVATAR).await.expect(200), json!({"state": "PENDING", "images": []}));
    assert_eq!(stack.send_form(&form, &picture(ImageFormat::Png)).await, 204);
    assert!(arrived(&stack, &form).await);
    assert!(!is_uploaded(&stack, &form).await);
    let avatar = ada.get(AVATAR).await.expect(200);
    assert_eq!(avatar["state"], "READY");
    for (link, side) in links(&avatar).iter().zip([512, 128, 48]) {
        let (status, headers, bytes) = stack.follow(link).await;
        assert_eq!((status, headers["content-type"].to_str().ok()), (200, Some("image/webp")));
        let square =
            image::load_from_memory_with_format(&bytes, ImageFormat::WebP).expect("a picture");
        assert_eq!((square.width(), square.height()), (side, side));
    }
    let activity = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&activity, "action"), ["AVATAR_CHANGED"]);
    let of_ada = format!("/users/{}/avatar", ada.id);
    eve.get(&of_ada).await.refused(404, "not_found");
    eve.delete(&of_ada).await.refused(404, "not_found");
    eve.post(&of_ada, json!({"content_type": "image/png"})).await.refused(404, "not_found");
}

#[tokio::test]
async fn every_known_kind_is_shown() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let avatar = upload(&stack, &ada, &format!("{format:?}"), &picture(format)).await;
        assert_eq!(avatar["state"], "READY", "{format:?}");
    }
    ada.post(AVATAR, json!({"content_type": "image/svg+xml"})).await.refused(400, "wrong_shape");
}

#[tokio::test]
async fn what_is_no_picture_alone_is_refused_with_a_reason_and_the_one_before_stays() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let shown = upload(&stack, &ada, "first", &picture(ImageFormat::Png)).await;
    let png = picture(ImageFormat::Png);
    let zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let mut wide = png.clone();
    // The width in the header, whose checksum then is wrong, too.
    wide[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    for (name, bytes, code) in [
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "avatar_unknown"),
        ("html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), "avatar_unknown"),
        ("two", [png.as_slice(), zip].concat(), "avatar_trailing"),
        ("cut", png[..png.len() - 20].to_vec(), "avatar_damaged"),
        ("wide", wide, "avatar_damaged"),
    ] {
        let avatar = upload(&stack, &ada, name, &bytes).await;
        assert_eq!(
            (&avatar["state"], &avatar["reason"]["code"]),
            (&json!("REFUSED"), &json!(code))
        );
        let links = links(&avatar);
        assert_eq!(links.len(), 3, "{name}");
        assert_eq!(links[0].split('?').next(), each_link(&shown["images"])[0].split('?').next());
    }
    let activity = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&activity, "action"), ["AVATAR_CHANGED"]);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_unread() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let form = form(&ada, "large").await;
    let bytes = vec![0; 5 * 1024 * 1024 + 1];
    assert_ne!(stack.send_form(&form, &bytes).await, 204, "the form takes no such file");
    let bucket = services().stack().outputs["AvatarsBucketName"].clone();
    put_object(&bucket, key(&form), bytes).await;
    assert!(arrived(&stack, &form).await);
    let avatar = ada.get(AVATAR).await.expect(200);
    assert_eq!(
        (&avatar["state"], &avatar["reason"]["code"]),
        (&json!("REFUSED"), &json!("avatar_too_large"))
    );
    assert!(!is_uploaded(&stack, &form).await);
}

#[tokio::test]
async fn only_the_last_upload_counts_in_whichever_order_they_arrive() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let (first, second) = (form(&ada, "first").await, form(&ada, "second").await);
    for form in [&first, &second] {
        assert_eq!(stack.send_form(form, &picture(ImageFormat::Png)).await, 204);
    }
    assert!(arrived(&stack, &second).await);
    let shown = ada.get(AVATAR).await.expect(200);
    let before = stack.items().await;
    assert!(arrived(&stack, &first).await);
    assert!(arrived(&stack, &second).await, "a message that comes again");
    assert_eq!(stack.items().await, before);
    assert!(!is_uploaded(&stack, &first).await);
    for link in links(&shown) {
        assert!(link.contains(key(&second).rsplit('/').next().expect("an id")));
        assert_eq!(stack.follow(&link).await.0, 200);
    }
}

#[tokio::test]
async fn squares_that_are_shown_no_more_are_deleted() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let first = upload(&stack, &ada, "first", &picture(ImageFormat::Png)).await;
    let second = upload(&stack, &ada, "second", &picture(ImageFormat::Gif)).await;
    for link in links(&first) {
        assert_eq!(stack.follow(&link).await.0, 404);
    }
    ada.delete(AVATAR).await.expect(204);
    for link in links(&second) {
        assert_eq!(stack.follow(&link).await.0, 404);
    }
    assert_eq!(ada.get(AVATAR).await.expect(200), json!({"images": []}));
    let activity = ada.get("/users/me/activity").await.expect(200);
    assert_eq!(each(&activity, "action"), ["AVATAR_REMOVED", "AVATAR_CHANGED", "AVATAR_CHANGED"]);
    let before = stack.items().await;
    ada.delete(AVATAR).await.expect(204);
    assert_eq!(stack.items().await, before, "a repeat changes nothing");
}

#[tokio::test]
async fn what_arrives_after_the_avatar_was_removed_is_not_shown() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let form = form(&ada, "late").await;
    ada.delete(AVATAR).await.expect(204);
    assert_eq!(stack.send_form(&form, &picture(ImageFormat::Png)).await, 204);
    assert!(arrived(&stack, &form).await);
    assert_eq!(ada.get(AVATAR).await.expect(200), json!({"images": []}));
    assert!(!is_uploaded(&stack, &form).await);
}

#[tokio::test]
async fn a_repeat_is_a_fresh_form_for_the_same_upload_until_that_was_looked_at() {
    let stack = Stack::start().await;
    let ada = stack.user("ada").await;
    let (first, again) = (form(&ada, "same").await, form(&ada, "same").await);
    assert_eq!(key(&first), key(&again));
    let other = json!({"content_type": "image/gif"});
    ada.post(AVATAR, other).key("same").await.refused(422, "idempotency_key_reused");
    assert_eq!(stack.send_form(&again, &picture(ImageFormat::Png)).await, 204);
    assert!(arrived(&stack, &again).await);
    let repeat = ada.post(AVATAR, json!({"content_type": "image/png"})).key("same").await;
    repeat.refused(409, "upload_superseded");
}
