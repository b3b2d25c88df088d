//! The program as its users have it: arguments, files, exit codes, processes.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod config;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ldap;
#[cfg(test)]
mod master_key;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod outside;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod support;
#[cfg(test)]
mod token;
#[cfg(test)]
mod usage;
