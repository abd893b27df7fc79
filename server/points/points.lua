-- Books of points. Parts of an owner that has a book ('guild:<id>' or 'player:<id>'):
--   book         hash    balance; earned (sum of the positive amounts of movements, less what was reversed of them); count (of entries so far, also folded ones);
--                        period (of the newest key:P); changed ('1': the outbox says that the totals changed, and nobody has read them since)
--   entries      stream  field d: JSON {key, amount, balance, member?, reason}; the stream's id holds the time. Numbers in JSON are written as strings,
--                        because cjson rounds to 14 digits
--   key:P        hash    key -> '<print>:<balance>:<entry>:<contribution>' of period P (30 days since 1970); four periods are kept, so at least 90 days. A print is
--                        the first 16 digits of a SHA-1
--
-- For other features, whose functions move points together with rows of their own: ask `first_movement`, make the own checks, call `move_points`, which either
-- writes nothing and returns a code or cannot fail any more, then write the own rows.
--   local first, code = first_movement(owner, key, print, now_ms())
--   if code then return { code } elseif first then return ... end          -- the key was used before
--   local moved, code = move_points(owner, { key = key, print = print, amount = -price, reason = 'bought', now = now, is_new = true })
--   if not moved then return { code } end                                   -- nothing has been written
-- A guild whose book moved is told to rankings by {"type":"event","event":"points-changed","at":ms,"guild":id} in its bucket's outbox, once until
-- somebody calls points_total.

local PERIOD_MS = 30 * 86400000
-- Beyond 2^53 a number is no longer exact.
local LARGEST = 9007199254740991

-- Whether the book's owner exists; nil, or the code of the error.
local function no_book(owner)
  local is_guild = string.find(owner, '}:guild:', 1, true)
  if redis.call('EXISTS', owner .. (is_guild and 'info' or 'profile')) == 1 then return nil, is_guild end
  return is_guild and 'guild-not-found' or 'player-not-found'
end

local function short_print(print)
  return string.sub(redis.sha1hex(print), 1, 16)
end

-- What was first moved under a key of this book: {balance, entry, contribution (strings), repeated = 1}. Nil: the key is new. Nil and 'key-reused': it was used
-- with another print.
local function first_movement(owner, key, print, now)
  local period = math.floor(now / PERIOD_MS)
  for back = 0, 3 do
    local first = redis.call('HGET', owner .. 'key:' .. int(period - back), key)
    if first then
      local asked, balance, entry, contribution = string.match(first, '^(%x+):(%d+):(%d+%-%d+):(%-?%d+)$')
      if asked ~= short_print(print) then return nil, 'key-reused' end
      return { balance = balance, entry = entry, contribution = contribution, repeated = 1 }
    end
  end
  return nil
end

-- One movement in one book: all checks, then all writes. `m`: key; amount (whole, not 0); member (nil or '': none; must be a member of the guild); reason; print (of
-- the request: what makes two of the same key the same); now (ms); is_new (true: the caller has asked first_movement, which found nothing).
-- Returns {balance, entry, contribution (strings), repeated (0|1)}; or nil and a code: 'key-reused', 'guild-not-found', 'player-not-found', 'member-not-found',
-- 'points-insufficient', 'bad-request' (balance, contribution or what was ever earned would pass 2^53), having written nothing.
local function move_points(owner, m)
  local now, amount, member = m.now, m.amount, m.member or ''
  if not m.is_new then
    local first, code = first_movement(owner, m.key, m.print, now)
    if first or code then return first, code end
  end
  local missing, is_guild = no_book(owner)
  if missing then return nil, missing end
  if member ~= '' and redis.call('HEXISTS', owner .. 'members', member) == 0 then return nil, 'member-not-found' end
  local stored = redis.call('HMGET', owner .. 'book', 'balance', 'earned', 'count', 'period', 'changed')
  local balance = tonumber(stored[1] or '0') + amount
  if balance < 0 then return nil, 'points-insufficient' end
  local earned = tonumber(stored[2] or '0') + math.max(0, amount)
  local contribution = 0
  if member ~= '' then contribution = tonumber(redis.call('HGET', owner .. 'contribution', member) or '0') + amount end
  if balance > LARGEST or earned > LARGEST or math.abs(contribution) > LARGEST then return nil, 'bad-request' end

  local row = { key = m.key, amount = int(amount), balance = int(balance), reason = m.reason }
  if member ~= '' then row.member = member end
  local entry = redis.call('XADD', owner .. 'entries', '*', 'd', cjson.encode(row))
  local period = int(math.floor(now / PERIOD_MS))
  redis.call('HSET', owner .. 'book', 'balance', int(balance), 'earned', int(earned), 'count', int(tonumber(stored[3] or '0') + 1), 'period', period)
  if member ~= '' then redis.call('HSET', owner .. 'contribution', member, int(contribution)) end
  local period_key = owner .. 'key:' .. period
  redis.call('HSET', period_key, m.key, short_print(m.print) .. ':' .. int(balance) .. ':' .. entry .. ':' .. int(contribution))
  if stored[4] ~= period then redis.call('PEXPIREAT', period_key, int((tonumber(period) + 4) * PERIOD_MS)) end
  if is_guild then
    touch(owner)
    if not stored[5] then
      redis.call('HSET', owner .. 'book', 'changed', '1')
      local bucket, guild = string.match(owner, '^(.*{b%d+}:)guild:(.+):$')
      to_outbox(bucket, cjson.encode({ type = 'event', event = 'points-changed', at = now, guild = guild }))
    end
  end
  return { balance = int(balance), entry = entry, contribution = int(contribution), repeated = 0 }
end

-- points_move: one movement in one book, once per key.
-- ARGV: 1 key, 2 amount (whole, not 0), 3 member the points come from ('' none; must be a member of the guild), 4 reason, 5 print of the request
-- Reply: {'ok', balance, entry id, contribution of the member (0 without one), repeated (0|1)}; a repeated key has its first reply. Points are strings: the client rounds
--        integer replies near 2^53
-- Errors: those of move_points
command('points_move', function(keys, argv)
  local moved, code = move_points(keys[1], { key = argv[1], amount = tonumber(argv[2]), member = argv[3], reason = argv[4], print = argv[5], now = now_ms() })
  if not moved then return { code } end
  return { 'ok', moved.balance, moved.entry, moved.contribution, moved.repeated }
end)

-- points_balance: what a book holds.
-- Reply: {'ok', balance}   Errors: {'guild-not-found'}, {'player-not-found'}
command('points_balance', function(keys, argv)
  local missing = no_book(keys[1])
  if missing then return { missing } end
  return { 'ok', redis.call('HGET', keys[1] .. 'book', 'balance') or '0' }
end)

-- points_total: the totals of a guild's book, for whoever keeps rankings. It first takes the mark off, so that what moves from now on is told anew.
-- Reply: {'ok', balance, earned, count (rises with every movement: newer totals have a higher one)}   Errors: {'guild-not-found'}
command('points_total', function(keys, argv)
  local missing = no_book(keys[1])
  if missing then return { missing } end
  redis.call('HDEL', keys[1] .. 'book', 'changed')
  local stored = redis.call('HMGET', keys[1] .. 'book', 'balance', 'earned', 'count')
  return { 'ok', stored[1] or '0', stored[2] or '0', tonumber(stored[3] or '0') }
end)
