# Sources are formatted by .clang-format.
cd "$GENTRAIN_SOURCE" || exit 1
command -v clang-format >/dev/null || {
    echo "skipped: clang-format is not installed"
    exit 77
}
files=$(find src include tests bench examples -name '*.[ch]')
[ "$(echo "$files" | wc -l)" -gt 100 ] || {
    echo "no sources in $PWD"
    exit 1
}
bad=0
# shellcheck disable=SC2086
clang-format --dry-run --Werror $files 2>&1 | head -n 20 | grep . && bad=1
exit $bad
