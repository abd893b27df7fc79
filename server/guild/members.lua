-- Who a guild's members are: all that its state shows, and pages of all.

do
  -- Lua passes some thousands of arguments at most.
  local PIECE = 500

  -- The values of these fields of a hash as a flat list of fields and values; those that are missing have `missing` (nil: are left out).
  local function values_of(key, fields, missing)
    local flat = {}
    for from = 1, #fields, PIECE do
      local piece = { unpack(fields, from, math.min(#fields, from + PIECE - 1)) }
      for index, value in ipairs(redis.call('HMGET', key, unpack(piece))) do
        if value or missing then
          flat[#flat + 1] = piece[index]
          flat[#flat + 1] = value or missing
        end
      end
    end
    return flat
  end

  -- The members whom the state shows, of a guild that has more.
  local function shown_members(owner)
    if redis.call('EXISTS', owner .. 'order') == 0 then
      local all, places = redis.call('HGETALL', owner .. 'members'), {}
      for index = 1, #all, 2 do
        local member = cjson.decode(all[index + 1])
        places[#places + 1] = place_of(member.rank, member.n)
        places[#places + 1] = all[index]
      end
      for from = 1, #places, PIECE do redis.call('ZADD', owner .. 'order', unpack(places, from, math.min(#places, from + PIECE - 1))) end
    end
    return redis.call('ZRANGE', owner .. 'order', 0, SHOWN_MEMBERS - 1)
  end

  -- guild_snapshot: all that the guild's state shows, of one moment.
  -- ARGV: players whose rows are wanted, too, if they are members whom the state does not show
  -- Reply: {'ok', info, members (those shown, then those wanted), profiles (of these), contribution, online, balance, points that ever came in, number of members,
  --        how many are shown, seen, points of the season, contribution in it, number of requests that wait, what was said about wars, the war that ended last,
  --        challenges that wait for an answer, sessions that are in a match and its expected end,
  --        who fights in the war as a guest he was}, hashes as flat lists   Errors: {'guild-not-found'}
  command('guild_snapshot', function(keys, argv)
    local owner = keys[1]
    local waiting = #requests_since(owner, now_ms())
    local info = redis.call('HGETALL', owner .. 'info')
    if #info == 0 then return { 'guild-not-found' } end
    local count = redis.call('HLEN', owner .. 'members')
    local members, players
    local shown = math.min(count, SHOWN_MEMBERS)
    if count <= SHOWN_MEMBERS then
      members, players = redis.call('HGETALL', owner .. 'members'), {}
      for index = 1, #members, 2 do players[#players + 1] = members[index] end
    else
      players = shown_members(owner)
      local known = {}
      for _, player in ipairs(players) do known[player] = true end
      for _, player in ipairs(argv) do
        if not known[player] then players[#players + 1] = player end
        known[player] = true
      end
      members = values_of(owner .. 'members', players)
    end
    local book = redis.call('HMGET', owner .. 'book', 'balance', 'earned', 'season', 'seasonEarned', 'touched')
    -- What moves from now on is not in this state, so the rooms are to be told (see ../points/points.lua).
    if book[5] then redis.call('HDEL', owner .. 'book', 'touched') end
    local season_brought = book[3] and values_of(owner .. 'contribution:' .. book[3], players) or {}
    return { 'ok', info, members, values_of(owner .. 'profiles', players, '{}'), values_of(owner .. 'contribution', players),
      redis.call('HGETALL', owner .. 'online'), book[1] or '0', book[2] or '0', count, shown, values_of(owner .. 'seen', players),
      book[4] or '0', season_brought, waiting, values_of(owner .. 'warready', players), redis.call('HGET', owner .. 'war', 'last') or '',
      redis.call('HGETALL', owner .. 'warasks'), redis.call('HGETALL', owner .. 'matches'), redis.call('HGETALL', owner .. 'acting') }
  end)

  local function some_of(list)
    local some = {}
    for _, one in ipairs(list) do if one then some[#some + 1] = one end end
    return some
  end

  -- guild_members: a page of the members, by their numbers. Numbers of people who left are passed over, at most so many at once.
  -- ARGV: 1 after which number, 2 most members, 3 most numbers looked at
  -- Reply: {'ok', members, profiles, contribution, seen (flat lists), number to go on after ('' there are no more), online, matches}   Errors: {'guild-not-found'}
  command('guild_members', function(keys, argv)
    local owner, after, most = keys[1], tonumber(argv[1]), tonumber(argv[2])
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local last = tonumber(redis.call('HGET', owner .. 'head', 'number') or '0')
    local stop = math.min(last, after + tonumber(argv[3]))
    local members, players, at = {}, {}, after
    while at < stop and #players < most do
      local numbers, people = {}, {}
      for number = at + 1, math.min(stop, at + most - #players) do numbers[#numbers + 1] = int(number) end
      local owners = redis.call('HMGET', owner .. 'players', unpack(numbers))
      local own = values_of(owner .. 'numbers', some_of(owners))
      local number_of = {}
      for index = 1, #own, 2 do number_of[own[index]] = own[index + 1] end
      -- Who was a member before he took a guest's place has two numbers, and one place.
      for index, player in ipairs(owners) do if player and number_of[player] == numbers[index] then people[#people + 1] = player end end
      for index, value in ipairs(values_of(owner .. 'members', people)) do
        members[#members + 1] = value
        if index % 2 == 1 then players[#players + 1] = value end
      end
      at = at + #numbers
    end
    return { 'ok', members, values_of(owner .. 'profiles', players, '{}'), values_of(owner .. 'contribution', players), values_of(owner .. 'seen', players),
      at < last and int(at) or '', redis.call('HGETALL', owner .. 'online'), redis.call('HGETALL', owner .. 'matches') }
  end)
end
