# The tools a command needs: each function returns when the tool is there, after installing it if need be.
# Source it after common.sh, in the folder of the repository.

# The cargo that the workspace asks for.
need_cargo() {
  local want have
  want=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
  # rustup puts it where a fresh shell may not look yet.
  command -v cargo >/dev/null || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  if ! command -v cargo >/dev/null && ! command -v rustup >/dev/null; then
    if ! can_install || ! apt-cache show rustup >/dev/null 2>&1; then
      die "cargo is missing: install Rust $want or newer with rustup (see rust-lang.org) and start again"
    fi
    install_packages "cargo" rustup
  fi
  have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || have=
  if [ -z "$have" ] || ! at_least "$have" "$want"; then
    command -v rustup >/dev/null || die "cargo is ${have:-missing}, $want or newer is needed: install it with rustup and start again"
    say "cargo is ${have:-missing}, $want or newer is needed: installing it with rustup"
    rustup toolchain install "$want" --profile minimal --component clippy --component rustfmt
    export RUSTUP_TOOLCHAIN=$want
  fi
}

# rustfmt and clippy of that cargo.
need_lints() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return; fi
  command -v rustup >/dev/null || die "rustfmt or clippy is missing: install both for $(cargo --version) and start again"
  say "rustfmt or clippy is missing: installing them with rustup"
  rustup component add rustfmt clippy
}

# A C compiler, for SQLite.
need_cc() {
  command -v cc >/dev/null || install_packages "a C compiler" gcc libc6-dev
}

# Node and npm, for the browser journeys only.
need_node() {
  local have
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then install_packages "node" nodejs npm; fi
  have=$(node --version)
  at_least "${have#v}" 18 || die "node is $have, 18 or newer is needed: install it and start again"
}

# A browser, named in CHROMIUM, and a font for Chinese.
need_chromium() {
  local name
  if [ -z "${CHROMIUM:-}" ]; then
    if ! chromium_here >/dev/null; then install_packages "chromium" chromium; fi
    CHROMIUM=$(chromium_here) || die "chromium is missing: install it, or name a Chromium browser in CHROMIUM, and start again"
  fi
  [ -x "$CHROMIUM" ] || die "CHROMIUM names $CHROMIUM, which is no program"
  export CHROMIUM
  if ! command -v fc-list >/dev/null; then install_packages "fontconfig" fontconfig; fi
  name=$(fc-list :lang=zh-cn family)
  if [ -z "$name" ]; then install_packages "a font for Chinese" fonts-noto-cjk; fi
}
chromium_here() {
  local name
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" && return
  done
  return 1
}

# The programs of the journeys, exactly as locked.
need_journeys() {
  need_node
  need_chromium
  local dir=tests/journeys
  # npm writes this file last, so it is newer than the lock when they agree.
  if [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ]; then return; fi
  say "installing the locked packages of $dir with npm"
  (cd "$dir" && npm ci --no-audit --no-fund --loglevel=error)
}
