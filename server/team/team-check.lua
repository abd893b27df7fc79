-- Readiness of a team: one check at a time, which ends once, with its result; see team.lua for what is kept.

do
  -- Ends the check that runs when all have answered or its time is over, and tells so once: entry, event and state together. Returns how long it still runs, ms; -1: none does.
  local function judge(owner, bucket, channel, now, keep)
    local info = redis.call('HMGET', owner .. 'info', 'check', 'checkUntil', 'checkResult')
    if not info[1] or info[3] then return -1 end
    local asked, ready, missing, waiting = 0, {}, {}, false
    for _, one in ipairs(teams.members_of(owner)) do
      local answer = one.member.y
      if answer then
        asked = asked + 1
        if answer == 'yes' then ready[#ready + 1] = one.player else missing[#missing + 1] = one.player end
        waiting = waiting or answer == ''
      end
    end
    local left = tonumber(info[2]) - now
    if waiting and left > 0 then return left end
    local all_ready = asked > 0 and #missing == 0
    redis.call('HSET', owner .. 'info', 'checkResult', all_ready and 'ready' or 'not-ready')
    redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel)
    teams.write_news(owner, bucket, channel, keep, all_ready and 'team-ready' or 'team-not-ready', '{"ready":"' .. #ready .. '","count":"' .. asked .. '"}')
    touch(owner)
    local missed = #missing > 0 and missing or nil
    happened(bucket, all_ready and 'team-ready' or 'team-not-ready', { channel = channel, check = info[1], ready = #ready, count = asked, missing = missed })
    return -1
  end

  -- team_check: asks all members whether they are ready. Whoever asks is.
  -- ARGV: 1 channel, 2 caller (the leader or the backend), 3 id of the check, 4 for how long (ms), 5 entries to keep
  -- Reply: {'ok', until (ms), how long it still runs (ms; -1: it is over)}; the same id again changes nothing
  -- Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'check-running', until}
  command('team_check', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    local refusal = teams.refused_to_others(owner, argv[2])
    if refusal then return { refusal } end
    local left = judge(owner, bucket, channel, now, argv[5])
    local info = redis.call('HMGET', owner .. 'info', 'check', 'checkUntil')
    if info[1] == argv[3] then return { 'ok', tonumber(info[2]), left } end
    if left > 0 then return { 'check-running', tonumber(info[2]) } end
    local ends, by = now + tonumber(argv[4]), 0
    for _, one in ipairs(teams.members_of(owner)) do
      local is_asking = one.player == argv[2]
      if is_asking then by = one.member.n end
      one.member.y = is_asking and 'yes' or ''
      teams.put_member(owner, one.player, one.member)
    end
    redis.call('HSET', owner .. 'info', 'check', argv[3], 'checkUntil', int(ends), 'checkBy', int(by))
    redis.call('HDEL', owner .. 'info', 'checkResult')
    redis.call('ZADD', bucket .. 'teamdue', int(ends), 'check:' .. channel)
    touch(owner)
    happened(bucket, 'team-check', { channel = channel, by = argv[2], check = argv[3], ends = ends })
    return { 'ok', ends, judge(owner, bucket, channel, now, argv[5]) }
  end)

  -- team_ready: a member answers the check that runs; he may answer otherwise as long as it does.
  -- ARGV: 1 channel, 2 player, 3 id of the check, 4 'yes' or 'no', 5 entries to keep
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'check-over'} (also: he was not asked)
  command('team_ready', function(keys, argv)
    local owner, bucket, channel, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    if not teams.is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'not-member' } end
    local member, id = cjson.decode(record), redis.call('HGET', owner .. 'info', 'check')
    if id == argv[3] and member.y == argv[4] then return { 'ok' } end
    if judge(owner, bucket, channel, now, argv[5]) < 0 or id ~= argv[3] or not member.y then return { 'check-over' } end
    member.y = argv[4]
    teams.put_member(owner, player, member)
    touch(owner)
    judge(owner, bucket, channel, now, argv[5])
    return { 'ok' }
  end)

  -- team_judge: ends the check that runs, if its time is over.
  -- ARGV: 1 channel, 2 entries to keep   Reply: {'ok', how long it still runs (ms; -1: none does)}
  command('team_judge', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    local left = teams.is_team(owner) and judge(owner, bucket, channel, now_ms(), argv[2]) or -1
    if left < 0 then redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel) end
    return { 'ok', left }
  end)

  teams.judge = judge
end
