# What is installed is enough to use the library: examples/sample.c is built from
# it by pkg-config and by find_package, as C and as C++, and makes the program's
# samples without mpirun.
. "$GENTRAIN_SOURCE/tests/common.sh"

prefix=$scratch/prefix
"$CMAKE" --install "$GENTRAIN_BUILD" --prefix "$prefix" >install.txt 2>&1 ||
    fail "cmake --install fails: $(tail -n 5 install.txt)"

# One header, and no library but this one.
(cd "$prefix" && find . -name '*.h' -o -name 'lib*.so*' -o -name '*.a') | sort >found.txt
libdir=$(dirname "$(find "$prefix" -name libgentrain.so)")
(cd "$prefix" && ls include/gentrain.h "${libdir#"$prefix"/}"/libgentrain.so{,.0,."$VERSION"}) |
    sed 's|^|./|' | sort >wanted.txt
diff wanted.txt found.txt || fail "other headers or libraries are installed"

# What it is compared with.
ranks 1 train gan.yaml --out gan || fail "training fails"
ranks 1 sample gan -n 3 --seed 7 -o program.h5 || fail "sampling fails"
h5dump -d /images -b LE -o images.raw program.h5 >dump.txt || fail "h5dump fails"
{
    printf 'P5\n12 36\n255\n'
    cat images.raw
} >wanted.pgm

# The same of a model with labels.
sed -e 's/^data: {/&classes: 10, /' -e 's/units: 72, bias: false/&, from: [z, label]/' \
    -e 's/- conv2d: {filters: 8, kernel: 4/&, from: [x, label]/' gan.yaml >labels.yaml
ranks 1 train labels.yaml --out labels --steps 2 || fail "training with labels fails"
ranks 1 sample labels -n 3 --seed 7 --label 4 -o fours.h5 || fail "sampling a class fails"
h5dump -d /images -b LE -o fours.raw fours.h5 >dump.txt || fail "h5dump fails"

# draws WHAT PROGRAM: it draws these samples, and knows no MPI but for HDF5's.
draws() {
    local what=$1 program=$2
    LD_LIBRARY_PATH=$libdir "$program" gan 7 3 >made.pgm 2>err.txt ||
        fail "$what: the example fails"
    cmp made.pgm wanted.pgm || fail "$what: the samples are not the program's"
    says err.txt "sample: 12 12 1"
    says err.txt "latent: 1 1 8"
    LD_LIBRARY_PATH=$libdir "$program" labels 7 3 4 >made.pgm 2>err.txt ||
        fail "$what: the example makes no class"
    tail -c 432 made.pgm | cmp - fours.raw || fail "$what: the class is not the program's"
    says err.txt "classes: 10"
    LD_LIBRARY_PATH=$libdir "$program" nothing 7 3 >made.pgm 2>err.txt
    [ $? -eq 4 ] || fail "$what: a missing run is not exit code 4"
    says err.txt "no run directory or checkpoint nothing"
}

need_tool pkg-config
export PKG_CONFIG_PATH=$libdir/pkgconfig
[ "$(pkg-config --modversion gentrain)" = "$VERSION" ] || fail "another version in gentrain.pc"
flags=$(pkg-config --cflags --libs gentrain) || fail "pkg-config does not find gentrain"
strict="-Wall -Wextra -Wpedantic -Werror"
# shellcheck disable=SC2086
${CC:-cc} -std=c11 $strict $SANITIZE "$GENTRAIN_SOURCE/examples/sample.c" $flags -o sample_c ||
    fail "it does not compile as C"
draws "C by pkg-config" ./sample_c
if command -v "${CXX:-g++}" >/dev/null; then
    # shellcheck disable=SC2086
    ${CXX:-g++} -x c++ $strict $SANITIZE "$GENTRAIN_SOURCE/examples/sample.c" -x none $flags \
        -o sample_cxx || fail "it does not compile as C++"
    draws "C++ by pkg-config" ./sample_cxx
fi
if command -v gfortran >/dev/null; then
    # shellcheck disable=SC2086
    gfortran -std=f2008 $SANITIZE "$GENTRAIN_SOURCE/tests/api_fortran.f90" $flags -o sample_f ||
        fail "it does not compile as Fortran"
    LD_LIBRARY_PATH=$libdir ./sample_f gan || fail "Fortran: the program fails"
    cmp fortran.raw images.raw || fail "Fortran: the samples are not the program's"
    LD_LIBRARY_PATH=$libdir ./sample_f nothing 2>err.txt
    [ $? -eq 4 ] || fail "Fortran: a missing run is not an error"
fi

# Moved elsewhere as a whole, it is found there.
mv "$prefix" "$scratch/moved"
libdir=$scratch/moved/${libdir#"$prefix"/}
mkdir project
cat >project/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.18)
project(user LANGUAGES C)
find_package(gentrain ${VERSION%.*} REQUIRED)
add_executable(sample "$GENTRAIN_SOURCE/examples/sample.c")
target_link_libraries(sample PRIVATE gentrain::gentrain)
END
"$CMAKE" -S project -B project/build -DCMAKE_PREFIX_PATH="$scratch/moved" \
    -DCMAKE_C_FLAGS="$SANITIZE" >cmake.txt 2>&1 ||
    fail "find_package fails: $(tail -n 15 cmake.txt)"
"$CMAKE" --build project/build >cmake.txt 2>&1 || fail "it does not build: $(tail -n 15 cmake.txt)"
draws "C by find_package" project/build/sample
exit 0
