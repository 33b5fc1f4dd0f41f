# What `gentrain inspect RUN` tells of a run in each of its states.
. "$(dirname "$0")/common.sh"

# state RUN TEXT: what inspect says of it.
state() {
    "$GENTRAIN" inspect "$1" >out.txt 2>err.txt || fail "inspect $1"
    grep -Eq "^  state +$2" out.txt || fail "$1 is not: $2"
}
line() {
    grep -Eqx "  $1 +$2" out.txt || fail "no line of $1: $2"
}
# json RUN EXPRESSION: it is true of the object "run".
json() {
    command -v python3 >/dev/null || return 0
    "$GENTRAIN" inspect "$1" --json >inspect.json || fail "inspect $1 --json"
    python3 -c "
import json
whole = json.load(open('inspect.json'))
run = whole['run']
assert $2, run" || fail "$1: not $2"
}

# --- finished
must "a VAE" ranks 1 train vae.yaml --out vae --quiet
state vae "finished after 12 of 12 steps"
line "last figures" "step 12: loss [0-9.]{5} recon [0-9.]{5} KL [0-9.]{5}"
line best "held-out loss [0-9.]{5}, after step [0-9]+"
line checkpoints "of steps 6, 12"
grep -q "go on with" out.txt && fail "a finished run has a hint to go on"
json vae "run['state'] == 'finished' and run['steps'] == run['steps_done'] == 12"
json vae "run['checkpoints'] == [6, 12] and run['last']['step'] == 12"
json vae "run['best']['test_loss'] <= run['last']['test_loss']"
json vae "whole['step'] == 12 and len(whole['data_sets']) > 4"

# --- by epochs: the steps are counted as the trainer counts them
must "by epochs" ranks 1 train gan.yaml --out epochs --quiet --epochs 2
state epochs "finished after 10 of 10 steps"
grep -q "^  best" out.txt && fail "a GAN has no best figure"
json epochs "run['best'] is None"
sed -i 's/^  epochs: 2/  epochs: 7/' epochs/config.yaml
state epochs "cut off after 10 of 35 steps"

# --- running, interrupted
"$GENTRAIN" train gan.yaml --out going --quiet --steps 1000000 &
training=$!
await_checkpoint going
state going "running, as process $training: [0-9]+ of 1000000 steps"
json going "run['state'] == 'running' and run['steps'] == 1000000"
kill -USR1 $training
must "a training in the background" wait $training
state going "interrupted after [0-9]+ of 1000000 steps"
line "go on with" "gentrain train --resume going"
json going "run['state'] == 'interrupted'"

# --- killed, also before the first checkpoint
rm -r going/checkpoints/* going/INTERRUPTED
state going "cut off after [0-9]+ of 1000000 steps"
line checkpoints "none yet"
json going "run['checkpoints'] == [] and 'step' not in whole"

# --- on another machine nobody can tell
sed -i 's/ on [^ ]* / on elsewhere /' going/fence.*
state going "running on elsewhere, or cut off there: [0-9]+ of 1000000 steps"

# --- a damaged checkpoint is an error, and the state is told all the same
must "a run" ranks 1 train gan.yaml --out bad --quiet --set output.keep=1
printf 'x' | dd of=bad/checkpoints/step-00000012.h5 bs=1 seek=9000 conv=notrunc status=none
"$GENTRAIN" inspect bad >out.txt 2>err.txt
[ $? -eq 5 ] || fail "a damaged checkpoint was taken"
line checkpoints "of step 12"
"$GENTRAIN" inspect bad --json >out.txt 2>err.txt
[ $? -eq 5 ] && [ ! -s out.txt ] || fail "half an object was printed"

# --- data: images are called so, and points
"$GENTRAIN" inspect 'glyphs?count=20&test_count=5' >out.txt
says out.txt "20 training images of 28x28x1"
says out.txt "condition slant"
"$GENTRAIN" inspect 'shapes?count=20&test_count=5' --json >out.txt
says out.txt '"conditions": {"x": [-0'
"$GENTRAIN" inspect 'ring?count=20&test_count=5' >out.txt
says out.txt "5 held-out points of 2 numbers"

says out.txt "  values -"
says out.txt "  gentrain train --preset grid --data 'ring?count=20&test_count=5'"
"$GENTRAIN" inspect 'glyphs?count=2000&test_count=0' >out.txt
says out.txt "bytes (of 1024 samples)"
says out.txt ", mean 0.1"
says out.txt "  gentrain train --preset dcgan28 --data 'glyphs?count=2000&test_count=0'"

# --- data that need to be told how to be read
head -c 1536 /dev/zero >numbers.bin
refused 3 "set data.image to [height, width, channels]" 1 inspect raw:numbers.bin
"$GENTRAIN" inspect raw:numbers.bin --set 'data.image=[8, 8, 3]' -s data.type=int16 >out.txt
says out.txt "raw:numbers.bin: 4 training images of 8x8x3"
says out.txt "values 0 to 0, numbers"
says out.txt "No preset works at 8x8x3."
says out.txt "mine.yaml --data raw:numbers.bin --set 'data.image=[8, 8, 3]' --set data.type=int16"
refused 3 "float64, float64_be)" 1 inspect raw:numbers.bin -s data.type=double
refused 2 "keys of the section data" 1 inspect raw:numbers.bin --set train.batch=3
refused 2 "gan.yaml is none" 1 inspect gan.yaml --set data.type=int16

# --- a picture of data
must "a picture" "$GENTRAIN" inspect 'glyphs?count=20&test_count=5' --picture data.png >out.txt
[ "$(head -c 4 data.png | tail -c 3)" = PNG ] || fail "data.png is no picture"
must "points" "$GENTRAIN" inspect 'ring?count=20' --picture points.png >out.txt
[ -s points.png ] || fail "no picture of points"
refused 2 "data of that name are 'ring?seed=1'" 1 inspect ring --picture data.png
refused 2 "gan.yaml is none" 1 inspect gan.yaml --picture data.png
echo text >text.png
refused 4 "text.png" 1 inspect glyphs --picture text.png

# --- a name of both a preset and data
"$GENTRAIN" inspect ring >out.txt
says out.txt "generator: z 2 -> 2"
hint=$(sed -n "s/^ring is the name of data as well: gentrain inspect '\(.*\)'$/\1/p" out.txt)
"$GENTRAIN" inspect "$hint" >out.txt || fail "the hint $hint leads nowhere"
says out.txt "100000 training points of 2 numbers"
exit 0

# --- a run is no data, nor is a folder of runs; what to give instead is said
mkdir all
cp -r vae all/b
cp -r epochs all/a
refused 3 "vae is a run directory, no data; to go on with it: gentrain train --resume vae" \
    2 train vae.yaml --out never --data vae
says err.txt "samples that it made are data: vae/samples/step-00000012.h5"
refused 3 "vae is a run directory" 1 import vae/ -o never.h5
refused 3 "one of them is all/a, of which gentrain inspect all/a tells" 1 inspect all/
for command in "inspect all" "import all -o never.h5" "train vae.yaml --out never --data all"; do
    # shellcheck disable=SC2086
    refused 3 "all holds runs, no data; one of them is all/a" 1 $command
done
must "samples are data" ranks 1 train vae.yaml --out from-samples --steps 1 --quiet \
    --data vae/samples/step-00000012.h5
[ ! -e never ] && [ ! -e never.h5 ] || fail "something was begun"
