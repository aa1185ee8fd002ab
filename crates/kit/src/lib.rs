//! District `kit`: see ARCHITECTURE.md.
