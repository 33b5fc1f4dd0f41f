#!/usr/bin/env bash
# Fuzzes with one harness: run.sh fuzz_NAME SECONDS [CORPUS]
#
# It starts from seeds/NAME, and from the folder CORPUS if there is one, which keeps
# what is new. Ends with a line of figures; fails, and names the input, at the first
# crash, hang, leak or broken promise.
export LC_ALL=C
set -u
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
name=$1 seconds=$2
harness=${GENTRAIN_BUILD:-$source/build-fuzz}/tests/fuzz/$name
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
corpus=${3:-$work/corpus}
mkdir -p "$corpus"
corpus=$(cd "$corpus" && pwd)

# Words that random bytes hit upon too late: keys, values and options.
{
    grep -oE '[a-z_0-9]{3,}' "$source/doc/configuration.md"
    sed -n 's/^ *{"\([a-z-]*\)", .*/--\1/p' "$source"/src/cli/*.c
} | sort -u | sed 's/.*/"&"/' >"$work/words"
case $name in
fuzz_config | fuzz_args) words=-dict=$work/words ;;
*) words= ;;
esac

# What the program refuses to allocate is no fault, and no news.
cd "$work" || exit 1
ASAN_OPTIONS='' "$harness" $words -max_total_time="$seconds" -timeout=60 -rss_limit_mb=3000 \
    -malloc_limit_mb=0 -max_len=8192 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="$corpus/../$name-" "$corpus" "$here/seeds/${name#fuzz_}" 2>&1 |
    grep --line-buffered -v 'WARNING: AddressSanitizer failed to allocate' >"$work/log"
code=${PIPESTATUS[0]}
executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
coverage=$(grep -o 'cov: [0-9]*' "$work/log" | tail -1)
if [ "$code" != 0 ]; then
    tail -80 "$work/log"
    echo "$name: stopped with $code; the input is kept beside $corpus"
    exit 1
fi
echo "$name: $seconds s, $executions executions, $coverage edges, $(ls "$corpus" | wc -l) inputs kept"
[ "${executions:-0}" -gt 0 ]
