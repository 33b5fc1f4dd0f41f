# Every system call; see faults.sh.
#
# ctest: two cores
exec bash "$(dirname "$0")/faults.sh" all
