-- Sends the requests of a file (parted by byte 30; byte 31 is the place of a running number), round and round or once.
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } zoco_time; int clock_gettime(int, zoco_time *);")

local heads, tails, once, at, number = {}, {}, false, 0, 0
local threads = {}
local clock = ffi.new("zoco_time")

local function now()
  ffi.C.clock_gettime(1, clock)
  return tonumber(clock.s) + tonumber(clock.ns) / 1e9
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in file:read("*a"):gmatch("[^\30]+") do
    local head, tail = request:match("^([^\31]*)\31(.*)$")
    heads[#heads + 1] = head or request
    tails[#heads] = tail or false
  end
  file:close()
  once = args[2] == "once"
end

function request()
  if at == 0 and not started then started = now() end
  at = at + 1
  if at > #heads then
    -- wrk sleeps its whole time even when nothing is left, so the seconds are counted here.
    if once and not seconds then
      seconds = now() - started
      wrk.thread:stop()
    end
    at = 1
  end
  if tails[at] then
    number = number + 1
    return heads[at] .. number .. tails[at]
  end
  return heads[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, threads[1]:get("seconds") or summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
