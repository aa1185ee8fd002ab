# A mall with the demo province on a free port, for the journeys. Source it after common.sh.

# Seconds a server may take until it answers.
SERVER_WAIT=120
# Seconds it may take to stop.
SERVER_END=10

# server_start PROGRAM [DATABASE_URL]: fills a fresh folder (and database) and serves it; sets SERVER_BASE.
server_start() {
  local program=$1 url=${2:-} i
  SERVER_DIR=$(mktemp -d "${TMPDIR:-/tmp}/qicai-mall.XXXXXX")
  SERVER_LOG=$SERVER_DIR/server.log
  SERVER_PID=
  at_exit server_stop
  local place=(--data "$SERVER_DIR/data")
  if [ -n "$url" ]; then place+=(--database-url "$url"); fi

  "$program" demo "${place[@]}"
  "$program" serve "${place[@]}" --listen 127.0.0.1:0 --demo >"$SERVER_LOG" 2>&1 &
  SERVER_PID=$!
  for ((i = 0; i < SERVER_WAIT * 10; i++)); do
    SERVER_BASE=$(sed -n 's#^Open \(http://[^/]*\)/.*#\1#p' "$SERVER_LOG")
    if [ -n "$SERVER_BASE" ]; then return 0; fi
    kill -0 "$SERVER_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$SERVER_LOG" >&2
  die "the server did not start"
}

# server_sql [DATABASE_URL]: the command that takes SQL as its last word and runs it on the server's database behind its back; for the journey
# in which somebody tampers with a row.
server_sql() {
  if [ -n "${1:-}" ]; then
    printf 'psql -X -q -A -t %s -c\n' "$1"
  else
    printf 'sqlite3 %s\n' "$SERVER_DIR/data/qicai.db"
  fi
}

# The programs that server_sql names.
need_sql() {
  command -v sqlite3 >/dev/null || install_packages "sqlite3, with which a journey tampers with a row" sqlite3
  command -v psql >/dev/null || install_packages "psql, with which a journey tampers with a row" postgresql-client
}

# Fails when the server wrote of a fault.
server_faultless() {
  if grep -E 'panicked at| ERROR ' "$SERVER_LOG" >&2; then die "the server reported the faults above"; fi
}

# Stops the server and removes its folder.
server_stop() {
  local i
  [ -n "${SERVER_DIR:-}" ] || return 0
  if [ -n "$SERVER_PID" ]; then
    kill "$SERVER_PID" 2>/dev/null || true
    # It may finish what it is doing, but not for ever.
    for ((i = 0; i < SERVER_END * 10; i++)); do
      kill -0 "$SERVER_PID" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$SERVER_PID" 2>/dev/null || true
    wait "$SERVER_PID" 2>/dev/null || true
  fi
  rm -rf "$SERVER_DIR"
  SERVER_DIR=
}
