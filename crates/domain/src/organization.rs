//! The AWS Organization: accounts, their aliases and the OUs they stand in.

use crate::AccountId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An account with its place in the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// What people call it.
    pub alias: String,
    /// The path of OU names from below the root, joined by `/`, such as `workloads/production`; empty at the root.
    #[serde(default)]
    pub ou: String,
}

/// The accounts that are known by name. An account that sends events and is not listed here is shown by its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OrganizationFile", into = "OrganizationFile")]
pub struct Organization {
    accounts: BTreeMap<AccountId, Account>,
}

/// An organization that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("account {0} is listed twice")]
pub struct InvalidOrganization(pub AccountId);

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationFile {
    accounts: Vec<Account>,
}

impl From<OrganizationFile> for Organization {
    fn from(file: OrganizationFile) -> Self {
        Self { accounts: file.accounts.into_iter().map(|account| (account.id, account)).collect() }
    }
}

impl From<Organization> for OrganizationFile {
    fn from(organization: Organization) -> Self {
        Self { accounts: organization.accounts.into_values().collect() }
    }
}

impl Organization {
    /// An organization of these accounts; an error if one is listed twice.
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Result<Self, InvalidOrganization> {
        let mut by_id = BTreeMap::new();
        for account in accounts {
            let id = account.id;
            if by_id.insert(id, account).is_some() {
                return Err(InvalidOrganization(id));
            }
        }
        Ok(Self { accounts: by_id })
    }

    /// The account, if it is listed.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// All listed accounts, by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// True if `id` stands in the OU `ou` or in one below it.
    pub fn is_in_ou(&self, id: AccountId, ou: &str) -> bool {
        self.account(id).is_some_and(|account| {
            account.ou.strip_prefix(ou).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// Every OU that holds an account, and every OU above it, sorted.
    pub fn ous(&self) -> Vec<String> {
        let mut ous = std::collections::BTreeSet::new();
        for account in self.accounts.values().filter(|account| !account.ou.is_empty()) {
            for (end, _) in account.ou.match_indices('/') {
                ous.insert(account.ou[..end].to_owned());
            }
            ous.insert(account.ou.clone());
        }
        ous.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ou_holds_those_below_it_and_not_those_that_share_its_first_letters() {
        let account = |id: &str, ou: &str| Account { id: id.parse().unwrap(), alias: "x".into(), ou: ou.into() };
        let organization =
            Organization::new([account("111111111111", "work/prod"), account("222222222222", "workshop")]).unwrap();
        assert!(organization.is_in_ou("111111111111".parse().unwrap(), "work"));
        assert!(!organization.is_in_ou("222222222222".parse().unwrap(), "work"));
        assert_eq!(organization.ous(), ["work", "work/prod", "workshop"]);
    }
}
