//! The console over HTTP, called as the gate calls it, on a stand-in Jira.

#[cfg(test)]
mod guard;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod world;
