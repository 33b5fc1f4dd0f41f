# Sourced by quickstart.sh and test.sh: makes sure that everything the build needs is
# there. Installs Debian packages only if something is missing, and asks for root
# only then. On a cluster with modules it installs nothing.

# command or pkg-config module, and the Debian package that brings it
build_needs="
command:cc gcc
command:cmake cmake
command:make make
command:pkg-config pkg-config
command:mpirun openmpi-bin
module:ompi-c|mpich|mpi libopenmpi-dev
module:openblas|blis|mkl-dynamic-lp64-seq libopenblas-dev
module:hdf5-serial|hdf5-openmpi|hdf5-mpi|hdf5 libhdf5-dev
module:hwloc libhwloc-dev
module:yaml-0.1 libyaml-dev
module:libpng libpng-dev
module:libjpeg libjpeg62-turbo-dev
module:libxxhash libxxhash-dev
module:zlib zlib1g-dev
"
test_needs="
module:cmocka libcmocka-dev
"
# Tests that use one of these are skipped where it is missing.
test_wants="
command:h5dump hdf5-tools
command:xxhsum xxhash
python:h5py python3-h5py
python:scipy python3-scipy
python:PIL python3-pil
python:torch python3-torch
command:clang-format clang-format
command:clang-tidy clang-tidy
command:man man-db
command:spin spin
command:clang clang
"
# For tests that make a cluster of their own, which only root can do. These packages
# start services where systemd runs, so they are installed only where it does not,
# as in a container.
if [ "$(id -u)" -eq 0 ] && [ ! -d /run/systemd/system ]; then
    test_wants="$test_wants
command:ip iproute2
command:munged munge
command:slurmctld slurmctld
command:slurmd slurmd
command:sbatch slurm-client
file:/usr/lib/*/slurm-wlm/auth_munge.so slurm-wlm-basic-plugins
"
fi

# is_there KIND:NAME[|NAME...]
is_there() {
    local kind=${1%%:*} name
    for name in $(echo "${1#*:}" | tr '|' ' '); do
        case $kind in
        command) command -v "$name" >/dev/null && return 0 ;;
        module) pkg-config --exists "$name" 2>/dev/null && return 0 ;;
        file) compgen -G "$name" >/dev/null && return 0 ;;
        python) /usr/bin/python3 -c "import $name" 2>/dev/null && return 0 ;;
        esac
    done
    return 1
}

# packages LIST: the packages of what is missing.
packages() {
    local what package
    while read -r what package; do
        [ -z "$what" ] || is_there "$what" || printf ' %s' "$package"
    done <<<"$1"
}

# get PACKAGES: install them. If that is not possible: say so, and fail.
get() {
    local as_root=""
    if ! command -v apt-get >/dev/null; then
        echo "These are missing (names of Debian packages):$1" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing:$1" >&2
            echo "Ask an administrator for: apt-get install$1" >&2
            return 1
        fi
        as_root=sudo
    fi
    echo "Installing:$1"
    # sudo passes on no variables, so env sets this one behind it.
    # shellcheck disable=SC2086
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends $1 >/dev/null
}

# need LIST: install what is missing, or end the script.
need() {
    local missing
    missing=$(packages "$1")
    [ -z "$missing" ] || get "$missing" || {
        echo "Install or load them, then start this script again." >&2
        exit 1
    }
}

# want LIST: install what is missing, or go on without it.
want() {
    local missing
    missing=$(packages "$1")
    [ -z "$missing" ] || get "$missing" || echo "Going on without:$missing" >&2
}

# free_cores: one CPU of each physical core that this process may use, one a line.
free_cores() {
    local cpu siblings
    for cpu in $(taskset -cp $$ | sed 's/.*: //' | tr ',' ' '); do
        seq "${cpu%-*}" "${cpu#*-}"
    done | while read -r cpu; do
        siblings=/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list
        [ -r "$siblings" ] || siblings=/dev/null
        echo "$cpu $(cat "$siblings")"
    done | awk '!seen[$2 ? $2 : $1]++ { print $1 }'
}

# Open MPI refuses to run as root unless told so; a container's root is fine.
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
cores=$(nproc)
places=$(free_cores | wc -l) # for ranks: Open MPI counts cores, not their threads
