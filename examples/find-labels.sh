#!/usr/bin/env bash
# Does a conditional model draw what it is asked for? A classifier says in which
# part of its samples it finds the label that was asked for:
#
#   examples/find-labels.sh MODEL_RUN CLASSIFIER_RUN IDX_FOLDER [N]
#
# N samples (10000), with the labels in turn, become a folder of IDX files beside
# the training images of IDX_FOLDER, which the classifier was trained on. A branch
# of the classifier that learns nothing (a learning rate of 0) then looks at them
# as held-out images. Wants h5dump (Debian: hdf5-tools) and python3.
set -eu
export LC_ALL=C
if [ $# -lt 3 ]; then
    sed -n "2,/^set/s/^# \{0,1\}//p" "$0" | sed "\$d"
    exit 2
fi
gentrain=${GENTRAIN:-gentrain} n=${4:-10000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$gentrain" sample "$1" -n "$n" --label all --no-latents -o "$dir/set.h5" >&2
for set in images labels; do
    h5dump -d "/$set" -b LE -o "$dir/$set.bin" "$dir/set.h5" >/dev/null
done
python3 - "$dir" "$n" <<'PYTHON'
import re, struct, subprocess, sys

folder, n = sys.argv[1], int(sys.argv[2])
header = subprocess.run(["h5dump", "-H", "-d", "/images", folder + "/set.h5"],
                        capture_output=True, text=True, check=True).stdout
shape = [int(d) for d in re.search(r"\{ \( (.*?) \)", header).group(1).split(",")]
labels = open(folder + "/labels.bin", "rb").read()
with open(folder + "/t10k-images-idx3-ubyte", "wb") as f:
    f.write(struct.pack(">IIII", 0x803, n, shape[1], shape[2]))
    f.write(open(folder + "/images.bin", "rb").read())
with open(folder + "/t10k-labels-idx1-ubyte", "wb") as f:
    f.write(struct.pack(">II", 0x801, n) + labels[::len(labels) // n])
PYTHON
for file in "$3"/train-*; do
    ln -s "$(realpath "$file")" "$dir/"
done
"$gentrain" train --from "$2" --weights-only --data "$dir" --out "$dir/run" \
    --steps 1 --set optimizer.lr=0 --quiet >&2
grep -o '"test_accuracy": [0-9.]*' "$dir/run/metrics.jsonl" | tail -n 1
