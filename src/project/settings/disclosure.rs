//! Which settings may be used together. Whoever writes a project's `.env` must not decide who receives the secrets of
//! the user's environment, or whether a server that the user chose is reached safely.

use std::fmt;

use super::keys::Role;

/// How far a value may be relied on, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// PELATO's default: it names this machine, and nobody chose it.
    Default,
    /// The project's `.env`, which may come from somebody else.
    Project,
    /// A flag, the environment, or a file of the user's outside of the project.
    User,
}

/// One of the values that make a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub role: Role,
    /// The setting's name, or what else it is.
    pub name: String,
    /// Where it is from, for a sentence.
    pub from: String,
    pub rank: Rank,
}

impl Part {
    /// A value that was given to the operation itself.
    pub fn given(role: Role, name: &str) -> Self {
        Self { role, name: name.to_owned(), from: "given".to_owned(), rank: Rank::User }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.from)
    }
}

/// Whether a value may be used with another one, which decides who receives it or how safely.
///
/// A secret goes only to an address of its own rank or a higher one; a default address is PELATO's own, on this machine.
/// Protection is taken from an address and from a secret only by their own rank or a higher one.
pub fn may(value: (Role, Rank), decided_by: (Role, Rank)) -> bool {
    let ((role, rank), (by, theirs)) = (value, decided_by);
    match (role, by) {
        (Role::Secret, Role::Address) => theirs == Rank::Default || theirs >= rank,
        (Role::Secret, Role::Identity) => theirs >= rank,
        // What a user's own file holds is used, and programs of it are run, only where the user says so.
        (Role::Identity, Role::Identity) => theirs != Rank::Project,
        (Role::Secret | Role::Address, Role::PlainHttp | Role::Authorities) => theirs >= rank,
        _ => true,
    }
}

/// What a connection would do that the ranks of its parts forbid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// Host and port, without passwords.
    pub server: String,
    /// The secrets that would be sent.
    secrets: Vec<Part>,
    /// What names the server.
    addresses: Vec<Part>,
    /// What weakens the connection.
    weakenings: Vec<Part>,
    /// What names the server together with who we are there.
    identities: Vec<Part>,
}

impl Disclosure {
    /// Of a connection with these parts; none if everything is as it should be.
    pub fn of(server: &str, parts: &[Part]) -> Option<Self> {
        let pairs = parts.iter().flat_map(|value| parts.iter().map(move |by| (value, by)));
        let forbidden = pairs.filter(|(value, by)| !may((value.role, value.rank), (by.role, by.rank)));
        let mut found = Self {
            server: server.to_owned(),
            secrets: Vec::new(),
            addresses: Vec::new(),
            weakenings: Vec::new(),
            identities: Vec::new(),
        };
        for (value, by) in forbidden {
            found.add(value);
            found.add(by);
        }
        let lists = [&found.secrets, &found.weakenings, &found.identities];
        lists.iter().any(|list| !list.is_empty()).then_some(found)
    }

    fn add(&mut self, part: &Part) {
        let list = match part.role {
            Role::Secret => &mut self.secrets,
            Role::Address => &mut self.addresses,
            Role::Identity => &mut self.identities,
            Role::PlainHttp | Role::Authorities => &mut self.weakenings,
        };
        if !list.contains(part) {
            list.push(part.clone());
        }
    }

    /// The names of what would be sent or reached, each of which has to be allowed.
    pub fn protected(&self) -> impl Iterator<Item = String> {
        let lists = [&self.secrets, &self.identities, &self.addresses];
        let all = lists.into_iter().find(|list| !list.is_empty());
        all.into_iter().flatten().map(|part| part.name.clone())
    }

    /// For which server, and with which protection: something else is another question.
    pub fn terms(&self) -> String {
        let how = self.weakenings.iter().map(|part| match part.role {
            Role::PlainHttp => " without TLS".to_owned(),
            _ => format!(" with the certificates of {}", part.name),
        });
        format!("{}{}", self.server, how.collect::<String>())
    }

