//! Who a person is, and how the gate becomes that person upstream.
