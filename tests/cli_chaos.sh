# Five kills, or two in the sanitizers' build; see chaos.sh.
kills=5
! ldd "$GENTRAIN" | grep -q libasan || kills=2
exec bash "$(dirname "$0")/chaos.sh" $kills
