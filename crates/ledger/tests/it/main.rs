//! The ledger, from the event to the store.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod counting;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod support;
