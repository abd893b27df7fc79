-- Where a player is: in which sessions, and in a match. KEYS are the player's. Parts of his owner:
--   presence  hash  session -> JSON {incarnation, channel, reading, at, matchUntil?, activeAt?, idle?}; 'match:' -> JSON {matchUntil, match?}: what the game's backend
--                   says, of all his sessions; 'seen:' -> JSON {at}: when he was last there in sessions that are over
--   awaited   hash  notice id -> JSON {why, ends, given, notice (JSON), badge?: {at, channel, seq, kind, template?}}: notices that wait, at the latest until then: 'in-match' for the end of
--                   his match, others for that moment
--   badge     hash  at (when he was told last), is (what he was told); see player_awaits
-- and of the bucket: due, with 'match:<player>' (see ../notifier/due.lua).

do
  local MATCH, SEEN = 'match:', 'seen:'
  -- Between two badges, so that a lively guild does not blink in a match.
  local BADGE_GAP_MS = 3000
  local MOST_AWAITED = 100
  local KEPT_MS = 172800000

  -- When the match of a row is expected to end, if that is still to come.
  local function end_of(json, now)
    local read, row = pcall(cjson.decode, json)
    local ends = read and type(row) == 'table' and tonumber(row.matchUntil)
    return ends and ends > now and ends or nil
  end

  -- When the player's last match is expected to end; nil: he is in none.
  local function in_match(owner, now)
    local last
    for _, json in ipairs(redis.call('HVALS', owner .. 'presence')) do
      local ends = end_of(json, now)
      if ends then last = math.max(ends, last or 0) end
    end
    return last
  end

  local function look_at(bucket, player, at)
    redis.call('ZADD', bucket .. 'due', 'LT', int(at), 'match:' .. player)
  end

  -- What waits for him now, for his game to draw: nothing when no match is on.
  local function badge_of(owner, now)
    local badge, newest, newest_id = { type = 'badge', count = 0 }, nil, ''
    if not in_match(owner, now) then return badge, '0' end
    local all = redis.call('HGETALL', owner .. 'awaited')
    for index = 1, #all, 2 do
      local one = cjson.decode(all[index + 1]).badge
      if one then
        badge.count = badge.count + 1
        if not newest or one.at > newest.at or (one.at == newest.at and all[index] > newest_id) then newest, newest_id = one, all[index] end
      end
    end
    if newest then badge.newest = { channel = newest.channel, seq = newest.seq, kind = newest.kind, template = newest.template } end
    return badge, badge.count == 0 and '0' or int(badge.count) .. ' ' .. newest_id
  end

  -- Tells the player's sessions what waits, if that is something else than they were told. That nothing waits any more is told at once, other changes in a while.
  local function tell_badge(owner, bucket, player, now)
    local badge, is = badge_of(owner, now)
    local told = redis.call('HMGET', owner .. 'badge', 'at', 'is')
    if (told[2] or '0') == is then return end
    local next_at = (tonumber(told[1]) or 0) + BADGE_GAP_MS
    if badge.count > 0 and next_at > now then return look_at(bucket, player, next_at) end
    redis.call('HSET', owner .. 'badge', 'at', int(now), 'is', is)
    redis.call('PEXPIRE', owner .. 'badge', 86400000)
    redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ player, badge }))
  end

  -- Something about his matches has changed. What waited for one that is over is looked at now; one that broke off with its session may go on in the next.
  local function match_changed(owner, bucket, player, is_over, now)
    tell_badge(owner, bucket, player, now)
    local at = in_match(owner, now) or (is_over and now)
    if at then look_at(bucket, player, at) end
  end

  -- He was there at some time, in a session that is over.
  local function saw(presence, at)
    local seen = redis.call('HGET', presence, SEEN)
    if not seen or cjson.decode(seen).at < at then redis.call('HSET', presence, SEEN, '{"at":' .. int(at) .. '}') end
  end

  -- Ends a session: the player was there until `ended`, or where nobody was at the screen until the last sign of him.
  local function end_session(presence, session, ended, idle_ms)
    local read, row = pcall(cjson.decode, redis.call('HGET', presence, session) or '')
    local at = read and type(row) == 'table' and tonumber(row.activeAt or row.at)
    -- Before the row goes: the record keeps its end.
    if at then saw(presence, (not ended or row.idle or (row.reading and ended - at >= idle_ms)) and at or ended) end
    redis.call('HDEL', presence, session)
  end

  -- player_session: records a session, and keeps the player's record for so long.
  -- ARGV: 1 session, 2 its row (JSON), 3 seconds, 4 player   Reply: {'ok', all his sessions and rows as a flat list, when there are others}
  command('player_session', function(keys, argv)
    local owner, presence = keys[1], keys[1] .. 'presence'
    local has_awaited = redis.call('EXISTS', owner .. 'awaited') == 1
    local before = has_awaited and redis.call('HGET', presence, argv[1])
    local added = redis.call('HSET', presence, argv[1], argv[2])
    redis.call('EXPIRE', presence, argv[3])
    if has_awaited then
      local now = now_ms()
      -- A new session has not heard what the others were told.
      if added == 1 and in_match(owner, now) then redis.call('HDEL', owner .. 'badge', 'is') end
      match_changed(owner, keys[2], argv[4], before and end_of(before, now), now)
    end
    if added == 1 and redis.call('HLEN', presence) == 1 then return { 'ok', {} } end
    return { 'ok', redis.call('HGETALL', presence) }
  end)

  -- player_session_end: a session is over. He was there until now, unless it was idle. A match that was its own goes on in the player's next one, or has ended; what
  -- waits for it is looked at in a while.
  -- ARGV: 1 session, 2 player, 3 after how long without a sign of him it was idle, in ms, 4 seconds the record is kept (3 and 4 are missing from older callers)
  -- Reply: {'ok'}
  command('player_session_end', function(keys, argv)
    local presence, now = keys[1] .. 'presence', now_ms()
    end_session(presence, argv[1], now, tonumber(argv[3]) or math.huge)
    if argv[4] then redis.call('EXPIRE', presence, argv[4]) end
    if redis.call('EXISTS', keys[1] .. 'awaited') == 1 then match_changed(keys[1], keys[2], argv[2], false, now) end
    return { 'ok' }
  end)

  -- player_sessions_lost: sessions of processes that have died are over, and the player was there until his last sign in them.
  -- ARGV: sessions   Reply: {'ok'}
  command('player_sessions_lost', function(keys, argv)
    local presence = keys[1] .. 'presence'
    for _, session in ipairs(argv) do end_session(presence, session) end
    return { 'ok' }
  end)

  -- player_match: the game's backend says that the player is in a match, or not any more.
  -- ARGV: 1 player, 2 its expected end, in ms ('' it has ended), 3 match ('' none; one that ends is ended only if it is that), 4 longest time from now, 5 seconds the record is kept
  -- Reply: {'ok', its expected end as it is now ('0' he is in none)}   Errors: {'player-not-found'}
  command('player_match', function(keys, argv)
    local owner, presence, now = keys[1], keys[1] .. 'presence', now_ms()
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    local stored = redis.call('HGET', presence, MATCH)
    local held = stored and cjson.decode(stored) or {}
    if (held.matchUntil or 0) <= now then held = {} end
    local ends = math.min(tonumber(argv[2]) or 0, now + tonumber(argv[4]))
    if ends <= now and held.matchUntil and argv[3] ~= '' and held.match ~= argv[3] then return { 'ok', int(held.matchUntil) } end
    if ends > now then
      redis.call('HSET', presence, MATCH, cjson.encode({ matchUntil = ends, match = argv[3] ~= '' and argv[3] or nil }))
      redis.call('EXPIRE', presence, argv[5])
    else
      ends = 0
      redis.call('HDEL', presence, MATCH)
    end
    if ends ~= (held.matchUntil or 0) then redis.call('SPUBLISH', keys[2] .. 'personal', cjson.encode({ argv[1], { type = 'match', ['until'] = ends } })) end
    if redis.call('EXISTS', owner .. 'awaited') == 1 then match_changed(owner, keys[2], argv[1], true, now) end
    return { 'ok', int(ends) }
  end)

  -- player_badge: what waits for a player who is in a match.   ARGV: none   Reply: {'ok', JSON of the badge}
  command('player_badge', function(keys)
    local badge = badge_of(keys[1], now_ms())
    return { 'ok', cjson.encode(badge) }
  end)

  -- When a row of `awaited` is looked at next: a match may be over before its end.
  local function next_look(row, now, within, is_in_match)
    local ends = tonumber(row.ends)
    if row.why ~= 'in-match' then return math.max(now, ends) end
    return is_in_match and math.max(now, math.min(ends, now + within)) or now
  end

  -- player_awaits: a notice waits for a moment of the player's, and is told as part of his badge while he is in a match. Of a match the first end that was expected stays.
  -- ARGV: 1 player, 2 notice id, 3 row (JSON), 4 within how long the end of a match is looked for
  -- Reply: {'ok', in how many ms it is looked at}; {'ok', '-1'}: too many wait already
  command('player_awaits', function(keys, argv)
    local owner, bucket, player, now = keys[1], keys[2], argv[1], now_ms()
    local awaited, row = owner .. 'awaited', cjson.decode(argv[3])
    local stored = redis.call('HGET', awaited, argv[2])
    if not stored and redis.call('HLEN', awaited) >= MOST_AWAITED then return { 'ok', '-1' } end
    if not stored or row.why ~= 'in-match' or cjson.decode(stored).why ~= 'in-match' then redis.call('HSET', awaited, argv[2], argv[3]) end
    redis.call('PEXPIRE', awaited, int(math.max(KEPT_MS, redis.call('PTTL', awaited), tonumber(row.ends) - now + 3600000)))
    local at = next_look(row, now, tonumber(argv[4]), in_match(owner, now))
    look_at(bucket, player, at)
    tell_badge(owner, bucket, player, now)
    return { 'ok', int(at - now) }
  end)

  -- player_awaited: these notices wait no more, unless they wait for something else by now; the others go on.
  -- ARGV: 1 player, 2 within how long the end of a match is looked for, 3… notice ids, each followed by its row as it was   Reply: {'ok', in how many ms the others are looked at ('-1' there are none)}
  command('player_awaited', function(keys, argv)
    local owner, bucket, player, now = keys[1], keys[2], argv[1], now_ms()
    local awaited, next_at = owner .. 'awaited', nil
    for index = 3, #argv, 2 do
      if redis.call('HGET', awaited, argv[index]) == argv[index + 1] then redis.call('HDEL', awaited, argv[index]) end
    end
    tell_badge(owner, bucket, player, now)
    for _, json in ipairs(redis.call('HVALS', awaited)) do
      local at = next_look(cjson.decode(json), now, tonumber(argv[2]), true)
      next_at = math.min(next_at or at, at)
    end
    if not next_at then return { 'ok', '-1' } end
    look_at(bucket, player, next_at)
    return { 'ok', int(next_at - now) }
  end)

  -- player_read: the player has read up to an entry on one of his devices. The others are told; what he has read waits no more, and leaves his screens.
  -- ARGV: 1 player, 2 message, 3 channel, 4 seq   Reply: {'ok'}
  command('player_read', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local presence = owner .. 'presence'
    local sessions = redis.call('HLEN', presence) - redis.call('HEXISTS', presence, MATCH) - redis.call('HEXISTS', presence, SEEN)
    if sessions > 1 then redis.call('SPUBLISH', bucket .. 'personal', argv[2]) end
    local all, found = redis.call('HGETALL', owner .. 'awaited'), false
    for index = 1, #all, 2 do
      local badge = cjson.decode(all[index + 1]).badge
      if badge and badge.channel == argv[3] and badge.seq > 0 and badge.seq <= tonumber(argv[4]) then
        redis.call('HDEL', owner .. 'awaited', all[index])
        found = true
      end
    end
    if found then tell_badge(owner, bucket, argv[1], now_ms()) end
    screens.read(owner, bucket, argv[1], argv[3], tonumber(argv[4]), now_ms())
    return { 'ok' }
  end)
end
