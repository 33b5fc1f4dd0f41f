# Files that other programs wrote anew have no digest. They are read as well, but
# first by a process of their own: damage in them may kill HDF5, and must not kill
# the job.
. "$(dirname "$0")/common.sh"

must "a run" "$GENTRAIN" train gan.yaml --out run --quiet
saved=run/checkpoints/step-$(printf %08d "$(newest run)").h5
tail -c +513 "$saved" >bare.h5
must "samples" "$GENTRAIN" sample "$saved" -n 4 -o a.h5

# without MPI, and under it
must "inspect" "$GENTRAIN" inspect bare.h5 >out.txt 2>err.txt
must "diff" "$GENTRAIN" diff "$saved" bare.h5 >out.txt 2>err.txt
must "sample" ranks 2 sample bare.h5 -n 4 -o b.h5
must "the same samples" "$GENTRAIN" diff a.h5 b.h5 >out.txt 2>err.txt
cp bare.h5 "$saved"
must "resume" ranks 2 train --resume run --steps 14 --quiet
[ -z "$(warnings err.txt)" ] || fail "resume: $(warnings err.txt)"

# Damage, all over the file: an error or none, but no process dies of a signal. HDF5
# itself loses memory over it, at places that depend on what the damage meets.
if sanitized; then
    { cat "$GENTRAIN_SOURCE/tests/lsan.supp"; echo leak:libhdf5; } >lsan.supp
    export LSAN_OPTIONS=suppressions=$PWD/lsan.supp:print_suppressions=0
fi
size=$(stat -c %s bare.h5)
bad=0
for i in $(seq 0 39); do
    cp bare.h5 bad.h5
    printf '\377\377' | dd of=bad.h5 bs=1 seek=$((i * (size - 2) / 40)) conv=notrunc 2>err.txt
    "$GENTRAIN" inspect bad.h5 >out.txt 2>err.txt
    code=$?
    case $code in
    0) ;;
    5)
        bad=$((bad + 1))
        says err.txt bad.h5
        [ "$bad" -gt 2 ] && continue
        ranks 2 sample bad.h5 -n 4 -o c.h5
        code=$?
        [ $code -eq 5 ] || fail "sample of a bad file: exit code $code, not 5"
        says err.txt bad.h5
        ;;
    *) fail "inspect of a damaged file: exit code $code" ;;
    esac
done
[ "$bad" -gt 0 ] || fail "no damage was noticed"

# A program that HDF5's trial kills is not the job: as what a crash of the library
# looks like depends on its version, one is made.
if ! sanitized; then
    cat >crash.c <<'C'
#include <stdlib.h>
int H5Aiterate2(void);
int H5Aiterate2(void) { abort(); }
C
    if ${CC:-cc} -shared -fPIC crash.c -o crash.so 2>err.txt; then
        LD_PRELOAD=$PWD/crash.so "$GENTRAIN" inspect bare.h5 >out.txt 2>err.txt
        [ $? -eq 5 ] || fail "a library that crashes"
        says err.txt 'bare.h5 is damaged, so that the HDF5 library does not survive'
        "$MPIRUN" -np 2 env LD_PRELOAD="$PWD/crash.so" "$GENTRAIN" sample bare.h5 \
            -n 4 -o d.h5 >out.txt 2>err.txt
        [ $? -eq 5 ] || fail "a library that crashes under mpirun"
        [ "$(grep -c 'does not survive' err.txt)" -eq 1 ] || fail "the error is not told once"
    fi
fi
