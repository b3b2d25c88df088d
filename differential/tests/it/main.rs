//! The gate's reader of heads against what others have written about request smuggling.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod desync;
