# Twenty kills; see chaos.sh.
exec bash "$(dirname "$0")/chaos.sh" 20
