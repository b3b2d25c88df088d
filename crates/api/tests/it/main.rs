//! Each route over a socket on the loopback, as a program would call it.

mod health;
mod support;
mod whoami;
