//! Each route over a socket on the loopback, as a program would call it.

#[cfg(test)]
mod health;
#[cfg(test)]
mod support;
#[cfg(test)]
mod whoami;
