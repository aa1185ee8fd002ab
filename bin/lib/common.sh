# What all commands share: words on the screen, tidying up at the end, installing packages. Source it, do not run it.

# Says one line about what the command does on its own account.
say() { printf '%s: %s\n' "${0##*/}" "$*"; }

# Says why it cannot go on, and ends.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Commands to run at the end, whatever the end is: the last registered runs first.
AT_EXIT=()
at_exit() { AT_EXIT+=("$*"); }
tidy() {
  local code=$? i
  set +e
  for ((i = ${#AT_EXIT[@]} - 1; i >= 0; i--)); do
    eval "${AT_EXIT[i]}"
  done
  exit "$code"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Does version $1 come at or after version $2?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Runs a command as root: directly, or with sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Packages are installed only where we know how: apt, and the right to use it.
can_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

APT_FRESH=
# install_packages "what for" PACKAGE...: installs Debian packages, or names what a person has to install.
install_packages() {
  local what=$1
  shift
  can_install || die "$what is missing: install it (Debian and Ubuntu: apt-get install $*) and start again"
  say "$what is missing: installing $*"
  if [ -z "$APT_FRESH" ]; then
    as_root apt-get update -qq || true
    APT_FRESH=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
    die "apt-get could not install $*: install $what by hand and start again"
}
