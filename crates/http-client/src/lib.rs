//! The one client for asking products, directories and webhooks.
