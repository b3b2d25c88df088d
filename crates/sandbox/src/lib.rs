//! Stand-ins for the products, to try Gatepass and to test it.
