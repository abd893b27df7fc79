-- The end of a team, whoever or whatever ends it, and what goes with it; see team.lua for what is kept.

do
  -- How long what rooms still read of a team that ended is kept, and when what has no key of its own goes, ms: within an hour.
  local REST_MS, GONE_MS = 3000000, 3060000
  -- A due item is looked at again after this when whoever looked did not come to an end.
  local AGAIN_MS = 15000

  -- What lies beside the log by names of its own.
  local function loose_parts(owner, now)
    local parts, day = { 'calls:all', 'calls:officers' }, math.floor(now / 86400000)
    for offset = -1, 1 do parts[#parts + 1] = 'nonce:' .. int(day + offset) end
    for number = 1, tonumber(redis.call('HGET', owner .. 'head', 'number') or '0') do
      for _, as in ipairs({ '', '+officers' }) do parts[#parts + 1] = 'calls:' .. int(number) .. as end
    end
    for _, seq in ipairs(redis.call('HKEYS', owner .. 'cards')) do
      parts[#parts + 1] = 'acted:' .. seq
      parts[#parts + 1] = 'asked:' .. seq
    end
    for _, player in ipairs(redis.call('HKEYS', owner .. 'numbers')) do parts[#parts + 1] = 'inviting:' .. player end
    return parts
  end

  local RESTS = { 'log', 'head', 'numbers', 'players', 'profiles', 'changes', 'reactions', 'reacted', 'cards', 'cardrules', 'gone', 'purges', 'purging', 'ended', 'leaving' }
  local GONE = { 'info', 'members', 'online', 'seen', 'read', 'untold', 'pace', 'pins', 'bans', 'mutes', 'invited', 'codes', 'order', 'rules', 'silent' }

  -- Ends a team: the news of it, each member's leaving entry and the event are written together, and every key expires. `reason`: 'ended', 'over' (its match), 'idle', 'empty'.
  local function end_team(owner, bucket, channel, reason, by, why, keep)
    local now, members = now_ms(), teams.members_of(owner)
    local founding, name, is_party, open = unpack(redis.call('HMGET', owner .. 'info', 'founding', 'name', 'party', 'open'))
    -- Nobody follows a leader who leaves now.
    redis.call('HDEL', owner .. 'info', 'team')
    teams.write_news(owner, bucket, channel, keep, 'team-ended', '{"name":' .. cjson.encode(name or '') .. '}')
    local players = {}
    for _, one in ipairs(members) do
      players[#players + 1] = one.player
      redis.call('SADD', owner .. 'leaving', one.player)
      dismiss(owner, bucket, channel, one.player, one.member, '5', keep)
    end
    redis.call('HSET', owner .. 'ended', 'at', int(now), 'reason', reason, 'founding', founding or '')
    for _, part in ipairs(loose_parts(owner, now)) do redis.call('PEXPIRE', owner .. part, REST_MS) end
    for _, part in ipairs(GONE) do redis.call('UNLINK', owner .. part) end
    for _, part in ipairs(RESTS) do redis.call('PEXPIRE', owner .. part, REST_MS) end
    redis.call('PEXPIRE', owner .. 'audit', AUDIT_MS)
    redis.call('HDEL', bucket .. 'versions', channel)
    redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel, 'end:' .. channel)
    if #players > 0 then redis.call('ZADD', bucket .. 'teamdue', int(now), 'leave:' .. channel) end
    redis.call('ZADD', bucket .. 'teamdue', int(now + GONE_MS), 'gone:' .. channel)
    local party_of = is_party and open or nil
    happened(bucket, 'team-ended', { channel = channel, reason = reason, by = by, why = why, players = #players > 0 and players or nil, open = party_of })
    return players
  end

  -- A member has been taken out, by whatever function: a leader is followed, a check may have its result, and a team of nobody ends.
  function team_lost(owner, bucket, channel, gone, keep)
    if gone.s then party.heard(bucket, channel, gone.n, nil) end
    if not teams.is_team(owner) then return end
    local members = teams.members_of(owner)
    if #members == 0 then
      end_team(owner, bucket, channel, 'empty', '', nil, keep)
      return
    end
    local led = false
    for _, one in ipairs(members) do led = led or one.member.rank == 'leader' end
    if not led and not teams.is_of_room(owner) then teams.lead(owner, bucket, channel, teams.next_leader(members, teams.players_here(owner, {})), '', 'succession', keep) end
    teams.judge(owner, bucket, channel, now_ms(), keep)
  end

  -- team_end: ends a team. For the backend and its leader; asked again it changes nothing.
  -- ARGV: 1 channel, 2 caller, 3 why ('' untold), 4 entries to keep
  -- Reply: {'ok', players who were members}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('team_end', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    if redis.call('EXISTS', owner .. 'ended') == 1 then return { 'ok', redis.call('SMEMBERS', owner .. 'leaving') } end
    local refusal = teams.refused_to_players(owner, argv[2])
    if refusal then return { refusal } end
    return { 'ok', end_team(owner, bucket, channel, 'ended', argv[2], argv[3] ~= '' and argv[3] or nil, argv[4]) }
  end)

  -- team_look: ends a team whose match is over, in which nothing happened for long, or which nobody entered.
  -- ARGV: 1 channel, 2 for how long nothing must have happened (ms), 3 how long after its expected end (ms), 4 entries to keep, then incarnations of dead processes
  -- Reply: {'ok', has it ended (0|1)}
  command('team_look', function(keys, argv)
    local owner, bucket, channel, now, idle, dead = keys[1], keys[2], argv[1], now_ms(), tonumber(argv[2]), {}
    for index = 5, #argv do dead[argv[index]] = true end
    local due = bucket .. 'teamdue'
    if not teams.is_team(owner) then
      redis.call('ZREM', due, 'end:' .. channel)
      return { 'ok', 1 }
    end
    local info = redis.call('HMGET', owner .. 'info', 'createdAt', 'endsAt')
    local over = info[2] and tonumber(info[2]) + tonumber(argv[3]) or math.huge
    local last = math.max(tonumber(info[1]), tonumber(redis.call('HGET', owner .. 'head', 'at') or '0'))
    for _, at in ipairs(redis.call('HVALS', owner .. 'seen')) do last = math.max(last, tonumber(at)) end
    if next(teams.players_here(owner, dead)) then last = now end
    -- A clock that was far ahead holds nothing up.
    last = math.min(last, now)
    -- What is to end with a match may be quiet until then, for a day.
    local quiet = math.max(last + idle, math.min(tonumber(info[2] or '0'), last + DAY_MS))
    if redis.call('HLEN', owner .. 'members') == 0 then quiet = tonumber(info[1]) + teams.EMPTY_MS end
    if over > now and quiet > now then
      redis.call('ZADD', due, int(math.min(over, quiet)), 'end:' .. channel)
      return { 'ok', 0 }
    end
    local is_empty = redis.call('HLEN', owner .. 'members') == 0
    end_team(owner, bucket, channel, is_empty and 'empty' or over <= now and 'over' or 'idle', '', nil, argv[4])
    return { 'ok', 1 }
  end)

  -- team_left: an ended team stands on these players' lists no more.
  -- ARGV: 1 channel, then players   Reply: {'ok', players on whose lists it may still stand}
  command('team_left', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    for index = 2, #argv do redis.call('SREM', owner .. 'leaving', argv[index]) end
    local left = redis.call('SMEMBERS', owner .. 'leaving')
    if #left == 0 then redis.call('ZREM', bucket .. 'teamdue', 'leave:' .. argv[1]) end
    return { 'ok', left }
  end)

  -- team_gone: what an ended team has in its bucket goes. Its keys have expired, or do now.
  -- ARGV: 1 channel   Reply: {'ok'}
  command('team_gone', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    if not teams.is_team(owner) then
      for _, part in ipairs(loose_parts(owner, now_ms())) do redis.call('UNLINK', owner .. part) end
      for _, part in ipairs(RESTS) do redis.call('UNLINK', owner .. part) end
      redis.call('HDEL', bucket .. 'heads', channel)
      redis.call('HDEL', bucket .. 'versions', channel)
    end
    redis.call('ZREM', bucket .. 'teamdue', 'gone:' .. channel)
    return { 'ok' }
  end)

  -- team_due: what is to be looked at in a bucket. Whatever is not seen to meanwhile comes again, others first. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 most   Reply: items
  command('team_due', function(keys, argv)
    local due, now = keys[1] .. 'teamdue', now_ms()
    local items = redis.call('ZRANGE', due, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[1])
    for _, item in ipairs(items) do redis.call('ZADD', due, int(now + AGAIN_MS), item) end
    return items
  end)
end
