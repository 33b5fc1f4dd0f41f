#!/bin/sh
# What Open MPI calls instead of ssh, as: enter.sh HOST WORD...; it runs the
# words, a shell's command line, on a host that multihost.sh has made.
export LC_ALL=C
host=$1
shift
exec nsenter --target "$(cat "$GT_HOSTS/$host.pid")" --net --uts --mount --pid \
    sh -c "$*"
