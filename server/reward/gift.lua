-- Gift drops: points in equal shares on a card of a guild's channel, one for each member who taps first. All of them leave the giver's book before the card is there; a
-- share that was taken is a transfer whose debit that was (see ../points/transfer.lua), so whoever comes by pays it, once. What nobody took goes back once.
-- Parts of a guild's owner:
--   gift:<id>    string  JSON {seq, payer ('' the guild's book, or the owner of another), by ('' the backend), each, shares, taken, at, until, print, ended?, back?}; once it
--                        has ended, kept as long as a key is known. Numbers as strings but for `shares` and `taken`
--   nogift:<id>  string  code with which a gift of another book was refused
--   gifts        set     ids of those that have not ended
-- and of its bucket: giftends (zset: '<owner> <id>' -> when it ends, ms).
-- Of the bucket of a player who gives: giving (hash: '<owner> <key>' -> JSON {at, request} of gifts that were debited and of which it is not known that they are there).

do
  local KEPT_MS = 120 * 86400000

  local function name_of(owner)
    return string.match(owner, '{b%d+}:(.+):$')
  end

  -- A share, or what was left, is on its way from the guild to another book. Returns the transfer's id.
  local function owe(owner, bucket, id, to, amount, now)
    local from = name_of(owner)
    redis.call('HSET', bucket .. 'transfers', from .. ' ' .. id, cjson.encode({ from = from, id = id, to = to, amount = int(amount), reason = 'gift', at = int(now) }))
    return id
  end

  local function store(owner, bucket, id, gift)
    local json = cjson.encode(gift)
    if gift.ended then
      redis.call('SET', owner .. 'gift:' .. id, json, 'PX', KEPT_MS)
      redis.call('ZREM', bucket .. 'giftends', name_of(owner) .. ' ' .. id)
      redis.call('SREM', owner .. 'gifts', id)
    else
      redis.call('SET', owner .. 'gift:' .. id, json)
    end
    return json
  end

  -- gift_give: the debit of a gift from a player's own book, once per key.
  -- ARGV: 1 key, 2 guild that gets it ('guild:<id>'), 3 points, 4 print, 5 the request, for whoever has to go on with it
  -- Reply: {'ok', when it was debited (ms; '0': it is known what became of it), the first request}   Errors: those of move_points
  command('gift_give', function(keys, argv)
    local owner, giving, now = keys[1], keys[2] .. 'giving', now_ms()
    local field = name_of(owner) .. ' ' .. argv[1]
    local moved, code = move_points(owner, { key = '~gift:' .. argv[1], amount = -tonumber(argv[3]), reason = 'gift', print = argv[4], now = now, with = argv[2] })
    if not moved then return { code } end
    if moved.repeated == 0 then redis.call('HSET', giving, field, cjson.encode({ at = int(now), request = argv[5] })) end
    local pending = redis.call('HGET', giving, field)
    if not pending then return { 'ok', '0', argv[5] } end
    pending = cjson.decode(pending)
    return { 'ok', pending.at, pending.request }
  end)

  -- gift_given: the gift is there, or was refused for ever and goes back.
  -- ARGV: 1 key, 2 points to give back ('0': it is there)   Reply: {'ok'}   Errors: those of move_points; then it is not settled
  command('gift_given', function(keys, argv)
    local owner, giving = keys[1], keys[2] .. 'giving'
    local field = name_of(owner) .. ' ' .. argv[1]
    if redis.call('HEXISTS', giving, field) == 0 then return { 'ok' } end
    if argv[2] ~= '0' then
      local moved, code = move_points(owner, { key = '~gift-back:' .. argv[1], amount = tonumber(argv[2]), reason = 'gift', print = 'back', now = now_ms(),
        of = '~gift:' .. argv[1] })
      if not moved then return { code } end
    end
    redis.call('HDEL', giving, field)
    return { 'ok' }
  end)

  -- gift_drop: a gift and its card, once per id; from the guild's book with its debit.
  -- ARGV: 1 channel, 2 who gives ('' the backend; a member), 3 caller ('' the backend), 4 code of a card's kind, 5 body of the card (JSON), 6 its rules (JSON), 7 entries
  --       to keep, 8 id, 9 shares, 10 points of each, 11 when it ends (ms), 12 payer ('' the guild's book), 13 print, 14 when the payer was debited (ms; '0': asked only
  --       after that was settled)
  -- Reply: {'ok', gift (JSON), repeated (0|1)}; of another payer also {'ok', 'refused', code}, which stands
  -- Errors: {'guild-not-found'}, {'not-member'}, {'not-permitted'}, {'muted', until}, {'key-reused'}, {'points-insufficient'}; {'key-too-old'} (nobody can tell any more)
  command('gift_drop', function(keys, argv)
    local owner, bucket, channel, by, id, payer, now = keys[1], keys[2], argv[1], argv[2], argv[8], argv[12], now_ms()
    local json = redis.call('GET', owner .. 'gift:' .. id)
    if json then
      if cjson.decode(json).print ~= argv[13] then return { 'key-reused' } end
      return { 'ok', json, 1 }
    end
    local stands = payer ~= '' and redis.call('GET', owner .. 'nogift:' .. id)
    if stands then return { 'ok', 'refused', stands } end
    if payer ~= '' and tonumber(argv[14]) < now - KEYS_KNOWN_MS then return { 'key-too-old' } end

    local member, no
    if redis.call('EXISTS', owner .. 'info') == 0 then no = { 'guild-not-found' }
    elseif by ~= '' then member, no = writer(owner, by, now) end
    if not no and payer == '' then no = refused(owner, argv[3], 'spend') or nil end
    if type(no) == 'string' then no = { no } end
    if not no and payer == '' then
      local moved, code = move_points(owner, { key = '~gift:' .. id, amount = -tonumber(argv[9]) * tonumber(argv[10]), reason = 'gift', print = argv[13], now = now })
      if not moved then no = { code } elseif moved.repeated == 1 then no = { 'key-reused' } end
    end
    if no then
      if payer == '' then return no end
      redis.call('SET', owner .. 'nogift:' .. id, no[1], 'PX', KEPT_MS)
      return { 'ok', 'refused', no[1] }
    end

    local state = open_channel(owner, bucket, channel)
    local number = member and int(member.n) or '0'
    write_entry(owner, bucket, channel, state, { kind = argv[4], from = number, body = argv[5], countable = 1, keep = argv[7], now = now })
    if member then set_read(owner, by, state.epoch, state.head, state.count) end
    mark_news(owner, bucket, channel, state)
    to_outbox(bucket, '{"type":"notice","about":"reward","channel":' .. cjson.encode(channel) .. ',"epoch":' .. int(state.epoch) .. ',"seq":' .. int(state.head)
      .. ',"at":' .. int(state.at) .. ',"from":' .. number .. ',"author":' .. cjson.encode(by) .. ',"kind":' .. argv[4] .. ',"body":' .. argv[5]
      .. ',"expiresAt":' .. argv[11] .. '}')
    local seq = int(state.head)
    redis.call('HSET', owner .. 'cards', seq, state_json({ version = 1, counts = {}, who = {}, closed = false }))
    redis.call('HSET', owner .. 'cardrules', seq, '{"gift":' .. cjson.encode(id) .. ',"a":' .. number .. ',"p":' .. int(state.epoch) .. ',' .. string.sub(argv[6], 2))
    json = store(owner, bucket, id, { seq = seq, payer = payer, by = by, each = argv[10], shares = tonumber(argv[9]), taken = 0, at = int(now), ['until'] = argv[11],
      print = argv[13] })
    redis.call('ZADD', bucket .. 'giftends', argv[11], name_of(owner) .. ' ' .. id)
    redis.call('SADD', owner .. 'gifts', id)
    happened(bucket, 'gift-dropped', { guild = guild_of(owner), gift = id, player = by, shares = tonumber(argv[9]), each = tonumber(argv[10]) })
    return { 'ok', json, 0 }
  end)

  -- One share for the member whose tap has just been counted. Returns the id of the transfer that pays it.
  FOLLOWS['gift-drop'] = function(owner, bucket, rules, player)
    local json = rules.gift and redis.call('GET', owner .. 'gift:' .. rules.gift)
    local gift = json and cjson.decode(json)
    if not gift or gift.ended or gift.taken >= gift.shares then return nil end
    local id, now = rules.gift, now_ms()
    gift.taken = gift.taken + 1
    if gift.taken == gift.shares then gift.ended, gift.back = int(now), '0' end
    store(owner, bucket, id, gift)
    happened(bucket, 'gift-taken', { guild = guild_of(owner), gift = id, player = player, points = tonumber(gift.each) })
    return owe(owner, bucket, 'gift:' .. id .. ':' .. player, 'player:' .. player, gift.each, now)
  end

  -- What nobody took goes back: to the guild's book at once, to another by a transfer. Returns the gift (JSON) and the transfer's id ('' none), or nil and a code.
  local function close_gift(owner, bucket, id, gift, by, now)
    local left, transfer = (gift.shares - gift.taken) * tonumber(gift.each), ''
    if gift.payer == '' and left > 0 then
      local moved, code = move_points(owner, { key = '~gift-end:' .. id, amount = left, reason = 'gift', print = 'end', now = now, of = '~gift:' .. id })
      if not moved then return nil, code end
    elseif left > 0 then
      transfer = owe(owner, bucket, 'gift-end:' .. id, gift.payer, left, now)
    end
    gift.ended, gift.back = int(now), int(left)
    local json = store(owner, bucket, id, gift)
    happened(bucket, 'gift-ended', { guild = guild_of(owner), gift = id, by = by, points = left })
    return json, transfer
  end

  -- With a guild its gifts end: nobody is there to take of them.
  AT_END[#AT_END + 1] = function(owner, bucket, now)
    for _, id in ipairs(redis.call('SMEMBERS', owner .. 'gifts')) do
      local json = redis.call('GET', owner .. 'gift:' .. id)
      if json then close_gift(owner, bucket, id, cjson.decode(json), '', now) end
    end
  end

  -- gift_end: nobody takes of it any more, and what is left goes back, once.
  -- ARGV: 1 channel, 2 caller ('' the backend), 3 id, 4 entries to keep, 5 only when its time has come (0|1)
  -- Reply: {'ok', gift (JSON), id of the transfer to the payer ('' none)}
  -- Errors: {'gift-not-found'}, {'not-member'}, {'not-permitted'}, those of move_points (it has not ended)
  command('gift_end', function(keys, argv)
    local owner, bucket, id, now = keys[1], keys[2], argv[3], now_ms()
    local json = redis.call('GET', owner .. 'gift:' .. id)
    if not json then
      redis.call('ZREM', bucket .. 'giftends', name_of(owner) .. ' ' .. id)
      return { 'gift-not-found' }
    end
    local gift = cjson.decode(json)
    local giver = string.match(gift.payer, '^player:(.+)$')
    if argv[2] ~= '' and (not giver or member_now(owner, giver) ~= argv[2]) then
      local refusal = refused(owner, argv[2], 'spend')
      if refusal or gift.payer ~= '' then return { refusal or 'not-permitted' } end
    end
    if gift.ended or (argv[5] == '1' and now < tonumber(gift['until'])) then return { 'ok', json, '' } end
    local closed, transfer = close_gift(owner, bucket, id, gift, argv[2], now)
    if not closed then return { transfer } end
    local state = redis.call('EXISTS', owner .. 'info') == 1 and card_at(owner, gift.seq)
    if state and not state.closed then
      state.closed = true
      keep_state(owner, bucket, argv[1], gift.seq, state, '0', argv[4])
    end
    return { 'ok', closed, transfer }
  end)

  -- gift_read: ARGV: 1 id, 2 caller ('' the backend; a member)   Reply: {'ok', gift (JSON)}   Errors: {'not-member'}, {'gift-not-found'}
  command('gift_read', function(keys, argv)
    if argv[2] ~= '' and redis.call('HEXISTS', keys[1] .. 'members', argv[2]) == 0 then return { 'not-member' } end
    local json = redis.call('GET', keys[1] .. 'gift:' .. argv[1])
    if not json then return { 'gift-not-found' } end
    return { 'ok', json }
  end)
end
