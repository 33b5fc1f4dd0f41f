#!/usr/bin/env bash
# One of several processes that an MPI launcher starts side by side but that
# are to know nothing of each other: each trains by itself, as one rank.
#
#   LAUNCHER -n N bench/alone.sh DIR COMMAND ...
#
# Output goes to DIR/<number>.out and .err, the run to DIR/<number>.
set -eu
export LC_ALL=C
number=${OMPI_COMM_WORLD_RANK:-${PMIX_RANK:-${PMI_RANK:-${SLURM_PROCID:-0}}}}
run=$1/$number
shift
# Everything by which a launcher's child would know the job it belongs to.
for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
    case $name in
    OMPI_* | ORTE_* | PMIX_* | PMI_* | PRTE_* | SLURM_*) unset "$name" ;;
    esac
done
if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
exec "$@" --out "$run" >"$run.out" 2>"$run.err"
