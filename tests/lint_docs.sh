# What the documents name is there: links, their anchors, files and folders. The
# README stays short, figures are XML.
cd "$GENTRAIN_SOURCE" || exit 1
documents="README.md CONTRIBUTING.md TESTING.md CHANGELOG.md bench/README.md examples/README.md doc/*.md"
bad=0

complain() {
    echo "$*"
    bad=1
}

# anchors FILE: those that GitHub gives its headings.
anchors() {
    sed '/^```/,/^```/d' "$1" | sed -n 's/^##* *//p' | tr '[:upper:]' '[:lower:]' |
        sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# outside_code FILE: its text without blocks of code.
outside_code() {
    sed '/^```/,/^```/d; /^    /d' "$1"
}

links=0 names=0
for document in $documents; do
    [ -f "$document" ] || {
        complain "$document is missing"
        continue
    }
    folder=$(dirname "$document")
    while read -r link; do
        links=$((links + 1))
        path=${link%%#*} anchor=""
        [ "$path" = "$link" ] || anchor=${link#*#}
        target=${path:+$folder/$path}
        target=${target:-$document}
        [ -e "$target" ] || complain "$document links to $link, which is not there"
        [ -z "$anchor" ] || [ ! -f "$target" ] ||
            anchors "$target" | grep -qxF -- "$anchor" ||
            complain "$document links to $link; $target has no such heading"
    done < <(outside_code "$document" | grep -oE '\]\([^)]*\)' | sed 's/^](//; s/)$//' |
        grep -v '^[a-z]*://')
    # In backticks: what begins with one of our folders, or is a document or a
    # build file. Globs may stand for several.
    while read -r name; do
        names=$((names + 1))
        compgen -G "$name" >/dev/null || compgen -G "$folder/$name" >/dev/null ||
            complain "$document names $name, which is not there"
    done < <(outside_code "$document" | grep -oE '`[^` ]+`' | tr -d '`' |
        grep -E '^((src|include|tests|doc|jobs|bench|examples)/[^:]*|[A-Z]+\.md|[a-z_-]+\.md|CMakeLists\.txt|CMakePresets\.json|\.clang-[a-z]+)$')
done
# A pattern that finds nothing would find no fault either.
[ $links -ge 20 ] || complain "only $links links were found"
[ $names -ge 40 ] || complain "only $names names of files were found"

lines=$(wc -l <README.md)
[ "$lines" -le 120 ] || complain "README.md has $lines lines; 120 is the most"

python=/usr/bin/python3
if $python -c 'import xml.dom.minidom' 2>/dev/null; then
    for figure in doc/figures/*.svg; do
        $python -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' \
            "$figure" || complain "$figure is not well-formed"
    done
else
    echo "skipped: figures, for want of python3"
fi
exit $bad
