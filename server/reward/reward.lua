-- The reward catalogue. Stock is one number in the catalogue's bucket, books and orders lie in their buyers' buckets; what holds them together: a unit of stock is held
-- for an order, then the order is written with its debit or refused for that unit for ever, then the unit is sold or given back. Each step is one function that may be
-- called again, and whoever finds a unit held for long asks the buyer's bucket what became of it (reward_fence) before he gives it back.
-- Parts of the owner 'catalogue':
--   items      hash  id -> '<version> <JSON>', as the studio put it, see shared/api/reward.ts; ':version' number of changes so far
--   taken      hash  id -> units that are held or sold; stays when the item is removed
--   held       hash  order -> '<unit> <item>'
--   last       string  the last unit given out: a rising number, about the time (ms) it was
--   returned   zset  order -> when (ms) its unit was given back after a refund
-- Parts of an owner with a book:
--   orders     hash  key -> JSON {n, reward, by ('' not said), price, contents, at, entry, unit ('' without stock), delivered?, refunded?, refund?}; numbers as strings
--   orderlist  zset  key -> n, counted from 1
--   bought     hash  item -> orders of this book that were not refunded; '<item>|<player>' those of a member of a guild; '#' orders so far
--   unsold:<key> string  units up to this one can no longer become that order
-- and of its bucket: restock (hash: '<owner> <key>' -> '<when refunded, ms> <item>' until the unit is given back).

