-- Guilds that look for an opponent. All of it is one owner, 'warqueue', so that two tickets leave at once:
--   tickets   hash        guild -> its ticket (JSON, see ticket.ts): it waits
--   ends      sorted set  guild -> until when its ticket waits (ms)
--   matched   hash        war -> JSON {war, at, tickets: [two]}: they have left, and the war between them is being made
--   found     hash        guild -> the war its ticket is matched for
--   ended     hash        ticket -> JSON {ticket, guild, mode, reason}: it is over, which its guild has still to be told
--   tried     sorted set  '<guild> <guild>' (the lesser first) -> until when they are not matched again (ms): there was to be no war between them
--   asked     hash        '<guild> <nonce>' -> '<since> <until> <mode>' of what was asked within a day;   askedat  sorted set  the same -> ms
--   matcher   string      who matches, until it expires; only spares work
-- A ticket is in exactly one of tickets, matched and ended, or over. Of a guild itself: seektold:<ticket>  string  '1' for a day: its end was told in the channel.

do
  local ASKED_MS = 86400000

  local function ended(owner, bucket, row, reason, by)
    happened(bucket, 'war-seeking-ended', { guild = row.guild, mode = row.mode, reason = reason, by = by })
  end

  local function drop(owner, guild)
    redis.call('HDEL', owner .. 'tickets', guild)
    redis.call('ZREM', owner .. 'ends', guild)
  end

  local function end_untold(owner, bucket, row, reason)
    redis.call('HSET', owner .. 'ended', row.ticket, cjson.encode({ ticket = row.ticket, guild = row.guild, mode = row.mode, reason = reason }))
    ended(owner, bucket, row, reason, '')
  end

  local function wait(owner, row, json)
    redis.call('HSET', owner .. 'tickets', row.guild, json)
    redis.call('ZADD', owner .. 'ends', int(row['until']), row.guild)
  end

  -- The two tickets of a match, as they are stored: decoding and encoding them would make objects of empty lists.
  local function tickets_of(match)
    local first, second = string.match(match, '"tickets":%[({.-})\n,({.-})\n%]}$')
    return { first, second }
  end

  -- war_seek_check: whether a guild may look for an opponent, and what of it is compared. KEYS are the guild's.
  -- ARGV: 1 caller ('' the backend), 2 within how long a member must have been seen (ms), 3 least members who are in and were, 4 most wars against the same guild
  --       5 within how long (ms)
  -- Reply: {'ok', now, why it may not ('' it may): 'guild-at-war', 'too-few-ready'; region, mu, sigma ('' each), {guilds it has fought so often}}
  -- Errors: {'guild-not-found'} (also one whose end is announced), {'not-member'}, {'not-permitted'}
  command('war_seek_check', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], 'launchWar')
    if refusal then return { refusal } end
    local info, war = redis.call('HMGET', owner .. 'info', 'disbandsAt', 'region'), redis.call('HMGET', owner .. 'war', 'mu', 'sigma', 'war', 'token')
    if info[1] then return { 'guild-not-found' } end
    local why = war[3] and not war[4] and 'guild-at-war' or war_ready_count(owner, now, tonumber(argv[2])) < tonumber(argv[3]) and 'too-few-ready' or ''
    local fought, often = {}, {}
    for _, row in ipairs(redis.call('ZRANGE', owner .. 'warpast', int(now - tonumber(argv[5])), '+inf', 'BYSCORE')) do
      local other = string.match(row, ' (.+)$')
      fought[other] = (fought[other] or 0) + 1
      if fought[other] == tonumber(argv[4]) then often[#often + 1] = other end
    end
    return { 'ok', int(now), why, info[2] or '', war[1] or '', war[2] or '', often }
  end)

  -- war_seek_may: whether somebody may stop a guild's looking, or see it. KEYS are the guild's.
  -- ARGV: 1 caller ('' the backend), 2 '1' stop | '0' see   Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('war_seek_may', function(keys, argv)
    if not stands(keys[1]) then return { 'guild-not-found' } end
    local refusal = refused(keys[1], argv[1], 'launchWar')
    if refusal and (argv[2] == '1' or refusal == 'not-member') then return { refusal } end
    return { 'ok' }
  end)

  -- war_queue_put: has a guild wait. In the same mode it waits already, it goes on; the same nonce gives the first result, whatever has become of that.
  -- ARGV: 1 guild, 2 nonce, 3 mode, 4 ticket, 5 how long it waits (ms), 6 what is compared (JSON object), 7 why it may not ('' it may), 8 caller
  -- Reply: {'ok', mode, since, until}   Errors: {'key-reused'}, {'war-seeking'} (in another mode), {ARGV 7}
  command('war_queue_put', function(keys, argv)
    local owner, bucket, guild, mode, now = keys[1], keys[2], argv[1], argv[3], now_ms()
    local field = guild .. ' ' .. argv[2]
    local since, til, asked = string.match(redis.call('HGET', owner .. 'asked', field) or '', '^(%S+) (%S+) (.+)$')
    if since then return asked == mode and { 'ok', mode, since, til } or { 'key-reused' } end
    local stored, war = redis.call('HGET', owner .. 'tickets', guild), redis.call('HGET', owner .. 'found', guild)
    if war then
      for _, json in ipairs(tickets_of(redis.call('HGET', owner .. 'matched', war))) do
        if cjson.decode(json).guild == guild then stored = json end
      end
    end
    local row = stored and cjson.decode(stored)
    if row and row.mode ~= mode then return { 'war-seeking' } end
    if not row and argv[7] ~= '' then return { argv[7] } end
    since, til = row and row.since or now, row and row['until'] or now + tonumber(argv[5])
    for _, old in ipairs(redis.call('ZRANGE', owner .. 'askedat', '-inf', int(now - ASKED_MS), 'BYSCORE', 'LIMIT', 0, 100)) do
      redis.call('HDEL', owner .. 'asked', old)
      redis.call('ZREM', owner .. 'askedat', old)
    end
    redis.call('HSET', owner .. 'asked', field, int(since) .. ' ' .. int(til) .. ' ' .. mode)
    redis.call('ZADD', owner .. 'askedat', int(now), field)
    if not row then
      wait(owner, { guild = guild, ['until'] = til }, '{"ticket":"' .. argv[4] .. '","guild":' .. cjson.encode(guild) .. ',"mode":' .. cjson.encode(mode)
        .. ',"since":' .. int(since) .. ',"until":' .. int(til) .. ',' .. string.sub(argv[6], 2))
      happened(bucket, 'war-seeking', { guild = guild, mode = mode, ends = til, by = argv[8] })
    end
    return { 'ok', mode, int(since), int(til) }
  end)

  -- war_queue_withdraw: a guild looks no more.
  -- ARGV: 1 guild, 2 caller   Reply: {'ok'}, also when it did not   Errors: {'opponent-found'}
  command('war_queue_withdraw', function(keys, argv)
    local owner, bucket, guild = keys[1], keys[2], argv[1]
    if redis.call('HEXISTS', owner .. 'found', guild) == 1 then return { 'opponent-found' } end
    local json = redis.call('HGET', owner .. 'tickets', guild)
    if not json then return { 'ok' } end
    drop(owner, guild)
    ended(owner, bucket, cjson.decode(json), 'withdrawn', argv[2])
    return { 'ok' }
  end)

  -- war_queue_of: a guild's ticket.
  -- ARGV: 1 guild   Reply: {'ok'} (it does not look), {'ok', ticket (JSON), '1' an opponent is found | '0'}
  command('war_queue_of', function(keys, argv)
    local owner, guild = keys[1], argv[1]
    local json, war = redis.call('HGET', owner .. 'tickets', guild), redis.call('HGET', owner .. 'found', guild)
    if json then return { 'ok', json, '0' } end
    for _, one in ipairs(war and tickets_of(redis.call('HGET', owner .. 'matched', war)) or {}) do
      if cjson.decode(one).guild == guild then return { 'ok', one, '1' } end
    end
    return { 'ok' }
  end)

  -- war_queue_page: all there is to do, for one process at a time. Tickets whose time is over end first. Where there is nothing, nobody is kept from looking.
  -- ARGV: 1 who looks, 2 for how long no other does (ms)
  -- Reply: {'ok', now, {tickets that wait}, {matches}, {ended ones} (JSON each), {pairs of 'tried'}}   Errors: {'held'}
  command('war_queue_page', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    if redis.call('EXISTS', owner .. 'tickets', owner .. 'matched', owner .. 'ended') == 0 then return { 'ok', int(now), {}, {}, {}, {} } end
    local matcher = redis.call('GET', owner .. 'matcher')
    if matcher and matcher ~= argv[1] then return { 'held' } end
    redis.call('SET', owner .. 'matcher', argv[1], 'PX', argv[2])
    for _, guild in ipairs(redis.call('ZRANGE', owner .. 'ends', '-inf', int(now), 'BYSCORE', 'LIMIT', 0, 200)) do
      local row = cjson.decode(redis.call('HGET', owner .. 'tickets', guild))
      drop(owner, guild)
      end_untold(owner, bucket, row, 'no-opponent')
    end
    redis.call('ZREMRANGEBYSCORE', owner .. 'tried', '-inf', int(now))
    return { 'ok', int(now), redis.call('HVALS', owner .. 'tickets'), redis.call('HVALS', owner .. 'matched'), redis.call('HVALS', owner .. 'ended'),
      redis.call('ZRANGE', owner .. 'tried', 0, -1) }
  end)

  -- war_queue_match: two tickets that both still wait leave for a war.
  -- ARGV: 1 war, 2 guild, 3 its ticket, 4 the other guild, 5 its ticket   Reply: {'ok'}, also when they did before   Errors: {'stale'}
  command('war_queue_match', function(keys, argv)
    local owner, war = keys[1], argv[1]
    if redis.call('HEXISTS', owner .. 'matched', war) == 1 then return { 'ok' } end
    local first, second = redis.call('HGET', owner .. 'tickets', argv[2]), redis.call('HGET', owner .. 'tickets', argv[4])
    if not first or not second or argv[2] == argv[4] then return { 'stale' } end
    if cjson.decode(first).ticket ~= argv[3] or cjson.decode(second).ticket ~= argv[5] then return { 'stale' } end
    for _, guild in ipairs({ argv[2], argv[4] }) do
      drop(owner, guild)
      redis.call('HSET', owner .. 'found', guild, war)
    end
    redis.call('HSET', owner .. 'matched', war, '{"war":"' .. war .. '","at":' .. int(now_ms()) .. ',"tickets":[' .. first .. '\n,' .. second .. '\n]}')
    return { 'ok' }
  end)

  -- war_queue_return: there was to be no war. Whose fault it is, his ticket ends; the other waits on, since when and until when it did. If it is nobody's, both wait, and
  -- not for each other.
  -- ARGV: 1 war, 2 guild at fault ('' none, '*' both end), 3 why   Reply: {'ok'}, also when it was done before
  command('war_queue_return', function(keys, argv)
    local owner, bucket, war = keys[1], keys[2], argv[1]
    local match = redis.call('HGET', owner .. 'matched', war)
    if not match then return { 'ok' } end
    redis.call('HDEL', owner .. 'matched', war)
    local rows, guilds, til = tickets_of(match), {}, 0
    for _, json in ipairs(rows) do
      local row = cjson.decode(json)
      guilds[#guilds + 1], til = row.guild, math.max(til, row['until'])
      redis.call('HDEL', owner .. 'found', row.guild)
      if argv[2] == row.guild or argv[2] == '*' then end_untold(owner, bucket, row, argv[3]) else wait(owner, row, json) end
    end
    table.sort(guilds)
    if argv[2] == '' then redis.call('ZADD', owner .. 'tried', int(til), table.concat(guilds, ' ')) end
    return { 'ok' }
  end)

  -- war_queue_done: the war two tickets were matched for is made.
  -- ARGV: 1 war   Reply: {'ok'}, also when it was done before
  command('war_queue_done', function(keys, argv)
    local owner, bucket, war = keys[1], keys[2], argv[1]
    local match = redis.call('HGET', owner .. 'matched', war)
    if not match then return { 'ok' } end
    redis.call('HDEL', owner .. 'matched', war)
    for _, json in ipairs(tickets_of(match)) do
      local row = cjson.decode(json)
      redis.call('HDEL', owner .. 'found', row.guild)
      ended(owner, bucket, row, 'matched', '')
    end
    return { 'ok' }
  end)

  -- war_queue_told: a guild knows that its ticket has ended.   ARGV: 1 ticket   Reply: {'ok'}
  command('war_queue_told', function(keys, argv)
    redis.call('HDEL', keys[1] .. 'ended', argv[1])
    return { 'ok' }
  end)

  -- war_seek_tell: tells in a guild's channel that its ticket has ended, once. KEYS are the guild's.
  -- ARGV: 1 channel, 2 ticket, 3 body of the entry (JSON), 4 entries to keep   Reply: {'ok'}   Errors: {'guild-not-found'}
  command('war_seek_tell', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    if not stands(owner) then return { 'guild-not-found' } end
    if redis.call('EXISTS', owner .. 'seektold:' .. argv[2]) == 1 then return { 'ok' } end
    redis.call('SET', owner .. 'seektold:' .. argv[2], '1', 'PX', ASKED_MS)
    local state = open_channel(owner, bucket, channel)
    write_entry(owner, bucket, channel, state, { kind = '3', from = '0', body = argv[3], countable = 1, keep = argv[4] })
    mark_news(owner, bucket, channel, state)
    return { 'ok' }
  end)
end
