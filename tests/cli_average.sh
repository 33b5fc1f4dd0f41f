# The running average of weights: what a checkpoint holds of it, who samples from
# it, and what a resume does when it begins or ends.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

ema="--set optimizer_generator.ema=0.9"

# --- the same bits on any number of ranks, also in two goes
for n in 1 2 3 4; do
    # shellcheck disable=SC2086
    must "on $n ranks" ranks $n train gan.yaml --out all-$n --quiet $ema
    must "the same state" "$GENTRAIN" diff all-1 all-$n >diff.txt
    same {all-1,all-$n}/samples/step-00000012.h5
done
# shellcheck disable=SC2086
must "the first half" ranks 2 train gan.yaml --out two --steps 5 --quiet $ema
must "the second" ranks 3 train --resume two --steps 12 --quiet
[ -z "$(warnings err.txt)" ] || fail "$(cat err.txt)"
must "the same state" "$GENTRAIN" diff all-1 two >diff.txt
same {all-1,two}/samples/step-00000012.h5
must "a branch" ranks 4 train --from two/checkpoints/step-00000005.h5 --out branch \
    --steps 12 --quiet
must "the same state" "$GENTRAIN" diff all-1 branch >diff.txt

# --- training does not depend on it
must "without" ranks 2 train gan.yaml --out plain --quiet
for network in generator discriminator; do
    h5diff {all-2,plain}/checkpoints/step-00000012.h5 /$network >diff.txt ||
        fail "another $network"
done
"$GENTRAIN" inspect all-2 >inspect.txt
says inspect.txt "/ema/generator/"
says inspect.txt "values outside /optimizer and /ema"
! grep -q /ema/discriminator inspect.txt || fail "an average that nobody asked for"
values() { "$GENTRAIN" inspect --json "$1" | sed 's/.*"values": \([0-9]*\).*/\1/'; }
[ "$(values all-2)" = "$(values plain)" ] || fail "averages are counted as weights"

# --- who samples from it
for weights in ema last; do
    must "$weights" ranks 2 sample all-2 -n 80 -o $weights.h5 --weights $weights
done
must "by itself" ranks 3 sample all-2 -n 80 -o default.h5
same default.h5 ema.h5
! h5diff ema.h5 last.h5 /images >diff.txt || fail "the average makes the same samples"
must "the last" ranks 1 sample plain -n 80 -o plain.h5
h5diff last.h5 plain.h5 /images >diff.txt || fail "the last weights are others"
must "there is none" ranks 1 sample plain -n 80 -o again.h5 --weights last
same plain.h5 again.h5
refused 6 "plain/checkpoints/step-00000012.h5 has no running averages" 2 \
    sample plain -o x.h5 --weights ema
refused 2 "--weights best: it must be ema or last" 2 sample plain -o x.h5 --weights best
# The grid of a training is made of it: latents and samples belong together.
must "the grid's latents" ranks 1 sample all-2 -o grid.h5 \
    --latents all-2/samples/step-00000012.h5
h5diff -d 1 grid.h5 all-2/samples/step-00000012.h5 /images >diff.txt ||
    fail "the grid is of other weights: $(head -n 5 diff.txt)"

# --- a resume where it begins, and where it ends
# shellcheck disable=SC2086
must "it begins" ranks 2 train --resume plain --steps 14 $ema
says err.txt "has no running average of the generator's parameters: it begins with"
says err.txt "optimizer_generator.ema 0.9"
"$GENTRAIN" inspect plain >inspect.txt
says inspect.txt "/ema/generator/"
must "it ends" ranks 3 train --resume plain --steps 16 --set optimizer_generator.ema=0
says err.txt "holds a running average of the generator's parameters, which is given up"
"$GENTRAIN" inspect plain >inspect.txt
! grep -q /ema inspect.txt || fail "the average is still there"
must "all the time without" ranks 1 train gan.yaml --out never --steps 16 --quiet
must "the same state" "$GENTRAIN" diff plain never >diff.txt

# --- weights alone are the last ones, and an average of them begins anew
must "weights alone" ranks 2 train --from all-2 --weights-only --out weights --steps 1 \
    --quiet
h5diff all-2/checkpoints/step-00000012.h5 weights/checkpoints/step-00000000.h5 \
    /generator >diff.txt || fail "not the last weights"
h5diff weights/checkpoints/step-00000000.h5{,} /generator /ema/generator >diff.txt ||
    fail "the average does not begin with them"
