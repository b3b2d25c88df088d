//! Gates that share limits by way of a real server.

#[cfg(test)]
mod sharing;
#[cfg(test)]
mod world;
