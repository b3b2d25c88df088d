//! What is kept, in the words of the use cases.
