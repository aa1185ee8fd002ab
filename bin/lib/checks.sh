# Independent checkers beside the repository: programs by others that judge what the mall gives out. Source it after common.sh,
# tools.sh and server.sh. Where they are not at hand the check says so; what they judge has tests of its own too.
CHECKS=${CHECKS:-../shared/checks}

# Go with the library of signed notes, as Debian packages it.
need_go() {
  command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] && return
  install_packages "go, for the independent checker of the log" golang-go golang-golang-x-mod-dev
}

# head_now: how many entries the newest signed head has.
head_now() { node -e 'fetch(process.argv[1] + "/log/checkpoint").then(async (r) => console.log((await r.text()).split("\n")[1]))' "$SERVER_BASE"; }

# check_log OLD: an entry's receipt from the running server, with the proof that the log has grown since the head of OLD
# entries, is accepted by a checker that shares no code with the mall; with one byte changed it is not.
check_log() {
  local old=$1 folder
  if [ ! -f "$CHECKS/log/verify_tlog.go" ]; then
    say "the independent checker of the log is not at hand: left out"
    return
  fi
  need_go
  folder=$(mktemp -d)
  node -e 'fetch(process.argv[1]).then(async (r) => process.stdout.write(await r.text()))' "$SERVER_BASE/log/receipt/7.json?old=$old" >"$folder/good.json"
  grep -q '"consistency"' "$folder/good.json" || die "the receipt does not show that the log has grown since $old entries"
  sed 's/"index":6/"index":5/' "$folder/good.json" >"$folder/bad.json"
  cp "$CHECKS/log/verify_tlog.go" "$folder/verify.go"
  (cd "$folder" && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" go build -o verify verify.go)
  "$folder/verify" "$folder/good.json" || die "the independent checker does not accept a receipt of the log"
  if "$folder/verify" "$folder/bad.json" >/dev/null; then die "the independent checker accepts a wrong receipt"; fi
  rm -rf "$folder"
}
