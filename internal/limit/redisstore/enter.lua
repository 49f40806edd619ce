local requests, spent, concurrent = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local reason, ms = 0, -1
if requests > 0 and w.used >= requests then
  reason, ms = 1, wait(w.used - requests + 1, 'used')
end
if spent > 0 and w.spent >= spent then
  local t = wait(w.spent - spent + 1, 'spent')
  if t > ms then reason, ms = 2, t end
end
if reason ~= 0 then
  ms = ms + math.min(math.floor(w.refused * window / 600), window)
elseif concurrent > 0 and w.running >= concurrent then
  reason, ms = 3, 0
end
if reason ~= 0 then
  w.refused = w.refused + 1
  return answer(reason, ms)
end
w.refused = 0
change(present(), 1, 0, 1, true)
return answer(0, 0)
