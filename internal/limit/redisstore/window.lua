-- A key is a hash: "now" (the latest instant, ms), "width", "used", "spent", "running", "refused", "oldest" (the first slot
-- that may hold something), and one field a slot: its index -> "used:spent:last:running". See limit.Window, which this follows.
local key, at, window, width = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local w = {}

local function slot(text)
  if not text then return nil end
  local u, s, l, r = string.match(text, '^(%d+):(%d+):(%d+):(%d+)$')
  return { used = tonumber(u), spent = tonumber(s), last = tonumber(l), running = tonumber(r) }
end

local function fresh()
  redis.call('DEL', key)
  w = { now = at, used = 0, spent = 0, running = 0, refused = 0, oldest = math.floor(at / width) }
end

local function fields(from, to)
  local names = {}
  for i = from, to do names[#names + 1] = string.format('%d', i) end
  return names
end

-- forget drops the slots whose last instant is a window ago. All before the last looked at are gone for certain.
local function forget()
  local last = math.floor((w.now - window) / width)
  if last < w.oldest then return end
  local names = fields(w.oldest, last)
  local gone = {}
  for i, text in ipairs(redis.call('HMGET', key, unpack(names))) do
    local s = slot(text)
    local index = w.oldest + i - 1
    if s and index * width + s.last <= w.now - window then
      w.used, w.spent, w.running = w.used - s.used, w.spent - s.spent, w.running - s.running
      gone[#gone + 1] = names[i]
      s = nil
    end
    if s then w.kept = index end
  end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  w.oldest = w.kept or last + 1
end

local function load()
  local h = redis.call('HMGET', key, 'now', 'width', 'used', 'spent', 'running', 'refused', 'oldest')
  if not h[1] or tonumber(h[2]) ~= width or at < h[1] - window or at >= h[1] + window + width then return fresh() end
  w = { now = math.max(at, tonumber(h[1])), used = tonumber(h[3]), spent = tonumber(h[4]), running = tonumber(h[5]),
        refused = tonumber(h[6]), oldest = tonumber(h[7]) }
  forget()
end

-- change adds to the slot of an index; last is the latest instant in it at which something happens, nil for none: then a
-- slot that is gone is not brought back.
local function change(index, used, spent, running, last)
  local name = string.format('%d', index)
  local s = slot(redis.call('HGET', key, name) or nil)
  if not s then
    if not last then return end
    s = { used = 0, spent = 0, last = 0, running = 0 }
  end
  used, running = math.max(used, -s.used), math.max(running, -s.running)
  w.used, w.spent, w.running = w.used + used, w.spent + spent, w.running + running
  redis.call('HSET', key, name, string.format('%d:%d:%d:%d', s.used + used, s.spent + spent, math.max(s.last, last or 0), s.running + running))
end

local function present() return math.floor(w.now / width) end

local function save()
  redis.call('HSET', key, 'now', string.format('%d', w.now), 'width', width, 'used', w.used, 'spent', w.spent,
    'running', w.running, 'refused', w.refused, 'oldest', string.format('%d', w.oldest))
  redis.call('PEXPIRE', key, 2 * window + width)
end

-- wait is in how many ms so much of a kind is forgotten.
local function wait(much, kind)
  local names = fields(w.oldest, present())
  for i, text in ipairs(redis.call('HMGET', key, unpack(names))) do
    local s = slot(text)
    if s then
      much = much - s[kind]
      if much <= 0 then return (w.oldest + i - 1) * width + s.last + window - w.now end
    end
  end
  return window
end

load()
