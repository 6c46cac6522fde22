#!/usr/bin/env bash
# Pages per second: a production of mixed messages by this program, and LibreOffice converting the same EML files to PDF, in
# one run on one machine. The production draws, numbers, stamps, hashes, packs, checks and seals; LibreOffice shows an EML
# file as the text it is made of. The two do not do the same work; the ratio says what a city waits for either.
#
#   benches/renditions.sh [COUNT] [FOLDER]     COUNT messages (default 1000), in FOLDER (default: a temporary one)
#   RECORDROOM=path   a program that is built already, instead of a release build
#   PRIORITY=command  what both timed runs are begun with on a busy machine, such as "nice -n -5" or "chrt -f 10"
set -euo pipefail
cd "$(dirname "$0")/.."
COUNT=${1:-1000}
WORK=${2:-$(mktemp -d)}
MAIL=$WORK/mail
mkdir -p "$MAIL"
if [ -z "${RECORDROOM:-}" ]; then
  cargo build --release --locked --bin recordroom 2>/dev/null
  RECORDROOM=$PWD/target/release/recordroom
fi

head_of() { # NUMBER TYPE
  printf 'Message-ID: <%d@cedarbend.example>\r\nDate: Mon, %d Mar 2025 09:%02d:%02d -0600\r\n' "$1" $(($1 % 28 + 1)) $(($1 / 60 % 60)) $(($1 % 60))
  printf 'From: Dana Olsen <dana.olsen@cedarbend.example>\r\nTo: council@cedarbend.example\r\nSubject: Culvert %d\r\n' "$1"
  printf 'MIME-Version: 1.0\r\nContent-Type: %s\r\n\r\n' "$2"
}
words() { # COUNT SEED
  awk -v n="$1" -v s="$2" 'BEGIN { srand(s); split("the culvert at bend road washed out again and crews closed one lane until county inspects pipe gravel salt plow budget meeting Monday please call before noon", w, " "); for (i = 1; i <= n; i++) printf "%s%s", w[int(rand() * 27) + 1], (i % 14 ? " " : "\r\n") }'
}
table() { # ROWS SEED
  awk -v n="$1" -v s="$2" 'BEGIN { srand(s); print "<table><tr><th>Item<th>Cost<th>Remark</tr>"; for (i = 1; i <= n; i++) printf "<tr><td>Item %d<td>$%d<td>as bid by vendor %d</tr>\r\n", i, rand() * 90000, rand() * 9; print "</table>" }'
}
PICTURE=iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==
if [ ! -f "$WORK/done" ]; then
  for ((n = 0; n < COUNT; n++)); do
    {
      case $((n % 8)) in
        0) head_of $n 'text/plain; charset=utf-8'; words 60 $n ;;
        1) head_of $n 'text/plain; charset=utf-8'; words 1500 $n ;;
        2) head_of $n 'text/html; charset=utf-8'; printf '<p>Dear all,<p><b>Please read.</b> '; words 120 $n; printf '<ul><li>one<li>two</ul>' ;;
        3) head_of $n 'text/html; charset=utf-8'; printf '<h2>Bids</h2>'; table 40 $n ;;
        4) head_of $n 'text/html; charset=utf-8'; printf '<p>I agree.<blockquote><p>'; words 200 $n; printf '<blockquote><p>'; words 200 $((n + 1)); printf '</blockquote></blockquote>' ;;
        5) head_of $n 'text/html; charset=utf-8'; printf '<p>会议在星期一举行。请带上预算。<p>مرحبا بالعالم، هذا نص تجريبي.<p>שלום <p>नमस्ते <p>👍 '; words 80 $n ;;
        6) head_of $n 'multipart/related; boundary=b'; printf -- '--b\r\nContent-Type: text/html\r\n\r\n<p>The map: <img src="cid:m">'; words 80 $n; printf '\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <m>\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n' "$PICTURE" ;;
        7) head_of $n 'multipart/alternative; boundary=b'; printf -- '--b\r\n\r\nThe same words %d.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The <b>same</b> words %d.\r\n--b--\r\n' $n $n ;;
      esac
    } >"$MAIL/$(printf %05d $n).eml"
  done
  touch "$WORK/done"
fi
echo "Machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg); $COUNT messages, $(du -sh --apparent-size "$MAIL" | cut -f1)"

pages_in() { # FOLDER
  find "$1" -name '*.pdf' -print0 | xargs -0 -n 1 pdfinfo 2>/dev/null | awk '/^Pages:/ {n += $2} END {print n + 0}'
}
timed() { # COMMAND...
  local from to
  from=$(date +%s.%N)
  ${PRIORITY:-} /usr/bin/time -f '%M %U %S' -o "$WORK/used" "$@" >"$WORK/out" 2>"$WORK/err" || { cat "$WORK/err" "$WORK/out"; exit 1; }
  to=$(date +%s.%N)
  WALL=$(awk -v a="$from" -v b="$to" 'BEGIN {print b - a}')
  MEMORY=$(tail -1 "$WORK/used" | awk '{printf "%.0f", $1 / 1024}')
  CPU=$(tail -1 "$WORK/used" | awk '{printf "%.1f", $2 + $3}')
}
report() { # NAME PAGES WALL
  awk -v n="$1" -v p="$2" -v w="$3" -v m="$MEMORY" -v c="$CPU" \
    'BEGIN {printf "%-34s %7d pages %9.2f s %8.1f CPU-s %8.1f pages/s %6d MB\n", n, p, w, c, p / w, m}'
}

rm -rf "$WORK"/room* "$WORK/answer" "$WORK/lo"
ROOM=("$RECORDROOM" --repository "$WORK/room" --now 2026-03-02 --as bench)
"$RECORDROOM" init "$WORK/room" --exercise --city "Cedar Bend" >/dev/null
"${ROOM[@]}" ingest "$MAIL" >/dev/null
"${ROOM[@]}" request open --kind public --what "Everything" >/dev/null
"${ROOM[@]}" request collect Q-1 >/dev/null
"${ROOM[@]}" review decide Q-1 --undecided --decision responsive >/dev/null
timed "${ROOM[@]}" produce Q-1 "$WORK/answer"
OURS=$(pages_in "$WORK/answer/data/VOL001/PDF")
OUR_WALL=$WALL
report "recordroom produce" "$OURS" "$OUR_WALL"

if ! command -v soffice >/dev/null; then
  echo "LibreOffice is not installed: there is nothing to compare with (Debian package libreoffice-writer-nogui)."
  exit 0
fi
# Given more than about 240 files at once LibreOffice 7.4 stops after them and says nothing, so it gets 200 at a time.
cat >"$WORK/lo.sh" <<END
find "$MAIL" -name '*.eml' -print0 | sort -z | xargs -0 -n 200 \\
  soffice --headless "-env:UserInstallation=file://$WORK/profile" --convert-to pdf --outdir "$WORK/lo"
END
timed bash "$WORK/lo.sh"
THEIRS=$(pages_in "$WORK/lo")
DONE=$(find "$WORK/lo" -name '*.pdf' | wc -l)
[ "$DONE" = "$COUNT" ] || echo "LibreOffice converted $DONE of $COUNT files."
report "LibreOffice, the same EML files" "$THEIRS" "$WALL"
awk -v a="$OURS" -v b="$OUR_WALL" -v c="$THEIRS" -v d="$WALL" -v n="$COUNT" -v m="$DONE" \
  'BEGIN {printf "Ratio: %.2f in pages per second, %.2f in messages per second\n", (a / b) / (c / d), (n / b) / (m / d)}'
