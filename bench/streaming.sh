#!/usr/bin/env bash
# What it costs to train on data that do not fit into memory: HDF5 files, plain and
# packed with gzip, against the same data held in memory.
#
#   bench/streaming.sh [OPTION ...]
#
#   --size GB      of the data of each preset, unpacked [6]
#   --rounds N     measurements of each figure, in turns [3]
#   --seconds S    about how long each of a run's five parts takes [10]
#   --presets LIST of dcgan64 and mlp-vae ["dcgan64 mlp-vae"]
#   --no-bits      do not compare weights of 1, 2 and 4 ranks and of a run that was
#                  stopped
#   --record       put the table into bench/README.md
#
# The data are made first, with python3-h5py: pixels of 4 random bits, so that gzip
# halves them. At most 2.5 times --size of disk is taken at a time, in
# GENTRAIN_BENCH_DIR, and --size of memory, by what is held there. A rate is that of
# 2 ranks, a ratio is of neighbours in time. "resident" is the most memory that a
# rank had, pages that ranks share with it.
#
# Example: bench/streaming.sh --size 0.2 --rounds 1 --seconds 2
# shellcheck source=bench/common.sh
. "$(dirname "$0")/common.sh"

size=6 rounds=3 seconds=10 presets="dcgan64 mlp-vae" bits=yes record=""
while [ $# -gt 0 ]; do
    case $1 in
    --size | --rounds | --seconds | --presets)
        [ $# -gt 1 ] || misused "$1 needs a value"
        declare "${1#--}=$2"
        shift
        ;;
    --no-bits) bits="" ;;
    --record) record=yes ;;
    --help | -h) usage ;;
    *) misused "unknown argument $1" ;;
    esac
    shift
done
python=/usr/bin/python3
$python -c 'import h5py' 2>/dev/null || {
    echo "$0: needs h5py (Debian: python3-h5py)" >&2
    exit 2
}
build gentrain_cli
scratch

cat >"$work/make.py" <<'END'
"""make.py FOLDER GB HEIGHT WIDTH CHANNELS: plain.h5, packed.h5 and memory.idx, with
the same images."""
import struct
import sys

import h5py
import numpy as np

folder, gb, shape = sys.argv[1], float(sys.argv[2]), tuple(map(int, sys.argv[3:6]))
count = int(gb * 1e9) // int(np.prod(shape))
chunk = max(1, (1 << 20) // int(np.prod(shape)))
random = np.random.default_rng(1)
idx_shape = shape if shape[2] > 1 else shape[:2]
with h5py.File(folder + "/plain.h5", "w") as plain, \
        h5py.File(folder + "/packed.h5", "w") as packed, \
        open(folder + "/memory.idx", "wb") as idx:
    a = plain.create_dataset("x", (count, *shape), "u1")
    b = packed.create_dataset("x", (count, *shape), "u1", chunks=(chunk, *shape),
                              compression="gzip", compression_opts=1, shuffle=True)
    idx.write(struct.pack(">BBBB", 0, 0, 8, 1 + len(idx_shape)))
    idx.write(struct.pack(">%dI" % (1 + len(idx_shape)), count, *idx_shape))
    for i in range(0, count, 64 * chunk):
        n = min(64 * chunk, count - i)
        piece = random.integers(0, 16, (n, *shape), dtype="u1") * 17
        a[i:i + n] = piece
        b[i:i + n] = piece
        idx.write(piece.tobytes())
END
cat >"$work/resident.py" <<'END'
"""resident.py FILE COMMAND...: run it; append the most memory that it had, in MB."""
import resource
import subprocess
import sys

code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "a") as out:
    out.write("%d\n" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))
sys.exit(code)
END

# run N NAME ARGUMENTS...: N ranks train; how much memory each had is in NAME.mb.
run() {
    local n=$1 run=$work/$2
    shift 2
    rm -rf "$run" "$run.mb"
    # shellcheck disable=SC2046
    $(launcher "$n") $python "$work/resident.py" "$run.mb" "$gentrain" train --json \
        --out "$run" "$@" >"$run.out" 2>"$run.err" ||
        failed "$run.err" "$(counted "$n" rank): $*"
}

