# Stacked samples (data.stack): trained on and evaluated with the same bits on any
# number of ranks, judged channel by channel by a classifier of single ones; and what
# does not fit is refused.
. "$(dirname "$0")/common.sh"

cat >judge.yaml <<'YAML'
task: classifier
data: {uri: "glyphs?count=300&test_count=60", image: [12, 12, 1], classes: 10}
model: {classifier: [flatten, dense: {units: 10}]}
optimizer: {lr: 0.01}
train: {batch: 20, steps: 90}
output: {checkpoint_every: 0}
YAML
sed -e 's/count=100&test_count=40/count=300\&test_count=60/' \
    -e 's/image: \[12, 12, 1\]/image: [12, 12, 3], stack: 3/' \
    -e 's/filters: 1,/filters: 3,/' gan.yaml >stack.yaml
sed 's/12, 12, 1/16, 16, 1/' judge.yaml >other.yaml
must "a classifier" ranks 1 train judge.yaml --out judge --quiet
must "another one" ranks 1 train other.yaml --steps 1 --out other --quiet

# --- training
for n in 1 3; do
    must "training on $n ranks" ranks $n train stack.yaml --out run-$n --quiet
done
must "the same state" "$GENTRAIN" diff run-1 run-3

# --- figures
evaluate="--classifier judge --samples 250 --metrics modes,classes,sliced --no-pictures"
for n in 1 2 3 4; do
    # shellcheck disable=SC2086
    must "evaluating on $n ranks" ranks $n eval run-1 $evaluate --out $n.json
    cmp 1.json $n.json || fail "figures on $n ranks differ"
done
says out.txt "432 of a sample, as the last layer of a classifier reads them in each channel"
! grep -q "other data" err.txt || fail "data of the single samples are called others"
for key in modes mode_kl classes_seen class_entropy sliced_distance; do
    grep -q "\"$key\": {\"value\": [0-9]" 1.json || fail "there is no $key"
done
# figure KEY: of 1.json
figure() { sed -n "s/.*\"$1\": {\"value\": \\([-+0-9.e]*\\).*/\\1/p" 1.json; }
# Of n samples there are at most n classes, and log(1000 / n) of KL at least.
awk -v modes="$(figure modes)" -v seen="$(figure classes_seen)" -v kl="$(figure mode_kl)" \
    -v entropy="$(figure class_entropy)" 'BEGIN {
        same = kl + entropy - log(1000)
        exit !(modes == seen && modes >= 1 && modes <= 250 && same < 1e-4 && same > -1e-4)
    }' || fail "modes are no classes, or KL no distance from equal shares"
accuracy=$(sed -n 's/.*"accuracy": {"value": \([0-9.]*\).*/\1/p' 1.json)
awk -v a="$accuracy" 'BEGIN { exit !(a > 0.3 && a <= 1) }' ||
    fail "the classifier is right in $accuracy of the stacks"

# --- what does not fit
refused 6 "channels of the model's samples are 12x12x1" 2 eval run-1 --classifier other
refused 6 "metric modes cannot be had: there is no classifier" 2 eval run-1 \
    --features values --metrics modes
refused 3 "3 images are stacked as so many channels, and data.image is 12x12x1" 1 \
    train gan.yaml --set data.stack=3 --out never
must "colour" ranks 1 import 'shapes?count=40&test_count=0' -o colour.h5 --size 12 --channels 3
refused 6 "images are 12x12x3, and data.stack takes some of 12x12x1" 2 train stack.yaml \
    --data colour.h5 --out never
printf 'x%.0s' $(seq 1440) >bytes.raw
refused 6 "there are no labels" 2 train stack.yaml --data raw:bytes.raw --out never
[ ! -e never ] || fail "a run that could not start left something behind"
