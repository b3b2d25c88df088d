//! Secrets: the key ring, tokens, digests, seals, row MACs.
