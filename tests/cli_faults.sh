# The first and the last system call of each kind, or one in eight of these in the
# sanitizers' build; see faults.sh.
#
# ctest: two cores
exec bash "$(dirname "$0")/faults.sh" ends
