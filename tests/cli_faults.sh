# Of the first and the last system call of each kind every other one, or one in eight
# in the sanitizers' build; see faults.sh. slow_cli_faults.sh tries them all.
#
# ctest: two cores
exec bash "$(dirname "$0")/faults.sh" ends
