#!/bin/sh
# What Open MPI calls instead of ssh, as: enter.sh HOST WORD...; it runs the
# words, a shell's command line, on a host that multihost.sh has made. The root is
# said because a test that runs in a changed root would else leave it.
export LC_ALL=C
host=$1
shift
exec nsenter --target "$(cat "$GT_HOSTS/$host.pid")" --net --uts --mount --pid \
    --root --wdns=/ sh -c "$*"
