#!/usr/bin/env bash
# Plants each bug of this folder in a copy of the sources and shows the test that catches it. `README.md` says more.
#
#   tests/planted/run.sh [NAME...]
#
# TARGET (default target/planted) keeps what was compiled, so that a second run is faster.
set -euo pipefail
cd "$(dirname "$0")/../.."
TARGET=${TARGET:-$PWD/target/planted}
COPY=$TARGET/sources
mkdir -p "$COPY"
export CARGO_TARGET_DIR=$TARGET CARGO_PROFILE_DEV_DEBUG=0 RUST_BACKTRACE=0
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for patch in tests/planted/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
missed=0
for name in "${names[@]}"; do
  patch=tests/planted/$name.patch
  test=$(sed -n 's/^Test: //p' "$patch")
  tar --exclude=./target --exclude=./.git -cf - . | tar -C "$COPY" -xf -
  # What another patch had changed is compiled again.
  sed -n 's/^+++ b\///p' tests/planted/*.patch | sort -u | (cd "$COPY" && xargs touch)
  patch --quiet --directory "$COPY" --strip 1 <"$patch"
  echo "== $name: $(sed -n 1p "$patch")"
  if ! (cd "$COPY" && cargo test --locked --test end_to_end --no-run) >"$TARGET/built" 2>&1; then
    tail -n 20 "$TARGET/built"
    echo "   it does not compile"
    exit 1
  fi
  tier=$(grep -c '^Tier: full' "$patch" || true)
  if (cd "$COPY" && RECORDROOM_FULL_TESTS=$tier cargo test --locked --test end_to_end "$test") >"$TARGET/said" 2>&1; then
    echo "   NOT CAUGHT by $test"
    missed=$((missed + 1))
  elif grep -q "^test result: FAILED" "$TARGET/said"; then
    echo "   caught by $test:"
    grep -A 4 "panicked at" "$TARGET/said" | grep -v "^note:" | cut -c 1-300 | sed -n '1,6s/^/     /p'
  else
    tail -n 20 "$TARGET/said"
    exit 1
  fi
done
[ "$missed" -eq 0 ] && echo "all were caught"
