change(present(), tonumber(ARGV[4]), 0, 0, true)
return answer(0, 0)
