# Sourced by the lints of the source, so that none of them can pass for the only
# reason that it sees nothing. A lint has a function `faults TREE`, which prints
# one fault a line; it is tried on small trees with one fault each, and then looks
# at the sources of GENTRAIN_SOURCE.

# plant FAULT: of a tree with the files on stdin, each after a line "== PATH", this
# fault is found and no other; none is, if FAULT is empty.
plant() {
    local tree found
    tree=$(mktemp -d)
    mkdir "$tree/src" "$tree/include" "$tree/tests" "$tree/bench"
    awk -v tree="$tree" '
        /^== / {
            path = tree "/" $2
            folder = path
            sub(/\/[^\/]*$/, "", folder)
            system("mkdir -p " folder)
            printf "" >path
            next
        }
        { print >path }'
    found=$(faults "$tree" 2>&1)
    rm -r "$tree"
    [ "$found" = "$1" ] || {
        echo "this lint is broken: it should say \"$1\" and says \"$found\""
        exit 1
    }
}

# look: at the sources, and end the lint; each fault is printed.
look() {
    local found
    [ "$(find "$GENTRAIN_SOURCE/src" -name '*.c' | wc -l)" -gt 80 ] || {
        echo "no sources in $GENTRAIN_SOURCE"
        exit 1
    }
    found=$(faults "$GENTRAIN_SOURCE")
    [ -n "$found" ] || exit 0
    echo "$found"
    exit 1
}
