-- Who of a guild fights. Parts of a guild, gone with the member they name:
--   warready  hash    player -> '<1|0> <when he said so, ms>'; who never said is in
--   warpicks  string  JSON [player, …]: whom its leaders have picked, in their order; never one who is out
-- and of its info: warHour (local hour its evening is about), warZone (IANA).
-- Both are fixed while a war of which it is settled who fights has not ended: hash `war` (see guild-war.lua) with lockAt <= now.

local war_ready_count
do
  local function is_in(owner, player)
    return string.sub(redis.call('HGET', owner .. 'warready', player) or '1', 1, 1) == '1'
  end

  -- Players who are out.
  local function out_in(owner)
    local rows, out = redis.call('HGETALL', owner .. 'warready'), {}
    for index = 1, #rows, 2 do out[rows[index]] = string.sub(rows[index + 1], 1, 1) == '0' end
    return out
  end

  local function lock_of(owner)
    local war = redis.call('HMGET', owner .. 'war', 'war', 'token', 'lockAt')
    return war[1] and not war[2] and tonumber(war[3] or '')
  end

  local function is_locked(owner)
    local at = lock_of(owner)
    return at and at <= now_ms()
  end

  local function picks_of(owner)
    return cjson.decode(redis.call('GET', owner .. 'warpicks') or '[]')
  end

  -- How many members are in and were seen within so long; who joined within it counts as seen.
  function war_ready_count(owner, now, active_ms)
    local members, out, seen_at, count = redis.call('HGETALL', owner .. 'members'), out_in(owner), {}, 0
    local seen = redis.call('HGETALL', owner .. 'seen')
    for index = 1, #seen, 2 do seen_at[seen[index]] = tonumber(seen[index + 1]) end
    for index = 1, #members, 2 do
      local player = members[index]
      if not out[player] and ((seen_at[player] or 0) + active_ms > now or cjson.decode(members[index + 1]).at + active_ms > now) then count = count + 1 end
    end
    return count
  end

  -- Lua passes some thousands of arguments at most.
  local PIECE = 500

  -- Calls `each` with every member, his record, and his profile as it is stored.
  local function for_members(owner, each)
    local members = redis.call('HGETALL', owner .. 'members')
    for from = 1, #members, 2 * PIECE do
      local players = {}
      for index = from, math.min(#members, from + 2 * PIECE - 1), 2 do players[#players + 1] = members[index] end
      local profiles = redis.call('HMGET', owner .. 'profiles', unpack(players))
      for at, player in ipairs(players) do each(player, cjson.decode(members[from + 2 * at - 1]), profiles[at] or '{}') end
    end
  end

  -- All members: {player, member, profile, is_out, is_new, can (fight), pick (nil: none), power, level}; those who can before those who cannot, of either first who is
  -- picked, then the strongest. `newest`: who joined after it (ms) is new. Of 5,000 members it takes 35 ms, of 100 less than one.
  local function ranked(owner, newest)
    local out, pick, all = out_in(owner), {}, {}
    for place, player in ipairs(picks_of(owner)) do pick[player] = place end
    for_members(owner, function(player, member, stored)
      local profile, is_out, is_new = cjson.decode(stored), out[player] or false, member.at > newest
      all[#all + 1] = { player = player, member = member, profile = profile, is_out = is_out, is_new = is_new, can = not is_out and not is_new, pick = pick[player],
        power = profile.power or 0, level = profile.level or 0 }
    end)
    table.sort(all, function(a, b)
      if a.can ~= b.can then return a.can end
      if (a.pick or math.huge) ~= (b.pick or math.huge) then return (a.pick or math.huge) < (b.pick or math.huge) end
      if a.power ~= b.power then return a.power > b.power end
      if a.level ~= b.level then return a.level > b.level end
      return a.member.n < b.member.n
    end)
    return all
  end

  -- war_ready: a member is in for wars, or out. Who is out is picked no more.
  -- ARGV: 1 caller: himself or the backend (''), 2 player, 3 in ('1') or out ('0')
  -- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}, {'war-locked'}
  command('war_ready', function(keys, argv)
    local owner, bucket, caller, player = keys[1], keys[2], argv[1], argv[2]
    if not stands(owner) then return { 'guild-not-found' } end
    if caller ~= '' and redis.call('HEXISTS', owner .. 'members', caller) == 0 then return { 'not-member' } end
    if caller ~= '' and caller ~= player then return { 'not-permitted' } end
    if redis.call('HEXISTS', owner .. 'members', player) == 0 then return { 'member-not-found' } end
    local changes = is_in(owner, player) ~= (argv[3] == '1')
    if changes and is_locked(owner) then return { 'war-locked' } end
    if not changes and redis.call('HEXISTS', owner .. 'warready', player) == 1 then return { 'ok' } end
    redis.call('HSET', owner .. 'warready', player, argv[3] .. ' ' .. int(now_ms()))
    if not changes then return { 'ok' } end
    if argv[3] == '0' then pass_pick(owner, player) end
    touch(owner)
    happened(bucket, 'war-ready', { guild = guild_of(owner), player = player, ready = argv[3] == '1', by = caller })
    return { 'ok' }
  end)

  -- war_pick: whom a leader wants to fight, in his order; the strongest of the others follow.
  -- ARGV: 1 caller, then players (none: no picks)
  -- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}, {'member-out'}, {'war-locked'}
  command('war_pick', function(keys, argv)
    local owner, bucket, picks = keys[1], keys[2], {}
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], 'launchWar')
    if refusal then return { refusal } end
    for index = 2, #argv do
      if redis.call('HEXISTS', owner .. 'members', argv[index]) == 0 then return { 'member-not-found' } end
      picks[#picks + 1] = argv[index]
    end
    for _, player in ipairs(picks) do if not is_in(owner, player) then return { 'member-out' } end end
    local line = #picks > 0 and cjson.encode(picks) or false
    if line == redis.call('GET', owner .. 'warpicks') then return { 'ok' } end
    if is_locked(owner) then return { 'war-locked' } end
    if line then redis.call('SET', owner .. 'warpicks', line) else redis.call('DEL', owner .. 'warpicks') end
    touch(owner)
    happened(bucket, 'line-up-picked', { guild = guild_of(owner), players = #picks > 0 and picks or nil, by = argv[1] })
    return { 'ok' }
  end)

  -- war_lineup: who fights for a guild: members who are in and have been so for long enough, those picked first, then the strongest (power, level, the lowest number).
  -- ARGV: 1 war (told for the one who reads commands), 2 when it is settled (ms), 3 who joined later than so long before (ms) does not fight, 4 most ('' all)
  -- Reply: {'ok', JSON [[player, number, name, avatar, level, power], …]}; of a guild that is no more nobody
  command('war_lineup', function(keys, argv)
    local rows, most = {}, tonumber(argv[4]) or math.huge
    for _, one in ipairs(ranked(keys[1], tonumber(argv[2]) - tonumber(argv[3]))) do
      if not one.can or #rows >= most then break end
      rows[#rows + 1] = { one.player, one.member.n, one.profile.name or '', one.profile.avatar or '', one.level, one.power }
    end
    return { 'ok', #rows > 0 and cjson.encode(rows) or '[]' }
  end)

  -- war_lineup_page: what a leader sees before he picks: all members, those who would fight first.
  -- ARGV: 1 caller, 2 when a war would be settled that was launched now (ms from now), 3 as in war_lineup, 4 most who fight, 5 how many are passed over, 6 most rows, 7 who was seen within so long (ms) is
  --       active
  -- Reply: {'ok', JSON {members, ready, active, fighters, picks, lockAt?, locked, rows}}: how many there are, are in, are in and active, would fight; in each row player, number, name, avatar,
  --        level, power, rank, joinedAt, ready, fights, isNew, pick?, seenAt?
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('war_lineup_page', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], 'launchWar')
    if refusal then return { refusal } end
    local firm, most, offset, limit = lock_of(owner), tonumber(argv[4]), tonumber(argv[5]), tonumber(argv[6])
    local all = ranked(owner, (firm or now + tonumber(argv[2])) - tonumber(argv[3]))
    local page = { members = #all, ready = 0, active = war_ready_count(owner, now, tonumber(argv[7])), fighters = 0, picks = #picks_of(owner), lockAt = firm or nil, locked = firm and firm <= now or false, rows = {} }
    for place, one in ipairs(all) do
      if not one.is_out then page.ready = page.ready + 1 end
      local fights = one.can and place <= most
      if fights then page.fighters = page.fighters + 1 end
      if place > offset and place <= offset + limit then
        local seen = redis.call('HGET', owner .. 'seen', one.player)
        page.rows[#page.rows + 1] = { player = one.player, number = one.member.n, name = one.profile.name or '', avatar = one.profile.avatar or '', level = one.level,
          power = one.power, rank = one.member.rank, joinedAt = one.member.at, ready = not one.is_out, fights = fights, isNew = one.is_new, pick = one.pick,
          seenAt = seen and tonumber(seen) or nil }
      end
    end
    -- An empty table would be an object.
    if #page.rows == 0 then page.rows = nil end
    return { 'ok', cjson.encode(page) }
  end)

  -- war_hours: about which hour of which zone a guild's evening is.
  -- ARGV: 1 caller, 2 hour ('' stays), 3 zone ('-' stays, '' as its members' profiles have it)
  -- Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('war_hours', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], 'launchWar')
    if refusal then return { refusal } end
    local stored, info = redis.call('HMGET', owner .. 'info', 'warHour', 'warZone'), owner .. 'info'
    local hour, zone = argv[2] ~= '' and argv[2] or stored[1] or '', argv[3] ~= '-' and argv[3] or stored[2] or ''
    if hour == (stored[1] or '') and zone == (stored[2] or '') then return { 'ok' } end
    if hour ~= '' then redis.call('HSET', info, 'warHour', hour) end
    if zone ~= '' then redis.call('HSET', info, 'warZone', zone) else redis.call('HDEL', info, 'warZone') end
    touch(owner)
    audit(owner, { act = 'change', by = argv[1], what = 'warHours' })
    happened(bucket, 'guild-changed', { guild = guild_of(owner), by = argv[1] })
    return { 'ok' }
  end)

  -- war_zones: what a guild's evening follows from.
  -- Reply: {'ok', hour ('' not settled), zone ('' not settled), the leader's zone (''), {zone, members of it, …} where none is settled}   Errors: {'guild-not-found'}
  command('war_zones', function(keys)
    local owner = keys[1]
    if not stands(owner) then return { 'guild-not-found' } end
    local settled = redis.call('HMGET', owner .. 'info', 'warHour', 'warZone')
    local counts, leaders, flat = {}, '', {}
    if not settled[2] then
      for_members(owner, function(_, member, profile)
        -- Quotes within texts are escaped, and the studio's own fields come last, so the first of that name is it.
        local zone = string.match(profile, '"zone":"([^"]*)"') or ''
        counts[zone] = (counts[zone] or 0) + 1
        if member.rank == 'leader' then leaders = zone end
      end)
    end
    for zone, count in pairs(counts) do
      flat[#flat + 1] = zone
      flat[#flat + 1] = count
    end
    return { 'ok', settled[1] or '', settled[2] or '', leaders, flat }
  end)
end
