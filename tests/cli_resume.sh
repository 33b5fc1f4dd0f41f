# A run that was stopped and resumed, also from the middle of an epoch and on
# other numbers of ranks, has the same weights and moments, bit for bit, as a run
# that was never stopped.
. "$(dirname "$0")/common.sh"
need_tool h5diff

for model in gan vae; do
    twice=""
    [ $model = vae ] || twice="--set train.d_steps=2"
    must "a whole run" ranks 2 train $model.yaml --out whole-$model --quiet $twice
    must "its first part" ranks 4 train $model.yaml --out part-$model --quiet \
        $twice --steps 4
    must "its second part" ranks 3 train --resume part-$model --steps 7 --quiet
    must "its third part" ranks 1 train --resume part-$model --steps 12 --quiet
    same {whole,part}-$model/checkpoints/step-00000012.h5
    same {whole,part}-$model/samples/step-00000012.h5
    # The same lines of metrics, but for the rate and for the held-out figures
    # of the first parts' own ends.
    for run in whole part; do
        sed 's/"samples_per_s": [^,]*, //; s/, "test_[^}]*//' \
            $run-$model/metrics.jsonl >$run.txt
    done
    cmp whole.txt part.txt || fail "metrics.jsonl differs"
done

# An older checkpoint: later lines of metrics.jsonl go.
must "resuming an older checkpoint" ranks 2 train \
    --resume whole-gan/checkpoints/step-00000006.h5 --quiet
same {whole,part}-gan/checkpoints/step-00000012.h5
[ "$(wc -l <whole-gan/metrics.jsonl)" -eq 12 ] || fail "lines were repeated"

# A checkpoint is opened once and read once, by one rank, whoever looks at it.
# once RANKS FILE COMMAND...
once() {
    local n=$1 file=$2
    shift 2
    rm -f trace.txt
    must "$*" "$MPIRUN" -np "$n" env ASAN_OPTIONS="$shimmed" LD_PRELOAD="$SHIM" \
        SHIM_DIR=. SHIM_NAME="$file" SHIM_TRACE=trace.txt "$GENTRAIN" "$@" \
        >out.txt 2>err.txt
    [ "$(grep -c open trace.txt)" -eq 1 ] &&
        [ "$(sed -n 's/read //p' trace.txt | paste -sd +)" ] &&
        [ $(($(sed -n 's/read //p' trace.txt | paste -sd +))) -eq "$(wc -c <"$file")" ] ||
        fail "$*: $file is not opened once and read once: $(cat trace.txt)"
}
file=./part-vae/checkpoints/step-00000012.h5
once 2 $file sample ./part-vae -n 2 -o s.h5
once 1 $file inspect ./part-vae
once 1 $file diff ./part-vae whole-vae
once 2 $file train --resume ./part-vae --steps 13 --quiet

# A run of the first format of checkpoints goes on, and so do its fences' numbers.
mkdir -p first/checkpoints
gunzip -c "$GENTRAIN_SOURCE/tests/data/checkpoint_v1.h5.gz" \
    >first/checkpoints/step-00000002.h5
echo "another process" >first/generation.3
echo '{"step": 2}' >first/metrics.jsonl
must "resuming the first format" ranks 1 train --resume first --steps 4
says out.txt " 2 steps in "
says out.txt " 4 steps, 4.00 epochs in all"
[ "$(ls -d first/fence.* first/generation.* | xargs)" = "first/fence.4 first/generation.4" ] ||
    fail "fences: $(ls first)"
head -c 15 first/checkpoints/step-00000004.h5 | grep -q gentrain-digest ||
    fail "the first format is written"

# What follows is said and refused in the same way by the sanitizers' build, in
# which each start takes seconds.
! sanitized || exit 0

# A run that is complete needs nothing more; with fewer steps it was not meant.
must "resuming a complete run" ranks 2 train --resume whole-vae --quiet
says err.txt "has done 12 of 12 steps"
refused 2 "has done 12 of 9 steps" 2 train --resume whole-vae --steps 9
[ ! -e whole-vae/fence.2 ] || fail "a run with nothing to do was taken"
# Metrics that are not there are missed; the run goes on.
mv whole-vae/metrics.jsonl .
must "resuming without metrics" ranks 2 train --resume whole-vae --steps 13 --quiet
warnings err.txt | grep -q "whole-vae/metrics.jsonl is missing" || fail "no warning"
# Settings that are not those of the checkpoint are named, once.
must "resuming with another batch" ranks 2 train --resume whole-vae --steps 13 \
    --batch 12 --set output.keep=9 --set train.seed=1
