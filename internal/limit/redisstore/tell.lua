-- Does one lease.Call: what the process tells, in order, then what it asks. ARGV from 4: the limits (requests, time spent,
-- at once), the lease's slot, unused and started places, what is asked and for how many, the greatest lease and the slot it is
-- good for; then, for each group of exits, four figures: the slot entered or left, how many
-- left who had entered there, the time spent there and its latest instant.
local requests, spent, concurrent = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local leased, unused, started = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local ask, n, most, good = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])

if unused > 0 or started > 0 then change(leased, -unused, 0, started, nil) end
for i = 14, #ARGV, 4 do
  local index, left, took, last = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  if left > 0 then change(index, 0, 0, -left, nil) end
  if took > 0 and index >= w.oldest then change(index, 0, took, 0, last) end
end

local function judge()
  local reason, ms = 0, -1
  if requests > 0 and w.used >= requests then
    reason, ms = 1, wait(w.used - requests + 1, 'used')
  end
  if spent > 0 and w.spent >= spent then
    local t = wait(w.spent - spent + 1, 'spent')
    if t > ms then reason, ms = 2, t end
  end
  if reason ~= 0 then
    return reason, ms + math.min(math.floor(w.refused * window / 600), window)
  end
  if concurrent > 0 and w.running >= concurrent then return 3, 0 end
  return 0, 0
end

local reason, ms = 0, 0
if ask == 1 then
  reason, ms = judge()
  if reason == 0 then
    w.refused = 0
    change(present(), 1, 0, 1, w.now % width)
  else
    w.refused = w.refused + 1
  end
elseif ask == 2 then
  change(present(), n, 0, 0, w.now % width)
end

local reply = { reason, w.used, w.spent, w.running, ms, w.now, 0 }
if ask ~= 0 and reason == 0 and present() == good then
  if requests > 0 then most = math.min(most, math.floor((math.floor(requests / 2) - w.used) / 4)) end
  if most > 0 then
    change(present(), most, 0, 0, width - 1)
    reply[7] = most
  end
end
save()
return reply
