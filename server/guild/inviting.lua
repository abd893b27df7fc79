-- Invitations and codes of a guild, see joining.lua. Further parts of a guild:
--   inviting:<player>   string  invitations and codes he made within a day of the first
-- Of a code, whose owner key is 'code:<code>':
--   guild               string  the guild that has it, until it ends

do
  local DAY_MS = 86400000

  -- Counts one more that a member makes. Nil; or when he may again, because there are too many of a day.
  local function count_inviting(owner, caller, most)
    if caller == '' then return nil end
    local key = owner .. 'inviting:' .. caller
    if tonumber(redis.call('GET', key) or '0') >= most then return { 'invitations-full', now_ms() + math.max(0, redis.call('PTTL', key)) } end
    if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, DAY_MS) end
  end

  -- guild_invite: a player may become a member by himself, whatever the mode but closed. Asked again it changes nothing.
  -- ARGV: 1 player, 2 caller, 3 for how long it stands (ms), 4 most a day, 5 most at once, 6 what is pushed to him (body of news; '' or none: nothing),
  --       7 '1': he has blocked the caller, who is answered as ever and not told of it: the invitation is none, and newly is 0
  -- Reply: {'ok', newly (0|1; 2: but he has turned one down within its time, and is not told), ends, name of the guild}
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
    local known, as = standing(owner, 'invited', player, now), player
    if (not known or known.declined or not may_invite(owner, known.by)) and argv[7] == '1' then
      -- No id of a player has this sign.
      as = '~' .. caller .. ' ' .. player
      known = standing(owner, 'invited', as, now)
    end
    local has_declined = known and known.declined
    if known and not has_declined and may_invite(owner, known.by) then return { 'ok', 0, known.ends, info[1] } end
    local full = count_inviting(owner, caller, tonumber(argv[4]))
    if full then return full end
    make_room(owner .. 'invited', tonumber(argv[5]), now)
    local ends = now + tonumber(argv[3])
    redis.call('HSET', owner .. 'invited', as, cjson.encode({ by = caller, at = now, ends = ends }))
    if as ~= player then return { 'ok', 0, ends, info[1] } end
    if (argv[6] or '') ~= '' and not has_declined then
      local channel = select(2, parts_of(owner))
      local state, into = open_channel(owner, bucket, channel), guild_of(owner) and 'guild' or 'team'
      to_outbox(bucket, '{"type":"notice","about":"invitation","channel":"' .. channel .. '","epoch":' .. int(state.epoch) .. ',"seq":0,"key":'
        .. cjson.encode('invited ' .. int(now) .. ' ' .. player) .. ',"at":' .. int(now) .. ',"from":0,"author":' .. cjson.encode(caller) .. ',"kind":3,"body":' .. argv[6]
        .. ',"only":[' .. cjson.encode(player) .. '],"condition":{"type":"' .. into .. '-invited","' .. into .. '":"' .. channel .. '"}}')
    end
    happened(bucket, 'member-invited', { guild = guild_of(owner), channel = not guild_of(owner) and select(2, parts_of(owner)) or nil, player = player, by = caller })
    return { 'ok', has_declined and 2 or 1, ends, info[1] }
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
    happened(bucket, 'code-made', { guild = guild_of(owner), channel = not guild_of(owner) and select(2, parts_of(owner)) or nil, by = caller, uses = uses })
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
end
