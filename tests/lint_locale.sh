# Figures have a decimal point whatever the locale: scripts set LC_ALL=C before
# they compute or print one, the program never leaves the C locale, and the
# library enters it.
cd "$GENTRAIN_SOURCE" || exit 1
bad=0

complain() {
    echo "$*"
    bad=1
}

scripts=$(git ls-files -- bench jobs tests examples .ci | while read -r file; do
    head -n 1 "$file" 2>/dev/null | grep -aq '^#!.*sh$' && echo "$file"
done)
checked=0
for script in $scripts bench/common.sh tests/common.sh; do
    checked=$((checked + 1))
    set=$script
    grep -q '^\. .*common.sh' "$script" && set=$(dirname "$script")/common.sh
    grep -q '^export LC_ALL=C$' "$set" || complain "$script does not set LC_ALL=C"
done
[ $checked -ge 15 ] || complain "only $checked scripts were found"
grep -q 'LC_ALL=C' tests/CMakeLists.txt || complain "ctest does not set LC_ALL=C"

grep -rn 'setlocale(' src && complain "src/ calls setlocale"
grep -q 'gt_c_locale_enter' src/api/model.c ||
    complain "src/api/model.c does not enter the C locale"

# A locale with a decimal comma, where it can be made.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
if localedef -i de_DE -f UTF-8 "$made/de_DE.UTF-8" 2>/dev/null; then
    figures=$(printf '1.5\n1.2\n1.9\n' | LOCPATH=$made LC_ALL=de_DE.UTF-8 \
        bash -c '. bench/common.sh && spread' bench/figures.sh)
    [ "$figures" = "1.5 1.2 1.9" ] || complain "1.5, 1.2 and 1.9 give $figures"
fi
exit $bad
