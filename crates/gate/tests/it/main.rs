//! The gate from outside: bytes in at one end, bytes out at the other.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod apart;
#[cfg(test)]
mod by_session;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod heads;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod http2;
#[cfg(test)]
mod large;
#[cfg(test)]
mod leaving;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod parting;
#[cfg(test)]
mod pipelining;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod running;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod upstream;
#[cfg(test)]
mod upstream_tls;
#[cfg(test)]
mod waiting;
