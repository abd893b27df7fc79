-- Sanctions. Of a channel (a guild's, a team's, a circle's) they stand beside its members, see audit.lua; of the whole game in the player's own bucket:
--   standing   hash  'banned', 'muted' -> JSON {until (ms; 0: for ever), reason, at}; 'linked' -> the account this guest has become (see ../link/link.lua);
--                    'kicked' -> JSON {count, sessions (those of `presence` at the last time, as keys)}: how often he was put out of the game
--                    'minor' -> '<0|1> <since when that is known, ms>' (see rules.lua)
--   blocks     hash  player he has blocked -> since when, ms
-- and of the bucket: standings (string: rises with every change of a standing, which is also told on `personal` as [player, {"type":"standing"}]).

do
  -- Whether 'until' is a time to come, and not further than so many ms (nil: as far as one likes).
  local function is_ahead(til, now, most)
    return til > now and (not most or til <= now + most)
  end

  -- channel_mute: a member, or one who has left, may not write until a time; '0': he may again.
  -- ARGV: 1 player, 2 until (ms), 3 most ms ahead, 4 caller ('' the game's backend), 5 why
  -- Reply: {'ok'}; what is so already changes nothing
  -- Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'} (he has never been one),
  --         {'bad-request'} (until is past or too far)
  command('channel_mute', function(keys, argv)
    local owner, bucket, player, til, now = keys[1], keys[2], argv[1], tonumber(argv[2]), now_ms()
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal, caller = refused(owner, argv[4], 'mute')
    if refusal then return { refusal } end
    if redis.call('HEXISTS', owner .. 'numbers', player) == 0 then return { 'member-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    local member = record and cjson.decode(record)
    if member and not outranks(caller, member) then return { 'not-permitted' } end
    if til ~= 0 and not is_ahead(til, now, tonumber(argv[3])) then return { 'bad-request' } end
    local so_far = member and member.mutedUntil or not member and tonumber(redis.call('HGET', owner .. 'mutes', player) or '') or 0
    if so_far == til then return { 'ok' } end
    if member then
      member.mutedUntil = til ~= 0 and til or nil
      redis.call('HSET', owner .. 'members', player, cjson.encode(member))
    end
    if til == 0 then redis.call('HDEL', owner .. 'mutes', player) else redis.call('HSET', owner .. 'mutes', player, int(til)) end
    local act = til == 0 and 'unmute' or 'mute'
    audit(owner, { act = act, by = argv[4], whom = player, why = argv[5], ['until'] = til ~= 0 and til or nil })
    happened(bucket, 'sanction', { channel = string.match(owner, '}:(.+):$'), player = player, by = argv[4], sanction = act, ['until'] = til, reason = argv[5] })
    return { 'ok' }
  end)

  -- channel_kick: a member of a team or circle is removed. His entry is the last he receives.
  -- ARGV: 1 channel, 2 player, 3 kind code of the entry, 4 entries to keep, 5 caller: who may kick and outranks him, 6 why
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}
  command('channel_kick', function(keys, argv)
    local owner, bucket, channel, player = keys[1], keys[2], argv[1], argv[2]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal, caller = refused(owner, argv[5], 'kick')
    if refusal then return { refusal } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'member-not-found' } end
    local member = cjson.decode(record)
    if not outranks(caller, member) then return { 'not-permitted' } end
    audit(owner, { act = 'kick', by = argv[5], whom = player, why = argv[6] })
    happened(bucket, 'member-kicked', { channel = channel, player = player, by = argv[5], reason = argv[6] })
    dismiss(owner, bucket, channel, player, member, argv[3], argv[4])
    return { 'ok' }
  end)

  -- channel_ban: a player is removed from a team or circle, if he is a member, and not let in again until a time; '0': never.
  -- ARGV: 1 channel, 2 player, 3 kind code of the entry, 4 entries to keep, 5 caller: who may ban and outranks him, 6 why, 7 until (ms), 8 most bans
  -- Reply: {'ok'}; what is so already changes nothing
  -- Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'bad-request'} (until is past), {'bans-full'}
  command('channel_ban', function(keys, argv)
    local owner, bucket, channel, player, til = keys[1], keys[2], argv[1], argv[2], tonumber(argv[7])
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal, caller = refused(owner, argv[5], 'ban')
    if refusal then return { refusal } end
    local record = redis.call('HGET', owner .. 'members', player)
    local member = record and cjson.decode(record)
    if member and not outranks(caller, member) then return { 'not-permitted' } end
    if til ~= 0 and not is_ahead(til, now_ms()) then return { 'bad-request' } end
    local stored = redis.call('HGET', owner .. 'bans', player)
    if stored and not member and (cjson.decode(stored).ends or 0) == til then return { 'ok' } end
    if bans_are_full(owner, player, tonumber(argv[8])) then return { 'bans-full' } end
    put_ban(owner, player, argv[5], til ~= 0 and til or nil, argv[6])
    audit(owner, { act = 'ban', by = argv[5], whom = player, why = argv[6], ['until'] = til })
    happened(bucket, 'sanction', { channel = channel, player = player, by = argv[5], sanction = 'ban', ['until'] = til, reason = argv[6] })
    if member then dismiss(owner, bucket, channel, player, member, argv[3], argv[4]) end
    return { 'ok' }
  end)

  -- channel_unban: a player may be let into a guild, team or circle again.
  -- ARGV: 1 channel, 2 player, 3 caller, 4 why ('' untold)   Reply: {'ok'}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('channel_unban', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[3], 'ban')
    if refusal then return { refusal } end
    if redis.call('HDEL', owner .. 'bans', argv[2]) == 0 then return { 'ok' } end
    audit(owner, { act = 'unban', by = argv[3], whom = argv[2], why = argv[4] })
    happened(bucket, 'sanction', { channel = argv[1], player = argv[2], by = argv[3], sanction = 'unban', reason = argv[4] })
    return { 'ok' }
  end)

  -- channel_bans: who is banned and why.
  -- ARGV: 1 caller   Reply: {'ok', {player, ban (JSON), …}}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('channel_bans', function(keys, argv)
    local owner = keys[1]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[1], 'ban')
    if refusal then return { refusal } end
    return { 'ok', redis.call('HGETALL', owner .. 'bans') }
  end)

  -- player_sanction: what a player may not in the whole game. KEYS are the player's.
  -- ARGV: 1 player, 2 'banned' | 'muted', 3 until (ms; '0': for ever; '': it is lifted), 4 why
  -- Reply: {'ok'}; what is so already changes nothing   Errors: {'player-not-found'}, {'player-linked'} (he goes on as an account), {'bad-request'} (until is past)
  command('player_sanction', function(keys, argv)
    local owner, bucket, what, now = keys[1], keys[2], argv[2], now_ms()
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    local stored = redis.call('HGET', owner .. 'standing', what)
    local til = tonumber(argv[3])
    -- It would hold nobody back.
    if til and redis.call('HEXISTS', owner .. 'profile', 'to') == 1 then return { 'player-linked' } end
    if til and til ~= 0 and not is_ahead(til, now) then return { 'bad-request' } end
    if til and stored and cjson.decode(stored)['until'] == til then return { 'ok' } end
    if not til and not stored then return { 'ok' } end
    if til then redis.call('HSET', owner .. 'standing', what, cjson.encode({ ['until'] = til, reason = argv[4], at = now }))
    else redis.call('HDEL', owner .. 'standing', what) end
    redis.call('INCR', bucket .. 'standings')
    redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ argv[1], { type = 'standing' } }))
    local act = ({ banned = { 'game-ban', 'game-unban' }, muted = { 'game-mute', 'game-unmute' } })[what][til and 1 or 2]
    audit(owner, { act = act, by = '', whom = argv[1], why = argv[4], ['until'] = til })
    happened(bucket, 'sanction', { player = argv[1], by = '', sanction = act, ['until'] = til, reason = argv[4] })
    return { 'ok' }
  end)

  -- player_put_out: all connections of a player are closed; nothing keeps him from coming back. KEYS are the player's.
  -- ARGV: 1 player, 2 why
  -- Reply: {'ok'}; asked again before he has a new session it is the same act: nothing more is written down, but connections that begin just now are closed, too
  -- Errors: {'player-not-found'}, {'player-linked'} (he goes on as an account)
  command('player_put_out', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    if redis.call('HEXISTS', owner .. 'profile', 'to') == 1 then return { 'player-linked' } end
    local stored = redis.call('HGET', owner .. 'standing', 'kicked')
    local last = stored and cjson.decode(stored) or { count = 0, sessions = {} }
    local sessions, is_new = {}, not stored
    for _, session in ipairs(redis.call('HKEYS', owner .. 'presence')) do
      -- What else is known of him, 'match:' and 'seen:', is no session.
      if string.sub(session, -1) ~= ':' then
        sessions[session] = 1
        if not last.sessions[session] then is_new = true end
      end
    end
    redis.call('HSET', owner .. 'standing', 'kicked', cjson.encode({ count = last.count + 1, sessions = is_new and sessions or last.sessions }))
    redis.call('INCR', bucket .. 'standings')
    redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ argv[1], { type = 'standing' } }))
    if not is_new then return { 'ok' } end
    audit(owner, { act = 'game-kick', by = '', whom = argv[1], why = argv[2] })
    happened(bucket, 'sanction', { player = argv[1], by = '', sanction = 'game-kick', reason = argv[2] })
    return { 'ok' }
  end)

  -- player_block: a player does not want to hear of another, or does again; all his sessions are told. KEYS are the player's.
  -- ARGV: 1 player, 2 other, 3 '1' | '0', 4 most
  -- Reply: {'ok'}; what is so already changes nothing   Errors: {'player-not-found'} (he is not known himself), {'blocks-full'}
  command('player_block', function(keys, argv)
    local owner, bucket, blocks = keys[1], keys[2], keys[1] .. 'blocks'
    if redis.call('HEXISTS', owner .. 'profile', 'd') == 0 then return { 'player-not-found' } end
    local is_blocked = redis.call('HEXISTS', blocks, argv[2]) == 1
    if is_blocked == (argv[3] == '1') then return { 'ok' } end
    if argv[3] == '1' then
      if redis.call('HLEN', blocks) >= tonumber(argv[4]) then return { 'blocks-full' } end
      redis.call('HSET', blocks, argv[2], int(now_ms()))
    else redis.call('HDEL', blocks, argv[2]) end
    redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ argv[1], { type = 'block', player = argv[2], on = argv[3] == '1' } }))
    return { 'ok' }
  end)

  -- player_blocked: by whom a player is blocked, or may be: so that it goes on when he does as an account (see ../link/carry.lua). KEYS are the player's.
  -- ARGV: 1 who has blocked him   Reply: {'ok'}
  command('player_blocked', function(keys, argv)
    if redis.call('HEXISTS', keys[1] .. 'profile', 'd') == 1 then redis.call('HSET', keys[1] .. 'blockedby', argv[1], '1') end
    return { 'ok' }
  end)
end
