//! Directories, the wallet, and products that are asked.

#[cfg(test)]
mod impersonating;
#[cfg(test)]
mod ldap;
#[cfg(test)]
mod linked_products;
#[cfg(test)]
mod loading;
#[cfg(test)]
mod openid;
#[cfg(test)]
mod proving;
#[cfg(test)]
mod support;
#[cfg(test)]
mod trusting;
#[cfg(test)]
mod wallet;
#[cfg(test)]
mod watching;
