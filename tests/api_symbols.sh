# The library shows what its header declares and nothing else.
cd "$GENTRAIN_BUILD" || exit 1
bad=0
wanted=$(grep -o 'gentrain_[a-z_]*(' "$GENTRAIN_SOURCE/include/gentrain.h" |
    tr -d '(' | grep -vx 'gentrain_[a-z]*_h' | sort -u)
shown=$(nm -D --defined-only libgentrain.so | awk '{ print $3 }' | sort)
if [ "$wanted" != "$shown" ]; then
    echo "declared (<) and shown (>) differ:"
    diff <(echo "$wanted") <(echo "$shown")
    bad=1
fi
exit $bad
