//! District `trade`: see ARCHITECTURE.md.
