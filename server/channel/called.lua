-- Whom a message calls, when that is to be told.
do
  -- channel_called: who of the members these numbers are, who the officers are, and who wrote an entry. Former members are left out.
  -- ARGV: 1 seq of that entry ('' none), 2 '1': the officers, too, 3… numbers
  -- Reply: {'ok', its author ('' none), {player, …} with these numbers, {officer, …}}
  command('channel_called', function(keys, argv)
    local owner, author, named, officers = keys[1], '', {}, {}
    local function member_of(number)
      local player = redis.call('HGET', owner .. 'players', number)
      return player and redis.call('HEXISTS', owner .. 'members', player) == 1 and player or nil
    end
    if argv[1] ~= '' then
      local row = redis.call('XRANGE', owner .. 'log', argv[1] .. '-0', argv[1] .. '-0')[1]
      local number = row and string.match(row[2][2], '^%[%d+,%d+,%d+,%d+,(%d+),')
      author = number and number ~= '0' and member_of(number) or ''
    end
    for index = 3, #argv do named[#named + 1] = member_of(argv[index]) end
    if argv[2] == '1' then
      local members = redis.call('HGETALL', owner .. 'members')
      for index = 1, #members, 2 do
        local rank = string.match(members[index + 1], '"rank":"(%a+)"')
        if rank == 'leader' or rank == 'officer' then officers[#officers + 1] = members[index] end
      end
    end
    return { 'ok', author, named, officers }
  end)
end
