//! `decide` against its table, its reference model and its properties.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod limit;
#[cfg(test)]
mod property;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod row;
#[cfg(test)]
mod table;
#[cfg(test)]
mod world;
