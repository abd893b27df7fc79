-- Channels that are no guild's: teams and circles. Their parts are those of a guild (see guild.lua) without claims: a player may be in many.

do
  -- channel_found: a new channel.
  -- ARGV: 1 name, 2 capacity   Reply: {'ok', newly (0|1)}; one that is there stays as it is
  -- Errors: {'team-ended'} (what was there ended within the hour, and its keys are on their way out)
  command('channel_found', function(keys, argv)
    local owner = keys[1]
    if redis.call('EXISTS', owner .. 'info') == 1 then return { 'ok', 0 } end
    if redis.call('EXISTS', owner .. 'ended') == 1 then return { 'team-ended' } end
    redis.call('HSET', owner .. 'info', 'name', argv[1], 'tag', '', 'capacity', argv[2], 'createdAt', int(now_ms()), 'version', 0)
    return { 'ok', 1 }
  end)

  -- What a player lacks of what a circle asks of who joins: its level, its language.
  local function lacking_for(owner, profile)
    local asked = redis.call('HMGET', owner .. 'info', 'minLevel', 'language')
    if asked[1] and profile.level < tonumber(asked[1]) then return 'level-too-low' end
    if asked[2] and asked[2] ~= '' and profile.locale ~= asked[2] then return 'other-language' end
  end

  -- channel_admit: a player becomes a member; a member stays what he is.
  -- ARGV: 1 channel, 2 player, 3 rank, 4 profile (JSON), 5 its version, 6 entries to keep, 7 '1': he joins by himself, so he must be what is asked of who joins
  -- Reply: {'ok', number, newly (0|1)}
  -- Errors: {'channel-not-found'}, {'channel-full'}, {'banned', until} (for ever: without), {'player-linked'}, {'level-too-low'}, {'other-language'}
  command('channel_admit', function(keys, argv)
    local owner, bucket, player = keys[1], keys[2], argv[2]
    local capacity = redis.call('HGET', owner .. 'info', 'capacity')
    if not capacity then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if record then return { 'ok', cjson.decode(record).n, 0 } end
    if redis.call('EXISTS', owner .. 'fence:' .. player) == 1 then return { 'player-linked' } end
    local banned = ban_refusal(owner, player)
    if banned then return banned end
    local lacking = argv[7] == '1' and lacking_for(owner, cjson.decode(argv[4]))
    if lacking then return { lacking } end
    local count, rank = redis.call('HLEN', owner .. 'members'), argv[3]
    if count >= tonumber(capacity) then return { 'channel-full' } end
    -- A team has one leader: who comes first, or to whom the lead is given.
    if redis.call('HEXISTS', owner .. 'info', 'team') == 1 then rank = count == 0 and 'leader' or rank == 'leader' and 'member' or rank end
    return { 'ok', tonumber(admit(owner, bucket, argv[1], player, rank, 0, argv[4], argv[5], argv[6])), 1 }
  end)

  -- channel_release: a member leaves or is removed. His entry is the last he receives.
  -- ARGV: 1 channel, 2 player, 3 kind code ('5' left, '6' kicked), 4 entries to keep, 5 '1': he leaves by himself, and a leader goes last,
  --       6 why ('' untold)
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'member-not-found'}, {'last-leader'}
  command('channel_release', function(keys, argv)
    local owner, bucket, channel, player = keys[1], keys[2], argv[1], argv[2]
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'member-not-found' } end
    local member = cjson.decode(record)
    if argv[5] == '1' and member.rank == 'leader' and redis.call('HLEN', owner .. 'members') > 1 then return { 'last-leader' } end
    audit_removal(owner, argv[3], argv[5] == '1' and player or '', player, argv[6])
    happened(bucket, argv[3] == '6' and 'member-kicked' or 'member-left', { channel = channel, player = player, reason = argv[6] ~= '' and argv[6] or nil })
    dismiss(owner, bucket, channel, player, member, argv[3], argv[4])
    return { 'ok' }
  end)

  -- circle_found: a new circle.
  -- ARGV: 1 print of the request that makes it, then fields of info and their values
  -- Reply: {'ok', newly (0|1), numbers given to members}; the same request again is {'ok', 0}   Errors: {'circle-exists'}
  command('circle_found', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local stored = redis.call('HMGET', owner .. 'info', 'founding', 'name')
    if stored[1] and stored[1] == argv[1] then return { 'ok', 0, tonumber(redis.call('HGET', owner .. 'head', 'number') or 0) } end
    if stored[1] or stored[2] then return { 'circle-exists' } end
    redis.call('HSET', owner .. 'info', 'founding', argv[1], 'tag', '', 'createdAt', int(now_ms()), 'version', 0, unpack(argv, 2))
    open_channel(owner, bucket, string.match(owner, '}:(.+):$'))
    happened(bucket, 'circle-created', { channel = string.match(owner, '}:(.+):$') })
    return { 'ok', 1, 0 }
  end)

  -- circle_change: other facts about a circle.
  -- ARGV: 1 caller (permission profile), then fields of info and their values
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('circle_change', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'channel-not-found' } end
    local refusal = refused(owner, argv[1], 'profile')
    if refusal then return { refusal } end
    local changed = {}
    for index = 2, #argv, 2 do
      if redis.call('HGET', owner .. 'info', argv[index]) ~= argv[index + 1] then changed[#changed + 1] = argv[index] end
    end
    if #changed == 0 then return { 'ok' } end
    redis.call('HSET', owner .. 'info', unpack(argv, 2))
    touch(owner)
    audit(owner, { act = 'change', by = argv[1], what = table.concat(changed, ',') })
    happened(bucket, 'circle-changed', { channel = string.match(owner, '}:(.+):$'), by = argv[1] })
    return { 'ok' }
  end)

  -- player_found: notes that a player founds something, unless he has founded too many lately. KEYS are the player's.
  -- ARGV: 1 part that counts them ('founded' circles, 'guildsfounded'), 2 what he founds, with a print of the request: another request for the same id counts by
  --       itself, so that taking back the one that was refused leaves the one that was done, 3 most, 4 within how long (ms), 5 '1': he did not found it after all
  -- Reply: {'ok'}   Errors: {'rate-limited', when he may again}
  command('player_found', function(keys, argv)
    local founded, now, span = keys[1] .. argv[1], now_ms(), tonumber(argv[4])
    if argv[5] == '1' then
      redis.call('ZREM', founded, argv[2])
      return { 'ok' }
    end
    -- What a clock that was far ahead has noted does not hold anybody up until then.
    redis.call('ZREMRANGEBYSCORE', founded, int(now + 86400000), '+inf')
    redis.call('ZREMRANGEBYSCORE', founded, '-inf', int(now - span))
    if redis.call('ZSCORE', founded, argv[2]) then return { 'ok' } end
    if redis.call('ZCARD', founded) >= tonumber(argv[3]) then
      local oldest = redis.call('ZRANGE', founded, 0, 0, 'WITHSCORES')
      return { 'rate-limited', int(tonumber(oldest[2] or now) + span) }
    end
    redis.call('ZADD', founded, int(now), argv[2])
    redis.call('PEXPIRE', founded, int(span))
    return { 'ok' }
  end)

  -- player_list: puts a channel on the list of those a player may be in, before he is made a member and once more after it. Each time it is told apart. KEYS are the
  -- player's.
  -- ARGV: 1 channel, 2 most channels ('' as many as there are: he is a member), 3 most teams ('' or none: as many as there are)
  -- Reply: {'ok', since when it stands there, newly (0|1)}   Errors: {'player-not-found'}, {'player-linked'} (a guest who goes on as an account), {'channels-full'}, {'teams-full'}
  command('player_list', function(keys, argv)
    local owner = keys[1]
    local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    if not profile[1] then return { 'player-not-found' } end
    if profile[2] then return { 'player-linked' } end
    local listed = tonumber(redis.call('HGET', owner .. 'channels', argv[1]) or '')
    if not listed and argv[2] ~= '' and redis.call('HLEN', owner .. 'channels') >= tonumber(argv[2]) then return { 'channels-full' } end
    if not listed and (argv[3] or '') ~= '' then
      local teams = 0
      for _, channel in ipairs(redis.call('HKEYS', owner .. 'channels')) do
        if string.sub(channel, 1, 5) == 'team:' then teams = teams + 1 end
      end
      if teams >= tonumber(argv[3]) then return { 'teams-full' } end
    end
    local since = int(math.max(now_ms(), (listed or 0) + 1))
    redis.call('HSET', owner .. 'channels', argv[1], since)
    return { 'ok', since, listed and 0 or 1 }
  end)

  -- player_unlist: takes a channel off the list again, unless it was put on it anew. KEYS are the player's.
  -- ARGV: 1 channel, 2 when it was put on the list   Reply: {'ok'}
  command('player_unlist', function(keys, argv)
    if redis.call('HGET', keys[1] .. 'channels', argv[1]) ~= argv[2] then return { 'ok' } end
    redis.call('HDEL', keys[1] .. 'channels', argv[1])
    note_been(keys[1], argv[1])
    local _, name = parts_of(keys[1])
    screens.read(keys[1], keys[2], string.sub(name, #'player:' + 1), argv[1], math.huge, now_ms())
    return { 'ok' }
  end)

  -- player_tell: tells the player's sessions, wherever they are. KEYS are the player's.
  -- ARGV: 1 message, 2 '1': only when there is more than one   Reply: {'ok'}
  command('player_tell', function(keys, argv)
    if argv[2] ~= '1' or redis.call('HLEN', keys[1] .. 'presence') > 1 then redis.call('SPUBLISH', keys[2] .. 'personal', argv[1]) end
    return { 'ok' }
  end)
end
