-- The directory: an index of guilds, and one of circles. Its owner is 'directory:<kind>'; all of it lies in one bucket and is a projection of what each guild's own
-- bucket holds, so it may be thrown away and made anew. Parts:
--   rows        hash  id -> what is shown (JSON, see listing.ts)
--   pulses      hash  id -> JSON {at (of the last reading, ms), c (countable entries), n (numbers given to members), head, m (messages, decaying), w (newcomers,
--                     decaying), h (messages by three hours of the day, UTC, decaying), s (members seen)}
--   kept        hash  id -> JSON {a, o, k}: the lists of each kind it stands on
--   by:<list>   zset  id by activity;   fit:<list>   zset  id by how good it is for a newcomer: only those with a free place
--               by:m:<step> are those with at least so many messages when they were read (1, 4, 16 …); all other lists are of places.ts
--   as:<list>   zset  '<folded beginning>\1<id>', all of score 0

do
  local WEEK_MS = 604800000
  local BLOCKS, BLOCK_MS, DAY = 8, 10800000, 86400000
  -- Members whose last visit is looked at; of more a sample is.
  local SEEN_SAMPLE = 200

  -- directory_facts: what the directory shows of a guild or circle. KEYS are the guild's.
  -- ARGV: fields of info
  -- Reply: {'ok', when (ms), members, countable entries, numbers given, head ('<epoch>:<seq>'), members seen in 7 days, values of the fields}, {'gone'}
  command('directory_facts', function(keys, argv)
    local owner, now = keys[1], now_ms()
    if redis.call('EXISTS', owner .. 'info') == 0 then return { 'gone' } end
    local head = redis.call('HMGET', owner .. 'head', 'count', 'number', 'epoch', 'head')
    local rows, seen = redis.call('HLEN', owner .. 'seen'), 0
    if rows > 0 then
      local times = redis.call('HRANDFIELD', owner .. 'seen', SEEN_SAMPLE, 'WITHVALUES')
      for index = 2, #times, 2 do if tonumber(times[index]) > now - WEEK_MS then seen = seen + 1 end end
      seen = math.floor(seen * rows / (#times / 2) + 0.5)
    end
    return { 'ok', now, redis.call('HLEN', owner .. 'members'), tonumber(head[1] or 0), tonumber(head[2] or 0), (head[3] or '0') .. ':' .. (head[4] or '0'), seen,
      redis.call('HMGET', owner .. 'info', unpack(argv)) }
  end)

  local function forget(owner, id)
    local kept = redis.call('HGET', owner .. 'kept', id)
    if not kept then return end
    local lists = cjson.decode(kept)
    for _, list in ipairs(lists.a) do redis.call('ZREM', owner .. 'by:' .. list, id) end
    for _, list in ipairs(lists.o) do redis.call('ZREM', owner .. 'fit:' .. list, id) end
    for _, line in ipairs(lists.k) do
      local list, beginning = string.match(line, '^(%a+):(.*)$')
      redis.call('ZREM', owner .. 'as:' .. list, beginning .. '\1' .. id)
    end
  end

  -- The pulse after another reading.
  local function beat(last, at, count, number, head, seen)
    local pulse = { at = at, c = count, n = number, head = head, m = 0, w = 0, h = {}, s = seen }
    for block = 1, BLOCKS do pulse.h[block] = 0 end
    -- Of a guild that is new to the index it is not known when its messages were written: they count as the first week's, a hundred at most.
    local messages, newcomers = math.min(count, 100), math.min(number, 10)
    if last then
      local left = math.exp(-math.max(0, at - last.at) / WEEK_MS)
      messages, newcomers = math.max(0, count - last.c), math.max(0, number - last.n)
      pulse.m, pulse.w = last.m * left, last.w * left
      for block = 1, BLOCKS do pulse.h[block] = last.h[block] * left end
    end
    pulse.m, pulse.w = pulse.m + messages, pulse.w + newcomers
    local block = math.floor(at % DAY / BLOCK_MS) + 1
    if last then pulse.h[block] = pulse.h[block] + messages end
    local function rounded(value) return math.floor(value * 10 + 0.5) / 10 end
    pulse.m, pulse.w = rounded(pulse.m), rounded(pulse.w)
    for index = 1, BLOCKS do pulse.h[index] = rounded(pulse.h[index]) end
    return pulse
  end

  -- directory_put: puts a guild into the index as a reading found it, unless a later reading is there.
  -- ARGV: 1 id, 2 when it was read, 3 row (JSON), 4 countable entries, 5 numbers given, 6 head, 7 members seen, 8 how much room there is for a newcomer (0 to 1),
  --       9 lists (JSON {a = by activity, o = for newcomers, k = '<list>:<beginning>' …})
  -- Reply: {'ok', put (0|1)}
  command('directory_put', function(keys, argv)
    local owner, id, at = keys[1], argv[1], tonumber(argv[2])
    local stored = redis.call('HGET', owner .. 'pulses', id)
    local last = stored and cjson.decode(stored)
    -- A reading of the future was made by a clock that was wrong.
    if last and last.at > at and last.at <= now_ms() + 60000 then return { 'ok', 0 } end
    local pulse = beat(last, at, tonumber(argv[4]), tonumber(argv[5]), argv[6], tonumber(argv[7]))
    local activity = math.floor(10 * pulse.s + 20 * math.log(1 + pulse.m))
    local fit = math.floor((1 + activity) * tonumber(argv[8]))
    local lists, step = cjson.decode(argv[9]), 1
    -- Half a message is shown as one.
    while step <= pulse.m + 0.5 do
      lists.a[#lists.a + 1] = 'm:' .. int(step)
      step = 4 * step
    end
    forget(owner, id)
    redis.call('HSET', owner .. 'rows', id, argv[3])
    redis.call('HSET', owner .. 'pulses', id, cjson.encode(pulse))
    redis.call('HSET', owner .. 'kept', id, cjson.encode(lists))
    for _, list in ipairs(lists.a) do redis.call('ZADD', owner .. 'by:' .. list, activity, id) end
    for _, list in ipairs(lists.o) do redis.call('ZADD', owner .. 'fit:' .. list, fit, id) end
    for _, line in ipairs(lists.k) do
      local list, beginning = string.match(line, '^(%a+):(.*)$')
      redis.call('ZADD', owner .. 'as:' .. list, 0, beginning .. '\1' .. id)
    end
    return { 'ok', 1 }
  end)

  -- directory_drop: takes a guild out of the index.
  -- ARGV: 1 id   Reply: {'ok'}
  command('directory_drop', function(keys, argv)
    local owner, id = keys[1], argv[1]
    forget(owner, id)
    for _, part in ipairs({ 'rows', 'pulses', 'kept' }) do redis.call('HDEL', owner .. part, id) end
    return { 'ok' }
  end)

  -- The rank, from the most active on, of the first that comes after a score and an id. Equal scores are in the reverse order of ids.
  local function rank_after(list, score, id)
    local low, high = redis.call('ZCOUNT', list, '(' .. score, '+inf'), redis.call('ZCOUNT', list, score, '+inf')
    while low < high do
      local middle = math.floor((low + high) / 2)
      if redis.call('ZREVRANGE', list, middle, middle)[1] >= id then low = middle + 1 else high = middle end
    end
    return low
  end

  local function rows_of(owner, ids)
    if #ids == 0 then return {}, {} end
    return redis.call('HMGET', owner .. 'rows', unpack(ids)), redis.call('HMGET', owner .. 'pulses', unpack(ids))
  end

  -- directory_walk: some of a list, the shortest of those that hold all that is looked for.
  -- ARGV: 1 most (100 at most), 2 where to go on ('' from the beginning): the last place, 3 … lists: 'by:<list>', or 'as:<list>:<beginning>'
  -- Reply: {'ok', list, ids, places, rows, pulses}; a place is '<score>:<id>' or '<beginning>\1<id>'
  command('directory_walk', function(keys, argv)
    local owner, most, after = keys[1], tonumber(argv[1]), argv[2]
    local chosen, least
    for index = 3, #argv do
      local name, beginning = string.match(argv[index], '^(as:%a+):(.+)$')
      local length
      if name then length = redis.call('ZLEXCOUNT', owner .. name, '[' .. beginning, '[' .. beginning .. '\255')
      else length = redis.call('ZCARD', owner .. argv[index]) end
      if not least or length < least then chosen, least = argv[index], length end
    end
    local name, beginning = string.match(chosen, '^(as:%a+):(.+)$')
    local ids, places = {}, {}
    if name then
      local from = after == '' and '[' .. beginning or '(' .. after
      places = redis.call('ZRANGE', owner .. name, from, '[' .. beginning .. '\255', 'BYLEX', 'LIMIT', 0, most)
      for index, place in ipairs(places) do ids[index] = string.match(place, '\1(.*)$') end
    else
      local score, id = string.match(after, '^(%-?%d+):(.*)$')
      local first = score and rank_after(owner .. chosen, score, id) or 0
      local found = redis.call('ZREVRANGE', owner .. chosen, first, first + most - 1, 'WITHSCORES')
      for index = 1, #found, 2 do
        ids[#ids + 1] = found[index]
        places[#places + 1] = found[index + 1] .. ':' .. found[index]
      end
    end
    local rows, pulses = rows_of(owner, ids)
    return { 'ok', chosen, ids, places, rows, pulses }
  end)

  -- directory_fits: the best of each list for a newcomer, the lists' in turn, none twice.
  -- ARGV: 1 most of each list, 2 most in all, 3 … lists
  -- Reply: {'ok', ids, rows, pulses}
  command('directory_fits', function(keys, argv)
    local owner, most = keys[1], tonumber(argv[2])
    local ids, known = {}, {}
    for index = 3, #argv do
      if #ids >= most then break end
      for _, id in ipairs(redis.call('ZREVRANGE', owner .. 'fit:' .. argv[index], 0, tonumber(argv[1]) - 1)) do
        if not known[id] and #ids < most then
          known[id] = true
          ids[#ids + 1] = id
        end
      end
    end
    local rows, pulses = rows_of(owner, ids)
    return { 'ok', ids, rows, pulses }
  end)

  -- directory_stale: which of some guilds the index does not know as they are.
  -- ARGV: 1 since when a reading is fresh (ms), then ids and their heads
  -- Reply: {'ok', ids}
  command('directory_stale', function(keys, argv)
    local stale = {}
    for index = 2, #argv, 2 do
      local stored = redis.call('HGET', keys[1] .. 'pulses', argv[index])
      local pulse = stored and cjson.decode(stored)
      if not pulse or pulse.head ~= argv[index + 1] or pulse.at < tonumber(argv[1]) then stale[#stale + 1] = argv[index] end
    end
    return { 'ok', stale }
  end)
end
