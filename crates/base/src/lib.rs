//! District `base`: see ARCHITECTURE.md.
