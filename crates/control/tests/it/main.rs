//! The use cases against a store in a temporary file, with a clock that stands still.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod comply;
#[cfg(test)]
mod credential;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod effect;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod find_in_memory;
#[cfg(test)]
mod find_tokens;
#[cfg(test)]
mod issue;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ldap;
#[cfg(test)]
mod linked;
#[cfg(test)]
mod linked_bitbucket;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod policy_edit;
#[cfg(test)]
mod policy_file;
#[cfg(test)]
mod policy_rule;
#[cfg(test)]
mod preview;
#[cfg(test)]
mod product;
#[cfg(test)]
mod running;
#[cfg(test)]
mod seen;
#[cfg(test)]
mod support;
