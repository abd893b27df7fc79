-- Books of points. Parts of an owner that has a book ('guild:<id>' or 'player:<id>'):
--   book         hash    balance; earned (see below); goal (see ../guild/life.lua); count (of entries so far, folded ones included); periods (P of the key:P there are, '680,681');
--                        changed (the boot under which the outbox said that the totals changed, while nobody has read them since:
--                        a Redis that lost the reading tells it again);
--                        touched (the boot under which the rooms were told to read the guild's state, while nobody has read its version since: guild_snapshot and
--                        ranking_totals take it off);
--                        and once entries were folded: folded (how many), floor (the balance after them), chain (hash of the last segment), segment (its name)
--   entries      list    '<id> <JSON>', oldest first; JSON {key, amount, balance, reason, member?, of? (the key it reverses), with? (the other book of a transfer)},
--                        numbers as strings, because cjson rounds to 14 digits; id '<ms>-<number>', numbers counted from 1 without hole. The oldest are folded, see
--                        folding.lua. (A stream of a few entries takes 4 KB, which two million players' books would have.)
--   key:P        hash    key -> '<print>:<balance>:<entry>:<contribution>' of period P (30 days since 1970); four periods are kept, so at least 90 days. A print is
--                        the first 16 digits of a SHA-1
--   linked       hash    guest -> the account he became, of those who had brought points to this guild: from then on they are the account's
-- and of the bucket: longbooks (set: owners whose books may have entries to fold).
-- `earned` is the sum of what came in, less what was reversed of it; transfers do not count. What a guild earns in a season is counted beside, see ../season/credit.lua.
--
-- For other features, whose functions move points together with rows of their own: ask `first_movement`, make the own checks, call `move_points`, which either
-- writes nothing and returns a code or cannot fail any more, then write the own rows. Keys that begin with '~' are this file's.
--   local first, code = first_movement(owner, key, print, now_ms())
--   if code then return { code } elseif first then return ... end          -- the key was used before
--   local moved, code = move_points(owner, { key = key, print = print, amount = -price, reason = 'bought', now = now, is_new = true })
--   if not moved then return { code } end                                   -- nothing has been written
-- A player whose book moved is told so on `personal` (see shared/protocol.ts). A guild whose book moved is told to its rooms, and to rankings by {"type":"event","event":"points-changed","at":ms,"guild":id} in its bucket's outbox, once until
-- somebody calls points_total, or ranking_totals.

local PERIOD_MS = 30 * 86400000
local KEYS_KNOWN_MS = 90 * 86400000
-- Beyond 2^53 a number is no longer exact.
local LARGEST = 9007199254740991
-- Every so many entries a book is noted as long.
local LONG_BOOK = 50

local function row_of_key(owner, key, periods)
  for period in string.gmatch(periods or '', '%d+') do
    local row = redis.call('HGET', owner .. 'key:' .. period, key)
    if row then return row end
  end
  return nil
end

-- Who a member is by now: a guest who brought points may have become an account, see ../link/link.lua.
local function member_now(owner, member)
  for _ = 1, 16 do
    local account = redis.call('HGET', owner .. 'linked', member)
    if not account then break end
    member = account
  end
  return member
end

local function told(moved, code)
  if not moved then return { code } end
  return { 'ok', moved.balance, moved.entry, moved.contribution, moved.repeated }
end

local no_book_to_read, first_movement, entry_row, move_points
do
  -- Clocks of those who say when a movement arose may be ahead by this.
  local AHEAD_MS = 3600000

  -- Whether the book's owner exists; nil, or the code of the error.
  local function no_book(owner)
    local is_guild = string.find(owner, '}:guild:', 1, true)
    if redis.call('EXISTS', owner .. (is_guild and 'info' or 'profile')) == 1 then return nil end
    return is_guild and 'guild-not-found' or 'player-not-found'
  end

  -- The same, for who only reads: the book of a guild that has ended stays.
  function no_book_to_read(owner)
    return redis.call('EXISTS', owner .. 'ended') == 0 and no_book(owner) or nil
  end

  -- A caller may have made it himself, which he says by '#' before the 16 digits.
  local function short_print(print)
    if string.sub(print, 1, 1) == '#' then return string.sub(print, 2) end
    return string.sub(redis.sha1hex(print), 1, 16)
  end

  -- As `int`, of a number that is whole: it takes a third of the time.
  local function exact(number)
    return string.format('%d', number)
  end

  -- A text in JSON. Most hold nothing that must be escaped.
  local function quoted(text)
    if string.find(text, '[%c"\\]') then return cjson.encode(text) end
    return '"' .. text .. '"'
  end

  local function first_in(owner, key, print, periods)
    local row = row_of_key(owner, key, periods)
    if not row then return nil end
    local asked, balance, entry, contribution = string.match(row, '^(%x+):(%d+):(%d+%-%d+):(%-?%d+)$')
    if asked ~= short_print(print) then return nil, 'key-reused' end
    return { balance = balance, entry = entry, contribution = contribution, repeated = 1 }
  end

  -- What was first moved under a key of this book: {balance, entry, contribution (strings), repeated = 1}. Nil: the key is new. Nil and 'key-reused': it was used
  -- with another print.
  function first_movement(owner, key, print, now)
    return first_in(owner, key, print, redis.call('HGET', owner .. 'book', 'periods') or nil)
  end

  -- Keeps what a key moved. `periods`: those the book has had so far.
  local function keep_key(owner, key, row, periods, now)
    local period = exact(math.floor(now / PERIOD_MS))
    redis.call('HSET', owner .. 'key:' .. period, key, row)
    if periods == period then return end
    if string.find(',' .. (periods or '') .. ',', ',' .. period .. ',', 1, true) then return end
    redis.call('PEXPIREAT', owner .. 'key:' .. period, int((tonumber(period) + 4) * PERIOD_MS))
    local kept = {}
    for other in string.gmatch(periods or '', '%d+') do
      if tonumber(other) > tonumber(period) - 4 then kept[#kept + 1] = other end
    end
    kept[#kept + 1] = period
    redis.call('HSET', owner .. 'book', 'periods', table.concat(kept, ','))
  end

  -- Where the entry of a number is in `entries`, counted from 0; negative when it was folded.
  local function place_of(number, folded)
    return tonumber(number) - tonumber(folded or '0') - 1
  end

  -- What an entry says ({key, amount, balance, reason, …}, see above), by its id; nil when it was folded.
  function entry_row(owner, entry)
    local place = place_of(string.match(entry, '%d+$'), redis.call('HGET', owner .. 'book', 'folded') or nil)
    local line = place >= 0 and redis.call('LINDEX', owner .. 'entries', place)
    if not line or string.sub(line, 1, #entry + 1) ~= entry .. ' ' then return nil end
    return cjson.decode(string.sub(line, #entry + 2)), line
  end

  -- What comes back to a book, or was on its way to it: what was taken by a movement, or given in a transfer that was refused; a share of a gift; what a guest had.
  local function comes_back(m)
    if m.amount <= 0 then return false end
    if m.of or (string.sub(m.key, 1, 6) == '~back:' and string.sub(m.key, 1, 11) ~= '~back:link.') then return true end
    return string.find(m.key, '^~in:%S+ gift') or string.find(m.key, '^~in:player:%S+ link%.')
  end

  -- What comes back to the book of a guild that has ended, too: it may have been on its way, held by a gift, or paid for an order that is refunded.
  local BACK_AFTER_END = { '~back:', '~gift-end:', '~reverse:~order:' }

  local function comes_back_after_end(key)
    for _, beginning in ipairs(BACK_AFTER_END) do
      if string.sub(key, 1, #beginning) == beginning then return true end
    end
    return false
  end

  -- One movement in one book: all checks, then all writes. `m`: key; amount (whole, not 0); member (nil or '': none; must be a member of the guild); reason; print (of
  -- the request: what makes two of the same key the same); now (ms); at (nil, or when it arose, ms); is_new (true: the caller has asked first_movement, which found
  -- nothing); of (the key it reverses: then the member may have left) and of_entry (its entry, without which
  -- it changes nothing of a season's points); with (the other book of a transfer);
  -- beside_season (true: it is none of a season's points).
  -- Returns {balance, entry, contribution (strings), repeated (0|1)}; or nil and a code, having written nothing: 'key-reused', 'key-too-old' (it arose so long ago that
  -- its key might have been forgotten), 'guild-not-found', 'player-not-found', 'player-linked' (a guest's book, see ../link/link.lua; what comes back to it goes on to the account), 'member-not-found', 'points-insufficient', 'bad-request' (`at` is ahead, or balance,
  -- contribution or what was ever earned would pass 2^53).
  function move_points(owner, m)
    local now, amount, member = m.now, m.amount, m.member or ''
    local stored = redis.call('HMGET', owner .. 'book', 'balance', 'earned', 'count', 'periods', 'changed', 'folded', 'goal', 'season', 'seasonEarned',
      'seasonFrom', 'touched')
    if not m.is_new then
      local first, code = first_in(owner, m.key, m.print, stored[4] or nil)
      if first or code then return first, code end
    end
    if m.at then
      if m.at > now + AHEAD_MS then return nil, 'bad-request' end
      if m.at < now - KEYS_KNOWN_MS + AHEAD_MS then return nil, 'key-too-old' end
    end
    local is_guild = string.find(owner, '}:guild:', 1, true)
    local is_ended, is_passed_on = false, false
    if m.of and member ~= '' then member = member_now(owner, member) end
    if is_guild then
      -- A guild that has members is there.
      if member == '' or m.of or redis.call('HEXISTS', owner .. 'members', member) == 0 then
        local missing = no_book(owner)
        is_ended = missing and comes_back_after_end(m.key) and redis.call('EXISTS', owner .. 'ended') == 1
        if missing and not is_ended then return nil, missing end
        if member ~= '' and not m.of then return nil, 'member-not-found' end
      end
    else
      local profile = redis.call('HMGET', owner .. 'profile', 'd', 'to')
      if not profile[1] then return nil, 'player-not-found' end
      if member ~= '' then return nil, 'member-not-found' end
      local account = profile[2]
      is_passed_on = account and comes_back(m)
      if account and m.with ~= 'player:' .. account and string.sub(m.key, 1, 6) ~= '~back:' and not is_passed_on then return nil, 'player-linked' end
    end
    local balance = tonumber(stored[1] or '0') + amount
    if balance < 0 then return nil, 'points-insufficient' end
    local earned, contribution = tonumber(stored[2] or '0'), 0
    if m.of then earned = earned + math.min(0, amount) elseif not m.with then earned = earned + math.max(0, amount) end
    if balance > LARGEST or earned > LARGEST then return nil, 'bad-request' end
    local bucket, name = parts_of(owner)
    local credit = is_guild and not is_ended and season_of_movement(owner, bucket, m, member, { stored[8], stored[9], stored[10] }, stored[3] or '0')
    if credit and (credit.earned > LARGEST or math.abs(credit.brought or 0) > LARGEST) then return nil, 'bad-request' end
    if member ~= '' then
      -- Reading it first would cost a call.
      contribution = redis.call('HINCRBY', owner .. 'contribution', member, exact(amount))
      if math.abs(contribution) > LARGEST then
        redis.call('HINCRBY', owner .. 'contribution', member, exact(-amount))
        return nil, 'bad-request'
      end
    end

    local count = tonumber(stored[3] or '0') + 1
    local count_text, balance_text, contribution_text = exact(count), exact(balance), exact(contribution)
    local entry = exact(now) .. '-' .. count_text
    local row = '{"key":' .. quoted(m.key) .. ',"amount":"' .. exact(amount) .. '","balance":"' .. balance_text .. '","reason":' .. quoted(m.reason)
    if member ~= '' then row = row .. ',"member":' .. quoted(member) end
    if m.of then row = row .. ',"of":' .. quoted(m.of) end
    if m.with then row = row .. ',"with":' .. quoted(m.with) end
    redis.call('RPUSH', owner .. 'entries', entry .. ' ' .. row .. '}')
    redis.call('HSET', owner .. 'book', 'balance', balance_text, 'earned', exact(earned), 'count', count_text)
    keep_key(owner, m.key, short_print(m.print) .. ':' .. balance_text .. ':' .. entry .. ':' .. contribution_text, stored[4] or nil, now)
    if (count - tonumber(stored[6] or '0')) % LONG_BOOK == 0 then
      redis.call('SADD', bucket .. 'longbooks', name)
    end
    if is_passed_on then
      redis.call('HSET', owner .. 'link', 'more:' .. m.key, exact(amount))
      redis.call('HDEL', owner .. 'link', 'done')
      redis.call('SADD', bucket .. 'links', string.sub(name, 8))
    end
    if is_ended then
      redis.call('HSET', owner .. 'ended', 'points', balance_text)
    elseif is_guild then
      local guild = string.sub(name, 7)
      if credit then credit_season(owner, bucket, guild, member, credit) end
      -- Nobody has read what the rooms were told last: they will read this, too.
      if stored[11] ~= boot() then
        redis.call('HSET', owner .. 'book', 'touched', boot())
        touch(owner)
      end
      if earned >= tonumber(stored[7] or '0') then level_due(owner, now) end
      if stored[5] ~= boot() then
        redis.call('HSET', owner .. 'book', 'changed', boot())
        happened(bucket, 'points-changed', { guild = guild })
      end
    else
      -- An id of a player needs no escaping, and cjson would round the balance.
      redis.call('SPUBLISH', bucket .. 'personal', '["' .. string.sub(name, 8) .. '",{"type":"points","balance":' .. balance_text .. ',"entries":' .. count_text .. '}]')
    end
    return { balance = balance_text, entry = entry, contribution = contribution_text, repeated = 0 }
  end

  -- points_move: one movement in one book, once per key.
  -- ARGV: 1 key, 2 amount (whole, not 0), 3 member the points come from ('' none; must be a member of the guild), 4 reason, 5 print of the request,
  --       6 when it arose (ms; '' not said)
  -- Reply: {'ok', balance, entry id, contribution of the member (0 without one), repeated (0|1)}; a repeated key has its first reply. Points are strings: the client rounds
  --        integer replies near 2^53
  -- Errors: those of move_points
  command('points_move', function(keys, argv)
    return told(move_points(keys[1], { key = argv[1], amount = tonumber(argv[2]), member = argv[3], reason = argv[4], print = argv[5], now = now_ms(),
      at = tonumber(argv[6]) }))
  end)

  -- points_find: the entry that a key made, while the key is known.
  -- ARGV: 1 key   Reply: {'ok', entry id, '<id> <JSON>' ('': it was folded), name of the last segment ('' none)}   Errors: {'movement-not-found'}
  command('points_find', function(keys, argv)
    local owner = keys[1]
    local stored = redis.call('HMGET', owner .. 'book', 'periods', 'segment')
    local row = row_of_key(owner, argv[1], stored[1] or nil)
    if not row then return { 'movement-not-found' } end
    local entry = string.match(row, '(%d+%-%d+):%-?%d+$')
    local _, line = entry_row(owner, entry)
    return { 'ok', entry, line or '', stored[2] or '' }
  end)

  -- points_reverse: takes a movement back by a new entry, once; its own key is '~reverse:' and the key of the first. What `points_find` told of an entry never changes,
  -- so the caller passes it on.
  -- ARGV: 1 key of the movement, 2 its entry id, 3 its amount, 4 its member ('' none), 5 reason, 6 take what is left when the book holds less (0|1)
  -- Reply: as points_move, and the amount moved   Errors: {'movement-not-found'}, those of move_points; {'points-insufficient'} also when nothing is left
  command('points_reverse', function(keys, argv)
    local owner, key, now = keys[1], '~reverse:' .. argv[1], now_ms()
    local stored = redis.call('HMGET', owner .. 'book', 'balance', 'periods')
    local amount = -tonumber(argv[3])
    local first, code = first_in(owner, key, 'reverse', stored[2] or nil)
    if not first and not code then
      local row = row_of_key(owner, argv[1], stored[2] or nil)
      if not row or string.match(row, '(%d+%-%d+):%-?%d+$') ~= argv[2] then return { 'movement-not-found' } end
      if argv[6] == '1' then amount = math.max(amount, -tonumber(stored[1] or '0')) end
      if amount == 0 then return { 'points-insufficient' } end
      first, code = move_points(owner, { key = key, amount = amount, member = argv[4], reason = argv[5], print = 'reverse', now = now, is_new = true, of = argv[1],
        of_entry = argv[2] })
    end
    return told(first, code)
  end)

  -- points_page: entries of a book, the newest first.
  -- ARGV: 1 only those before the entry of this number ('' from the newest), 2 most entries
  -- Reply: {'ok', '<id> <JSON>' of each, name of the segment that holds those before the oldest in Redis ('' none)}
  -- Errors: {'guild-not-found'}, {'player-not-found'}
  command('points_page', function(keys, argv)
    local missing = no_book_to_read(keys[1])
    if missing then return { missing } end
    local stored = redis.call('HMGET', keys[1] .. 'book', 'count', 'folded', 'segment')
    local last = math.min(tonumber(stored[1] or '0'), argv[1] == '' and LARGEST or tonumber(argv[1]) - 1)
    local place = place_of(last, stored[2])
    if place < 0 then return { 'ok', {}, stored[3] or '' } end
    local oldest_first, page = redis.call('LRANGE', keys[1] .. 'entries', math.max(0, place - tonumber(argv[2]) + 1), place), {}
    for index = #oldest_first, 1, -1 do page[#page + 1] = oldest_first[index] end
    return { 'ok', page, stored[3] or '' }
  end)

  -- points_balance: what a book holds.
  -- Reply: {'ok', balance}   Errors: {'guild-not-found'}, {'player-not-found'}
  command('points_balance', function(keys, argv)
    local missing = no_book_to_read(keys[1])
    if missing then return { missing } end
    return { 'ok', redis.call('HGET', keys[1] .. 'book', 'balance') or '0' }
  end)

  -- points_total: the totals of a guild's book, for whoever keeps rankings. It first takes the mark off, so that what moves from now on is told anew.
  -- Reply: {'ok', balance, earned, count (rises with every movement: newer totals of the same boot have a higher one), boot}   Errors: {'guild-not-found'}
  command('points_total', function(keys, argv)
    local missing = no_book(keys[1])
    if missing then return { missing } end
    redis.call('HDEL', keys[1] .. 'book', 'changed')
    local stored = redis.call('HMGET', keys[1] .. 'book', 'balance', 'earned', 'count')
    return { 'ok', stored[1] or '0', stored[2] or '0', tonumber(stored[3] or '0'), boot() }
  end)
end
