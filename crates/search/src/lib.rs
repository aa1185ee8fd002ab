//! District `search`: see ARCHITECTURE.md.
