-- A guest who goes on as an account; docs/linking.md tells what becomes of what was his. His profile gets the field `to` (the account): from then on whoever shows his
-- token is refused, and his book takes no movement but the one that empties it into the account's. What he has in channels is moved by one function each. Further parts:
--   link       hash    of the guest: balance (what his book held then), at, done ('1'), more:<key> (points that came to his book since, see ../points/points.lua)
--   linking    string  of the guest: '<account> <since, ms>' before that: nobody else may link him, or anybody to him
--   guests     hash    of the account: guest -> '<open|taken|done> <since, ms>'; while one is open or taken the account is nobody's guest
-- and of the bucket: links (set: guests whose move is not over).

do
  -- A reservation that nobody uses goes by itself.
  local RESERVED_MS = 3600000

  -- link_reserve: before a guest is linked, both are reserved, the lesser id first, so that of links that exclude each other one is made. KEYS are those of one of them.
  -- ARGV: 1 guest, 2 account, 3 whose keys they are ('guest' | 'account')
  -- Reply: {'ok'}; {'ok', 'held', guest, account, its row in `guests` ('' none), for how long (ms)}: another link stands in the way   Errors: {'player-linked'}
  command('link_reserve', function(keys, argv)
    local owner, guest, account, now = keys[1], argv[1], argv[2], now_ms()
    local to = redis.call('HGET', owner .. 'profile', 'to')
    if to then
      if argv[3] == 'guest' and to == account then return { 'ok' } end
      return { 'player-linked' }
    end
    local other, since = string.match(redis.call('GET', owner .. 'linking') or '', '^(%S+) (%d+)$')
    if argv[3] == 'account' then
      if other then return { 'ok', 'held', account, other, '', int(now - tonumber(since)) } end
      local row = redis.call('HGET', owner .. 'guests', guest)
      if not row or string.sub(row, 1, 4) == 'open' then redis.call('HSET', owner .. 'guests', guest, 'open ' .. int(now)) end
      return { 'ok' }
    end
    if other and other ~= account then return { 'ok', 'held', guest, other, '', int(now - tonumber(since)) } end
    local rows = redis.call('HGETALL', owner .. 'guests')
    for index = 1, #rows, 2 do
      local state, at = string.match(rows[index + 1], '^(%a+) (%d+)$')
      if state ~= 'done' then return { 'ok', 'held', rows[index], guest, rows[index + 1], int(now - tonumber(at)) } end
    end
    redis.call('SET', owner .. 'linking', account .. ' ' .. int(now), 'PX', RESERVED_MS)
    return { 'ok' }
  end)

  -- link_cancel: a guest is not reserved for an account any more, unless he has become it. KEYS are the guest's.
  -- ARGV: 1 account   Reply: {'ok', has he become it (0|1)}
  command('link_cancel', function(keys, argv)
    local owner = keys[1]
    if redis.call('HGET', owner .. 'profile', 'to') == argv[1] then return { 'ok', 1 } end
    if string.match(redis.call('GET', owner .. 'linking') or '', '^%S+') == argv[1] then redis.call('DEL', owner .. 'linking') end
    return { 'ok', 0 }
  end)

  -- link_forget: an account waits for a guest no more, whose reservation has been cancelled. KEYS are the account's.
  -- ARGV: 1 guest, 2 his row as it was seen ('' whatever it is)   Reply: {'ok'}
  command('link_forget', function(keys, argv)
    local row = redis.call('HGET', keys[1] .. 'guests', argv[1])
    if row and string.sub(row, 1, 4) == 'open' and (argv[2] == '' or argv[2] == row) then redis.call('HDEL', keys[1] .. 'guests', argv[1]) end
    return { 'ok' }
  end)

  -- link_joined: all that was the guest's is the account's. KEYS are the account's.
  -- ARGV: 1 guest   Reply: {'ok'}
  command('link_joined', function(keys, argv)
    redis.call('HSET', keys[1] .. 'guests', argv[1], 'done ' .. int(now_ms()))
    return { 'ok' }
  end)

  -- link_begin: from now on this guest is that account. KEYS are the guest's.
  -- ARGV: 1 account, 2 guest
  -- Reply: {'ok', balance to be moved, done (0|1), {key, amount, …} of what came back since and is to be moved, too}; the same again gives the first   Errors: {'player-not-found'}, {'player-linked'} (to another),
  -- {'link-under-way'} (he is not reserved for it any more)
  command('link_begin', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local stored = redis.call('HMGET', owner .. 'profile', 'd', 'to')
    if not stored[1] then return { 'player-not-found' } end
    if stored[2] and stored[2] ~= argv[1] then return { 'player-linked' } end
    if not stored[2] then
      if string.match(redis.call('GET', owner .. 'linking') or '', '^%S+') ~= argv[1] then return { 'link-under-way' } end
      redis.call('DEL', owner .. 'linking')
      redis.call('HSET', owner .. 'profile', 'to', argv[1])
      redis.call('HSET', owner .. 'link', 'balance', redis.call('HGET', owner .. 'book', 'balance') or '0', 'at', int(now_ms()))
      redis.call('SADD', bucket .. 'links', argv[2])
      redis.call('HSET', owner .. 'standing', 'linked', argv[1])
      redis.call('INCR', bucket .. 'standings')
      redis.call('SPUBLISH', bucket .. 'personal', cjson.encode({ argv[2], { type = 'standing' } }))
      happened(bucket, 'player-linked', { player = argv[1], guest = argv[2] })
    end
    local link, more = redis.call('HGETALL', owner .. 'link'), {}
    local of = {}
    for index = 1, #link, 2 do
      of[link[index]] = link[index + 1]
      local key = string.match(link[index], '^more:(.+)$')
      if key then
        more[#more + 1] = key
        more[#more + 1] = link[index + 1]
      end
    end
    return { 'ok', of.balance, of.done and 1 or 0, more }
  end)

  -- link_end: all that was the guest's is the account's, unless something came back since. KEYS are the guest's.
  -- ARGV: 1 guest, then keys of what came back and was moved   Reply: {'ok', ended (0|1)}
  command('link_end', function(keys, argv)
    local moved, all = {}, redis.call('HKEYS', keys[1] .. 'link')
    for index = 2, #argv do moved['more:' .. argv[index]] = true end
    for _, field in ipairs(all) do
      if string.sub(field, 1, 5) == 'more:' and not moved[field] then return { 'ok', 0 } end
    end
    redis.call('HSET', keys[1] .. 'link', 'done', '1')
    redis.call('SREM', keys[2] .. 'links', argv[1])
    -- What waits to be told him is judged again, as the account.
    if redis.call('EXISTS', keys[1] .. 'awaited') == 1 then redis.call('ZADD', keys[2] .. 'due', 'LT', int(now_ms()), 'match:' .. argv[1]) end
    return { 'ok', 1 }
  end)

  -- link_waiting: a guest's request to be let in, or his invitation, is the account's. KEYS are the guild's.
  -- ARGV: 1 guest, 2 account   Reply: {'ok'}
  command('link_waiting', function(keys, argv)
    for _, part in ipairs({ 'requests', 'invited' }) do
      local is_one_less = redis.call('HEXISTS', keys[1] .. 'members', argv[2]) == 1 or redis.call('HEXISTS', keys[1] .. part, argv[2]) == 1
      if is_one_less then forget_waiting(keys[1], part, argv[1]) else pass_on(keys[1] .. part, argv[1], argv[2]) end
    end
    return { 'ok' }
  end)

  -- Whoever invited the guest is still told when he stays, see friends_due.
  local function pass_friend_on(owner, bucket, guest, account, member, claim)
    if not member.i then return end
    local item = cjson.encode({ guild_of(owner), guest, member.i, member.c })
    local due = redis.call('ZSCORE', bucket .. 'friends', item)
    if not due then return end
    redis.call('ZREM', bucket .. 'friends', item)
    if member.i ~= account then redis.call('ZADD', bucket .. 'friends', due, cjson.encode({ guild_of(owner), account, member.i, claim })) end
  end

  -- Of two members who become one: out for wars as either is out, else picked where the first of them was.
  local function join_readiness(owner, guest, account)
    local stored = redis.call('HMGET', owner .. 'warready', guest, account)
    if string.sub(stored[1] or '', 1, 1) == '0' then redis.call('HSET', owner .. 'warready', account, stored[1]) end
    local is_out = string.sub(stored[1] or '', 1, 1) == '0' or string.sub(stored[2] or '', 1, 1) == '0'
    if is_out then pass_pick(owner, account) end
    pass_pick(owner, guest, not is_out and account or nil)
  end

  -- Of a guild at war: the account fights as the guest did, with what attempts he has left, if the guest is one of the fighters and the account is none. Part of the guild:
  --   acting  hash  account -> '<war> <guest> …': as whom he may fight in that war, the first of them who does
  local ACTING_MS = 120 * 86400000
  local function pass_fighting(owner, guest, account)
    local war = redis.call('HGET', owner .. 'info', 'reserved')
    if not war then return end
    local acting = owner .. 'acting'
    local function also_as(player)
      local of, others = string.match(redis.call('HGET', acting, player) or '', '^(%S+)( .+)$')
      return of == war and others or ''
    end
    redis.call('HSET', acting, account, war .. also_as(account) .. ' ' .. guest .. also_as(guest))
    redis.call('HDEL', acting, guest)
    redis.call('PEXPIRE', acting, ACTING_MS)
  end

  -- link_member: a channel's member goes on as another player, with his number, rank, what he has read and brought. No entry tells of it: nobody came or went. Where the
  -- account is a member already the guest leaves, what he brought is added, and the account has the higher of their ranks. An account that is banned there does not come
  -- in by a guest, who leaves; but the leader's guild keeps its leader. KEYS are the channel's.
  -- ARGV: 1 channel, 2 account, 3 number of the account's claim ('0' where there are none), 4 the account's profile (JSON), 5 its version, 6 guest, 7 entries to keep
  -- Reply: {'ok', number of the guest's claim ('' he was no member), newly (0|1: the account became a member)}   Errors: {'fenced'}
  command('link_member', function(keys, argv)
    local owner, bucket, channel, account, guest = keys[1], keys[2], argv[1], argv[2], argv[6]
    local record = redis.call('HGET', owner .. 'members', guest)
    if not record then
      -- An admission of his that is under way comes to nothing.
      if not guild_of(owner) then redis.call('SET', owner .. 'fence:' .. guest, '1', 'PX', FENCE_MS) end
      return { 'ok', '', 0 }
    end
    local claim = tonumber(argv[3])
    if claim > 0 and is_fenced(owner, account, claim) then return { 'fenced' } end
    local member = cjson.decode(record)
    local own = redis.call('HGET', owner .. 'members', account)
    local is_kept_out = not own and ban_refusal(owner, account) and (member.rank ~= 'leader' or redis.call('HLEN', owner .. 'members') == 1)
    local known = redis.call('HGET', owner .. 'numbers', account)
    if not is_kept_out then
      if member.c then pass_fighting(owner, guest, account) end
      pass_counted(owner, guest, account)
      if known then pass_shares(owner, bucket, own and int(member.n) or known, own and known or int(member.n)) end
    end
    if member.c then raise_fence(owner, guest, member.c) end
    local old_claim = member.c and int(member.c) or ''
    local muted = tonumber(redis.call('HGET', owner .. 'mutes', guest) or '')
    redis.call('HDEL', owner .. 'mutes', guest)
    if own or is_kept_out then
      if own then join_readiness(owner, guest, account) end
      if own then own = cjson.decode(own) end
      -- Before the guest goes, whom somebody else would follow.
      if own and RANK_HEIGHT[member.rank] > RANK_HEIGHT[own.rank] then
        local from = own.rank
        set_rank(owner, bucket, channel, open_channel(owner, bucket, channel), account, own, member.rank, argv[7])
        happened(bucket, 'rank-changed', { channel = channel, player = account, from = from, rank = member.rank, by = '', reason = 'linked' })
      end
      dismiss(owner, bucket, channel, guest, member, '5', argv[7])
      mute_longer(owner, account, muted)
      local seen = tonumber(redis.call('HGET', owner .. 'seen', guest) or '0')
      if own and seen > tonumber(redis.call('HGET', owner .. 'seen', account) or '0') then redis.call('HSET', owner .. 'seen', account, int(seen)) end
      return { 'ok', old_claim, 0 }
    end
    for _, part in ipairs({ 'bans', 'requests', 'invited' }) do redis.call('HDEL', owner .. part, account) end
    pass_friend_on(owner, bucket, guest, account, member, claim)
    if member.i == account then member.i = nil end
    local number = int(member.n)
    member.c = claim
    redis.call('HSET', owner .. 'members', account, cjson.encode(member))
    redis.call('HDEL', owner .. 'members', guest)
    displace(owner, guest)
    place(owner, account, member.rank, number)
    redis.call('HSET', owner .. 'numbers', account, number)
    redis.call('HDEL', owner .. 'numbers', guest)
    redis.call('HSET', owner .. 'players', number, account)
    redis.call('HDEL', owner .. 'profiles', guest)
    put_profile(owner, account, argv[4], argv[5])
    for _, part in ipairs({ 'read', 'pace', 'seen', 'warready' }) do pass_on(owner .. part, guest, account) end
    pass_pick(owner, guest, account)
    mute_longer(owner, account, math.max(muted or 0, tonumber(redis.call('HGET', owner .. 'mutes', account) or '0')))
    if redis.call('SREM', owner .. 'untold', guest) == 1 then redis.call('SADD', owner .. 'untold', account) end
    touch(owner)
    happened(bucket, 'member-linked', { channel = channel, player = account, guest = guest })
    return { 'ok', old_claim, 1 }
  end)
end
