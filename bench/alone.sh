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
export GENTRAIN_ALONE=1
exec "$@" --out "$run" >"$run.out" 2>"$run.err"
