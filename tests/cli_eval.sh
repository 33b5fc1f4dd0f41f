# The first evaluation of a run trains a classifier of its data, once, whatever
# ends it in between, and on any number of ranks; then figures are the same bytes
# on any number of ranks. What cannot be had is refused with one error.
. "$(dirname "$0")/common.sh"

data="glyphs?count=500&test_count=200"
must "training" ranks 1 train --preset cgan28 --data "$data" --steps 4 --out a --quiet
last=classifier/checkpoints/step-00000500.h5
for n in 2 3; do cp -r a a-$n; done

# --- the classifier
# begin_and_kill: in a-3, between its first checkpoint and its last. A fast machine may
# have been there before the kill; then it is tried again.
begin_and_kill() {
    local started rank
    rm -rf a-3
    cp -r a-2 a-3
    "$MPIRUN" -np 3 "$GENTRAIN" eval a-3 -n 300 >killed.txt 2>&1 &
    started=$!
    await_checkpoint a-3/classifier
    ranks_of $started | tee killed_ranks.txt | xargs kill -KILL
    wait $started && return 1
    for rank in $(cat killed_ranks.txt); do
        while [ -e "/proc/$rank" ]; do sleep 0.02; done
    done
    [ ! -e a-3/$last ]
}
must "evaluating" ranks 3 eval a -n 300
says err.txt "training a classifier of the data first, once: preset classifier28, in a/classifier"
says err.txt "held out: loss"
counts="1 2 3 4"
if sanitized; then
    counts="1 3"
else
    for try in 1 2 3 4 5 6; do
        begin_and_kill && break
        [ "$try" -lt 6 ] ||
            fail "the classifier was trained before it was killed, each time"
    done
    must "evaluating, and going on" ranks 2 eval a-3 -n 300
    says err.txt "going on to train a classifier of the data first"
    same {a,a-3}/$last
    must "evaluating" ranks 3 eval a -n 300
fi
for text in "as the last layer of a classifier reads them" "a/$last" \
    "its accuracy" "300 of the model against 200 held out"; do
    says out.txt "$text"
done

# --- figures
cp a/eval.json wanted.json
says wanted.json "\"classifier\": \"a/$last\""
grep -q '"accuracy": {"value": \(1\|0.9\)' wanted.json || fail "its accuracy is not told"
for n in $counts; do
    must "evaluating on $n ranks" ranks $n eval a -n 300
    [ "$(grep -c "training a classifier" err.txt)" -eq 0 ] ||
        fail "the classifier was trained again"
    cmp a/eval.json wanted.json || fail "figures on $n ranks differ"
done
must "JSON" ranks 1 eval a -n 300 --json --out other.json
cmp other.json wanted.json || fail "--out has other figures"
cmp out.txt wanted.json || fail "--json prints other figures"
must "values" ranks 2 eval a -n 300 --features values
says out.txt "784 of a sample, its values"
must "a classifier by name" ranks 1 eval a-2 -n 300 --classifier a/classifier
[ ! -e a-2/classifier ] || fail "a classifier was trained beside the one that was named"
! grep -q "other data" err.txt || fail "data are called others than they are"
must "other data" ranks 2 eval a -n 300 --metrics classes --data "$data&seed=2"
says err.txt "a/$last was trained on other data than $data"

# --- no classifier
must "training on points" ranks 1 train --preset ring --steps 2 --out points --quiet
must "points" ranks 1 eval points -n 300
says out.txt "no classifier: no preset classifier takes samples of 2"
[ ! -e points/classifier ] || fail "a classifier of points was trained"

# --- features of another program
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
    must "files of features" /usr/bin/python3 - <<'PYTHON'
import h5py, numpy as np
r = np.random.default_rng(1)
a, b, c = (r.normal(size=(n, 6)) for n in (400, 300, 500))
def write(name, **sets):
    with h5py.File(name, "w") as f:
        for key, value in sets.items():
            f[key] = value
write("features.h5", model=a, data=b.astype("float32"), training=c)
write("bare.h5", model=a, data=b)
write("no_data.h5", model=a)
write("other.h5", model=a, data=b[:, :5])
write("flat.h5", model=a, data=b[:, 0])
b[7, 2] = np.nan
write("nan.h5", model=a, data=b)
PYTHON
    for n in $counts; do
        must "given features on $n ranks" ranks $n eval a --features features.h5 \
            --out given-$n.json
        cmp given-{1,$n}.json || fail "figures of given features differ on $n ranks"
    done
    says out.txt "400 of the model against 300 of the data"
    for word in '"file": "features.h5", "model": 400' frechet_floor coverage '"auc"'; do
        says given-1.json "$word"
    done
    ! grep -q class_ given-1.json || fail "there are classes of given features"
    must "features without those of training" ranks 2 eval a --features bare.h5 \
        --out bare.json
    ! grep -q frechet_floor bare.json || fail "there is a floor without training data"
    refused 5 "has no data set /data" 2 eval a --features no_data.h5
    refused 6 "/data has 5 features of a sample, and /model 6" 2 eval a --features other.h5
    refused 6 "/data has 1 dimension" 1 eval a --features flat.h5
    refused 5 "first in row 7" 3 eval a --features nan.h5
    refused 6 "gives features alone" 2 eval a --features bare.h5 --metrics agreement
    refused 2 "name one" 1 eval a --features bare.h5 --checkpoint all
    refused 2 "there are no samples to draw" 2 eval a --features bare.h5 --pictures x
    [ ! -e x ] || fail "there is a folder for pictures that nobody draws"
    refused 4 "gone.h5" 2 eval a --features gone.h5
else
    echo "features of another program are left out: python3-h5py is not installed"
fi

# --- errors
refused 6 "no preset classifier takes samples of 2" 2 eval points --features classifier
refused 6 "it takes samples of 28x28x1" 2 eval points --classifier a/classifier
refused 6 "a gan, and no classifier" 1 eval a-2 --classifier points
refused 6 "the model makes no samples" 2 eval a/classifier --metrics agreement
refused 2 'did you mean "agreement"?' 2 eval a --metrics agreament
refused 2 'did you mean "values"?' 1 eval a --features value
refused 2 "leave out --classifier" 1 eval a --features values --classifier a-2
refused 4 "nowhere" 2 eval nowhere
python=/usr/bin/python3
if $python -c 'import numpy' 2>/dev/null; then
    $python -c 'import numpy as n; n.save("x.npy", n.zeros((50, 28, 28), "uint8"))'
    must "training without labels" ranks 1 train --preset dcgan28 --data x.npy \
        --steps 2 --batch 16 --out bare --quiet
    refused 6 "the data have no labels" 2 eval bare --features classifier
    [ ! -e bare/classifier ] || fail "there is a classifier without labels"
else
    echo "data without labels are left out: python3-numpy is not installed"
fi