    /// What has to be set by the user as well, so that nothing is forbidden.
    pub fn weaker(&self) -> String {
        let all = self
            .addresses
            .iter()
            .chain(&self.identities)
            .chain(&self.weakenings)
            .filter(|part| part.rank < Rank::User);
        listed(all.map(|part| part.name.clone()))
    }
}

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, secrets, addresses, weakenings, identities } = self;
        let names = |parts: &[Part]| listed(parts.iter().map(Part::to_string));
        let namers: Vec<_> = addresses.iter().chain(identities).cloned().collect();
        let naming = match namers.len() {
            0 => String::new(),
            1 => format!(", which {} names", names(&namers)),
            _ => format!(", which {} name", names(&namers)),
        };
        if secrets.is_empty() && !identities.is_empty() {
            let verb = if identities.len() == 1 { "chooses" } else { "choose" };
            write!(f, "{} {verb} the cluster and the account that are used: {server}", names(identities))?;
        }
        if !secrets.is_empty() {
            write!(f, "{} would be sent to {server}{naming}", names(secrets))?;
        }
        for (index, weakening) in weakenings.iter().enumerate() {
            let what = match weakening.role {
                Role::PlainHttp => "switches TLS off",
                _ => "decides which certificates are accepted",
            };
            match (secrets.is_empty(), index) {
                (true, 0) => write!(f, "{weakening} {what} for {server}{naming}")?,
                _ => write!(f, "; {weakening} {what} for it")?,
            }
        }
        Ok(())
    }
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<_> = names.collect();
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::Rank::{Default, Project, User};
    use super::Role::{Address, Authorities, PlainHttp, Secret};
    use super::*;

    #[test]
    fn every_pair_of_roles_and_ranks_is_decided() {
        for value in [Project, User] {
            for by in [Default, Project, User] {
                let own_or_higher = by >= value;
                assert_eq!(may((Secret, value), (Address, by)), own_or_higher || by == Default);
                for weakening in [PlainHttp, Authorities] {
                    assert_eq!(may((Secret, value), (weakening, by)), own_or_higher);
                    assert_eq!(may((Address, value), (weakening, by)), own_or_higher);
                    assert!(may((Address, Default), (weakening, by)));
                }
                assert!(may((Address, value), (Secret, by)) && may((Secret, value), (Secret, by)));
            }
        }
    }

    fn part(role: Role, name: &str, rank: Rank) -> Part {
        let from = if rank == User { "environment" } else { ".env" };
        Part { role, name: name.to_owned(), from: from.to_owned(), rank }
    }

    #[test]
    fn what_is_forbidden_is_said_with_both_origins() {
        let said = |parts: &[Part]| Disclosure::of("r.org", parts).map(|found| found.to_string());
        let (user, password) = (part(Secret, "USER", User), part(Secret, "PASSWORD", User));
        let (url, insecure) = (part(Address, "URL", Project), part(PlainHttp, "INSECURE", Project));
        assert_eq!(
            said(&[user.clone(), password.clone(), url.clone(), insecure.clone()]).unwrap(),
            "USER (environment) and PASSWORD (environment) would be sent to r.org, which URL (.env) names; \
             INSECURE (.env) switches TLS off for it"
        );
        let own = part(Address, "URL", User);
        assert_eq!(
            said(&[own.clone(), part(Authorities, "CA", Project)]).unwrap(),
            "CA (.env) decides which certificates are accepted for r.org, which URL (environment) names"
        );
        assert_eq!(
            said(&[password.clone(), insecure.clone()]).unwrap(),
            "PASSWORD (environment) would be sent to r.org; INSECURE (.env) switches TLS off for it"
        );
        assert_eq!(said(&[user, password, own]), None);
        assert_eq!(said(&[part(Secret, "PASSWORD", Project), url, insecure]), None);
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn only_what_is_weaker_has_to_be_set() {
        let parts = [
            part(Secret, "PASSWORD", User),
            part(Address, "HOST", Project),
            part(Address, "PORT", User),
            part(Authorities, "CA", Project),
        ];
        assert_eq!(Disclosure::of("r.org", &parts).unwrap().weaker(), "HOST and CA");
    }

    fn parts() -> impl Strategy<Value = Vec<Part>> {
        let role = proptest::sample::select(vec![Secret, Address, PlainHttp, Authorities]);
        let rank = proptest::sample::select(vec![Default, Project, User]);
        proptest::collection::vec((role, rank), 0..6)
            .prop_map(|all| all.into_iter().map(|(role, rank)| part(role, "X", rank)).collect())
    }

    proptest::proptest! {
        #[test]
        fn what_the_user_names_alone_is_never_forbidden(parts in parts()) {
            let users: Vec<_> = parts.into_iter().map(|part| Part { rank: User, ..part }).collect();
            proptest::prop_assert!(Disclosure::of("r.org", &users).is_none());
        }

        #[test]
        fn a_secret_of_the_user_never_meets_a_value_of_the_project(parts in parts()) {
            let has = |role: &[Role], rank| parts.iter().any(|part| role.contains(&part.role) && part.rank == rank);
            let meets = has(&[Secret], User) && has(&[Address, PlainHttp, Authorities], Project);
            proptest::prop_assert!(!meets || Disclosure::of("r.org", &parts).is_some());
        }
    }
}
