-- How wars end for a guild and its fighters: what they are told and given, and what is kept of it; see guild-war.lua.

do
  local KEPT = 200
  local KEPT_MS = 120 * 86400000
  local asks_of, war_of = guild_wars.asks_of, guild_wars.war_of

  -- Forgets what was told of wars that are long over.
  local function trim_past(owner)
    local gone = redis.call('ZRANGE', owner .. 'warpast', 0, -KEPT - 1)
    for _, row in ipairs(gone) do
      local war = string.match(row, '^(%S+)')
      redis.call('ZREM', owner .. 'warpast', row)
      redis.call('HDEL', owner .. 'warfates', war)
      for _, item in ipairs(redis.call('HKEYS', owner .. 'wartold')) do
        -- What was given can be taken back as long as the war itself is kept.
        if string.sub(item, 1, #war + 1) == war .. ':' and not string.find(item, ':reward:', 1, true) then redis.call('HDEL', owner .. 'wartold', item) end
      end
    end
  end

  -- Some rows that nobody asks for any more go with each that comes: most challenges never become a war that is trimmed.
  local function trim_told(owner, now)
    local some = redis.call('HRANDFIELD', owner .. 'wartold', 4, 'WITHVALUES')
    for index = 1, #some, 2 do
      if tonumber(some[index + 1]) < now - KEPT_MS then redis.call('HDEL', owner .. 'wartold', some[index]) end
    end
  end

  -- war_part: a guild is free of a war that is over, and keeps how it ended; once in each round of settling.
  -- ARGV: 1 war, 2 the other guild, 3 outcome (win, draw, loss, cancelled, voided), 4 round, 5 protected for (ms), 6, 7 what the war adds to mu and sigma ('' it is not
  --       rated), 8, 9 mu and sigma of a guild that has none yet
  -- Reply: {'ok', how long ago it was done (ms)}   Errors: {'guild-not-found'}
  command('war_part', function(keys, argv)
    local owner, war, round, now = keys[1], argv[1], tonumber(argv[4]), now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    if war_of(owner) == war then
      redis.call('HDEL', owner .. 'war', 'war', 'token', 'at', 'lockAt')
      redis.call('HSET', owner .. 'war', 'last', war)
      redis.call('HDEL', owner .. 'info', 'reserved')
      if argv[3] ~= 'cancelled' then redis.call('HSET', owner .. 'war', 'protectedUntil', int(now + tonumber(argv[5]))) end
    end
    redis.call('HDEL', owner .. 'warasks', war)
    touch(owner)
    if argv[3] == 'cancelled' then return { 'ok', '0' } end
    local fate = redis.call('HGET', owner .. 'warfates', war)
    local before = fate and cjson.decode(fate)
    if before and before.round >= round then return { 'ok', int(now - (before.at or 0)) } end
    -- It is so many wars ago that it is forgotten: what it counted for stays.
    if not before and round > 1 then return { 'ok', int(now) } end
    if not before then redis.call('ZADD', owner .. 'warpast', int(now), war .. ' ' .. argv[2]) end
    local counters = { win = 'won', draw = 'drawn', loss = 'lost' }
    if before and counters[before.outcome] then redis.call('HINCRBY', owner .. 'war', counters[before.outcome], -1) end
    if counters[argv[3]] then redis.call('HINCRBY', owner .. 'war', counters[argv[3]], 1) end
    local kept = { outcome = argv[3], round = round, at = now }
    if argv[6] ~= '' then
      -- What this war changed, so that a correction takes back exactly that, whatever came after it.
      local stored = redis.call('HMGET', owner .. 'war', 'mu', 'sigma')
      local mu, sigma = tonumber(stored[1] or argv[8]), tonumber(stored[2] or argv[9])
      mu, sigma = mu - (before and before.mu or 0) + tonumber(argv[6]), math.max(0.5, sigma - (before and before.sigma or 0) + tonumber(argv[7]))
      redis.call('HSET', owner .. 'war', 'mu', string.format('%.9f', mu), 'sigma', string.format('%.9f', sigma))
      kept.mu, kept.sigma = tonumber(argv[6]), tonumber(argv[7])
      if not before then redis.call('HINCRBY', owner .. 'war', 'rated', 1) end
    end
    redis.call('HSET', owner .. 'warfates', war, cjson.encode(kept))
    trim_past(owner)
    touch(owner)
    return { 'ok', '0' }
  end)

  -- war_tell: news of a war in a guild's channel, each item once.
  -- ARGV: 1 channel, 2 war, 3 item, 4 kind code, 5 body (JSON), 6 entries to keep, 7 what the notice says besides its entry (JSON object without braces; '' no notice),
  --       8 rules of a card (JSON; '' it is none)
  -- Reply: {'ok', newly (0|1)}   Errors: {'guild-not-found'}
  command('war_tell', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    if redis.call('HSETNX', owner .. 'wartold', argv[2] .. ':' .. argv[3], int(now)) == 0 then return { 'ok', 0 } end
    trim_told(owner, now)
    local state = open_channel(owner, bucket, channel)
    write_entry(owner, bucket, channel, state, { kind = argv[4], from = '0', body = argv[5], countable = 1, keep = argv[6], now = now })
    if argv[8] ~= '' then
      redis.call('HSET', owner .. 'cards', int(state.head), state_json({ version = 1, counts = {}, who = {}, closed = false }))
      redis.call('HSET', owner .. 'cardrules', int(state.head), '{"a":0,"p":' .. int(state.epoch) .. ',' .. string.sub(argv[8], 2))
    end
    mark_news(owner, bucket, channel, state)
    if argv[7] ~= '' then
      to_outbox(bucket, '{"type":"notice",' .. argv[7] .. ',"channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head)
        .. ',"at":' .. int(state.at) .. ',"from":0,"author":"","kind":' .. argv[4] .. ',"body":' .. argv[5] .. '}')
    end
    return { 'ok', 1 }
  end)

  -- war_reward_guild: a guild's part of a war's result, once per round.
  -- ARGV: 1 war, 2 round, 3 points (0 none), 4 they count in the season (1|0), 5 outcome
  -- Reply: {'ok', how long ago it was done (ms)}   Errors: those of move_points
  command('war_reward_guild', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    local item = argv[1] .. ':reward:' .. argv[2]
    local at = redis.call('HGET', owner .. 'wartold', item)
    if at then return { 'ok', int(now - tonumber(at)) } end
    local moved, code = move_points(owner, { key = '~war:' .. argv[1] .. ':' .. argv[2], amount = tonumber(argv[3]), reason = 'war ' .. argv[1], print = 'war', now = now,
      beside_season = argv[4] ~= '1' })
    if not moved then return { code } end
    redis.call('HSET', owner .. 'wartold', item, int(now))
    happened(bucket, 'war-reward', { war = argv[1], guild = guild_of(owner), outcome = argv[5], points = tonumber(argv[3]), round = tonumber(argv[2]) })
    return { 'ok', '0' }
  end)

  -- war_reward_player: a fighter's reward, once per round. KEYS are the player's.
  -- ARGV: 1 war, 2 round, 3 who fought (he, or a guest who is him now), 4 points (0 none), 5 items (JSON; '' none), 6 guild he fought for, 7 outcome, 8 player
  -- Reply: {'ok', how long ago it was done (ms)}   Errors: {'player-not-found'}, {'player-linked', account}, those of move_points
  command('war_reward_player', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local item = argv[1] .. ':' .. argv[2] .. ':' .. argv[3]
    local at = redis.call('ZSCORE', owner .. 'warpaid', item)
    if at then return { 'ok', int(now - tonumber(at)) } end
    local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    if profile[2] then return { 'player-linked', profile[2] } end
    if not profile[1] then return { 'player-not-found' } end
    local points = tonumber(argv[4])
    if points > 0 then
      local moved, code = move_points(owner, { key = '~war:' .. item, amount = points, reason = 'war ' .. argv[1], print = 'war', now = now })
      if not moved then return { code } end
    end
    redis.call('ZADD', owner .. 'warpaid', int(now), item)
    redis.call('ZREMRANGEBYSCORE', owner .. 'warpaid', '-inf', int(now - KEPT_MS))
    redis.call('PEXPIRE', owner .. 'warpaid', KEPT_MS)
    local items = argv[5] ~= '' and cjson.decode(argv[5]) or nil
    if points > 0 or items then
      happened(bucket, 'war-reward', { war = argv[1], guild = argv[6], player = argv[8], outcome = argv[7], points = points, items = items, round = tonumber(argv[2]) })
    end
    return { 'ok', '0' }
  end)

  -- war_desk: what a guild has to do with wars.
  -- ARGV: 1 caller (a member), 2 most past wars, 3 those before this one ('' from the newest)
  -- Reply: {'ok', now (ms), war (flat), asks (flat), {'<war> <other>', when, fate, …}}   Errors: {'guild-not-found'}, {'not-member'}
  command('war_desk', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if redis.call('HEXISTS', owner .. 'info', 'name') == 0 then return { 'guild-not-found' } end
    if argv[1] ~= '' and redis.call('HEXISTS', owner .. 'members', argv[1]) == 0 then return { 'not-member' } end
    asks_of(owner, now)
    local past, start = {}, 0
    if argv[3] ~= '' then
      local all = redis.call('ZREVRANGE', owner .. 'warpast', 0, -1)
      start = #all
      for index, row in ipairs(all) do
        if string.match(row, '^(%S+)') == argv[3] then start = index end
      end
    end
    local rows = redis.call('ZREVRANGE', owner .. 'warpast', start, start + tonumber(argv[2]) - 1, 'WITHSCORES')
    for index = 1, #rows, 2 do
      past[#past + 1] = rows[index]
      past[#past + 1] = rows[index + 1]
      past[#past + 1] = redis.call('HGET', owner .. 'warfates', string.match(rows[index], '^(%S+)')) or ''
    end
    return { 'ok', int(now), redis.call('HGETALL', owner .. 'war'), redis.call('HGETALL', owner .. 'warasks'), past }
  end)

  -- war_still: which of a war's fighters are members of their guild, also as the account a guest has become. ARGV: players   Reply: {'ok', 1|0 for each}
  command('war_still', function(keys, argv)
    local reply, as_accounts, acting = { 'ok' }, {}, redis.call('HGETALL', keys[1] .. 'acting')
    for index = 1, #acting, 2 do
      if redis.call('HEXISTS', keys[1] .. 'members', acting[index]) == 1 then
        for guest in string.gmatch(acting[index + 1], '%S+') do as_accounts[guest] = true end
      end
    end
    for _, player in ipairs(argv) do reply[#reply + 1] = as_accounts[player] and 1 or redis.call('HEXISTS', keys[1] .. 'members', player) end
    return reply
  end)
end
