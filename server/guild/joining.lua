-- How players become members by themselves or by members, see ../../docs/guilds.md#joining. Further parts of a guild (guild.lua):
--   info                joinMode (open | request | invitation | closed; absent: request), minLevel, firstRank
--   requests            hash  player -> JSON {at, ends, text}; times in ms
--   invited             hash  player -> JSON {by ('' the game's backend), at, ends}
--   codes               hash  code -> JSON {by, at, ends, uses, left, nonce, revoked}; kept for a day at least, so that a repeated request finds its own
-- What of these stands is asked by inviting.lua, too; what a player himself is shown of it is in doors.lua.

-- Takes out the request of a player, or his invitation; `declined`: it stays, and is turned down. How many requests wait is in the guild's state. What was pushed of it leaves the screens.
local function forget_waiting(owner, part, player, declined)
  if not declined and redis.call('HDEL', owner .. part, player) == 0 then return end
  if part == 'requests' then touch(owner) end
  local bucket, channel = parts_of(owner)
  local key, only = part == 'requests' and 'asks ' or 'invited ', part == 'invited' and ',"only":' .. cjson.encode({ player }) or ''
  to_outbox(bucket, '{"type":"over","channel":' .. cjson.encode(channel) .. ',"key":' .. cjson.encode(key .. player) .. only .. '}')
end

-- When each of the requests that wait was made, ms. Those that have ended are forgotten.
local function requests_since(owner, now)
  local all, since = redis.call('HGETALL', owner .. 'requests'), {}
  for index = 1, #all, 2 do
    -- Every state is read with it, and decoding all of 200 takes longer. What a player wrote has its quotes escaped.
    local at, ends = string.match(all[index + 1], '"at":(%d+)'), string.match(all[index + 1], '"ends":(%d+)')
    if tonumber(ends) > now then since[#since + 1] = at else forget_waiting(owner, 'requests', all[index]) end
  end
  return since
end

-- The record of a player, or a code, that has not ended; one that has is forgotten.
local function standing(owner, part, field, now)
  local row = redis.call('HGET', owner .. part, field)
  if not row then return nil end
  local record = cjson.decode(row)
  if record.ends > now then return record end
  if part ~= 'codes' then forget_waiting(owner, part, field) end
end

-- An invitation or a code of a member's holds while he is one who may invite.
local function may_invite(owner, by)
  return not refused(owner, by, 'invite')
end

local function usable_code(owner, code, now)
  local record = standing(owner, 'codes', code, now)
  if record and not record.revoked and record.left > 0 and may_invite(owner, record.by) then return record end
end

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

do
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
    for _, part in ipairs({ 'requests', 'invited' }) do forget_waiting(owner, part, player) end
    local is_new = redis.call('HEXISTS', owner .. 'numbers', player) == 0
    local rank = redis.call('HGET', owner .. 'info', 'firstRank') or 'member'
    local number = admit(owner, bucket, argv[1], player, rank, claim, argv[5], argv[6], argv[7], way)
    if way.inviter and is_new then
      redis.call('ZADD', bucket .. 'friends', int(now_ms() + tonumber(argv[11])), cjson.encode({ guild_of(owner), player, way.inviter, claim }))
    end
    return { 'ok', tonumber(number), 1 }
  end)

  -- Those who may answer at this moment are told that a player asks to be let in.
  local function tell_of_request(owner, bucket, player, body, now)
    local only, members = {}, redis.call('HGETALL', owner .. 'members')
    for index = 1, #members, 2 do
      if permits(owner, string.match(members[index + 1], '"rank":"(%a+)"') or 'recruit', 'answer') then only[#only + 1] = members[index] end
    end
    -- None from older callers.
    if not body or #only == 0 then return end
    local channel = select(2, parts_of(owner))
    local state = open_channel(owner, bucket, channel)
    to_outbox(bucket, '{"type":"notice","about":"request","channel":"' .. channel .. '","epoch":' .. int(state.epoch) .. ',"seq":0,"key":'
      .. cjson.encode('asks ' .. int(now) .. ' ' .. player) .. ',"at":' .. int(now) .. ',"from":0,"author":' .. cjson.encode(player) .. ',"kind":3,"body":' .. body
      .. ',"only":' .. cjson.encode(only) .. ',"condition":' .. cjson.encode({ type = 'request-open', guild = channel, player = player }) .. '}')
  end

  -- guild_request: a player asks to be let in. Asked again he has other words; of too many the oldest gives way.
  -- Those who may answer are told.
  -- ARGV: 1 player, 2 text, 3 his level, 4 is he bound to wait after he left (0|1), 5 for how long it stands (ms), 6 most requests, 7 what is pushed (body of news)
  -- Reply: {'ok', name of the guild}   Errors: those of guild_way, {'already-in-guild'} (he is a member)
  command('guild_request', function(keys, argv)
    local owner, bucket, player, now = keys[1], keys[2], argv[1], now_ms()
    local way, refusal = way_in(owner, player, '', '', '', tonumber(argv[3]), argv[4] == '1')
    if not way then return refusal end
    if way.member then return { 'already-in-guild' } end
    local known = standing(owner, 'requests', player, now)
    if not known then make_room(owner .. 'requests', tonumber(argv[6]), now) end
    redis.call('HSET', owner .. 'requests', player, cjson.encode({ at = now, ends = now + tonumber(argv[5]), text = argv[2] }))
    if not known then
      touch(owner)
      tell_of_request(owner, bucket, player, argv[7], now)
      happened(bucket, 'join-requested', { guild = guild_of(owner), player = player })
    end
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
    forget_waiting(owner, 'requests', player)
    audit(owner, { act = 'decline', by = argv[2], whom = player, why = argv[3] })
    happened(bucket, 'join-declined', { guild = guild_of(owner), player = player, by = argv[2], reason = argv[3] })
    return { 'ok', name }
  end)

  -- guild_forget: a player takes back his request ('requests') or turns down an invitation ('invited').
  -- ARGV: 1 player, 2 part, 3 '1': it is kept in mind, as long as it would have stood, that he turned it down   Reply: {'ok'}
  command('guild_forget', function(keys, argv)
    local record = argv[3] == '1' and standing(keys[1], argv[2], argv[1], now_ms())
    if record then
      record.declined = true
      redis.call('HSET', keys[1] .. argv[2], argv[1], cjson.encode(record))
      forget_waiting(keys[1], argv[2], argv[1], true)
      return { 'ok' }
    end
    forget_waiting(keys[1], argv[2], argv[1])
    return { 'ok' }
  end)

  -- guild_waiting: what stands of a part ('requests': permission `answer`; 'codes': permission `invite`). Requests that have ended are forgotten.
  -- ARGV: 1 caller, 2 part   Reply: {'ok', {field, record (JSON), …}}   Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}
  command('guild_waiting', function(keys, argv)
    local owner, part, now = keys[1], argv[2], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'guild-not-found' } end
    local refusal = refused(owner, argv[1], part == 'requests' and 'answer' or 'invite')
    if refusal then return { refusal } end
    if part == 'requests' then return { 'ok', #requests_since(owner, now) > 0 and redis.call('HGETALL', owner .. part) or {} } end
    local rows, all = {}, redis.call('HGETALL', owner .. part)
    for index = 1, #all, 2 do
      if part == 'codes' and usable_code(owner, all[index], now) then
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
end
