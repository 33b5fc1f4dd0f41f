"""on_terminal.py OUT [--columns N] [--interrupt TEXT] COMMAND...: run a command on a
terminal of its own, of 80 columns if no other number is given, and keep what it
prints, as bytes, in OUT. --interrupt types Ctrl-C once TEXT has been printed."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

out, arguments = sys.argv[1], sys.argv[2:]
columns, interrupt = 80, None
while arguments[0].startswith("--"):
    if arguments[0] == "--columns":
        columns = int(arguments[1])
    else:
        interrupt = arguments[1].encode()
    arguments = arguments[2:]

# The child begins when its terminal has its size.
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.close(go)
    os.read(ready, 1)
    os.execvp(arguments[0], arguments)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
os.close(ready)
os.close(go)

seen, end = b"", time.monotonic() + 60
while time.monotonic() < end:
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        part = os.read(terminal, 65536)
    except OSError:  # the other side is closed
        part = b""
    if not part:
        break
    seen += part
    if interrupt and interrupt in seen:
        os.write(terminal, b"\x03")
        interrupt = None
else:
    os.kill(child, 9)
with open(out, "wb") as file:
    file.write(seen)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
