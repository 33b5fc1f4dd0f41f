# What the documents name is there: links, headings, files and folders. The README
# stays short, and figures are XML.
#
# planted.sh says why there are faults in this file.
. "$(dirname "$0")/planted.sh"

# prose FILE: its text without blocks of code.
prose() {
    sed '/^```/,/^```/d; /^    /d' "$1"
}

# anchors FILE: those that GitHub gives its headings.
anchors() {
    prose "$1" | sed -n 's/^##* *//p' | tr '[:upper:]' '[:lower:]' |
        sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# What links lead to, and the headings in it.
links() {
    local document=$1 folder link target anchor
    folder=$(dirname "$document")
    prose "$document" | grep -oE '\]\([^)]*\)' | sed 's/^](//; s/)$//' |
        grep -v '^[a-z]*://' | while read -r link; do
        target=${link%%#*} anchor=""
        [ "$target" = "$link" ] || anchor=${link#*#}
        target=${target:+$folder/$target}
        target=${target:-$document}
        if [ ! -e "$target" ]; then
            echo "$document: links to $link, which is not there"
        elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "$anchor"; then
            echo "$document: links to $link, but there is no such heading"
        fi
    done
}

# What stands in backticks and begins with one of our folders, or is called like a
# document or a build file. A pattern may stand for several.
names() {
    local document=$1 folder name
    folder=$(dirname "$document")
    prose "$document" | grep -oE '`[^` ]+`' | tr -d '`' |
        grep -E '^((src|include|tests|doc|jobs|bench|examples)/[^:]*|[A-Za-z_-]+\.md|CMakeLists\.txt|CMakePresets\.json|\.clang-[a-z]+)$' |
        while read -r name; do
            compgen -G "$name" >/dev/null || compgen -G "$folder/$name" >/dev/null ||
                echo "$document: names $name, which is not there"
        done
}

python=/usr/bin/python3
can_parse() { $python -c 'import xml.dom.minidom' 2>/dev/null; }

faults() {
    local document figure lines
    cd "$1" || return
    for document in *.md */*.md; do
        [ -f "$document" ] || continue
        links "$document"
        names "$document"
    done
    for document in README.md CONTRIBUTING.md TESTING.md CHANGELOG.md doc/tutorial.md; do
        [ -f "$document" ] || echo "$document: is missing"
    done
    [ ! -f README.md ] || lines=$(wc -l <README.md)
    [ "${lines:-0}" -le 120 ] || echo "README.md: has $lines lines; 120 is the most"
    can_parse || return 0
    for figure in doc/figures/*.svg; do
        [ ! -f "$figure" ] || $python -c 'import sys, xml.dom.minidom as x
x.parse(sys.argv[1])' "$figure" 2>/dev/null || echo "$figure: is no well-formed XML"
    done
}

# whole: the documents that must be there; what they say comes from stdin.
whole() {
    printf '== %s\n\n' CONTRIBUTING.md TESTING.md CHANGELOG.md
    cat
}

plant '' < <(whole <<'END'
== README.md
[one](doc/tutorial.md), [two](doc/tutorial.md#a-heading-with-gt_name), `src/a*.c`,
[three](#here), [four](https://example.org/none), `gentrain train`, `run/config.yaml`

    [five](none.md) `src/none.c`

## Here
== doc/tutorial.md
# A heading, with `gt_name`
[up](../README.md)
== src/ab.c
END
)
plant 'README.md: links to doc/none.md, which is not there' < <(whole <<'END'
== README.md
[one](doc/none.md)
== doc/tutorial.md
END
)
plant 'doc/tutorial.md: links to ../README.md#there, but there is no such heading' < <(whole <<'END'
== README.md
# Here
== doc/tutorial.md
[one](../README.md#there)
END
)
plant 'doc/tutorial.md: names src/none.c, which is not there' < <(whole <<'END'
== README.md
== doc/tutorial.md
It is in `src/none.c`.
END
)
plant 'README.md: has 121 lines; 120 is the most' < <({ printf '== README.md\n' && seq 121 &&
    printf '== doc/tutorial.md\n'; } | whole)
plant 'doc/tutorial.md: is missing' < <(whole <<'END'
== README.md
END
)
if can_parse; then
    plant 'doc/figures/a.svg: is no well-formed XML' < <(whole <<'END'
== README.md
== doc/tutorial.md
== doc/figures/a.svg
<svg><text></svg>
END
)
else
    echo "figures are left out, for want of python3"
fi
look
