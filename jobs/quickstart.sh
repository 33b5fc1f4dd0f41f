#!/usr/bin/env bash
# From a fresh clone to a picture: installs what is missing, builds, and trains
# a small GAN on built-in data with two ranks.
#
#   jobs/quickstart.sh [OPTION of gentrain train ...]
#
# Example: jobs/quickstart.sh --steps 200
set -eu
export LC_ALL=C
cd "$(dirname "$0")/.."
. jobs/dependencies.sh

need "$build_needs"
echo "Building ..."
cmake --preset release >build.log 2>&1 || { tail -n 20 build.log >&2; exit 1; }
cmake --build --preset release -j "$cores" >>build.log 2>&1 || {
    tail -n 30 build.log >&2
    exit 1
}
rm build.log

# Two ranks even where there is one core, which they then share. The first of the
# two names is Open MPI 4's, the second Open MPI 5's. Ranks of one machine need no
# network, and Open MPI 5 complains of some.
export OMPI_MCA_rmaps_base_oversubscribe=1
export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
export OMPI_MCA_btl_tcp_if_include=lo
[ "$places" -ge 2 ] || export OMPI_MCA_mpi_yield_when_idle=1
exec mpirun -np 2 build/gentrain train --preset quickstart "$@"
