//! District `watch`: see ARCHITECTURE.md.
