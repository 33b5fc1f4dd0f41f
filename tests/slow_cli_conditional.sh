# A GAN that is told labels draws the digit that it is asked for: cgan28 is trained
# on MNIST, and classifier28, trained on MNIST as well, finds the asked class in at
# least 97 % of 10,000 samples.
#
# Who judges is the validation of `gentrain train`: the samples are held-out images,
# and their labels are those that were asked for. It takes one step of a learning
# rate of 0 to get there, in which running statistics may change a little; so the
# real held-out images go the same way, to see that this does no harm.
#
# MNIST=FOLDER says where its four files are. EPOCHS and COUNT make it shorter, and
# then nothing is asked of the result; CGAN=RUN and CLASSIFIER=RUN are runs that are
# there already. It takes half an hour on two cores.
#
# ctest: two cores
# ctest: release
MNIST=${MNIST:-$GENTRAIN_SOURCE/../shared/data/mnist}
. "$(dirname "$0")/common.sh"
need_tool h5dump
ls "$MNIST"/train-images* >images.txt 2>&1 || {
    echo "skipped: MNIST is not in $MNIST; MNIST=FOLDER says where it is"
    exit 77
}
classifier=${CLASSIFIER:-classifier} cgan=${CGAN:-cgan}
count=${COUNT:-10000}

# bytes OCTAL...: they, as bytes.
bytes() {
    # shellcheck disable=SC2059
    printf "$(printf '\\%s' "$@")"
}
# number N: 4 bytes, the highest first.
number() {
    # shellcheck disable=SC2046
    bytes $(printf '%03o %03o %03o %03o' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) \
        $(($1 >> 8 & 255)) $(($1 & 255)))
}

# held_out FOLDER SET: a folder whose held-out images are the samples of a set, each
# with the label that was asked for; those for training are MNIST's.
held_out() {
    mkdir "$1"
    ln -s "$(realpath "$MNIST")"/train-* "$1/"
    h5dump -d /images -b LE -o images.raw "$2" >dump.txt || fail "no images in $2"
    h5dump -d /labels -b LE -o labels.raw "$2" >dump.txt || fail "no labels in $2"
    {
        bytes 000 000 010 003
        number "$count"
        number 28
        number 28
        cat images.raw
    } >"$1/t10k-images-idx3-ubyte"
    {
        bytes 000 000 010 001
        number "$count"
        # shellcheck disable=SC2046
        bytes $(od -An -v -t d4 -w4 labels.raw | xargs printf '%03o\n')
    } >"$1/t10k-labels-idx1-ubyte"
}

# judged FOLDER: the share of its held-out images whose label the classifier finds.
judged() {
    rm -rf judged
    must "the classifier on $1" "$GENTRAIN" train --from "$classifier" --weights-only \
        --data "$1" --out judged --steps 1 --set optimizer.lr=0 --quiet 2>err.txt
    tail -n 1 judged/metrics.jsonl | sed -n 's/.*"test_accuracy": \([0-9.e-]*\).*/\1/p' |
        grep .
}
# at_least SHARE LEAST WHAT
at_least() {
    awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }' || fail "$3: $1, not $2"
}

[ -d "$classifier" ] || must "training the classifier" ranks 2 train \
    --preset classifier28 --data "$MNIST" --out "$classifier" --quiet
[ -d "$cgan" ] || must "training the GAN" ranks 2 train --preset cgan28 \
    --data "$MNIST" --out "$cgan" --epochs "${EPOCHS:-10}" --quiet
must "sampling" ranks 2 sample "$cgan" --label all -n "$count" -o samples.h5 --grid samples.png
held_out samples samples.h5

real=$(judged "$MNIST") || fail "no accuracy on the held-out images"
made=$(judged samples) || fail "no accuracy on the samples"
echo "classifier28 finds the label of $real of MNIST's held-out images, and of $made of $count samples, $SECONDS s"
at_least "$real" 0.98 "the classifier is no judge"
[ -n "${EPOCHS:-}${COUNT:-}" ] || at_least "$made" 0.97 "samples of the asked class"

# The set of another class is not of the class that is asked for.
must "sampling sevens" ranks 2 sample "$cgan" --label 7 -n "$count" -o sevens.h5
held_out sevens sevens.h5
sevens=$(judged sevens) || fail "no accuracy on sevens"
echo "and of $sevens of $count sevens"
