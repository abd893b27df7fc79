-- A guild's side of wars. Further parts of a guild:
--   info      reserved (war it is held for or bound to: it cannot be disbanded)
--   war       hash        war; token while it is only held, by an acceptance that is under way; at (since when, ms; of one it is bound to until that was looked at once more); lockAt (when its fighters are settled, ms); last (the war before);
--                         protectedUntil (ms); mu, sigma (rating); rated, won, drawn, lost (wars)
--   warasks   hash        war -> JSON {other (guild), name, tag (its), side, until (ms), mode, noted? (it is in the audit)} of challenges that are open
--   warpast   sorted set  '<war> <other guild>' -> when it was over, ms; the newest KEPT
--   warfates  hash        war -> JSON {outcome, round, mu, sigma, at (when that was counted, ms)} of those
--   wartold   hash        '<war>:<item>' -> when it was told or given, ms; of wars in warpast and of the one it is in, of challenges for 120 days, and as long what was given
--   warasked  sorted set  '<other guild> <war>' -> when a member challenged it, ms; for an hour
-- Of a player: warpaid  sorted set  '<war>:<round>:<who fought>' -> when he was rewarded, ms; for 120 days.
-- Of the bucket: wardue also has 'hold:<guild>' -> when it is to be asked what became of an acceptance that was left, or whether a war is on to which it was bound, ms.

-- What the functions of guilds at war share.
local guild_wars

