//! The client against servers that behave and servers that don't.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod server;
#[cfg(test)]
mod trusting;
