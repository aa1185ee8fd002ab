//! District `supply`: see ARCHITECTURE.md.
