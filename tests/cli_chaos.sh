# Five kills; see chaos.sh.
#
# ctest: release
exec bash "$(dirname "$0")/chaos.sh" 5
