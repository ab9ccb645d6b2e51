//! What a user says of themselves to others.

use serde::{Deserialize, Serialize};

use crate::{
    Moment, Refusal, UserId,
    field::{Checks, MAX_DESCRIPTION, MAX_NAME},
};

/// Of how to reach somebody, in characters.
pub const MAX_CONTACT: usize = 200;
pub const MAX_SOCIAL_LINKS: usize = 10;

/// What a user says of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub user_id: UserId,
    pub details: Details,
    pub updated_at: Moment,
}

/// All that is said; nothing of it need be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub organization: Option<String>,
    pub bio: String,
    pub contact_info: Option<String>,
    pub social_links: Vec<String>,
}

impl Details {
    pub fn checked(self) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let mut line =
            |at: &str, text: Option<String>, most| text.map(|text| checks.line(at, &text, most));
        let organization = line("/organization", self.organization, MAX_NAME);
        let contact_info = line("/contact_info", self.contact_info, MAX_CONTACT);
        let bio = checks.text("/bio", &self.bio, MAX_DESCRIPTION);
        checks.list("/social_links", &self.social_links, MAX_SOCIAL_LINKS);
        let links = self.social_links.iter().take(MAX_SOCIAL_LINKS).enumerate();
        let social_links =
            links.map(|(at, link)| checks.url(&format!("/social_links/{at}"), link)).collect();
        checks.finish()?;
        Ok(Self { organization, bio, contact_info, social_links })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> String {
        "https://example.com/ada".to_owned()
    }

    #[test]
    fn each_part_of_a_profile_has_its_rule() {
        let with = |change: fn(&mut Details)| {
            let mut details = Details::default();
            change(&mut details);
            let refused = details.checked().err().map(|refusal| refusal.violations);
            let pointers = refused.into_iter().flatten().map(|violation| violation.pointer);
            pointers.collect::<Vec<_>>()
        };
        assert_eq!(with(|_| {}), [""; 0]);
        assert_eq!(with(|said| said.organization = Some("Analytical Engines".to_owned())), [""; 0]);
        assert_eq!(with(|said| said.organization = Some(" ".to_owned())), ["/organization"]);
        assert_eq!(with(|said| said.bio = "x".repeat(MAX_DESCRIPTION + 1)), ["/bio"]);
        assert_eq!(with(|said| said.contact_info = Some("a\nb".to_owned())), ["/contact_info"]);
        assert_eq!(with(|said| said.social_links = vec![link(); MAX_SOCIAL_LINKS]), [""; 0]);
        assert_eq!(
            with(|said| said.social_links = vec![link(); MAX_SOCIAL_LINKS + 1]),
            ["/social_links"]
        );
        assert_eq!(
            with(|said| said.social_links = vec![link(), "javascript:alert(1)".to_owned()]),
            ["/social_links/1"]
        );
    }
}
