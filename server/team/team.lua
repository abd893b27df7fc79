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

local teams

do
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

  teams = {
    is_team = is_team, is_of_room = is_of_room, refused_to_others = refused_to_others, refused_to_players = refused_to_players,
    members_of = members_of, put_member = put_member, write_news = write_news, lead = lead, players_here = players_here, next_leader = next_leader,
    -- One that nobody has entered so long after it was made has nobody.
    EMPTY_MS = 60000,
  }
end
