//! How is each kind of text and number described to callers: by the very limits that are checked.
//!
//! A view names one with `#[schema(value_type = shape::Name)]`; nothing is ever made of these types.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
        schema::{Schema, Type},
    },
};

use crate::{
    access_key,
    account::{MAX_EMAIL, MAX_PASSWORD, MAX_REASON, MAX_USERNAME, MIN_PASSWORD, MIN_USERNAME, mfa},
    audit::MAX_DETAIL,
    dead_letter::{MAX_CAUSE, MAX_MESSAGE_BYTES},
    field::{MAX_DESCRIPTION, MAX_NAME, MAX_SENTENCE, MAX_TAG, MAX_URL},
    hardware::{MAX_COUPLINGS, MAX_DEVICE_ID, MAX_DEVICE_TEXT, MAX_QUBITS, MAX_SHOTS},
    money,
    people::{MAX_SEARCH, MIN_SEARCH},
    preferences::{MAX_LOCALE, MAX_TIME_ZONE},
    profile::MAX_CONTACT,
    session::MAX_USER_AGENT,
    submission::MAX_SEED,
    version::{MAX_PACKAGE_BYTES, MAX_README_BYTES, MAX_VERSION_NUMBER},
};

/// The largest whole number that every reader of JSON keeps exactly.
pub const MAX_EXACT: u64 = (1 << 53) - 1;
/// Of a path in a package, in characters.
pub const MAX_FILE_PATH: usize = 200;
/// Of what stands for an item of a bill, in characters.
const MAX_ITEM_ID: usize = 54;
/// Of the texts of a session, in characters.
pub const MAX_TOKEN: usize = 8 * 1024;

/// Text without control characters and what turns the direction of others.
const LINE: &str = r"^[^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$";
/// The same with tabs and line breaks.
const LINES: &str =
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$";
/// What SQS takes.
const MESSAGE: &str = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]*$";
/// What may stand in a header.
const VISIBLE: &str = "^[!-~]+$";

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident: $shape:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $shape.into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

