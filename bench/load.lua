-- The load, for wrk: goes round in the requests of a file (each with its length before it, 32 bits,
-- big-endian), and prints what came of it as one line of JSON. Arguments: the file, and the mean
-- pause of a connection between two requests in milliseconds (0: none; else uniform from 0 to
-- twice that).
local requests, at, pause = {}, 0, 0

function init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   local text = file:read("*a")
   file:close()
   local place = 1
   while place <= #text do
      local a, b, c, d = text:byte(place, place + 3)
      local length = ((a * 256 + b) * 256 + c) * 256 + d
      requests[#requests + 1] = text:sub(place + 4, place + 3 + length)
      place = place + 4 + length
   end
   pause = tonumber(arguments[2])
   math.randomseed(1)
   if pause > 0 then
      function delay() return math.random(0, 2 * pause) end
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      '{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "most": %f, "bytes": %d, ' ..
      '"refused": %d, "broken": %d}',
      summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
      latency.max, summary.bytes, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout))
end
