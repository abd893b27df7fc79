-- Books of points. Parts of an owner that has a book ('guild:<id>' or 'player:<id>'):
--   book         hash    balance
--   entries      stream  field d: JSON {key, amount, balance, member?, reason}; the stream's id holds the time. Numbers in JSON are written as strings,
--                        because cjson rounds to 14 digits
--   key:P        hash    key -> JSON {print, balance, entry, contribution?} of period P (30 days since 1970); four periods are kept, so at least 90 days

local PERIOD_MS = 30 * 86400000
-- Beyond 2^53 a number is no longer exact.
local LARGEST = 9007199254740991

-- Whether the book's owner exists; nil, or the code of the error.
local function no_book(owner)
  local is_guild = string.find(owner, '}:guild:', 1, true)
  if redis.call('EXISTS', owner .. (is_guild and 'info' or 'profile')) == 1 then return nil, is_guild end
  return is_guild and 'guild-not-found' or 'player-not-found'
end

-- points_move: one movement in one book, once per key.
-- ARGV: 1 key, 2 amount (whole, not 0), 3 member the points come from ('' none; must be a member of the guild), 4 reason, 5 print of the request
-- Reply: {'ok', balance, entry id, contribution of the member (0 without one), repeated (0|1)}; a repeated key has its first reply. Points are strings: the client rounds
--        integer replies near 2^53
-- Errors: {'key-reused'}, {'guild-not-found'}, {'player-not-found'}, {'member-not-found'}, {'points-insufficient'},
--         {'bad-request'} (balance or contribution would pass 2^53)
command('points_move', function(keys, argv)
  local owner, key, amount, member = keys[1], argv[1], tonumber(argv[2]), argv[3]
  local now = now_ms()
  local period = math.floor(now / PERIOD_MS)
  for back = 0, 3 do
    local first = redis.call('HGET', owner .. 'key:' .. int(period - back), key)
    if first then
      local result = cjson.decode(first)
      if result.print ~= argv[5] then return { 'key-reused' } end
      return { 'ok', result.balance, result.entry, result.contribution, 1 }
    end
  end
  local missing, is_guild = no_book(owner)
  if missing then return { missing } end
  if member ~= '' and redis.call('HEXISTS', owner .. 'members', member) == 0 then return { 'member-not-found' } end
  local balance = tonumber(redis.call('HGET', owner .. 'book', 'balance') or '0') + amount
  if balance < 0 then return { 'points-insufficient' } end
  local contribution = 0
  if member ~= '' then contribution = tonumber(redis.call('HGET', owner .. 'contribution', member) or '0') + amount end
  if balance > LARGEST or math.abs(contribution) > LARGEST then return { 'bad-request' } end

  local row = { key = key, amount = int(amount), balance = int(balance), reason = argv[4] }
  if member ~= '' then row.member = member end
  local entry = redis.call('XADD', owner .. 'entries', '*', 'd', cjson.encode(row))
  redis.call('HSET', owner .. 'book', 'balance', int(balance))
  if member ~= '' then redis.call('HSET', owner .. 'contribution', member, int(contribution)) end
  local period_key = owner .. 'key:' .. int(period)
  redis.call('HSET', period_key, key, cjson.encode({ print = argv[5], balance = int(balance), entry = entry, contribution = int(contribution) }))
  redis.call('PEXPIREAT', period_key, int((period + 4) * PERIOD_MS), 'NX')
  if is_guild then touch(owner) end
  return { 'ok', int(balance), entry, int(contribution), 0 }
end)

-- points_balance: what a book holds.
-- Reply: {'ok', balance}   Errors: {'guild-not-found'}, {'player-not-found'}
command('points_balance', function(keys, argv)
  local missing = no_book(keys[1])
  if missing then return { missing } end
  return { 'ok', redis.call('HGET', keys[1] .. 'book', 'balance') or '0' }
end)
