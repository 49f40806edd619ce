-- KEYS[1] is a hash: what the server said is left (requests, time), free, paused, most, raised, last, mean, and a field for
-- each part of the window: its index -> "requests:milliseconds". KEYS[2] holds those running, with the time when a process that
-- never said how it ended is taken for dead. All times are milliseconds of this server's clock.
local key, running = KEYS[1], KEYS[2]
local op, id = ARGV[1], ARGV[2]
local window, requests, spend, concurrent, lease = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local width = math.max(math.floor(window / 60), 1)
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local names = { 'requests', 'time', 'free', 'paused', 'most', 'raised', 'last', 'mean' }
local s = {}
for i, v in ipairs(redis.call('HMGET', key, unpack(names))) do s[names[i]] = tonumber(v or nil) end
s.requests, s.time, s.free, s.paused = s.requests or requests, s.time or spend, s.free or 0, s.paused or 0
s.most, s.raised, s.last, s.mean = math.min(s.most or concurrent, concurrent), s.raised or 0, s.last or 0, s.mean or 0

local function sum(from, to)
  local fields = {}
  for i = from, to do fields[#fields + 1] = string.format('%d', i) end
  local n, spent, oldest = 0, 0, nil
  if #fields == 0 then return n, spent, oldest end
  for i, text in ipairs(redis.call('HMGET', key, unpack(fields))) do
    if text then
      local r, t = string.match(text, '^(%d+):(%d+)$')
      n, spent, oldest = n + tonumber(r), spent + tonumber(t), oldest or from + i - 1
    end
  end
  return n, spent, oldest
end

local function keep()
  local pairs = {}
  for _, name in ipairs(names) do
    pairs[#pairs + 1] = name
    pairs[#pairs + 1] = string.format('%d', s[name])
  end
  redis.call('HSET', key, unpack(pairs))
  redis.call('PEXPIRE', key, 2 * window)
  redis.call('PEXPIRE', running, 2 * window + lease)
end

local function forget(index)
  local gone = {}
  for i = index - 140, index - 62 do gone[#gone + 1] = string.format('%d', i) end
  redis.call('HDEL', key, unpack(gone))
end

-- budget gives how long the window has no room.
local function budget(count)
  local n, spent, oldest = sum(math.floor((now - window) / width), math.floor(now / width))
  n, spent = n + count, spent + count * s.mean
  if s.free == 1 or (n < s.requests - math.floor(s.requests / 20) and spent < s.time - math.floor(s.time / 20)) then return 0 end
  if count == 0 and n == 0 then return 0 end
  local wait = window
  if oldest then wait = (oldest + 1) * width + window - now end
  if count == 0 and (s.last < s.paused or (n < s.requests and spent < s.time)) then
    wait = math.min(wait, s.last + math.floor(window / 10) - now)
    if wait <= 0 then return 0 end
  end
  -- Another process may make room at any time, and cannot say so.
  return math.max(math.min(wait, math.floor(window / 10)), width)
end

if op == 'enter' then
  redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
  if s.paused >= now then return { s.paused - now + 1, 0 } end
  if s.most < concurrent and now - s.raised >= window / 10 then s.most, s.raised = s.most + 1, now end
  local count = redis.call('ZCARD', running)
  if count >= s.most then return { math.max(5, math.min(250, math.floor(s.mean / 2))), 0 } end
  local wait = budget(count)
  if wait > 0 then return { wait, 0 } end
  s.last = now
  redis.call('ZADD', running, now + lease, id)
  keep()
  return { 0, now }
end

local took, entered, answered, throttled, after, left, time = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10], ARGV[11], tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
redis.call('ZREM', running, id)
local index = math.floor(now / width)
local n, spent = sum(index, index)
redis.call('HSET', key, string.format('%d', index), string.format('%d:%d', n + 1, spent + took))
if n == 0 then forget(index) end
s.mean = s.mean + (took - s.mean) / 8
-- What the server had certainly counted and not yet forgotten: see the governor of one process.
n, spent = sum(math.floor((now + 2 * (now - entered) - window) / width) + 1, math.floor(entered / width) - 1)
if left >= 0 then s.requests, s.free = n + 1 + left, 0 end
if time >= 0 then s.time = spent + time end
if answered == '1' and throttled == '' and left < 0 and s.requests == requests then s.free = 1 end
if throttled == 'concurrent' then
  s.most, s.raised = math.max(1, math.min(s.most, redis.call('ZCARD', running))), now
elseif throttled ~= '' then
  s.paused = math.max(s.paused, now + after)
end
keep()
return { 0, 0 }
