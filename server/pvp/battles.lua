-- Battles of a war, from the token to the sums; see war.lua for what is kept.

do
  local id_of, fields_of, closes_at, changed, log_event = wars.id_of, wars.fields_of, wars.closes_at, wars.changed, wars.log_event
  local say, guilds_of, set_phase, phase_of, HOUR_MS, LEAD_MS = wars.say, wars.guilds_of, wars.set_phase, wars.phase_of, wars.HOUR_MS, wars.LEAD_MS

  -- A token's row, or nil.
  local function token_row(owner, token)
    local player, began, til = string.match(redis.call('HGET', owner .. 'tokens', token) or '', '^(.*):(%d+):(%d+)$')
    if not player then return nil end
    return { player = player, began = tonumber(began), til = tonumber(til) }
  end

  local function member_row(owner, player)
    local side, used, battles, score, at = string.match(redis.call('HGET', owner .. 'members', player) or '', '^(%d):(%d+):(%d+):(%d+):(%d+)$')
    if not side then return nil end
    return { side = side, used = tonumber(used), battles = tonumber(battles), score = tonumber(score), at = at }
  end

  local function keep_member(owner, player, row)
    redis.call('HSET', owner .. 'members', player, row.side .. ':' .. int(row.used) .. ':' .. int(row.battles) .. ':' .. int(row.score) .. ':' .. row.at)
  end

  -- war_begin_battle: a fighter begins a battle, which takes one of his attempts; once per token.
  -- ARGV: 1 token, 2 player   Reply: {'ok', when it began, until when its result is taken (ms), attempts left}; asked again as the first time
  -- Errors: {'war-not-found'}, {'war-not-active'}, {'not-fighter'}, {'no-attempts'} (neither he, nor where battles are counted his side), {'battle-token'} (it was used, or by another)
  command('war_begin_battle', function(keys, argv)
    local owner, bucket, token, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'endsAt', 'attempts', 'battleMs', 'full', 'most', 'used:0', 'used:1')
    if not info[1] then return { 'war-not-found' } end
    local row, first = member_row(owner, player), token_row(owner, token)
    if first then
      if first.player ~= player or not row then return { 'battle-token' } end
      return { 'ok', int(first.began), int(first.til), int(tonumber(info[3]) - row.used) }
    end
    if redis.call('HEXISTS', owner .. 'spent', token) == 1 then return { 'battle-token' } end
    if info[1] ~= 'active' or now >= tonumber(info[2]) or info[5] then return { 'war-not-active' } end
    if not row then return { 'not-fighter' } end
    local side_used = tonumber(row.side == '0' and info[7] or info[8])
    if row.used >= tonumber(info[3]) or (info[6] and side_used >= tonumber(info[6])) then return { 'no-attempts' } end
    local til = now + tonumber(info[4])
    row.used, row.at = row.used + 1, int(now)
    keep_member(owner, player, row)
    redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, 1)
    redis.call('HSET', owner .. 'tokens', token, player .. ':' .. int(now) .. ':' .. int(til))
    changed(owner, bucket, now)
    return { 'ok', int(now), int(til), int(tonumber(info[3]) - row.used) }
  end)

  -- war_drop_battle: a battle that was begun did not take place; its attempt is given back.
  -- ARGV: 1 token   Reply: {'ok'}, also when the token is not known any more   Errors: {'war-not-found'}, {'war-not-active'}, {'battle-told'} (there is a result)
  command('war_drop_battle', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if redis.call('HEXISTS', owner .. 'spent', argv[1]) == 1 then return { 'battle-told' } end
    local first = token_row(owner, argv[1])
    if not first then return { 'ok' } end
    if phase ~= 'active' then return { 'war-not-active' } end
    local row = member_row(owner, first.player)
    row.used = math.max(0, row.used - 1)
    keep_member(owner, first.player, row)
    redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, -1)
    redis.call('HDEL', owner .. 'tokens', argv[1])
    changed(owner, bucket, now)
    return { 'ok' }
  end)

  -- Adds a battle to all that is counted. Returns what it added to its side's score.
  local function count_battle(owner, info, row, player, score, target, now)
    local added = score
    if info.scoring ~= 'sum' then
      local what = row.side .. ':' .. (info.scoring == 'best' and player or target)
      local best = tonumber(redis.call('HGET', owner .. 'bests', what) or '0')
      added = math.max(0, score - best)
      if added > 0 then redis.call('HSET', owner .. 'bests', what, int(score)) end
    end
    row.battles, row.score, row.at = row.battles + 1, row.score + added, int(now)
    keep_member(owner, player, row)
    redis.call('HINCRBY', owner .. 'info', 'battles:' .. row.side, 1)
    if added > 0 then
      redis.call('HINCRBY', owner .. 'info', 'score:' .. row.side, int(added))
      redis.call('HSET', owner .. 'info', 'reached:' .. row.side, int(now))
    end
    return added
  end

  -- Whether both sides have fought as many battles as end a war; keeps it.
  local function is_full(owner, info)
    local most = tonumber(info.most or '')
    if not most then return false end
    local fought = redis.call('HMGET', owner .. 'info', 'battles:0', 'battles:1')
    if tonumber(fought[1]) < most or tonumber(fought[2]) < most then return false end
    redis.call('HSET', owner .. 'info', 'full', '1')
    return true
  end

  local function look_at_lead(owner, now)
    local info = redis.call('HMGET', owner .. 'info', 'score:0', 'score:1', 'lead', 'leadTold', 'leadToldAt')
    local one, other = tonumber(info[1]), tonumber(info[2])
    local lead = one > other and '0' or other > one and '1' or ''
    if lead ~= info[3] then
      redis.call('HSET', owner .. 'info', 'lead', lead)
      if lead ~= '' then log_event(owner, { at = now, what = 'lead', side = tonumber(lead) }) end
    end
  end

  -- Says who leads, if that is news and the last time is long ago.
  local function tell_lead(owner, bucket, now)
    local info = redis.call('HMGET', owner .. 'info', 'lead', 'leadTold', 'leadToldAt', 'score:0', 'score:1')
    if info[1] == '' or info[1] == info[2] or now < tonumber(info[3] or '0') + LEAD_MS then return end
    redis.call('HSET', owner .. 'info', 'leadTold', info[1], 'leadToldAt', int(now))
    say(owner, { item = 'lead:' .. int(now), side = tonumber(info[1]), score = { info[4], info[5] } })
    local guild, opponent = guilds_of(owner)
    local scores = { tonumber(info[4]), tonumber(info[5]) }
    happened(bucket, 'war-lead', { war = id_of(owner), guild = guild, opponent = opponent, side = tonumber(info[1]), scores = scores })
  end

  -- war_report: results of battles, each counted once, by its id and by when it began.
  -- ARGV: for each: battle, token, player, score, target ('' none), print
  -- Reply: {'ok', there is something to say or to end at once (0|1), {code ('ok', 'repeated', or of an error), score of his side, of the other, what it added} for each}
  -- Errors: {'war-not-found'}; for one battle: battle-reused (another result under its id), war-not-active (not yet, or no more), battle-token (unknown, another's, or used),
  --         battle-late (after its time), target-missing
  command('war_report', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    local ends = info.endsAt and tonumber(info.endsAt) + tonumber(info.graceMs)
    local reply, counted = { 'ok', 0 }, false
    -- Battles are in the order of these instants, whatever the clock does: each is later than the one before.
    local told = tonumber(info.told or '0')
    for index = 1, #argv, 6 do
      local battle, token, player, score, target, print = argv[index], argv[index + 1], argv[index + 2], argv[index + 3], argv[index + 4], argv[index + 5]
      local code, added, side = 'ok', 0, nil
      local known = redis.call('HGET', owner .. 'battles', battle)
      local row, began = member_row(owner, player), token_row(owner, token)
      if known then
        code = string.match(known, '^%d:%d+:%d+:%d+:%a:(%x*):') == print and 'repeated' or 'battle-reused'
        side = string.sub(known, 1, 1)
      elseif info.phase ~= 'active' or info.full then code = 'war-not-active'
      elseif not row or not began or began.player ~= player then code = 'battle-token'
      elseif now > began.til or now > ends then code = 'battle-late'
      elseif info.scoring == 'best-of-target' and target == '' then code = 'target-missing'
      else
        side, told = row.side, math.max(now, told + 1)
        redis.call('HSET', owner .. 'battles', battle, table.concat({ side, score, int(began.began), int(told), 'c', print, player, target }, ':'))
        redis.call('HDEL', owner .. 'tokens', token)
        redis.call('HSET', owner .. 'spent', token, battle)
        added = count_battle(owner, info, row, player, tonumber(score), target, told)
        log_event(owner, { at = now, what = 'battle', side = tonumber(side), player = player, score = tonumber(score), added = added })
        counted = true
        if is_full(owner, info) then info.full = '1' end
      end
      local scores = redis.call('HMGET', owner .. 'info', 'score:0', 'score:1')
      if side == '1' then scores = { scores[2], scores[1] } end
      reply[#reply + 1] = { code, scores[1], scores[2], int(added) }
    end
    if counted then
      redis.call('HSET', owner .. 'info', 'told', int(told))
      look_at_lead(owner, now)
      tell_lead(owner, bucket, now)
      changed(owner, bucket, now)
    end
    if info.full or redis.call('EXISTS', owner .. 'news') == 1 then reply[2] = 1 end
    return reply
  end)

  -- war_tick: what the time has brought an active war: its last hour, who leads, its end.
  -- ARGV: 1 '1': the clock is believed, so it may end by it   Reply: {'ok', phase}   Errors: {'war-not-found'}
  command('war_tick', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    if info.phase ~= 'active' then return { 'ok', info.phase } end
    local ends = tonumber(info.endsAt)
    if now < ends then tell_lead(owner, bucket, now) end
    if not info.lastHour and now >= ends - HOUR_MS then
      redis.call('HSET', owner .. 'info', 'lastHour', '1')
      if now < ends then say(owner, { item = 'last-hour' }) end
    end
    if (argv[1] == '1' or info.full) and now >= closes_at(owner, info, now) then
      set_phase(owner, bucket, 'settling', now)
      redis.call('HDEL', owner .. 'info', 'again')
      log_event(owner, { at = now, what = 'end' })
    end
    changed(owner, bucket, now)
    return { 'ok', phase_of(owner) }
  end)

  -- war_battles: a page of battles, in no order. ARGV: 1 cursor of HSCAN   Reply: {'ok', cursor, battle, row, …}
  command('war_battles', function(keys, argv)
    local page = redis.call('HSCAN', keys[1] .. 'battles', argv[1], 'COUNT', 500)
    return { 'ok', page[1], page[2] }
  end)

  -- war_fighters: all fighters with what they did. Reply: {'ok', roster of 0, roster of 1, members}, flat lists
  command('war_fighters', function(keys)
    local owner = keys[1]
    return { 'ok', redis.call('HGETALL', owner .. 'roster:0'), redis.call('HGETALL', owner .. 'roster:1'), redis.call('HGETALL', owner .. 'members') }
  end)

  wars.member_row, wars.keep_member, wars.is_full, wars.look_at_lead = member_row, keep_member, is_full, look_at_lead
end
