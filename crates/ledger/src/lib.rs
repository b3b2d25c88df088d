//! Activity: counted per thread, written in batches.
