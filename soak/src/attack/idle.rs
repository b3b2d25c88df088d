//! Nothing at all, for as long as told. The gate may end it, in order, or leave it.

use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;

use super::{connect, failed};
use crate::target::Target;

pub(super) async fn one(target: &Target, stays: Duration) -> Result<Duration, String> {
    let mut stream = connect(target).await?;
    let began = Instant::now();
    let mut byte = [0; 1];
    match tokio::time::timeout(stays, stream.read(&mut byte)).await {
        Err(_) => Ok(stays),
        Ok(Ok(0)) => Ok(began.elapsed().min(stays)),
        Ok(Ok(_)) => Err("it was answered".to_owned()),
        Ok(Err(error)) => Err(failed(&error)),
    }
}
