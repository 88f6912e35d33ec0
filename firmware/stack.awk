# The deepest stack of halfbit's functions, from what `gcc -fcallgraph-info=su` says of each. No function of the runtime is
# called through a pointer, and none calls itself. What gcc does not list, its own arithmetic, memcpy and the 56 bytes of
# the assembler in sums.h, is given 64.
function quoted(key, line) {
  sub(".*" key ": \"", "", line)
  sub("\".*", "", line)
  return line
}

function depth(name, i, n, most, callees) {
  if (name in known) return known[name]
  most = 64
  n = split(calls[name], callees, "\n")
  for (i = 1; i < n; i++) if (depth(callees[i]) > most) most = depth(callees[i])
  return known[name] = own[name] + most
}

/^node:/ {
  name = quoted("title", $0)
  label = quoted("label", $0)
  if (match(label, /[0-9]+ bytes/)) own[name] = substr(label, RSTART, RLENGTH) + 0
}

/^edge:/ { calls[quoted("sourcename", $0)] = calls[quoted("sourcename", $0)] quoted("targetname", $0) "\n" }

END {
  for (name in own) if (name !~ /:/ && depth(name) > deepest) deepest = depth(name)
  printf "%7d  stack, at most\n", deepest
}
