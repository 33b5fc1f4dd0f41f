#!/usr/bin/env bash
# What do more ranks bring to an import of pictures? Makes PNG files of MNIST, a file
# for each digit, imports them on 1 and 2 ranks in turns, and trains from the folder,
# from what was imported and from the IDX files, which must end with the same bits.
#
#   bench/import.sh [OPTION ...] MNIST
#
#   MNIST          the folder of its IDX files, as they are or .gz
#   --count N      pictures of the training part [60000]
#   --enlarge K    pictures K times as wide and as high, which are made small again
#                  as they are read [1]
#   --rounds N     imports on each number of ranks [5]
#   --ranks N      ranks that are compared with one [2]
#   --steps N      steps of the trainings; 0: none [50]
#   --json FILE    write everything there, too
#   --record       put the table into bench/README.md
#
# Pictures go to GENTRAIN_BENCH_DIR, by default the folder of temporary files, and
# are in the system's memory when they are imported. Needs python3.
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

count=60000 enlarge=1 rounds=5 ranks=2 steps=50 json="" record="" mnist=""
while [ $# -gt 0 ]; do
    case $1 in
    --count | --enlarge | --rounds | --ranks | --steps | --json)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    -*) misused "unknown option $1" ;;
    *) mnist=$(here "$1") ;;
    esac
    shift
done
json=$(here "$json")
[ -n "$mnist" ] || misused "where is MNIST?"
build gentrain_cli
scratch

# Digits are numbered, so that their order is that of the IDX file.
python3 - "$mnist" "$work/digits" "$count" "$enlarge" <<'END'
import glob, gzip, os, struct, sys, zlib
mnist, out, most, k = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))

for split, name in ("train", "train-images"), ("test", "t10k-images"):
    path = glob.glob(os.path.join(mnist, name + "*"))[0]
    data = (gzip.open if path.endswith(".gz") else open)(path, "rb").read()
    n, h, w = struct.unpack(">III", data[4:16])
    os.makedirs(os.path.join(out, split))
    for i in range(min(n, most)):
        at = 16 + i * h * w
        rows = b"".join(k * (b"\0" + b"".join(k * bytes([v]) for v in data[at + y * w:at + (y + 1) * w]))
                        for y in range(h))
        with open(os.path.join(out, split, "%05d.png" % i), "wb") as f:
            f.write(b"\x89PNG\r\n\x1a\n" +
                    chunk(b"IHDR", struct.pack(">IIBBBBB", k * w, k * h, 8, 0, 0, 0, 0)) +
                    chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
END

# A few of them, to see how long the start takes.
for split in train test; do
    mkdir -p "$work/few/$split"
    cp "$work/digits/$split/"0000?.png "$work/few/$split"
done

# import N FOLDER: seconds that it takes, with the start of the program
import() {
    local begin end out=$work/$1.h5
    [ "$2" = digits ] || out=$work/few.h5
    rm -f "$out"
    begin=$(date +%s.%N)
    # shellcheck disable=SC2046
    SOURCE_DATE_EPOCH=0 $(launcher "$1") "$gentrain" import "$work/$2" -o "$out" \
        --size 28 --channels 1 >"$out.out" 2>&1 ||
        failed "$out.out" "import on $(counted "$1" rank)"
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

rows=$work/rows.tsv
import 1 digits >/dev/null # the files come from the disk
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    one=$(import 1 digits)
    printf '%s\t%s\t%s\t%s\n' "$one" "$(import "$ranks" digits)" "$(import 1 few)" \
        "$(import "$ranks" few)" >>"$rows"
done
cmp "$work/1.h5" "$work/$ranks.h5" || failed /dev/null "the same bytes on any number of ranks"

# train NAME DATA: the same training, from elsewhere
train() {
    "$gentrain" train --preset mlp-vae --data "$2" --out "$work/$1" --quiet \
        --steps "$steps" >"$work/$1.out" 2>&1 || failed "$work/$1.out" "train from $2"
}
# weights NAME: their fingerprint
weights() {
    "$gentrain" inspect "$work/$1" --json | sed -n 's/.*"fingerprint": "\([0-9a-f]*\)".*/\1/p' |
        grep .
}
bits="not compared"
if [ "$steps" -gt 0 ] && [ "$count" -eq 60000 ] && [ "$enlarge" -eq 1 ]; then
    train folder "$work/digits"
    train imported "$work/1.h5"
    train idx "$mnist"
    for other in folder imported; do
        [ "$(weights "$other")" = "$(weights idx)" ] ||
            failed "$work/$other.out" "the same weights from $other"
    done
    bits="the same from the folder, the import and IDX"
fi

table=$work/table.md
{
    echo "$(machine); medians (lowest .. highest) of $(counted "$rounds" round) in turns"
    echo
    echo "| pictures | 1 rank | $(counted "$ranks" rank) | ratio | without the start | weights after $steps steps |"
    echo "|---|---|---|---|---|---|"
    # shellcheck disable=SC2016 # what is in quotes is for awk
    echo "$(awk '{ print $1 }' "$rows" | spread)" "$(awk '{ print $2 }' "$rows" | spread)" \
        "$(awk '{ print $1 / $2 }' "$rows" | spread)" \
        "$(awk '{ print ($1 - $3) / ($2 - $4) }' "$rows" | spread)" |
        awk -v n="$count" -v bits="$bits" -v side="$((28 * enlarge))" '{
            printf "| %d PNG of %dx%d | %.2f s (%.2f .. %.2f) | %.2f s (%.2f .. %.2f) | %.2f (%.2f .. %.2f) | %.2f (%.2f .. %.2f) | %s |\n",
                n, side, side, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, bits }'
} | tee "$table"

if [ -n "$json" ]; then
    awk -F '\t' -v machine="$(machine)" -v ranks="$ranks" -v n="$count" '
        BEGIN { printf "{\"machine\": \"%s\", \"pictures\": %d, \"ranks\": %d, \"rows\": [", machine, n, ranks }
        { printf "%s\n  {\"one_s\": %s, \"ranks_s\": %s, \"one_start_s\": %s, \"ranks_start_s\": %s}", (NR > 1 ? "," : ""), $1, $2, $3, $4 }
        END { printf "\n]}\n" }' "$rows" >"$json"
fi
[ -z "$record" ] || record import.sh "$table"
