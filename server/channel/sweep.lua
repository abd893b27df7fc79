-- Sweeping a channel: entries that are too old go, and what lies beside the log for entries that are gone, by number or by age. Fields of `head` (channel.lua):
--   floor    no entry below this seq is kept; before   countable entries below it;  cleaned   floor below which nothing lies beside the log any more
-- Each function does a bounded piece of work, so that others get their turn between them. All may be done again.

do
  local function seq_of(row)
    return tonumber(string.match(row[1], '^%d+'))
  end

  local function written_at(row)
    return tonumber(string.match(row[2][2], '^%[%d+,%d+,(%d+)'))
  end

  -- channel_trim: drops the oldest entries, if they were written before a time, and notes the floor.
  -- ARGV: 1 channel, 2 the time (ms; '0' drops none), 3 most entries to drop
  -- Reply: {'ok', dropped, floor, is it time to clean (0|1)}: when a tenth of what is kept has gone since the last time, so that cleaning costs an entry the same
  --        however often it is asked for
  command('channel_trim', function(keys, argv)
    local owner, before, most = keys[1], tonumber(argv[2]), tonumber(argv[3])
    local log = owner .. 'log'
    local stored = redis.call('HMGET', owner .. 'head', 'head', 'count', 'floor', 'cleaned')
    if not stored[1] then return { 'ok', 0, 0, 0 } end
    local dropped = 0
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    if oldest and written_at(oldest) < before then
      -- Times never run backwards along the log.
      local rows = redis.call('XRANGE', log, '-', '+', 'COUNT', most)
      local old, young = 1, #rows + 1
      while old + 1 < young do
        local middle = math.floor((old + young) / 2)
        if written_at(rows[middle]) < before then old = middle else young = middle end
      end
      dropped = redis.call('XTRIM', log, 'MINID', '=', int(seq_of(rows[old]) + 1) .. '-0')
      oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    end
    local head, floor, uncounted = tonumber(stored[1]), tonumber(stored[1]) + 1, tonumber(stored[2])
    if oldest then
      local entry = cjson.decode(oldest[2][2])
      floor, uncounted = entry[1], entry[6] - (COUNTABLE[entry[4]] and 1 or 0)
    end
    if floor ~= tonumber(stored[3]) then redis.call('HSET', owner .. 'head', 'floor', int(floor), 'before', int(uncounted)) end
    local gone = floor - tonumber(stored[4] or 1)
    return { 'ok', dropped, floor, gone > 0 and gone > (head + 1 - floor) / 10 and 1 or 0 }
  end)

  local function clean_lists(owner, floor, most)
    for _, seq in ipairs(redis.call('ZRANGE', owner .. 'pins', 0, -1)) do
      if tonumber(seq) < floor then redis.call('ZREM', owner .. 'pins', seq) end
    end
    for _, who in ipairs({ 'all', 'officers' }) do redis.call('ZREMRANGEBYSCORE', owner .. 'calls:' .. who, '-inf', '(' .. int(floor)) end
    local gone = redis.call('ZCOUNT', owner .. 'gone', '-inf', '(' .. int(floor))
    if gone > 0 then redis.call('ZREMRANGEBYRANK', owner .. 'gone', 0, math.min(gone, most) - 1) end
    return gone > most and '1' or '0'
  end

  local function clean_calls(owner, floor, from, most)
    local last = tonumber(redis.call('HGET', owner .. 'head', 'number') or 0)
    for number = from + 1, math.min(from + most, last) do
      for _, as in ipairs({ '', '+officers' }) do
        redis.call('ZREMRANGEBYSCORE', owner .. 'calls:' .. int(number) .. as, '-inf', '(' .. int(floor))
      end
    end
    return from + most < last and int(from + most) or '0'
  end

  -- channel_clean: removes, of one part, what belongs to entries below the floor.
  -- ARGV: 1 channel, 2 part ('lists': pins, calls of groups, gone; 'calls': of members; 'changes', 'reactions', 'reacted', 'cards': with rules, acts and questions),
  --       3 cursor ('0' at first), 4 about how many to look at
  -- Reply: {'ok', cursor to go on with ('0': done)}
  command('channel_clean', function(keys, argv)
    local owner, part, most = keys[1], argv[2], tonumber(argv[4])
    local floor = tonumber(redis.call('HGET', owner .. 'head', 'floor') or 0)
    if part == 'lists' then return { 'ok', clean_lists(owner, floor, most) } end
    if part == 'calls' then return { 'ok', clean_calls(owner, floor, tonumber(argv[3]), most) } end
    local scanned = redis.call('HSCAN', owner .. part, argv[3], 'COUNT', most)
    local below = {}
    for index = 1, #scanned[2], 2 do
      local field = scanned[2][index]
      if tonumber(string.match(field, '^%d+')) < floor then below[#below + 1] = field end
    end
    if #below == 0 then return { 'ok', scanned[1] } end
    redis.call('HDEL', owner .. part, unpack(below))
    if part == 'cards' then
      redis.call('HDEL', owner .. 'cardrules', unpack(below))
      for _, seq in ipairs(below) do redis.call('UNLINK', owner .. 'acted:' .. seq, owner .. 'asked:' .. seq) end
    end
    return { 'ok', scanned[1] }
  end)

  -- channel_cleaned: nothing lies beside the log below this floor any more. Of an owner that has ended, whose log is gone, the channel goes.
  -- ARGV: 1 channel, 2 floor   Reply: {'ok'}
  command('channel_cleaned', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    redis.call('HSET', owner .. 'head', 'cleaned', argv[2])
    if redis.call('EXISTS', owner .. 'ended') == 0 or redis.call('EXISTS', owner .. 'log') == 1 then return { 'ok' } end
    redis.call('UNLINK', owner .. 'head', owner .. 'purges', owner .. 'purging')
    redis.call('HDEL', bucket .. 'heads', argv[1])
    return { 'ok' }
  end)
end
