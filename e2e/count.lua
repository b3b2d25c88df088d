-- For wrk: counts what was not answered with 200, and prints the sums as one line of JSON.

local all = {}

function setup(thread)
   table.insert(all, thread)
end

function init(arguments)
   good, bad = 0, 0
end

function response(status, headers, body)
   if status == 200 then good = good + 1 else bad = bad + 1 end
end

function done(summary, latency, requests)
   local sum = { good = 0, bad = 0 }
   for _, thread in ipairs(all) do
      sum.good = sum.good + thread:get("good")
      sum.bad = sum.bad + thread:get("bad")
   end
   local errors = summary.errors
   io.write(string.format(
      '{"good":%d,"bad":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"seconds":%.1f,"worst":%.3f}\n',
      sum.good, sum.bad, errors.connect, errors.read, errors.write, errors.timeout,
      summary.duration / 1e6, latency.max / 1e6))
end
