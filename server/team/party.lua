-- Parties: teams into which whoever is of a guild or circle drops in, where a host says who speaks. Their ids begin with 'p' (see party-id.ts). Further parts of such a team:
--   info     party ('1': it is one), everyoneSpeaks ('1': who comes speaks)
--   members  of a record also s ('speaker' | 'listener'; who leads is the host, whatever it says) and h (when he raised his hand, ms; absent: he has not)
--   silent   set   numbers of those whom the host has made listeners: they listen when they come again, too
-- and of the guild or circle it is open to:
--   parties  hash  team -> row (JSON, see party-list.ts; here of use: h, its host, and a, when it was made, ms). What it says may be old: the team itself is asked
local party = {}
do
  -- What a member is in a party; nil in other teams.
  function party.role_of(member)
    return member.s and (member.rank == 'leader' and 'host' or member.s) or nil
  end

  -- Who has come begins as listener or speaker; nothing is asked of teams that are no party.
  function party.came(owner, member, everyone_speaks)
    local hushed = redis.call('SISMEMBER', owner .. 'silent', int(member.n)) == 1
    member.s = (member.rank == 'leader' or (everyone_speaks and not hushed)) and 'speaker' or 'listener'
  end

  -- He hosts it from now on.
  function party.led(owner, member)
    if not member.s then return end
    member.s, member.h = 'speaker', nil
    redis.call('SREM', owner .. 'silent', int(member.n))
  end

  -- What he is may be another thing now; nil: he is no member any more.
  function party.heard(bucket, channel, number, role) voice.changed(bucket, channel, int(number), role or '') end

  local function put(owner, player, member) redis.call('HSET', owner .. 'members', player, cjson.encode(member)) end

  -- All who listen speak now, but for those whom the host has made listeners.
  function party.all_speak(owner, bucket, channel)
    local all = redis.call('HGETALL', owner .. 'members')
    for index = 1, #all, 2 do
      local member = cjson.decode(all[index + 1])
      if party.role_of(member) == 'listener' and redis.call('SISMEMBER', owner .. 'silent', int(member.n)) == 0 then
        member.s, member.h = 'speaker', nil
        put(owner, all[index], member)
        party.heard(bucket, channel, member.n, 'speaker')
      end
    end
  end

  -- A member of a party, or nil and the refusal.
  local function member_of(owner, player)
    local info = redis.call('HMGET', owner .. 'info', 'team', 'party')
    if not info[1] then return nil, { redis.call('EXISTS', owner .. 'ended') == 1 and 'team-ended' or 'channel-not-found' } end
    if not info[2] then return nil, { 'no-party' } end
    local record = player ~= '' and redis.call('HGET', owner .. 'members', player)
    if not record then return nil, { 'not-member' } end
    return cjson.decode(record)
  end

  -- party_reserve: a place on the list of a guild's or circle's parties, before there is the party. KEYS are the guild's or circle's.
  -- ARGV: 1 team, 2 its host, who must be a member, 3 most parties, 4 most of one host ('' any number)
  -- Reply: {'ok', newly (0|1)}   Errors: {'not-member'} (also: it is not there), {'parties-full'}
  command('party_reserve', function(keys, argv)
    local owner, host = keys[1], argv[2]
    if redis.call('HEXISTS', owner .. 'members', host) == 0 then return { 'not-member' } end
    if redis.call('HEXISTS', owner .. 'parties', argv[1]) == 1 then return { 'ok', 0 } end
    local rows, own = redis.call('HVALS', owner .. 'parties'), 0
    for _, row in ipairs(rows) do own = own + (cjson.decode(row).h == host and 1 or 0) end
    if #rows >= tonumber(argv[3]) or (argv[4] ~= '' and own >= tonumber(argv[4])) then return { 'parties-full' } end
    redis.call('HSET', owner .. 'parties', argv[1], cjson.encode({ h = host, a = now_ms() }))
    return { 'ok', 1 }
  end)

  -- party_row: what is known of a party on its list. KEYS are the guild's or circle's.
  -- ARGV: 1 team, 2 row as it was when it was read ('' whatever it is), 3 row as it is ('' there is none)   Reply: {'ok'}, also when the row was changed meanwhile
  command('party_row', function(keys, argv)
    local parties = keys[1] .. 'parties'
    local row = redis.call('HGET', parties, argv[1])
    if not row or (argv[2] ~= '' and row ~= argv[2]) then return { 'ok' } end
    if argv[3] == '' then redis.call('HDEL', parties, argv[1]) else redis.call('HSET', parties, argv[1], argv[3]) end
    return { 'ok' }
  end)

  -- party_rows: the parties of a guild or circle. KEYS are its.
  -- ARGV: 1 player ('' nobody in particular)   Reply: {'ok', now (ms), {team, row, …}}   Errors: {'not-member'}
  command('party_rows', function(keys, argv)
    if argv[1] ~= '' and redis.call('HEXISTS', keys[1] .. 'members', argv[1]) == 0 then return { 'not-member' } end
    return { 'ok', int(now_ms()), redis.call('HGETALL', keys[1] .. 'parties') }
  end)

  -- party_look: a party as its list shows it.
  -- Reply: {'ok', info, its host ('' nobody), how many are in it, when something was written last (ms), online}   Errors: {'channel-not-found'}, {'team-ended'}, {'no-party'}
  command('party_look', function(keys)
    local owner, host, count = keys[1], '', 0
    local _, refusal = member_of(owner, '')
    if refusal[1] ~= 'not-member' then return refusal end
    local all = redis.call('HGETALL', owner .. 'members')
    for index = 1, #all, 2 do
      count = count + 1
      if cjson.decode(all[index + 1]).rank == 'leader' then host = all[index] end
    end
    return { 'ok', redis.call('HGETALL', owner .. 'info'), host, count, redis.call('HGET', owner .. 'head', 'at') or '0', redis.call('HGETALL', owner .. 'online') }
  end)

  -- party_hand: a listener asks to speak, or does not any more. Of who speaks nothing is changed.
  -- ARGV: 1 channel, 2 player, 3 '1' | '0'   Reply: {'ok'}   Errors: {'channel-not-found'}, {'team-ended'}, {'no-party'}, {'not-member'}
  command('party_hand', function(keys, argv)
    local owner, bucket, channel, player, up = keys[1], keys[2], argv[1], argv[2], argv[3] == '1'
    local member, refusal = member_of(owner, player)
    if refusal then return refusal end
    if party.role_of(member) ~= 'listener' or (member.h ~= nil) == up then return { 'ok' } end
    member.h = up and now_ms() or nil
    put(owner, player, member)
    touch(owner)
    happened(bucket, 'party-hand', { channel = channel, player = player, raised = up })
    return { 'ok' }
  end)

  -- party_role: who speaks. For the host, the backend, and for whoever would rather listen himself.
  -- ARGV: 1 channel, 2 player, 3 'speaker' | 'listener', 4 caller
  -- Reply: {'ok', newly (0|1)}   Errors: {'channel-not-found'}, {'team-ended'}, {'no-party'}, {'not-member'}, {'not-permitted'} (also: the host speaks), {'member-not-found'}
  command('party_role', function(keys, argv)
    local owner, bucket, channel, player, role, caller = keys[1], keys[2], argv[1], argv[2], argv[3], argv[4]
    local member, refusal = member_of(owner, player)
    if refusal and refusal[1] ~= 'not-member' then return refusal end
    if caller ~= '' then
      local own = redis.call('HGET', owner .. 'members', caller)
      if not own then return { 'not-member' } end
      if cjson.decode(own).rank ~= 'leader' and not (caller == player and role == 'listener') then return { 'not-permitted' } end
    end
    if not member then return { 'member-not-found' } end
    local was = party.role_of(member)
    if was == 'host' then return { 'not-permitted' } end
    if role == 'speaker' then redis.call('SREM', owner .. 'silent', int(member.n))
    elseif caller ~= player then redis.call('SADD', owner .. 'silent', int(member.n)) end
    if was == role and not member.h then return { 'ok', 0 } end
    member.s, member.h = role, nil
    put(owner, player, member)
    touch(owner)
    if was == role then return { 'ok', 0 } end
    party.heard(bucket, channel, member.n, role)
    happened(bucket, 'party-role', { channel = channel, player = player, role = role, by = caller })
    return { 'ok', 1 }
  end)

  -- party_role_of: what a member is. KEYS are the party's.
  -- ARGV: 1 player   Reply: {'ok', role}   Errors: {'channel-not-found'}, {'team-ended'}, {'no-party'}, {'not-member'}
  command('party_role_of', function(keys, argv)
    local member, refusal = member_of(keys[1], argv[1])
    if refusal then return refusal end
    return { 'ok', party.role_of(member) }
  end)

  -- party_voice: a member gets a token for what he is in this function.
  -- ARGV: 1 channel, 2 player, 3 how long it can be used (ms)
  -- Reply: {'ok', his number, role, until (ms)}   Errors: {'channel-not-found'}, {'team-ended'}, {'no-party'}, {'not-member'}
  command('party_voice', function(keys, argv)
    local member, refusal = member_of(keys[1], argv[2])
    if refusal then return refusal end
    local role = party.role_of(member)
    return { 'ok', member.n, role, int(voice.issued(keys[2], argv[1], int(member.n), role, tonumber(argv[3]))) }
  end)
end
