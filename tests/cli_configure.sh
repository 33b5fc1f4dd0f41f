# What CMake says of libraries that are not there: all of them, each in one piece;
# of two MPI libraries in one program; and that it needs no pkg-config.
#
# ctest: release
. "$(dirname "$0")/common.sh"

# configure NAME OPTION...: what CMake says, without its line breaks, in NAME.txt
configure() {
    "$CMAKE" -S "$GENTRAIN_SOURCE" -B "$1" -DGT_TESTS=OFF -DGT_BENCH=OFF "${@:2}" >"$1.out" 2>&1
    local code=$?
    tr -s ' \n' ' ' <"$1.out" >"$1.txt"
    return $code
}
without=()
for package in PkgConfig MPI HDF5 BLAS; do
    without+=(-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON)
done

configure nothing "${without[@]}" -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF \
    -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF -DCMAKE_MAKE_PROGRAM="$(command -v make)" \
    -DCMAKE_C_COMPILER="$(command -v cc)" && fail "it is satisfied with nothing"
for line in "(Debian: libopenmpi-dev; else load your MPI module or set MPI_HOME)" \
    "(Debian: libhdf5-dev; else load your HDF5 module or set HDF5_ROOT)" \
    "(Debian: libopenblas-dev; else set GT_CBLAS_LIBRARIES and GT_CBLAS_INCLUDE_DIR)" \
    libhwloc-dev libyaml-dev libpng-dev libxxhash-dev zlib1g-dev "no pkg-config"; do
    grep -qF -- "$line" nothing.txt || fail "no word of: $line: $(cat nothing.out)"
done
[ "$(grep -c '^ *- ' nothing.out)" -eq 8 ] || fail "not 8 lines: $(cat nothing.out)"

configure nonsense -DGT_BLAS=nonsense && fail "GT_BLAS=nonsense is taken"
grep -qF "GT_BLAS is nonsense; it can be auto" nonsense.txt || fail "$(cat nonsense.out)"

# A library of which the header is another one's or none, is no CBLAS.
configure wrong -DGT_CBLAS_LIBRARIES=m && fail "the library of mathematics is a CBLAS"
grep -qE "with m: .*(undefined reference|No such file)" wrong.txt || fail "$(cat wrong.out)"

configure plain -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON ||
    fail "it needs pkg-config: $(cat plain.out)"

# Two MPI libraries and HDF5 of one of them, where they are installed.
other=mpich mine=openmpi
command -v mpicc.$other >/dev/null && pkg-config --exists hdf5-$mine || exit 0
pkg-config --exists hdf5-$other && exit 0
configure mixed -DMPI_C_COMPILER=mpicc.$other -DGT_HDF5=parallel && fail "two MPI libraries"
grep -qF "a program would load libmpich.so" mixed.txt || fail "$(cat mixed.out)"
