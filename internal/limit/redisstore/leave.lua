local entered, spent = tonumber(ARGV[4]), tonumber(ARGV[5])
change(math.floor(entered / width), 0, 0, -1, false)
if spent > 0 then change(present(), 0, spent, 0, true) end
return answer(0, 0)
