//! The contract that every database keeps, told as stories against the trait, and what is
//! SQLite's or PostgreSQL's alone.

#[cfg(test)]
mod backend;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod copying;
#[cfg(test)]
mod everything;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod seal;
#[cfg(test)]
mod sqlite;
