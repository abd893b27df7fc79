-- Digests: what is unread, summed up. Parts of a player:
--   digested  hash  channel -> '<epoch>:<seq>:<count>' up to where a digest has told him of it; ':number' how many he got; ':at' when the last, in ms; ':week:<guild>' the last week he was told of
--   owed      zset  '<seq> <channel>' -> when it was left to a digest, in ms: told by it even if one has told of all up to there
--   digests   zset  number of a digest -> when he got it, in ms; those of the last day
-- and of a channel: untold (see ../channel/channel.lua).

do
  local DAY_MS = 86400000
  -- A player who gets no digest for so long has read, or is gone.
  local KEPT_MS = 90 * DAY_MS
  local MOST_OWED, OWED_MS = 50, 7 * DAY_MS

  -- Seq and count of a position; both 0 of none.
  local function parts_of_position(position)
    local _, seq, count = string.match(position or '', '^(%d+):(%d+):(%d+)$')
    return tonumber(seq or 0), tonumber(count or 0)
  end

  -- digest_open: begins a channel's digest. The flag is cleared before the head is read, so that what is written from now on makes the next digest.
  -- KEYS: 1 owner's prefix, 2 bucket's prefix   ARGV: 1 channel   Reply: {'ok', epoch, head, count}
  command('digest_open', function(keys, argv)
    redis.call('HDEL', keys[1] .. 'head', 'news')
    local state = open_channel(keys[1], keys[2], argv[1])
    return { 'ok', state.epoch, state.head, state.count }
  end)

  -- digest_window: of some players those who are members and have anything unread.
  -- ARGV: 1 channel, 2… players (a few hundred)   Reply: {'ok', {player, unread, …}}
  command('digest_window', function(keys, argv)
    local owner, found = keys[1], {}
    if #argv == 1 then return { 'ok', found } end
    local state = open_channel(owner, keys[2], argv[1])
    local players = { unpack(argv, 2) }
    local members = redis.call('HMGET', owner .. 'members', unpack(players))
    local read = redis.call('HMGET', owner .. 'read', unpack(players))
    for index, player in ipairs(players) do
      local seq, count = parts_of_position(read[index])
      local unread = members[index] and unread_after(owner, state, seq, count) or 0
      if unread > 0 then
        found[#found + 1] = player
        found[#found + 1] = unread
      end
    end
    return { 'ok', found }
  end)

  -- digest_page: a channel and the newest of its log.
  -- ARGV: 1 channel, 2 most entries
  -- Reply: {'ok', name, {payload, …} oldest first, marks of these (see marks_of), {seq, member who wrote it, …} of older entries these reply to}
  command('digest_page', function(keys, argv)
    local owner = keys[1]
    local found = redis.call('XREVRANGE', owner .. 'log', '+', '-', 'COUNT', argv[2])
    local rows, seqs, authors, seen = {}, {}, {}, {}
    for index = #found, 1, -1 do
      rows[#rows + 1] = found[index][2][2]
      seqs[#seqs + 1] = string.match(found[index][1], '^%d+')
    end
    for _, row in ipairs(rows) do
      if string.find(row, '"reply":', 1, true) then
        local body = cjson.decode(row)[7]
        local to = type(body) == 'table' and type(body.reply) == 'number' and int(body.reply)
        if to and tonumber(to) < tonumber(seqs[1]) and not seen[to] then
          seen[to] = true
          local replied = redis.call('XRANGE', owner .. 'log', to .. '-0', to .. '-0')[1]
          if replied then
            authors[#authors + 1] = tonumber(to)
            authors[#authors + 1] = cjson.decode(replied[2][2])[5]
          end
        end
      end
    end
    return { 'ok', redis.call('HGET', owner .. 'info', 'name') or '', rows, marks_of(owner, '', seqs, rows), authors }
  end)

  -- Seqs that call a member after a seq: how many, and of each set the oldest and the newest.
  local function calls_of(owner, member, seq, most)
    local after, named = '(' .. int(seq), owner .. 'calls:' .. int(member.n)
    local count, seqs = 0, {}
    local function take(key)
      local more = redis.call('ZCOUNT', key, after, '+inf')
      if more == 0 then return end
      count = count + more
      for _, each in ipairs(redis.call('ZRANGE', key, after, '+inf', 'BYSCORE', 'LIMIT', 0, 1)) do seqs[each] = true end
      for _, each in ipairs(redis.call('ZRANGE', key, '+inf', after, 'BYSCORE', 'REV', 'LIMIT', 0, most)) do seqs[each] = true end
    end
    take(owner .. 'calls:all')
    take(named)
    if member.rank == 'leader' or member.rank == 'officer' then
      take(owner .. 'calls:officers')
      count = count - redis.call('ZCOUNT', named .. '+officers', after, '+inf')
    end
    local sorted = {}
    for each in pairs(seqs) do sorted[#sorted + 1] = each end
    table.sort(sorted, function(one, other) return tonumber(one) < tonumber(other) end)
    return count, sorted
  end

  -- digest_standing: how players stand in a channel.
  -- ARGV: 1 channel, 2 most entries that call one (of each kind of call), then of each player: his id, up to where a digest has told him ('' none)
  -- Reply: {'ok', epoch, head, count, {member's record ('' not a member), read position ('' none), when he was last seen in ms ('' never), unread after both positions, entries after
  --         them that call him, {payload, …} of some of these, oldest first, marks of these} for each}
  command('digest_standing', function(keys, argv)
    local owner = keys[1]
    local state = open_channel(owner, keys[2], argv[1])
    local reply = { 'ok', state.epoch, state.head, state.count }
    for index = 3, #argv, 2 do
      local player = argv[index]
      local record = redis.call('HGET', owner .. 'members', player)
      local member = record and cjson.decode(record)
      local read = redis.call('HGET', owner .. 'read', player) or ''
      local row = { '', read, redis.call('HGET', owner .. 'seen', player) or '', 0, 0, {}, {} }
      if member then
        local seq, count = parts_of_position(read)
        local told_seq, told_count = parts_of_position(argv[index + 1])
        if told_seq > seq then seq, count = told_seq, told_count end
        local calls, seqs = calls_of(owner, member, seq, argv[2])
        local rows, kept = {}, {}
        for _, each in ipairs(seqs) do
          local found = redis.call('XRANGE', owner .. 'log', each .. '-0', each .. '-0')[1]
          if found then
            rows[#rows + 1] = found[2][2]
            kept[#kept + 1] = each
          end
        end
        row[1], row[4], row[5], row[6], row[7] = cjson.encode({ n = member.n }), unread_after(owner, state, seq, count), calls, rows, marks_of(owner, '', kept, rows)
      end
      reply[#reply + 1] = row
    end
    return reply
  end)

  -- digest_settled: a player who had read up to a position has been told of a channel, or there is nothing to tell him. If he read on meanwhile, he stays among those
  -- to be told.
  -- KEYS: 1 owner's prefix, 2 bucket's prefix   ARGV: 1 player, 2 the position ('' none)   Reply: 1 he is settled, 0 not
  command('digest_settled', function(keys, argv)
    if (redis.call('HGET', keys[1] .. 'read', argv[1]) or '') ~= argv[2] then return 0 end
    return redis.call('SREM', keys[1] .. 'untold', argv[1])
  end)

  -- digest_player: what is known of a player's digests. KEYS are the player's.
  -- Reply: {'ok', his guild ('' none), profile (JSON; '' none), {channel, since when it is on his list, …}, {channel, position, …} and the rest of `digested`, time now in ms,
  --         {when, …} he got those of the last day, oldest first, {'<seq> <channel>', …} of what was left to a digest, stamp (see screens.lua)}
  command('digest_player', function(keys)
    local owner, now = keys[1], now_ms()
    local times = {}
    for _, at in ipairs(redis.call('ZRANGE', owner .. 'digests', int(now - DAY_MS), '+inf', 'BYSCORE', 'WITHSCORES')) do times[#times + 1] = at end
    local when = {}
    for index = 2, #times, 2 do when[#when + 1] = times[index] end
    return { 'ok', redis.call('HGET', owner .. 'claim', 'guild') or '', redis.call('HGET', owner .. 'profile', 'd') or '', redis.call('HGETALL', owner .. 'channels'),
      redis.call('HGETALL', owner .. 'digested'), int(now), when, redis.call('ZRANGE', owner .. 'owed', 0, -1),
      redis.call('HGET', owner .. 'pushing', 'stamp') or '0' }
  end)

  -- digest_owe: something was left to a player's digest; unless one has told him of it since.   ARGV: 1 channel, 2 seq, 3 mark of its notice   Reply: {'ok'}
  command('digest_owe', function(keys, argv)
    local owed, now = keys[1] .. 'owed', now_ms()
    local told = redis.call('HGET', keys[1] .. 'told', argv[3])
    local row = told and cjson.decode(told)
    if row and row.digest and row.got then return { 'ok' } end
    redis.call('ZADD', owed, int(now), argv[2] .. ' ' .. argv[1])
    redis.call('ZREMRANGEBYRANK', owed, 0, -1 - MOST_OWED)
    redis.call('PEXPIRE', owed, int(OWED_MS))
    return { 'ok' }
  end)

  -- digest_told: a player got a digest. Told a second time (by a run that was cut short after FCM's yes) it changes nothing. KEYS are the player's.
  -- ARGV: 1 how many he had got before ('': of a week), 2 how many positions follow, 3… channel (or ':week:<guild>') and position up to where it told, then how many of those left to a
  --       digest it told and '<seq> <channel>' of each, then his channels: what is known of others is forgotten
  -- Reply: {'ok', 1 | 0 he was told that already}
  command('digest_told', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local digested, digests = owner .. 'digested', owner .. 'digests'
    if argv[1] == '' and redis.call('HGET', digested, argv[3]) == argv[4] then return { 'ok', 0 } end
    if argv[1] ~= '' and (redis.call('HGET', digested, ':number') or '0') ~= argv[1] then return { 'ok', 0 } end
    local told = 2 + 2 * tonumber(argv[2])
    local owed = told + 1 + tonumber(argv[told + 1])
    local mine = {}
    for index = owed + 1, #argv do mine[argv[index]] = true end
    for _, channel in ipairs(redis.call('HKEYS', digested)) do
      if string.sub(channel, 1, 1) ~= ':' and not mine[channel] then redis.call('HDEL', digested, channel) end
    end
    if told > 2 then redis.call('HSET', digested, unpack(argv, 3, told)) end
    if owed > told + 1 then redis.call('ZREM', owner .. 'owed', unpack(argv, told + 2, owed)) end
    redis.call('HSET', digested, ':at', int(now))
    local number = redis.call('HINCRBY', digested, ':number', 1)
    redis.call('PEXPIRE', digested, int(KEPT_MS))
    redis.call('ZADD', digests, int(now), number)
    redis.call('ZREMRANGEBYSCORE', digests, '-inf', int(now - DAY_MS))
    redis.call('PEXPIRE', digests, int(DAY_MS))
    return { 'ok', 1 }
  end)
end
