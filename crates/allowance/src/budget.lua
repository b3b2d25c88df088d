-- Budgets of many subjects, changed together. Time is the server's own; all numbers are whole, in
-- microseconds, so that no rounding gives anything away.
-- KEYS: the list of nodes, then one key for each subject.
-- ARGV: this node, how long a node counts without a sign of life; then for each subject: for its rate and
-- for its heavy rate interval, burst, debt, back, want; then bytes and day.
-- Answer: how many nodes; then for each subject: granted, ahead, granted (heavy), ahead (heavy), bytes.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], 86400000)
local answer = { redis.call('ZCARD', KEYS[1]) }

local function text(number)
  return string.format('%.0f', number)
end

-- A budget's arrival time: when all that was taken would have come at its own pace.
local function take(arrival, at)
  local interval = tonumber(ARGV[at])
  if interval == 0 then return nil, 0, 0, 0 end
  local burst, debt = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local back, want = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local full = now + interval * burst
  arrival = math.max(tonumber(arrival or 0) or 0, now)
  -- Further ahead than a debt can make it: the clock went back, or the limit is another.
  if arrival > full + interval * burst + 10000000 then arrival = full end
  arrival = math.max(now, arrival - back * interval) + debt * interval
  local free = math.floor(math.max(0, full - arrival) / interval)
  local granted = math.min(want, free)
  arrival = arrival + granted * interval
  return arrival, granted, arrival - now, interval * burst
end

for number = 2, #KEYS do
  local key, at = KEYS[number], 3 + (number - 2) * 12
  local was = redis.call('HMGET', key, 'rate', 'heavy', 'day', 'bytes')
  local rate, granted, ahead, span = take(was[1], at)
  local heavy, heavy_granted, heavy_ahead, heavy_span = take(was[2], at + 5)
  local bytes, day = tonumber(ARGV[at + 10]), ARGV[at + 11]
  if was[3] == day then bytes = bytes + tonumber(was[4] or 0) end
  redis.call('HSET', key, 'rate', text(rate or 0), 'heavy', text(heavy or 0), 'day', day, 'bytes', text(bytes))
  -- Two days, for the bytes, or until the slowest budget is full again.
  local keep = math.max(172800000, math.ceil(math.max(span, heavy_span) / 500))
  redis.call('PEXPIRE', key, text(keep))
  for _, value in ipairs({ granted, ahead, heavy_granted, heavy_ahead, bytes }) do
    table.insert(answer, value)
  end
end
return answer
