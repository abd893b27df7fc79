-- What an operator brings from another system. Of each line of his file it is noted for ever what was done of it, so that the same line does nothing again, whatever
-- became of guild and player since:
--   profile   of a player: imported '<balance>:<print of the profile>'
--   info      of a guild: imported '<balance>:<earned>:<print of the facts>:<leader>'; importing ('1': something was brought, and nobody has been told)
--   imported  of a guild: hash  player -> '<contribution>:<rank>'
-- Keys of the movements: '~import:player', '~import:guild' and '~import:guild:spent', and for what a member had brought '~import:member:<number>' and
-- '~import:member:<number>:out', a transfer of the guild's book to itself: his contribution counts, treasury and what was earned stay as the guild's line says.
do
  local LEAST_LEVEL = '1'

  local function fits(owner, amount)
    return tonumber(redis.call('HGET', owner .. 'book', 'balance') or '0') + amount <= LARGEST
  end

  local function moves(owner, key, amount, fields)
    fields.key, fields.amount, fields.reason, fields.print = '~import:' .. key, amount, 'imported', int(amount)
    return move_points(owner, fields)
  end

  -- import_player: what a player had comes into his book.
  -- ARGV: 1 balance, 2 print of the profile, 3 only look (0|1)
  -- Reply: {'ok', what}: 'absent' (there is no profile), 'filled' (it came in now, or will), 'changed' (it had come in; the profile is another), 'done'
  -- Errors: {'key-reused', the balance that came in}, {'player-linked'}, {'player-not-found'} (not when only looking), {'bad-request'} (his book would pass 2^53)
  command('import_player', function(keys, argv)
    local owner, balance, print = keys[1], argv[1], argv[2]
    local stored = redis.call('HMGET', owner .. 'profile', 'd', 'imported', 'to')
    local what = 'filled'
    if stored[2] then
      local first, first_print = string.match(stored[2], '^(%d+):(.*)$')
      if first ~= balance then return { 'key-reused', first } end
      if first_print == print then return { 'ok', 'done' } end
      what = 'changed'
    elseif stored[3] then
      return { 'player-linked' }
    end
    if what == 'filled' and not fits(owner, tonumber(balance)) then return { 'bad-request' } end
    if argv[3] == '1' then return { 'ok', stored[1] and what or 'absent' } end
    if not stored[1] then return { 'player-not-found' } end
    if what == 'filled' and balance ~= '0' then
      local moved, code = moves(owner, 'player', tonumber(balance), { now = now_ms() })
      if not moved then return { code } end
    end
    redis.call('HSET', owner .. 'profile', 'imported', balance .. ':' .. print)
    return { 'ok', what }
  end)

  -- import_guild: what a guild is and had, of one that is there with this leader. A leader who was never seen here counts as seen now.
  -- ARGV: 1 leader, 2 balance, 3 earned, 4 print of the facts, 5 only look (0|1), 6 when it began (ms; '' not told), then fields of info and their values
  -- Reply: {'ok', what, members, places}: 'absent' (there is no such guild), 'filled' (it came in now, or will), 'changed' (points had come in; the facts are others), 'done'
  -- Errors: {'guild-exists'} (with another leader, or it has ended), {'key-reused', balance, earned} (that came in), {'bad-request'} (its book would pass 2^53)
  command('import_guild', function(keys, argv)
    local owner, leader, balance, earned, now = keys[1], argv[1], argv[2], argv[3], now_ms()
    local stored = redis.call('HMGET', owner .. 'info', 'name', 'imported', 'capacity', 'level', 'ending')
    if stored[5] or redis.call('EXISTS', owner .. 'ended') == 1 then return { 'guild-exists' } end
    if not stored[1] then return { 'ok', 'absent', 0, 0 } end
    local what, members = 'filled', redis.call('HLEN', owner .. 'members')
    if stored[2] then
      local first, first_earned, print, first_leader = string.match(stored[2], '^(%d+):(%d+):(%x*):(.*)$')
      if first_leader ~= leader then return { 'guild-exists' } end
      if first ~= balance or first_earned ~= earned then return { 'key-reused', first, first_earned } end
      if print == argv[4] then return { 'ok', 'done', members, tonumber(stored[3]) } end
      what = 'changed'
    else
      local record = redis.call('HGET', owner .. 'members', leader)
      if not record or cjson.decode(record).rank ~= 'leader' then return { 'guild-exists' } end
    end
    if what == 'filled' and not fits(owner, tonumber(earned)) then return { 'bad-request' } end
    if argv[5] == '1' then return { 'ok', what, members, tonumber(stored[3]) } end
    if what == 'filled' then
      if earned ~= '0' then
        local moved, code = moves(owner, 'guild', tonumber(earned), { now = now })
        if not moved then return { code } end
        local spent = tonumber(earned) - tonumber(balance)
        if spent > 0 then moves(owner, 'guild:spent', -spent, { now = now }) end
        -- Of the levels this makes, only the highest is told.
        if stored[4] == LEAST_LEVEL then redis.call('HDEL', owner .. 'info', 'level') end
      end
      redis.call('HSETNX', owner .. 'seen', leader, int(now))
    else
      audit(owner, { act = 'change', by = '' })
    end
    if argv[6] ~= '' then redis.call('HSET', owner .. 'info', 'createdAt', int(math.min(now, tonumber(argv[6])))) end
    for index = 7, #argv, 2 do redis.call('HSET', owner .. 'info', argv[index], argv[index + 1]) end
    redis.call('HSET', owner .. 'info', 'imported', balance .. ':' .. earned .. ':' .. argv[4] .. ':' .. leader, 'importing', '1')
    touch(owner)
    return { 'ok', what, members, tonumber(stored[3]) }
  end)

  local function write_member(owner, bucket, channel, player, member, profile, version)
    local state = open_channel(owner, bucket, channel)
    redis.call('HSET', owner .. 'members', player, cjson.encode(member))
    put_profile(owner, player, profile, version)
    set_read(owner, player, state.epoch, state.head, state.count)
    stay_muted(owner, player)
  end

  -- import_member: a member as the file has him, without an entry and without an event of his own. Who left since stays away; who was given another rank since keeps
  -- it, unless the file says another one than it did.
  -- ARGV: 1 channel, 2 player, 3 rank, 4 contribution, 5 when he joined, 6 when he was last seen (ms; '' not told), 7 only look (0|1), 8 number of his claim ('' only
  --       who is a member already), 9 profile (JSON), 10 its version
  -- Reply: {'ok', what, members, places, newly (0|1)}: 'absent' (he is no member), 'made', 'filled' (he was one, and got what he lacked, or will), 'changed', 'done'
  -- Errors: {'guild-not-found'}, {'banned'}, {'guild-full'} (with a claim), {'fenced'}, {'last-leader'} (the guild has one leader), {'key-reused', the contribution that
  --         came in}, {'bad-request'} (something would pass 2^53)
  command('import_member', function(keys, argv)
    local owner, bucket, channel, player, rank, brought, now = keys[1], keys[2], argv[1], argv[2], argv[3], argv[4], now_ms()
    local places = tonumber(redis.call('HGET', owner .. 'info', 'capacity') or '')
    if not places then return { 'guild-not-found' } end
    local count = redis.call('HLEN', owner .. 'members')
    local mark, record = redis.call('HGET', owner .. 'imported', player), redis.call('HGET', owner .. 'members', player)
    if mark then
      local first, first_rank = string.match(mark, '^(%d+):(%a+)$')
      if first ~= brought then return { 'key-reused', first } end
      if first_rank == rank or not record then return { 'ok', 'done', count, places, 0 } end
    end
    local member, what, only_looks = record and cjson.decode(record), mark and 'changed' or 'filled', argv[7] == '1'
    if (rank == 'leader') ~= (member and member.rank == 'leader' or false) then return { 'last-leader' } end
    if not member then
      if ban_refusal(owner, player) then return { 'banned' } end
      if only_looks or argv[8] == '' then return { 'ok', 'absent', count, places, 0 } end
      if is_fenced(owner, player, tonumber(argv[8])) then return { 'fenced' } end
      if count >= places then return { 'guild-full' } end
      what = 'made'
    end
    local amount = mark and 0 or tonumber(brought)
    local contribution = tonumber(redis.call('HGET', owner .. 'contribution', player) or '0')
    if not fits(owner, amount) or contribution + amount > LARGEST then return { 'bad-request' } end
    if only_looks then return { 'ok', what, count, places, 0 } end

    if not member then
      local number = redis.call('HGET', owner .. 'numbers', player)
      if not number then
        number = int(redis.call('HINCRBY', owner .. 'head', 'number', 1))
        redis.call('HSET', owner .. 'numbers', player, number)
        redis.call('HSET', owner .. 'players', number, player)
      end
      member = { n = tonumber(number), rank = rank, at = now, c = tonumber(argv[8]) }
      if argv[5] ~= '' then member.at = math.min(now, tonumber(argv[5])) end
      write_member(owner, bucket, channel, player, member, argv[9], argv[10])
    else
      if member.rank ~= rank then audit(owner, { act = 'rank', by = '', whom = player, from = member.rank, rank = rank }) end
      member.rank = rank
      if argv[5] ~= '' and not mark then member.at = math.min(now, tonumber(argv[5])) end
      redis.call('HSET', owner .. 'members', player, cjson.encode(member))
    end
    place(owner, player, rank, member.n)
    if argv[6] ~= '' then
      local seen = tonumber(redis.call('HGET', owner .. 'seen', player) or '0')
      redis.call('HSET', owner .. 'seen', player, int(math.max(seen, math.min(now, tonumber(argv[6])))))
    end
    if amount > 0 then
      local key = 'member:' .. int(member.n)
      moves(owner, key, amount, { now = now, member = player, with = channel })
      moves(owner, key .. ':out', -amount, { now = now, with = channel })
    end
    redis.call('HSET', owner .. 'imported', player, brought .. ':' .. rank)
    redis.call('HSET', owner .. 'info', 'importing', '1')
    touch(owner)
    return { 'ok', what, count, places, what == 'made' and 1 or 0 }
  end)

  -- import_told: tells that something was brought into a guild, if something was.
  -- Reply: {'ok'}
  command('import_told', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    if redis.call('HDEL', owner .. 'info', 'importing') == 0 then return { 'ok' } end
    local count = redis.call('HLEN', owner .. 'members')
    happened(bucket, 'guild-imported', { guild = guild_of(owner), members = count })
    return { 'ok' }
  end)
end
