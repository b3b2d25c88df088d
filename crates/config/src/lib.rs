//! File and environment to a checked configuration.
