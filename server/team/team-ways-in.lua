-- Ways into a team, and out of it; see team.lua for what is kept.

do
  -- team_found: a new team, of nobody yet.
  -- ARGV: 1 channel, 2 print of the request that makes it, 3 '1': it has been made, and if it is not there it has ended, then fields of info and their values
  -- Reply: {'ok', newly (0|1), numbers given to members}   Errors: {'key-reused'}, {'team-ended'} (the same request has made one that ended)
  command('team_found', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    local ended = redis.call('HGET', owner .. 'ended', 'founding')
    if ended then return { ended == argv[2] and 'team-ended' or 'key-reused' } end
    local founding = redis.call('HGET', owner .. 'info', 'founding')
    -- A bare channel stays one.
    if founding ~= argv[2] and redis.call('EXISTS', owner .. 'info') == 1 then return { 'key-reused' } end
    if founding then return { 'ok', 0, tonumber(redis.call('HGET', owner .. 'head', 'number') or 0) } end
    if argv[3] == '1' then return { 'team-ended' } end
    redis.call('HSET', owner .. 'info', 'team', '1', 'founding', argv[2], 'tag', '', 'createdAt', int(now), 'version', 0, unpack(argv, 4))
    open_channel(owner, bucket, channel)
    redis.call('ZADD', bucket .. 'teamdue', int(now + teams.EMPTY_MS), 'end:' .. channel)
    local made = redis.call('HMGET', owner .. 'info', 'by', 'party', 'open')
    happened(bucket, 'team-created', { channel = channel, by = made[1] or '', open = made[2] and made[3] or nil })
    return { 'ok', 1, 0 }
  end)

  -- team_admit: a player becomes a member, the first of all the leader (not in a studio's own room); a member stays what he is.
  -- ARGV: 1 channel, 2 player, 3 by which way ('backend', 'invitation', 'code', 'open'), 4 profile (JSON), 5 its version, 6 entries to keep, 7 the code, or whose members
  --       may drop in and he is one of, 8 role ('' none), 9 '1': not if he has been a member before
  -- Reply: {'ok', number, newly (0|1)}
  -- Errors: {'channel-not-found'}, {'player-linked'}, {'banned', until} (for ever: without), {'not-invited'}, {'invitation-invalid'}, {'channel-full'}
  command('team_admit', function(keys, argv)
    local owner, bucket, channel, player, how, now = keys[1], keys[2], argv[1], argv[2], argv[3], now_ms()
    if not teams.is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if record then return { 'ok', cjson.decode(record).n, 0 } end
    local number = argv[9] == '1' and redis.call('HGET', owner .. 'numbers', player)
    if number then return { 'ok', tonumber(number), 0 } end
    if redis.call('EXISTS', owner .. 'fence:' .. player) == 1 then return { 'player-linked' } end
    local banned = ban_refusal(owner, player)
    if banned then return banned end
    local info, by = redis.call('HMGET', owner .. 'info', 'open', 'capacity', 'party', 'everyoneSpeaks'), nil
    local code = how == 'code' and usable_code(owner, argv[7], now)
    if how == 'code' and not code then return { 'invitation-invalid' } end
    if how == 'invitation' then
      local invitation = standing(owner, 'invited', player, now)
      if not invitation or invitation.declined or not may_invite(owner, invitation.by) then return { 'not-invited' } end
      by = invitation.by
    end
    if how == 'open' and (argv[7] == '' or info[1] ~= argv[7]) then return { 'not-invited' } end
    local count = redis.call('HLEN', owner .. 'members')
    if count >= tonumber(info[2]) then return { 'channel-full' } end
    if code then
      code.left, by = code.left - 1, code.by
      redis.call('HSET', owner .. 'codes', argv[7], cjson.encode(code))
    end
    forget_waiting(owner, 'invited', player)
    local via = { how = how, by = by ~= '' and by or nil }
    local given = admit(owner, bucket, channel, player, count == 0 and not teams.is_of_room(owner) and 'leader' or 'member', 0, argv[4], argv[5], argv[6], via)
    if argv[8] ~= '' or info[3] then
      local member = cjson.decode(redis.call('HGET', owner .. 'members', player))
      member.r = argv[8] ~= '' and argv[8] or nil
      if info[3] then party.came(owner, member, info[4] == '1') end
      teams.put_member(owner, player, member)
    end
    return { 'ok', tonumber(given), 1 }
  end)

  -- team_leave: a member leaves, or is taken out by the game's backend. The leader may, too: another follows him.
  -- ARGV: 1 channel, 2 player, 3 entries to keep, 4 caller (himself, or '' the backend)   Reply: {'ok'}   Errors: {'channel-not-found'}, {'member-not-found'}
  command('team_leave', function(keys, argv)
    local owner, bucket, channel, player = keys[1], keys[2], argv[1], argv[2]
    if not teams.is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'member-not-found' } end
    audit_removal(owner, '5', argv[4], player, '')
    happened(bucket, 'member-left', { channel = channel, player = player, by = argv[4] })
    dismiss(owner, bucket, channel, player, cjson.decode(record), '5', argv[3])
    return { 'ok' }
  end)
end
