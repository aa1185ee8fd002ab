# A private PostgreSQL for tests: a cluster of its own in a temporary folder, gone at the end.
# Source it after common.sh. Uses no service of the machine and leaves none behind.

# The oldest PostgreSQL the mall supports.
PG_OLDEST=15
# Ports to choose from: below the range from which systems give out ports by themselves.
PG_PORT_FROM=20000
PG_PORTS=12000
# The superuser of the cluster.
PG_USER=qicai

# Prints the folder of the newest server programs.
pg_bin() {
  local dir
  for dir in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null || true)"; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
      printf '%s %s\n' "$("$dir/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" "$dir"
    fi
  done | sort -n | tail -n 1
}

# Finds the server programs, after installing them if need be; sets PG_BIN.
need_postgres() {
  local found
  found=$(pg_bin)
  if [ -z "$found" ]; then
    install_packages "the PostgreSQL server" postgresql
    found=$(pg_bin)
  fi
  [ -n "$found" ] || die "the PostgreSQL server is missing: install PostgreSQL $PG_OLDEST or newer and start again"
  at_least "${found%% *}" "$PG_OLDEST" || die "PostgreSQL is ${found%% *}, $PG_OLDEST or newer is needed: install it and start again"
  PG_BIN=${found#* }
}

# PostgreSQL refuses to run as root: then another user owns the cluster. Sets PG_OWNER, empty for ourselves.
pg_owner() {
  PG_OWNER=
  [ "$(id -u)" = 0 ] || return 0
  PG_OWNER=postgres
  if ! id "$PG_OWNER" >/dev/null 2>&1; then
    PG_OWNER=qicai-test
    if ! id "$PG_OWNER" >/dev/null 2>&1; then
      say "PostgreSQL refuses to run as root: adding the user $PG_OWNER for it"
      useradd --system --no-create-home --shell /usr/sbin/nologin "$PG_OWNER"
    fi
  fi
}

# Runs one of the server programs as the owner, in a folder that everyone may enter.
pg_run() {
  local program=$PG_BIN/$1
  shift
  if [ -n "$PG_OWNER" ]; then
    (cd / && runuser -u "$PG_OWNER" -- "$program" "$@")
  else
    (cd / && "$program" "$@")
  fi
}

# Prints a port of this machine where nobody listens.
pg_free_port() {
  local port
  while :; do
    port=$((PG_PORT_FROM + RANDOM % PG_PORTS))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      printf '%s\n' "$port"
      return
    fi
  done
}

# Starts the cluster (once) and exports QICAI_TEST_POSTGRES, the address of its superuser's database.
pg_start() {
  [ -z "${PG_DIR:-}" ] || return 0
  need_postgres
  pg_owner
  # Under /tmp, because the path of a socket may not be long.
  PG_DIR=$(mktemp -d /tmp/qicai-pg.XXXXXX)
  at_exit pg_stop
  if [ -n "$PG_OWNER" ]; then chown "$PG_OWNER" "$PG_DIR"; fi

  local init=(initdb -D "$PG_DIR/data" -U "$PG_USER" -A trust -E UTF8 --no-instructions)
  if ! pg_run "${init[@]}" --locale=C.UTF-8 >"$PG_DIR/init.log" 2>&1; then
    rm -rf "$PG_DIR/data"
    pg_run "${init[@]}" --locale=C >"$PG_DIR/init.log" 2>&1 || {
      cat "$PG_DIR/init.log" >&2
      die "initdb failed"
    }
  fi
  # Durability as in production. Connections for tests that run side by side, each with its pool.
  cat >>"$PG_DIR/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$PG_DIR'
max_connections = 300
fsync = on
log_min_messages = fatal
CONF

  # Someone may take the port between our look and the start: then another.
  local try
  for try in 1 2 3 4 5; do
    PG_PORT=$(pg_free_port)
    if pg_run pg_ctl start -D "$PG_DIR/data" -l "$PG_DIR/data/server.log" -w -s -o "-p $PG_PORT" 2>/dev/null; then
      export QICAI_TEST_POSTGRES="postgres://$PG_USER@127.0.0.1:$PG_PORT/postgres"
      say "PostgreSQL of $PG_BIN on port $PG_PORT"
      return 0
    fi
  done
  cat "$PG_DIR/data/server.log" >&2 || true
  die "PostgreSQL did not start after $try tries"
}

# Stops the cluster and removes it.
pg_stop() {
  [ -n "${PG_DIR:-}" ] || return 0
  if [ -f "$PG_DIR/data/postmaster.pid" ]; then pg_run pg_ctl stop -D "$PG_DIR/data" -m immediate -s || true; fi
  rm -rf "$PG_DIR"
  PG_DIR=
  unset QICAI_TEST_POSTGRES
}

# Makes an empty database in the cluster; prints its address.
pg_database() {
  pg_run createdb -h 127.0.0.1 -p "$PG_PORT" -U "$PG_USER" "$1"
  printf 'postgres://%s@127.0.0.1:%s/%s\n' "$PG_USER" "$PG_PORT" "$1"
}