do
  local HOLD_MS = 10000
  local MOST_OUT, MOST_IN = 5, 20
  -- Each challenge is pushed to those who may answer: members challenge one guild so often within an hour, whatever becomes of it, and all guilds so often.
  local PACE_MS, MOST_ASKED, MOST_ASKED_ALL = 3600000, 5, 60

  local function asks_of(owner, now)
    local flat, asks, out, into = redis.call('HGETALL', owner .. 'warasks'), {}, 0, 0
    for index = 1, #flat, 2 do
      local ask = cjson.decode(flat[index + 1])
      if ask['until'] + HOLD_MS * 6 <= now then redis.call('HDEL', owner .. 'warasks', flat[index])
      else
        asks[flat[index]] = ask
        if ask.side == 0 then out = out + 1 else into = into + 1 end
      end
    end
    return asks, out, into
  end

  local function put_ask(owner, war, other, side, til, mode, name, tag)
    redis.call('HSET', owner .. 'warasks', war, '{"other":' .. cjson.encode(other) .. ',"name":' .. cjson.encode(name) .. ',"tag":' .. cjson.encode(tag) .. ',"side":' .. side .. ',"until":' .. til .. ',"mode":' .. cjson.encode(mode) .. '}')
    touch(owner)
  end

  -- The war a guild is bound to, or held for.
  local function war_of(owner)
    local row = redis.call('HMGET', owner .. 'war', 'war', 'token', 'at')
    if not row[1] then return nil end
    return row[1], row[2] or nil, tonumber(row[3] or '0')
  end

  -- For how long a guild is held, as far as can be told: a clock that was set back makes none younger than it is.
  local function held_for(at, now)
    return int(at > now + CLOCKS_DIFFER_MS and HOLD_MS or math.max(0, now - at))
  end

  local function met_lately(owner, other, since)
    local met = 0
    for _, row in ipairs(redis.call('ZRANGE', owner .. 'warpast', int(since), '+inf', 'BYSCORE')) do
      if string.match(row, ' (.+)$') == other then met = met + 1 end
    end
    return met
  end

  -- Why a guild cannot go to war now: nil, or a code and when it may.
  local function unfit(owner, now, least, seen_ms)
    if not stands(owner) or redis.call('HEXISTS', owner .. 'info', 'disbandsAt') == 1 then return 'guild-not-found' end
    local war, token = war_of(owner)
    if war and not token then return 'guild-at-war' end
    if war_ready_count(owner, now, seen_ms) < least then return 'too-few-ready' end
  end

  -- When a guild may challenge another again; nil: now.
  local function asked_enough(owner, other, now)
    redis.call('ZREMRANGEBYSCORE', owner .. 'warasked', '-inf', int(now - PACE_MS))
    local rows, same = redis.call('ZRANGE', owner .. 'warasked', 0, -1, 'WITHSCORES'), {}
    for index = 1, #rows, 2 do
      if string.match(rows[index], '^(%S+)') == other then same[#same + 1] = rows[index + 1] end
    end
    local first = #same >= MOST_ASKED and same[#same - MOST_ASKED + 1] or #rows >= 2 * MOST_ASKED_ALL and rows[2]
    return first and int(tonumber(first) + PACE_MS)
  end

  -- war_stake: a guild challenges another.
  -- ARGV: 1 war, 2 the other guild, 3 until when it can be answered (ms), 4 mode, 5 caller ('' the backend), 6 least members who are ready, 7 seen within (ms),
  --       8 most wars of the two, 9 within (ms), 10 name and 11 tag of the other
  -- Reply: {'ok', newly (0|1), name, tag}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'guild-at-war'}, {'too-few-ready'}, {'rematch-limit'}, {'already-challenged'}, {'challenges-full'},
  --         {'rate-limited', until (ms)}
  command('war_stake', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local refusal = refused(owner, argv[5], 'launchWar')
    if not stands(owner) then return { 'guild-not-found' } end
    if refusal then return { refusal } end
    local asks, out = asks_of(owner, now)
    local name = redis.call('HMGET', owner .. 'info', 'name', 'tag')
    if asks[argv[1]] then return { 'ok', 0, name[1], name[2] } end
    local code = unfit(owner, now, tonumber(argv[6]), tonumber(argv[7]))
    if code then return { code } end
    if met_lately(owner, argv[2], now - tonumber(argv[9])) >= tonumber(argv[8]) then return { 'rematch-limit' } end
    for _, ask in pairs(asks) do
      if ask.other == argv[2] then return { 'already-challenged' } end
    end
    if out >= MOST_OUT then return { 'challenges-full' } end
    if argv[5] ~= '' then
      local til = asked_enough(owner, argv[2], now)
      if til then return { 'rate-limited', til } end
      redis.call('ZADD', owner .. 'warasked', int(now), argv[2] .. ' ' .. argv[1])
      redis.call('PEXPIRE', owner .. 'warasked', PACE_MS)
    end
    put_ask(owner, argv[1], argv[2], 0, argv[3], argv[4], argv[10], argv[11])
    return { 'ok', 1, name[1], name[2] }
  end)

  -- war_call: a guild is challenged; who may answer is told, once.
  -- ARGV: 1 war, 2 the other guild, 3 until when it can be answered (ms), 4 mode, 5 channel, 6 body of the news (JSON), 7 entries to keep,
  --       8 name and 9 tag of the other
  -- Reply: {'ok', newly (0|1)}   Errors: {'guild-not-found'}, {'opponent-at-war'}, {'opponent-protected', until}, {'opponent-busy'}
  command('war_call', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local asks, out, into = asks_of(owner, now)
    if asks[argv[1]] then return { 'ok', 0 } end
    if not stands(owner) or redis.call('HEXISTS', owner .. 'info', 'disbandsAt') == 1 then return { 'guild-not-found' } end
    local war, token = war_of(owner)
    if war and not token then return { 'opponent-at-war' } end
    local protected = tonumber(redis.call('HGET', owner .. 'war', 'protectedUntil') or '0')
    -- Who challenges others can be challenged.
    if protected > now and out == 0 then return { 'opponent-protected', int(protected) } end
    if into >= MOST_IN then return { 'opponent-busy' } end
    put_ask(owner, argv[1], argv[2], 1, argv[3], argv[4], argv[8], argv[9])
    if redis.call('HSETNX', owner .. 'wartold', argv[1] .. ':challenged', int(now)) == 0 then return { 'ok', 0 } end
    local state = open_channel(owner, bucket, argv[5])
    write_entry(owner, bucket, argv[5], state, { kind = '3', from = '0', body = argv[6], countable = 1, keep = argv[7] })
    mark_news(owner, bucket, argv[5], state)
    local only, members = {}, redis.call('HGETALL', owner .. 'members')
    for index = 1, #members, 2 do
      if permits(owner, string.match(members[index + 1], '"rank":"(%a+)"') or 'recruit', 'launchWar') then only[#only + 1] = members[index] end
    end
    if #only > 0 then
      to_outbox(bucket, '{"type":"notice","about":"war","channel":' .. cjson.encode(argv[5]) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head)
        .. ',"at":' .. int(state.at) .. ',"from":0,"author":"","kind":3,"body":' .. argv[6] .. ',"only":' .. cjson.encode(only) .. '}')
    end
    return { 'ok', 1 }
  end)

  -- war_note: a challenge stands, which is written down once. ARGV: 1 war, 2 who challenged ('' the backend)   Reply: {'ok'}
  command('war_note', function(keys, argv)
    local owner = keys[1]
    local json = redis.call('HGET', owner .. 'warasks', argv[1])
    if json and not string.find(json, '"noted":', 1, true) then
      redis.call('HSET', owner .. 'warasks', argv[1], string.sub(json, 1, -2) .. ',"noted":1}')
      audit(owner, { act = 'challenge', by = argv[2], what = cjson.decode(json).other })
    end
    return { 'ok' }
  end)

  -- war_unask: a challenge is not open any more. ARGV: 1 war, 2 the other guild, if it was never told of it ('' it was)   Reply: {'ok'}
  command('war_unask', function(keys, argv)
    if argv[2] ~= '' then redis.call('ZREM', keys[1] .. 'warasked', argv[2] .. ' ' .. argv[1]) end
    if redis.call('HDEL', keys[1] .. 'warasks', argv[1]) == 1 then touch(keys[1]) end
    return { 'ok' }
  end)

  -- war_may: whether a caller may launch and answer. ARGV: 1 caller   Reply: {'ok', now (ms)}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('war_may', function(keys, argv)
    if not stands(keys[1]) then return { 'guild-not-found' } end
    local refusal = refused(keys[1], argv[1], 'launchWar')
    if refusal then return { refusal } end
    return { 'ok', int(now_ms()) }
  end)

  -- war_reserve: holds a guild for a war, by the token of an acceptance.
  -- ARGV: 1 war, 2 token, 3 caller ('' the backend, '-' nobody of this guild is asked), 4 least members who are ready, 5 seen within (ms), 6 the other guild, 7 most wars of
  --       the two, 8 within (ms)
  -- Reply: {'ok'}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'guild-at-war'}, {'too-few-ready'}, {'rematch-limit'}; {'held', war, token, for how long (ms)} (by another acceptance)
  command('war_reserve', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = argv[3] ~= '-' and refused(owner, argv[3], 'launchWar')
    if refusal then return { refusal } end
    local war, token, at = war_of(owner)
    if war == argv[1] and (not token or token == argv[2]) then return { 'ok' } end
    if war and not token then return { 'guild-at-war' } end
    if war then return { 'held', war, token, held_for(at, now) } end
    local code = unfit(owner, now, tonumber(argv[4]), tonumber(argv[5]))
    if code then return { code } end
    if met_lately(owner, argv[6], now - tonumber(argv[8])) >= tonumber(argv[7]) then return { 'rematch-limit' } end
    redis.call('HSET', owner .. 'war', 'war', argv[1], 'token', argv[2], 'at', int(now))
    redis.call('HSET', owner .. 'info', 'reserved', argv[1])
    redis.call('ZADD', bucket .. 'wardue', int(now + HOLD_MS), 'hold:' .. guild_of(owner))
    return { 'ok' }
  end)

  -- war_let_go: a hold ends without a war. ARGV: 1 war, 2 token ('': it was bound to a war that is not on)   Reply: {'ok'}, also when it is held by another
  command('war_let_go', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local war, token = war_of(owner)
    if war == argv[1] and (token or '') == argv[2] then
      redis.call('HDEL', owner .. 'war', 'war', 'token', 'at', 'lockAt')
      redis.call('HDEL', owner .. 'info', 'reserved')
      redis.call('ZREM', bucket .. 'wardue', 'hold:' .. guild_of(owner))
      if not token then touch(owner) end
    end
    return { 'ok' }
  end)

  -- war_held: by what a guild is held, for whoever comes by later.
  -- Reply: {'ok', war ('' none), token ('' bound), for how long (ms)}
  command('war_held', function(keys)
    local owner, bucket = keys[1], keys[2]
    local war, token, at = war_of(owner)
    if not war then redis.call('ZREM', bucket .. 'wardue', 'hold:' .. guild_of(owner)) end
    return { 'ok', war or '', token or '', held_for(at or 0, now_ms()) }
  end)

  -- war_is_bound: the war a guild is bound to is on. ARGV: 1 war   Reply: {'ok'}
  command('war_is_bound', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local war, token = war_of(owner)
    if war == argv[1] and not token then
      redis.call('HDEL', owner .. 'war', 'at')
      redis.call('ZREM', bucket .. 'wardue', 'hold:' .. guild_of(owner))
    end
    return { 'ok' }
  end)

  -- war_bind: a war was accepted; the guild is bound to it, and no other challenge of it is open any more. Who bids it late may bind it to a war that is over by now, or
  -- Redis lose the war itself: so it is asked once more whether that war is on.
  -- ARGV: 1 war, 2 when its fighters are settled (ms), 3 who of it accepted ('' the backend; '-' nobody of it), 4 the other guild
  -- Reply: {'ok', {war, …} of the other challenges}   Errors: {'guild-not-found'}, {'guild-at-war'} (bound to another: only where Redis lost its tail)
  command('war_bind', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local war, token = war_of(owner)
    if war and war ~= argv[1] and not token then return { 'guild-at-war' } end
    local others = {}
    for _, id in ipairs(redis.call('HKEYS', owner .. 'warasks')) do
      if id ~= argv[1] then others[#others + 1] = id end
    end
    if war ~= argv[1] or token then
      local now = now_ms()
      redis.call('HSET', owner .. 'war', 'war', argv[1], 'lockAt', argv[2], 'at', int(now))
      redis.call('HDEL', owner .. 'war', 'token')
      redis.call('HSET', owner .. 'info', 'reserved', argv[1])
      redis.call('ZADD', bucket .. 'wardue', int(now + HOLD_MS), 'hold:' .. guild_of(owner))
      if argv[3] ~= '-' then audit(owner, { act = 'accept-war', by = argv[3], what = argv[4] }) end
    end
    redis.call('HDEL', owner .. 'warasks', argv[1])
    touch(owner)
    return { 'ok', others }
  end)

  guild_wars = { asks_of = asks_of, war_of = war_of }
end
