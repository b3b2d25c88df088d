//! What the operations work with.

use std::sync::Arc;

use gatepass_control::Control;

/// Whether this node is ready. The reasons are not for everybody: they stand on
/// `operations_listen`.
pub trait Readiness: Send + Sync {
    /// Whether requests with tokens can be judged here now.
    fn is_ready(&self) -> bool;
}

/// What the operations work with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub control: Arc<Control>,
    /// Whether this node is ready.
    pub readiness: Arc<dyn Readiness>,
}
