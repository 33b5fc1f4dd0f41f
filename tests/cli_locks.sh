# Reading takes no lock, and a lock is not damage: whatever a file system says of
# locks, whoever has a checkpoint open, a run goes on from its newest one.
#
# ctest: release
. "$(dirname "$0")/common.sh"

newest_name=step-00000012.h5
must "a run" "$GENTRAIN" train gan.yaml --out run --quiet
saved=run/checkpoints/$newest_name
must "samples" "$GENTRAIN" sample run -n 4 -o s.h5
cp $saved copy.h5

# all_read WHAT: every command that reads does its work, and warns of nothing
all_read() {
    rm -rf again more.h5
    cp -r run again
    must "$1: inspect" "$GENTRAIN" inspect $saved >out.txt 2>err.txt
    must "$1: inspect a run" "$GENTRAIN" inspect run >out.txt 2>err.txt
    must "$1: diff" "$GENTRAIN" diff $saved copy.h5 >out.txt 2>err.txt
    must "$1: diff samples" "$GENTRAIN" diff s.h5 s.h5 >out.txt 2>err.txt
    must "$1: sample" "$GENTRAIN" sample run -n 4 -o more.h5 >out.txt 2>err.txt
    [ -z "$(warnings err.txt)" ] || fail "$1: $(warnings err.txt)"
    must "$1: resume" "$GENTRAIN" train --resume again --steps 13 --quiet \
        >out.txt 2>err.txt
    [ -z "$(warnings err.txt)" ] || fail "$1: $(warnings err.txt)"
    [ -z "$(find again -name '*.old')" ] || fail "$1: a checkpoint was set aside"
}

# Locks that fail: EAGAIN, EACCES, EBADF, EINVAL, ENOLCK, ENOSYS, EOPNOTSUPP
command -v flock >/dev/null && if LD_PRELOAD=$SHIM SHIM_NAME=.h5 SHIM_LOCK=37 \
    flock -n $saved true 2>/dev/null; then fail "the shim lets locks through"; fi
for error in 11 13 9 22 37 38 95; do
    ASAN_OPTIONS=$shimmed LD_PRELOAD=$SHIM SHIM_NAME=.h5 SHIM_LOCK=$error \
        SHIM_LOG=$PWD/locks.txt all_read "locks that fail with $error"
    [ ! -e locks.txt ] || fail "something took a lock: $(wc -l <locks.txt)"
done
for locking in TRUE FALSE BEST_EFFORT; do
    HDF5_USE_FILE_LOCKING=$locking all_read "HDF5_USE_FILE_LOCKING=$locking"
done

# somebody's lock
if command -v flock >/dev/null; then
    exec 9<"$saved"
    flock -x 9
    flock -n $saved true && fail "the test holds no lock"
    all_read "a lock of somebody else's"
    exec 9<&-
fi

# Where a lock keeps others from reading, as on SMB, the error says so; no older
# checkpoint is taken for it, and none is set aside.
for error in 11 13 16 24 37; do
    rm -rf again
    cp -r run again
    ASAN_OPTIONS=$shimmed LD_PRELOAD=$SHIM SHIM_DIR=again SHIM_AT=1 \
        SHIM_NAME=$newest_name SHIM_DO=$error "$GENTRAIN" train --resume again \
        --steps 13 --quiet >out.txt 2>err.txt
    code=$?
    [ $code -eq 4 ] || fail "error $error gave exit code $code, not 4"
    says err.txt "cannot read again/checkpoints/$newest_name: "
    says err.txt "nothing says that it is damaged"
    [ "$(grep -c 'gentrain: error: ' err.txt)" -eq 1 ] || fail "not one error"
    [ -z "$(find again -name '*.old')" ] || fail "a checkpoint was set aside"
    must "resuming after error $error" "$GENTRAIN" train --resume again \
        --steps 13 --quiet >out.txt 2>err.txt
    [ -z "$(warnings err.txt)" ] || fail "$(warnings err.txt)"
    ASAN_OPTIONS=$shimmed LD_PRELOAD=$SHIM SHIM_DIR=run SHIM_AT=1 \
        SHIM_NAME=$newest_name SHIM_DO=$error "$GENTRAIN" inspect $saved \
        >out.txt 2>err.txt
    [ $? -eq 4 ] || fail "inspect did not refuse"
    says err.txt "cannot read $saved: "
done

# Nor is what cannot be read of another kind.
ASAN_OPTIONS=$shimmed LD_PRELOAD=$SHIM SHIM_DIR=$PWD/s.h5 SHIM_AT=1 \
    SHIM_NAME=s.h5 SHIM_DO=13 "$GENTRAIN" sample run -n 4 -o "$PWD/s.h5" \
    >out.txt 2>err.txt && fail "samples that cannot be read were replaced"
says err.txt "cannot read $PWD/s.h5: Permission denied"

# A disk that cannot read a file is another matter.
rm -rf again
cp -r run again
ASAN_OPTIONS=$shimmed LD_PRELOAD=$SHIM SHIM_DIR=again SHIM_AT=1 \
    SHIM_NAME=$newest_name SHIM_DO=5 "$GENTRAIN" sample again -n 1 -o more.h5 \
    >out.txt 2>err.txt || fail "EIO: no older checkpoint was taken"
says err.txt "going back to an older checkpoint"
