# Names of all kinds go through configuration, metrics, JSON, HDF5 and messages as
# they are, or are refused by name.
. "$(dirname "$0")/common.sh"
python=
for candidate in python3 /usr/bin/python3; do
    if $candidate -c 'import json' 2>/dev/null; then python=$candidate && break; fi
done

idx() {
    printf '\0\0\10\3\0\0\0\62\0\0\0\14\0\0\0\14'
    head -c 7200 /dev/zero | tr '\0' '\177'
}

# json FILE KEY: the string of that key in the last line of a file
json() {
    $python -c 'import json, sys
print(json.loads(open(sys.argv[1], encoding="utf-8").read().splitlines()[-1])
    [sys.argv[2]])' "$1" "$2"
}
export PYTHONIOENCODING=utf-8

# Each is a folder of a path.
paths=("Bär/数字/😀" "it's/"'a "b"/x: y #z' "- a/{a: [b]}/50%s%n" '~/back\slash' 'null/true/0x10'
    ' lead/&amp/!tag' '* star/trail ')
for path in "${paths[@]}"; do
    mkdir -p "data/$path" "runs/${path%/*}" "samples/${path%/*}"
    idx >"data/$path/train-images-idx3-ubyte"
    must "training on '$path'" "$GENTRAIN" train gan.yaml --data "data/$path" \
        --out "runs/$path" --steps 3 --json >out.txt 2>err.txt
    checkpoint="runs/$path/checkpoints/step-00000003.h5"
    [ -z "$python" ] || [ "$(json out.txt run)" = "runs/$path" ] ||
        fail "'$path' in JSON: $(json out.txt run)"
    must "resuming '$path'" "$GENTRAIN" train --resume "runs/$path" --steps 4 \
        --quiet >out.txt 2>err.txt
    [ -z "$(warnings err.txt)" ] || fail "'$path': $(warnings err.txt)"
    must "'$path' from its configuration" "$GENTRAIN" train \
        "runs/$path/config.yaml" --out "runs/again" --quiet >out.txt 2>err.txt
    must "the same weights of '$path'" "$GENTRAIN" diff runs/again "runs/$path" \
        >out.txt
    rm -r runs/again
    must "samples of '$path'" "$GENTRAIN" sample "$checkpoint" -n 2 -o "samples/$path.h5" \
        >out.txt 2>err.txt
    must "inspect '$path'" "$GENTRAIN" inspect --json "samples/$path.h5" >out.txt
    [ -z "$python" ] || [ "$(json out.txt source)" = "$checkpoint" ] ||
        fail "'$path' in HDF5: $(json out.txt source)"
    must "inspect data '$path'" "$GENTRAIN" inspect --json "data/$path" >out.txt
    [ -z "$python" ] || [ "$(json out.txt uri)" = "data/$path" ] ||
        fail "'$path' as data: $(json out.txt uri)"
    "$GENTRAIN" train gan.yaml --data "data/$path/no" --out x 2>err.txt
    [ $? -eq 4 ] || fail "data/$path/no was found"
    says err.txt "data/$path/no: cannot open"
    sanitized && break
done

latin=$(printf 'B\344r')
bell=$(printf 'a\033[2Jb')
for command in "train gan.yaml --out" "train gan.yaml --out x --data" \
    "sample run -o" "inspect" "diff run"; do
    # shellcheck disable=SC2086
    refused 2 'B\xe4r" is not UTF-8' 1 $command "$latin"
    # shellcheck disable=SC2086
    refused 2 'a\x1b[2Jb" holds a control character' 1 $command "$bell"
    grep -q "$(printf '\033')" err.txt && fail "it reached the terminal"
done
refused 3 'data.uri: "a\x1b[2Jb" holds a control character' 1 train gan.yaml \
    --set 'data.uri="a\e[2Jb"' --out x
refused 2 'is not UTF-8' 1 train gan.yaml --set "data.uri=$latin" --out x
sed "s/glyphs?count=100&test_count=40/B$(printf '\344')r/" gan.yaml >latin.yaml
refused 3 "not a text in UTF-8" 1 train latin.yaml --out x
must "a setting of two lines" "$GENTRAIN" train gan.yaml --out two --steps 1 \
    --quiet --set "$(printf 'train.seed=\n 3')" 2>err.txt

# names that mean two things
mkdir glyphs
refused 3 "write ./glyphs for the file or folder, glyphs?seed=1 for the built-in" \
    1 train gan.yaml --data glyphs --out x
must "the built-in source" "$GENTRAIN" train gan.yaml --data 'glyphs?seed=1' \
    --out built-in --steps 1 --quiet
idx >glyphs/train-images-idx3-ubyte
must "the folder" "$GENTRAIN" train gan.yaml --data ./glyphs --out folder --steps 1 \
    --quiet
[ ! -e x ] || fail "a refused run left its directory behind"
