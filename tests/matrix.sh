#!/usr/bin/env bash
# The program on other machines: Debian 12 and 13, with gcc and clang, Open MPI 4
# or 5 and MPICH, OpenBLAS and BLIS. Each combination is built with warnings as
# errors, tested, and trains 50 steps of the quickstart on 1 and 2 ranks; weights
# must be the same to the bit in all, or on a CPU without AVX2 in those that share a
# BLAS.
#
#   tests/matrix.sh [VALUE ...]
#
# Values choose a part: debian12 debian13 gcc clang openmpi mpich openblas blis.
# What no value is given of is all tried: "debian13 mpich" are 4 combinations.
#
# Each Debian lives in a tree that debootstrap makes, from the mirror of this
# machine's apt. Trees and builds are kept in GENTRAIN_MATRIX
# (~/.cache/gentrain-matrix), so a second run takes minutes. Needs root.
set -u
export LC_ALL=C
source=$(realpath "$(dirname "$0")/..")
cache=${GENTRAIN_MATRIX:-${XDG_CACHE_HOME:-$HOME/.cache}/gentrain-matrix}
declare -A suite=([debian12]=bookworm [debian13]=trixie)
packages="gcc clang llvm cmake make pkg-config ccache
    openmpi-bin libopenmpi-dev mpich libmpich-dev
    libopenblas-dev libblis-openmp-dev libhdf5-dev libhwloc-dev libyaml-dev
    libpng-dev libjpeg62-turbo-dev libxxhash-dev zlib1g-dev libcmocka-dev hdf5-tools"

skip() {
    echo "skipped: $*"
    exit 77
}

# chosen VALUE...: those of an axis that the arguments name, or all.
arguments=" $* "
chosen() {
    local value some=""
    for value in "$@"; do
        [ "${arguments/ $value /}" = "$arguments" ] || some="$some $value"
    done
    echo "${some:-$*}"
}
for value in "$@"; do
    case $value in
    debian12 | debian13 | gcc | clang | openmpi | mpich | openblas | blis) ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d'
        exit 2
        ;;
    esac
done

[ "$(id -u)" -eq 0 ] || skip "trees of other Debians can be made by root only"
for tool in debootstrap unshare chroot; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
unshare --mount true 2>/dev/null || skip "this machine does not let root mount"
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -m 1 debian)
[ -n "$mirror" ] || mirror=$(awk '$1 == "deb" && /debian/ {
        for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit }
    }' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null)
[ -n "$mirror" ] || skip "apt has no mirror of Debian"

mkdir -p "$cache" || exit 1
exec 9>"$cache/lock"
flock -n 9 || skip "another run uses $cache"

# in_tree TREE COMMAND...: in the tree, where this source is /source. What is
# mounted for it, and every process in it, goes with it.
in_tree() {
    # shellcheck disable=SC2016
    unshare --mount --propagation private --pid --fork --kill-child sh -c '
        tree=$1 source=$2
        shift 2
        mount -t proc proc "$tree/proc" || exit
        for fs in sys dev; do
            mount --rbind "/$fs" "$tree/$fs" || exit
        done
        mkdir -p "$tree/source" && mount --bind "$source" "$tree/source" || exit
        exec chroot "$tree" env -i HOME=/root LC_ALL=C "PATH=$PATH" \
            DEBIAN_FRONTEND=noninteractive "$@"' sh "$1" "$source" "${@:2}" 9>&-
}

# make_tree DEBIAN: with all packages; prints what went wrong.
make_tree() {
    local tree=$cache/$1
    if [ ! -d "$tree" ]; then
        rm -rf "$tree.part"
        debootstrap --variant=minbase "${suite[$1]}" "$tree.part" "$mirror" &&
            mv "$tree.part" "$tree" || return
    fi
    [ "$(cat "$tree/packages" 2>/dev/null)" = "$packages" ] && return
    cp /etc/resolv.conf "$tree/etc/"
    cp -r /etc/apt/apt.conf.d/. "$tree/etc/apt/apt.conf.d/"
    # shellcheck disable=SC2086
    in_tree "$tree" apt-get update -qq &&
        in_tree "$tree" apt-get install -y -qq --no-install-recommends \
            $packages && echo "$packages" >"$tree/packages"
}

# fingerprints_differ: of all combinations, or where BLAS makes the products of those
# that share one; of BLIS the version, too, which decides on the kernels that it takes.
# Prints whose.
fingerprints_differ() {
    local own=
    if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then
        own=gentrain
    fi
    awk -v own="$own" '$2 == "ok" {
            products = own ? own : $(NF - 2)
            sub(/^OpenBLAS-.*/, "OpenBLAS", products)
            print products, $(NF - 1)
            print products, $NF
        }' "$results" | sort -u | awk 'seen[$1]++ == 1 { print $1 }' | grep .
}

results=$(mktemp)
trap 'rm -f "$results"' EXIT
for debian in $(chosen debian12 debian13); do
    log=$cache/$debian.log
    make_tree "$debian" >"$log" 2>&1 || {
        echo "$debian: no tree; the end of $log:"
        tail -n 5 "$log"
        exit 1
    }
    # Times of files say what to build anew, but not between two checkouts.
    if [ "$(cat "$cache/$debian/build/source" 2>/dev/null)" != "$source" ]; then
        rm -rf "$cache/$debian"/build/{gcc,clang}-*
        mkdir -p "$cache/$debian/build"
        echo "$source" >"$cache/$debian/build/source"
    fi
    for compiler in $(chosen gcc clang); do
        for mpi in $(chosen openmpi mpich); do
            for blas in $(chosen openblas blis); do
                cell=$debian/$compiler/$mpi/$blas
                log=$cache/${cell//\//-}.log
                verdict=$(in_tree "$cache/$debian" bash \
                    /source/tests/matrix/cell.sh "$compiler" "$mpi" "$blas" \
                    2>"$log" | tee -a "$log" | tail -n 1)
                echo "$cell ${verdict:-failed; see $log}" | tee -a "$results"
            done
        done
    done
done

echo
column -t "$results"
bad=0
grep -qv '^[^ ]* ok ' "$results" && bad=1
for products in $(fingerprints_differ); do
    echo "Fingerprints with products by $products differ."
    bad=1
done
exit $bad
