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
  check_sm2
}

# Python with gmssl, a second implementation of SM2, beside the library for open data.
need_gmssl() {
  need_ocds
  var/tools/ocds/bin/python -c 'import gmssl, cryptography' 2>/dev/null && return
  say "gmssl, for the independent check of SM2 signatures, is missing: installing it into var/tools"
  var/tools/ocds/bin/pip install --quiet --disable-pip-version-check gmssl==3.2.2 cryptography
}

# check_sm2: the SM2 line under the newest head is a signature over the head's text for openssl and for gmssl, with the key that the
# server publishes, which is the public part of its key file; with another text it is not.
check_sm2() {
  local folder one
  if [ ! -f "$CHECKS/sm2_check.sh" ] || [ ! -f "$CHECKS/sm2_gmssl_check.py" ]; then
    say "the independent checks of SM2 are not at hand: left out"
    return
  fi
  command -v openssl >/dev/null || install_packages "openssl, for the independent check of SM2 signatures" openssl
  need_gmssl
  folder=$(mktemp -d)
  # The line is found by the id that docs/log.md describes.
  node -e '
    const [base, folder] = process.argv.slice(1), { writeFileSync } = require("fs"), { createHash } = require("crypto");
    const text = async (path) => (await fetch(base + path)).text();
    (async () => {
      const [note, pem] = [await text("/log/checkpoint"), await text("/log/key.sm2")];
      const end = note.lastIndexOf("\n\n") + 1, head = note.slice(0, end), name = head.split("\n")[0];
      const point = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64").subarray(-65);
      const kind = Buffer.concat([Buffer.from([0xff]), Buffer.from("SM2-SM3 1.2.156.10197.1.501\n")]);
      const id = createHash("sha256").update(name + "\n").update(kind).update(point).digest().subarray(0, 4);
      const lines = note.slice(end + 1).trim().split("\n").map((l) => Buffer.from(l.split(" ")[2], "base64"));
      const line = lines.find((l) => l.subarray(0, 4).equals(id));
      if (!line) throw new Error("the newest head has no SM2 line");
      writeFileSync(folder + "/head", head);
      writeFileSync(folder + "/other", head.replace(/\n\d+\n/, (n) => `\n${Number(n) + 1}\n`));
      writeFileSync(folder + "/sig.der", line.subarray(4));
      writeFileSync(folder + "/pub.pem", pem);
    })().catch((e) => { console.error(e.message); process.exit(1); });' "$SERVER_BASE" "$folder" || die "the newest head has no SM2 line"
  openssl pkey -in "$SERVER_DIR/data/keepers/log.sm2.pem" -pubout | cmp -s - "$folder/pub.pem" || die "openssl reads another key from the key file"
  for one in "sh $CHECKS/sm2_check.sh" "var/tools/ocds/bin/python $CHECKS/sm2_gmssl_check.py"; do
    # A command and its first argument.
    # shellcheck disable=SC2086
    $one "$folder/pub.pem" "$folder/head" "$folder/sig.der" || die "$one does not accept the SM2 signature of the head"
    # shellcheck disable=SC2086
    if $one "$folder/pub.pem" "$folder/other" "$folder/sig.der" >/dev/null 2>&1; then die "$one accepts a signature over another text"; fi
  done
  rm -rf "$folder"
}

# Python with the library that the outside checker of open data is written for, in a folder of its own under var.
need_ocds() {
  [ -x var/tools/ocds/bin/python ] && var/tools/ocds/bin/python -c 'import libcoveocds' 2>/dev/null && return
  command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages "python, for the independent checker of open data" python3-venv
  say "the library of the independent checker of open data is missing: installing it into var/tools"
  rm -rf var/tools/ocds
  python3 -m venv var/tools/ocds
  var/tools/ocds/bin/pip install --quiet --disable-pip-version-check libcoveocds==0.17.0
}

# check_ocds: what the running server gives out of its open data is valid by the standard, packages and records.
check_ocds() {
  local folder month ocid
  if [ ! -f "$CHECKS/ocds/ocds_check.py" ]; then
    say "the independent checker of open data is not at hand: left out"
    return
  fi
  need_ocds
  folder=$(mktemp -d)
  node -e '
    const [base, folder] = process.argv.slice(1), { writeFileSync } = require("fs");
    const text = async (path) => (await fetch(base + path)).text();
    (async () => {
      const feed = (await text("/open/feed")).trim().split("\n").map((l) => JSON.parse(l).release);
      const month = feed[feed.length - 1].date.slice(0, 7);
      writeFileSync(folder + "/month.json", await text(`/open/${month}.json`));
      const ids = [...new Set(feed.map((r) => r.ocid))];
      for (const [i, id] of ids.entries()) writeFileSync(`${folder}/record-${i}.json`, await text(`/open/records/${encodeURIComponent(id)}.json`));
      console.log(feed.length + " releases of " + ids.length + " processes");
    })();' "$SERVER_BASE" "$folder"
  # All records as one package: the checker begins anew for every file.
  node -e '
    const { readdirSync, readFileSync, writeFileSync, unlinkSync } = require("fs"), folder = process.argv[1];
    const files = readdirSync(folder).filter((f) => f.startsWith("record-")).map((f) => folder + "/" + f);
    const all = files.map((f) => JSON.parse(readFileSync(f)));
    files.forEach(unlinkSync);
    writeFileSync(folder + "/records.json", JSON.stringify({ ...all[0], records: all.flatMap((p) => p.records) }));' "$folder"
  # Bids are from an extension that the library would fetch from the net: once with them, and once without, so that nothing else
  # is there that the standard does not know.
  node -e '
    const { readFileSync, writeFileSync } = require("fs"), folder = process.argv[1];
    for (const name of ["month", "records"]) {
      const whole = JSON.parse(readFileSync(`${folder}/${name}.json`));
      delete whole.extensions;
      writeFileSync(`${folder}/${name}.json`, JSON.stringify(whole));
      const bare = JSON.stringify(whole, (key, value) => (key === "bids" ? undefined : value));
      writeFileSync(`${folder}/${name}-core.json`, bare);
    }' "$folder"
  local check=(var/tools/ocds/bin/python "$CHECKS/ocds/ocds_check.py" --standard-zip "$(realpath "$CHECKS/ocds/standard-1__1__5.zip")")
  "${check[@]}" --allow-additional "$folder/month.json" "$folder/records.json" ||
    die "the independent checker does not accept the open data"
  "${check[@]}" "$folder/month-core.json" "$folder/records-core.json" ||
    die "the independent checker knows fields of the open data neither from the standard nor as bids"
  rm -rf "$folder"
}
