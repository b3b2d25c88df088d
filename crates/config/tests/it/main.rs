//! Configurations as people write them, and what they are told.

#[cfg(test)]
mod ldap;
#[cfg(test)]
mod loading;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod overriding;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