[ "$(grep -c "differ from the checkpoint's: train.batch 12 (24 before)\$" err.txt)" -eq 1 ] ||
    fail "another batch is not named"
# From inside the run's directory.
(cd whole-vae && GENTRAIN=$(realpath "$GENTRAIN") must "resuming at home" \
    ranks 1 train --resume checkpoints/step-00000012.h5 --steps 13 --quiet) || exit 1
[ -e whole-vae/fence.3 ] || fail "another run was resumed"
mkdir whole-vae/mycheckpoints
cp whole-vae/{,my}checkpoints/step-00000012.h5
refused 2 "RUN/checkpoints/FILE" 1 train --resume whole-vae/mycheckpoints/step-00000012.h5
mkdir empty
refused 4 "empty is not a run" 2 train --resume empty
refused 4 "no-such-run" 2 train --resume no-such-run

# What bits depend on is compared, and what differs is named in one line: shards,
# however they are cut, but not ranks, unless MPI adds up the gradients.
# warned TEXT...: one warning, which says each
warned() {
    warnings err.txt >warned.txt
    [ "$(wc -l <warned.txt)" -eq 1 ] || fail "not one warning"
    for text; do says warned.txt "$text"; done
}
must "going on as before" ranks 2 train --resume part-gan --steps 13 --quiet \
    --set train.shards=4 --set train.accumulate=3
warnings err.txt && fail "a run that goes on as before was warned of"
must "going on otherwise" ranks 2 train --resume part-gan --steps 14 --quiet \
    --threads 2 --set train.shards=4 --set train.accumulate=1 \
    --set norm.sync=true --set communication.reduction=mpi
warned "blas_threads 1 (here 2), shards 12 (here 4), norm_sync false (here true)" \
    "reduction tree (here mpi on 2 ranks); the last bits of the weights"
must "going on alone" ranks 1 train --resume part-gan --steps 15 --quiet \
    --threads 2
warned "made with reduction mpi on 2 ranks (here mpi on 1 rank); the last bits"

# So are the kernels that BLAS runs, where it makes products, also among ranks. Some
# are on every CPU, if the library has them.
export GENTRAIN_FP32=none
must "old kernels" env OPENBLAS_CORETYPE=Nehalem "$GENTRAIN" train vae.yaml \
    --out old --steps 1 --quiet 2>err.txt
"$GENTRAIN" inspect old | grep -q 'blas_kernel *Nehalem' || {
    echo "skipped: kernels cannot be chosen"
    exit 0
}
must "other kernels" env OPENBLAS_CORETYPE=Prescott "$GENTRAIN" train --quiet \
    --resume old --steps 2 2>err.txt
warned "blas_kernel Nehalem (here Prescott)"
# The colon that makes ranks differ crashes mpirun of Open MPI 5.0.7.
"$MPIRUN" -np 2 bash -c "kernels=(Nehalem Prescott)
    OPENBLAS_CORETYPE=\${kernels[$number]} exec \"\$@\"" bash \
    "$GENTRAIN" train vae.yaml --out mixed --steps 1 --quiet >out.txt 2>err.txt ||
    fail "mixed kernels"
grep -c 'its Prescott kernels here, but its Nehalem kernels on rank 0' err.txt |
    grep -qx 1 || fail "mixed kernels are not warned of once"
unset GENTRAIN_FP32
must "own products" env OPENBLAS_CORETYPE=Nehalem "$GENTRAIN" train vae.yaml \
    --out own --steps 1 --quiet 2>err.txt
"$GENTRAIN" inspect own | grep -q 'products *gentrain' || {
    echo "skipped: this CPU has no own products"
    exit 0
}
must "beside another BLAS" env OPENBLAS_CORETYPE=Prescott "$GENTRAIN" train \
    --quiet --resume own --steps 2 2>err.txt
warnings err.txt && fail "own products were said to depend on BLAS"
exit 0
