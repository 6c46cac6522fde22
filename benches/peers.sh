#!/usr/bin/env bash
# Compares whole programs over one generated Maildir: this program, notmuch and mu (Debian packages notmuch and
# maildir-utils), and beside them the raw limits of the libraries below. Every figure comes from this one run.
#
#   benches/peers.sh [COUNT] [FOLDER]      COUNT messages (default 92000), in FOLDER (default: a temporary one)
set -euo pipefail
cd "$(dirname "$0")/.."
COUNT=${1:-92000}
WORK=${2:-$(mktemp -d)}
REPEAT=20
mkdir -p "$WORK"

missing=""
for package in notmuch maildir-utils time hyperfine; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing) >/dev/null
fi

cargo build --release --locked --bin recordroom 2>/dev/null
PEERS=$(cargo bench --locked --bench peers --no-run 2>&1 | sed -n 's/.*(\(.*\)).*/\1/p' | tail -n 1)
ROOM=target/release/recordroom
MAIL=$WORK/maildir

echo "Machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(free -g | awk '/Mem/ {print $2}') GB; $(. /etc/os-release && echo "$PRETTY_NAME")"
[ -d "$MAIL" ] || "$PEERS" write "$MAIL" "$COUNT"
COUNT=$(find "$MAIL/cur" -type f | wc -l)
echo "Maildir: $COUNT messages, $(du -sh --apparent-size "$MAIL" | cut -f1)"
# Everything below reads the same files from the page cache.
find "$MAIL/cur" -type f -print0 | xargs -0 cat >/dev/null

run() { # NAME COMMAND...
  local name=$1
  shift
  /usr/bin/time -o "$WORK/time" -f '%e %U %S %M' "$@" >"$WORK/out" 2>"$WORK/err" || { cat "$WORK/err"; exit 1; }
  read -r wall user system peak <"$WORK/time"
  awk -v n="$name" -v c="$COUNT" -v w="$wall" -v u="$user" -v s="$system" -v p="$peak" \
    'BEGIN { printf "%-34s %8.2f s %8.1f CPU-s %8.0f messages/s %6.0f MB\n", n, w, u + s, c / w, p / 1024 }'
}

echo
echo "Taking in:"
rm -rf "$WORK"/room* "$WORK/notmuch" "$WORK/mu"
"$ROOM" init "$WORK/room" --exercise --city Bench >/dev/null
run "recordroom ingest" "$ROOM" --repository "$WORK/room" ingest "$MAIL"
ROOM_WALL=$wall
mkdir -p "$WORK/notmuch"
export NOTMUCH_CONFIG=$WORK/notmuch/config
printf '[database]\npath=%s\nmail_root=%s\n[user]\nname=Bench\nprimary_email=bench@cedarbend.example\n' "$WORK/notmuch" "$MAIL" >"$NOTMUCH_CONFIG"
run "notmuch new" notmuch new --quiet
NOTMUCH_WALL=$wall
mu init --quiet --muhome="$WORK/mu" --maildir="$MAIL" >/dev/null
run "mu index" mu index --quiet --muhome="$WORK/mu"
MU_WALL=$wall
"$PEERS" raw "$MAIL" | while IFS=$'\t' read -r name seconds rate; do
  printf '%-34s %8s s %28s messages/s\n' "$name" "$seconds" "$rate"
done | tee "$WORK/raw"
RAW_WALL=$(awk '/mail-parser and tantivy/ {print $(NF-3)}' "$WORK/raw")
TWICE_WALL=$(awk '/body stemmed as well/ {print $(NF-3)}' "$WORK/raw")
awk -v r="$ROOM_WALL" -v n="$NOTMUCH_WALL" -v m="$MU_WALL" -v t="$RAW_WALL" -v s="$TWICE_WALL" \
  'BEGIN { printf "recordroom: %.1f times notmuch new, %.1f times mu index, %.0f %% of mail-parser and tantivy alone, %.0f %% where those index the body plain and stemmed\n", n / r, m / r, 100 * t / r, 100 * s / r }'
du -sh "$WORK/room" "$WORK/notmuch" "$WORK/mu" | awk '{ print "on disk: " $1 "  " $2 }'

echo
echo "Finding (whole process, the 50 newest and the exact count; median of $REPEAT runs, in ms):"
median() { # COMMAND
  hyperfine --shell=none --ignore-failure --warmup 3 --runs "$REPEAT" --export-json "$WORK/times.json" "$1" >/dev/null 2>&1
  sed -n 's/.*"median": \([0-9.e-]*\),.*/\1/p' "$WORK/times.json" | head -n 1
}
printf '%-24s %9s %12s %16s %9s\n' query hits recordroom "notmuch search" "mu find"
# A frequent word, a rare one, two together, and a phrase; the words are those of the generated language.
while IFS= read -r query; do
  ours=$(median "$ROOM --repository $WORK/room search --limit 50 -- '$query'")
  theirs=$(median "notmuch search --limit=50 '$query'")
  mus=$(median "mu find --muhome=$WORK/mu -n 50 '$query'")
  count=$("$ROOM" --repository "$WORK/room" --json search --limit 1 -- "$query" | sed -n 's/^ *"count": \([0-9]*\).*/\1/p' | head -n 1)
  awk -v q="$query" -v c="$count" -v o="$ours" -v n="$theirs" -v m="$mus" \
    'BEGIN { printf "%-24s %9d %12.1f %16.1f %9.1f\n", q, c, o * 1000, n * 1000, m * 1000 }'
done <<'QUERIES'
terli
monduper
monmontal AND minli
"vi wesfero"
QUERIES

echo
echo "Destroying 1/365 of the store:"
DUE=$((COUNT / 365))
# The oldest ones are set to a status that Otsego's 365 days reach; a person has to do that, here as everywhere.
"$ROOM" --repository "$WORK/room" --json search --limit "$COUNT" 'date:2023-01' |
  sed -n 's/^ *"id": "\(R-[0-9]*\)".*/\1/p' | tail -n "$DUE" >"$WORK/due"
# shellcheck disable=SC2046
"$ROOM" --repository "$WORK/room" --as one classify set $(cat "$WORK/due") --status transitory --reason bench >/dev/null
"$ROOM" --repository "$WORK/room" --as one schedule adopt otsego-2024 >/dev/null
"$ROOM" --repository "$WORK/room" --as one schedule adopt minnesota-cities-starter >/dev/null
run "recordroom dispose plan" "$ROOM" --repository "$WORK/room" --as one dispose plan
PLAN_WALL=$wall
"$ROOM" --repository "$WORK/room" --as two dispose approve D-1 >/dev/null
run "recordroom dispose run" "$ROOM" --repository "$WORK/room" --as one dispose run D-1
grep -m 1 'Items destroyed' "$WORK/out"
awk -v p="$PLAN_WALL" -v w="$wall" -v r="$ROOM_WALL" \
  'BEGIN { printf "the run costs %.1f %% of building the store, plan and run %.1f %%\n", 100 * w / r, 100 * (p + w) / r }'
