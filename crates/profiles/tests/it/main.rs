//! The profiles as the gate uses them.

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod dialect;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod folding;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sensitive;
