//! What is asked, how often, and by whom?

use journey::random::Random;

use super::population::{Person, Population};

/// What a kind of request counts as in the contract: 80 %, 5 %, 15 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    AuthenticatedRead,
    JobCreate,
    Other,
}

/// One kind of request of the mix.
pub(crate) struct Kind {
    /// Unique, as the report shows it.
    pub name: &'static str,
    pub share: Share,
    /// Of a thousand requests.
    pub weight: u32,
    make: fn(&Person, &Population, &mut Random) -> Option<Call>,
}

/// A request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub method: &'static str,
    /// Door and stage included.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

const READ: Share = Share::AuthenticatedRead;

/// Weights add up to a thousand.
pub(crate) const KINDS: &[Kind] = &[
    kind("GET /jobs/{id} (key)", READ, 200, |p, _, r| {
        p.client(format!("/jobs/{}", r.one_of(&p.jobs)?))
    }),
    kind("GET /jobs/{id}", READ, 100, |p, _, r| p.hub(format!("/jobs/{}", r.one_of(&p.jobs)?))),
    kind("GET /jobs", READ, 100, |p, _, _| p.hub("/jobs?limit=20")),
    kind("GET /jobs (key)", READ, 50, |p, _, _| p.client("/jobs?limit=20")),
    kind("GET /jobs/{id}/result (key)", READ, 120, |p, _, r| {
        p.client(format!("/jobs/{}/result", r.one_of(&p.jobs)?))
    }),
    kind("GET /subscriptions", READ, 40, |p, _, _| p.hub("/subscriptions")),
    kind("GET /subscriptions/{id}", READ, 30, |p, _, _| {
        p.hub(format!("/subscriptions/{}", p.subscription))
    }),
    kind("GET /subscriptions/{id}/keys", READ, 10, |p, _, _| {
        p.hub(format!("/subscriptions/{}/keys", p.subscription))
    }),
    kind("GET /projects", READ, 40, |p, _, _| p.hub("/projects")),
    kind("GET /projects/{id}", READ, 30, |p, _, _| p.hub(format!("/projects/{}", p.project))),
    kind("GET /quantum-apps", READ, 20, |p, _, _| p.hub("/quantum-apps")),
    kind("GET /bills", READ, 20, |p, _, _| p.hub("/bills")),
    kind("GET /bills/{id}", READ, 20, |p, all, _| p.hub(format!("/bills/{}", all.period))),
    kind("GET /bills/{id}/items", READ, 10, |p, all, _| {
        p.hub(format!("/bills/{}/items", all.period))
    }),
    kind("GET /auth/me", READ, 10, |p, _, _| p.hub("/auth/me")),
    kind("POST /jobs (key)", Share::JobCreate, 50, |p, _, r| {
        let call = p.client("/jobs")?;
        Some(call.post(r, r#"{"device_id":"hub-simulator","shots":100,"input":{"theta":1.25},"run_mode":"NON_BLOCKING"}"#))
    }),
    kind("GET /registry", Share::Other, 25, |_, _, _| public("/registry?limit=20")),
    kind("GET /registry/{id}", Share::Other, 15, |_, all, r| {
        public(format!("/registry/{}", r.one_of(&all.apps)?))
    }),
    kind("GET /marketplace", Share::Other, 30, |_, _, _| public("/marketplace?limit=20")),
    kind("GET /marketplace/{id}", Share::Other, 20, |_, all, r| {
        public(format!("/marketplace/{}", r.one_of(&all.apps)?))
    }),
    kind("GET /hardware", Share::Other, 15, |_, _, _| public("/hardware")),
    kind("GET /hardware/{id}", Share::Other, 15, |_, _, _| public("/hardware/hub-simulator")),
    kind("GET /health", Share::Other, 10, |_, _, _| public("/health")),
    kind("POST /projects", Share::Other, 10, |p, _, r| {
        Some(
            p.hub("/projects")?
                .post(r, r#"{"name":"Bell pairs","description":"Two entangled qubits."}"#),
        )
    }),
    kind("POST /registry/download/{id} (key)", Share::Other, 10, |p, all, r| {
        let call = p.client(format!("/registry/download/{}", r.one_of(&all.apps)?))?;
        Some(Call { method: "POST", ..call })
    }),
];

const fn kind(
    name: &'static str,
    share: Share,
    weight: u32,
    make: fn(&Person, &Population, &mut Random) -> Option<Call>,
) -> Kind {
    Kind { name, share, weight, make }
}

impl Kind {
    /// By one of the people; `None` where nothing was seeded for it.
    pub(crate) fn call(&self, population: &Population, random: &mut Random) -> Option<Call> {
        let mut call = (self.make)(random.one_of(&population.people)?, population, random)?;
        call.headers.push(("x-forwarded-for", format!("203.0.113.{}", 1 + random.below(250))));
        Some(call)
    }
}

/// The kind of the next request, by weight.
pub(crate) fn draw(random: &mut Random) -> usize {
    let mut left = u32::try_from(random.below(1000)).unwrap_or_default();
    for (at, kind) in KINDS.iter().enumerate() {
        if left < kind.weight {
            return at;
        }
        left -= kind.weight;
    }
    0
}

impl Person {
    fn hub(&self, path: impl AsRef<str>) -> Option<Call> {
        let mut call = public(path)?;
        call.headers.push(("authorization", format!("Bearer {}", self.token)));
        Some(call)
    }

    fn client(&self, path: impl AsRef<str>) -> Option<Call> {
        let mut call = public(path)?;
        call.path.insert_str(0, super::doors::CLIENT);
        call.headers.push(("x-api-key", self.key.clone()));
        Some(call)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every maker of a call answers an option")]
fn public(path: impl AsRef<str>) -> Option<Call> {
    let path = format!("/{}{}", super::event::STAGE, path.as_ref());
    Some(Call { method: "GET", path, headers: Vec::new(), body: String::new() })
}

impl Call {
    fn post(mut self, random: &mut Random, body: &str) -> Self {
        self.method = "POST";
        self.headers.push(("content-type", "application/json".to_owned()));
        self.headers
            .push(("idempotency-key", format!("{:016x}{:016x}", random.next(), random.next())));
        body.clone_into(&mut self.body);
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn weight(share: Share) -> u32 {
        KINDS.iter().filter(|kind| kind.share == share).map(|kind| kind.weight).sum()
    }

    #[test]
    fn four_fifths_are_authenticated_reads_and_a_twentieth_creates_jobs() {
        assert_eq!(weight(Share::AuthenticatedRead), 800);
        assert_eq!(weight(Share::JobCreate), 50);
        assert_eq!(weight(Share::Other), 150);
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
    }

    #[test]
    fn kinds_are_drawn_by_their_weight() {
        let mut random = Random::new(1);
        let mut drawn = vec![0_u32; KINDS.len()];
        (0..100_000).for_each(|_| drawn[draw(&mut random)] += 1);
        for (times, kind) in drawn.iter().zip(KINDS) {
            let expected = kind.weight * 100;
            assert!(times.abs_diff(expected) < expected / 5, "{}: {times}", kind.name);
        }
    }

    #[test]
    fn whoever_reads_shows_who_they_are() {
        let population = Population::example();
        let mut random = Random::new(2);
        for kind in KINDS {
            let call = kind.call(&population, &mut random).expect("all is seeded");
            let shown = |name: &str| call.headers.iter().any(|(header, _)| *header == name);
            let authenticated = shown("authorization") || shown("x-api-key");
            assert!(authenticated || kind.share == Share::Other, "{}", kind.name);
            assert_eq!(shown("x-api-key"), kind.name.ends_with("(key)"), "{}", kind.name);
            assert_eq!(call.method, kind.name.split(' ').next().expect("a method"));
            if kind.share == Share::JobCreate {
                assert!(shown("idempotency-key") && call.body.contains("NON_BLOCKING"));
            }
        }
    }
}