do
  -- Longer than anybody needs for a purchase who has not died.
  local UNIT_LIVES_MS = 600000
  -- Longer than a unit lives, by any two clocks.
  local FENCE_MS = 3600000
  local RETURNS_KEPT_MS = 30 * 86400000
  -- Of a book's orders so many are kept, and all that are open or younger.
  local ORDERS_KEPT, ORDERS_KEPT_MS = 200, 90 * 86400000

  local function item_at(owner, id)
    local version, json = string.match(redis.call('HGET', owner .. 'items', id) or '', '^(%d+) (.+)$')
    return json and cjson.decode(json), version, json
  end

  local function next_version(owner)
    return int(redis.call('HINCRBY', owner .. 'items', ':version', 1))
  end

  -- reward_put: an item as the studio wants it. The same again changes nothing.
  -- ARGV: 1 id, 2 JSON, 3 most items   Reply: {'ok'}   Errors: {'rewards-full'}
  command('reward_put', function(keys, argv)
    local owner = keys[1]
    local item, _, json = item_at(owner, argv[1])
    if json == argv[2] then return { 'ok' } end
    if not item and redis.call('HLEN', owner .. 'items') > tonumber(argv[3]) then return { 'rewards-full' } end
    redis.call('HSET', owner .. 'items', argv[1], next_version(owner) .. ' ' .. argv[2])
    return { 'ok' }
  end)

  -- reward_remove: an item is gone; its orders stay, and what was sold of it counts when an item is put under its id again.
  -- ARGV: 1 id   Reply: {'ok'}   Errors: {'reward-not-found'}
  command('reward_remove', function(keys, argv)
    local owner = keys[1]
    if redis.call('HDEL', owner .. 'items', argv[1]) == 0 then return { 'reward-not-found' } end
    next_version(owner)
    return { 'ok' }
  end)

  -- reward_read: items with what is taken of their stock.
  -- ARGV: 1 id ('' all)   Reply: {'ok', version of the catalogue, now (ms); id, version, JSON, units taken of each}
  command('reward_read', function(keys, argv)
    local owner = keys[1]
    local rows = argv[1] == '' and redis.call('HGETALL', owner .. 'items') or { argv[1], redis.call('HGET', owner .. 'items', argv[1]) or nil }
    local reply = { 'ok', redis.call('HGET', owner .. 'items', ':version') or '0', int(now_ms()) }
    for index = 1, #rows - 1, 2 do
      local version, json = string.match(rows[index + 1], '^(%d+) (.+)$')
      if version then
        reply[#reply + 1] = rows[index]
        reply[#reply + 1] = version
        reply[#reply + 1] = json
        reply[#reply + 1] = redis.call('HGET', owner .. 'taken', rows[index]) or '0'
      end
    end
    return reply
  end)

  local function give_back(owner, order, id)
    redis.call('HDEL', owner .. 'held', order)
    redis.call('HINCRBY', owner .. 'taken', id, -1)
  end

  -- reward_hold: holds a unit of an item's stock for an order; one that has one keeps it.
  -- ARGV: 1 order, 2 item, 3 version of the item
  -- Reply: {'ok', unit}   Errors: {'changed'} (the item has another version or is gone), {'reward-closed', from (ms, when it has one ahead)}, {'reward-sold-out'}
  command('reward_hold', function(keys, argv)
    local owner, now = keys[1], now_ms()
    local held = redis.call('HGET', owner .. 'held', argv[1])
    if held then return { 'ok', string.match(held, '^%d+') } end
    local item, version = item_at(owner, argv[2])
    if version ~= argv[3] then return { 'changed' } end
    if not item.enabled or (item['until'] and now >= item['until']) then return { 'reward-closed' } end
    if item.from and now < item.from then return { 'reward-closed', int(item.from) } end
    if tonumber(redis.call('HGET', owner .. 'taken', argv[2]) or '0') >= (item.stock or 0) then return { 'reward-sold-out' } end
    local unit = int(math.max(now, tonumber(redis.call('GET', owner .. 'last') or '0') + 1))
    redis.call('SET', owner .. 'last', unit)
    redis.call('HINCRBY', owner .. 'taken', argv[2], 1)
    redis.call('HSET', owner .. 'held', argv[1], unit .. ' ' .. argv[2])
    return { 'ok', unit }
  end)

  -- reward_release: gives a unit back that can no longer become its order (the buyer's bucket has said so).
  -- ARGV: 1 order, 2 unit   Reply: {'ok'}
  command('reward_release', function(keys, argv)
    local unit, id = string.match(redis.call('HGET', keys[1] .. 'held', argv[1]) or '', '^(%d+) (.+)$')
    if unit == argv[2] then give_back(keys[1], argv[1], id) end
    return { 'ok' }
  end)

  -- reward_sold: the order is written. A unit held for it besides the one it has is given back.
  -- ARGV: 1 order, 2 the unit it has ('' none)   Reply: {'ok'}
  command('reward_sold', function(keys, argv)
    local unit, id = string.match(redis.call('HGET', keys[1] .. 'held', argv[1]) or '', '^(%d+) (.+)$')
    if unit == argv[2] then redis.call('HDEL', keys[1] .. 'held', argv[1]) elseif unit then give_back(keys[1], argv[1], id) end
    return { 'ok' }
  end)

  -- reward_return: gives the unit of a refunded order back, once.
  -- ARGV: 1 order, 2 item, 3 when it was refunded (ms)   Reply: {'ok'}
  command('reward_return', function(keys, argv)
    local owner, now = keys[1], now_ms()
    -- A day before what was returned then is forgotten.
    if tonumber(argv[3]) < now - RETURNS_KEPT_MS + 86400000 then return { 'ok' } end
    if redis.call('ZADD', owner .. 'returned', 'NX', int(now), argv[1]) == 0 then return { 'ok' } end
    redis.call('ZREMRANGEBYSCORE', owner .. 'returned', '-inf', int(now - RETURNS_KEPT_MS))
    redis.call('HINCRBY', owner .. 'taken', argv[2], -1)
    return { 'ok' }
  end)

  -- What speaks against buying an item now, if anything; and how many of it this buyer has. `w`: reward, price, player ('' not said), caller ('' the backend), ranks
  -- (',leader,' '' any), level ('' any), per_player, per_guild ('' no limit), rank (of the player where his guild is elsewhere).
  local function against(owner, w, balance)
    local is_guild, rank, profile = string.find(owner, '}:guild:', 1, true), w.rank, nil
    local total = tonumber(redis.call('HGET', owner .. 'bought', w.reward) or '0')
    local own = total
    if is_guild then
      if redis.call('EXISTS', owner .. 'info') == 0 then return 'guild-not-found', 0 end
      own = w.player == '' and 0 or tonumber(redis.call('HGET', owner .. 'bought', w.reward .. '|' .. w.player) or '0')
      local refusal = refused(owner, w.caller, 'spend')
      if refusal then return refusal, total end
      if w.player ~= '' then
        local record = redis.call('HGET', owner .. 'members', w.player)
        if not record then return 'member-not-found', total end
        rank, profile = cjson.decode(record).rank, redis.call('HGET', owner .. 'profiles', w.player)
      end
    else
      profile = redis.call('HGET', owner .. 'profile', 'd')
      if not profile then return 'player-not-found', 0 end
    end
    if w.player ~= '' and w.ranks ~= '' and (rank == '' or not string.find(w.ranks, ',' .. rank .. ',', 1, true)) then return 'not-permitted', total end
    if w.level ~= '' and w.player ~= '' and (not profile or cjson.decode(profile).level < tonumber(w.level)) then return 'level-too-low', total end
    if is_guild and w.per_guild ~= '' and total >= tonumber(w.per_guild) then return 'reward-limit', total end
    if w.per_player ~= '' and own >= tonumber(w.per_player) then return 'reward-limit', total end
    if balance < tonumber(w.price) then return 'points-insufficient', total end
    return nil, total
  end

  -- Eight arguments from `at` on: reward, price, ranks, level, most per player, most per guild.
  local function wanted(argv, at, player, caller, rank)
    return { reward = argv[at], price = argv[at + 1], ranks = argv[at + 2], level = argv[at + 3], per_player = argv[at + 4], per_guild = argv[at + 5],
      player = player, caller = caller, rank = rank }
  end

  local function balance_of(owner)
    return tonumber(redis.call('HGET', owner .. 'book', 'balance') or '0')
  end

  -- reward_may: whether items may be bought from this book, and what was bought under a key.
  -- ARGV: 1 key ('' none), 2 player ('' not said), 3 caller ('' the backend), 4 his rank ('' none; of a player's book), then of each item: id, price, ranks, level,
  --       most per player, most per guild
  -- Reply: {'ok', the order (JSON; '' none), balance, guests who have become this player; orders of it so far, what speaks against it ('' nothing) of each}
  command('reward_may', function(keys, argv)
    local owner = keys[1]
    local balance = balance_of(owner)
    local reply = { 'ok', argv[1] ~= '' and redis.call('HGET', owner .. 'orders', argv[1]) or '', int(balance), redis.call('HKEYS', owner .. 'guests') }
    for at = 5, #argv, 6 do
      local code, total = against(owner, wanted(argv, at, argv[2], argv[3], argv[4]), balance)
      reply[#reply + 1] = total
      reply[#reply + 1] = code or ''
    end
    return reply
  end)

  -- From now on units up to this one cannot become the order.
  local function fence(owner, key, unit)
    local before = tonumber(redis.call('GET', owner .. 'unsold:' .. key) or '0')
    redis.call('SET', owner .. 'unsold:' .. key, int(math.max(before, tonumber(unit))), 'PX', FENCE_MS)
  end

  -- 'guild' or 'player', and the id.
  local function buyer(owner)
    local kind, id = string.match(owner, '}:(%a+):(.+):$')
    return kind, id
  end

  -- `by`: the player who asked for it, nil or '' the backend.
  local function tell(owner, bucket, event, key, order, by)
    local kind, id = buyer(owner)
    local for_guild = kind == 'guild'
    happened(bucket, event == 'refund' and 'refund' or 'purchase', { order = kind .. ':' .. id .. ':' .. key, reward = order.reward,
      price = tonumber(order.price), contents = order.contents, by = by, guild = for_guild and id or nil, player = for_guild and order.by or id })
  end

  -- Drops what nobody needs any more, at most two.
  local function trim(owner, now)
    for _ = 1, 2 do
      if redis.call('ZCARD', owner .. 'orderlist') <= ORDERS_KEPT then return end
      local key = redis.call('ZRANGE', owner .. 'orderlist', 0, 0)[1]
      local order = cjson.decode(redis.call('HGET', owner .. 'orders', key))
      if tonumber(order.at) > now - ORDERS_KEPT_MS or not (order.delivered or order.refunded) then return end
      redis.call('ZREM', owner .. 'orderlist', key)
      redis.call('HDEL', owner .. 'orders', key)
    end
  end

  -- reward_buy: the order with its debit, once per key.
  -- ARGV: 1 key, 2 player ('' not said), 3 caller ('' the backend), 4 his rank ('' none; of a player's book), 5 unit of stock ('' it has none), 6 contents (JSON),
  --       then id, price, ranks, level, most per player, most per guild of the item
  -- Reply: {'ok', order (JSON), repeated (0|1)}; {'ok', 'refused', code}: nothing was bought, and never will be with this unit
  -- Errors: {'stale'}: the unit is too old, or was refused before; without a unit also what speaks against it
  command('reward_buy', function(keys, argv)
    local owner, bucket, key, unit, now = keys[1], keys[2], argv[1], argv[5], now_ms()
    local first = redis.call('HGET', owner .. 'orders', key)
    if first then return { 'ok', first, 1 } end
    if unit ~= '' then
      if now - tonumber(unit) > UNIT_LIVES_MS then return { 'stale' } end
      if tonumber(unit) <= tonumber(redis.call('GET', owner .. 'unsold:' .. key) or '0') then return { 'stale' } end
    end
    local w = wanted(argv, 7, argv[2], argv[3], argv[4])
    local code, moved = against(owner, w, balance_of(owner)), nil
    if not code then
      moved, code = move_points(owner, { key = '~order:' .. key, amount = -tonumber(w.price), reason = 'reward:' .. w.reward, print = 'order', now = now })
      -- Its order was so long ago that it is not kept any more.
      if moved and moved.repeated == 1 then moved, code = nil, 'key-reused' end
    end
    if code then
      if unit == '' then return { code } end
      fence(owner, key, unit)
      return { 'ok', 'refused', code }
    end
    local number = redis.call('HINCRBY', owner .. 'bought', '#', 1)
    local order = { n = int(number), reward = w.reward, by = w.player, price = w.price, contents = cjson.decode(argv[6]), at = int(now), entry = moved.entry, unit = unit }
    local json = cjson.encode(order)
    redis.call('HSET', owner .. 'orders', key, json)
    redis.call('ZADD', owner .. 'orderlist', number, key)
    redis.call('HINCRBY', owner .. 'bought', w.reward, 1)
    if w.player ~= '' and buyer(owner) == 'guild' then redis.call('HINCRBY', owner .. 'bought', w.reward .. '|' .. w.player, 1) end
    trim(owner, now)
    tell(owner, bucket, 'purchase', key, order, w.caller)
    return { 'ok', json, 0 }
  end)

  -- reward_fence: what became of an order; one that is not there can never be written with this unit from now on.
  -- ARGV: 1 key, 2 unit   Reply: {'ok', 'sold', the unit it has ('' none)}, {'ok', 'fenced'}
  command('reward_fence', function(keys, argv)
    local order = redis.call('HGET', keys[1] .. 'orders', argv[1])
    if order then return { 'ok', 'sold', cjson.decode(order).unit } end
    fence(keys[1], argv[1], argv[2])
    return { 'ok', 'fenced' }
  end)

  -- order_read: ARGV: 1 key   Reply: {'ok', order (JSON)}   Errors: {'order-not-found'}
  command('order_read', function(keys, argv)
    local order = redis.call('HGET', keys[1] .. 'orders', argv[1])
    if not order then return { 'order-not-found' } end
    return { 'ok', order }
  end)

  -- order_page: orders of a book, the newest first.
  -- ARGV: 1 only those numbered below ('' from the newest), 2 most orders   Reply: {'ok'; key, order (JSON) of each}   Errors: those of no_book
  command('order_page', function(keys, argv)
    local owner, reply = keys[1], { 'ok' }
    local missing = no_book_to_read(owner)
    if missing then return { missing } end
    local upto = argv[1] == '' and '+inf' or '(' .. argv[1]
    for _, key in ipairs(redis.call('ZRANGE', owner .. 'orderlist', upto, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, argv[2])) do
      reply[#reply + 1] = key
      reply[#reply + 1] = redis.call('HGET', owner .. 'orders', key)
    end
    return reply
  end)

  -- order_delivered: the studio has it; the first time counts.
  -- ARGV: 1 key   Reply: {'ok', order (JSON)}   Errors: {'order-not-found'}
  command('order_delivered', function(keys, argv)
    local json = redis.call('HGET', keys[1] .. 'orders', argv[1])
    if not json then return { 'order-not-found' } end
    local order = cjson.decode(json)
    if order.delivered then return { 'ok', json } end
    order.delivered = int(now_ms())
    json = cjson.encode(order)
    redis.call('HSET', keys[1] .. 'orders', argv[1], json)
    return { 'ok', json }
  end)

  -- order_refund: gives the price back by an entry of its own, once, and takes the order out of what limits count.
  -- ARGV: 1 key, 2 reason, 3 its unit of stock is to be given back (0|1)
  -- Reply: {'ok', order (JSON), repeated (0|1)}   Errors: {'order-not-found'}, those of move_points
  command('order_refund', function(keys, argv)
    local owner, bucket, key, now = keys[1], keys[2], argv[1], now_ms()
    local json = redis.call('HGET', owner .. 'orders', key)
    if not json then return { 'order-not-found' } end
    local order = cjson.decode(json)
    if order.refunded then return { 'ok', json, 1 } end
    local moved, code = move_points(owner, { key = '~reverse:~order:' .. key, amount = tonumber(order.price), reason = argv[2], print = 'reverse', now = now,
      of = '~order:' .. key })
    if not moved then return { code } end
    order.refunded, order.refund = int(now), moved.entry
    json = cjson.encode(order)
    redis.call('HSET', owner .. 'orders', key, json)
    redis.call('HINCRBY', owner .. 'bought', order.reward, -1)
    local kind, id = buyer(owner)
    if kind == 'guild' and order.by ~= '' then redis.call('HINCRBY', owner .. 'bought', order.reward .. '|' .. member_now(owner, order.by), -1) end
    if argv[3] == '1' and order.unit ~= '' then
      redis.call('HSET', bucket .. 'restock', kind .. ':' .. id .. ' ' .. key, int(now) .. ' ' .. order.reward)
    end
    tell(owner, bucket, 'refund', key, order)
    return { 'ok', json, 0 }
  end)

  -- order_restocked: its unit has been given back.
  -- ARGV: 1 key   Reply: {'ok'}
  command('order_restocked', function(keys, argv)
    local kind, id = buyer(keys[1])
    redis.call('HDEL', keys[2] .. 'restock', kind .. ':' .. id .. ' ' .. argv[1])
    return { 'ok' }
  end)
end