# arguments PRESET DATA STEPS EVERY: of a run that writes nothing but figures.
arguments() {
    printf '%s\n' --preset "$1" --data "$2" --steps "$3" --set "output.log_every=$4" \
        --set output.checkpoint_every=0 --set output.sample_every=0 \
        --set output.sample_count=1 --set output.test_every=0 --set train.shards=4
}

# same A B: two runs ended with the same weights.
same() {
    "$gentrain" diff "$work/$1" "$work/$2" >"$work/diff.txt" ||
        failed "$work/diff.txt" "the weights of $1 and $2 differ"
}

# compare_bits PRESET FILE: on 1, 2 and 4 ranks, and stopped on 2 and resumed on 4.
compare_bits() {
    local n
    for n in 1 2 4; do
        # shellcheck disable=SC2046
        run "$n" "bits-$n" $(arguments "$1" "$2" 6 6)
    done
    same bits-1 bits-2
    same bits-1 bits-4
    # shellcheck disable=SC2046
    run 2 bits-stopped $(arguments "$1" "$2" 3 3)
    # shellcheck disable=SC2046
    $(launcher 4) "$gentrain" train --resume "$work/bits-stopped" --steps 6 --quiet \
        >"$work/resume.out" 2>&1 || failed "$work/resume.out" "resuming on 4 ranks"
    same bits-1 bits-stopped
}

table=$work/table.txt
machine >"$table"
echo "2 ranks, $size GB of images; medians of $(counted "$rounds" round) (lowest .. highest)" \
    >>"$table"
for preset in $presets; do
    case $preset in
    dcgan64) shape="64 64 3" ;;
    mlp-vae) shape="28 28 1" ;;
    *) misused "--presets: $preset is neither dcgan64 nor mlp-vae" ;;
    esac
    # shellcheck disable=SC2086
    $python "$work/make.py" "$work" "$size" $shape
    batch=$(batch_of "$preset")
    # shellcheck disable=SC2046
    run 2 warm $(arguments "$preset" "$work/memory.idx" 20 10)
    every=$(awk -v s="$seconds" -v b="$batch" -v r="$(rate_of "$work/warm.out")" \
        'BEGIN { n = int(s * r / b); print (n > 1 ? n : 1) }')
    for round in $(seq "$rounds"); do
        for data in memory.idx plain.h5 packed.h5; do
            # shellcheck disable=SC2046
            run 2 run $(arguments "$preset" "$work/$data" $((5 * every)) "$every")
            rate_of "$work/run.out" >>"$work/$preset-$data.rates"
            cat "$work/run.mb" >>"$work/$preset-$data.mb"
        done
        echo "$preset: round $round of $rounds" >&2
    done
    for data in memory.idx plain.h5 packed.h5; do
        # shellcheck disable=SC2046 disable=SC2183
        printf '%-8s %-10s %9.6g images/s (%.6g .. %.6g), ratio %.3f (%.3f .. %.3f), %s MB resident\n' \
            "$preset" "$data" $(spread <"$work/$preset-$data.rates") \
            $(paste "$work/$preset-$data.rates" "$work/$preset-memory.idx.rates" |
                awk '{ print $1 / $2 }' | spread) \
            "$(sort -n "$work/$preset-$data.mb" | tail -n 1)" >>"$table"
    done
    if [ -n "$bits" ]; then
        compare_bits "$preset" "$work/plain.h5"
        compare_bits "$preset" "$work/packed.h5"
        echo "$preset: same weights on 1, 2 and 4 ranks, and stopped on 2 and resumed on 4" \
            >>"$table"
    fi
    rm -f "$work"/*.h5 "$work"/*.idx
done
cat "$table"
if [ -n "$record" ]; then
    { echo '```' && cat "$table" && echo '```'; } >"$work/record.txt"
    record streaming.sh "$work/record.txt"
fi
