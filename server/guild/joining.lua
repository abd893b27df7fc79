-- How players become members by themselves or by members, see ../../docs/guilds.md#joining. Further parts of a guild (guild.lua):
--   info                joinMode (open | request | invitation | closed; absent: request), minLevel, firstRank
--   requests            hash  player -> JSON {at, ends, text}; times in ms
--   invited             hash  player -> JSON {by ('' the game's backend), at, ends}
--   codes               hash  code -> JSON {by, at, ends, uses, left, nonce, revoked}; kept for a day at least, so that a repeated request finds its own
--   inviting:<player>   string  invitations and codes he made within a day of the first
-- Of a player (player.lua):
--   doors               hash  'request:<guild>' -> JSON {at, ends, state, name, reason}, 'invitation:<guild>' -> JSON {at, ends, name, by}: what the player is shown
--                       of his requests and invitations; the guild's own record decides
-- Of a code, whose owner key is 'code:<code>':
--   guild               string  the guild that has it, until it ends
-- Of a bucket:
--   friends             sorted set  JSON [guild, player, who invited him, number of his claim] -> when it is looked whether he stayed
do
  local DAY_MS = 86400000
  -- A friend has stayed when he was seen so shortly before.
  local ACTIVE_MS = 3 * DAY_MS

  -- The record of a player, or a code, that has not ended; one that has is forgotten.
  local function standing(owner, part, field, now)
    local row = redis.call('HGET', owner .. part, field)
    if not row then return nil end
    local record = cjson.decode(row)
    if record.ends > now then return record end
    if part ~= 'codes' then redis.call('HDEL', owner .. part, field) end
  end

  -- An invitation or a code of a member's holds while he is one who may invite.
  local function may_invite(owner, by)
    return not refused(owner, by, 'invite')
  end

  local function usable_code(owner, code, now)
    local record = standing(owner, 'codes', code, now)
    if record and not record.revoked and record.left > 0 and may_invite(owner, record.by) then return record end
  end

  local function someone(player)
    return player ~= '' and player or nil
  end

  -- By which way a player may become a member now: {member = number} (he is one), {ask = true} (he may ask to be let in), or {how, by, inviter} for `admit`. Nil and
  -- a reply when he may not. `how`: 'request' (`caller` lets him in), 'code', or '' (he wants to).
  local function way_in(owner, player, how, caller, code, level, is_bound)
    local now = now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'capacity', 'joinMode', 'minLevel', 'disbandsAt')
    if not stands(owner) then return nil, { 'guild-not-found' } end
    if how == 'request' then
      local refusal = refused(owner, caller, 'answer')
      if refusal then return nil, { refusal } end
    end
    local member = redis.call('HGET', owner .. 'members', player)
    if member then return { member = cjson.decode(member).n } end
    local way = { how = how }
    if how == 'request' then
      if not standing(owner, 'requests', player, now) then return nil, { 'request-not-found' } end
      way.by = someone(caller)
    elseif how == 'code' then
      local record = usable_code(owner, code, now)
      if not record then return nil, { 'invitation-invalid' } end
      way.by, way.inviter = someone(record.by), someone(record.by)
    end
    local banned = ban_refusal(owner, player)
    if banned then return nil, banned end
    local mode = info[2] or 'request'
    if mode == 'closed' or tonumber(info[4] or '0') > 0 then return nil, { 'guild-closed' } end
    if how == '' then
      local invited = standing(owner, 'invited', player, now)
      if invited and may_invite(owner, invited.by) then
        way = { how = 'invitation', by = someone(invited.by), inviter = someone(invited.by) }
      elseif mode == 'open' then way = { how = 'open' }
      elseif mode == 'request' then way = { ask = true }
      else return nil, { 'guild-closed' } end
    end
    if level < tonumber(info[3] or '0') then return nil, { 'level-too-low' } end
    local again = is_bound and redis.call('GET', owner .. 'left:' .. player)
    if again then return nil, { 'cooldown', tonumber(again) } end
    if not way.ask and redis.call('HLEN', owner .. 'members') >= tonumber(info[1]) then return nil, { 'guild-full' } end
    return way
  end

  -- guild_way: by which way a player may become a member now. Nothing is written.
  -- ARGV: 1 player, 2 'request' | 'code' | '', 3 caller (who lets him in), 4 code, 5 his level, 6 is he bound to wait after he left (0|1)
  -- Reply: {'ok', 'member', number} | {'ok', 'ask'} | {'ok', how}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'} (the caller), {'request-not-found'}, {'invitation-invalid'}, {'banned', until}, {'guild-closed'},
  --         {'level-too-low'}, {'cooldown', until}, {'guild-full'}
  command('guild_way', function(keys, argv)
    local way, refusal = way_in(keys[1], argv[1], argv[2], argv[3], argv[4], tonumber(argv[5]), argv[6] == '1')
    if not way then return refusal end
    if way.member then return { 'ok', 'member', way.member } end
    return { 'ok', way.ask and 'ask' or way.how }
  end)

  -- guild_join: a player becomes a member by a way that is open to him, with the guild's first rank.
  -- ARGV: 1 channel, 2 player, 3 'request' | 'code' | '', 4 number of his claim, 5 profile (JSON), 6 its version, 7 entries to keep, 8 caller, 9 code,
  --       10 is he bound to wait after he left (0|1), 11 after how long it is looked whether a friend stayed (ms)
  -- Reply: {'ok', number, newly (0|1)}   Errors: those of guild_way, {'fenced'}
  command('guild_join', function(keys, argv)
    local owner, bucket, player, claim = keys[1], keys[2], argv[2], tonumber(argv[4])
    local way, refusal = way_in(owner, player, argv[3], argv[8], argv[9], cjson.decode(argv[5]).level or 0, argv[10] == '1')
    if not way then return refusal end
    if way.member then return { 'ok', way.member, 0 } end
    if way.ask then return { 'guild-closed' } end
    if is_fenced(owner, player, claim) then return { 'fenced' } end
    if way.how == 'code' then
      local record = cjson.decode(redis.call('HGET', owner .. 'codes', argv[9]))
      record.left = record.left - 1
      redis.call('HSET', owner .. 'codes', argv[9], cjson.encode(record))
    end
    redis.call('HDEL', owner .. 'requests', player)
    redis.call('HDEL', owner .. 'invited', player)
    local is_new = redis.call('HEXISTS', owner .. 'numbers', player) == 0
    local rank = redis.call('HGET', owner .. 'info', 'firstRank') or 'member'
    local number = admit(owner, bucket, argv[1], player, rank, claim, argv[5], argv[6], argv[7], way)
    if way.inviter and is_new then
      redis.call('ZADD', bucket .. 'friends', int(now_ms() + tonumber(argv[11])), cjson.encode({ guild_of(owner), player, way.inviter, claim }))
    end
    return { 'ok', tonumber(number), 1 }
  end)

  -- Takes out what has ended and, when there is no place left, the oldest.
  local function make_room(key, most, now)
    local all, oldest, oldest_at = redis.call('HGETALL', key), nil, nil
    local count = #all / 2
    for index = 1, #all, 2 do
      local record = cjson.decode(all[index + 1])
      if record.ends <= now then
        redis.call('HDEL', key, all[index])
        count = count - 1
      elseif not oldest or record.at < oldest_at then oldest, oldest_at = all[index], record.at end
    end
    if count >= most then redis.call('HDEL', key, oldest) end
  end

  -- guild_request: a player asks to be let in. Asked again he has other words; of too many the oldest gives way.
  -- ARGV: 1 player, 2 text, 3 his level, 4 is he bound to wait after he left (0|1), 5 for how long it stands (ms), 6 most requests
  -- Reply: {'ok', name of the guild}   Errors: those of guild_way, {'already-in-guild'} (he is a member)
  command('guild_request', function(keys, argv)
    local owner, bucket, player, now = keys[1], keys[2], argv[1], now_ms()
    local way, refusal = way_in(owner, player, '', '', '', tonumber(argv[3]), argv[4] == '1')
    if not way then return refusal end
    if way.member then return { 'already-in-guild' } end
    local known = standing(owner, 'requests', player, now)
    if not known then make_room(owner .. 'requests', tonumber(argv[6]), now) end
    redis.call('HSET', owner .. 'requests', player, cjson.encode({ at = now, ends = now + tonumber(argv[5]), text = argv[2] }))
    if not known then happened(bucket, 'join-requested', { guild = guild_of(owner), player = player }) end
    return { 'ok', redis.call('HGET', owner .. 'info', 'name') }
  end)

  -- guild_decline: a request is answered with no.
  -- ARGV: 1 player, 2 caller, 3 why ('' not told)
  -- Reply: {'ok', name of the guild}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'request-not-found'}
  command('guild_decline', function(keys, argv)
    local owner, bucket, player = keys[1], keys[2], argv[1]
    local name = redis.call('HGET', owner .. 'info', 'name')
    if not name then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[2], 'answer')
    if refusal then return { refusal } end
    if not standing(owner, 'requests', player, now_ms()) then return { 'request-not-found' } end
    redis.call('HDEL', owner .. 'requests', player)
    audit(owner, { act = 'decline', by = argv[2], whom = player, why = argv[3] })
    happened(bucket, 'join-declined', { guild = guild_of(owner), player = player, by = argv[2], reason = argv[3] })
    return { 'ok', name }
  end)

  -- guild_forget: a player takes back his request ('requests') or turns down an invitation ('invited').
  -- ARGV: 1 player, 2 part   Reply: {'ok'}
  command('guild_forget', function(keys, argv)
    redis.call('HDEL', keys[1] .. argv[2], argv[1])
    return { 'ok' }
  end)

  -- guild_waiting: what stands of a part ('requests': permission `answer`; 'codes': permission `invite`).
  -- ARGV: 1 caller, 2 part   Reply: {'ok', {field, record (JSON), …}}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_waiting', function(keys, argv)
    local owner, part, now = keys[1], argv[2], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], part == 'requests' and 'answer' or 'invite')
    if refusal then return { refusal } end
    local rows, all = {}, redis.call('HGETALL', owner .. part)
    for index = 1, #all, 2 do
      local record = cjson.decode(all[index + 1])
      local stands = part == 'requests' and record.ends > now or part == 'codes' and usable_code(owner, all[index], now)
      if stands then
        rows[#rows + 1] = all[index]
        rows[#rows + 1] = all[index + 1]
      end
    end
    return { 'ok', rows }
  end)

  -- guild_stands: what a guild says of a player's request and invitation.
  -- ARGV: 1 player   Reply: {'ok', is he a member (0|1), does a request of his wait (0|1), may he come by an invitation (0|1), name of the guild ('' it is gone)}
  command('guild_stands', function(keys, argv)
    local owner, player, now = keys[1], argv[1], now_ms()
    local invited = standing(owner, 'invited', player, now)
    return { 'ok', redis.call('HEXISTS', owner .. 'members', player), standing(owner, 'requests', player, now) and 1 or 0,
      invited and may_invite(owner, invited.by) and 1 or 0, redis.call('HGET', owner .. 'info', 'name') or '' }
  end)

  -- Counts one more that a member makes. Nil; or when he may again, because there are too many of a day.
  local function count_inviting(owner, caller, most)
    if caller == '' then return nil end
    local key = owner .. 'inviting:' .. caller
    if tonumber(redis.call('GET', key) or '0') >= most then return { 'invitations-full', now_ms() + math.max(0, redis.call('PTTL', key)) } end
    if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, DAY_MS) end
  end

  -- guild_invite: a player may become a member by himself, whatever the mode but closed. Asked again it changes nothing.
  -- ARGV: 1 player, 2 caller, 3 for how long it stands (ms), 4 most a day, 5 most at once
  -- Reply: {'ok', newly (0|1), ends, name of the guild}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'already-in-guild'} (he is a member), {'banned', until}, {'guild-closed'}, {'invitations-full', until}
  command('guild_invite', function(keys, argv)
    local owner, bucket, player, caller, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'name', 'joinMode')
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, caller, 'invite')
    if refusal then return { refusal } end
    if redis.call('HEXISTS', owner .. 'members', player) == 1 then return { 'already-in-guild' } end
    local banned = ban_refusal(owner, player)
    if banned then return banned end
    if info[2] == 'closed' then return { 'guild-closed' } end
    local known = standing(owner, 'invited', player, now)
    if known and may_invite(owner, known.by) then return { 'ok', 0, known.ends, info[1] } end
    local full = count_inviting(owner, caller, tonumber(argv[4]))
    if full then return full end
    make_room(owner .. 'invited', tonumber(argv[5]), now)
    local ends = now + tonumber(argv[3])
    redis.call('HSET', owner .. 'invited', player, cjson.encode({ by = caller, at = now, ends = ends }))
    happened(bucket, 'member-invited', { guild = guild_of(owner), player = player, by = caller })
    return { 'ok', 1, ends, info[1] }
  end)

  -- guild_code: a code by which so many players may become members, once per nonce.
  -- ARGV: 1 caller, 2 code (new), 3 nonce, 4 for how long it stands (ms), 5 uses, 6 most usable at once, 7 most a day
  -- Reply: {'ok', code, record (JSON), name of the guild}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'guild-closed'}, {'codes-full'}, {'invitations-full', until}, {'key-reused'}
  command('guild_code', function(keys, argv)
    local owner, bucket, caller, now = keys[1], keys[2], argv[1], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'name', 'joinMode')
    if not stands(owner) then return { 'guild-not-found' } end
    local refusal = refused(owner, caller, 'invite')
    if refusal then return { refusal } end
    local stored, usable, old = redis.call('HGETALL', owner .. 'codes'), 0, {}
    for index = 1, #stored, 2 do
      local code, record = stored[index], cjson.decode(stored[index + 1])
      if record.by == caller and record.nonce == argv[3] then
        if record.uses ~= tonumber(argv[5]) or record.ends - record.at ~= tonumber(argv[4]) then return { 'key-reused' } end
        return { 'ok', code, stored[index + 1], info[1] }
      end
      if usable_code(owner, code, now) then usable = usable + 1 elseif record.at + DAY_MS < now then old[#old + 1] = code end
    end
    if info[2] == 'closed' then return { 'guild-closed' } end
    if usable >= tonumber(argv[6]) then return { 'codes-full' } end
    local full = count_inviting(owner, caller, tonumber(argv[7]))
    if full then return full end
    for _, code in ipairs(old) do redis.call('HDEL', owner .. 'codes', code) end
    local uses = tonumber(argv[5])
    local record = cjson.encode({ by = caller, at = now, ends = now + tonumber(argv[4]), uses = uses, left = uses, nonce = argv[3] })
    redis.call('HSET', owner .. 'codes', argv[2], record)
    happened(bucket, 'code-made', { guild = guild_of(owner), by = caller, uses = uses })
    return { 'ok', argv[2], record, info[1] }
  end)

  -- guild_revoke: a code is good for nothing any more. A member revokes his own, and those of whom he outranks or who has left.
  -- ARGV: 1 caller, 2 code   Reply: {'ok'}, also for one that is unknown   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_revoke', function(keys, argv)
    local owner, code = keys[1], argv[2]
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local refusal, caller = refused(owner, argv[1], 'invite')
    if refusal then return { refusal } end
    local stored = redis.call('HGET', owner .. 'codes', code)
    if not stored then return { 'ok' } end
    local record = cjson.decode(stored)
    local maker = redis.call('HGET', owner .. 'members', record.by)
    if caller and record.by ~= argv[1] then
      -- The backend's own are above all.
      if record.by == '' or (maker and not outranks(caller, cjson.decode(maker))) then return { 'not-permitted' } end
    end
    record.revoked = true
    redis.call('HSET', owner .. 'codes', code, cjson.encode(record))
    return { 'ok' }
  end)

  -- guild_ban: a player cannot become a member until a time ('0': ever); a member is removed.
  -- ARGV: 1 channel, 2 player, 3 entries to keep, 4 caller: who may ban and outranks him, 5 why, 6 until (ms), 7 most bans
  -- Reply: {'ok', number of his claim ('' he was no member)}
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'bad-request'} (until is past), {'last-leader'}, {'bans-full'}
  command('guild_ban', function(keys, argv)
    local owner, bucket, channel, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local refusal, caller = refused(owner, argv[4], 'ban')
    if refusal then return { refusal } end
    local record = redis.call('HGET', owner .. 'members', player)
    local member = record and cjson.decode(record)
    if member and not outranks(caller, member) then return { 'not-permitted' } end
    local ends = tonumber(argv[6])
    if ends ~= 0 and ends <= now then return { 'bad-request' } end
    if member and member.rank == 'leader' and redis.call('HLEN', owner .. 'members') > 1 then return { 'last-leader' } end
    local stored = redis.call('HGET', owner .. 'bans', player)
    if bans_are_full(owner, player, tonumber(argv[7])) then return { 'bans-full' } end
    if stored and not member then
      local ban = cjson.decode(stored)
      if (ban.ends or 0) == ends and ban.reason == argv[5] then return { 'ok', '' } end
    end
    put_ban(owner, player, argv[4], ends ~= 0 and ends or nil, argv[5])
    redis.call('HDEL', owner .. 'requests', player)
    redis.call('HDEL', owner .. 'invited', player)
    if member then
      dismiss(owner, bucket, channel, player, member, '6', argv[3], caller and caller.n)
      raise_fence(owner, player, member.c)
      happened(bucket, 'member-kicked', { channel = channel, player = player, by = argv[4], reason = argv[5] })
    end
    audit(owner, { act = 'ban', by = argv[4], whom = player, why = argv[5], ['until'] = ends ~= 0 and ends or nil })
    happened(bucket, 'sanction', { channel = channel, player = player, by = argv[4], sanction = 'ban', ['until'] = ends, reason = argv[5] })
    return { 'ok', member and int(member.c) or '' }
  end)

  -- guild_unban: a player may become a member again.
  -- ARGV: 1 channel, 2 player, 3 caller   Reply: {'ok'}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_unban', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[3], 'ban')
    if refusal then return { refusal } end
    if redis.call('HDEL', owner .. 'bans', argv[2]) == 0 then return { 'ok' } end
    audit(owner, { act = 'unban', by = argv[3], whom = argv[2] })
    happened(bucket, 'sanction', { channel = argv[1], player = argv[2], by = argv[3], sanction = 'unban' })
    return { 'ok' }
  end)

  local function some_of(list)
    local some = {}
    for _, one in ipairs(list) do if one then some[#some + 1] = one end end
    return some
  end

  -- guild_members: a page of the members, by their numbers. Numbers of people who left are passed over, at most so many at once.
  -- ARGV: 1 after which number, 2 most members, 3 most numbers looked at
  -- Reply: {'ok', members, profiles, contribution, seen (flat lists), number to go on after ('' there are no more), online}   Errors: {'guild-not-found'}
  command('guild_members', function(keys, argv)
    local owner, after, most = keys[1], tonumber(argv[1]), tonumber(argv[2])
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local last = tonumber(redis.call('HGET', owner .. 'head', 'number') or '0')
    local stop = math.min(last, after + tonumber(argv[3]))
    local members, players, at = {}, {}, after
    while at < stop and #players < most do
      local numbers, people = {}, {}
      for number = at + 1, math.min(stop, at + most - #players) do numbers[#numbers + 1] = int(number) end
      local owners = redis.call('HMGET', owner .. 'players', unpack(numbers))
      local own = values_of(owner .. 'numbers', some_of(owners))
      local number_of = {}
      for index = 1, #own, 2 do number_of[own[index]] = own[index + 1] end
      -- Who was a member before he took a guest's place has two numbers, and one place.
      for index, player in ipairs(owners) do if player and number_of[player] == numbers[index] then people[#people + 1] = player end end
      for index, value in ipairs(values_of(owner .. 'members', people)) do
        members[#members + 1] = value
        if index % 2 == 1 then players[#players + 1] = value end
      end
      at = at + #numbers
    end
    return { 'ok', members, values_of(owner .. 'profiles', players, '{}'), values_of(owner .. 'contribution', players), values_of(owner .. 'seen', players),
      at < last and int(at) or '', redis.call('HGETALL', owner .. 'online') }
  end)

  -- player_asks: notes that a player asks a guild to let him in, before the guild is asked. KEYS are the player's.
  -- ARGV: 1 guild, 2 for how long it stands (ms), 3 most guilds at once   Reply: {'ok'}   Errors: {'player-not-found'}, {'player-linked'}, {'requests-full'}
  command('player_asks', function(keys, argv)
    local owner, now, waiting = keys[1], now_ms(), 0
    local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    if not profile[1] then return { 'player-not-found' } end
    if profile[2] then return { 'player-linked' } end
    local all, own = redis.call('HGETALL', owner .. 'doors'), 'request:' .. argv[1]
    for index = 1, #all, 2 do
      local door = cjson.decode(all[index + 1])
      if door.ends <= now then redis.call('HDEL', owner .. 'doors', all[index])
      elseif all[index] ~= own and door.state == 'pending' then waiting = waiting + 1 end
    end
    if waiting >= tonumber(argv[3]) then return { 'requests-full' } end
    redis.call('HSET', owner .. 'doors', own, cjson.encode({ at = now, ends = now + tonumber(argv[2]), state = 'pending' }))
    return { 'ok' }
  end)

  -- player_door: keeps what a player is shown of a request or an invitation, and tells his sessions. KEYS are the player's.
  -- ARGV: 1 player, 2 field, 3 what is kept (JSON with how long as `ends`, in ms; '' nothing any more), 4 message for his sessions (JSON; '' none), 5 most kept,
  --       6 who does it ('' nobody in particular): nothing comes from whom the player has blocked
  -- Reply: {'ok'}
  command('player_door', function(keys, argv)
    local owner, doors, now = keys[1], keys[1] .. 'doors', now_ms()
    if argv[6] ~= '' and redis.call('HEXISTS', owner .. 'blocks', argv[6]) == 1 then return { 'ok' } end
    if argv[3] == '' then
      redis.call('HDEL', doors, argv[2])
    else
      if redis.call('HEXISTS', doors, argv[2]) == 0 then make_room(doors, tonumber(argv[5]), now) end
      local door = cjson.decode(argv[3])
      door.at, door.ends = now, now + door.ends
      redis.call('HSET', doors, argv[2], cjson.encode(door))
    end
    if argv[4] ~= '' then redis.call('SPUBLISH', keys[2] .. 'personal', argv[4]) end
    return { 'ok' }
  end)

  -- friends_due: friends of whom it is time to see whether they stayed. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 now in ms ('' by Redis' clock), 2 most   Reply: {item, stayed (0|1), …}
  command('friends_due', function(keys, argv)
    local bucket, now = keys[1], tonumber(argv[1]) or now_ms()
    local reply = {}
    for _, item in ipairs(redis.call('ZRANGE', bucket .. 'friends', '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[2])) do
      local guild, player, _, claim = unpack(cjson.decode(item))
      local owner = bucket .. 'guild:' .. guild .. ':'
      local record = redis.call('HGET', owner .. 'members', player)
      local seen = tonumber(redis.call('HGET', owner .. 'seen', player) or '0')
      local stayed = record and cjson.decode(record).c == claim and seen >= tonumber(redis.call('ZSCORE', bucket .. 'friends', item)) - ACTIVE_MS
      reply[#reply + 1] = item
      reply[#reply + 1] = stayed and 1 or 0
    end
    return reply
  end)

  -- friend_judged: what came of a friend is settled, and told once. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 item, 2 stayed (0|1), 3 who invited him, as he is known by now   Reply: 1 it was settled now, 0 it was before
  command('friend_judged', function(keys, argv)
    if redis.call('ZREM', keys[1] .. 'friends', argv[1]) == 0 then return 0 end
    if argv[2] == '1' then
      local guild, player = unpack(cjson.decode(argv[1]))
      happened(keys[1], 'friend-stayed', { guild = guild, player = player, inviter = argv[3] })
    end
    return 1
  end)
end
