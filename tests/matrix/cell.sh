# cell.sh COMPILER MPI BLAS: called by tests/matrix.sh inside a tree. Builds the
# program of /source there, tests it, trains with it; all that is said goes to
# stderr. The last line on stdout is the result: "ok VERSIONS FINGERPRINTS", or
# what failed.
set -u
compiler=$1 mpi=$2 blas=$3
build=/build/$compiler-$mpi-$blas
cores=$(nproc)
export CCACHE_DIR=/build/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1
mkdir -p "$build"

failed() {
    echo "failed: $*"
    exit 1
}

export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

library=()
if [ "$blas" = blis ]; then
    place=$(uname -m)-linux-gnu/blis-openmp
    library=("-DGT_CBLAS_LIBRARIES=/usr/lib/$place/libblis.so"
        "-DGT_CBLAS_INCLUDE_DIR=/usr/include/$place")
fi
cmake -S /source -B "$build" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DGT_WERROR=ON \
    -DGT_BENCH=OFF -DCMAKE_C_COMPILER="$compiler" \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DMPI_C_COMPILER="/usr/bin/mpicc.$mpi" \
    -DMPIEXEC_EXECUTABLE="/usr/bin/mpiexec.$mpi" "${library[@]}" >&2 ||
    failed configure
cmake --build "$build" -j "$cores" >&2 || failed build
ldd "$build/gentrain" | grep -Eq "$([ "$mpi" = mpich ] && echo libmpich ||
    echo libmpi.so)" || failed "the program is linked with another MPI"

# The tests of one process, and some with ranks.
cd "$build" || exit 1
ctest -j "$cores" -L 'unit|grad|io' --output-on-failure >&2 || failed tests
ctest -R '^mpi_(comm|reducer|sharding)_np2$' \
    --output-on-failure >&2 || failed "tests of ranks"

# train RANKS: prints the fingerprint.
train() {
    rm -rf "/tmp/run-$1"
    env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
        OMPI_MCA_rmaps_base_oversubscribe=1 \
        PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe \
        OMPI_MCA_hwloc_base_binding_policy=none \
        PRTE_MCA_hwloc_default_binding_policy=none \
        OMPI_MCA_plm_rsh_agent= PRTE_MCA_plm_ssh_agent=false \
        OMPI_MCA_mpi_yield_when_idle=1 "mpiexec.$mpi" -np "$1" ./gentrain train \
        --preset quickstart --steps 50 --out "/tmp/run-$1" >&2 || return
    ./gentrain inspect "/tmp/run-$1/checkpoints/step-00000050.h5" |
        tee /dev/stderr | sed -n 's/.*fingerprint[^0-9a-f]*\([0-9a-f]\{16\}\).*/\1/p'
}
one=$(train 1) && two=$(train 2) || failed "training"
[ -n "$one" ] && [ "$one" = "$two" ] || failed "fingerprints $one on 1 rank, $two on 2"

version() {
    dpkg-query -W -f '${Version}' "$1" | sed 's/^[0-9]*://; s/[-+].*//'
}
case $mpi in
openmpi) mpi=OpenMPI-$(version libopenmpi-dev) ;;
mpich) mpi=MPICH-$(version libmpich-dev) ;;
esac
case $blas in
openblas) blas=OpenBLAS-$(version libopenblas-dev) ;;
blis) blas=BLIS-$(version libblis-openmp-dev) ;;
esac
echo "ok $compiler-$("$compiler" -dumpversion) $mpi $blas $one $two"
