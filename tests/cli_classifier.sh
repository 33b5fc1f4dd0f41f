# A classifier trains as other tasks do, on any number of ranks, and makes no
# samples: no pictures, and one clear error where somebody asks for some.
. "$(dirname "$0")/common.sh"

cat >classifier.yaml <<'EOF'
task: classifier
data: {uri: "glyphs?count=100&test_count=40", image: [12, 12, 1], classes: 10}
model:
  classifier:
    - conv2d: {filters: 8, kernel: 4, stride: 2, padding: 1}
    - batch_norm
    - relu
    - dropout: {rate: 0.2}
    - flatten
    - dense: {units: 10}
train: {batch: 24, steps: 12, shards: 12}
output: {log_every: 1, checkpoint_every: 6, sample_every: 3, test_every: 6}
EOF

last=checkpoints/step-00000012.h5
for n in 1 2 3 4; do
    must "training on $n ranks" ranks $n train classifier.yaml --out run-$n
    same run-{1,$n}/$last
done
says out.txt "classifier"
says out.txt "the best loss"
! grep -q picture out.txt || fail "the summary names a picture"
[ -z "$(ls run-4/samples)" ] || fail "there are pictures of nothing"
must "going on on other ranks" ranks 2 train --quiet \
    --resume run-3/checkpoints/step-00000006.h5
same run-{1,3}/$last
grep -q '"test_accuracy": .*"train_accuracy": ' run-1/metrics.jsonl ||
    fail "metrics.jsonl has no accuracy"

must "a summary for programs" ranks 1 train classifier.yaml --json --out run-json
tail -n 1 out.txt | grep -q '"checkpoint"' || fail "there is no summary"
! tail -n 1 out.txt | grep -q picture || fail "the summary names a picture"

must "inspecting the run" ranks 1 inspect run-1
says out.txt "classifier"
must "inspecting the configuration" ranks 1 inspect classifier.yaml
says out.txt "classifier: x 12x12x1 -> 10"

for n in 1 2; do
    refused 6 "is of task: classifier, which makes no samples" $n \
        sample run-1 -n 4 -o four.h5
    refused 6 "which makes no samples" $n sample run-1 --grid four.png
done
[ ! -e four.h5 ] || fail "there is a file of samples"

# Its labels are to be found, and there must be some.
refused 3 "set data.classes to the number of classes" 2 train classifier.yaml \
    --out no --set data.classes=0
refused 3 "that is what it shall find" 2 train classifier.yaml --out no \
    --set 'model.classifier.5={dense: {units: 10, from: [previous, label]}}'
refused 3 "must end with a logit for each class (dense: {units: 12})" 2 \
    train classifier.yaml --out no --set data.classes=12
refused 6 "has labels from 0 to 9" 2 train classifier.yaml --out no \
    --set data.classes=9 --set 'model.classifier.5={dense: {units: 9}}'
refused 3 "latent" 1 train classifier.yaml --out no --set model.latent=3
[ ! -e no ] || fail "a refused run left something behind"
