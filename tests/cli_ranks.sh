# The number of ranks changes how fast, not what: weights, statistics, moments
# and samples are the same to the bit, also after short batches (every fifth has
# 4 samples in 2 of 12 shards). Only with MPI's own sums weights agree to
# rounding.
#
# ctest: release
. "$(dirname "$0")/common.sh"
need_tool h5diff

for model in gan vae; do
    clip=0
    [ $model = gan ] || clip=1
    for n in 1 2 3 4 6; do
        must "training on $n ranks" ranks $n train $model.yaml --out $model-$n \
            --quiet --set communication.bucket_mb=0.001 \
            --set optimizer.clip_norm=$clip
        same $model-{1,$n}/checkpoints/step-00000012.h5
        same $model-{1,$n}/samples/step-00000012.h5
        cmp $model-{1,$n}/samples/step-00000012.png ||
            fail "$model's pictures differ on $n ranks"
    done
    must "one rank under mpirun" "$MPIRUN" -np 1 "$GENTRAIN" train $model.yaml \
        --out $model-alone --quiet --set communication.bucket_mb=0.001 \
        --set optimizer.clip_norm=$clip 2>err.txt
    must "training alone" "$GENTRAIN" diff $model-1 $model-alone >diff.txt
    for n in 1 3; do
        must "training with MPI's sums on $n ranks" ranks $n train $model.yaml \
            --out $model-mpi-$n --quiet --set communication.reduction=mpi \
            --set optimizer.kind=sgd --set optimizer.lr=0.01
    done
    near 1e-5 $model-mpi-{1,3}/checkpoints/step-00000012.h5
    must "training with 16 bits on 3 ranks" ranks 3 train $model.yaml \
        --out $model-bf16 --quiet --set communication.compression=bf16 \
        --set optimizer.kind=sgd --set optimizer.lr=0.01
    h5diff -d 4 $model-{mpi-1,bf16}/samples/step-00000012.h5 /images \
        >diff.txt || fail "$model with 16 bits: $(head -n 5 diff.txt)"
    h5diff $model-{mpi-1,bf16}/checkpoints/step-00000012.h5 /optimizer \
        >diff.txt && fail "$model with 16 bits: nothing was rounded"
    for n in 1 2 3 4; do
        must "sampling on $n ranks" ranks $n sample $model-3 -n 300 \
            -o s$n.h5 --grid s$n.png --seed 5
        [ $n -eq 1 ] || {
            same s1.h5 s$n.h5
            cmp s1.png s$n.png || fail "pictures differ on $n ranks"
        }
    done
    must "another seed" ranks 1 sample $model-3 -n 300 -o other.h5 --seed 6
    if h5diff s1.h5 other.h5 /images >diff.txt; then
        fail "the seed changes nothing"
    fi
done

# Shared memory may be small, as it is in many containers: room for MPI's own
# 2 x 4 MB, and not for all of these vectors.
enter=(--mount)
[ "$(id -u)" -eq 0 ] || enter=(--user --map-root-user "${enter[@]}")
if ! unshare "${enter[@]}" mount -t tmpfs tmpfs /dev/shm 2>/dev/null; then
    echo "skipped: cannot make a small /dev/shm here"
    exit 0
fi
sed 's/units: 32/units: 2000/' vae.yaml >wide.yaml
must "training in much shared memory" ranks 2 train wide.yaml --out much --quiet
must "training in little shared memory" unshare "${enter[@]}" sh -c \
    'mount -t tmpfs -o size=9m tmpfs /dev/shm && "$@"' sh "$MPIRUN" -np 2 \
    "$GENTRAIN" train wide.yaml --out little --quiet 2>err.txt
[ "$(warnings err.txt | wc -l)" -eq 1 ] || fail "there is one warning"
says err.txt "ranks send each other messages instead"
must "room makes no difference" "$GENTRAIN" diff much little
