# Twenty kills; see chaos.sh.
#
# ctest: two cores
exec bash "$(dirname "$0")/chaos.sh" 20