shapes! {
    /// Of a person, a project, an app or a key.
    Name: line(MAX_NAME);
    /// What is said at length.
    Prose: text(0, MAX_DESCRIPTION).pattern(Some(LINES));
    /// One sentence of ours to the caller.
    Sentence: text(0, MAX_SENTENCE).pattern(Some(LINE));
    /// A README, as its author wrote it.
    Markdown: text(0, MAX_README_BYTES).format(Some(custom("commonmark")));
    /// A word that things are found by.
    Word: line(MAX_TAG).examples(["bell"]);
    WebAddress: text(1, MAX_URL)
        .format(Some(custom("uri")))
        .pattern(Some("^https://[!-~]+$"))
        .examples(["https://example.com/bell-pairs"]);
    /// An address as another writes it.
    ForeignAddress: text(0, MAX_DEVICE_TEXT).format(Some(custom("uri")));
    /// A link that carries its own permission, so that whoever holds it may use it.
    SignedAddress: text(1, 8 * 1024).format(Some(custom("uri"))).pattern(Some("^https?://[!-~]+$"));
    EmailAddress: text(3, MAX_EMAIL)
        .format(known(KnownFormat::Email))
        .examples(["ada@example.com"]);
    Username: text(MIN_USERNAME, MAX_USERNAME)
        .pattern(Some("^[A-Za-z][A-Za-z0-9_.-]*$"))
        .examples(["ada"]);
    /// A user name or an e-mail address.
    LoginName: line(MAX_EMAIL).examples(["ada"]);
    /// A user's id, or `me` for the caller.
    UserReference: text(2, 36)
        .pattern(Some("^(me|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})$"))
        .examples(["me"]);
    /// What a session is called by who grants it.
    SessionId: text(1, 64)
        .pattern(Some("^[A-Za-z0-9-]+$"))
        .examples(["d2f1c7b0-5d1c-4f6e-9f10-1a2b3c4d5e6f"]);
    /// As a program calls itself.
    UserAgent: line(MAX_USER_AGENT);
    /// Of the Internet Protocol, version 4 or 6.
    NetworkAddress: text(2, 45).pattern(Some("^[0-9A-Fa-f:.]+$")).examples(["203.0.113.7"]);
    /// What an entry of a trail says beside its action.
    Detail: text(0, MAX_DETAIL).pattern(Some(LINE));
    /// Why something is done to an account.
    AccountReason: line(MAX_REASON);
    /// How to reach somebody.
    Contact: line(MAX_CONTACT);
    /// A language and perhaps a region.
    Locale: text(2, MAX_LOCALE).pattern(Some("^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$")).examples(["en"]);
    /// As the time zone database calls it.
    TimeZone: text(1, MAX_TIME_ZONE)
        .pattern(Some("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*){0,2}$"))
        .examples(["Europe/Vienna"]);
    /// How a name or an address begins.
    SearchText: text(MIN_SEARCH, MAX_SEARCH).pattern(Some(LINE)).examples(["ada"]);
    NewPassword: text(MIN_PASSWORD, MAX_PASSWORD).format(known(KnownFormat::Password));
    Password: text(1, MAX_PASSWORD).format(known(KnownFormat::Password));
    /// What an authenticator app shows.
    OneTimeCode: text(6, 6).pattern(Some("^[0-9]{6}$")).examples(["123456"]);
    /// Sixteen letters and digits, in groups.
    RecoveryCode: text(16, mfa::MAX_RECOVERY_TEXT)
        .pattern(Some("^[0-9A-Za-z -]+$"))
        .examples(["7d2k-m9xq-4hpa-w3vn"]);
    /// What an authenticator app is given by hand, in base 32.
    AppSecret: text(16, 200).pattern(Some("^[A-Z2-7]+=*$"));
    /// What an authenticator app reads of a picture.
    AppAddress: text(1, 500).format(Some(custom("uri"))).pattern(Some("^otpauth://[!-~]+$"));
    /// A picture, as SVG.
    Picture: text(1, 64 * 1024).pattern(Some("^<"));
    /// A part of a session; nothing is to be read from it.
    Token: text(1, MAX_TOKEN).pattern(Some(VISIBLE));
    /// A semantic version.
    VersionNumber: text(5, MAX_VERSION_NUMBER)
        .pattern(Some(r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)([+-][0-9A-Za-z.+-]+)?$"))
        .examples(["1.0.0"]);
    /// An SPDX identifier.
    LicenseId: text(1, 50).pattern(Some("^[0-9A-Za-z.+-]+$")).examples(["MIT"]);
    DeviceId: text(1, MAX_DEVICE_ID)
        .pattern(Some("^[a-z0-9._-]+$"))
        .examples([crate::hardware::HUB_SIMULATOR]);
    /// A device's name, maker or gate, as its provider writes it.
    DeviceText: text(0, MAX_DEVICE_TEXT).pattern(Some(LINE));
    /// What Amazon Braket calls a device or a task.
    BraketArn: text(20, 256).pattern(Some("^arn:aws[a-z-]*:braket:[!-~]+$"));
    /// A whole number in digits.
    Digits: text(1, 20).pattern(Some("^[0-9]+$"));
    /// A month, UTC.
    Month: text(7, 7).pattern(Some("^[0-9]{4}-(0[1-9]|1[0-2])$")).examples(["2026-11"]);
    /// What an item is for: a line of a job, a term of a subscription, or the refund of one of them.
    ItemId: text(38, MAX_ITEM_ID)
        .pattern(Some(r"^[0-9a-f-]{36}\.([0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2})(\.refund)?$"))
        .examples(["01a1f866-0d00-71c8-9a7e-6dab3f8c5e93.0"]);
    Day: text(10, 10).format(known(KnownFormat::Date)).examples(["2026-11-20"]);
    /// In hexadecimal digits.
    Sha256: text(64, 64)
        .pattern(Some("^[0-9A-Fa-f]{64}$"))
        .examples(["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]);
    /// A decimal with at most six digits after the point.
    Amount: text(1, money::MAX_AMOUNT)
        .pattern(Some(r"^-?[0-9]{1,13}(\.[0-9]{1,6})?$"))
        .examples(["0.05"]);
    Currency: text(3, 3).pattern(Some(format!("^{}$", money::CURRENCY))).examples([money::CURRENCY]);
    /// Stable, for programs.
    Code: text(1, 64).pattern(Some("^[a-z][a-z0-9_]*$"));
    /// A file of a package, from its root.
    FilePath: line(MAX_FILE_PATH);
    /// What a download is saved as.
    FileName: text(1, 100).pattern(Some("^[a-z0-9][A-Za-z0-9.-]*$"));
    /// A gate, a gate modifier or a parameter, as programs write it.
    Identifier: text(1, 32 * 1024).pattern(Some(LINE));
    /// The whole key; only its owner has it.
    /// A block of addresses: IPv4 or IPv6, with nothing set after the prefix.
    Network: text(4, 43).pattern(Some(r"^[0-9a-f.:]+/[0-9]{1,3}$")).examples(["203.0.113.0/24"]);
    WholeKey: text(access_key::LENGTH, access_key::LENGTH).pattern(Some("^qhk_[0-9a-f]{80}$"));
    /// How a key begins and what its random part ends with.
    ShownKey: text(9, 9).pattern(Some("^qhk_…[0-9a-f]{4}$"));

    /// A message of a queue, as it was sent.
    MessageBody: text(0, MAX_MESSAGE_BYTES).pattern(Some(MESSAGE));
    /// What AWS calls a message or an invocation.
    AwsId: text(1, 128).pattern(Some(VISIBLE));
    /// Why something failed, on one line.
    Cause: text(0, MAX_CAUSE).pattern(Some(LINE));
    /// Of an attribute of a message.
    AttributeName: text(1, 256).pattern(Some("^[A-Za-z0-9_.-]+$"));

    /// How many there are.
    Count: whole(0, MAX_EXACT);
    /// From 1.
    Position: small(1, i32::MAX.unsigned_abs());
    Shots: small(0, MAX_SHOTS);
    /// Shots that one bit string was measured in, and those of a job that gave none.
    MeasuredShots: small(0, MAX_SHOTS);
    Seed: whole(0, MAX_SEED);
    KeyUses: whole(1, access_key::MAX_USES);
    /// Seconds.
    Grace: whole(0, access_key::MAX_GRACE.as_secs());
    PackageBytes: whole(1, MAX_PACKAGE_BYTES);
    Qubits: small(0, MAX_QUBITS);
    Seconds: whole(0, 24 * 60 * 60);
    /// Seconds to the end of a month at the most.
    Wait: whole(0, 31 * 24 * 60 * 60 + 1);
    /// From 0 to 1.
    Share: ObjectBuilder::new().schema_type(Type::Number).format(known(KnownFormat::Double))
        .minimum(Some(0)).maximum(Some(1));
    Duration: ObjectBuilder::new().schema_type(Type::Number).format(known(KnownFormat::Double))
        .minimum(Some(0));

    /// Two qubits that can meet in a gate.
    Coupling: ArrayBuilder::new().items(small(0, u32::MAX >> 1)).min_items(Some(2)).max_items(Some(2));
    Couplings: ArrayBuilder::new().items(Coupling::schema()).max_items(Some(MAX_COUPLINGS));
    /// Bit string → shots; the first character is the first of `measured_qubits`.
    Counts: bit_strings(MeasuredShots::schema());
    /// Bit string → share of the shots.
    Shares: bit_strings(Share::schema());
    /// Name → value; all of them go before the last field, `file`.
    FormFields: ObjectBuilder::new()
        .max_properties(Some(30))
        .property_names(Some(Schema::from(text(1, 100).pattern(Some(VISIBLE)).build())))
        .additional_properties(Some(RefOr::T(Schema::from(text(0, 8 * 1024).pattern(Some(LINE)).build()))));
}

fn bit_strings(of: RefOr<Schema>) -> ObjectBuilder {
    let bits = text(0, 1_024).pattern(Some("^[01]*$"));
    ObjectBuilder::new()
        .property_names(Some(Schema::from(bits.build())))
        .additional_properties(Some(of))
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn text(least: usize, most: usize) -> ObjectBuilder {
    string().min_length((least > 0).then_some(least)).max_length(Some(most))
}

/// One line of at least a character.
fn line(most: usize) -> ObjectBuilder {
    text(1, most).pattern(Some(LINE))
}

fn known(format: KnownFormat) -> Option<SchemaFormat> {
    Some(SchemaFormat::KnownFormat(format))
}

fn custom(format: &str) -> SchemaFormat {
    SchemaFormat::Custom(format.to_owned())
}

fn whole(least: u64, most: u64) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    number.format(known(KnownFormat::Int64)).minimum(Some(least)).maximum(Some(most))
}

fn small(least: u32, most: u32) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    number.format(known(KnownFormat::Int32)).minimum(Some(least)).maximum(Some(most))
}
