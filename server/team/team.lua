-- Teams: small groups for a match or a war, which players or the game's backend make and which end by themselves. A team's owner key is 'team:<id>', which is also its
-- channel; its parts are those of a guild (see ../guild/guild.lua) without claims. Further parts:
--   info     team ('1': it is one; a bare channel made by channel_found is none), by ('' the game's backend), topic, language, open ('guild:<id>' or 'circle:<id>', whose
--            members may drop in), selfRoles ('1': members set their own roles), match, war, endsAt (expected, ms); of the last readiness check: check (its id),
--            checkUntil (ms), checkBy (number of who began it, 0 the backend), checkResult ('ready' | 'not-ready'; absent while it runs)
--                     away ('<since>:<last seen to be>:<player>', ms: the leader has no connection to the game)
--   members  of a record also r (role) and y (what he answered to the last check: '' | 'yes' | 'no'; absent: he was not asked)
--   invited, codes  as of a guild
--   ended    hash    at, reason, founding: what is known of a team that has ended, until all its keys have expired
--   leaving  set     players on whose lists an ended team may still stand
-- and of the bucket: teamdue  sorted set  'check:<channel>', 'end:<channel>', 'leave:<channel>', 'gone:<channel>' -> when it is to be looked at, ms

do
  -- How long what rooms still read of a team that ended is kept, and when what has no key of its own goes, ms: within an hour.
  local REST_MS, GONE_MS = 3000000, 3060000
  -- A team that nobody has entered so long after it was made has nobody.
  local EMPTY_MS = 60000
  -- A due item is looked at again after this when whoever looked did not come to an end.
  local AGAIN_MS = 15000
  -- A leader who is away is looked for every 10 s (see ../rooms/team-room.ts): when nobody did for so long, he may have been back.
  local LOOKED_MS = 30000

  local function is_team(owner) return redis.call('HEXISTS', owner .. 'info', 'team') == 1 end

  -- Why a caller may not do what is the leader's and the backend's ('') alone; nil when he may.
  local function refused_to_others(owner, caller)
    if not is_team(owner) then return 'channel-not-found' end
    local refusal, member = refused(owner, caller, 'profile')
    if refusal then return refusal end
    return member and member.rank ~= 'leader' and 'not-permitted' or nil
  end

  -- Of a studio's own room everybody who plays there is a member, so nobody leads: who joined first may not delete what others write, nor put them out.
  local function is_of_room(owner) return redis.call('HGET', owner .. 'info', 'founding') == 'room' end

  -- What a team of a studio's own room is, and that it ends, its leader does not say.
  local function refused_to_players(owner, caller)
    if caller ~= '' and is_of_room(owner) then return redis.call('HEXISTS', owner .. 'members', caller) == 1 and 'not-permitted' or 'not-member' end
    return refused_to_others(owner, caller)
  end

  local function members_of(owner)
    local all, members = redis.call('HGETALL', owner .. 'members'), {}
    for index = 1, #all, 2 do members[#members + 1] = { player = all[index], member = cjson.decode(all[index + 1]) } end
    table.sort(members, function(a, b) return a.member.n < b.member.n end)
    return members
  end

  local function put_member(owner, player, member) redis.call('HSET', owner .. 'members', player, cjson.encode(member)) end

  local function write_news(owner, bucket, channel, keep, template, params)
    local body = '{"template":"' .. template .. '","params":' .. params .. '}'
    write_entry(owner, bucket, channel, open_channel(owner, bucket, channel), { kind = '3', from = '0', body = body, countable = 1, keep = keep })
  end

  -- Gives the lead to a member; whoever had it is a member like others.
  local function lead(owner, bucket, channel, to, by, reason, keep)
    local state = open_channel(owner, bucket, channel)
    for _, one in ipairs(members_of(owner)) do
      if one.member.rank == 'leader' and one.player ~= to.player then
        set_rank(owner, bucket, channel, state, one.player, one.member, 'member', keep)
        if one.member.s then party.heard(bucket, channel, one.member.n, one.member.s) end
      end
    end
    local from = to.member.rank
    party.led(owner, to.member)
    set_rank(owner, bucket, channel, state, to.player, to.member, 'leader', keep)
    if to.member.s then party.heard(bucket, channel, to.member.n, 'host') end
    touch(owner)
    happened(bucket, 'rank-changed', { channel = channel, player = to.player, from = from, rank = 'leader', by = by, reason = reason })
  end

  -- Players with a session; those in processes listed as dead do not count.
  local function players_here(owner, dead)
    local online, here = redis.call('HGETALL', owner .. 'online'), {}
    for index = 1, #online, 2 do
      if not dead[online[index + 1]] then here[string.match(online[index], '^(.*)|')] = true end
    end
    return here
  end

  -- Who leads next: of those who are here, or else of all, the longest in the team.
  local function next_leader(members, here)
    local first
    for _, one in ipairs(members) do
      local better = not first or (here[one.player] and not here[first.player])
        or ((here[one.player] or false) == (here[first.player] or false) and (one.member.at < first.member.at or (one.member.at == first.member.at and one.member.n < first.member.n)))
      if better then first = one end
    end
    return first
  end

  -- Ends the check that runs when all have answered or its time is over, and tells so once: entry, event and state together. Returns how long it still runs, ms; -1: none does.
  local function judge(owner, bucket, channel, now, keep)
    local info = redis.call('HMGET', owner .. 'info', 'check', 'checkUntil', 'checkResult')
    if not info[1] or info[3] then return -1 end
    local asked, ready, missing, waiting = 0, {}, {}, false
    for _, one in ipairs(members_of(owner)) do
      local answer = one.member.y
      if answer then
        asked = asked + 1
        if answer == 'yes' then ready[#ready + 1] = one.player else missing[#missing + 1] = one.player end
        waiting = waiting or answer == ''
      end
    end
    local left = tonumber(info[2]) - now
    if waiting and left > 0 then return left end
    local all_ready = asked > 0 and #missing == 0
    redis.call('HSET', owner .. 'info', 'checkResult', all_ready and 'ready' or 'not-ready')
    redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel)
    write_news(owner, bucket, channel, keep, all_ready and 'team-ready' or 'team-not-ready', '{"ready":"' .. #ready .. '","count":"' .. asked .. '"}')
    touch(owner)
    local missed = #missing > 0 and missing or nil
    happened(bucket, all_ready and 'team-ready' or 'team-not-ready', { channel = channel, check = info[1], ready = #ready, count = asked, missing = missed })
    return -1
  end

  -- What lies beside the log by names of its own.
  local function loose_parts(owner, now)
    local parts, day = { 'calls:all', 'calls:officers' }, math.floor(now / 86400000)
    for offset = -1, 1 do parts[#parts + 1] = 'nonce:' .. int(day + offset) end
    for number = 1, tonumber(redis.call('HGET', owner .. 'head', 'number') or '0') do
      for _, as in ipairs({ '', '+officers' }) do parts[#parts + 1] = 'calls:' .. int(number) .. as end
    end
    for _, seq in ipairs(redis.call('HKEYS', owner .. 'cards')) do
      parts[#parts + 1] = 'acted:' .. seq
      parts[#parts + 1] = 'asked:' .. seq
    end
    for _, player in ipairs(redis.call('HKEYS', owner .. 'numbers')) do parts[#parts + 1] = 'inviting:' .. player end
    return parts
  end

  local RESTS = { 'log', 'head', 'numbers', 'players', 'profiles', 'changes', 'reactions', 'reacted', 'cards', 'cardrules', 'gone', 'purges', 'purging', 'ended', 'leaving' }
  local GONE = { 'info', 'members', 'online', 'seen', 'read', 'untold', 'pace', 'pins', 'bans', 'mutes', 'invited', 'codes', 'order', 'rules', 'silent' }

  -- Ends a team: the news of it, each member's leaving entry and the event are written together, and every key expires. `reason`: 'ended', 'over' (its match), 'idle', 'empty'.
  local function end_team(owner, bucket, channel, reason, by, why, keep)
    local now, members = now_ms(), members_of(owner)
    local founding, name, is_party, open = unpack(redis.call('HMGET', owner .. 'info', 'founding', 'name', 'party', 'open'))
    -- Nobody follows a leader who leaves now.
    redis.call('HDEL', owner .. 'info', 'team')
    write_news(owner, bucket, channel, keep, 'team-ended', '{"name":' .. cjson.encode(name or '') .. '}')
    local players = {}
    for _, one in ipairs(members) do
      players[#players + 1] = one.player
      redis.call('SADD', owner .. 'leaving', one.player)
      dismiss(owner, bucket, channel, one.player, one.member, '5', keep)
    end
    redis.call('HSET', owner .. 'ended', 'at', int(now), 'reason', reason, 'founding', founding or '')
    for _, part in ipairs(loose_parts(owner, now)) do redis.call('PEXPIRE', owner .. part, REST_MS) end
    for _, part in ipairs(GONE) do redis.call('UNLINK', owner .. part) end
    for _, part in ipairs(RESTS) do redis.call('PEXPIRE', owner .. part, REST_MS) end
    redis.call('PEXPIRE', owner .. 'audit', AUDIT_MS)
    redis.call('HDEL', bucket .. 'versions', channel)
    redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel, 'end:' .. channel)
    if #players > 0 then redis.call('ZADD', bucket .. 'teamdue', int(now), 'leave:' .. channel) end
    redis.call('ZADD', bucket .. 'teamdue', int(now + GONE_MS), 'gone:' .. channel)
    local party_of = is_party and open or nil
    happened(bucket, 'team-ended', { channel = channel, reason = reason, by = by, why = why, players = #players > 0 and players or nil, open = party_of })
    return players
  end

  -- A member has been taken out, by whatever function: a leader is followed, a check may have its result, and a team of nobody ends.
  function team_lost(owner, bucket, channel, gone, keep)
    if gone.s then party.heard(bucket, channel, gone.n, nil) end
    if not is_team(owner) then return end
    local members = members_of(owner)
    if #members == 0 then
      end_team(owner, bucket, channel, 'empty', '', nil, keep)
      return
    end
    local led = false
    for _, one in ipairs(members) do led = led or one.member.rank == 'leader' end
    if not led and not is_of_room(owner) then lead(owner, bucket, channel, next_leader(members, players_here(owner, {})), '', 'succession', keep) end
    judge(owner, bucket, channel, now_ms(), keep)
  end

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
    redis.call('ZADD', bucket .. 'teamdue', int(now + EMPTY_MS), 'end:' .. channel)
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
    if not is_team(owner) then return { 'channel-not-found' } end
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
    redis.call('HDEL', owner .. 'invited', player)
    local via = { how = how, by = by ~= '' and by or nil }
    local given = admit(owner, bucket, channel, player, count == 0 and not is_of_room(owner) and 'leader' or 'member', 0, argv[4], argv[5], argv[6], via)
    if argv[8] ~= '' or info[3] then
      local member = cjson.decode(redis.call('HGET', owner .. 'members', player))
      member.r = argv[8] ~= '' and argv[8] or nil
      if info[3] then party.came(owner, member, info[4] == '1') end
      put_member(owner, player, member)
    end
    return { 'ok', tonumber(given), 1 }
  end)

  -- team_leave: a member leaves, or is taken out by the game's backend. The leader may, too: another follows him.
  -- ARGV: 1 channel, 2 player, 3 entries to keep, 4 caller (himself, or '' the backend)   Reply: {'ok'}   Errors: {'channel-not-found'}, {'member-not-found'}
  command('team_leave', function(keys, argv)
    local owner, bucket, channel, player = keys[1], keys[2], argv[1], argv[2]
    if not is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'member-not-found' } end
    audit_removal(owner, '5', argv[4], player, '')
    happened(bucket, 'member-left', { channel = channel, player = player, by = argv[4] })
    dismiss(owner, bucket, channel, player, cjson.decode(record), '5', argv[3])
    return { 'ok' }
  end)

  -- team_change: other facts about a team, for its leader and the backend.
  -- ARGV: 1 channel, 2 caller, then fields of info and their values ('': not any more)
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'} (also: whose members may drop into a party stays), {'no-party'} (of
  -- 'everyoneSpeaks'), {'channel-full'} (fewer places than members)
  command('team_change', function(keys, argv)
    local owner, bucket, channel, info, changed = keys[1], keys[2], argv[1], keys[1] .. 'info', false
    local refusal = refused_to_players(owner, argv[2])
    if refusal then return { refusal } end
    local is_party = redis.call('HEXISTS', info, 'party') == 1
    for index = 3, #argv, 2 do
      if argv[index] == 'open' and is_party and argv[index + 1] ~= redis.call('HGET', info, 'open') then return { 'not-permitted' } end
      if argv[index] == 'everyoneSpeaks' and not is_party then return { 'no-party' } end
      if argv[index] == 'capacity' and tonumber(argv[index + 1]) < redis.call('HLEN', owner .. 'members') then return { 'channel-full' } end
    end
    for index = 3, #argv, 2 do
      local field, value = argv[index], argv[index + 1]
      if (redis.call('HGET', info, field) or '') ~= value then
        changed = true
        if value == '' then redis.call('HDEL', info, field) else redis.call('HSET', info, field, value) end
        if field == 'everyoneSpeaks' and value == '1' then party.all_speak(owner, bucket, argv[1]) end
      end
    end
    if not changed then return { 'ok' } end
    -- When it ends may be another time now.
    redis.call('ZADD', bucket .. 'teamdue', int(now_ms()), 'end:' .. channel)
    touch(owner)
    happened(bucket, 'team-changed', { channel = channel, by = argv[2] })
    return { 'ok' }
  end)

  -- team_role: what a member is in the team, as the game names it. For the leader, the backend and, where the team lets him, himself.
  -- ARGV: 1 channel, 2 player, 3 role ('' none), 4 caller   Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}
  command('team_role', function(keys, argv)
    local owner, bucket, player, caller = keys[1], keys[2], argv[2], argv[4]
    if not is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    local is_own = record and caller == player and redis.call('HGET', owner .. 'info', 'selfRoles') == '1'
    local refusal = not is_own and refused_to_others(owner, caller)
    if refusal then return { refusal } end
    if not record then return { 'member-not-found' } end
    local member = cjson.decode(record)
    if (member.r or '') == argv[3] then return { 'ok' } end
    member.r = argv[3] ~= '' and argv[3] or nil
    put_member(owner, player, member)
    touch(owner)
    happened(bucket, 'team-role', { channel = argv[1], player = player, role = argv[3], by = caller })
    return { 'ok' }
  end)

  -- team_lead: the leader, or the backend, gives the lead to another member.
  -- ARGV: 1 channel, 2 player, 3 caller, 4 entries to keep   Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'member-not-found'}
  command('team_lead', function(keys, argv)
    local owner, bucket, player = keys[1], keys[2], argv[2]
    local refusal = refused_to_others(owner, argv[3])
    if refusal then return { refusal } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'member-not-found' } end
    local member = cjson.decode(record)
    if member.rank ~= 'leader' then lead(owner, bucket, argv[1], { player = player, member = member }, argv[3], nil, argv[4]) end
    return { 'ok' }
  end)

  -- team_succeed: somebody who is here follows a leader who has no session, and has had none for a while as whoever looked again and again has found.
  -- ARGV: 1 channel, 2 the leader, 3 for how long he must have been away (ms), 4 entries to keep, then incarnations of dead processes
  -- Reply: {'ok', newly (0|1)}
  command('team_succeed', function(keys, argv)
    local owner, bucket, channel, leader, dead = keys[1], keys[2], argv[1], argv[2], {}
    for index = 5, #argv do dead[argv[index]] = true end
    local record = is_team(owner) and redis.call('HGET', owner .. 'members', leader)
    if not record or cjson.decode(record).rank ~= 'leader' then return { 'ok', 0 } end
    local here = players_here(owner, dead)
    if here[leader] then return { 'ok', 0 } end
    -- When his connections ended nobody may have told: their process may have died, and of those to other rooms the team knows nothing.
    local now, since, last, who = now_ms(), string.match(redis.call('HGET', owner .. 'info', 'away') or '', '^(%d+):(%d+):(.*)$')
    if who ~= leader or now - tonumber(last) > LOOKED_MS then since = now end
    redis.call('HSET', owner .. 'info', 'away', int(since) .. ':' .. int(now) .. ':' .. leader)
    if tonumber(since) + tonumber(argv[3]) > now then return { 'ok', 0 } end
    local first = next_leader(members_of(owner), here)
    if not here[first.player] then return { 'ok', 0 } end
    redis.call('HDEL', owner .. 'info', 'away')
    lead(owner, bucket, channel, first, '', 'succession', argv[4])
    return { 'ok', 1 }
  end)

  -- team_check: asks all members whether they are ready. Whoever asks is.
  -- ARGV: 1 channel, 2 caller (the leader or the backend), 3 id of the check, 4 for how long (ms), 5 entries to keep
  -- Reply: {'ok', until (ms), how long it still runs (ms; -1: it is over)}; the same id again changes nothing
  -- Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'check-running', until}
  command('team_check', function(keys, argv)
    local owner, bucket, channel, now = keys[1], keys[2], argv[1], now_ms()
    local refusal = refused_to_others(owner, argv[2])
    if refusal then return { refusal } end
    local left = judge(owner, bucket, channel, now, argv[5])
    local info = redis.call('HMGET', owner .. 'info', 'check', 'checkUntil')
    if info[1] == argv[3] then return { 'ok', tonumber(info[2]), left } end
    if left > 0 then return { 'check-running', tonumber(info[2]) } end
    local ends, by = now + tonumber(argv[4]), 0
    for _, one in ipairs(members_of(owner)) do
      local is_asking = one.player == argv[2]
      if is_asking then by = one.member.n end
      one.member.y = is_asking and 'yes' or ''
      put_member(owner, one.player, one.member)
    end
    redis.call('HSET', owner .. 'info', 'check', argv[3], 'checkUntil', int(ends), 'checkBy', int(by))
    redis.call('HDEL', owner .. 'info', 'checkResult')
    redis.call('ZADD', bucket .. 'teamdue', int(ends), 'check:' .. channel)
    touch(owner)
    happened(bucket, 'team-check', { channel = channel, by = argv[2], check = argv[3], ends = ends })
    return { 'ok', ends, judge(owner, bucket, channel, now, argv[5]) }
  end)

  -- team_ready: a member answers the check that runs; he may answer otherwise as long as it does.
  -- ARGV: 1 channel, 2 player, 3 id of the check, 4 'yes' or 'no', 5 entries to keep
  -- Reply: {'ok'}   Errors: {'channel-not-found'}, {'not-member'}, {'check-over'} (also: he was not asked)
  command('team_ready', function(keys, argv)
    local owner, bucket, channel, player, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    if not is_team(owner) then return { 'channel-not-found' } end
    local record = redis.call('HGET', owner .. 'members', player)
    if not record then return { 'not-member' } end
    local member, id = cjson.decode(record), redis.call('HGET', owner .. 'info', 'check')
    if id == argv[3] and member.y == argv[4] then return { 'ok' } end
    if judge(owner, bucket, channel, now, argv[5]) < 0 or id ~= argv[3] or not member.y then return { 'check-over' } end
    member.y = argv[4]
    put_member(owner, player, member)
    touch(owner)
    judge(owner, bucket, channel, now, argv[5])
    return { 'ok' }
  end)

  -- team_judge: ends the check that runs, if its time is over.
  -- ARGV: 1 channel, 2 entries to keep   Reply: {'ok', how long it still runs (ms; -1: none does)}
  command('team_judge', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    local left = is_team(owner) and judge(owner, bucket, channel, now_ms(), argv[2]) or -1
    if left < 0 then redis.call('ZREM', bucket .. 'teamdue', 'check:' .. channel) end
    return { 'ok', left }
  end)

  -- team_end: ends a team. For the backend and its leader; asked again it changes nothing.
  -- ARGV: 1 channel, 2 caller, 3 why ('' untold), 4 entries to keep
  -- Reply: {'ok', players who were members}   Errors: {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('team_end', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    if redis.call('EXISTS', owner .. 'ended') == 1 then return { 'ok', redis.call('SMEMBERS', owner .. 'leaving') } end
    local refusal = refused_to_players(owner, argv[2])
    if refusal then return { refusal } end
    return { 'ok', end_team(owner, bucket, channel, 'ended', argv[2], argv[3] ~= '' and argv[3] or nil, argv[4]) }
  end)

  -- team_look: ends a team whose match is over, in which nothing happened for long, or which nobody entered.
  -- ARGV: 1 channel, 2 for how long nothing must have happened (ms), 3 how long after its expected end (ms), 4 entries to keep, then incarnations of dead processes
  -- Reply: {'ok', has it ended (0|1)}
  command('team_look', function(keys, argv)
    local owner, bucket, channel, now, idle, dead = keys[1], keys[2], argv[1], now_ms(), tonumber(argv[2]), {}
    for index = 5, #argv do dead[argv[index]] = true end
    local due = bucket .. 'teamdue'
    if not is_team(owner) then
      redis.call('ZREM', due, 'end:' .. channel)
      return { 'ok', 1 }
    end
    local info = redis.call('HMGET', owner .. 'info', 'createdAt', 'endsAt')
    local over = info[2] and tonumber(info[2]) + tonumber(argv[3]) or math.huge
    local last = math.max(tonumber(info[1]), tonumber(redis.call('HGET', owner .. 'head', 'at') or '0'))
    for _, at in ipairs(redis.call('HVALS', owner .. 'seen')) do last = math.max(last, tonumber(at)) end
    if next(players_here(owner, dead)) then last = now end
    -- A clock that was far ahead holds nothing up.
    last = math.min(last, now)
    -- What is to end with a match may be quiet until then, for a day.
    local quiet = math.max(last + idle, math.min(tonumber(info[2] or '0'), last + DAY_MS))
    if redis.call('HLEN', owner .. 'members') == 0 then quiet = tonumber(info[1]) + EMPTY_MS end
    if over > now and quiet > now then
      redis.call('ZADD', due, int(math.min(over, quiet)), 'end:' .. channel)
      return { 'ok', 0 }
    end
    local is_empty = redis.call('HLEN', owner .. 'members') == 0
    end_team(owner, bucket, channel, is_empty and 'empty' or over <= now and 'over' or 'idle', '', nil, argv[4])
    return { 'ok', 1 }
  end)

  -- team_left: an ended team stands on these players' lists no more.
  -- ARGV: 1 channel, then players   Reply: {'ok', players on whose lists it may still stand}
  command('team_left', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    for index = 2, #argv do redis.call('SREM', owner .. 'leaving', argv[index]) end
    local left = redis.call('SMEMBERS', owner .. 'leaving')
    if #left == 0 then redis.call('ZREM', bucket .. 'teamdue', 'leave:' .. argv[1]) end
    return { 'ok', left }
  end)

  -- team_gone: what an ended team has in its bucket goes. Its keys have expired, or do now.
  -- ARGV: 1 channel   Reply: {'ok'}
  command('team_gone', function(keys, argv)
    local owner, bucket, channel = keys[1], keys[2], argv[1]
    if not is_team(owner) then
      for _, part in ipairs(loose_parts(owner, now_ms())) do redis.call('UNLINK', owner .. part) end
      for _, part in ipairs(RESTS) do redis.call('UNLINK', owner .. part) end
      redis.call('HDEL', bucket .. 'heads', channel)
      redis.call('HDEL', bucket .. 'versions', channel)
    end
    redis.call('ZREM', bucket .. 'teamdue', 'gone:' .. channel)
    return { 'ok' }
  end)

  -- team_due: what is to be looked at in a bucket. Whatever is not seen to meanwhile comes again, others first. KEYS: 1 the bucket's prefix.
  -- ARGV: 1 most   Reply: items
  command('team_due', function(keys, argv)
    local due, now = keys[1] .. 'teamdue', now_ms()
    local items = redis.call('ZRANGE', due, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[1])
    for _, item in ipairs(items) do redis.call('ZADD', due, int(now + AGAIN_MS), item) end
    return items
  end)

  -- team_standing: a team that has ended, or one there is.
  -- ARGV: 1 player ('' nobody in particular)
  -- Reply: {'ok', is he invited (0|1), is he a member (0|1), name, whose members may drop in ('' nobody's)}   Errors: {'channel-not-found'}, {'team-ended'}
  command('team_standing', function(keys, argv)
    local owner, player = keys[1], argv[1]
    if redis.call('EXISTS', owner .. 'ended') == 1 then return { 'team-ended' } end
    if not is_team(owner) then return { 'channel-not-found' } end
    local invitation = standing(owner, 'invited', player, now_ms())
    return { 'ok', invitation and not invitation.declined and may_invite(owner, invitation.by) and 1 or 0, redis.call('HEXISTS', owner .. 'members', player),
      redis.call('HGET', owner .. 'info', 'name'), redis.call('HGET', owner .. 'info', 'open') or '' }
  end)
end
